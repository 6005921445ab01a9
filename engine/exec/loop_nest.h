// engine/exec/loop_nest.h - the loops of one SELECT, one inside the other, as a machine that stops at every combination
// of rows that passes all filters.
//
// A loop that is the right side of a LEFT JOIN runs once more on the all-NULL row when nothing matched its ON clause.
// After the loops, every RIGHT or FULL JOIN adds the rows of its right side that never matched, with the items to its
// left all NULL; the loops inside it run as always.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/exec/key_map.h"
#include "engine/exec/loop_cursor.h"
#include "engine/exec/stream_builder.h"

namespace leftmost::engine {

/// Where a SELECT's rows come from before its result columns are computed.
class RowProducer : public storage::FromLookaside {
 public:
  virtual ~RowProducer() = default;
  virtual void open() = 0;
  /// True: every item's row (or the group) is in place.
  virtual bool next() = 0;
  virtual void close() = 0;
};

class LoopNest final : public RowProducer {
 public:
  LoopNest(const planner::SelectPlan& plan, StreamBuilder& builder);
  LoopNest(const planner::LookasideVector<planner::Loop>& loops,
           const planner::LookasideVector<const planner::Expr*>& constant_filters, StreamBuilder& builder);

  void open() override;
  bool next() override;
  void close() override;
  /// The rest of the current search adds nothing (a min/max found its row): go on with the next value of the innermost
  /// IN, if there is one. False: nothing is left.
  bool skip_to_next_in_value();
  /// The rest of what the innermost loop searches now adds nothing (a sort under LIMIT refused its row, and those to come
  /// are behind it): go on with the next value of its IN, or with the next row of the loop around it.
  void end_innermost_search();

 private:
  struct FilterProgram {
    const planner::Expr* condition;
    const Program* program;
    bool is_outer_on;
    bool is_on;
  };
  struct Level {
    planner::ItemId item = planner::kNoItem;
    ItemWork* work = nullptr;
    std::unique_ptr<LoopCursor> cursor;
    storage::LookasideVector<FilterProgram> filters;
    bool is_left_join = false;
    bool is_right_join = false;
    bool one_row = false;
    bool is_table_scan = false;
    int jump_columns = 0;
    bool had_row = false;
    bool matched = false;      // LEFT JOIN: some row of this opening passed the ON clause
    bool on_null_row = false;
    bool has_ended = false;    // before its rows did
    std::unique_ptr<LoopCursor> unmatched;  // RIGHT JOIN: all rows once more
    std::vector<const Program*> unmatched_filters;
    std::vector<const Program*> pass_conditions;  // of all rows once more: not about the item, tested once
    KeyMap matched_keys;
  };

  bool advance(std::size_t level);
  bool passes(const Level& level, bool outer_on);
  bool next_unmatched(std::size_t level);
  bool start_right_pass();
  bool is_empty_for_good(std::size_t level) const;
  void add_pass_conditions(Level& level);
  void add_loop(const planner::Loop& loop, StreamBuilder& builder);

  Runtime& runtime_;
  storage::LookasideVector<Level> levels_;
  std::vector<const Program*> constant_filters_;
  bool started_ = false;
  bool is_done_ = true;
  std::size_t depth_ = 0;       // level to advance next
  std::size_t base_ = 0;        // the outermost level of the current pass
  bool in_right_pass_ = false;
};

}  // namespace leftmost::engine
