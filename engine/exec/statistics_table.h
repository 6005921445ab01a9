// engine/exec/statistics_table.h - sqlite_stat1: a table like any other, from which the planner's numbers are loaded.
#pragma once

#include <string_view>

#include "engine/exec/connection.h"

namespace leftmost::engine {

/// sqlite_stat1 of the schema, null if there is none.
storage::TablePtr find_statistics_table(const Connection& connection, storage::SchemaName schema);
Expected<storage::TablePtr> ensure_statistics_table(Connection& connection, storage::SchemaName schema);
/// Removes the rows of a table, or of one index (`index` not empty); all rows when both are empty.
void delete_statistics(Connection& connection, storage::SchemaName schema, std::string_view table, std::string_view index);
/// Appends one row.
void add_statistics(Connection& connection, const storage::TableDef& statistics, const storage::Stat1Row& row);
/// Loads the planner's numbers from the table, as SQLite does after ANALYZE and on opening a file.
void load_statistics(Connection& connection, storage::SchemaName schema);

}  // namespace leftmost::engine
