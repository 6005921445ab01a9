// When a partial index may be used: the query must say at least what the index's WHERE says (section 4.10).

#include "planner/expr_tools.h"
#include "planner/probe.h"

namespace leftmost::planner {

namespace {

/// `expr` cannot be true while `subject` is NULL. `strict`: it cannot even be other than NULL on the way up
/// to here.
bool rejects_null(const Expr* expr, const Expr* subject, ItemId self, const Context& context, bool strict) {
  if (compare_exprs(expr, subject, self, &context) == Sameness::kSame) return true;
  switch (expr->kind) {
    case ExprKind::kIn:
      if (strict && expr->select != nullptr) return false;
      return rejects_null(expr->left, subject, self, context, true);
    case ExprKind::kBetween:
      if (strict) return false;
      return rejects_null(expr->left, subject, self, context, true) ||
             rejects_null(expr->list[0], subject, self, context, true) ||
             rejects_null(expr->list[1], subject, self, context, true);
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kAdd:
    case ExprKind::kSubtract:
    case ExprKind::kBitOr:
    case ExprKind::kShiftLeft:
    case ExprKind::kShiftRight:
    case ExprKind::kConcat:
      return rejects_null(expr->right, subject, self, context, true) ||
             rejects_null(expr->left, subject, self, context, true);
    case ExprKind::kMultiply:
    case ExprKind::kBitAnd:
    case ExprKind::kDivide:
    case ExprKind::kRemainder:
      return rejects_null(expr->right, subject, self, context, strict) ||
             rejects_null(expr->left, subject, self, context, strict);
    case ExprKind::kPlus:
    case ExprKind::kNegate:
    case ExprKind::kCollate:
      return rejects_null(expr->left, subject, self, context, strict);
    case ExprKind::kNot:
    case ExprKind::kBitNot:
      return rejects_null(expr->left, subject, self, context, true);
    case ExprKind::kIsTrue:
    case ExprKind::kIsFalse:
      if (strict) return false;
      return rejects_null(expr->left, subject, self, context, true);
    default:
      return false;
  }
}

}  // namespace

bool expr_implies(const Expr* expr, const Expr* wanted, ItemId self, const Context& context) {
  if (compare_exprs(expr, wanted, self, &context) == Sameness::kSame) return true;
  if (wanted->kind == ExprKind::kOr &&
      (expr_implies(expr, wanted->left, self, context) || expr_implies(expr, wanted->right, self, context))) {
    return true;
  }
  return wanted->kind == ExprKind::kNotNull && rejects_null(expr, wanted->left, self, context, false);
}

bool partial_condition_met(const Expr* wanted, const ItemFacts& facts, const TermList& list,
                           const Context& context) {
  if (wanted->kind == ExprKind::kAnd) {
    return partial_condition_met(wanted->left, facts, list, context) &&
           partial_condition_met(wanted->right, facts, list, context);
  }
  for (const Term* term : list.terms) {
    if (term->is_not_null_bound) continue;
    const Expr* expr = term->expr;
    if (facts.item->join.left || facts.item->join.right) {
      if (expr->join_mark != JoinMark::kOuterOn || expr->join_item != facts.item->id) continue;
    } else if (expr->join_mark == JoinMark::kOuterOn) {
      continue;
    }
    if (expr_implies(expr, wanted, facts.item->id, context)) return true;
  }
  return false;
}

bool partial_index_usable(const Probe& probe, const ItemFacts& facts, const TermList& list,
                          const Context& context) {
  if (facts.is_left_of_right_join()) return false;
  return partial_condition_met(probe.index->where, facts, list, context);
}

}  // namespace leftmost::planner
