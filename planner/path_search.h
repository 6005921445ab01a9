// planner/path_search.h - the join order and the access path of every item: an N-nearest-neighbours search
// over the candidates, run twice when rows are wanted in an order (section 5 of docs/planner.md).
#pragma once

#include "planner/candidates.h"

namespace leftmost::planner {

enum class OrderMatchMode : std::uint8_t {
  kOrder,
  kGroup,
  kDistinct,
  kMin,
  kMax,
  kInnerLoop,  ///< do the rows of the last loop alone come in order? Decides its direction only
};

/// What the path is asked to deliver.
struct WantedOrder {
  std::span<const OrderTerm> terms;  ///< empty: nothing
  OrderMatchMode mode = OrderMatchMode::kOrder;
  bool helps_candidates = true;  ///< false for an aggregate's DISTINCT argument
  /// Rows that come out distinct: the result columns, or GROUP BY and the argument of agg(DISTINCT x).
  std::span<const OrderTerm> distinct;
  /// Of `distinct`, the argument of agg(DISTINCT x): only an index column can deliver it in order.
  const Expr* aggregate_argument = nullptr;
  bool wants_distinct = false;
  bool group_may_order = false;  ///< GROUP BY and ORDER BY agree: see PathChoice::group_orders
  bool uses_limit = false;       ///< limit_rows is the LogEst of a constant LIMIT
  storage::LogEst limit_rows = 0;
};

enum class DistinctAnswer : std::uint8_t { kNo, kUnique, kOrdered };

struct PathChoice {
  LookasideVector<Candidate> loops;  ///< outermost first
  storage::LogEst rows = 0;
  int order_satisfied = 0;  ///< leading terms of the wanted order that come for free
  ItemSet reverse = 0;      ///< bit i: loop i runs backwards
  ItemSet nulls_last = 0;   ///< bit i: loop i needs a second pass for NULLs
  DistinctAnswer distinct = DistinctAnswer::kNo;
  int distinct_columns =
      0;  ///< kOrdered: leading columns of the last loop's index that the distinct terms are
  /// The wanted order has to be sorted for, but within each run of the last loop its rows come in it.
  bool inner_loop_orders = false;
  bool group_orders = false;  ///< the path delivers the GROUP BY in the ORDER BY's directions
};

struct PathRequest {
  Context& context;
  const LookasideVector<ItemFacts>& facts;
  const ItemNumbers& numbers;
  TermList& where;
  std::size_t item_count = 0;
  const WantedOrder& wanted;
};

/// Errors (in the context): `no query solution`.
PathChoice search_path(const PathRequest& request, const LookasideVector<Candidate>& candidates);

/// Section 5.4: the number of leading wanted terms that the loops deliver, -1: not known before more loops
/// are added.
struct OrderMatch {
  int satisfied = 0;
  ItemSet reverse = 0;
  ItemSet nulls_last = 0;
  int index_columns =
      0;  ///< leading columns of the last loop's index, up to the last one that is a wanted term
};
OrderMatch match_order(const PathRequest& request, std::span<const OrderTerm> wanted, OrderMatchMode mode,
                       std::span<const Candidate* const> path);

/// How often the loops of enclosing SELECTs run these: what the rows of a path start from.
storage::LogEst start_rows(const Context& context);

/// Section 5.3: what sorting `rows` costs when `satisfied` of `terms` terms are already in order.
storage::LogEst sort_cost(const WantedOrder& wanted, storage::LogEst rows, int terms, int satisfied);

}  // namespace leftmost::planner
