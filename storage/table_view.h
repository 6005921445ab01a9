// storage/table_view.h - what the entries of table and index trees mean as columns of SQL.
//
// Rowid table     key: RowidKey; columns: all of the table's but the rowid alias, virtual generated ones
// included as NULL. WITHOUT ROWID   key: coded primary key (declared columns, without duplicates); columns:
// all of the table's. Index           key: coded key and tail columns; column 0: the payload of what the key
// lost, NULL if nothing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/cursor.h"
#include "storage/definitions.h"
#include "storage/key_codec.h"

namespace leftmost::storage {

/// The tree column that stores a table column; -1 for the rowid alias.
constexpr int stored_column(const TableDef& table, int column) {
  if (column == table.rowid_alias) return -1;
  return table.rowid_alias >= 0 && column > table.rowid_alias ? column - 1 : column;
}

/// How an index's entries are coded: key columns, then tail columns. Its last column is the rowid for rowid
/// tables.
std::vector<KeyColumn> index_key_columns(const IndexDef& index, const TableDef& table);
/// How the primary key of a WITHOUT ROWID table is coded.
std::vector<KeyColumn> primary_key_columns(const TableDef& table);
std::string primary_key(const TableDef& table, std::span<const KeyColumn> columns,
                        std::span<const Value> row);

/// The values a tree stores for a row, in tree order. Requires: `row` has one value per table column, in
/// table order, affinities applied; `stored` has room for them.
void stored_values(const TableDef& table, std::span<const Value> row, std::span<Value> stored);

/// An index entry ready for BTree::insert.
struct IndexEntry {
  std::string key;
  std::string payload;
  /// The one value beside the key: NULL if nothing was lost. Valid while this lives.
  Value payload_value() const { return payload.empty() ? Value::null() : Value::blob(payload); }
};
/// `values`: of all key and tail columns in index order (expressions evaluated, rowid as an integer).
void make_index_entry(std::span<const Value> values, std::span<const KeyColumn> columns, IndexEntry& entry);

/// Rows of a rowid table's or WITHOUT ROWID table's leaf as table columns.
class TableRow {
 public:
  TableRow(const TableDef& table, const Page* leaf, std::size_t slot)
      : table_(&table), leaf_(leaf), slot_(slot) {}
  /// Requires: a rowid table.
  std::int64_t rowid() const { return head_to_rowid(leaf_->heads()[slot_]); }
  /// Value of a table column; the rowid for the alias or kRowidColumn.
  Value column(int column) const {
    const int stored = column < 0 ? -1 : stored_column(*table_, column);
    return stored < 0 ? Value::integer(rowid()) : leaf_->value(slot_, static_cast<std::size_t>(stored));
  }

 private:
  const TableDef* table_;
  const Page* leaf_;
  std::size_t slot_;
};

/// Decodes the entry under a cursor into values.size() == columns.size() original values. False if the bytes
/// are no such entry. Bytes live in `arena` or in the cursor's page.
bool decode_index_entry(Cursor& cursor, std::span<const KeyColumn> columns, Arena& arena,
                        std::span<Value> values);
bool decode_index_entry(const Page* leaf, std::size_t slot, std::span<const KeyColumn> columns, Arena& arena,
                        std::span<Value> values);
/// Only the rowid of an entry: its last column.
std::optional<std::int64_t> rowid_of_index_entry(std::string_view key, std::span<const KeyColumn> columns);

}  // namespace leftmost::storage
