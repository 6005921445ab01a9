// engine/exec/table_definition.h - from a CREATE TABLE's syntax tree to the definitions it stands for: the
// table and the indexes of its constraints. Changes nothing.
#pragma once

#include <vector>

#include "engine/exec/connection.h"
#include "engine/sql/syntax.h"
#include "storage/definitions.h"

namespace leftmost::engine {

struct TableDefinition {
  storage::TableDef table;
  /// In the order in which they are made; table ids are set when the table has one.
  std::vector<storage::IndexDef> indexes;
};

/// Requires: no AS SELECT. `schema`: where it goes. `text`: what spans refer to.
/// Errors: SQLite's.
Expected<TableDefinition> define_table(const sql::CreateTable& create, storage::SchemaName schema,
                                       std::string_view text, const FunctionRegistry& functions,
                                       storage::Arena& arena);

/// One column (CREATE TABLE, ALTER TABLE ADD COLUMN) without its keys.
Expected<storage::ColumnDef> define_column(const sql::ColumnDefinition& column);

}  // namespace leftmost::engine
