// engine/exec/integrity_check.h - PRAGMA integrity_check: what is wrong with a database, in SQLite's words where SQLite
// has the rule, in those of BTree::check() for the trees.
#pragma once

#include <string_view>

#include "engine/exec/connection.h"
#include "engine/exec/row_buffer.h"

namespace leftmost::engine {

/// One row per broken rule, or `ok`. Every tree by its own check(); every row by NOT NULL, CHECK and the kind of value
/// that its column's affinity leaves; every index against its table. `value`: how many rows at most (100 when it is
/// empty or 0), or the one table to look at.
/// Errors: `no such table: x`; an expression of the schema that this engine cannot bind.
Expected<void> integrity_check(Connection& connection, std::optional<storage::SchemaName> schema, std::string_view value,
                               RowBuffer& rows);

}  // namespace leftmost::engine
