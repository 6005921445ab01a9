// planner/term_obstacle.h - why a condition that mentions a column cannot be searched by an index on that column, and
// how conditions are spelled in explanations. Codes are those of docs/reasons.md.
#pragma once

#include <string>
#include <string_view>

#include "planner/probe.h"

namespace leftmost::planner {

struct Obstacle {
  std::string_view code;  ///< empty: nothing worth a word
  std::string text;       ///< `lower(last_name) is not last_name: the index holds the column itself`
};

/// Requires: `condition` mentions the column, and no search of `probe` by it was possible at that column.
Obstacle find_obstacle(const Expr* condition, const ItemFacts& facts, const ProbeColumn& column, std::string_view name);

/// True if the expression mentions the column anywhere outside of subqueries.
bool mentions_column(const Expr* expr, ItemId item, int column);

/// `'Smith'`, `?1`, `o.pid`, `an expression`: the value of a comparison, short.
std::string value_text(const Expr* expr);
/// `= 'Smith'`, `> 100`, `IN (3 values)`: what a term asks of its column.
std::string term_text(const Term& term);

}  // namespace leftmost::planner
