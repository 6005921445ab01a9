// advice/skew.h - where the averages of ANALYZE mislead: a value that is far more or far less common than
// sqlite_stat1 says (group S of docs/reasons.md). Only the data can tell, so the entries that meet the
// condition were counted.
#pragma once

#include <optional>

#include "advice/explanation.h"
#include "planner/reason.h"

namespace leftmost::advice {

/// `stats-average-hides-skew`, if one of these holds of an index whose columns are all fixed by `=`:
///   - it is searched and then looked up in the table for at least half of the rows, which its average did
///   not say;
///   - it is not searched, and the value has at most a tenth of the entries that its average says.
/// `use` holds the counted runs; `is_covering`: the table is not read.
std::optional<StatementReason> explain_skew(const planner::IndexReason& index, const IndexUse& use,
                                            bool is_covering);

}  // namespace leftmost::advice
