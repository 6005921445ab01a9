#include "planner/comparison.h"

#include <algorithm>

#include "planner/query.h"

namespace leftmost::planner {

using storage::Affinity;
using storage::Collation;

std::optional<Affinity> affinity_of(const Expr* expr) {
  while (expr != nullptr) {
    switch (expr->kind) {
      case ExprKind::kCollate:
      case ExprKind::kIfNullRow:
        expr = expr->left;
        continue;
      case ExprKind::kColumn:
        return expr->has_affinity ? std::optional(expr->affinity) : std::nullopt;
      case ExprKind::kParameter:
        return expr->of_row && expr->has_affinity ? std::optional(expr->affinity) : std::nullopt;
      case ExprKind::kCast:
        return expr->affinity;
      case ExprKind::kSubquery:
        expr = expr->select->columns.empty() ? nullptr : expr->select->columns.front().expr;
        continue;
      case ExprKind::kSubqueryColumn: {
        const Expr* from = expr->left;
        if (from->kind == ExprKind::kRow) {
          expr = from->list[static_cast<std::size_t>(expr->column)];
        } else {
          expr = from->select->columns[static_cast<std::size_t>(expr->column)].expr;
        }
        continue;
      }
      case ExprKind::kRow:
        expr = expr->list.front();
        continue;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

Affinity comparison_affinity(std::optional<Affinity> left, std::optional<Affinity> right) {
  if (left && right) {
    return is_numeric_affinity(*left) || is_numeric_affinity(*right) ? Affinity::kNumeric : Affinity::kBlob;
  }
  if (left) return *left;
  if (right) return *right;
  return Affinity::kBlob;
}

Affinity comparison_affinity(const Expr* comparison) {
  const std::optional<Affinity> left = affinity_of(comparison->left);
  if (comparison->kind != ExprKind::kIn) return comparison_affinity(left, affinity_of(comparison->right));
  if (comparison->select == nullptr || comparison->select->columns.empty()) {
    return comparison_affinity(left, std::nullopt);
  }
  return comparison_affinity(left, affinity_of(comparison->select->columns.front().expr));
}

namespace {

/// The parts of `expr->list` that hand their COLLATE on. SQLite's parser does not look into the bounds of
/// BETWEEN, nor into what stands behind FILTER and OVER.
std::span<Expr* const> collating_parts(const Expr* expr) {
  if (expr->kind == ExprKind::kBetween) return {};
  if (expr->kind == ExprKind::kWindow) return window_arguments(*expr);
  return expr->list;
}

}  // namespace

bool has_explicit_collation(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == ExprKind::kCollate) return !expr->implicit_collation;
  if (has_explicit_collation(expr->left)) return true;
  if (!expr->replaced_by_constant && has_explicit_collation(expr->right)) return true;
  const std::span<Expr* const> parts = collating_parts(expr);
  return std::any_of(parts.begin(), parts.end(), has_explicit_collation);
}

std::optional<Collation> collation_of(const Expr* expr) {
  while (expr != nullptr) {
    switch (expr->kind) {
      case ExprKind::kColumn:
        if (expr->column == kRowidColumn || expr->implicit_collation) return std::nullopt;
        return expr->collation;
      case ExprKind::kParameter:
        if (!expr->of_row || expr->column == kRowidColumn) return std::nullopt;
        return expr->collation;
      case ExprKind::kCollate:
        return expr->collation;
      case ExprKind::kCast:
      case ExprKind::kPlus:
        expr = expr->left;
        continue;
      case ExprKind::kRow:
        expr = expr->list.front();
        continue;
      default:
        break;
    }
    // A COLLATE further down counts for the whole expression; the first one met wins.
    if (!has_explicit_collation(expr)) return std::nullopt;
    if (expr->left != nullptr && has_explicit_collation(expr->left)) {
      expr = expr->left;
      continue;
    }
    const Expr* next = expr->right;
    for (const Expr* part : collating_parts(expr)) {
      if (has_explicit_collation(part)) {
        next = part;
        break;
      }
    }
    expr = next;
  }
  return std::nullopt;
}

std::optional<Collation> comparison_collation(const Expr* left, const Expr* right) {
  if (has_explicit_collation(left)) return collation_of(left);
  if (has_explicit_collation(right)) return collation_of(right);
  if (const auto collation = collation_of(left)) return collation;
  return collation_of(right);
}

std::optional<Collation> comparison_collation(const Expr* comparison) {
  if (comparison->kind == ExprKind::kIn || comparison->kind == ExprKind::kIsNull) {
    return comparison_collation(comparison->left, nullptr);
  }
  if (comparison->commuted) return comparison_collation(comparison->right, comparison->left);
  return comparison_collation(comparison->left, comparison->right);
}

}  // namespace leftmost::planner
