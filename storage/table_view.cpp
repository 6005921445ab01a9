#include "storage/table_view.h"

#include <algorithm>

#include "storage/arena.h"

namespace leftmost::storage {
namespace {

KeyColumn key_column(const IndexColumn& column, const TableDef& table) {
  // An expression has no affinity; a rowid is an integer.
  Affinity affinity = column.column == kRowidColumn ? Affinity::kInteger : Affinity::kBlob;
  if (column.column >= 0) affinity = table.columns[static_cast<std::size_t>(column.column)].affinity;
  return {column.collation, column.descending, affinity};
}

}  // namespace

std::vector<KeyColumn> index_key_columns(const IndexDef& index, const TableDef& table) {
  std::vector<KeyColumn> columns;
  columns.reserve(index.column_count());
  for (std::size_t i = 0; i < index.column_count(); ++i)
    columns.push_back(key_column(index.column(i), table));
  return columns;
}

std::vector<KeyColumn> primary_key_columns(const TableDef& table) {
  std::vector<KeyColumn> columns;
  for (const PrimaryKeyColumn& key : table.primary_key) {
    columns.push_back(key_column({key.column, {}, key.collation, key.descending}, table));
  }
  return columns;
}

std::string primary_key(const TableDef& table, std::span<const KeyColumn> columns,
                        std::span<const Value> row) {
  std::string key;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    append_key_column(key, row[static_cast<std::size_t>(table.primary_key[i].column)], columns[i]);
  }
  return key;
}

void stored_values(const TableDef& table, std::span<const Value> row, std::span<Value> stored) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int target = stored_column(table, static_cast<int>(i));
    if (target < 0) continue;
    const bool computed = table.columns[i].generated == GeneratedKind::kVirtual;
    stored[static_cast<std::size_t>(target)] = computed ? Value::null() : row[i];
  }
}

void make_index_entry(std::span<const Value> values, std::span<const KeyColumn> columns, IndexEntry& entry) {
  entry.key.clear();
  append_key(entry.key, values, columns);
  entry.payload = lost_by_key(values, columns);
}

bool decode_index_entry(const Page* leaf, std::size_t slot, std::span<const KeyColumn> columns, Arena& arena,
                        std::span<Value> values) {
  std::string scratch;
  const Value payload = leaf->value(slot, 0);
  return decode_key(leaf->key(slot, scratch), payload.is_blob() ? payload.as_bytes() : std::string_view(),
                    columns, arena, values);
}

bool decode_index_entry(Cursor& cursor, std::span<const KeyColumn> columns, Arena& arena,
                        std::span<Value> values) {
  const Value payload = cursor.value(0);
  return decode_key(cursor.key(), payload.is_blob() ? payload.as_bytes() : std::string_view(), columns, arena,
                    values);
}

// A rowid's code is its last bytes, but where they begin only the columns in front of it can tell.
std::optional<std::int64_t> rowid_of_index_entry(std::string_view key, std::span<const KeyColumn> columns) {
  if (columns.empty()) return std::nullopt;
  const auto prefix = key_prefix_bytes(key, columns.first(columns.size() - 1));
  return prefix ? decode_rowid(key, *prefix) : std::nullopt;
}

}  // namespace leftmost::storage
