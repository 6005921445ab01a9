// engine/exec/loop_cursor.h - how one loop of a plan finds the rows of its item: one class per access path, all of them
// run through open(), next(), close(). They position the item's row and test no filters (loop_nest.h does).
#pragma once

#include <memory>
#include <optional>

#include "planner/plan.h"
#include "storage/btree.h"
#include "storage/lookaside.h"

namespace leftmost::engine {

class StreamBuilder;

class LoopCursor : public storage::FromLookaside {
 public:
  virtual ~LoopCursor() = default;
  /// Starts anew; seek values are computed from the current rows of the loops around it.
  virtual void open() = 0;
  /// True: the item's row is the next one found. False: no more, or an error (Runtime::failed()).
  virtual bool next() = 0;
  virtual void close() = 0;
  /// Whether next() is inside one value of an IN: a min/max that found its row goes on with the next value.
  virtual bool skip_to_next_in_value() { return false; }
  /// Before the next next(): go on behind the entries that agree with the current one in its first `columns` columns.
  virtual void jump_behind(int /*columns*/) {}
};

/// Makes `held` a snapshot of `tree`, so that rows found in it stay where they are until the cursor is closed.
inline void hold(std::optional<storage::BTree>& held, const storage::BTree& tree) {
  if (!held || !held->shares_root_with(tree)) held.emplace(tree);
}

/// The cursor of any loop. Null after an error of the builder.
std::unique_ptr<LoopCursor> make_loop_cursor(const planner::Loop& loop, StreamBuilder& builder);

// The access paths.
std::unique_ptr<LoopCursor> make_table_scan(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_rowid_search(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_index_cursor(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_automatic_index(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_multi_index_or(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_subquery_scan(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_function_scan(const planner::Loop& loop, StreamBuilder& builder);
std::unique_ptr<LoopCursor> make_schema_scan(const planner::Loop& loop, StreamBuilder& builder);

}  // namespace leftmost::engine
