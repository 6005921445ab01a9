#include "advice/index_advice.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "advice/explanation.h"
#include "advice/index_cover.h"
#include "advice/index_pool.h"
#include "advice/index_upkeep.h"
#include "advice/parameters.h"
#include "advice/proof.h"
#include "advice/runs.h"
#include "advice/sample_values.h"
#include "advice/set_work.h"
#include "storage/catalog.h"

namespace leftmost::advice {
namespace {

// A statement of so few steps is as quick as it can be, and a gain of so few is no reason for an index.
constexpr double kWorkToNotice = 400;
constexpr double kGainToNotice = 300;
// Served: at most this times the work of the best option, and as many steps as are no reason for an index.
// What is served as things are wants nothing.
constexpr double kServedFactor = 2;
// Of a statement that no index helps: at most this times the work as it was. One that writes has more indexes
// to keep up, which is their price and no fault of the set.
constexpr double kUnharmedFactor = 1.1;
constexpr double kUnharmedFactorWriting = 3;
// How long one statement may run as things are.
constexpr double kSecondsPerRun = 10;
// Pairs of indexes on two tables that are looked at for one statement; looks cost plans, not runs.
constexpr std::size_t kPairsMax = 400;
constexpr std::size_t kSecondRoundMax = 4;

class Adviser {
 public:
  Adviser(oracle::Session& session, const Workload& workload, const AdviseOptions& options, Trial& trial)
      : session_(session), workload_(workload), options_(options), trial_(trial), pool_(trial) {}

  Expected<IndexAdvice> run() {
    for (std::size_t i = 0; i < workload_.statements().size(); ++i) collect(i);
    for (AskedStatement& statement : statements_) measure_before(statement);
    options_of_.resize(statements_.size());
    proposed_by_.resize(statements_.size());
    propose();
    for (const IndexSet& bundle : bundles_) evaluate(bundle);
    for (std::size_t number = 0; number < statements_.size(); ++number) combine(number);
    if (!is_stopped_) choose();
    prove();
    if (options_.drop) drop();
    if (is_stopped_) return fail(ErrorCode::kInterrupt, "interrupted");
    for (AskedStatement& statement : statements_) advice_.statements.push_back(std::move(statement.advised));
    return std::move(advice_);
  }

 private:
  // Statements
  // ------------------------------------------------------------------------------------------------------

  void collect(std::size_t number) {
    const WorkloadStatement& written = workload_.statements()[number];
    if (const auto known = by_text_.find(written.normal); known != by_text_.end()) {
      AdvisedStatement& advised = statements_[known->second].advised;
      advised.weight += written.weight;
      ++advised.occurrences;
      return;
    }
    const std::string sql(workload_.sql(written));
    auto prepared = session_.database().prepare(sql);
    if (!prepared) {
      advice_.left_out.push_back({number, prepared.error()});
      return;
    }
    if (prepared->plan() == nullptr || prepared->kind() == engine::StatementKind::kExplainQueryPlan ||
        prepared->kind() == engine::StatementKind::kExplainWhy) {
      return;
    }
    AskedStatement statement;
    statement.advised.number = number;
    statement.advised.weight = written.weight;
    statement.sql = sql;
    statement.is_readonly = prepared->is_readonly();
    read_plan(*prepared->plan(), statement);
    statement.advised.is_measured = bind(written, *prepared, statement);
    by_text_[written.normal] = statements_.size();
    statements_.push_back(std::move(statement));
  }

  static void read_plan(const planner::Plan& plan, AskedStatement& statement) {
    statement.has_limit = has_limit(plan);
    std::size_t loops = plan.change_loops.size();
    for (const planner::SelectPlan& select : plan.selects) loops += select.loops.size();
    statement.has_loops = loops > 0;
    const auto add = [&](const planner::Item* item) {
      if (item != nullptr && item->relation != nullptr)
        statement.tables.insert(lower_case(item->relation->def->name));
    };
    for (const planner::TableReason& table : plan.reasons.tables) add(table.item);
    for (const planner::SelectPlan& select : plan.selects) {
      for (const planner::Loop& loop : select.loops) add(loop.item);
    }
    for (const planner::Loop& loop : plan.change_loops) add(loop.item);
  }

