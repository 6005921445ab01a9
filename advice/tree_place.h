// advice/tree_place.h - the tree of one table or index, and the entries in it from a prefix of its columns
// on.
//
//   users_name ('Smith')      position   last_name  first_name  rowid
//                                52341   Smith      Ada           310
//                                52342   Smith      Ada          9544
//
// Everything is counted in the tree itself: no statement runs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/database.h"
#include "storage/catalog.h"
#include "storage/database_state.h"
#include "storage/error.h"

namespace leftmost::advice {

/// Valid as long as the database is not written.
struct TreePlace {
  std::string name;  ///< of the index, or of the table whose rows lie in the tree
  storage::TablePtr table;
  storage::IndexPtr index;  ///< null: the table's own tree
  const storage::BTree* tree = nullptr;
  /// Of the key: an index's columns with its tail, a WITHOUT ROWID table's primary key; empty: the rowid.
  std::vector<storage::KeyColumn> columns;
  std::vector<std::string> column_names;      ///< of the key, `rowid` and `<expr>` included
  std::vector<storage::Affinity> affinities;  ///< what a value compared with a column becomes

  bool is_rowid_table() const { return tree->shape().rowid_keys; }
  /// `'Smith' | 'Ada' | 310`; a separator may be cut: `'Sm'...`.
  std::string key_text(std::string_view key) const;
};

/// The tree of a table or index; the primary key of a WITHOUT ROWID table is the table itself.
/// Errors: `no such table or index: x`; not_supported() for views and what we do not hold.
Expected<TreePlace> find_tree(const engine::Database& database, std::string_view name);
Expected<TreePlace> tree_of_index(const engine::Database& database, const storage::IndexDef& index);
Expected<TreePlace> tree_of_table(const engine::Database& database, const storage::TableDef& table);

/// The keys whose first columns are `values`, after the columns' affinities. No values: all keys.
/// Errors: more values than columns; a rowid that is no integer.
Expected<storage::ByteRange> range_of(const TreePlace& place, std::span<const storage::Value> values);

struct Entries {
  std::vector<std::string> columns;
  std::uint64_t total = 0;  ///< of the tree
  std::uint64_t first = 0;  ///< entries in front of the first match
  std::uint64_t matches = 0;
  std::vector<storage::Row> shown;  ///< the first of the matches, in key order
};

/// The entries whose first columns are `values`, at most `shown_max` of them with their values.
/// A table shows all columns of its rows. Errors: as range_of().
Expected<Entries> list_entries(const TreePlace& place, std::span<const storage::Value> values,
                               std::size_t shown_max);

/// A copy of the tree with pages of another size, packed: so that the shape of a large one can be seen in a
/// small one. Requires: a power of two that storage/page.h allows.
storage::BTree with_page_size(const storage::BTree& tree, std::uint32_t page_bytes);

}  // namespace leftmost::advice
