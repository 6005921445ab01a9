// engine/exec/parent_key.h - what a foreign key points to, and whether it is there.
//
//   child   the table that says REFERENCES        parent   the table it names
//
// The parent key is the rowid alias of the parent, or a UNIQUE index over exactly the columns named (without
// any: the PRIMARY KEY), each with its column's own collation (https://www.sqlite.org/foreignkeys.html,
// section 3).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "storage/arena.h"
#include "storage/catalog.h"
#include "storage/database_state.h"

namespace leftmost::engine {

class ParentKey {
 public:
  /// Errors: kError `foreign key mismatch - "c" referencing "p"`: the parent has no such key.
  static Expected<ParentKey> find(const storage::Catalog& catalog, const storage::TableDef& child,
                                  const storage::ForeignKeyDef& key, const storage::TablePtr& parent);

  std::size_t size() const { return child_columns_.size(); }
  /// In the order of the parent key.
  std::span<const int> child_columns() const { return child_columns_; }
  /// The parent's columns in the same order; the rowid alias by its number.
  std::span<const int> parent_columns() const { return parent_columns_; }
  bool is_rowid() const { return index_ == nullptr; }

  /// Whether the parent has a row with these values, which get the affinity of its columns. Requires: no
  /// NULL.
  bool has_row(const storage::DatabaseState& state, std::span<const storage::Value> values) const;

 private:
  storage::TablePtr parent_;
  storage::IndexPtr index_;  // null: the rowid
  std::vector<storage::KeyColumn> key_columns_;
  std::vector<int> child_columns_, parent_columns_;
};

/// The foreign keys of other tables, and of itself, that name `parent`.
struct Reference {
  storage::TablePtr child;
  const storage::ForeignKeyDef* key = nullptr;
  std::size_t number = 0;  ///< in TableDef::foreign_keys
};
/// In SQLite's order: newest first.
std::vector<Reference> references_to(const storage::Catalog& catalog, const storage::TableDef& parent);

}  // namespace leftmost::engine
