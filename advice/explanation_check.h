// advice/explanation_check.h - what must hold of every explanation, whatever the statement: each index of a
// table is told once, what is told fits the plan's lines, the first column that is no search says why, and
// carets stand under what they mean. The tests ask it of thousands of random statements.
#pragma once

#include <string>
#include <vector>

#include "advice/explanation.h"
#include "planner/plan.h"
#include "storage/catalog.h"

namespace leftmost::advice {

/// Every broken rule, one sentence each; empty means sound.
std::vector<std::string> broken_rules(const Explanation& explanation, const storage::Catalog& catalog);

/// What the WHERE, ON, ORDER BY, GROUP BY and DISTINCT of a statement ask for and nothing tells: each
/// condition that is tested row by row is told by an index column, as one that no index can serve, or by a
/// reason of the whole statement; and the first column of an index that is no search has a code where one of
/// these mentions it. One sentence each.
std::vector<std::string> untold(const planner::Plan& plan);

/// How many columns a line of the plan names as searched: 1 and 1 for
/// `SEARCH t USING INDEX i (a=? AND b>? AND b<?)`.
struct SearchedColumns {
  int equal = 0;
  int in_range = 0;
};
SearchedColumns searched_columns(const std::string& plan_line);

}  // namespace leftmost::advice
