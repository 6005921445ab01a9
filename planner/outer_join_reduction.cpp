// LEFT JOIN becomes JOIN where WHERE cannot be true for a row without a match (section 6.1 of
// docs/planner.md).

#include "planner/coder.h"

namespace leftmost::planner {

namespace {

/// SQLite does not look into comparisons with columns of virtual tables.
bool is_of_function(const Expr* expr) { return expr->kind == ExprKind::kColumn && expr->of_function; }

/// Looks for a column of the item that makes the whole expression not true when it is NULL.
bool has_strict_column(const Expr* expr, ItemId item) {
  if (expr == nullptr || expr->join_mark == JoinMark::kOuterOn) return false;
  switch (expr->kind) {
    case ExprKind::kIsNot:
    case ExprKind::kIsNull:
    case ExprKind::kNotNull:
    case ExprKind::kIs:
    case ExprKind::kOr:
    case ExprKind::kRow:
    case ExprKind::kCase:
    case ExprKind::kIn:
    case ExprKind::kFunction:
    case ExprKind::kIsTrue:
    case ExprKind::kIsFalse:
    case ExprKind::kIsNotTrue:
    case ExprKind::kIsNotFalse:
    case ExprKind::kLikelihood:
    case ExprKind::kSubquery:
    case ExprKind::kExists:
      return false;
    case ExprKind::kColumn:
      return expr->item == item;
    case ExprKind::kAnd:
      return has_strict_column(expr->left, item) && has_strict_column(expr->right, item);
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
      if (is_of_function(expr->left) || is_of_function(expr->right)) return false;
      return has_strict_column(expr->left, item) || has_strict_column(expr->right, item);
    case ExprKind::kBetween:
      return has_strict_column(expr->left, item);
    default:
      return has_strict_column(expr->left, item) || has_strict_column(expr->right, item);
  }
}

void unmark(Expr* expr, const Item& item, bool may_be_nulled) {
  for (; expr != nullptr; expr = expr->right) {
    if (expr->join_mark == JoinMark::kOuterOn && expr->join_item == item.id)
      expr->join_mark = JoinMark::kInnerOn;
    if (expr->kind == ExprKind::kColumn && expr->item == item.id && !may_be_nulled) {
      const bool declared = item.relation != nullptr && expr->column >= 0 &&
                            item.relation->def->columns[static_cast<std::size_t>(expr->column)].not_null;
      if (expr->column == kRowidColumn || declared) expr->can_be_null = false;
    }
    if (expr->kind == ExprKind::kFunction) {
      for (Expr* argument : expr->list) unmark(argument, item, may_be_nulled);
    }
    unmark(expr->left, item, may_be_nulled);
  }
}

}  // namespace

bool rejects_null_row(const Expr* where, ItemId item) {
  where = skip_markers(where);
  if (where == nullptr) return false;
  if (where->kind == ExprKind::kNotNull) {
    where = where->left;
  } else {
    while (where->kind == ExprKind::kAnd) {
      if (rejects_null_row(where->left, item)) return true;
      where = where->right;
    }
  }
  return has_strict_column(where, item);
}

void drop_outer_marks(Select* select, Item* item) {
  // A RIGHT JOIN may still make the row all NULL; SQLite looks at the first item only.
  unmark(select->where, *item, select->items.front()->join.left_of_right);
}

}  // namespace leftmost::planner
