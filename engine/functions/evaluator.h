// engine/functions/evaluator.h - bound expressions to values, with SQLite 3.40.1's semantics.
//
//   const Program* program = compile(*expr, arena);      once per statement: affinities, collations and constants
//                                                        are settled here, and only here
//   Value v = evaluate(*program, context);               per row
//   bool keep = test(*program, context, false);          per row: WHERE, HAVING, ON, CHECK (true: NULL passes)
//
// A Program is a tree of small nodes, each with the function that runs it, so that a row costs one indirect call per
// operator and no look-ups. What does not depend on rows (constants, deterministic functions of constants and
// parameters, long IN lists) is computed at first use and kept for the execution (StatementRun::number()).
//
// Order of evaluation is SQLite's: operands from left to right. In test() AND, OR and NOT stop as soon as the outcome
// is known; as values, both sides of AND and OR are evaluated. CASE, coalesce() and iif() are always lazy. It matters
// for errors (integer overflow in sum or abs) and for volatile functions only.
//
// Errors are sticky in StatementRun: after one, evaluate() answers NULL and test() false. Look at run.failed() once per row.
#pragma once

#include <cstdint>
#include <span>

#include "engine/functions/function.h"
#include "engine/functions/statement_run.h"
#include "planner/expr.h"
#include "storage/arena.h"
#include "storage/value.h"

namespace leftmost::engine {

/// Where an expression finds what changes from row to row. Implemented by the executor; the returned bytes stay valid
/// until the row changes or run.results() is reset.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// A kColumn's value in the current row of its item (kSelfItem included), NULL in an all-NULL row.
  virtual storage::Value column(const planner::Expr& column) = 0;
  /// Whether the current row of `item` is the all-NULL row of an outer join.
  virtual bool is_null_row(planner::ItemId item) = 0;
  /// A kAggregate's result for the current group.
  virtual storage::Value aggregate(const planner::Expr& aggregate) = 0;
  /// Value of a scalar kSubquery: first column of its first row, NULL without rows.
  virtual storage::Value scalar_subquery(const planner::Expr& subquery) = 0;
  /// First row of a row-valued kSubquery into `row` (as many as it has columns); all NULL without rows.
  virtual void row_subquery(const planner::Expr& subquery, std::span<storage::Value> row) = 0;
  /// A kExists' answer.
  virtual bool exists(const planner::Expr& exists) = 0;
  /// 1, 0 or NULL for `left IN (SELECT ...)`; `left` has row_width(*in.left) values. Affinity and collation are the
  /// source's business (in_affinity(), InSet).
  virtual storage::Value in_select(const planner::Expr& in, std::span<const storage::Value> left) = 0;
};

/// A RowSource for expressions without rows (LIMIT, DEFAULT, VALUES without subqueries): everything is NULL.
class NoRows : public RowSource {
 public:
  storage::Value column(const planner::Expr&) override { return {}; }
  bool is_null_row(planner::ItemId) override { return false; }
  storage::Value aggregate(const planner::Expr&) override { return {}; }
  storage::Value scalar_subquery(const planner::Expr&) override { return {}; }
  void row_subquery(const planner::Expr&, std::span<storage::Value> row) override {
    for (storage::Value& value : row) value = storage::Value::null();
  }
  bool exists(const planner::Expr&) override { return false; }
  storage::Value in_select(const planner::Expr&, std::span<const storage::Value>) override { return {}; }
};

struct EvalContext {
  StatementRun& run;
  RowSource& rows;
  /// Values of ?1, ?2, ...; what is beyond is NULL. Must not change during one execution.
  std::span<const storage::Value> parameters;
};

struct ProgramNode;
/// A compiled expression. Lives in the arena it was compiled into, which must not be reset while it is used. It keeps
/// per-execution caches, so that one Program is used by one execution at a time.
class Program {
 public:
  explicit Program(const ProgramNode* root) : root_(root) {}
  const ProgramNode* root() const { return root_; }

 private:
  const ProgramNode* root_;
};

/// `expr` outlives the program. Never fails; nesting is bounded by the parser (1000 levels).
const Program* compile(const planner::Expr& expr, storage::Arena& arena);

/// Requires: `program` is no row value. NULL after an error.
storage::Value evaluate(const Program& program, EvalContext& context);

/// As a condition; `null_result` is the answer when the value is NULL (false for WHERE, true for CHECK). False after an error.
bool test(const Program& program, EvalContext& context, bool null_result = false);

/// A row value or row-valued subquery, all its fields. Requires: row.size() == row_width() of the expression.
void evaluate_row(const Program& program, EvalContext& context, std::span<storage::Value> row);

/// compile() and evaluate() in one, for what is evaluated once.
storage::Value evaluate_once(const planner::Expr& expr, EvalContext& context);

/// Narrows a selection: keeps those of `selection` for whose row the condition holds, in their order, and returns how
/// many are left. `move_to(row)` makes that row the source's current one. Stops at the first error (returns 0).
template <typename MoveTo>
std::size_t filter(const Program& condition, EvalContext& context, std::span<std::uint32_t> selection, MoveTo&& move_to) {
  std::size_t kept = 0;
  for (const std::uint32_t row : selection) {
    move_to(row);
    if (test(condition, context, false)) selection[kept++] = row;
    if (context.run.failed()) return 0;
  }
  return kept;
}

}  // namespace leftmost::engine
