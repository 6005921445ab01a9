// planner/expr_tools.h - questions about bound expressions that every part of the planner asks, and copying them.
//
// All functions are recursive over the tree; the parser bounds its depth (1000), and RewriteBudget bounds what
// copying may add to it.
#pragma once

#include <optional>
#include <unordered_map>

#include "planner/query.h"

namespace leftmost::planner {

/// Without COLLATE on top.
const Expr* skip_collate(const Expr* expr);
/// Without COLLATE and likely()/unlikely()/likelihood() on top.
const Expr* skip_markers(const Expr* expr);
inline Expr* skip_markers(Expr* expr) { return const_cast<Expr*>(skip_markers(static_cast<const Expr*>(expr))); }
inline Expr* skip_collate(Expr* expr) { return const_cast<Expr*>(skip_collate(static_cast<const Expr*>(expr))); }

/// Calls visit(child) for the operands and list elements; not for the insides of subqueries.
template <typename Node, typename Visit>
void for_each_child(Node* expr, Visit&& visit) {
  if (expr->left != nullptr) visit(expr->left);
  if (expr->right != nullptr) visit(expr->right);
  for (Expr* element : expr->list) {
    if (element != nullptr) visit(element);
  }
}

/// Calls visit(expr) for every top expression of one SELECT core (not of its arms or FROM subqueries); arguments of table
/// functions are among them.
template <typename Visit>
void for_each_expr_of_core(Select* select, Visit&& visit) {
  for (ResultColumn& column : select->columns) visit(column.expr);
  for (auto& row : select->values_rows) {
    for (Expr*& value : row) visit(value);
  }
  if (select->where != nullptr) visit(select->where);
  for (OrderTerm& term : select->group_by) visit(term.expr);
  if (select->having != nullptr) visit(select->having);
  for (OrderTerm& term : select->order_by) visit(term.expr);
  for (AggregateCall& call : select->aggregates) {
    for (Expr*& argument : call.arguments) visit(argument);
    if (call.filter != nullptr) visit(call.filter);
  }
  for (Item* item : select->items) {
    for (Expr*& argument : item->arguments) visit(argument);
  }
}

/// The same for all of a SELECT: arms, FROM subqueries, LIMIT and OFFSET.
template <typename Visit>
void for_each_expr_of_select(Select* select, Visit&& visit) {
  for (; select != nullptr; select = select->prior) {
    for_each_expr_of_core(select, visit);
    if (select->limit != nullptr) visit(select->limit);
    if (select->offset != nullptr) visit(select->offset);
    for (Item* item : select->items) {
      if (item->subquery != nullptr) for_each_expr_of_select(item->subquery, visit);
    }
  }
}

struct Context;

enum class Sameness : std::uint8_t { kSame, kExceptCollate, kDifferent };
/// Structural comparison as SQLite does it: subqueries equal nothing, a parameter equals itself. A column of kSelfItem in either
/// expression stands for `self`. With `values`, a parameter of `a` that is bound to the literal in its place in `b` is the
/// same; not inside lists (arguments, IN, BETWEEN).
Sameness compare_exprs(const Expr* a, const Expr* b, ItemId self = kNoItem, const Context* values = nullptr);
inline bool same_expr(const Expr* a, const Expr* b, ItemId self = kNoItem) {
  return compare_exprs(a, b, self) == Sameness::kSame;
}
/// The same without COLLATE and likelihood on top of either.
bool same_expr_skipping(const Expr* a, const Expr* b, ItemId self = kNoItem);

/// True if a subquery is in it.
bool contains_subquery(const Expr* expr);
/// True if a correlated subquery is in it.
bool contains_correlated_subquery(const Expr* expr);
/// No subquery and only deterministic functions.
bool is_deterministic(const Expr* expr);
/// No column, subquery or non-deterministic function: literals, parameters and what is computed from them. A column
/// replaced by a constant counts as constant.
bool is_constant(const Expr* expr);
/// The same, and nothing in it came from the ON of an outer join; replaced columns do not count.
bool is_constant_not_of_outer_join(const Expr* expr);
/// As is_constant, but columns of `item` are allowed.
bool is_constant_or_of_item(const Expr* expr, ItemId item);
/// False for literals other than NULL, the rowid, NOT NULL columns (also below + and -).
bool can_be_null(const Expr* expr);
/// An integer literal, also with signs.
std::optional<int> integer_literal(const Expr* expr);
/// The literal 0 / any other integer literal, or FALSE / TRUE: what SQLite folds conditions by.
bool is_always_false(const Expr* expr);
bool is_always_true(const Expr* expr);
/// Number of elements of a row value or row-valued subquery; 1 for scalars.
int row_size(const Expr* expr);
bool is_row(const Expr* expr);
bool mentions_item(const Expr* expr, ItemId item);

/// How much copying one statement may cause: views that use a column twice, ten deep, double ten times.
struct RewriteBudget {
  static constexpr int kNodesMax = 2'000'000;
  static constexpr int kDepthMax = 2'000;
  int nodes_left = kNodesMax;
  bool exhausted = false;
};

/// Deep copies with changes on the way. Item ids in `items` are replaced (their Items are new ones); an owner in
/// `selects` likewise. Items of copied subqueries keep their id unless `fresh_items` is set.
struct Copier {
  storage::Arena& arena;
  RewriteBudget* budget = nullptr;
  int* fresh_items = nullptr;  ///< next free ItemId; null: ids stay
  std::unordered_map<ItemId, ItemId> items;
  std::unordered_map<const Select*, Select*> selects;
  int depth = 0;

  Expr* copy(const Expr* expr);
  Select* copy(const Select* select);
};

// Small makers, all in the arena.
Expr* make_binary(storage::Arena& arena, ExprKind kind, Expr* left, Expr* right);
Expr* make_integer(storage::Arena& arena, std::int64_t value);
/// `left AND right`; either may be null. With `collapse`, a side that is always false makes the whole 0 (section 3.1).
Expr* make_and(storage::Arena& arena, Expr* left, Expr* right, bool collapse = true);
/// Element `field` of a row value or row-valued subquery.
Expr* row_field(storage::Arena& arena, Expr* row, int field);

}  // namespace leftmost::planner
