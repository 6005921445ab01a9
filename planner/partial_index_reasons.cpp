#include "planner/partial_index_reasons.h"

#include "planner/expr_text.h"
#include "planner/implication.h"

namespace leftmost::planner {

namespace {

/// From the left: the first conjunct that is not implied.
const Expr* first_unproven(const Expr* wanted, const LoopPlan& plan, const ItemFacts& facts,
                           const Context& context) {
  if (wanted->kind == ExprKind::kAnd) {
    const Expr* left = first_unproven(wanted->left, plan, facts, context);
    return left != nullptr ? left : first_unproven(wanted->right, plan, facts, context);
  }
  return partial_condition_met(wanted, facts, plan.terms, context) ? nullptr : wanted;
}

/// Some term makes `wanted` true; a BETWEEN may be made true by two of them.
const Term* term_that_says(const Expr* wanted, const LoopPlan& plan, const ItemFacts& facts,
                           const Context& context) {
  const ItemId self = facts.item->id;
  for (const Term* term : plan.terms.terms) {
    if (!term->is_not_null_bound && follows_from(term->expr, wanted, self, context)) return term;
  }
  if (wanted->kind != ExprKind::kBetween) return nullptr;
  const Term* found = nullptr;
  for (int side = 0; side < 2; ++side) {
    Expr bound;
    bound.kind = side == 0 ? ExprKind::kGe : ExprKind::kLe;
    bound.left = wanted->left;
    bound.right = wanted->list[static_cast<std::size_t>(side)];
    found = term_that_says(&bound, plan, facts, context);
    if (found == nullptr) return nullptr;
  }
  return found;
}

}  // namespace

PartialReason why_partial_unusable(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                                   const Context& context) {
  const std::string& index = probe.index->def->name;
  const Expr* unproven = first_unproven(probe.index->where, plan, facts, context);
  const Expr* wanted = unproven != nullptr ? unproven : probe.index->where;
  const std::string says = to_text(wanted);
  for (const Term* term : plan.terms.terms) {
    if (term->is_not_null_bound || !equals_if_bound(term->expr, wanted, facts.item->id, context)) continue;
    if (partial_condition_met(wanted, facts, plan.terms, context)) continue;
    if (follows_from(term->expr, wanted, facts.item->id, context)) continue;
    return {{"partial-predicate-parameter", index + " holds only rows with " + says + ", and what " +
                                                to_text(term->written) +
                                                " asks for is not known before its parameter has a value"},
            term};
  }
  if (const Term* term = term_that_says(wanted, plan, facts, context); term != nullptr) {
    const bool in_the_same_words = expr_implies(term->expr, wanted, facts.item->id, context);
    if (in_the_same_words) {
      return {{"partial-predicate-not-identical",
               index + " needs " + says + " in the ON of the outer join: here it is decided after the join"},
              term};
    }
    const std::string given = follows_from(term->expr, wanted, facts.item->id, context)
                                  ? to_text(term->written) + " means "
                                  : "the query's conditions mean ";
    return {{"partial-predicate-not-identical",
             given + says + " as well, but SQLite wants the WHERE of " + index + " word for word"},
            term};
  }
  return {{"partial-predicate-missing",
           index + " holds only rows with " + says + ", and the query does not ask for that"},
          nullptr};
}

}  // namespace leftmost::planner
