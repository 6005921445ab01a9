// engine/exec/foreign_key_check.h - PRAGMA foreign_key_check: the child rows that have no parent.
#pragma once

#include <optional>
#include <string_view>

#include "engine/exec/connection.h"
#include "engine/exec/row_buffer.h"

namespace leftmost::engine {

/// One row per violation: the child table, its rowid (NULL without one), the parent table, the number of the
/// key in PRAGMA foreign_key_list. `value`: of this table only; empty: of all.
/// Errors: kError `no such table: x`, `foreign key mismatch - ...`.
Expected<void> foreign_key_check(Connection& connection, std::optional<storage::SchemaName> schema,
                                 std::string_view value, RowBuffer& rows);

}  // namespace leftmost::engine
