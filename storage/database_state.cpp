#include "storage/database_state.h"

#include <vector>

#include "storage/table_view.h"

namespace leftmost::storage {

TreeShape table_shape(const TableDef& table) {
  const std::size_t stored = table.columns.size() - (table.rowid_alias >= 0 ? 1 : 0);
  return TreeShape::for_table(stored, !table.without_rowid);
}

Expected<TablePtr> DatabaseState::create_table(TableDef table) {
  Expected<TablePtr> added = catalog.add_table(std::move(table));
  if (!added) return added;
  statistics.add_table(**added);
  trees_.insert_or_assign((*added)->id, BTree(table_shape(**added)));
  return added;
}

Expected<IndexPtr> DatabaseState::create_index(IndexDef index) {
  Expected<IndexPtr> added = catalog.add_index(std::move(index));
  if (!added) return added;
  const TablePtr table = catalog.table((*added)->table_id);
  if (table != nullptr) statistics.add_index(**added, *table);
  if (!(*added)->is_table_itself) trees_.insert_or_assign((*added)->id, BTree(TreeShape::for_index()));
  return added;
}

bool DatabaseState::drop(ObjectId id) {
  std::vector<ObjectId> gone{id};
  for (const IndexPtr& index : catalog.indexes_of(id)) gone.push_back(index->id);
  if (!catalog.remove(id)) return false;
  for (const ObjectId gone_id : gone) {
    statistics.remove(gone_id);
    trees_.erase(gone_id);
  }
  return true;
}

BTree* DatabaseState::tree(ObjectId id) { return trees_.find_to_change(id); }

const BTree* DatabaseState::tree(ObjectId id) const { return trees_.find(id); }

void DatabaseState::set_tree(ObjectId id, BTree tree) { trees_.insert_or_assign(id, std::move(tree)); }

}  // namespace leftmost::storage
