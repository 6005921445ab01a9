// advice/explanation_check.h - what must hold of every explanation, whatever the statement: each index of a
// table is told once, what is told fits the plan's lines, the first column that is no search says why, and
// carets stand under what they mean. The tests ask it of thousands of random statements.
#pragma once

#include <string>
#include <vector>

#include "advice/explanation.h"
#include "storage/catalog.h"

namespace leftmost::advice {

/// Every broken rule, one sentence each; empty means sound.
std::vector<std::string> broken_rules(const Explanation& explanation, const storage::Catalog& catalog);

/// The columns that a line of the plan names as searched: 2 for `SEARCH t USING INDEX i (a=? AND b>? AND
/// b<?)`.
int searched_columns(const std::string& plan_line);

}  // namespace leftmost::advice
