// planner/planner.h - the entry: a bound statement in, the record of a decision out.
#pragma once

#include <functional>

#include "planner/plan.h"
#include "storage/error.h"

namespace leftmost::planner {

/// How much of its thinking the planner writes down beside the decision itself. Each level holds those before it.
enum class PlanRecord : std::uint8_t {
  kDecisions,   ///< what runs
  kReasons,     ///< Plan::reasons: what became of every index, and why
  kCandidates,  ///< every way of reading a table that was weighed (`why --trace`, `.candidates`)
};

struct PlannerOptions {
  bool automatic_index = true;      ///< PRAGMA automatic_index
  bool case_sensitive_like = false; ///< PRAGMA case_sensitive_like
  bool reverse_unordered_selects = false;
  PlanRecord record = PlanRecord::kReasons;
  /// Values of bound parameters (index 0 is parameter 1); one that is missing or NULL is unknown while planning.
  std::span<const storage::Value> parameters;
};

/// Decides how to run `select` (the last arm of a compound). Rewrites the bound tree (flattening, push-down,
/// constant propagation ...); new nodes go into `arena`.
/// Errors: `no query solution`, `at most 64 tables in a join`, not_supported(...); nothing else.
Expected<std::unique_ptr<Plan>> plan_select(Select* select, const PlannerOptions& options, storage::Arena& arena);

/// The same for the rows that an UPDATE or DELETE is about. Expressions evaluated per found row (SET values ...)
/// may hold subqueries: they are planned and printed after the loop, in the given order.
Expected<std::unique_ptr<Plan>> plan_change(const ChangeQuery& change, std::span<Expr* const> row_expressions,
                                            const PlannerOptions& options, storage::Arena& arena);

/// For expressions outside any SELECT (INSERT ... VALUES, RETURNING, CHECK): plans the subqueries in them.
/// `condition` is tested before they are evaluated (DO UPDATE ... WHERE); null: nothing is.
Expected<std::unique_ptr<Plan>> plan_expressions(std::span<Expr* const> expressions, const PlannerOptions& options,
                                                 storage::Arena& arena, Expr* condition = nullptr);

}  // namespace leftmost::planner
