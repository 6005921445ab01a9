#include "advice/index_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "advice/explanation.h"
#include "advice/index_cover.h"
#include "advice/index_upkeep.h"
#include "advice/named_index.h"
#include "advice/parameters.h"
#include "advice/proof.h"
#include "advice/sample_values.h"
#include "advice/trial.h"
#include "storage/catalog.h"

namespace leftmost::advice {
namespace {

// A statement of so few steps is as quick as it can be, and a gain of so few is no reason for an index.
constexpr double kWorkToNotice = 400;
constexpr double kGainToNotice = 300;
// An option halves the work at least.
constexpr double kGainFactor = 2;
// Served: at most this times the work of the best option, and a little for statements that take next to
// nothing.
constexpr double kServedFactor = 2;
constexpr double kServedSteps = 50;
// How long one statement may run.
constexpr double kSecondsPerRun = 10;
// Proposals of one statement that are built.
constexpr std::size_t kProposalsMax = 12;
constexpr std::size_t kSecondRoundMax = 4;

struct Pooled {
  ProposedIndex index;
  NamedIndex named;
  IndexPrice price;
};

/// Indexes of the pool, to be built together.
using Bundle = std::vector<std::size_t>;

struct Question {
  AdvisedStatement advised;
  std::string sql;
  std::vector<storage::OwnedValue> bindings;
  std::set<std::string> tables;  ///< in lower case
  bool has_limit = false;
  bool has_loops = false;
  TrialRun before;
  std::vector<CoverOption> options;
};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

double count_of(storage::LogEst log) { return std::pow(2.0, static_cast<double>(log) / 10.0); }

/// What the planner expects a plan to cost: each loop as often as the loops around it have rows.
double expected_work(const planner::Plan& plan) {
  double work = 0;
  const auto add = [&](const planner::LookasideVector<planner::Loop>& loops) {
    double rows = 1;
    for (const planner::Loop& loop : loops) {
      work += count_of(loop.setup_cost) + rows * count_of(loop.run_cost);
      rows *= count_of(loop.rows_estimated);
    }
    return rows;
  };
  for (const planner::SelectPlan& select : plan.selects) {
    const double rows = add(select.loops);
    const bool sorts =
        select.order == planner::OrderMode::kSort || select.group == planner::GroupMode::kSorted;
    if (sorts && rows > 2) work += rows * std::log2(rows);
  }
  add(plan.change_loops);
  return work;
}

class Adviser {
 public:
  Adviser(oracle::Session& session, const Workload& workload, const AdviseOptions& options, Trial& trial)
      : session_(session), workload_(workload), options_(options), trial_(trial) {}

  Expected<IndexAdvice> run() {
    for (std::size_t i = 0; i < workload_.statements().size(); ++i) collect(i);
    for (Question& question : questions_) measure_before(question);
    if (is_stopped_) return fail(ErrorCode::kInterrupt, "interrupted");
    propose();
    evaluate_pool();
    for (Question& question : questions_) combine(question);
    if (is_stopped_) return fail(ErrorCode::kInterrupt, "interrupted");
    choose();
    prove();
    if (options_.drop) drop();
    if (is_stopped_) return fail(ErrorCode::kInterrupt, "interrupted");
    for (Question& question : questions_) advice_.statements.push_back(std::move(question.advised));
    return std::move(advice_);
  }

 private:
  // Statements
  // ------------------------------------------------------------------------------------------------------

  void collect(std::size_t number) {
    const WorkloadStatement& statement = workload_.statements()[number];
    if (const auto known = by_text_.find(statement.normal); known != by_text_.end()) {
      AdvisedStatement& advised = questions_[known->second].advised;
      advised.weight += statement.weight;
      ++advised.occurrences;
      return;
    }
    const std::string sql(workload_.sql(statement));
    auto prepared = session_.database().prepare(sql);
    if (!prepared) {
      advice_.left_out.push_back({number, prepared.error()});
      return;
    }
    if (prepared->plan() == nullptr || prepared->kind() == engine::StatementKind::kExplainQueryPlan ||
        prepared->kind() == engine::StatementKind::kExplainWhy) {
      return;
    }
    Question question;
    question.advised.number = number;
    question.advised.weight = statement.weight;
    question.sql = sql;
    read_plan(*prepared->plan(), question);
    question.advised.is_measured = bind(statement, *prepared, question);
    by_text_[statement.normal] = questions_.size();
    questions_.push_back(std::move(question));
  }

