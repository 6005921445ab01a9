// engine/exec/table_order.h - the order in which SQLite goes through all tables of a schema (ANALYZE, PRAGMA
// table_list): the order of the elements of its hash table, which can be seen in the rows of sqlite_stat1.
#pragma once

#include <vector>

#include "storage/catalog.h"

namespace leftmost::engine {

/// Tables and views as if they had been created in schema order and none dropped since; nothing stands for the schema
/// table.
std::vector<std::optional<storage::ObjectPtr>> tables_and_views_in_hash_order(const storage::Catalog& catalog,
                                                                              storage::SchemaName schema);
/// Only the tables.
std::vector<storage::TablePtr> tables_in_hash_order(const storage::Catalog& catalog, storage::SchemaName schema);

}  // namespace leftmost::engine
