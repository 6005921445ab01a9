// planner/barrier_reasons.h - what keeps a condition out of a FROM subquery: LIMIT, window functions, a
// set operation, a CTE that is stored first (group J of docs/reasons.md).
#pragma once

#include "planner/query.h"
#include "planner/reason.h"

namespace leftmost::planner {

/// For a FROM subquery of `outer` with window functions, whether or not some condition went inside: a reason
/// for the first one that has to wait for them. False: none has to. Conditions on what windows compute are
/// none of those.
bool explain_window_barrier(PlanReasons& reasons, const Select& outer, const Item& item);

/// For a FROM subquery of `outer` that was neither merged nor given any condition. One reason for the first
/// condition that has to wait; nothing if no condition is about its columns.
void explain_barrier(PlanReasons& reasons, const Select& outer, const Item& item);

}  // namespace leftmost::planner
