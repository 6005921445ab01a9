// engine/exec/schema_rows.h - the rows of sqlite_schema (sqlite_master) and sqlite_temp_schema, made from the catalog.
#pragma once

#include <string_view>

#include "engine/exec/row_buffer.h"
#include "storage/catalog.h"

namespace leftmost::engine {

/// Whether a table definition is the schema table of its schema (it has no tree).
bool is_schema_table(const storage::TableDef& table);
/// type, name, tbl_name, rootpage, sql - in schema order. Root pages are counted from 2; views have 0.
void fill_schema_rows(const storage::Catalog& catalog, storage::SchemaName schema, RowBuffer& rows);

}  // namespace leftmost::engine
