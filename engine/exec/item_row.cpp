#include "engine/exec/item_row.h"

#include "storage/table_view.h"

namespace leftmost::engine {

using storage::Value;

namespace {
constexpr std::uint64_t kAllDecoded = std::uint64_t{1} << 63;
}  // namespace

std::string_view ItemRow::entry_key() {
  if (!has_key_) {
    entry_key_ = entry_leaf_->key(entry_slot_, scratch_);
    has_key_ = true;
  }
  return entry_key_;
}

bool ItemRow::decode() {
  if ((decoded_ & kAllDecoded) != 0) return true;
  if (decoded_ == 0) entry_bytes_.reset();
  entry_.resize(layout_->columns().size());
  if (!storage::decode_index_entry(entry_leaf_, entry_slot_, layout_->columns(), entry_bytes_, entry_)) {
    access_->run->fail(ErrorCode::kCorrupt, "database disk image is malformed: an entry of index " +
                                                layout_->index().name + " cannot be decoded");
    return false;
  }
  decoded_ = kAllDecoded;
  return true;
}

// One column of the entry. Unless the key lost something, the other columns are stepped over, not decoded.
Value ItemRow::decode_one(std::size_t position) {
  const std::uint64_t bit = position < 63 ? std::uint64_t{1} << position : 0;
  if ((decoded_ & (bit | kAllDecoded)) == 0) {
    const bool lost_something = bit == 0 || !entry_leaf_->value(entry_slot_, 0).is_null();
    if (lost_something) return decode() ? entry_[position] : Value::null();
    if (decoded_ == 0) entry_bytes_.reset();
    entry_.resize(layout_->columns().size());
    std::string_view key = entry_key();
    const auto skipped = storage::key_prefix_bytes(key, layout_->columns().first(position));
    std::optional<Value> value;
    if (skipped) {
      key.remove_prefix(*skipped);
      value = storage::decode_key_column(key, layout_->columns()[position], entry_bytes_);
    }
    if (!value) return decode() ? entry_[position] : Value::null();  // says what is wrong
    entry_[position] = *value;
    decoded_ |= bit;
  }
  return entry_[position];
}

bool ItemRow::look_up() {
  storage::BTree::Found found;
  if (table_->without_rowid) {
    if (!decode()) return false;
    found = tree_->find(layout_->primary_key(entry_), access_->counters);
  } else {
    const auto rowid = storage::rowid_of_index_entry(entry_key(), layout_->columns());
    if (rowid) found = tree_->find_rowid(*rowid, access_->counters);
  }
  if (!found) {
    access_->run->fail(ErrorCode::kCorrupt, "database disk image is malformed: index " +
                                                layout_->index().name + " has an entry without a row in " +
                                                table_->name);
    return false;
  }
  ++access_->work->table_lookups;
  leaf_ = found.leaf;
  slot_ = found.slot;
  return true;
}

Value ItemRow::entry_column(int column) {
  if (leaf_ != nullptr) return is_virtual(column) ? virtual_columns_->value(column) : stored(column);
  if (column < 0) {
    const auto rowid = storage::rowid_of_index_entry(entry_key(), layout_->columns());
    return rowid ? Value::integer(*rowid) : Value::null();
  }
  const int position = layout_->position_of(column);
  if (position >= 0) return decode_one(static_cast<std::size_t>(position));
  if (is_virtual(column)) return virtual_columns_->value(column);
  return look_up() ? stored(column) : Value::null();
}

void ItemRow::copy_key(std::string& key) {
  if (place_ == Place::kValues || place_ == Place::kStoredValues) {
    key.assign(storage::RowidKey(rowid_.is_null() ? 0 : rowid_.as_integer()).view());
  } else if (leaf_ != nullptr) {
    key.assign(leaf_->key(slot_, scratch_));
  } else if (table_->without_rowid) {
    key = decode() ? layout_->primary_key(entry_) : std::string();
  } else {
    key.assign(storage::RowidKey(entry_column(-1).is_null() ? 0 : entry_column(-1).as_integer()).view());
  }
}

}  // namespace leftmost::engine
