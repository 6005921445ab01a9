// storage/index_layout.h - how the entries of one index read as columns of its table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/definitions.h"
#include "storage/key_codec.h"

namespace leftmost::storage {

/// Made once per index and schema version, shared by all statements that use the index.
class IndexLayout {
 public:
  IndexLayout() = default;
  /// Requires: both outlive the layout.
  IndexLayout(const TableDef& table, const IndexDef& index);

  const TableDef& table() const { return *table_; }
  const IndexDef& index() const { return *index_; }
  /// How key and tail are coded, in index order.
  std::span<const KeyColumn> columns() const { return columns_; }
  /// How the keys of the index's tree are coded: columns(), or the primary key where the index is the table
  /// itself.
  std::span<const KeyColumn> tree_columns() const {
    return index_->is_table_itself ? primary_key_columns_ : columns_;
  }
  /// Place of a table column in the entry, -1 if it is not there.
  int position_of(int column) const { return positions_[static_cast<std::size_t>(column)]; }
  /// Coded primary key of a WITHOUT ROWID table from the values of an entry.
  std::string primary_key(std::span<const Value> entry) const;

 private:
  const TableDef* table_ = nullptr;
  const IndexDef* index_ = nullptr;
  std::vector<KeyColumn> columns_;
  std::vector<int> positions_;
  std::vector<KeyColumn> primary_key_columns_;
  std::vector<int> primary_key_positions_;
};

}  // namespace leftmost::storage
