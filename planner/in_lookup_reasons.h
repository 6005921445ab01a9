// planner/in_lookup_reasons.h - what becomes of the table under `x IN (SELECT column FROM table)` when no
// list is made of it: the values are looked up in an index of it (or by rowid), or that index is read for the
// values to search elsewhere.
#pragma once

#include "planner/reason.h"

namespace leftmost::planner {

/// Writes over what was recorded of the table when its SELECT was planned by itself, which is not what runs.
/// `index`: null for the rowid. `columns`: how many of the index are compared. `drives_search`: its values
/// are read one after the other, each to be searched for in another table; else each row of the statement
/// looks its own value up. `general_before`: how many general reasons there were before that SELECT was
/// planned.
void tell_lookup_by_in(PlanReasons& reasons, const Item& item, const RelationIndex* index,
                       std::size_t columns, bool drives_search, std::size_t general_before);

}  // namespace leftmost::planner
