// engine/exec/expr_walk.h - everything below a bound expression or SELECT, nested subqueries included.
#pragma once

#include <utility>
#include <vector>

#include "planner/query.h"

namespace leftmost::engine {

/// Calls `visit(const Expr&)` for every node of `expr`, subqueries included.
template <typename Visit>
void walk(const planner::Expr* expr, const Visit& visit);

/// The same for all expressions of a SELECT, its earlier arms and its FROM subqueries.
template <typename Visit>
void walk(const planner::Select* select, const Visit& visit) {
  for (; select != nullptr; select = select->prior) {
    for (const planner::ResultColumn& column : select->columns) walk(column.expr, visit);
    for (const planner::Item* item : select->items) walk(item->subquery, visit);
    walk(select->where, visit);
    for (const planner::OrderTerm& term : select->group_by) walk(term.expr, visit);
    walk(select->having, visit);
    for (const planner::OrderTerm& term : select->order_by) walk(term.expr, visit);
    walk(select->limit, visit);
    walk(select->offset, visit);
    for (const planner::AggregateCall& call : select->aggregates) {
      for (const planner::Expr* argument : call.arguments) walk(argument, visit);
      walk(call.filter, visit);
    }
    for (const std::span<planner::Expr*> row : select->values_rows) {
      for (const planner::Expr* value : row) walk(value, visit);
    }
  }
}

template <typename Visit>
void walk(const planner::Expr* expr, const Visit& visit) {
  if (expr == nullptr) return;
  visit(*expr);
  walk(expr->left, visit);
  walk(expr->right, visit);
  for (const planner::Expr* element : expr->list) walk(element, visit);
  walk(expr->select, visit);
}

}  // namespace leftmost::engine
