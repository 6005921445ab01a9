#include "planner/expr_tools.h"

#include "planner/bound_values.h"
#include "planner/window_pass.h"
#include "storage/value.h"

namespace leftmost::planner {

const Expr* skip_collate(const Expr* expr) {
  while (expr != nullptr && expr->kind == ExprKind::kCollate) expr = expr->left;
  return expr;
}

const Expr* skip_markers(const Expr* expr) {
  while (expr != nullptr && (expr->kind == ExprKind::kCollate || expr->kind == ExprKind::kLikelihood)) {
    expr = expr->left;
  }
  return expr;
}

namespace {

Sameness compare_same_kind(const Expr* a, const Expr* b, ItemId self, const Context* values) {
  switch (a->kind) {
    case ExprKind::kLiteral:
      return a->is_true_false == b->is_true_false && storage::identical(a->value, b->value)
                 ? Sameness::kSame
                 : Sameness::kDifferent;
    case ExprKind::kParameter:
      return a->parameter == b->parameter && a->name == b->name ? Sameness::kSame : Sameness::kDifferent;
    case ExprKind::kColumn:
    case ExprKind::kIfNullRow: {
      const ItemId item_a = a->item == kSelfItem ? self : a->item;
      const ItemId item_b = b->item == kSelfItem ? self : b->item;
      if (item_a != item_b || a->column != b->column) return Sameness::kDifferent;
      if (a->kind == ExprKind::kColumn) return Sameness::kSame;
      break;
    }
    case ExprKind::kSubquery:
    case ExprKind::kExists:
    case ExprKind::kRaise:
      return Sameness::kDifferent;
    case ExprKind::kSubqueryColumn:
    case ExprKind::kCast:
      if (a->column != b->column || a->affinity != b->affinity || a->name != b->name)
        return Sameness::kDifferent;
      break;
    case ExprKind::kCollate:
      if (a->collation != b->collation) return Sameness::kDifferent;
      break;
    case ExprKind::kLikelihood:
      if (a->truth != b->truth) return Sameness::kDifferent;
      break;
    case ExprKind::kFunction:
      if (a->function != b->function) return Sameness::kDifferent;
      break;
    case ExprKind::kWindow:
      if (a->function != b->function || !is_same_window(*a, *b)) return Sameness::kDifferent;
      break;
    case ExprKind::kAggregate:
      return a->owner == b->owner && a->slot == b->slot ? Sameness::kSame : Sameness::kDifferent;
    default:
      break;
  }
  if (a->commuted != b->commuted || a->select != nullptr || b->select != nullptr) return Sameness::kDifferent;
  if (a->list.size() != b->list.size()) return Sameness::kDifferent;
  if (compare_exprs(a->left, b->left, self, values) != Sameness::kSame) return Sameness::kDifferent;
  if (compare_exprs(a->right, b->right, self, values) != Sameness::kSame) return Sameness::kDifferent;
  for (std::size_t i = 0; i < a->list.size(); ++i) {
    if (compare_exprs(a->list[i], b->list[i], self) != Sameness::kSame) return Sameness::kDifferent;
  }
  return Sameness::kSame;
}

}  // namespace

Sameness compare_exprs(const Expr* a, const Expr* b, ItemId self, const Context* values) {
  if (a == nullptr || b == nullptr) return a == b ? Sameness::kSame : Sameness::kDifferent;
  if (values != nullptr && a->kind == ExprKind::kParameter && parameter_equals(*a, *b, *values))
    return Sameness::kSame;
  if (a->kind == b->kind) return compare_same_kind(a, b, self, values);
  if (a->kind == ExprKind::kCollate && compare_exprs(a->left, b, self, values) != Sameness::kDifferent) {
    return Sameness::kExceptCollate;
  }
  if (b->kind == ExprKind::kCollate && compare_exprs(a, b->left, self, values) != Sameness::kDifferent) {
    return Sameness::kExceptCollate;
  }
  return Sameness::kDifferent;
}

bool same_expr_skipping(const Expr* a, const Expr* b, ItemId self) {
  return same_expr(skip_markers(a), skip_markers(b), self);
}

bool contains_subquery(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->select != nullptr) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || contains_subquery(child); });
  return found;
}

bool contains_correlated_subquery(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->select != nullptr && expr->select->is_correlated) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || contains_correlated_subquery(child); });
  return found;
}

bool is_deterministic(const Expr* expr) {
  if (expr == nullptr) return true;
  if (expr->select != nullptr) return false;
  if (expr->kind == ExprKind::kFunction && !expr->function->deterministic) return false;
  bool all = true;
  for_each_child(expr, [&](const Expr* child) { all = all && is_deterministic(child); });
  return all;
}

