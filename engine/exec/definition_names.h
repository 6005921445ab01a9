// engine/exec/definition_names.h - the names in CREATE and DROP: which schema is meant, what a new thing may
// be called.
#pragma once

#include <string>

#include "engine/exec/connection.h"
#include "engine/sql/syntax.h"

namespace leftmost::engine {

/// `main`, `temp`, or what stands without a schema. Errors: `unknown database x`.
Expected<std::optional<storage::SchemaName>> named_schema(const sql::Name& schema);
/// The schema of a new table or view. Errors: as above, `temporary table name must be unqualified`.
Expected<storage::SchemaName> schema_for_new(const sql::Name& schema, bool temporary);
/// Begins with sqlite_.
bool is_reserved_name(std::string_view name);
/// Errors: `object name reserved for internal use: sqlite_x`.
Expected<void> check_new_name(const sql::Name& name);
/// `main.t`, `t`: how an error names what was not found.
std::string written_name(const sql::Name& schema, const sql::Name& name);
/// An identifier as CREATE TABLE ... AS writes it: quoted when it has to be.
std::string quoted_identifier(std::string_view name);
/// A name by which SQL can ask for the rowid: that of its alias, or one that no column has taken. Requires: a table with
/// rowids.
std::string rowid_name(const storage::TableDef& table);

}  // namespace leftmost::engine
