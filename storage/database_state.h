// storage/database_state.h - everything a database is at one moment: names, numbers for the planner, and one
// tree per table and index.
//
// A copy is a snapshot: O(1), nothing is copied. A reader keeps one for as long as it reads; a
// transaction works on one and either becomes the current state (COMMIT) or is dropped (ROLLBACK); a
// savepoint is one more copy. Copies may be used on different threads; handing the current state to a new
// reader has to be ordered by the caller.
#pragma once

#include <memory>

#include "storage/btree.h"
#include "storage/catalog.h"
#include "storage/persistent_map.h"
#include "storage/statistics.h"

namespace leftmost::storage {

class DatabaseState {
 public:
  Catalog catalog;
  Statistics statistics;

  /// The catalog entry, its default statistics, and an empty tree. Errors: those of Catalog::add_table.
  Expected<TablePtr> create_table(TableDef table);
  /// The same for an index; no tree if it is the table itself. Filling it is the caller's work (see set_tree
  /// and BulkLoader).
  Expected<IndexPtr> create_index(IndexDef index);
  /// Removes a table with its indexes, or an index, and their trees; false if there is no such id.
  bool drop(ObjectId id);

  /// The tree of a table or index. Null if it has none (unknown id, a view, an is_table_itself index). To
  /// change: valid until the state is copied; to read: until any tree of the state changes (a copy of the
  /// tree stays as it is).
  BTree* tree(ObjectId id);
  const BTree* tree(ObjectId id) const;
  /// Puts a tree in place of the object's. Requires: the object has one and the shape fits.
  void set_tree(ObjectId id, BTree tree);

 private:
  PersistentMap<ObjectId, BTree> trees_;
};

/// The shape of a table's tree: all columns but the rowid alias (see stored_column()).
TreeShape table_shape(const TableDef& table);

}  // namespace leftmost::storage
