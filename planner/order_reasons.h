// planner/order_reasons.h - why rows have to be sorted, grouped or made distinct by a temporary b-tree
// although there are indexes (group O of docs/reasons.md).
#pragma once

#include "planner/loop_plan.h"

namespace leftmost::planner {

/// Adds what is to be said about ORDER BY, GROUP BY and DISTINCT of `select` to `reasons.general`.
void explain_order(PlanReasons& reasons, const Select& select, const SelectPlan& plan, LoopPlan& loops);

}  // namespace leftmost::planner
