// engine/exec/redefine.h - puts a changed CREATE statement in the place of the one that a table, index or
// view has.
//
// The object keeps its id, its place in the schema and its tree: whoever changes the columns of a table gives
// it a tree of the new shape as well.
#pragma once

#include <map>
#include <string>

#include "engine/exec/connection.h"

namespace leftmost::engine {

/// The table's new definition from `sql`, and its indexes' from the same text and from `index_sql` (for those
/// of CREATE INDEX; as they are when not in it). Errors: SQLite's for the texts, without the context that it
/// adds
/// (`no such column: x`); `index` tells then whose text it was, empty: the table's.
Expected<void> redefine_table(Connection& connection, const storage::TableDef& table, const std::string& name,
                              const std::string& sql,
                              const std::map<storage::ObjectId, std::string>& index_sql, std::string& index);
void redefine_view(Connection& connection, const storage::ViewDef& view, const std::string& sql);

/// Binds every view of a schema (and of temp). Errors: `error in view v: ...`, with `when` (` after rename`)
/// before the colon.
Expected<void> check_views(Connection& connection, const std::string& when);

}  // namespace leftmost::engine
