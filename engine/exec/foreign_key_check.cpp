#include "engine/exec/foreign_key_check.h"

#include <algorithm>

#include "engine/exec/compiled_statement.h"
#include "engine/exec/definition_names.h"
#include "engine/exec/parent_key.h"
#include "engine/exec/table_order.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;
using storage::Value;

struct CheckedKey {
  std::optional<ParentKey> parent;  // none: there is no such table, so no row of it
  std::vector<int> columns;
  const storage::ForeignKeyDef* key = nullptr;
  std::int64_t number = 0;
};

Expected<std::vector<CheckedKey>> keys_of(Connection& connection, const storage::TableDef& table) {
  const storage::Catalog& catalog = connection.data().catalog;
  std::vector<CheckedKey> keys;
  for (std::size_t i = table.foreign_keys.size(); i-- > 0;) {
    CheckedKey& checked = keys.emplace_back();
    checked.key = &table.foreign_keys[i];
    checked.columns = checked.key->columns;
    checked.number = static_cast<std::int64_t>(table.foreign_keys.size() - 1 - i);
    const storage::TablePtr parent = catalog.find_table(checked.key->parent_table, table.schema);
    if (parent == nullptr) continue;
    auto found = ParentKey::find(catalog, table, *checked.key, parent);
    if (!found) return Unexpected(found.error());
    checked.columns.assign(found->child_columns().begin(), found->child_columns().end());
    checked.parent = std::move(*found);
  }
  return keys;
}

/// SELECT rowid, then every column; read through a statement, which computes VIRTUAL columns.
std::string all_rows(const storage::TableDef& table) {
  std::string sql = "SELECT " + (table.without_rowid ? std::string("NULL") : rowid_name(table));
  for (const storage::ColumnDef& column : table.columns) sql += ", " + quoted_identifier(column.name);
  return sql + " FROM " + (table.temporary() ? "temp." : "main.") + quoted_identifier(table.name) +
         " NOT INDEXED";
}

Expected<void> check_table(Connection& connection, const storage::TableDef& table, RowBuffer& rows) {
  if (table.foreign_keys.empty()) return {};
  const auto keys = keys_of(connection, table);
  if (!keys) return Unexpected(keys.error());
  auto reading = compile_statement(connection, all_rows(table));
  if (!reading) return Unexpected(reading.error());
  if (auto made = make_action(**reading); !made) return made;
  Action& action = *(*reading)->action;
  if (auto started = action.start({}); !started) return started;
  while (true) {
    const auto has_row = action.next();
    if (!has_row) return Unexpected(has_row.error());
    if (!*has_row) break;
    for (const CheckedKey& checked : *keys) {
      std::vector<Value> values;
      for (const int column : checked.columns)
        values.push_back(action.row()[static_cast<std::size_t>(column) + 1]);
      const bool has_null =
          std::any_of(values.begin(), values.end(), [](const Value& value) { return value.is_null(); });
      if (has_null || (checked.parent && checked.parent->has_row(connection.data(), values))) continue;
      const Value row[] = {Value::text(table.name), action.row()[0], Value::text(checked.key->parent_table),
                           Value::integer(checked.number)};
      rows.add(row);
    }
  }
  action.finish();
  return {};
}

}  // namespace

Expected<void> foreign_key_check(Connection& connection, std::optional<SchemaName> schema,
                                 std::string_view value, RowBuffer& rows) {
  for (const SchemaName name : {SchemaName::kMain, SchemaName::kTemp}) {
    if (schema && *schema != name) continue;
    const storage::Catalog catalog = connection.data().catalog;
    if (!value.empty()) {
      const storage::TablePtr table = catalog.find_table(value, name);
      if (table != nullptr) return check_table(connection, *table, rows);
      continue;
    }
    for (const storage::TablePtr& table : tables_in_hash_order(catalog, name)) {
      if (auto checked = check_table(connection, *table, rows); !checked) return checked;
    }
  }
  if (value.empty()) return {};
  const std::string written = !schema ? "" : *schema == SchemaName::kMain ? "main." : "temp.";
  return fail(ErrorCode::kError, "no such table: " + written + std::string(value));
}

}  // namespace leftmost::engine