  /// True if every parameter has a value, so that it can be run.
  bool bind(const WorkloadStatement& written, const engine::Statement& prepared, AskedStatement& statement) {
    std::vector<std::optional<storage::OwnedValue>> values(
        static_cast<std::size_t>(prepared.parameter_count()));
    for (const ParameterText& parameter : written.parameters) {
      const int number = parameter_number(prepared, parameter.name);
      if (number == 0) continue;
      if (auto value = value_of_sql(parameter.value))
        values[static_cast<std::size_t>(number) - 1] = std::move(*value);
    }
    const bool is_given =
        std::all_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
    const bool can_run = sample_values(*prepared.plan(), *session_.twin(), values);
    statement.advised.has_samples = can_run && !is_given;
    for (auto& value : values) statement.bindings.push_back(std::move(value).value_or(storage::OwnedValue()));
    return can_run;
  }

  void measure_before(AskedStatement& statement) {
    if (!go_on(statement.sql)) return;
    const auto begin = std::chrono::steady_clock::now();
    auto run = work_.ask(statement, kSecondsPerRun);
    statement.seconds_before =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!run && statement.advised.is_measured) {
      // It fails, or runs too long: its plan is all there is.
      statement.advised.is_measured = false;
      run = work_.ask(statement, 0);
    }
    AdvisedStatement& advised = statement.advised;
    if (!run) {
      statement.has_loops = false;  // SQLite plans otherwise: nothing is advised for it
      return;
    }
    statement.before = std::move(*run);
    advised.work_before = advised.work_after = advised.work_best = work_.work_of(statement, statement.before);
    if (statement.before.work) advised.rows_before = advised.rows_after = statement.before.work->rows_visited;
    advised.plan_before = advised.plan_after = plan_in_one_line(statement.before.plan);
  }

  bool is_worth_help(const AskedStatement& statement) const {
    return statement.has_loops && statement.advised.work_before >= kWorkToNotice;
  }

  /// Work up to which a statement counts as served, if this is the least it could take.
  static double served_limit(double best) { return kServedFactor * best + kGainToNotice; }

  double unharmed_limit(const AskedStatement& statement) const {
    const double factor = statement.is_readonly ? kUnharmedFactor : kUnharmedFactorWriting;
    return factor * statement.advised.work_before + kGainToNotice;
  }

  // Candidates
  // ------------------------------------------------------------------------------------------------------

  void propose() {
    for (std::size_t number = 0; number < statements_.size(); ++number) {
      const AskedStatement& statement = statements_[number];
      if (!is_worth_help(statement)) continue;
      const auto prepared = trial_.database().prepare(statement.sql);
      if (!prepared || prepared->plan() == nullptr) continue;
      ProposalOptions options;
      options.each_column = true;
      for (const IndexProposal& proposal : propose_indexes(*prepared->plan(), prepared->sql(), options)) {
        IndexSet bundle;
        for (const ProposedIndex& index : proposal.indexes) bundle.push_back(pool_.add(index));
        bundle = joined(std::move(bundle), {});
        if (bundle.size() == 1) proposed_by_[number].push_back(bundle.front());
        add_bundle(std::move(bundle));
      }
    }
    add_reorderings();
    add_longer_ones();
  }

