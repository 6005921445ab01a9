// planner/join_reasons.h - why a join or a correlated subquery keeps an index out of reach (group J of
// docs/reasons.md; what waits outside a FROM subquery: barrier_reasons.h).
#pragma once

#include "planner/loop_plan.h"
#include "planner/reason.h"

namespace leftmost::planner {

/// The reasons of one decided FROM clause. `context` may be planned with again, to see what a hint changed.
void explain_joins(PlanReasons& reasons, LoopPlan& plan, Context& context);

/// The candidate that reads the item at `position` of the FROM clause; null if its join was dropped.
const Candidate* chosen_for(const LoopPlan& plan, int position);
/// It goes through its b-tree by a condition, not from end to end.
bool searches(const Candidate& candidate);

}  // namespace leftmost::planner
