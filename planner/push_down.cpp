// Conditions about a FROM subquery alone are tested inside it as well (section 6.4 of docs/planner.md).

#include "planner/coder.h"
#include "planner/substitution.h"

namespace leftmost::planner {

bool is_about_item_alone(const Expr* expr, const Item& item) {
  if (item.join.left) {
    if (expr->join_mark != JoinMark::kOuterOn || expr->join_item != item.id) return false;
  } else if (expr->join_mark == JoinMark::kOuterOn) {
    return false;
  }
  return is_constant_or_of_item(expr, item.id);
}

namespace {

/// The copy that goes into the subquery comes from no join.
void remove_join_marks(Expr* expr) {
  if (expr == nullptr) return;
  expr->join_mark = JoinMark::kNone;
  for_each_child(expr, [](Expr* child) { remove_join_marks(child); });
}

bool push_conjuncts(Expr* where, Item* item, Context& context) {
  bool pushed = false;
  while (where->kind == ExprKind::kAnd) {
    pushed = push_conjuncts(where->right, item, context) || pushed;
    where = where->left;
  }
  if (!is_about_item_alone(where, *item)) return pushed;
  const Select* leftmost = item->subquery;
  while (leftmost->prior != nullptr) leftmost = leftmost->prior;
  for (Select* arm = item->subquery; arm != nullptr; arm = arm->prior) {
    if (!arm->values_rows.empty()) continue;
    Copier copier{.arena = context.arena, .budget = &context.budget, .items = {}, .selects = {}};
    Expr* copy = copier.copy(where);
    remove_join_marks(copy);
    Substitution substitution{context, item->id, item->id, arm, leftmost, false};
    substitution.apply(copy);
    if (!arm->windows.empty() && !is_constant_or_one_of(copy, window_partition(*arm->windows.front())))
      return pushed;
    if (arm->is_aggregate) {
      arm->having = make_and(context.arena, arm->having, copy);
      // `... AND FALSE` is FALSE, and its aggregates are no longer asked for.
      if (is_always_false(arm->having)) drop_unmentioned_aggregates(*arm, arm, context.arena);
    } else {
      arm->where = make_and(context.arena, arm->where, copy);
    }
  }
  return true;
}

}  // namespace

bool push_down_terms(Select* outer, Item* item, Context& context) {
  if (outer->where == nullptr || item->join.right || item->join.left_of_right) return false;
  const Select* inner = item->subquery;
  if (inner->is_recursive || inner->limit != nullptr || inner->has_several_partitions) return false;
  if (inner->prior == nullptr) {
    if (!inner->windows.empty() && inner->windows.front()->window->partition_count == 0) return false;
  } else {
    for (const Select* arm = inner; arm != nullptr; arm = arm->prior) {
      if (!arm->windows.empty()) return false;
    }
  }
  for (const Select* arm = inner; arm->prior != nullptr; arm = arm->prior) {
    if (arm->op != CompoundOp::kUnionAll) return false;
  }
  return push_conjuncts(outer->where, item, context);
}

}  // namespace leftmost::planner
