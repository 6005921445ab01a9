// engine/exec/stream_builder.h - from a planned statement to the streams and programs that run it. Everything is made
// here, once per prepared statement; running it only opens and reads.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/exec/row_stream.h"
#include "engine/exec/runtime.h"
#include "engine/functions/evaluator.h"
#include "planner/plan.h"
#include "storage/error.h"

namespace leftmost::engine {

class RowBuffer;

/// Rows of a FROM subquery: made once per run (or once per outer row when correlated), read by every item that shares it.
class Materialized {
 public:
  Materialized(std::unique_ptr<RowStream> stream, bool correlated, Runtime& runtime);
  ~Materialized();
  /// Fills the buffer if it is not filled yet for this run. `outer_opening`: number of the opening of the SELECT that
  /// reads it; a correlated subquery is run again for each.
  const RowBuffer* rows();
  /// The SELECT that reads it starts again.
  void outer_opened();

 private:
  std::unique_ptr<RowStream> stream_;
  bool correlated_;
  Runtime& runtime_;
  std::unique_ptr<RowBuffer> buffer_;
  std::uint64_t run_number_ = 0;
};

class StreamBuilder {
 public:
  StreamBuilder(Runtime& runtime, storage::Arena& arena) : runtime_(runtime), arena_(arena) {}

  Runtime& runtime() { return runtime_; }
  storage::Arena& arena() { return arena_; }
  /// The plan whose streams are built next.
  void set_plan(const planner::Plan* plan) { plan_ = plan; }
  /// How the right side of a RIGHT or FULL JOIN is read once more for its rows without a match; null: by a table scan.
  const planner::Loop* right_join_pass(const planner::Item* item) const;

  /// The rows of a planned SELECT (the last arm of a compound). Null after an error.
  std::unique_ptr<RowStream> build(const planner::Select& select);
  /// The same for a SELECT whose rows are kept in a table of their own.
  std::unique_ptr<RowStream> build_stored(const planner::Select& select);
  bool is_stored(const planner::Select& select) const { return stored_ == &select; }
  /// A program for `expr`, with the subqueries in it prepared.
  const Program* compile(const planner::Expr& expr);
  /// Registers streams for all subqueries in `expr`.
  void prepare_subqueries(const planner::Expr& expr);

  /// The stream of an item that is a co-routine, or the shared rows of one that is materialised. Made when the
  /// SelectPlan that holds it is built.
  void add_coroutine(planner::ItemId item, std::unique_ptr<RowStream> stream) { coroutines_[item] = std::move(stream); }
  void add_materialized(planner::ItemId item, std::shared_ptr<Materialized> rows) { materialized_[item] = std::move(rows); }
  std::unique_ptr<RowStream> take_coroutine(planner::ItemId item);
  std::shared_ptr<Materialized> materialized(planner::ItemId item) const;

  /// The first thing that could not be built.
  const std::optional<Error>& error() const { return error_; }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }
  void not_supported(std::string_view feature, planner::Span span);

 private:
  Runtime& runtime_;
  storage::Arena& arena_;
  const planner::Plan* plan_ = nullptr;
  const planner::Select* stored_ = nullptr;
  std::map<planner::ItemId, std::unique_ptr<RowStream>> coroutines_;
  std::map<planner::ItemId, std::shared_ptr<Materialized>> materialized_;
  std::optional<Error> error_;
};

/// The stream of one SELECT core (no compound, no VALUES of several rows).
std::unique_ptr<RowStream> make_select_stream(const planner::Select& select, StreamBuilder& builder);
std::unique_ptr<RowStream> make_compound_stream(const planner::Select& select, StreamBuilder& builder);
std::unique_ptr<RowStream> make_values_stream(const planner::Select& select, StreamBuilder& builder);
std::unique_ptr<RowStream> make_recursive_stream(const planner::Select& select, StreamBuilder& builder);

}  // namespace leftmost::engine
