#include "engine/functions/expr_rules.h"

#include "planner/comparison.h"

namespace leftmost::engine {

using planner::Expr;
using planner::ExprKind;
using storage::Affinity;
using storage::Collation;

int row_width(const Expr& expr) {
  if (expr.kind == ExprKind::kRow) return static_cast<int>(expr.list.size());
  if (expr.kind == ExprKind::kSubquery && expr.select != nullptr && !expr.select->columns.empty()) {
    return static_cast<int>(expr.select->columns.size());
  }
  return 1;
}

const Expr& row_field(const Expr& expr, int field) {
  const auto index = static_cast<std::size_t>(field);
  if (expr.kind == ExprKind::kRow) return *expr.list[index];
  if (expr.kind == ExprKind::kSubquery && row_width(expr) > 1) return *expr.select->columns[index].expr;
  return expr;
}

Affinity in_affinity(const Expr& in, int field) {
  const auto left = planner::affinity_of(&row_field(*in.left, field));
  if (in.select == nullptr) {
    // Of a list integers stay integers, which compare exactly with reals.
    return left == Affinity::kReal ? Affinity::kNumeric : left.value_or(Affinity::kBlob);
  }
  const auto index = static_cast<std::size_t>(field);
  if (index >= in.select->columns.size()) return left.value_or(Affinity::kBlob);
  return planner::comparison_affinity(planner::affinity_of(in.select->columns[index].expr), left);
}

Collation in_collation(const Expr& in, int field) {
  const Expr& left = row_field(*in.left, field);
  const Expr* right = nullptr;
  const auto index = static_cast<std::size_t>(field);
  if (in.select != nullptr && index < in.select->columns.size()) right = in.select->columns[index].expr;
  return planner::comparison_collation(&left, right).value_or(Collation::kBinary);
}

Collation call_collation(std::span<Expr* const> arguments) {
  for (const Expr* argument : arguments) {
    if (const auto collation = planner::collation_of(argument)) return *collation;
  }
  return Collation::kBinary;
}

}  // namespace leftmost::engine
