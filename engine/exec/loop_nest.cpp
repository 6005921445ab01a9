#include "engine/exec/loop_nest.h"

#include <algorithm>

#include "engine/exec/expr_walk.h"

namespace leftmost::engine {

LoopNest::LoopNest(const planner::SelectPlan& plan, StreamBuilder& builder)
    : LoopNest(plan.loops, plan.constant_filters, builder) {}

LoopNest::LoopNest(const planner::LookasideVector<planner::Loop>& loops,
                   const planner::LookasideVector<const planner::Expr*>& constant_filters,
                   StreamBuilder& builder)
    : runtime_(builder.runtime()) {
  for (const planner::Expr* filter : constant_filters) constant_filters_.push_back(builder.compile(*filter));
  levels_.reserve(loops.size());
  for (const planner::Loop& loop : loops) add_loop(loop, builder);
}

namespace {

// SQLite reads a VIRTUAL column from the index that it searches. In the second pass of a RIGHT JOIN, over the
// rows without a match, it goes on to do so, and finds NULL.
bool reads_virtual_from_index(const planner::Loop& loop) {
  if (loop.index == nullptr || !loop.item->join.right) return false;
  const storage::TableDef& table = *loop.item->relation->def;
  const std::vector<storage::IndexColumn>& keys = loop.index->def->key_columns;
  return std::any_of(keys.begin(), keys.end(), [&table](const storage::IndexColumn& key) {
    return key.column >= 0 &&
           table.columns[static_cast<std::size_t>(key.column)].generated == storage::GeneratedKind::kVirtual;
  });
}

}  // namespace

void LoopNest::add_loop(const planner::Loop& loop, StreamBuilder& builder) {
  if (reads_virtual_from_index(loop)) {
    builder.not_supported("a RIGHT JOIN that searches an index on a VIRTUAL column", loop.item->span);
  }
  Level& level = levels_.emplace_back();
  level.item = loop.item->id;
  level.work = &runtime_.work_of(level.item);
  level.is_left_join = loop.item->join.left;
  level.is_right_join = loop.item->join.right;
  level.one_row = loop.one_row && loop.access != planner::AccessPath::kMultiIndexOr;
  for (const planner::SeekColumn& seek : loop.equalities) {
    if (seek.kind == planner::SeekKind::kIn) level.one_row = false;
  }
  level.is_table_scan = loop.access == planner::AccessPath::kTableScan;
  level.jump_columns = loop.jump_columns;
  level.cursor = make_loop_cursor(loop, builder);
  level.filters.reserve(loop.filters.size());
  for (const planner::Filter& filter : loop.filters) {
    level.filters.push_back({filter.condition, builder.compile(*filter.condition), filter.is_outer_on,
                             filter.condition->join_mark != planner::JoinMark::kNone});
  }
  if (level.is_right_join) {
    const planner::Loop* pass = builder.right_join_pass(loop.item);
    if (pass != nullptr) {
      level.unmatched = make_loop_cursor(*pass, builder);
    } else if (loop.item->kind == planner::ItemKind::kTable) {
      level.unmatched = make_table_scan(loop, builder);
    } else if (loop.item->kind == planner::ItemKind::kFunction) {
      level.unmatched = make_function_scan(loop, builder);
    } else {
      level.unmatched = make_subquery_scan(loop, builder);
    }
    for (const planner::Filter& filter :
         pass == nullptr ? planner::LookasideVector<planner::Filter>() : pass->filters) {
      const bool is_on = filter.is_outer_on || filter.condition->join_mark != planner::JoinMark::kNone;
      if (!is_on) level.unmatched_filters.push_back(builder.compile(*filter.condition));
    }
    add_pass_conditions(level);
  }
}

// Conditions of WHERE about the items to the left alone, which are all NULL in a RIGHT JOIN's pass over its
// right side: SQLite tests them before that loop.
void LoopNest::add_pass_conditions(Level& level) {
  for (const Level& outer : levels_) {
    for (const FilterProgram& filter : outer.filters) {
      if (filter.is_on || filter.is_outer_on) continue;
      bool is_constant = true;
      walk(filter.condition, [&](const planner::Expr& part) {
        const bool is_of_item = part.kind == planner::ExprKind::kColumn && part.item == level.item;
        if (is_of_item || part.kind == planner::ExprKind::kFunction || part.select != nullptr)
          is_constant = false;
      });
      if (is_constant) level.pass_conditions.push_back(filter.program);
    }
  }
}

void LoopNest::open() {
  started_ = false;
  is_done_ = false;
  in_right_pass_ = false;
  base_ = 0;
  depth_ = 0;
  for (Level& level : levels_) level.matched_keys.clear();
  for (const Program* filter : constant_filters_) {
    if (!test(*filter, runtime_.eval())) {
      is_done_ = true;
      return;
    }
  }
}

void LoopNest::close() {
  for (Level& level : levels_) {
    if (level.cursor) level.cursor->close();
    if (level.unmatched) level.unmatched->close();
  }
  is_done_ = true;
}

bool LoopNest::passes(const Level& level, bool outer_on) {
  for (const FilterProgram& filter : level.filters) {
    if (filter.is_outer_on == outer_on && !test(*filter.program, runtime_.eval())) return false;
  }
  return true;
}

// Moves one level to its next row that passes its filters.
bool LoopNest::advance(std::size_t index) {
  Level& level = levels_[index];
  if (in_right_pass_ && index == base_) return next_unmatched(index);
  if (level.on_null_row || level.has_ended) return false;
  if (!(level.one_row && level.had_row)) {
    while (level.cursor->next()) {
      runtime_.run().results().reset();  // what the filters of the row before made
      level.had_row = true;
      const bool matches = passes(level, true);
      if (runtime_.failed()) return false;
      if (matches) {
        level.matched = true;
        if (level.is_right_join) {
          std::string key;
          runtime_.row(level.item).copy_key(key);
          level.matched_keys.add(key);
        }
        if (passes(level, false)) {
          ++level.work->rows_passed;
          return true;
        }
        if (runtime_.failed()) return false;
      }
      if (level.one_row) break;
    }
    if (runtime_.failed()) return false;
  }
  if (!level.is_left_join || level.matched) return false;
  level.on_null_row = true;
  runtime_.row(level.item).set_null();
  return passes(level, false) && !runtime_.failed();
}

// A row of the right side of a RIGHT JOIN that nothing matched, with everything to its left NULL.
bool LoopNest::next_unmatched(std::size_t index) {
  Level& level = levels_[index];
  std::string key;
  while (level.unmatched->next()) {
    runtime_.row(level.item).copy_key(key);
    if (level.matched_keys.contains(key)) continue;
    bool keep = true;
    for (const Program* filter : level.unmatched_filters) keep = keep && test(*filter, runtime_.eval());
    for (std::size_t i = 0; i <= index && keep; ++i) {
      for (const FilterProgram& filter : levels_[i].filters) {
        // ON of a JOIN further in that speaks of this level is tested behind the outer join: here too.
        const bool is_left_out = filter.is_outer_on || (filter.is_on && i < index);
        keep = keep && (is_left_out || test(*filter.program, runtime_.eval()));
      }
    }
    if (runtime_.failed()) return false;
    if (keep) return true;
  }
  return false;
}

// The next RIGHT JOIN whose left-over rows are still to come.
bool LoopNest::start_right_pass() {
  for (std::size_t i = in_right_pass_ ? base_ + 1 : 0; i < levels_.size(); ++i) {
    if (!levels_[i].is_right_join) continue;
    in_right_pass_ = true;
    base_ = i;
    for (std::size_t left = 0; left < i; ++left) runtime_.row(levels_[left].item).set_null();
    // Left of a further RIGHT JOIN SQLite has no condition in the pass.
    const bool is_last = std::none_of(levels_.begin() + static_cast<std::ptrdiff_t>(i) + 1, levels_.end(),
                                      [](const Level& level) { return level.is_right_join; });
    bool may_match = true;
    for (const Program* condition : is_last ? levels_[i].pass_conditions : std::vector<const Program*>()) {
      may_match = may_match && test(*condition, runtime_.eval());
    }
    if (runtime_.failed()) return false;
    if (!may_match) continue;
    levels_[i].unmatched->open();
    return true;
  }
  return false;
}

// A table without rows inside other loops: no row of theirs can come out, so SQLite ends them all
// (codeOneLoopStart, src/wherecode.c: addrHalt). Not where an outer join makes up for missing rows.
bool LoopNest::is_empty_for_good(std::size_t index) const {
  if (in_right_pass_ || !levels_[index].is_table_scan || levels_[index].had_row) return false;
  for (std::size_t i = 1; i <= index; ++i) {
    if (levels_[i].is_left_join || levels_[i].is_right_join) return false;
  }
  return true;
}

bool LoopNest::next() {
  if (is_done_ || runtime_.failed()) return false;
  if (levels_.empty()) {
    is_done_ = true;
    return true;
  }
  const auto open_level = [this](std::size_t index) {
    Level& level = levels_[index];
    level.matched = false;
    level.on_null_row = false;
    level.had_row = false;
    level.has_ended = false;
    ++level.work->runs;
    level.cursor->open();
  };
  if (!started_) {
    started_ = true;
    depth_ = 0;
    open_level(0);
  } else if (const Level& last = levels_.back();
             last.jump_columns > 0 && depth_ + 1 == levels_.size() && !last.on_null_row) {
    last.cursor->jump_behind(last.jump_columns);  // the row before was taken
  }
  for (;;) {
    if (runtime_.failed()) {
      is_done_ = true;
      return false;
    }
    if (advance(depth_)) {
      if (depth_ + 1 == levels_.size()) return true;
      open_level(++depth_);
    } else if (runtime_.failed()) {
      continue;
    } else if (depth_ > base_ && !is_empty_for_good(depth_)) {
      --depth_;
    } else if (start_right_pass()) {
      depth_ = base_;
    } else {
      is_done_ = true;
      return false;
    }
  }
}

void LoopNest::end_innermost_search() {
  if (levels_.empty() || levels_.back().is_right_join) return;  // every match counts
  if (!levels_.back().cursor->skip_to_next_in_value()) levels_.back().has_ended = true;
}

bool LoopNest::skip_to_next_in_value() {
  for (std::size_t i = levels_.size(); i-- > 0;) {
    if (levels_[i].cursor->skip_to_next_in_value()) {
      depth_ = i;
      return true;
    }
  }
  is_done_ = true;
  return false;
}

}  // namespace leftmost::engine
