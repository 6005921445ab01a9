#include "engine/exec/statistics_table.h"

#include "storage/cursor.h"
#include "engine/functions/operators.h"
#include "storage/table_view.h"

namespace leftmost::engine {

using storage::Value;

storage::TablePtr find_statistics_table(const Connection& connection, storage::SchemaName schema) {
  return connection.data().catalog.find_table("sqlite_stat1", schema);
}

Expected<storage::TablePtr> ensure_statistics_table(Connection& connection, storage::SchemaName schema) {
  if (storage::TablePtr table = find_statistics_table(connection, schema)) return table;
  storage::TableDef table;
  table.schema = schema;
  table.name = "sqlite_stat1";
  table.sql = "CREATE TABLE sqlite_stat1(tbl,idx,stat)";
  for (const char* name : {"tbl", "idx", "stat"}) {
    storage::ColumnDef column;
    column.name = name;
    table.columns.push_back(std::move(column));
  }
  return connection.data().create_table(std::move(table));
}

void delete_statistics(Connection& connection, storage::SchemaName schema, std::string_view table, std::string_view index) {
  const storage::TablePtr statistics = find_statistics_table(connection, schema);
  if (!statistics) return;
  storage::BTree& tree = *connection.data().tree(statistics->id);
  if (table.empty() && index.empty()) {
    tree.clear();
    return;
  }
  std::vector<std::int64_t> doomed;
  for (storage::Cursor cursor(tree); cursor.valid(); cursor.next()) {
    const Value value = cursor.value(index.empty() ? 0 : 1);
    if (value.is_text() && value.as_bytes() == (index.empty() ? table : index)) doomed.push_back(cursor.rowid());
  }
  for (const std::int64_t rowid : doomed) tree.erase(storage::RowidKey(rowid).view());
}

void add_statistics(Connection& connection, const storage::TableDef& statistics, const storage::Stat1Row& row) {
  storage::BTree& tree = *connection.data().tree(statistics.id);
  const storage::BTree::Found last = tree.find_last();
  const std::int64_t rowid = last ? storage::head_to_rowid(last.leaf->heads()[last.slot]) + 1 : 1;
  const Value values[] = {Value::text(row.table), row.index ? Value::text(*row.index) : Value::null(),
                          Value::text(row.stat)};
  tree.insert(storage::RowidKey(rowid).view(), values);
}

void load_statistics(Connection& connection, storage::SchemaName schema) {
  std::vector<storage::Stat1Row> rows;
  if (const storage::TablePtr statistics = find_statistics_table(connection, schema)) {
    storage::Arena bytes;
    for (storage::Cursor cursor(*connection.data().tree(statistics->id)); cursor.valid(); cursor.next()) {
      const Value table = cursor.value(0);
      const Value index = cursor.value(1);
      const Value stat = cursor.value(2);
      if (table.is_null() || stat.is_null()) continue;
      storage::Stat1Row row;
      row.table = text_value(table, bytes);
      if (!index.is_null()) row.index = std::string(text_value(index, bytes));
      row.stat = text_value(stat, bytes);
      rows.push_back(std::move(row));
    }
  }
  storage::DatabaseState& data = connection.data();
  data.statistics.load(data.catalog, schema, rows);
  connection.schema_changed();
}

}  // namespace leftmost::engine
