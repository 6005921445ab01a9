#include "planner/expr_tools.h"
#include "planner/window_pass.h"

namespace leftmost::planner {

namespace {

/// Requires: there is no subquery in it.
Expr* copy_nodes(const Expr* expr, storage::Arena& arena) {
  Expr* made = arena.make<Expr>(*expr);
  if (expr->left != nullptr) made->left = copy_nodes(expr->left, arena);
  if (expr->right != nullptr) made->right = copy_nodes(expr->right, arena);
  made->list = arena.copy_span(std::span<Expr* const>(expr->list));
  for (Expr*& element : made->list) {
    if (element != nullptr) element = copy_nodes(element, arena);
  }
  return made;
}

}  // namespace

Expr* clone(const Expr* expr, storage::Arena& arena) {
  if (expr == nullptr) return nullptr;
  if (!contains_subquery(expr)) return copy_nodes(expr, arena);
  Copier copier{.arena = arena, .items = {}, .selects = {}};
  return copier.copy(expr);
}

Expr* Copier::copy(const Expr* expr) {
  if (expr == nullptr) return nullptr;
  if (budget != nullptr && (--budget->nodes_left < 0 || depth > RewriteBudget::kDepthMax))
    budget->exhausted = true;
  if (budget != nullptr && budget->exhausted) return arena.make<Expr>();
  ++depth;
  Expr* made = arena.make<Expr>(*expr);
  if (const auto found = items.find(made->item); found != items.end()) made->item = found->second;
  if (const auto found = items.find(made->join_item); found != items.end()) made->join_item = found->second;
  if (const auto found = selects.find(made->owner); found != selects.end()) made->owner = found->second;
  // The fields of a row-valued subquery share it, and so do their copies.
  const bool shares_subquery = expr->kind == ExprKind::kSubqueryColumn && fresh_items == nullptr;
  if (!shares_subquery) made->left = copy(expr->left);
  made->right = copy(expr->right);
  made->list = arena.copy_span(std::span<Expr* const>(expr->list));
  for (Expr*& element : made->list) element = copy(element);
  if (expr->select != nullptr) made->select = copy(expr->select);
  --depth;
  return made;
}

Select* Copier::copy(const Select* select) {
  if (select == nullptr) return nullptr;
  ++depth;
  Select* made = arena.make<Select>(*select);
  selects[select] = made;
  made->prior = copy(select->prior);
  made->items = arena.copy_span(std::span<Item* const>(select->items));
  for (Item*& item : made->items) {
    Item* copied = arena.make<Item>(*item);
    if (fresh_items != nullptr) {
      copied->id = (*fresh_items)++;
      items[item->id] = copied->id;
    }
    copied->used = arena.copy_span(std::span<const bool>(item->used));
    copied->arguments = arena.copy_span(std::span<Expr* const>(item->arguments));
    if (item->subquery != nullptr) copied->subquery = copy(item->subquery);
    item = copied;
  }
  made->columns = arena.copy_span(std::span<const ResultColumn>(select->columns));
  made->group_by = arena.copy_span(std::span<const OrderTerm>(select->group_by));
  made->order_by = arena.copy_span(std::span<const OrderTerm>(select->order_by));
  made->aggregates = arena.copy_span(std::span<const AggregateCall>(select->aggregates));
  for (AggregateCall& call : made->aggregates) {
    call.arguments = arena.copy_span(std::span<Expr* const>(call.arguments));
  }
  made->values_rows = arena.copy_span(std::span<const std::span<Expr*>>(select->values_rows));
  for (auto& row : made->values_rows) row = arena.copy_span(std::span<Expr* const>(row));
  for_each_expr_of_core(made, [&](Expr*& expr) { expr = copy(expr); });
  link_windows_anew(*made, arena);
  made->limit = copy(made->limit);
  made->offset = copy(made->offset);
  made->plan = nullptr;
  --depth;
  return made;
}

}  // namespace leftmost::planner
