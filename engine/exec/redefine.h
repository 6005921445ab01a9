// engine/exec/redefine.h - puts a changed CREATE statement in the place of the one that a table, index or
// view has.
//
// The object keeps its id, its place in the schema and its tree: whoever changes the columns of a table gives
// it a tree of the new shape as well.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/bind/binder.h"
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

/// What the names in a view mean. Errors: those of its SELECT.
Expected<std::vector<ResolvedName>> names_in_view(Connection& connection, const storage::ViewPtr& view);
/// The same of a trigger: WHEN and the body, the table that it is on, OLD and NEW. Errors: those of its
/// names.
Expected<std::vector<ResolvedName>> names_in_trigger(Connection& connection,
                                                     const storage::TriggerPtr& trigger);
/// Looks up the names in every view and trigger that can see a table of the schema `altered`: its own and
/// those of temp. Errors: `error in view v: ...`, with `when` (` after rename`) before the colon.
Expected<void> check_views_and_triggers(Connection& connection, storage::SchemaName altered,
                                        const std::string& when);

}  // namespace leftmost::engine
