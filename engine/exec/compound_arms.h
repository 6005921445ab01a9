// engine/exec/compound_arms.h - what the ways to put the arms of a compound SELECT together share: one
// gathers rows in a set (compound_stream.cpp), one merges sorted rows (merge_stream.h).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/exec/stream_builder.h"
#include "storage/key_codec.h"

namespace leftmost::engine {

/// The arms from the left to the right.
std::vector<const planner::Select*> arms_of_compound(const planner::Select& last);
/// One arm, a SELECT core or VALUES, without the ORDER BY and LIMIT of the compound. Null after an error.
std::unique_ptr<RowStream> make_compound_arm(const planner::Select& arm, StreamBuilder& builder);
/// How the result columns of some arms are compared: the leftmost arm that has a collation for a column
/// decides.
std::vector<storage::KeyColumn> column_keys(std::span<const planner::Select* const> arms);

/// Arms that are merged in the order of the ORDER BY of the last one.
std::unique_ptr<RowStream> make_merge_stream(const planner::Select& last, StreamBuilder& builder);

}  // namespace leftmost::engine
