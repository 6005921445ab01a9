// engine/exec/transfer.h - INSERT INTO a SELECT * FROM b between tables of the same shape: SQLite copies records without
// looking at them and prints no plan. Rows and errors are those of any INSERT ... SELECT, so only the plan differs.
#pragma once

#include "engine/bind/binder.h"

namespace leftmost::engine {

/// Whether SQLite takes that shortcut for the statement.
bool is_transfer(const sql::Insert& insert, const BoundInsert& bound);

}  // namespace leftmost::engine