namespace {

struct ConstantRule {
  ItemId allowed_item = kNoItem;
  bool replaced_columns = true;
  bool outer_join_parts = true;
};

bool is_constant(const Expr* expr, const ConstantRule& rule) {
  if (expr == nullptr) return true;
  if (!rule.outer_join_parts && expr->join_mark == JoinMark::kOuterOn) return false;
  if (expr->select != nullptr) return false;
  switch (expr->kind) {
    case ExprKind::kColumn:
      if (expr->replaced_by_constant && rule.replaced_columns) return true;
      return rule.allowed_item != kNoItem && expr->item == rule.allowed_item;
    case ExprKind::kAggregate:
    case ExprKind::kWindow:
    case ExprKind::kIfNullRow:
      return false;
    case ExprKind::kFunction:
      if (!expr->function->deterministic) return false;
      break;
    default:
      break;
  }
  bool all = true;
  for_each_child(expr, [&](const Expr* child) { all = all && is_constant(child, rule); });
  return all;
}

}  // namespace

bool is_constant(const Expr* expr) { return is_constant(expr, ConstantRule{}); }

bool is_constant_not_of_outer_join(const Expr* expr) {
  return is_constant(expr, ConstantRule{kNoItem, false, false});
}

bool is_constant_or_of_item(const Expr* expr, ItemId item) {
  return is_constant(expr, ConstantRule{item, true, true});
}

bool can_be_null(const Expr* expr) {
  while (expr->kind == ExprKind::kPlus || expr->kind == ExprKind::kNegate) expr = expr->left;
  if (expr->kind == ExprKind::kLiteral) return expr->value.is_null() || expr->is_true_false;
  if (expr->kind == ExprKind::kColumn) return expr->can_be_null;
  return true;
}

std::optional<int> integer_literal(const Expr* expr) {
  int sign = 1;
  while (expr != nullptr && (expr->kind == ExprKind::kPlus || expr->kind == ExprKind::kNegate)) {
    if (expr->kind == ExprKind::kNegate) sign = -sign;
    expr = expr->left;
  }
  if (expr == nullptr || expr->kind != ExprKind::kLiteral || !expr->value.is_integer() ||
      expr->is_true_false) {
    return std::nullopt;
  }
  const std::int64_t value = expr->value.as_integer();
  // SQLite looks only at literals that fit into 32 bits; one that is negative was written as a long
  // hexadecimal number.
  if (value < 0 || value > 2147483647) return std::nullopt;
  return static_cast<int>(sign * value);
}

bool is_always_false(const Expr* expr) {
  return expr != nullptr && expr->kind == ExprKind::kLiteral && expr->join_mark != JoinMark::kOuterOn &&
         expr->value.is_integer() && expr->value.as_integer() == 0;
}

bool is_always_true(const Expr* expr) {
  return expr != nullptr && expr->kind == ExprKind::kLiteral && expr->join_mark != JoinMark::kOuterOn &&
         expr->value.is_integer() && expr->value.as_integer() != 0;
}

int row_size(const Expr* expr) {
  if (expr == nullptr) return 1;
  if (expr->kind == ExprKind::kRow) return static_cast<int>(expr->list.size());
  if (expr->kind == ExprKind::kSubquery) {
    return expr->select->columns.empty() ? 1 : static_cast<int>(expr->select->columns.size());
  }
  return 1;
}

bool is_row(const Expr* expr) { return row_size(expr) > 1; }

bool mentions_item(const Expr* expr, ItemId item) {
  if (expr == nullptr) return false;
  if ((expr->kind == ExprKind::kColumn || expr->kind == ExprKind::kIfNullRow) && expr->item == item)
    return true;
  bool found = false;
  if (expr->select != nullptr) {
    for_each_expr_of_select(expr->select,
                            [&](const Expr* part) { found = found || mentions_item(part, item); });
  }
  for_each_child(expr, [&](const Expr* child) { found = found || mentions_item(child, item); });
  return found;
}

Expr* make_binary(storage::Arena& arena, ExprKind kind, Expr* left, Expr* right) {
  Expr* expr = arena.make<Expr>();
  expr->kind = kind;
  expr->left = left;
  expr->right = right;
  if (left != nullptr) expr->span = left->span;
  return expr;
}

Expr* make_integer(storage::Arena& arena, std::int64_t value) {
  Expr* expr = arena.make<Expr>();
  expr->value = storage::Value::integer(value);
  return expr;
}

Expr* make_and(storage::Arena& arena, Expr* left, Expr* right, bool collapse) {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  if (collapse && (is_always_false(left) || is_always_false(right))) return make_integer(arena, 0);
  return make_binary(arena, ExprKind::kAnd, left, right);
}

Expr* row_field(storage::Arena& arena, Expr* row, int field) {
  if (row->kind == ExprKind::kRow) return row->list[static_cast<std::size_t>(field)];
  if (row->kind != ExprKind::kSubquery) return row;
  Expr* expr = arena.make<Expr>();
  expr->kind = ExprKind::kSubqueryColumn;
  expr->left = row;
  expr->column = field;
  expr->span = row->span;
  return expr;
}

}  // namespace leftmost::planner