  static void read_plan(const planner::Plan& plan, Question& question) {
    question.has_limit = has_limit(plan);
    std::size_t loops = plan.change_loops.size();
    for (const planner::SelectPlan& select : plan.selects) loops += select.loops.size();
    question.has_loops = loops > 0;
    for (const planner::TableReason& table : plan.reasons.tables) {
      if (table.item != nullptr && table.item->relation != nullptr) {
        question.tables.insert(lower(table.item->relation->def->name));
      }
    }
    const auto add = [&](const planner::LookasideVector<planner::Loop>& list) {
      for (const planner::Loop& loop : list) {
        if (loop.item != nullptr && loop.item->relation != nullptr) {
          question.tables.insert(lower(loop.item->relation->def->name));
        }
      }
    };
    for (const planner::SelectPlan& select : plan.selects) add(select.loops);
    add(plan.change_loops);
  }

  /// True if every parameter has a value, so that it can be run.
  bool bind(const WorkloadStatement& statement, const engine::Statement& prepared, Question& question) {
    std::vector<std::optional<storage::OwnedValue>> values(
        static_cast<std::size_t>(prepared.parameter_count()));
    for (const ParameterText& parameter : statement.parameters) {
      const int number = parameter_number(prepared, parameter.name);
      if (number == 0) continue;
      if (auto value = value_of_sql(parameter.value))
        values[static_cast<std::size_t>(number) - 1] = std::move(*value);
    }
    const bool is_given =
        std::all_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
    const bool can_run = sample_values(*prepared.plan(), *session_.twin(), values);
    question.advised.has_samples = can_run && !is_given;
    for (auto& value : values) question.bindings.push_back(std::move(value).value_or(storage::OwnedValue()));
    return can_run;
  }

  // Measuring
  // -------------------------------------------------------------------------------------------------------

  std::optional<TrialRun> ask(Question& question) {
    auto run = question.advised.is_measured ? trial_.run(question.sql, question.bindings, kSecondsPerRun)
                                            : trial_.plan(question.sql, question.bindings);
    if (!run || !run->plan_agrees) return std::nullopt;
    return std::move(*run);
  }

  double work_of(const Question& question, const TrialRun& run) {
    if (run.sqlite) return static_cast<double>(run.sqlite->vm_steps);
    const auto prepared = trial_.database().prepare(question.sql);
    return prepared && prepared->plan() != nullptr ? expected_work(*prepared->plan()) : 0;
  }

  void measure_before(Question& question) {
    if (!go_on(question.sql)) return;
    auto run = ask(question);
    if (!run && question.advised.is_measured) {
      // It fails, or runs too long: its plan is all there is.
      question.advised.is_measured = false;
      run = ask(question);
    }
    AdvisedStatement& advised = question.advised;
    if (!run) {
      question.has_loops = false;  // SQLite plans otherwise: nothing is advised for it
      return;
    }
    question.before = std::move(*run);
    advised.work_before = advised.work_after = advised.work_best = work_of(question, question.before);
    if (question.before.work) advised.rows_before = advised.rows_after = question.before.work->rows_visited;
    advised.plan_before = advised.plan_after = plan_in_one_line(question.before.plan);
  }

  bool is_gain(double before, double after) const {
    return kGainFactor * after <= before && before - after >= kGainToNotice;
  }

  bool has_same_rows(const Question& question, const TrialRun& run) const {
    if (!question.advised.is_measured || run.same_rows_as(question.before)) return true;
    return question.has_limit && run.as_many_rows_as(question.before);
  }

  // Candidates
  // ------------------------------------------------------------------------------------------------------

  /// Number in the pool of an index; the same index is there once.
  std::size_t pooled(const ProposedIndex& index) {
    std::string key = lower(index.table);
    for (const std::string& column : index.columns) key += '\x1f' + lower(column);
    key += '\x1e' + index.where;
    const auto [known, is_new] = pool_keys_.emplace(key, pool_.size());
    if (is_new) {
      IndexProposal alone;
      alone.indexes = {index};
      Pooled one{index, name_indexes(alone, session_.database().catalog(), pool_names_).front(), {}};
      pool_names_.insert(one.named.name);
      pool_.push_back(std::move(one));
    }
    return known->second;
  }

  /// A partial index on the rows that match a pattern is of use for this very pattern alone.
  static bool is_for_one_pattern(const IndexProposal& proposal) {
    return std::any_of(proposal.indexes.begin(), proposal.indexes.end(), [](const ProposedIndex& index) {
      const std::string where = lower(index.where);
      return where.find(" like ") != std::string::npos || where.find(" glob ") != std::string::npos;
    });
  }

