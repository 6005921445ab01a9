// planner/update_plan.h - the plan of an UPDATE, for which the planner has to know what is changed: rows found through an
// index that the new values move about are gathered before the first one is written.
#pragma once

#include "planner/planner.h"

namespace leftmost::planner {

/// plan_change() for UPDATE. `changed`: the indexes of the target whose entries may become others. `values`: planned and
/// printed after the loop; inside it, and so with its row estimate around them, where several rows are changed while it
/// runs.
Expected<std::unique_ptr<Plan>> plan_update(const ChangeQuery& change, std::span<Expr* const> values,
                                            std::span<const RelationIndex* const> changed, const PlannerOptions& options,
                                            storage::Arena& arena);

}  // namespace leftmost::planner
