#include "engine/exec/parent_key.h"

#include <algorithm>

#include "storage/affinity.h"
#include "storage/index_layout.h"
#include "storage/key_codec.h"
#include "storage/table_view.h"

namespace leftmost::engine {

using storage::equals_ignoring_case;
using storage::Value;

namespace {

/// Fills `child_columns` if the index is over exactly the columns that the key names.
bool is_over_named_columns(const storage::IndexDef& index, const storage::TableDef& parent,
                           const storage::ForeignKeyDef& key, std::vector<int>& child_columns) {
  child_columns.clear();
  for (const storage::IndexColumn& column : index.key_columns) {
    if (column.column < 0) return false;
    const storage::ColumnDef& def = parent.columns[static_cast<std::size_t>(column.column)];
    if (column.collation != def.collation) return false;
    const auto named =
        std::find_if(key.parent_columns.begin(), key.parent_columns.end(),
                     [&](const std::string& name) { return equals_ignoring_case(name, def.name); });
    if (named == key.parent_columns.end()) return false;
    child_columns.push_back(key.columns[static_cast<std::size_t>(named - key.parent_columns.begin())]);
  }
  return true;
}

}  // namespace

Expected<ParentKey> ParentKey::find(const storage::Catalog& catalog, const storage::TableDef& child,
                                    const storage::ForeignKeyDef& key, const storage::TablePtr& parent) {
  ParentKey found;
  found.parent_ = parent;
  if (key.columns.size() == 1 && parent->rowid_alias >= 0) {
    const std::string& alias = parent->columns[static_cast<std::size_t>(parent->rowid_alias)].name;
    if (key.parent_columns.empty() || equals_ignoring_case(key.parent_columns.front(), alias)) {
      found.child_columns_ = key.columns;
      found.parent_columns_ = {parent->rowid_alias};
      return found;
    }
  }
  for (const storage::IndexPtr& index : catalog.indexes_of(parent->id)) {
    if (index->key_columns.size() != key.columns.size() || !index->unique || index->is_partial()) continue;
    if (key.parent_columns.empty()) {
      if (index->origin != storage::IndexOrigin::kPrimaryKey) continue;
      found.child_columns_ = key.columns;
    } else if (!is_over_named_columns(*index, *parent, key, found.child_columns_)) {
      continue;
    }
    found.index_ = index;
    for (const storage::IndexColumn& column : index->key_columns) {
      found.parent_columns_.push_back(column.column);
      found.key_columns_.push_back({column.collation, column.descending});
    }
    return found;
  }
  return fail(ErrorCode::kError,
              "foreign key mismatch - \"" + child.name + "\" referencing \"" + key.parent_table + '"');
}

bool ParentKey::has_row(const storage::DatabaseState& state, std::span<const Value> values) const {
  const bool in_table = index_ == nullptr || index_->is_table_itself;
  const storage::BTree* const tree = state.tree(in_table ? parent_->id : index_->id);
  if (tree == nullptr) return false;
  storage::Arena bytes;
  if (index_ == nullptr) {
    const Value rowid = storage::apply_affinity(values.front(), storage::Affinity::kInteger, bytes);
    return rowid.is_integer() && tree->contains(storage::RowidKey(rowid.as_integer()).view());
  }
  std::string prefix;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const storage::Affinity affinity =
        parent_->columns[static_cast<std::size_t>(parent_columns_[i])].affinity;
    storage::append_key_column(prefix, storage::apply_affinity(values[i], affinity, bytes), key_columns_[i]);
  }
  return bool(tree->find_first(storage::prefix_range(prefix)));
}

std::vector<Reference> references_to(const storage::Catalog& catalog, const storage::TableDef& parent) {
  std::vector<Reference> references;
  for (const storage::TablePtr& child : catalog.tables(parent.schema)) {
    for (std::size_t i = 0; i < child->foreign_keys.size(); ++i) {
      const storage::ForeignKeyDef& key = child->foreign_keys[i];
      if (equals_ignoring_case(key.parent_table, parent.name)) references.push_back({child, &key, i});
    }
  }
  std::reverse(references.begin(), references.end());
  return references;
}

}  // namespace leftmost::engine
