#include "planner/substitution.h"

#include "planner/comparison.h"

namespace leftmost::planner {

void set_join_mark(Expr* expr, ItemId item, JoinMark mark) {
  for (; expr != nullptr; expr = expr->right) {
    expr->join_mark = mark;
    expr->join_item = item;
    if (expr->kind == ExprKind::kFunction) {
      for (Expr* argument : expr->list) set_join_mark(argument, item, mark);
    }
    set_join_mark(expr->left, item, mark);
  }
}

Expr* Substitution::replacement(const Expr* column) {
  storage::Arena& arena = context.arena;
  const Expr* source = arm->columns[static_cast<std::size_t>(column->column)].expr;
  Copier copier{.arena = arena, .budget = &context.budget, .items = {}, .selects = {}};
  Expr* made = copier.copy(source);
  if (context.budget.exhausted) return made;
  if (is_outer_join && source->kind != ExprKind::kColumn) {
    Expr* wrapper = arena.make<Expr>();
    wrapper->kind = ExprKind::kIfNullRow;
    wrapper->left = made;
    wrapper->item = to;
    made = wrapper;
  }
  if (is_outer_join) made->can_be_null = true;
  if (column->join_mark != JoinMark::kNone)
    set_join_mark(made, column->join_item == from ? to : column->join_item, column->join_mark);
  made->is_true_false = made->kind == ExprKind::kLiteral ? false : made->is_true_false;
  made->span = column->span;
  // What stands for a column has a collation, as the column had.
  const auto natural = collation_of(made);
  const auto wanted = collation_of(leftmost->columns[static_cast<std::size_t>(column->column)].expr);
  if (natural != wanted || (made->kind != ExprKind::kColumn && made->kind != ExprKind::kCollate)) {
    Expr* collated = arena.make<Expr>();
    collated->kind = ExprKind::kCollate;
    collated->collation = wanted.value_or(storage::Collation::kBinary);
    collated->left = made;
    collated->span = column->span;
    collated->join_mark = made->join_mark;
    collated->join_item = made->join_item;
    made = collated;
  }
  if (made->kind == ExprKind::kCollate) made->implicit_collation = true;
  return made;
}

void Substitution::apply(Expr*& expr) {
  if (expr == nullptr || context.budget.exhausted) return;
  if (expr->kind == ExprKind::kColumn && expr->item == from && !expr->replaced_by_constant) {
    if (expr->column < 0) {
      expr->kind = ExprKind::kLiteral;
      expr->value = storage::Value::null();
      return;
    }
    expr = replacement(expr);
    return;
  }
  if (expr->join_mark != JoinMark::kNone && expr->join_item == from) expr->join_item = to;
  if (expr->kind == ExprKind::kIfNullRow && expr->item == from) expr->item = to;
  apply(expr->left);
  apply(expr->right);
  for (Expr*& element : expr->list) apply(element);
  if (expr->select != nullptr) apply(expr->select, true);
}

void Substitution::apply(Select* select, bool arms_too) {
  for (Select* current = select; current != nullptr; current = arms_too ? current->prior : nullptr) {
    for_each_expr_of_core(current, [this](Expr*& expr) { apply(expr); });
    for (Item* item : current->items) {
      if (item->subquery != nullptr) apply(item->subquery, true);
    }
  }
}

}  // namespace leftmost::planner
