// planner/order_fit.h - how far the entries of a b-tree come in a wanted order, and what ends it.
//
//   ORDER BY last_name, born     index (last_name, first_name, born):  one term matches, then first_name is
//   in the way
//
// order_match.cpp decides what a path delivers; this says why it is not more, term by term.
#pragma once

#include "planner/loop_plan.h"

namespace leftmost::planner {

struct Fit {
  std::size_t matched = 0;  ///< leading terms that come in order
  std::string_view code;    ///< of docs/reasons.md; empty: everything matches
  std::string text;
  bool is_near = false;  ///< the b-tree has the wanted column, further to the right
};

/// Why term number `first` of `wanted`, the first that does not come for free, has to be sorted. `loop`: the
/// one that decides the order of all rows.
Fit why_sorted(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted, std::size_t first);

/// The first loop that can give more than one row: it decides the order of all. Requires: there is a loop.
const Candidate& deciding_loop(const LoopPlan& plan);

/// What one b-tree does for the order that its FROM clause is asked for (ORDER BY, GROUP BY, DISTINCT, min(),
/// max()).
struct OrderUse {
  bool is_mentioned = false;  ///< some of that order is about a key column of it
  bool delivers = false;      ///< its entries come in all of that order
  std::string_view code;      ///< why it does not do more; empty if there is no more to do
  std::string text;
};
/// `chosen`: the candidate that reads the item. `grouping`: the code where it is wanted for groups:
/// group-by-not-prefix or distinct-not-prefix.
OrderUse order_use(LoopPlan& plan, const ItemFacts& facts, const Probe& probe, const Candidate* chosen,
                   std::string_view grouping);

/// This b-tree of the loop's item has its entries in all of the wanted order, whether it is read now or not.
bool delivers_order(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted,
                    const Probe& probe);

}  // namespace leftmost::planner
