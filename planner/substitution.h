// planner/substitution.h - puts a subquery's result expressions in the place of references to its columns.
#pragma once

#include "planner/context.h"

namespace leftmost::planner {

struct Substitution {
  Context& context;
  ItemId from = kNoItem;  ///< the FROM subquery
  ItemId to = kNoItem;  ///< the item that takes over its join marks; of an outer join: decides "missing row"
  const Select* arm = nullptr;       ///< whose result columns are put in
  const Select* leftmost = nullptr;  ///< the arm that gives the collations
  bool is_outer_join = false;

  /// In place, below and at `expr`; also inside subqueries.
  void apply(Expr*& expr);
  /// One SELECT, its FROM subqueries and theirs; arms to its left too if `arms_too`.
  void apply(Select* select, bool arms_too);

 private:
  Expr* replacement(const Expr* column);
};

/// Marks what SQLite marks in an ON clause: the node, its operands and function arguments.
void set_join_mark(Expr* expr, ItemId item, JoinMark mark);

}  // namespace leftmost::planner
