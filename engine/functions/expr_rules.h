// engine/functions/expr_rules.h - affinity and collation of bound expressions and of comparisons between them
// (https://www.sqlite.org/datatype3.html sections 3.2, 4.2 and 7.1).
#pragma once

#include <optional>
#include <span>

#include "planner/expr.h"
#include "planner/query.h"

namespace leftmost::engine {

/// The affinity that an expression brings into a comparison: a column's own, a CAST's type, a subquery's first
/// column, a row value's first element; COLLATE is looked through. Nothing for everything else - which is not the
/// same as kBlob, the affinity of a column without a type.
std::optional<storage::Affinity> affinity_of(const planner::Expr& expr);

/// Column number `field` of a row value or row-valued subquery; the expression itself when it is neither.
const planner::Expr& row_field(const planner::Expr& expr, int field);
/// Number of columns: 1 for everything but kRow and subqueries with several columns.
int row_width(const planner::Expr& expr);

/// The affinity applied to both sides before they are compared: numeric if both have one and either is numeric,
/// the only one there is if one side has none, kBlob (nothing is converted) otherwise.
storage::Affinity comparison_affinity(const planner::Expr& left, const planner::Expr& right);

/// COLLATE inside the expression, else a column's; nothing for expressions that have none.
std::optional<storage::Collation> collation_of(const planner::Expr& expr);
/// Whether a COLLATE operator stands somewhere in it.
bool has_explicit_collation(const planner::Expr& expr);

/// An explicit COLLATE on the left, else on the right, else the left side's collation, else the right's, else BINARY.
storage::Collation comparison_collation(const planner::Expr& left, const planner::Expr& right);

/// `left IN (...)`: affinity and collation for field `field` of the left side. With a SELECT the affinity weighs its
/// result column as well; with a list only the left side counts.
storage::Affinity in_affinity(const planner::Expr& in, int field = 0);
storage::Collation in_collation(const planner::Expr& in, int field = 0);

/// For min, max, nullif and the aggregates: the collation of the first argument that has one.
storage::Collation call_collation(std::span<planner::Expr* const> arguments);

}  // namespace leftmost::engine
