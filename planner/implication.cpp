#include "planner/implication.h"

#include <algorithm>

#include "planner/bound_values.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"
#include "storage/affinity.h"
#include "storage/collation.h"

namespace leftmost::planner {

namespace {

using storage::Value;

constexpr int kDepthMax = 64;

struct Bound {
  Value value;
  bool open = false;
};

/// The values for which a condition on one column can be true.
struct Allowed {
  const Expr* column = nullptr;
  storage::Collation collation = storage::Collation::kBinary;
  std::vector<Value> values;  ///< with is_list: these and no others
  bool is_list = false;
  std::optional<Bound> low, high;
  std::optional<Value> excluded;  ///< <>
};

ExprKind mirrored(ExprKind kind) {
  switch (kind) {
    case ExprKind::kLt:
      return ExprKind::kGt;
    case ExprKind::kLe:
      return ExprKind::kGe;
    case ExprKind::kGt:
      return ExprKind::kLt;
    case ExprKind::kGe:
      return ExprKind::kLe;
    default:
      return kind;
  }
}

Value converted(Value value, const Expr* column, storage::Arena& arena) {
  const auto affinity = affinity_of(column);
  return affinity ? storage::apply_comparison_affinity(value, *affinity, arena) : value;
}

std::optional<Allowed> allowed_by(const Expr* condition, const Context& context) {
  const Expr* expr = skip_markers(condition);
  Allowed allowed;
  const auto value_of = [&](const Expr* from) -> std::optional<Value> {
    const auto value = known_value(from, context);
    if (!value || value->is_null()) return std::nullopt;
    return converted(*value, allowed.column, context.arena);
  };
  allowed.column = expr->left == nullptr ? nullptr : skip_collate(expr->left);
  switch (expr->kind) {
    case ExprKind::kEq:
    case ExprKind::kIs:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe: {
      ExprKind kind = expr->kind;
      const Expr* other = expr->right;
      if (allowed.column->kind != ExprKind::kColumn) {
        allowed.column = skip_collate(expr->right);
        other = expr->left;
        kind = mirrored(kind);
      }
      if (allowed.column->kind != ExprKind::kColumn) return std::nullopt;
      const auto value = value_of(other);
      if (!value) return std::nullopt;
      allowed.collation = comparison_collation(expr).value_or(storage::Collation::kBinary);
      if (kind == ExprKind::kNe) {
        allowed.excluded = *value;
      } else if (kind == ExprKind::kEq || kind == ExprKind::kIs) {
        allowed.is_list = true;
        allowed.values.push_back(*value);
      } else if (kind == ExprKind::kGt || kind == ExprKind::kGe) {
        allowed.low = Bound{*value, kind == ExprKind::kGt};
      } else {
        allowed.high = Bound{*value, kind == ExprKind::kLt};
      }
      return allowed;
    }
    case ExprKind::kBetween: {
      if (allowed.column->kind != ExprKind::kColumn) return std::nullopt;
      const auto low = value_of(expr->list[0]), high = value_of(expr->list[1]);
      if (!low || !high) return std::nullopt;
      allowed.collation =
          comparison_collation(expr->left, expr->list[0]).value_or(storage::Collation::kBinary);
      allowed.low = Bound{*low, false};
      allowed.high = Bound{*high, false};
      return allowed;
    }
    case ExprKind::kIn:
      if (allowed.column->kind != ExprKind::kColumn || expr->select != nullptr) return std::nullopt;
      allowed.is_list = true;
      allowed.collation = comparison_collation(expr).value_or(storage::Collation::kBinary);
      for (const Expr* element : expr->list) {
        const auto value = value_of(element);
        if (!value) return std::nullopt;
        allowed.values.push_back(*value);
      }
      return allowed;
    default:
      return std::nullopt;
  }
}

bool same_column(const Expr* a, const Expr* b, ItemId self) {
  const auto item = [&](const Expr* expr) { return expr->item == kSelfItem ? self : expr->item; };
  return a->kind == ExprKind::kColumn && b->kind == ExprKind::kColumn && item(a) == item(b) &&
         a->column == b->column;
}

bool is_inside(Value value, const Allowed& set) {
  const auto order = [&](Value a, Value b) { return storage::compare(a, b, set.collation); };
  if (set.is_list) {
    return std::any_of(set.values.begin(), set.values.end(),
                       [&](Value other) { return order(value, other) == 0; });
  }
  if (set.excluded) return order(value, *set.excluded) != 0;
  if (set.low && (order(value, set.low->value) < (set.low->open ? 1 : 0))) return false;
  return !set.high || order(value, set.high->value) <= (set.high->open ? -1 : 0);
}

/// Everything in `inner` is in `outer`.
bool is_subset(const Allowed& inner, const Allowed& outer) {
  if (inner.collation != outer.collation) return false;
  const auto order = [&](Value a, Value b) { return storage::compare(a, b, outer.collation); };
  if (inner.is_list) {
    return std::all_of(inner.values.begin(), inner.values.end(),
                       [&](Value v) { return is_inside(v, outer); });
  }
  if (inner.excluded) return outer.excluded && order(*inner.excluded, *outer.excluded) == 0;
  if (outer.excluded) {
    const Value hole = *outer.excluded;
    return (inner.low && order(hole, inner.low->value) < (inner.low->open ? 1 : 0)) ||
           (inner.high && order(hole, inner.high->value) > (inner.high->open ? -1 : 0));
  }
  if (outer.is_list) {
    return inner.low && inner.high && order(inner.low->value, inner.high->value) == 0 &&
           is_inside(inner.low->value, outer);
  }
  // An end of `inner` fits when it lies further in, or on the same value and not closed where `outer` is
  // open.
  const auto fits = [&](const std::optional<Bound>& in, const std::optional<Bound>& out, int sign) {
    if (!out) return true;
    if (!in) return false;
    const int side = sign * order(in->value, out->value);
    return side > 0 || (side == 0 && (in->open || !out->open));
  };
  return fits(inner.low, outer.low, 1) && fits(inner.high, outer.high, -1);
}

/// True of every value (false: of none) as a condition by itself.
bool all_are(const Allowed& allowed, bool truth) {
  if (!allowed.is_list || allowed.values.empty()) return false;
  return std::all_of(allowed.values.begin(), allowed.values.end(), [&](Value value) {
    if (value.is_integer()) return (value.as_integer() != 0) == truth;
    return value.is_real() && (value.as_real() != 0) == truth;
  });
}

bool follows(const Expr* condition, const Expr* wanted, ItemId self, const Context& context, int depth) {
  if (depth > kDepthMax) return false;
  condition = skip_markers(condition);
  if (same_expr_skipping(condition, wanted, self)) return true;
  if (wanted->kind == ExprKind::kOr) {
    return follows(condition, wanted->left, self, context, depth + 1) ||
           follows(condition, wanted->right, self, context, depth + 1);
  }
  const auto given = allowed_by(condition, context);
  if (!given) return false;
  switch (wanted->kind) {
    case ExprKind::kNotNull:
      return same_column(given->column, skip_collate(wanted->left), self);
    case ExprKind::kColumn:
      return same_column(given->column, wanted, self) && all_are(*given, true);
    case ExprKind::kIsTrue:
      return same_column(given->column, skip_collate(wanted->left), self) && all_are(*given, true);
    case ExprKind::kNot:
    case ExprKind::kIsFalse:
      return same_column(given->column, skip_collate(wanted->left), self) && all_are(*given, false);
    default: {
      const auto set = allowed_by(wanted, context);
      return set && same_column(given->column, set->column, self) && is_subset(*given, *set);
    }
  }
}

}  // namespace

std::optional<Value> known_value(const Expr* expr, const Context& context) {
  expr = skip_markers(expr);
  if (expr->kind != ExprKind::kParameter) return literal_value(expr);
  const Value* const value = bound_value(*expr, context);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

bool follows_from(const Expr* condition, const Expr* wanted, ItemId self, const Context& context) {
  return follows(condition, wanted, self, context, 0);
}

bool equals_if_bound(const Expr* condition, const Expr* wanted, ItemId self, const Context& context) {
  if (condition == nullptr || wanted == nullptr) return condition == wanted;
  condition = skip_markers(condition);
  wanted = skip_markers(wanted);
  if (condition->kind == ExprKind::kParameter) {
    return !known_value(condition, context) && known_value(wanted, context).has_value();
  }
  if (same_expr(condition, wanted, self)) return true;
  if (wanted->kind == ExprKind::kOr && condition->kind != ExprKind::kOr) {
    return equals_if_bound(condition, wanted->left, self, context) ||
           equals_if_bound(condition, wanted->right, self, context);
  }
  if (condition->kind != wanted->kind || condition->list.size() != wanted->list.size()) return false;
  switch (condition->kind) {
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kIs:
    case ExprKind::kIsNot:
    case ExprKind::kBetween:
    case ExprKind::kIn:
      break;
    default:
      return false;
  }
  if (condition->select != nullptr || wanted->select != nullptr) return false;
  if (!equals_if_bound(condition->left, wanted->left, self, context) ||
      !equals_if_bound(condition->right, wanted->right, self, context)) {
    return false;
  }
  for (std::size_t i = 0; i < condition->list.size(); ++i) {
    if (!equals_if_bound(condition->list[i], wanted->list[i], self, context)) return false;
  }
  return true;
}

}  // namespace leftmost::planner
