#include "storage/index_layout.h"

#include "storage/table_view.h"

namespace leftmost::storage {

IndexLayout::IndexLayout(const TableDef& table, const IndexDef& index)
    : table_(&table), index_(&index), columns_(index_key_columns(index, table)) {
  positions_.assign(table.columns.size(), -1);
  for (std::size_t i = index.column_count(); i-- > 0;) {
    const int column = index.column(i).column;
    if (column >= 0) positions_[static_cast<std::size_t>(column)] = static_cast<int>(i);
    if (column == kRowidColumn && table.rowid_alias >= 0) {
      positions_[static_cast<std::size_t>(table.rowid_alias)] = static_cast<int>(i);
    }
  }
  if (table.without_rowid) {
    primary_key_columns_ = primary_key_columns(table);
    for (const PrimaryKeyColumn& key : table.primary_key) {
      const int position = positions_[static_cast<std::size_t>(key.column)];
      bool is_known = false;
      for (const int earlier : primary_key_positions_) is_known = is_known || earlier == position;
      if (!is_known) primary_key_positions_.push_back(position);
    }
  }
}

std::string IndexLayout::primary_key(std::span<const Value> entry) const {
  std::string key;
  for (std::size_t i = 0; i < primary_key_positions_.size() && i < primary_key_columns_.size(); ++i) {
    append_key_column(key, entry[static_cast<std::size_t>(primary_key_positions_[i])],
                      primary_key_columns_[i]);
  }
  return key;
}

}  // namespace leftmost::storage