  void propose() {
    for (Question& question : questions_) {
      if (!question.has_loops || question.advised.work_before < kWorkToNotice) continue;
      const auto prepared = trial_.database().prepare(question.sql);
      if (!prepared || prepared->plan() == nullptr) continue;
      std::vector<IndexProposal> proposals = propose_indexes(*prepared->plan(), prepared->sql());
      if (proposals.size() > kProposalsMax) proposals.resize(kProposalsMax);
      for (const IndexProposal& proposal : proposals) {
        if (is_for_one_pattern(proposal)) continue;
        Bundle bundle;
        for (const ProposedIndex& index : proposal.indexes) bundle.push_back(pooled(index));
        add_bundle(std::move(bundle));
      }
    }
    add_reorderings();
  }

  void add_bundle(Bundle bundle) {
    std::sort(bundle.begin(), bundle.end());
    bundle.erase(std::unique(bundle.begin(), bundle.end()), bundle.end());
    if (std::find(bundles_.begin(), bundles_.end(), bundle) == bundles_.end())
      bundles_.push_back(std::move(bundle));
  }

  /// (a, b) and (b): with (b, a) one index may do for both.
  void add_reorderings() {
    const std::size_t count = pool_.size();
    for (std::size_t wide = 0; wide < count; ++wide) {
      for (std::size_t narrow = 0; narrow < count; ++narrow) {
        const ProposedIndex a = pool_[wide].index;
        const ProposedIndex b = pool_[narrow].index;
        if (a.table != b.table || a.where != b.where || b.columns.size() >= a.columns.size()) continue;
        const auto has = [](const std::vector<std::string>& columns, const std::string& column) {
          return std::find(columns.begin(), columns.end(), column) != columns.end();
        };
        const bool is_part = std::all_of(b.columns.begin(), b.columns.end(),
                                         [&](const std::string& column) { return has(a.columns, column); });
        if (!is_part || std::equal(b.columns.begin(), b.columns.end(), a.columns.begin())) continue;
        ProposedIndex both = b;
        for (const std::string& column : a.columns) {
          if (!has(b.columns, column)) both.columns.push_back(column);
        }
        add_bundle({pooled(both)});
      }
    }
  }

  // Trying
  // ----------------------------------------------------------------------------------------------------------

  bool go_on(const std::string& what) {
    if (trial_.is_interrupted() || (options_.on_progress && !options_.on_progress(what))) is_stopped_ = true;
    return !is_stopped_;
  }

  bool has_time() {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
    if (spent.count() < options_.seconds_max) return true;
    advice_.was_cut_short = true;
    return false;
  }

  /// Builds them; what cannot be built is undone. Prices are learnt on the way.
  bool build(const Bundle& bundle) {
    for (const std::size_t i : bundle) {
      const std::uint64_t bytes_before = trial_.bytes();
      if (!trial_.define(pool_[i].named.sql)) {
        trial_.undo();
        return false;
      }
      pool_[i].price = price_of(trial_, bytes_before, {pool_[i].named});
    }
    return true;
  }

  Bundle used_of(const Bundle& bundle, const std::vector<planner::PlanLine>& plan) const {
    Bundle used;
    for (const std::size_t i : bundle) {
      if (mentions(plan, pool_[i].named.name)) used.push_back(i);
    }
    return used;
  }

  /// Requires: the bundle is built.
  void try_on(Question& question, const Bundle& bundle) {
    const auto prepared = trial_.database().prepare(question.sql);
    if (!prepared || used_of(bundle, prepared->plan_lines()).empty()) return;
    const auto run = ask(question);
    if (!run || !has_same_rows(question, *run)) return;
    const double work = work_of(question, *run);
    if (!is_gain(question.advised.work_before, work)) return;
    Bundle used = used_of(bundle, run->plan);
    const bool is_known = std::any_of(question.options.begin(), question.options.end(),
                                      [&](const CoverOption& other) { return other.indexes == used; });
    if (!is_known && !used.empty()) question.options.push_back({std::move(used), work});
  }

  void evaluate_pool() {
    for (const Bundle& bundle : bundles_) {
      if (!has_time() || !go_on(pool_[bundle.front()].named.sql)) return;
      const std::vector<Question*> interested = interested_in(bundle);
      if (interested.empty() || !build(bundle)) continue;
      ++advice_.candidates;
      for (Question* question : interested) try_on(*question, bundle);
      trial_.undo();
    }
  }

