// planner/choice_reasons.h - why an index that could be searched is not: hints, statistics, costs (group S of
// docs/reasons.md).
#pragma once

#include "planner/column_reasons.h"

namespace leftmost::planner {

/// The loops as they would be without the hints that the statement gives; null where it gives none, or where
/// they change nothing worth knowing.
struct WithoutHints {
  std::unique_ptr<LoopPlan> index_choice;  ///< without INDEXED BY and NOT INDEXED
  std::unique_ptr<LoopPlan> likelihood;    ///< without likely() and the like
};
WithoutHints plan_without_hints(Context& context, const LoopPlan& plan);

/// Why `probe`, whose first column has a condition to search by, is not what `chosen` reads. `columns`: of
/// probe.
Explanation why_costlier(const LoopPlan& plan, const WithoutHints& without, const ItemFacts& facts,
                         const Probe& probe, const Candidate& chosen,
                         const std::vector<ColumnFacts>& columns);

/// in-list-too-long, where the search through `chosen` stops before its column `position` although an IN
/// could continue it: with statistics SQLite weighs so many more searches against stepping over the entries.
Explanation why_in_left_out(const Candidate* chosen, int position, const Term& term);

/// Without statistics two indexes with as many fixed columns look alike. True where the choice of `chosen`
/// over `probe` was such a toss.
bool is_coin_toss(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe, const Candidate& chosen,
                  const std::vector<ColumnFacts>& columns);

}  // namespace leftmost::planner
