// planner/term_analysis.h - how one conjunct becomes a term: the inside of terms.cpp, split by kind of
// condition.
#pragma once

#include "planner/terms.h"

namespace leftmost::planner {

enum class TermOrigin : std::uint8_t { kBase, kVirtual };

/// Appends an unanalysed term; its markers are stripped and its likelihood() is kept.
Term& append_term(TermList& list, Expr* expr, TermOrigin origin);
/// When all children of a term are used in searches, the term itself need not be evaluated. The child
/// inherits the parent's likelihood.
void make_child(Term& child, Term& parent);
void split_and_analyse(TermList& list, Expr* expr, ExprKind connective, const TermScope& scope);

/// Finds out what the term is about; may append virtual terms (analysed as well).
void analyse_term(TermList& list, Term& term, const TermScope& scope);
/// term_or.cpp: an OR (section 3.5).
void analyse_or(TermList& list, Term& term, const TermScope& scope);
/// term_pattern.cpp: like(pattern, x[, escape]) and glob(pattern, x) as ranges (section 3.6).
void analyse_pattern(TermList& list, Term& term, const TermScope& scope);
/// The pattern's first characters make it a match of numbers in something that is no TEXT column: no range
/// then.
bool pattern_may_be_number(const Expr* call, const Context& context);

/// Bit of a comparison operator; 0 for everything else.
std::uint16_t comparison_op(ExprKind kind);
/// The mark of `base` for a node that was made from it.
inline void copy_join_mark(Expr* made, const Expr* base) {
  made->join_mark = base->join_mark;
  made->join_item = base->join_item;
}

}  // namespace leftmost::planner
