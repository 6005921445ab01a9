#include "planner/bound_values.h"

#include <algorithm>
#include <limits>

#include "storage/collation.h"

namespace leftmost::planner {

using storage::Value;

const Value* bound_value(const Expr& parameter, const Context& context) {
  const auto values = context.options.parameters;
  const auto at = static_cast<std::size_t>(parameter.parameter) - 1;
  return parameter.parameter < 1 || at >= values.size() || values[at].is_null() ? nullptr : &values[at];
}

const Value* look_at(const Expr& parameter, const Context& context) {
  std::vector<int>& looked_at = context.plan.looked_at;
  if (std::find(looked_at.begin(), looked_at.end(), parameter.parameter) == looked_at.end()) {
    looked_at.push_back(parameter.parameter);
  }
  return bound_value(parameter, context);
}

bool parameter_equals(const Expr& parameter, const Expr& other, const Context& context) {
  const std::optional<Value> wanted = literal_value(&other);
  if (!wanted) return false;
  const Value* const value = look_at(parameter, context);
  return value != nullptr && storage::compare(*value, *wanted, storage::Collation::kBinary) == 0;
}

std::optional<Value> literal_value(const Expr* expr) {
  if (expr->kind == ExprKind::kLiteral) return expr->value;
  if (expr->kind == ExprKind::kPlus) return literal_value(expr->left);
  if (expr->kind != ExprKind::kNegate) return std::nullopt;
  const std::optional<Value> value = literal_value(expr->left);
  if (value && value->is_real()) return Value::real(-value->as_real());
  if (value && value->is_integer() && value->as_integer() != std::numeric_limits<std::int64_t>::min()) {
    return Value::integer(-value->as_integer());
  }
  return std::nullopt;
}

}  // namespace leftmost::planner