  /// The statements that SQLite would plan with it, by definitions alone: nothing is built for the others.
  std::vector<Question*> interested_in(const Bundle& bundle) {
    std::vector<std::string> definitions;
    for (const std::size_t i : bundle) definitions.push_back(pool_[i].named.sql);
    std::vector<Question*> interested;
    for (Question& question : questions_) {
      const bool is_about_it = std::any_of(bundle.begin(), bundle.end(), [&](std::size_t i) {
        return question.tables.count(lower(pool_[i].index.table)) != 0;
      });
      if (!is_about_it || !question.has_loops || question.advised.work_before < kWorkToNotice) continue;
      const auto plan = trial_.glance(definitions, question.sql, question.bindings);
      if (plan && !used_of(bundle, *plan).empty()) interested.push_back(&question);
    }
    return interested;
  }

  const CoverOption* best_option(const Question& question, const std::string& table = {}) const {
    const CoverOption* best = nullptr;
    for (const CoverOption& option : question.options) {
      if (!table.empty() && lower(pool_[option.indexes.front()].index.table) != table) continue;
      if (best == nullptr || option.cost < best->cost) best = &option;
    }
    return best;
  }

  /// Of a statement on several tables: the best for each together, and what helps further once the best is
  /// there.
  void combine(Question& question) {
    if (question.tables.size() < 2 || question.options.empty() || !has_time() || !go_on(question.sql)) return;
    Bundle together;
    for (const std::string& table : question.tables) {
      const CoverOption* best = best_option(question, table);
      if (best != nullptr) together.insert(together.end(), best->indexes.begin(), best->indexes.end());
    }
    std::sort(together.begin(), together.end());
    together.erase(std::unique(together.begin(), together.end()), together.end());
    if (together.size() > 1 && build(together)) {
      try_on(question, together);
      trial_.undo();
    }
    const Bundle first = best_option(question)->indexes;
    if (!build(first)) return;
    std::vector<std::size_t> further;
    const auto prepared = trial_.database().prepare(question.sql);
    if (prepared && prepared->plan() != nullptr) {
      for (const IndexProposal& proposal : propose_indexes(*prepared->plan(), prepared->sql())) {
        if (further.size() == kSecondRoundMax || proposal.indexes.size() != 1) break;
        further.push_back(pooled(proposal.indexes.front()));
      }
    }
    trial_.undo();
    for (const std::size_t more : further) {
      Bundle bundle = first;
      if (std::find(first.begin(), first.end(), more) != first.end()) continue;
      bundle.push_back(more);
      std::sort(bundle.begin(), bundle.end());
      if (!has_time() || !build(bundle)) continue;
      ++advice_.candidates;
      try_on(question, bundle);
      trial_.undo();
    }
  }

  // Choosing
  // --------------------------------------------------------------------------------------------------------

  void choose() {
    CoverProblem problem;
    for (const Pooled& one : pool_) problem.index_costs.push_back(static_cast<double>(one.price.bytes));
    for (Question& question : questions_) {
      const CoverOption* best = best_option(question);
      if (best == nullptr) continue;
      ++advice_.improvable;
      question.advised.work_best = best->cost;
      const double enough = kServedFactor * best->cost + kServedSteps;
      std::vector<CoverOption> options;
      for (const CoverOption& option : question.options) {
        if (option.cost > enough) continue;
        options.push_back({option.indexes, option.cost * question.advised.weight});
      }
      problem.options.push_back(std::move(options));
    }
    Cover cover = smallest_cover(problem);
    chosen_ = std::move(cover.indexes);
    advice_.is_exact = cover.is_exact;
    advice_.size_min = cover.size_min;
  }

