#include "oracle/fuzz/fuzz.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>

#include "oracle/fuzz/generator.h"
#include "oracle/fuzz/hostile.h"
#include "oracle/fuzz/shrink.h"
#include "oracle/fuzz/trial.h"

namespace leftmost::oracle::fuzz {

namespace {

constexpr std::size_t kStatementsPerRound = 40;  // behind the schema; enough for a transaction or two
constexpr std::size_t kShrunkPerShown = 20;      // many differences have one cause; each costs a second or so
constexpr double kShrinkSecondsMax = 0.5;        // per statement: what is slow is not worth waiting for here

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

/// Two small cases with the same text are one finding: the lines of the plans that only one side has, or what
/// both sides say without its digits.
std::string finding(const Verdict& verdict) {
  std::string text = verdict.what + "\n";
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
std::optional<Verdict> judge(const std::vector<Step>& steps, Comparison comparison) {
  auto trial = Trial::begin(kShrinkSecondsMax, true);
  if (!trial || steps.empty()) return std::nullopt;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) (*trial)->put(steps[i], Comparison::kEverything);
  return (*trial)->put(steps.back(), comparison);
}

class Fuzzer {
 public:
  explicit Fuzzer(const FuzzOptions& options) : options_(options), seen_(options.known_findings) {}

  Expected<FuzzResult> run() {
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t round = 0; done_ < options_.statement_count; ++round) {
      auto ran = run_round(options_.seed + round);
      if (!ran) return Unexpected(ran.error());
      if (!options_.on_round) continue;
      if (!options_.on_round(std::move(result_), options_.seed + round)) break;
      result_ = {};
    }
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  Expected<void> run_round(std::uint64_t seed) {
    std::size_t schema_steps = 0;
    const std::vector<Step> steps = random_round(options_, seed, schema_steps);
    auto trial = Trial::begin(options_.statement_seconds_max, !options_.is_hostile);
    if (!trial) return Unexpected(trial.error());
    for (std::size_t i = 0; i < steps.size() && done_ < options_.statement_count && !(*trial)->is_spoiled();
         ++i) {
      ++done_;
      const Comparison comparison = i < schema_steps ? Comparison::kEverything : options_.comparison;
      announce({seed, i, false, to_sql(steps[i].sql)});
      const Verdict verdict = (*trial)->put(steps[i], comparison);
      count(steps[i].kind, verdict);
      if (verdict.what.empty()) continue;
      ++result_.difference_count;
      if (found_ >= options_.differences_max || kept_ >= kShrunkPerShown * options_.differences_max) continue;
      keep(seed, i, std::vector<Step>(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i + 1)),
           verdict, comparison);
    }
    return {};
  }

  void announce(const FuzzPlace& place) {
    if (options_.on_statement) options_.on_statement(place);
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
  void keep(std::uint64_t seed, std::uint64_t place, std::vector<Step> steps, Verdict verdict,
            Comparison comparison) {
    const std::string wanted = signature(verdict);
    const auto still_differs = [&](const std::vector<Step>& candidate) {
      if (options_.on_statement) {
        std::string script;
        for (const Step& step : candidate) script += to_sql(step.sql) + ";\n";
        announce({seed, place, true, script});
      }
      auto smaller = judge(candidate, comparison);
      if (!smaller || signature(*smaller) != wanted) return false;
      verdict = std::move(*smaller);
      return true;
    };
    if (still_differs(steps)) steps = shrink(std::move(steps), still_differs);
    FuzzDifference difference{seed, steps.back().kind,           verdict.what,
                              {},   verdict.agreement.to_text(), finding(verdict)};
    for (const Step& step : steps) difference.statements.push_back(to_sql(step.sql));
    if (verdict.what == "state" && !steps.back().checks.empty())
      difference.statements.push_back(steps.back().checks.front());
    ++kept_;
    if (!seen_.insert(difference.finding).second) return;
    ++found_;
    result_.differences.push_back(std::move(difference));
  }

  const FuzzOptions& options_;
  FuzzResult result_;
  std::uint64_t done_ = 0;
  std::size_t kept_ = 0;   // made small, findings known before included
  std::size_t found_ = 0;  // new among these
  std::set<std::string> seen_;
};

}  // namespace

void FuzzCounts::add(const FuzzCounts& other) {
  statements += other.statements;
  not_supported += other.not_supported;
  interrupted += other.interrupted;
  for (Tally FuzzCounts::*tally : {&FuzzCounts::plans, &FuzzCounts::rows, &FuzzCounts::errors,
                                   &FuzzCounts::messages, &FuzzCounts::changes}) {
    (this->*tally).compared += (other.*tally).compared;
    (this->*tally).agree += (other.*tally).agree;
  }
}

FuzzCounts FuzzResult::total() const {
  FuzzCounts sum;
  for (const auto& [kind, counts] : by_kind) sum.add(counts);
  return sum;
}

void FuzzResult::add(FuzzResult&& part) {
  for (const auto& [kind, counts] : part.by_kind) by_kind[kind].add(counts);
  for (const auto& [cause, count] : part.not_supported_by_cause) not_supported_by_cause[cause] += count;
  for (FuzzDifference& difference : part.differences) differences.push_back(std::move(difference));
  difference_count += part.difference_count;
  crash_count += part.crash_count;
}

std::vector<Step> random_round(const FuzzOptions& options, std::uint64_t seed, std::size_t& schema_steps) {
  Random random(seed);
  Schema schema = random_schema(random);
  Generator generator(random, schema);
  std::vector<Step> steps = schema.steps;
  if (!options.is_hostile && random.percent(35)) {
    for (std::size_t n = random.between(1, 2); n > 0; --n) steps.push_back(generator.trigger());
  }
  schema_steps = steps.size();
  for (std::size_t i = 0; i < kStatementsPerRound; ++i) {
    if (options.is_hostile) {
      steps.push_back(hostile_statement(random, generator));
      continue;
    }
    const std::size_t choice = random.below(100);
    if (choice < 60) {
      steps.push_back(generator.query());
    } else if (choice < 88 || options.comparison == Comparison::kPlans) {
      steps.push_back(generator.write());
    } else if (choice < 94) {
      steps.push_back(generator.transaction());
    } else {
      steps.push_back(generator.definition());
    }
  }
  return steps;
}

Expected<FuzzResult> run_fuzz(const FuzzOptions& options) { return Fuzzer(options).run(); }

}  // namespace leftmost::oracle::fuzz