  void add_bundle(IndexSet bundle) {
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
        if (!is_part || begins_with(a, b)) continue;
        ProposedIndex both = b;
        for (const std::string& column : a.columns) {
          if (!has(b.columns, column)) both.columns.push_back(column);
        }
        add_bundle({pool_.add(both)});
      }
    }
  }

  static bool begins_with(const ProposedIndex& longer, const ProposedIndex& index) {
    return longer.table == index.table && longer.where == index.where &&
           longer.columns.size() >= index.columns.size() &&
           std::equal(index.columns.begin(), index.columns.end(), longer.columns.begin());
  }

  /// (a) and (b) together for the branches of an OR: (a, c), which another statement wants, does as well as
  /// (a).
  void add_longer_ones() {
    const std::size_t count = bundles_.size();
    for (std::size_t n = 0; n < count; ++n) {
      const IndexSet bundle = bundles_[n];
      if (bundle.size() < 2) continue;
      for (std::size_t at = 0; at < bundle.size(); ++at) {
        for (std::size_t other = 0; other < pool_.size(); ++other) {
          if (other == bundle[at] || !begins_with(pool_[other].index, pool_[bundle[at]].index)) continue;
          IndexSet longer = bundle;
          longer[at] = other;
          add_bundle(joined(std::move(longer), {}));
        }
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

  void try_on(std::size_t number, const IndexSet& set) {
    const SetWork::Taken& taken = work_.with(number, set);
    if (taken.used.empty() || taken.work >= statements_[number].advised.work_before) return;
    auto& options = options_of_[number];
    const bool is_known = std::any_of(options.begin(), options.end(),
                                      [&](const CoverOption& other) { return other.indexes == taken.used; });
    if (!is_known) options.push_back({taken.used, taken.work});
  }

  void evaluate(const IndexSet& bundle) {
    if (is_stopped_ || !has_time() || !go_on(pool_[bundle.front()].named.sql)) return;
    std::vector<std::size_t> concerned;
    for (std::size_t number = 0; number < statements_.size(); ++number) {
      if (is_worth_help(statements_[number]) && !pool_.on_tables(bundle, statements_[number].tables).empty())
        concerned.push_back(number);
    }
    if (work_.measure_together(bundle, concerned)) ++advice_.candidates;
    for (const std::size_t number : concerned) try_on(number, bundle);
  }

  const CoverOption* best_option(std::size_t number) const {
    const CoverOption* best = nullptr;
    for (const CoverOption& option : options_of_[number]) {
      if (best == nullptr || option.cost < best->cost) best = &option;
    }
    return best;
  }

  /// Of a statement on several tables: pairs of what it wants for each of them, and then what helps further
  /// once the best of these is there.
  void combine(std::size_t number) {
    const AskedStatement& statement = statements_[number];
    if (statement.tables.size() < 2 || !is_worth_help(statement)) return;
    // Also what another statement wants and begins with the same columns: one index may do for both.
    IndexSet longer;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      const bool is_longer =
          std::any_of(proposed_by_[number].begin(), proposed_by_[number].end(),
                      [&](std::size_t mine) { return begins_with(pool_[i].index, pool_[mine].index); });
      if (is_longer) longer.push_back(i);
    }
    const IndexSet singles = joined(proposed_by_[number], longer);
    std::vector<IndexSet> pairs;
    for (std::size_t i = 0; i < singles.size(); ++i) {
      for (std::size_t j = i + 1; j < singles.size(); ++j) {
        if (pool_[singles[i]].table != pool_[singles[j]].table) pairs.push_back({singles[i], singles[j]});
      }
    }
    if (pairs.size() > kPairsMax) pairs.resize(kPairsMax);
    for (const IndexSet& pair : pairs) try_all_used(number, pair);
    for (std::size_t round = 2; round < statement.tables.size(); ++round) {
      const CoverOption* best = best_option(number);
      if (best == nullptr) return;
      const IndexSet first = best->indexes;
      for (const std::size_t more : singles) try_all_used(number, joined(first, {more}));
    }
    propose_once_more(number);
  }

  void try_all_used(std::size_t number, const IndexSet& set) {
    if (is_stopped_ || !has_time() || !go_on(pool_[set.front()].named.sql)) return;
    if (work_.read_by(number, set) != set) return;
    ++advice_.candidates;
    try_on(number, set);
  }

  /// With its best indexes there, the statement may want others that it did not without them.
  void propose_once_more(std::size_t number) {
    const CoverOption* best = best_option(number);
    if (best == nullptr || is_stopped_ || !has_time()) return;
    const IndexSet first = best->indexes;
    if (!pool_.build(first)) return;
    IndexSet further;
    const auto prepared = trial_.database().prepare(statements_[number].sql);
    if (prepared && prepared->plan() != nullptr) {
      for (const IndexProposal& proposal : propose_indexes(*prepared->plan(), prepared->sql())) {
        if (further.size() == kSecondRoundMax) break;
        if (proposal.indexes.size() == 1) further.push_back(pool_.add(proposal.indexes.front()));
      }
    }
    trial_.undo();
    for (const std::size_t more : further) try_all_used(number, joined(first, {more}));
  }

  // Choosing
  // --------------------------------------------------------------------------------------------------------

  void choose() {
    CoverProblem problem;
    for (std::size_t i = 0; i < pool_.size(); ++i)
      problem.index_costs.push_back(static_cast<double>(pool_[i].price.bytes));
    std::vector<std::size_t> numbers;  // of the statements of the problem
    for (std::size_t number = 0; number < statements_.size(); ++number) {
      AdvisedStatement& advised = statements_[number].advised;
      const CoverOption* best = best_option(number);
      if (best == nullptr || advised.work_before <= served_limit(best->cost)) continue;
      advised.work_best = best->cost;
      numbers.push_back(number);
      std::vector<CoverOption>& options = problem.options.emplace_back();
      for (const CoverOption& option : options_of_[number]) {
        if (option.cost <= served_limit(best->cost))
          options.push_back({option.indexes, option.cost * advised.weight});
      }
    }
    advice_.improvable = numbers.size();
    problem.check = [&](const IndexSet& set) { return faults_of(set, numbers); };
    Cover cover = smallest_cover(problem);
    chosen_ = std::move(cover.indexes);
    advice_.is_exact = cover.is_exact;
    advice_.size_min = cover.size_min;
  }

  /// `numbers`: the statements that count as those of the problem.
  CoverFaults faults_of(const IndexSet& set, const std::vector<std::size_t>& numbers) {
    CoverFaults faults;
    if (!go_on("sets of indexes")) return faults;
    std::vector<std::size_t> concerned;
    for (std::size_t number = 0; number < statements_.size(); ++number) {
      if (statements_[number].has_loops && !pool_.on_tables(set, statements_[number].tables).empty())
        concerned.push_back(number);
    }
    work_.look(set, concerned);
    for (const std::size_t number : concerned) {
      if (work_.with(number, set).work > unharmed_limit(statements_[number])) ++faults.harmed;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (work_.with(numbers[i], set).work > served_limit(statements_[numbers[i]].advised.work_best))
        faults.unserved.push_back(i);
    }
    return faults;
  }

  /// The whole set is built, and every statement runs. What nobody reads then goes, and the rest is proven
  /// again.
  void prove() {
    for (;;) {
      if (is_stopped_ || !pool_.build(chosen_)) return;
      IndexSet used;
      std::vector<std::vector<std::size_t>> serves(pool_.size());
      for (std::size_t number = 0; number < statements_.size(); ++number) {
        AskedStatement& statement = statements_[number];
        if (!statement.has_loops || !go_on(statement.sql)) continue;
        auto run = work_.ask(statement, kSecondsPerRun);
        if (!run) continue;
        AdvisedStatement& advised = statement.advised;
        advised.work_after = work_.work_of(statement, *run);
        if (run->work) advised.rows_after = run->work->rows_visited;
        advised.plan_after = plan_in_one_line(run->plan);
        const IndexSet mine = pool_.used(chosen_, run->plan);
        for (const std::size_t i : mine) serves[i].push_back(number);
        used = joined(std::move(used), mine);
      }
      if (used.size() < chosen_.size()) {
        trial_.undo();
        chosen_ = std::move(used);
        continue;
      }
      count_served();
      // The most useful first.
      const auto gain_of = [&](std::size_t i) {
        double gain = 0;
        for (const std::size_t number : serves[i]) {
          const AdvisedStatement& advised = statements_[number].advised;
          gain += (advised.work_before - advised.work_after) * advised.weight;
        }
        return gain;
      };
      std::stable_sort(chosen_.begin(), chosen_.end(),
                       [&](std::size_t a, std::size_t b) { return gain_of(a) > gain_of(b); });
      for (const std::size_t i : chosen_) {
        const PooledIndex& one = pool_[i];
        advice_.create.push_back(
            {one.named.name, one.index.table, one.named.sql + ";", one.price, serves[i]});
      }
      return;
    }
  }

  void count_served() {
    for (const AskedStatement& statement : statements_) {
      const AdvisedStatement& advised = statement.advised;
      if (advised.work_best < advised.work_before && advised.work_after <= served_limit(advised.work_best))
        ++advice_.served;
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
    const HiddenUsers hidden(*session_.twin());
    const std::string left_out = plans_of_left_out();
    std::vector<Existing> existing;
    for (const storage::TablePtr& table : catalog.tables(storage::SchemaName::kMain)) {
      for (const storage::IndexPtr& index : catalog.indexes_of(table->id)) {
        const bool is_new =
            std::any_of(advice_.create.begin(), advice_.create.end(),
                        [&](const AdvisedIndex& made) { return made.name == sql_name(index->name); });
        if (is_new || !is_droppable(*index) || serves_foreign_key(*table, *index) ||
            hidden.may_use(*table, *index) || is_read(left_out, index->name)) {
          continue;
        }
        const bool is_used =
            std::any_of(statements_.begin(), statements_.end(), [&](const AskedStatement& statement) {
              return is_read(statement.advised.plan_after, index->name);
            });
        existing.push_back({index->name, table->name, is_used});
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

  /// What SQLite plans for the statements that we do not understand: they have their indexes too.
  std::string plans_of_left_out() {
    std::string plans;
    for (const LeftOut& one : advice_.left_out) {
      const auto plan = session_.twin()->plan(workload_.sql(workload_.statements()[one.number]));
      if (plan) plans += plan_in_one_line(*plan) + " ";
    }
    return plans;
  }

  /// Everything as it is to be, but without the index as well: does any statement take more?
  bool is_no_worse_without(const std::string& index) {
    bool is_no_worse = trial_.define("DROP INDEX " + sql_name(index)).has_value();
    for (AskedStatement& statement : statements_) {
      if (!is_no_worse || !statement.has_loops) continue;
      const auto run = work_.ask(statement, kSecondsPerRun);
      is_no_worse = run && work_.has_same_rows(statement, *run) &&
                    work_.work_of(statement, *run) <= 1.1 * statement.advised.work_after + 10;
    }
    // Back to where we were: a trial undoes everything at once.
    trial_.undo();
    pool_.build(chosen_);
    for (const std::string& gone : dropped_) static_cast<void>(trial_.define("DROP INDEX " + sql_name(gone)));
    return is_no_worse;
  }

  oracle::Session& session_;
  const Workload& workload_;
  const AdviseOptions& options_;
  Trial& trial_;
  IndexPool pool_;
  std::vector<AskedStatement> statements_;
  SetWork work_{trial_, pool_, statements_};
  IndexAdvice advice_;
  std::map<std::string, std::size_t> by_text_;
  std::vector<IndexSet> proposed_by_;                 // single indexes, of each statement
  std::vector<IndexSet> bundles_;                     // to be tried together
  std::vector<std::vector<CoverOption>> options_of_;  // each statement
  IndexSet chosen_;
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
