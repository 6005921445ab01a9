// engine/exec/item_row.h - the current row of one FROM item, wherever it lies: in a leaf of the table, in an
// entry of an index (the table row is then fetched only when a column is asked for that the index does not
// have), or in memory. VIRTUAL columns lie nowhere and are computed (virtual_columns.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/virtual_columns.h"
#include "engine/functions/statement_run.h"
#include "engine/work.h"
#include "storage/arena.h"
#include "storage/btree.h"
#include "storage/definitions.h"
#include "storage/index_layout.h"

namespace leftmost::engine {

/// What reading rows of one item reports to: the statement's errors and the item's work.
struct RowAccess {
  StatementRun* run = nullptr;
  ItemWork* work = nullptr;
  storage::TreeCounters* counters = nullptr;
};

class ItemRow {
 public:
  void connect(const RowAccess* access) { access_ = access; }
  /// How the VIRTUAL columns of the item's table are computed; null: it has none.
  void connect(VirtualColumns* virtual_columns) { virtual_columns_ = virtual_columns; }

  /// No row: every column is NULL, as in an outer join's all-NULL row.
  void set_null() { place_ = Place::kNull; }
  /// A row of a table tree.
  void set_table(const storage::TableDef& table, const storage::Page* leaf, std::size_t slot) {
    row_changed();
    place_ = Place::kTable;
    table_ = &table;
    leaf_ = leaf;
    slot_ = slot;
  }
  /// An entry of an index. `tree` is the table's, for look-ups; both outlive the row.
  void set_entry(const storage::IndexLayout& layout, const storage::BTree& tree, const storage::Page* leaf,
                 std::size_t slot) {
    row_changed();
    place_ = Place::kEntry;
    table_ = &layout.table();
    layout_ = &layout;
    tree_ = &tree;
    entry_leaf_ = leaf;
    entry_slot_ = slot;
    leaf_ = nullptr;
    decoded_ = 0;
    has_key_ = false;
  }
  /// Values in memory, one per column. Without a rowid kRowidColumn is NULL.
  void set_values(std::span<const storage::Value> values, storage::Value rowid = storage::Value::null()) {
    place_ = Place::kValues;
    values_ = values;
    rowid_ = rowid;
  }
  /// The same without values for VIRTUAL columns.
  void set_stored_values(std::span<const storage::Value> values, storage::Value rowid) {
    row_changed();
    set_values(values, rowid);
    if (virtual_columns_ != nullptr) place_ = Place::kStoredValues;
  }

  /// Where the row is now, to come back to after set_values() or set_null() put something else in its place.
  struct Position;
  Position position() const;
  void restore(const Position& position);

  bool is_null_row() const { return place_ == Place::kNull; }
  /// A column by number, or planner::kRowidColumn.
  storage::Value column(int column) {
    switch (place_) {
      case Place::kTable:
        return is_virtual(column) ? virtual_columns_->value(column) : stored(column);
      case Place::kStoredValues:
        if (is_virtual(column)) return virtual_columns_->value(column);
        [[fallthrough]];
      case Place::kValues:
        return column < 0 ? rowid_ : values_[static_cast<std::size_t>(column)];
      case Place::kEntry:
        return entry_column(column);
      case Place::kNull:
        break;
    }
    return storage::Value::null();
  }
  /// The key of the row in its table's tree (8 bytes for rowid tables), copied to `key`; of values in memory:
  /// of their rowid. Requires: there is a row, and values in memory came with a rowid.
  void copy_key(std::string& key);

 private:
  enum class Place : std::uint8_t { kNull, kTable, kEntry, kValues, kStoredValues };

  bool is_virtual(int column) const { return virtual_columns_ != nullptr && virtual_columns_->has(column); }
  void row_changed() {
    if (virtual_columns_ != nullptr) virtual_columns_->forget();
  }

  storage::Value stored(int column) const {
    if (column < 0 || column == table_->rowid_alias) {
      return storage::Value::integer(storage::head_to_rowid(leaf_->heads()[slot_]));
    }
    const int shift = table_->rowid_alias >= 0 && column > table_->rowid_alias ? 1 : 0;
    return leaf_->value(slot_, static_cast<std::size_t>(column - shift));
  }
  storage::Value entry_column(int column);
  std::string_view entry_key();
  storage::Value decode_one(std::size_t position);
  bool decode();
  bool look_up();

  Place place_ = Place::kNull;
  bool has_key_ = false;  // entry_key_ is that of the current entry
  std::uint64_t decoded_ =
      0;  // bit i: entry_[i] holds the current entry's column i (of the first 63); bit 63: all
  const RowAccess* access_ = nullptr;
  VirtualColumns* virtual_columns_ = nullptr;
  const storage::TableDef* table_ = nullptr;
  const storage::Page* leaf_ = nullptr;  // of the table row; null until looked up
  std::size_t slot_ = 0;
  const storage::IndexLayout* layout_ = nullptr;
  const storage::BTree* tree_ = nullptr;
  const storage::Page* entry_leaf_ = nullptr;
  std::size_t entry_slot_ = 0;
  std::vector<storage::Value> entry_;
  storage::Arena entry_bytes_;
  std::string scratch_;
  std::string_view entry_key_;
  std::span<const storage::Value> values_;
  storage::Value rowid_;
};

struct ItemRow::Position {
  Place place;
  const storage::TableDef* table;
  const storage::Page* leaf;
  std::size_t slot;
  std::span<const storage::Value> values;
  storage::Value rowid;
};

inline ItemRow::Position ItemRow::position() const { return {place_, table_, leaf_, slot_, values_, rowid_}; }

inline void ItemRow::restore(const Position& position) {
  row_changed();
  place_ = position.place;
  table_ = position.table;
  leaf_ = position.leaf;
  slot_ = position.slot;
  values_ = position.values;
  rowid_ = position.rowid;
}

}  // namespace leftmost::engine
