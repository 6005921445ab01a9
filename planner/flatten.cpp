// Merging a FROM subquery into the query around it (section 6.3 of docs/planner.md; SQLite: flattenSubquery,
// src/select.c). The numbers of the restrictions are those of SQLite's comment on it.

#include <algorithm>

#include "planner/coder.h"
#include "planner/comparison.h"
#include "planner/substitution.h"

namespace leftmost::planner {

namespace {

bool is_null_extended(const JoinType& join) { return join.left || join.right || join.left_of_right; }

bool arms_differ_in_affinity(const Select* last) {
  for (std::size_t i = 0; i < last->columns.size(); ++i) {
    const Expr* expr = last->columns[i].expr;
    const auto affinity = affinity_of(expr);
    const bool is_column = skip_collate(expr)->kind == ExprKind::kColumn;
    for (const Select* arm = last->prior; arm != nullptr; arm = arm->prior) {
      const Expr* other = arm->columns[i].expr;
      if (affinity_of(other) != affinity) return true;
      // A column without affinity (of a FROM subquery) is not the same as an expression without.
      if (!affinity && (skip_collate(other)->kind == ExprKind::kColumn) != is_column) return true;
    }
  }
  return false;
}

bool may_flatten(const Select& outer, std::size_t position, bool has_limit, const Context& context) {
  const Item& item = *outer.items[position];
  const Select& inner = *item.subquery;
  const bool is_outer_join = is_null_extended(item.join);
  if (!inner.values_rows.empty()) return false;
  if (inner.limit != nullptr && has_limit) return false;                                       // 13
  if (inner.offset != nullptr) return false;                                                   // 14
  if (inner.limit != nullptr && outer.is_compound_arm) return false;                           // 15
  if (inner.items.empty()) return false;                                                       // 7
  if (inner.distinct) return false;                                                            // 4
  if (inner.limit != nullptr && (outer.items.size() > 1 || outer.is_aggregate)) return false;  // 8, 9
  if (!outer.order_by.empty() && !inner.order_by.empty()) return false;                        // 11
  if (outer.is_aggregate && !inner.order_by.empty()) return false;                             // 16
  if (inner.limit != nullptr && (outer.where != nullptr || outer.distinct)) return false;      // 19, 21
  if (inner.is_recursive) return false;                                                        // 22
  if (is_outer_join && (inner.items.size() > 1 || inner.items.front()->kind == ItemKind::kFunction ||
                        outer.distinct || item.join.right)) {
    return false;  // 3, 26
  }
  if (position > 0 && inner.items.front()->join.left_of_right) return false;  // 27a
  if (item.shared != nullptr && !item.shared->is_view &&
      (item.shared->hint == CteHint::kMaterialized ||
       (item.shared->hint == CteHint::kNone && item.shared->reference_count >= 2))) {
    return false;  // 28
  }
  if (outer.window_pass != nullptr || !inner.windows.empty()) return false;  // 25
  if (inner.prior == nullptr) return true;

  if (!inner.order_by.empty()) return false;                                // 20
  if (outer.is_aggregate || outer.distinct || is_outer_join) return false;  // 17d, 17f
  for (const Select* arm = &inner; arm != nullptr; arm = arm->prior) {
    if (arm->distinct || arm->is_aggregate || arm->items.empty() || !arm->values_rows.empty())
      return false;                                                               // 17b, 17c
    if (!arm->windows.empty()) return false;                                      // 17e
    if (arm->prior != nullptr && arm->op != CompoundOp::kUnionAll) return false;  // 17a
    if (position > 0 && arm->items.front()->join.left_of_right) return false;     // 17g
  }
  for (const OrderTerm& term : outer.order_by) {
    if (term.result_column == 0) return false;  // 18
  }
  const bool in_recursion = std::any_of(outer.items.begin(), outer.items.end(), [](const Item* other) {
    return other->kind == ItemKind::kRecursiveReference;
  });
  if (in_recursion) return false;                     // 23
  if (arms_differ_in_affinity(&inner)) return false;  // 17h
  constexpr int kSelectsMax = 500;
  return !(outer.items.size() > 1 && context.select_count > kSelectsMax);
}

/// The columns of `item` that the whole of `select` mentions.
void collect_used(const Expr* expr, Item& item) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kColumn && expr->item == item.id && expr->column >= 0) {
    const auto column = static_cast<std::size_t>(expr->column);
    const bool generated = item.relation != nullptr && column < item.relation->def->columns.size() &&
                           item.relation->def->columns[column].generated != storage::GeneratedKind::kNone;
    if (generated) std::fill(item.used.begin(), item.used.end(), true);
    if (column < item.used.size()) item.used[column] = true;
  }
  for_each_child(expr, [&](const Expr* child) { collect_used(child, item); });
  if (expr->select != nullptr) {
    for_each_expr_of_select(expr->select, [&](const Expr* part) { collect_used(part, item); });
  }
}

