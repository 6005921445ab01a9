// planner/comparison.h - which affinity and collation a comparison uses (https://www.sqlite.org/datatype3.html
// sections 4 and 7). The planner asks to know whether an index column can answer a term, the executor to evaluate
// the same term: both must get the same answer.
#pragma once

#include <optional>

#include "planner/expr.h"

namespace leftmost::planner {

/// Affinity of an expression's value; none for everything that is no column, CAST or subquery. An untyped column
/// has kBlob, which is an affinity. A row value has that of its first element.
std::optional<storage::Affinity> affinity_of(const Expr* expr);

/// Affinity that both operands get before they are compared: both have one: numeric if either is, else kBlob;
/// one has one: that one; none: kBlob.
storage::Affinity comparison_affinity(std::optional<storage::Affinity> left, std::optional<storage::Affinity> right);
/// The same for a comparison node (=, <, IS, IN ...). For IN (SELECT) the right side is the first result column,
/// an IN list has none.
storage::Affinity comparison_affinity(const Expr* comparison);

/// Collation of one expression: of the column, or of a COLLATE in it; none if it has none.
std::optional<storage::Collation> collation_of(const Expr* expr);

/// Explicit COLLATE in the left operand, else in the right one, else the left operand's, else the right one's.
std::optional<storage::Collation> comparison_collation(const Expr* left, const Expr* right);
/// The same for a comparison node; knows which operands were swapped. For IN only the left operand counts.
std::optional<storage::Collation> comparison_collation(const Expr* comparison);

/// True if there is a COLLATE anywhere in the expression (not inside subqueries).
bool has_explicit_collation(const Expr* expr);

}  // namespace leftmost::planner
