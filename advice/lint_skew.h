// advice/lint_skew.h - values in the statements of an application that are far more or far less common than
// sqlite_stat1 says: lint counts them in the file, which is all that it asks of the data.
#pragma once

#include <string_view>
#include <vector>

#include "advice/lint_statement.h"
#include "advice/planning_copy.h"

namespace leftmost::advice {

/// `stats-average-hides-skew` under the conditions of skew.h, for comparisons with constants that stand in
/// `sql`. Counts no further than what decides, and never more than a million entries; nothing where there are
/// no rows.
std::vector<StatementFinding> find_skew(const planner::Plan& plan, std::string_view sql, PlanningCopy& copy);

}  // namespace leftmost::advice
