#include "engine/exec/stored_reals.h"

#include <algorithm>

#include "engine/functions/function.h"
#include "planner/relation.h"

namespace leftmost::engine {

void read_as_stored(planner::Expr* expr, const std::function<bool(const planner::Expr& column)>& is_meant) {
  const auto go_into = [&](planner::Expr* part) {
    if (part != nullptr) read_as_stored(part, is_meant);
  };
  switch (expr->kind) {
    case planner::ExprKind::kColumn:
      expr->as_stored = is_meant(*expr);
      break;
    case planner::ExprKind::kPlus:
    case planner::ExprKind::kCollate:
    case planner::ExprKind::kLikelihood:
      go_into(expr->left);
      break;
    case planner::ExprKind::kCase:
      for (std::size_t i = 1; i < expr->list.size(); i += 2) go_into(expr->list[i]);
      go_into(expr->right);
      break;
    case planner::ExprKind::kFunction: {
      const Function& function = function_of(*expr->function);
      const bool hands_on = function.uses_collation || function.inline_form == InlineForm::kCoalesce;
      for (std::size_t i = 0; i < expr->list.size(); ++i) {
        if (hands_on || (function.inline_form == InlineForm::kIif && i > 0)) go_into(expr->list[i]);
      }
      break;
    }
    case planner::ExprKind::kSubquery:
      if (expr->select->items.empty() && !expr->select->columns.empty())
        go_into(expr->select->columns.front().expr);
      break;
    default:
      break;
  }
}

void read_virtual_as_stored(planner::Expr* expr, std::span<planner::Item* const> items) {
  read_as_stored(expr, [items](const planner::Expr& column) {
    if (column.column < 0 || column.affinity != storage::Affinity::kReal) return false;
    return std::any_of(items.begin(), items.end(), [&column](const planner::Item* item) {
      return item->id == column.item && item->relation != nullptr &&
             item->relation->def->columns[static_cast<std::size_t>(column.column)].generated ==
                 storage::GeneratedKind::kVirtual;
    });
  });
}

void read_virtual_as_stored(const planner::Select& select) {
  for (const planner::ResultColumn& column : select.columns) {
    if (column.expr != nullptr) read_virtual_as_stored(column.expr, select.items);
  }
}

}  // namespace leftmost::engine
