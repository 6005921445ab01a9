#include "planner/item_set.h"

#include "planner/expr_tools.h"

namespace leftmost::planner {

ItemNumbers::ItemNumbers(std::span<Item* const> items) {
  signed char position = 0;
  for (const Item* item : items) {
    const auto id = static_cast<std::size_t>(item->id);
    if (positions_.size() <= id) positions_.resize(id + 1, -1);
    positions_[id] = position++;
  }
}

ItemSet ItemNumbers::mentioned(const Expr* expr) const {
  if (expr == nullptr) return 0;
  if (expr->kind == ExprKind::kColumn) return expr->replaced_by_constant ? 0 : bit(expr->item);
  ItemSet set = expr->kind == ExprKind::kIfNullRow ? bit(expr->item) : 0;
  if (expr->select != nullptr) set |= mentioned(expr->select);
  for_each_child(expr, [&](const Expr* child) { set |= mentioned(child); });
  return set;
}

ItemSet ItemNumbers::mentioned(const Select* select) const {
  ItemSet set = 0;
  for (auto* arm = const_cast<Select*>(select); arm != nullptr; arm = arm->prior) {
    for_each_expr_of_core(arm, [&](const Expr* expr) { set |= mentioned(expr); });
    for (const Item* item : arm->items) {
      if (item->subquery != nullptr) set |= mentioned(item->subquery);
    }
  }
  return set;
}

}  // namespace leftmost::planner
