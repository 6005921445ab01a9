// engine/exec/runtime.h - one prepared statement while it runs: the current row of every FROM item, the
// subqueries in its expressions, its parameters, errors, limits and counters.
//
// It is the RowSource of every expression of the statement: a kColumn asks for the row of its item, a
// subquery node for the stream that was registered for it. What an uncorrelated subquery answers is kept
// until the end of the run.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/database.h"
#include "engine/exec/item_row.h"
#include "engine/exec/row_stream.h"
#include "engine/functions/evaluator.h"
#include "engine/functions/in_set.h"
#include "planner/query.h"
#include "storage/database_state.h"

namespace leftmost::engine {

class Runtime final : public RowSource {
 public:
  Runtime(Environment& environment, const ConnectionCounters& counters);

  /// Begins a run on `state`, which the statement may be changing while it runs.
  void start(const storage::DatabaseState& state, const Limits& limits,
             std::span<const storage::Value> parameters);

  StatementRun& run() { return run_; }
  EvalContext& eval() { return eval_; }
  const storage::DatabaseState& state() const { return *state_; }
  Work& work() { return work_; }
  /// Of the loops over one item (kSelfItem: of what belongs to none); stays where it is.
  ItemWork& work_of(planner::ItemId item) { return place_of(item).work; }
  storage::TreeCounters* counters_of(planner::ItemId item) { return &place_of(item).tree_counters; }
  /// Brings work() up to date with what the items and their trees counted.
  void settle_work();

  /// What a trigger did that the statement fired.
  void add_program_work(const Work& work);

  bool failed() const { return run_.failed(); }
  /// Counts one step of a loop. False if the statement has failed or was asked to stop.
  bool step() {
    if ((++steps_ & 0x3ff) == 0) check_limits(0);
    return !run_.failed();
  }
  /// False (with the error set) if `bytes` in one place, or the results so far, are more than the limit, or
  /// the caller asked to stop.
  bool check_limits(std::uint64_t bytes);

  /// The row of an item (kSelfItem: of the table that CHECKs, DEFAULTs and index expressions are about).
  ItemRow& row(planner::ItemId item) { return place_of(item).row; }

  // Registered while the statement is built.
  /// The item's rows are of this table: its VIRTUAL columns can be computed from now on. All outlive the
  /// runtime.
  void set_relation(planner::ItemId item, const planner::Relation& relation, storage::Arena& arena);
  /// `select`: the one that `stream` runs, which several nodes may call.
  void add_subquery(const planner::Expr& node, const planner::Select& select,
                    std::unique_ptr<RowStream> stream);
  /// Whether a node that calls the same SELECT has a stream, which then serves this node too: a SELECT has
  /// one place for the results of its aggregates.
  bool share_subquery(const planner::Expr& node, const planner::Select& select);
  bool has_subquery(const planner::Expr& node) const { return subqueries_.count(&node) != 0; }
  /// Where aggregates of `owner` find their results; the span is read when they are asked for.
  void set_aggregates(const planner::Select& owner, const std::vector<storage::Value>* values);

  /// The rows of the SELECT on the right side of `in` as a set. Valid until the next call for the same node.
  /// Null after an error.
  const InSet* in_set(const planner::Expr& in);
  /// Lets go of all cursors of subqueries, so that a write need not copy their pages.
  void close_subqueries();

  // RowSource
  storage::Value column(const planner::Expr& column) override;
  bool is_null_row(planner::ItemId item) override;
  storage::Value aggregate(const planner::Expr& aggregate) override;
  storage::Value scalar_subquery(const planner::Expr& subquery) override;
  void row_subquery(const planner::Expr& subquery, std::span<storage::Value> row) override;
  bool exists(const planner::Expr& exists) override;
  storage::Value in_select(const planner::Expr& in, std::span<const storage::Value> left) override;

 private:
  struct Subquery {
    std::shared_ptr<RowStream> stream;
    bool correlated = false;
    std::uint64_t run_number = 0;  // of the run whose answer is kept
    bool has_row = false;
    std::vector<storage::OwnedValue> row;
    std::unique_ptr<InSet> set;
  };
  struct Aggregates {
    const planner::Select* owner;
    const std::vector<storage::Value>* values;
  };

  /// An item: its row, and what finding and reading its rows took.
  struct Place : storage::FromLookaside {
    Place(StatementRun& run) : access{&run, &work, &tree_counters} { row.connect(&access); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ItemRow row;
    ItemWork work;
    storage::TreeCounters tree_counters;
    RowAccess access;
    std::unique_ptr<VirtualColumns> virtual_columns;
  };

  Place& place_of(planner::ItemId item);
  void add_places(std::size_t count);
  Place* looked_up(const planner::Expr& in);
  Subquery* first_row(const planner::Expr& node);
  StatementRun run_;
  EvalContext eval_;
  const storage::DatabaseState* state_ = nullptr;
  Limits limits_;
  Work work_;
  Work program_work_;
  std::uint64_t steps_ = 0;
  storage::LookasideVector<std::unique_ptr<Place>> places_;  // by ItemId
  Place self_;
  std::unordered_map<const planner::Expr*, std::shared_ptr<Subquery>> subqueries_;
  std::unordered_map<const planner::Select*, const planner::Expr*> first_calls_;  // of each SELECT of these
  std::vector<Aggregates> aggregates_;
};

/// Affinity and collation of every field of the left side of an IN.
std::vector<InSet::Field> in_set_fields(const planner::Expr& in);

/// Puts `arena` in the place of the run's results while it lives: a stream that is read in the middle of an
/// expression must not free that expression's values.
class ResultsScope {
 public:
  ResultsScope(StatementRun& run, storage::Arena& arena) : results_(run.results()), arena_(arena) {
    std::swap(results_, arena_);
  }
  ~ResultsScope() { std::swap(results_, arena_); }
  ResultsScope(const ResultsScope&) = delete;
  ResultsScope& operator=(const ResultsScope&) = delete;

 private:
  storage::Arena& results_;
  storage::Arena& arena_;
};

}  // namespace leftmost::engine
