// planner/column_reasons.h - what became of each column of one index, and the reason on the first column that
// is not a plain search (groups P, X, L, B and I of docs/reasons.md). Why one condition cannot search one
// column is in term_reasons.h, what a range ends in range_reasons.h.
#pragma once

#include "planner/order_fit.h"

namespace leftmost::planner {

/// What one index column could do for the query, before prefixes are looked at.
struct ColumnFacts {
  Term* search = nullptr;       ///< a term that a search can use, if the columns before allow it
  Term* upper = nullptr;        ///< with a lower bound in `search`: the upper one
  const Term* other = nullptr;  ///< a condition on the column that no search can use
  bool is_equality() const;
  bool has_term() const { return search != nullptr || other != nullptr; }
};

/// The columns of `probe` from the left.
std::vector<ColumnFacts> column_facts(LoopPlan& plan, const ItemFacts& facts, const Probe& probe);

struct Explanation {
  std::string_view code;
  std::string text;
};

/// Fills `reason.columns` and `seek_columns`. `chosen` is the candidate that reads the item, `order` what
/// this index does for the wanted order. Where another index is used, roles are those that the columns would
/// have.
void explain_columns(IndexReason& reason, LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                     const Candidate* chosen, const OrderUse& order, const Context& context);

}  // namespace leftmost::planner
