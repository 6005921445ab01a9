// engine/exec/group_producer.h - rows in, groups out: GROUP BY and aggregates over the rows of another
// producer.
//
//   kOneGroup   all rows are one group, which exists even without rows
//   kByLoops    the loops deliver groups one after the other: a group ends where the key changes
//   kSorted     groups are gathered by key and come out in key order (what SQLite gets by sorting the rows
//   first)
//
// A column that stands outside all aggregates shows the group's first row; with min() or max() among the
// aggregates, the row that set the last new extreme of the last of them
// (https://www.sqlite.org/lang_select.html#bareagg).
#pragma once

#include <memory>

#include "engine/exec/loop_nest.h"
#include "engine/exec/stream_builder.h"

namespace leftmost::engine {

/// Takes `rows` over, which may be null when the plan counts a whole table (count_shortcut).
std::unique_ptr<RowProducer> make_group_producer(const planner::Select& select,
                                                 std::unique_ptr<LoopNest> rows, StreamBuilder& builder);

}  // namespace leftmost::engine