void recompute_used(Select* select, Item& item) {
  std::fill(item.used.begin(), item.used.end(), false);
  for_each_expr_of_core(select, [&](const Expr* expr) { collect_used(expr, item); });
  for (const Item* other : select->items) {
    if (other->subquery == nullptr) continue;
    for_each_expr_of_select(other->subquery, [&](const Expr* expr) { collect_used(expr, item); });
  }
}

void merge_arm(Select* outer, std::size_t position, Select* arm, const Select* leftmost, JoinType join,
               bool is_outer_join, Context& context) {
  const ItemId replaced = outer->items[position]->id;
  std::vector<Item*> items(outer->items.begin(),
                           outer->items.begin() + static_cast<std::ptrdiff_t>(position));
  items.insert(items.end(), arm->items.begin(), arm->items.end());
  items.insert(items.end(), outer->items.begin() + static_cast<std::ptrdiff_t>(position) + 1,
               outer->items.end());
  outer->items = context.arena.copy_span(items);
  const bool is_left_of_right = outer->items[position]->join.left_of_right || join.left_of_right;
  outer->items[position]->join = join;
  outer->items[position]->join.left_of_right = is_left_of_right;
  const ItemId last = arm->items.back()->id;

  if (!arm->order_by.empty() && !outer->ignores_order) {
    std::vector<OrderTerm> order(arm->order_by.begin(), arm->order_by.end());
    for (OrderTerm& term : order) term.result_column = 0;
    outer->order_by = context.arena.copy_span(order);
  }
  if (is_outer_join) set_join_mark(arm->where, last, JoinMark::kOuterOn);
  outer->where = make_and(context.arena, arm->where, outer->where, false);
  Substitution substitution{context, replaced, last, arm, leftmost, is_outer_join};
  substitution.apply(outer, false);
  if (arm->limit != nullptr) outer->limit = arm->limit;
  for (std::size_t i = 0; i < arm->items.size(); ++i) recompute_used(outer, *outer->items[position + i]);
}

}  // namespace

bool flatten_subquery(Select* outer, std::size_t position, bool has_limit, Context& context) {
  if (!may_flatten(*outer, position, has_limit, context)) return false;
  Item* item = outer->items[position];
  Select* inner = item->subquery;
  const JoinType join = item->join;
  const bool is_outer_join = is_null_extended(join);
  item->subquery = nullptr;

  // A UNION ALL: one copy of the outer query per arm, the original for the last one.
  std::vector<Select*> outers{outer};
  for (const Select* arm = inner->prior; arm != nullptr; arm = arm->prior) {
    Copier copier{.arena = context.arena,
                  .budget = &context.budget,
                  .fresh_items = &context.next_item,
                  .items = {},
                  .selects = {}};
    const auto order_by = outer->order_by;
    Expr* const limit = outer->limit;
    Expr* const offset = outer->offset;
    Select* const prior = outer->prior;
    outer->order_by = {};
    outer->limit = outer->offset = nullptr;
    outer->prior = nullptr;
    Select* copy = copier.copy(outer);
    for (const auto& [original, made] : copier.items)
      context.copied_from[made] = context.original_of(original);
    outer->order_by = order_by;
    outer->limit = limit;
    outer->offset = offset;
    outer->op = CompoundOp::kUnionAll;
    copy->op = prior == nullptr ? CompoundOp::kNone : CompoundOp::kUnionAll;
    copy->number = context.next_select_number++;
    ++context.select_count;
    copy->prior = prior;
    outer->prior = copy;
    if (context.budget.exhausted) return true;
  }
  const Select* leftmost = inner;
  while (leftmost->prior != nullptr) leftmost = leftmost->prior;
  const bool became_compound = inner->prior != nullptr;
  Select* target = outer;
  for (Select* arm = inner; arm != nullptr; arm = arm->prior, target = target->prior) {
    merge_arm(target, position, arm, leftmost, target == outer ? join : JoinType{}, is_outer_join, context);
    if (became_compound) target->is_compound_arm = true;
    if (context.budget.exhausted) return true;
  }
  return true;
}

}  // namespace leftmost::planner
