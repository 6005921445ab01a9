// planner/term_reasons.h - why one condition cannot search one index column, whatever stands before it in the
// index (groups X, L, B and I of docs/reasons.md).
//
// The condition is looked at from outside to inside: what kind of test it is (NOT, <>, OR, LIKE ...), what
// the column is wrapped in, and last, when it is a comparison of the bare column, whether its sides, its
// join, its collation and its types fit the index.
#pragma once

#include "planner/column_reasons.h"

namespace leftmost::planner {

/// Requires: `term` mentions the column (or what the index column is computed from), and no search of it uses
/// the term.
Explanation why_not_searchable(const Term& term, const LoopPlan& plan, const ItemFacts& facts,
                               const Probe& probe, int position, const Context& context);

/// pattern_reasons.cpp: `call` is like(pattern, column[, escape]) or glob(pattern, column).
Explanation why_pattern_fails(const Expr* call, const ProbeColumn& indexed, const std::string& name,
                              const Context& context);

/// expression_reasons.cpp: the side of the condition that is about the same columns as the expression of an
/// index column; null if there is none.
const Expr* side_like_expression(const Expr* condition, const Expr* expression, ItemId item);
/// A side of the condition is what the (generated) column of that number is computed from.
bool spells_out_column(const Expr* condition, const ItemFacts& facts, int column);
/// The expression itself is somewhere in `expr`.
bool mentions_expression(const Expr* expr, const Expr* expression, ItemId item);
/// Requires: `side` is not the same expression as `expression`.
Explanation why_other_expression(const Expr* side, const Expr* expression, ItemId item);

/// or_reasons.cpp: the OR gives no search of this item. No code: it could, one search for each branch, but
/// that is not worth it.
Explanation why_or_fails(const Term& term, const LoopPlan& plan, const ItemFacts& facts,
                         const std::string& name, const Context& context);

/// or_reasons.cpp: the branch of the OR that could be searched in the probe by itself, as a term about the
/// probe's first column; null if there is none.
const Term* branch_for(const Term& term, const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                       const Context& context);

bool mentions_column(const Expr* expr, ItemId item, int column);

}  // namespace leftmost::planner
