// planner/partial_index_reasons.h - why a partial index may not be used (group I of docs/reasons.md).
#pragma once

#include "planner/column_reasons.h"

namespace leftmost::planner {

struct PartialReason {
  Explanation why;
  const Term* term = nullptr;  ///< the condition that comes closest, if one does
};

/// Of the first conjunct of the index's WHERE that no term makes true:
///   partial-predicate-parameter      a term would do if its parameter had a value
///   partial-predicate-not-identical  a term says as much, but not in these words
///   partial-predicate-missing        no term says it
/// Requires: the index is partial and unusable.
PartialReason why_partial_unusable(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                                   const Context& context);

}  // namespace leftmost::planner
