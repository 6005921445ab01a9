#include "engine/exec/item_row.h"

#include "storage/table_view.h"

namespace leftmost::engine {

using storage::Value;

IndexLayout::IndexLayout(const storage::TableDef& table, const storage::IndexDef& index)
    : table_(&table), index_(&index), columns_(storage::index_key_columns(index, table)) {
  positions_.assign(table.columns.size(), -1);
  for (std::size_t i = index.column_count(); i-- > 0;) {
    const int column = index.column(i).column;
    if (column >= 0) positions_[static_cast<std::size_t>(column)] = static_cast<int>(i);
    if (column == storage::kRowidColumn && table.rowid_alias >= 0) {
      positions_[static_cast<std::size_t>(table.rowid_alias)] = static_cast<int>(i);
    }
  }
  if (table.without_rowid) {
    primary_key_columns_ = storage::primary_key_columns(table);
    for (const storage::PrimaryKeyColumn& key : table.primary_key) {
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
    storage::append_key_column(key, entry[static_cast<std::size_t>(primary_key_positions_[i])],
                               primary_key_columns_[i]);
  }
  return key;
}

bool ItemRow::decode() {
  if (decoded_) return true;
  entry_bytes_.reset();
  entry_.resize(layout_->columns().size());
  if (!storage::decode_index_entry(entry_leaf_, entry_slot_, layout_->columns(), entry_bytes_, entry_)) {
    access_->run->fail(ErrorCode::kCorrupt, "database disk image is malformed: an entry of index " +
                                                layout_->index().name + " cannot be decoded");
    return false;
  }
  decoded_ = true;
  return true;
}

bool ItemRow::look_up() {
  storage::BTree::Found found;
  if (table_->without_rowid) {
    if (!decode()) return false;
    found = tree_->find(layout_->primary_key(entry_), access_->counters);
  } else {
    const auto rowid =
        storage::rowid_of_index_entry(entry_leaf_->key(entry_slot_, scratch_), layout_->columns());
    if (rowid) found = tree_->find_rowid(*rowid, access_->counters);
  }
  if (!found) {
    access_->run->fail(ErrorCode::kCorrupt, "database disk image is malformed: index " + layout_->index().name +
                                                " has an entry without a row in " + table_->name);
    return false;
  }
  ++access_->work->table_lookups;
  leaf_ = found.leaf;
  slot_ = found.slot;
  return true;
}

Value ItemRow::entry_column(int column) {
  if (leaf_ != nullptr) return stored(column);
  if (column < 0) {
    const auto rowid =
        storage::rowid_of_index_entry(entry_leaf_->key(entry_slot_, scratch_), layout_->columns());
    return rowid ? Value::integer(*rowid) : Value::null();
  }
  const int position = layout_->position_of(column);
  if (position >= 0) return decode() ? entry_[static_cast<std::size_t>(position)] : Value::null();
  return look_up() ? stored(column) : Value::null();
}

void ItemRow::copy_key(std::string& key) {
  if (leaf_ != nullptr) {
    key.assign(leaf_->key(slot_, scratch_));
  } else if (table_->without_rowid) {
    key = decode() ? layout_->primary_key(entry_) : std::string();
  } else {
    key.assign(storage::RowidKey(entry_column(-1).is_null() ? 0 : entry_column(-1).as_integer()).view());
  }
}

}  // namespace leftmost::engine
