// engine/exec/stored_reals.h - a real that comes back as an integer.
//
// SQLite stores an integral value of a REAL column as an integer of up to 48 bits, and makes it a real again
// when that column is read. Two kinds of values skip the second half: what RETURNING hands on, and VIRTUAL
// columns, which are reals as long as they are computed into a result and integers after any record in
// between (that of a sorter, a temporary table, a column without a type).
#pragma once

#include <functional>
#include <span>

#include "planner/query.h"

namespace leftmost::engine {

/// Marks the columns that `expr` hands on as they are and of which `is_meant` is true (Expr::as_stored).
void read_as_stored(planner::Expr* expr, const std::function<bool(const planner::Expr& column)>& is_meant);

/// The same for VIRTUAL columns of REAL affinity of these items.
void read_virtual_as_stored(planner::Expr* expr, std::span<planner::Item* const> items);
/// For all result columns of one SELECT core.
void read_virtual_as_stored(const planner::Select& select);

}  // namespace leftmost::engine