  /// The whole set is built, and every statement runs. What nobody reads then goes, and the rest is proven
  /// again.
  void prove() {
    for (;;) {
      if (is_stopped_ || !build(chosen_)) return;
      std::set<std::size_t> used;
      std::vector<std::vector<std::size_t>> serves(pool_.size());
      for (std::size_t number = 0; number < questions_.size(); ++number) {
        Question& question = questions_[number];
        if (!question.has_loops || !go_on(question.sql)) continue;
        auto run = ask(question);
        if (!run) continue;
        AdvisedStatement& advised = question.advised;
        advised.work_after = work_of(question, *run);
        if (run->work) advised.rows_after = run->work->rows_visited;
        advised.plan_after = plan_in_one_line(run->plan);
        for (const std::size_t i : used_of(chosen_, run->plan)) {
          used.insert(i);
          serves[i].push_back(number);
        }
      }
      if (used.size() < chosen_.size()) {
        trial_.undo();
        chosen_.assign(used.begin(), used.end());
        continue;
      }
      // The most useful first.
      const auto gain_of = [&](std::size_t i) {
        double gain = 0;
        for (const std::size_t number : serves[i]) {
          const AdvisedStatement& advised = questions_[number].advised;
          gain += (advised.work_before - advised.work_after) * advised.weight;
        }
        return gain;
      };
      std::stable_sort(chosen_.begin(), chosen_.end(),
                       [&](std::size_t a, std::size_t b) { return gain_of(a) > gain_of(b); });
      for (const std::size_t i : chosen_) {
        const Pooled& one = pool_[i];
        advice_.create.push_back(
            {one.named.name, one.index.table, one.named.sql + ";", one.price, serves[i]});
      }
      return;
    }
  }

  // Dropping
  // --------------------------------------------------------------------------------------------------------

  /// The chosen indexes are there.
  void drop() {
    const storage::Catalog& catalog = session_.database().catalog();
    struct Existing {
      std::string name, table;
      bool is_used = false;
    };
    std::vector<Existing> existing;
    for (const storage::TablePtr& table : catalog.tables(storage::SchemaName::kMain)) {
      for (const storage::IndexPtr& index : catalog.indexes_of(table->id)) {
        const bool is_new =
            std::any_of(advice_.create.begin(), advice_.create.end(),
                        [&](const AdvisedIndex& made) { return made.name == sql_name(index->name); });
        if (is_new || !is_droppable(*index) || serves_foreign_key(*table, *index)) continue;
        Existing one{index->name, table->name, false};
        for (const Question& question : questions_) {
          const std::string& plan = question.advised.plan_after;
          one.is_used = one.is_used || (" " + plan + " ").find(" " + index->name + " ") != std::string::npos;
        }
        existing.push_back(std::move(one));
      }
    }
    // Those that nobody reads first: then what is left has to do without them.
    std::stable_sort(existing.begin(), existing.end(),
                     [](const Existing& a, const Existing& b) { return a.is_used < b.is_used; });
    for (const Existing& index : existing) {
      if (!go_on("DROP INDEX " + index.name)) return;
      if (!index.is_used || is_no_worse_without(index.name)) {
        const std::uint64_t before = trial_.bytes();
        if (!trial_.define("DROP INDEX " + sql_name(index.name))) return;
        const std::uint64_t after = trial_.bytes();
        advice_.drop.push_back({index.name, index.table, "DROP INDEX " + sql_name(index.name) + ";",
                                before - std::min(before, after), index.is_used});
        dropped_.push_back(index.name);
      }
    }
  }

  /// Everything as it is to be, but without the index as well: does any statement take more?
  bool is_no_worse_without(const std::string& index) {
    bool is_no_worse = trial_.define("DROP INDEX " + sql_name(index)).has_value();
    for (Question& question : questions_) {
      if (!is_no_worse || !question.has_loops) continue;
      const auto run = ask(question);
      is_no_worse = run && has_same_rows(question, *run) &&
                    work_of(question, *run) <= 1.1 * question.advised.work_after + 10;
    }
    // Back to where we were: a trial undoes everything at once.
    trial_.undo();
    build(chosen_);
    for (const std::string& gone : dropped_) static_cast<void>(trial_.define("DROP INDEX " + sql_name(gone)));
    return is_no_worse;
  }

  oracle::Session& session_;
  const Workload& workload_;
  const AdviseOptions& options_;
  Trial& trial_;
  IndexAdvice advice_;
  std::vector<Question> questions_;
  std::map<std::string, std::size_t> by_text_;
  std::vector<Pooled> pool_;
  std::map<std::string, std::size_t> pool_keys_;
  std::set<std::string> pool_names_;
  std::vector<Bundle> bundles_;
  Bundle chosen_;
  std::vector<std::string> dropped_;
  bool is_stopped_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Expected<IndexAdvice> advise(oracle::Session& session, const Workload& workload,
                             const AdviseOptions& options) {
  auto trial = Trial::start(session);
  if (!trial) return Unexpected(trial.error());
  return Adviser(session, workload, options, *trial).run();
}

}  // namespace leftmost::advice
