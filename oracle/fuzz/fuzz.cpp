#include "oracle/fuzz/fuzz.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "oracle/fuzz/generator.h"
#include "oracle/fuzz/shrink.h"
#include "oracle/fuzz/trial.h"

namespace leftmost::oracle::fuzz {

namespace {

constexpr std::size_t kStatementsPerRound = 40;  // behind the schema; enough for a transaction or two
constexpr std::size_t kShrunkPerShown = 20;      // many differences have one cause; each costs a second or so
constexpr double kShrinkSecondsMax = 0.5;        // per statement: what is slow is not worth waiting for here

std::vector<Step> random_round(std::uint64_t seed, bool plans_only, std::size_t& schema_steps) {
  Random random(seed);
  Schema schema = random_schema(random);
  Generator generator(random, schema);
  std::vector<Step> steps = std::move(schema.steps);
  schema_steps = steps.size();
  for (std::size_t i = 0; i < kStatementsPerRound; ++i) {
    const std::size_t choice = random.below(100);
    if (choice < 65) {
      steps.push_back(generator.query());
    } else if (choice < 93 || plans_only) {
      steps.push_back(generator.write());
    } else {
      steps.push_back(generator.transaction());
    }
  }
  return steps;
}

/// What must stay the same while a case gets smaller: the sort of difference and the sort of both errors.
std::string signature(const Verdict& verdict) {
  std::string text = verdict.what;
  if (verdict.what != "error") return text;
  for (const auto* error : {&verdict.agreement.error_ours, &verdict.agreement.error_sqlite}) {
    const std::string message = *error ? (*error)->message : "none";
    text += "/" + message.substr(0, message.find_first_of(":\""));
  }
  return text;
}

/// What is left of a plan when names and values are taken away: its words in capitals.
std::vector<std::string> plan_words(const std::vector<planner::PlanLine>& plan) {
  std::vector<std::string> lines;
  for (const planner::PlanLine& line : plan) {
    std::string kept;
    for (const char c : line.detail) {
      if (c == ' ' || (c >= 'A' && c <= 'Z')) kept += c;
    }
    lines.push_back(std::move(kept));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Two small cases with the same text are one finding: the lines of the plans that only one side has, or what both sides say
/// without its digits.
std::string finding(const Verdict& verdict) {
  std::string text = verdict.what;
  if (verdict.what != "plan") {
    for (const char c : verdict.agreement.to_text()) {
      if (c < '0' || c > '9') text += c;
    }
    return text;
  }
  const auto ours = plan_words(verdict.agreement.plan_ours);
  const auto sqlite = plan_words(verdict.agreement.plan_sqlite);
  std::vector<std::string> alone;
  std::set_difference(ours.begin(), ours.end(), sqlite.begin(), sqlite.end(), std::back_inserter(alone));
  alone.emplace_back("/");
  std::set_difference(sqlite.begin(), sqlite.end(), ours.begin(), ours.end(), std::back_inserter(alone));
  for (const std::string& line : alone) text += line + "\n";
  return text;
}

/// The verdict about the last statement of a fresh database; none when the engine did not even start.
std::optional<Verdict> judge(const std::vector<Step>& steps, bool plans_only) {
  auto trial = Trial::begin(kShrinkSecondsMax);
  if (!trial || steps.empty()) return std::nullopt;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) (*trial)->put(to_sql(steps[i].sql), false);
  return (*trial)->put(to_sql(steps.back().sql), plans_only);
}

class Fuzzer {
 public:
  explicit Fuzzer(const FuzzOptions& options) : options_(options) {}

  Expected<FuzzResult> run() {
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t round = 0; done_ < options_.statement_count; ++round) {
      auto ran = run_round(options_.seed + round);
      if (!ran) return Unexpected(ran.error());
      if (options_.on_progress && !options_.on_progress(done_)) break;
    }
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  Expected<void> run_round(std::uint64_t seed) {
    std::size_t schema_steps = 0;
    const std::vector<Step> steps = random_round(seed, options_.plans_only, schema_steps);
    auto trial = Trial::begin(options_.statement_seconds_max);
    if (!trial) return Unexpected(trial.error());
    for (std::size_t i = 0; i < steps.size() && done_ < options_.statement_count; ++i) {
      ++done_;
      const bool plans_only = options_.plans_only && i >= schema_steps;
      const Verdict verdict = (*trial)->put(to_sql(steps[i].sql), plans_only);
      count(steps[i].kind, verdict);
      if (verdict.what.empty()) continue;
      ++result_.difference_count;
      if (result_.differences.size() >= options_.differences_max || kept_ >= kShrunkPerShown * options_.differences_max) continue;
      keep(seed, std::vector<Step>(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i + 1)), verdict, plans_only);
    }
    return {};
  }

  void count(const std::string& kind, const Verdict& verdict) {
    FuzzCounts& counts = result_.by_kind[kind];
    ++counts.statements;
    if (verdict.error && verdict.error->code == ErrorCode::kNotSupported) {
      ++counts.not_supported;
      ++result_.not_supported_by_cause[verdict.error->message];
      return;
    }
    if (verdict.error && is_environmental(verdict.error->code)) {
      ++counts.interrupted;
      return;
    }
    const Agreement& agreement = verdict.agreement;
    if (agreement.error_compared) {
      counts.errors.add(agreement.failure_agrees);
      if (agreement.error_ours && agreement.error_sqlite) counts.messages.add(agreement.error_agrees);
    }
    if (agreement.plan_compared) counts.plans.add(agreement.plan_agrees);
    if (agreement.plan_compared && !agreement.plan_agrees) return;
    if (agreement.rows_compared) counts.rows.add(agreement.rows_agree);
    if (agreement.changes_compared) counts.changes.add(agreement.changes_agree);
  }

  // A difference that a fresh database does not show (an earlier one has left its mark) is kept as it is.
  void keep(std::uint64_t seed, std::vector<Step> steps, Verdict verdict, bool plans_only) {
    const std::string wanted = signature(verdict);
    const auto still_differs = [&](const std::vector<Step>& candidate) {
      auto smaller = judge(candidate, plans_only);
      if (!smaller || signature(*smaller) != wanted) return false;
      verdict = std::move(*smaller);
      return true;
    };
    if (still_differs(steps)) steps = shrink(std::move(steps), still_differs);
    FuzzDifference difference{seed, steps.back().kind, verdict.what, {}, verdict.agreement.to_text()};
    for (const Step& step : steps) difference.statements.push_back(to_sql(step.sql));
    ++kept_;
    if (!seen_.insert(finding(verdict)).second) return;
    result_.differences.push_back(std::move(difference));
  }

  const FuzzOptions& options_;
  FuzzResult result_;
  std::uint64_t done_ = 0;
  std::size_t kept_ = 0;         // made small, findings known before included
  std::set<std::string> seen_;   // one entry per finding
};

nlohmann::json json_of(const Tally& tally) { return {{"compared", tally.compared}, {"agree", tally.agree}}; }

nlohmann::json json_of(const FuzzCounts& counts) {
  return {{"statements", counts.statements}, {"plans", json_of(counts.plans)},       {"rows", json_of(counts.rows)},
          {"errors", json_of(counts.errors)}, {"messages", json_of(counts.messages)}, {"changes", json_of(counts.changes)},
          {"not_supported", counts.not_supported}, {"interrupted", counts.interrupted}};
}

}  // namespace

void FuzzCounts::add(const FuzzCounts& other) {
  statements += other.statements;
  not_supported += other.not_supported;
  interrupted += other.interrupted;
  for (Tally FuzzCounts::* tally : {&FuzzCounts::plans, &FuzzCounts::rows, &FuzzCounts::errors, &FuzzCounts::messages,
                                    &FuzzCounts::changes}) {
    (this->*tally).compared += (other.*tally).compared;
    (this->*tally).agree += (other.*tally).agree;
  }
}

FuzzCounts FuzzResult::total() const {
  FuzzCounts sum;
  for (const auto& [kind, counts] : by_kind) sum.add(counts);
  return sum;
}

std::string FuzzDifference::to_golden() const {
  std::string golden = fmt::format("# {} differed in its {}.\n", kind, what);
  if (statements.size() > 1) {
    golden += "setup\n";
    for (std::size_t i = 0; i + 1 < statements.size(); ++i) golden += statements[i] + ";\n";
    golden += "----\nok\n\n";
  }
  golden += fmt::format("{}\n{};\n----\n", what == "plan" ? "plan" : what == "error" ? "error" : "rows", statements.back());
  return golden;
}

Expected<FuzzResult> run_fuzz(const FuzzOptions& options) { return Fuzzer(options).run(); }

std::string to_json(const FuzzResult& result) {
  nlohmann::json json = json_of(result.total());
  json["version"] = 1;
  json["seconds"] = result.seconds;
  json["kinds"] = nlohmann::json::object();
  for (const auto& [kind, counts] : result.by_kind) json["kinds"][kind] = json_of(counts);
  json["not_supported_by_cause"] = result.not_supported_by_cause;
  json["difference_count"] = result.difference_count;
  json["differences"] = nlohmann::json::array();
  for (const FuzzDifference& difference : result.differences) {
    json["differences"].push_back({{"seed", difference.seed}, {"kind", difference.kind}, {"what", difference.what},
                                   {"statements", difference.statements}, {"text", difference.text}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace leftmost::oracle::fuzz
