// planner/window_pass.h - window calls taken apart: which rows one pass reads, in which order, and what it
// adds to them (section 6.11 of docs/planner.md; SQLite: sqlite3WindowRewrite, src/window.c).
//
//   SELECT a+1, sum(b) OVER (PARTITION BY c ORDER BY d) FROM t WHERE e ORDER BY f
//
//   SELECT column 0 of the pass + 1, column 5 of the pass
//   FROM (SELECT a, f, c, d, b FROM t WHERE e ORDER BY c, d)      a co-routine; the pass adds column 5
//   ORDER BY column 1 of the pass
//
// A call whose OVER is another one becomes a column of that subquery, which is then taken apart in its turn.
#pragma once

#include <span>
#include <vector>

#include "planner/query.h"

namespace leftmost::planner {

struct Context;

struct WindowFunction {
  const FunctionInfo* function = nullptr;
  std::span<Expr* const> arguments;  ///< as the subquery computes them
  std::size_t first_argument = 0;    ///< column of the subquery
  int filter_column = -1;            ///< column of the subquery, -1: none
};

struct WindowPass {
  const Item* input = nullptr;  ///< the subquery
  /// Stands for the row that the pass gives out: the subquery's columns, then one for each function.
  ItemId row = kNoItem;
  std::size_t input_columns = 0;
  std::size_t first_key = 0;                ///< column of the first PARTITION BY term; ORDER BY follows
  std::span<const OrderTerm> partition_by;  ///< as the subquery computes them
  std::span<const OrderTerm> order_by;
  std::span<const WindowFunction> functions;
  WindowFrame frame;
};

/// The same window: one pass serves both calls.
bool is_same_window(const Expr& a, const Expr& b);
/// True if a window call stands in `expr`, outside of its subqueries.
bool contains_window(const Expr* expr);
/// Adds a call to those of one SELECT (Select::windows), if it belongs to the same pass.
void link_window(std::vector<Expr*>& windows, bool& has_several_partitions, Expr* call);
/// The same for all calls in `expr`, which may be null, outside of its subqueries.
void link_windows(std::vector<Expr*>& windows, bool& has_several_partitions, Expr* expr);
/// The calls of one SELECT that is a copy: SQLite finds them anew, also those of ORDER BY that stand for result columns.
void link_windows_anew(Select& select, storage::Arena& arena);
/// The same for all its arms and every SELECT inside them.
void link_all_windows_anew(Select* select, storage::Arena& arena);

/// Takes the windows of `select` apart, which is no compound. Nothing happens where there are none.
void take_windows_apart(Select* select, Context& context);

}  // namespace leftmost::planner
