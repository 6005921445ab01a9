// engine/functions/expr_rules.h - row values, IN and function calls: which of their parts meet, and under which affinity
// and collation. What one comparison of two expressions uses is planner/comparison.h's affair.
#pragma once

#include <span>

#include "planner/expr.h"
#include "planner/query.h"

namespace leftmost::engine {

/// Number of columns: 1 for everything but kRow and subqueries with several columns.
int row_width(const planner::Expr& expr);
/// Column number `field` of a row value or row-valued subquery; the expression itself when it is neither.
const planner::Expr& row_field(const planner::Expr& expr, int field);

/// `left IN (...)`: affinity and collation for field `field` of the left side. With a SELECT its result column is
/// weighed as well; with a list only the left side counts.
storage::Affinity in_affinity(const planner::Expr& in, int field = 0);
storage::Collation in_collation(const planner::Expr& in, int field = 0);

/// For functions with uses_collation (min, max, nullif): that of the first argument that has one.
storage::Collation call_collation(std::span<planner::Expr* const> arguments);

}  // namespace leftmost::engine
