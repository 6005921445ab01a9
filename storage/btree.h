// storage/btree.h - one B+tree: the tables and the indexes of a database are all of this kind.
//
//                  [ eu|paid|90 : 2, 2 ]                 inner page: separators, and the entries below each
//                  child
//                 /                     \                (left < separator <= right)
//   [eu|new|7  eu|new|31]      [eu|paid|90  us|new|3]    leaves: keys in byte order, column values side by
//   side
//
// Keys are byte strings whose byte order is the order of the rows (key_codec.h). A rowid table has keys of 8
// bytes and its columns beside them; a WITHOUT ROWID table has its coded primary key and all columns; an
// index has the coded key with its tail and at most one column, the payload of what the key lost. All rows
// with the same first column are one run of neighbours, rows with the same second column are not: the
// left-prefix rule is a property of this picture.
//
// Copy-on-write. A BTree is a handle on a root page. Copying it is O(1) and makes a snapshot: both reach the
// same pages, and whoever writes copies what it shares with the other first, page by page down the path (a
// page is edited in place exactly if every page on the way from our root has one reference). Dropping a
// handle frees what only it reached. So a reader keeps a copy and never waits, and ROLLBACK assigns the old
// copy back. There are no links between leaves (they would force whole rows of copies); cursors keep their
// path instead. Different handles may be used on different threads; one handle is used by one at a time.
//
// Inner pages count the entries below each child, so rank(), count() and seeking to the n-th entry read one
// page per level.
//
// After: Comer, "The Ubiquitous B-Tree", ACM Computing Surveys 11(2), 1979; Bayer and Unterauer, "Prefix
// B-Trees", ACM TODS 2(1), 1977 (short separators, common prefixes); Rodeh, "B-trees, Shadowing, and Clones",
// ACM TOS 3(4), 2008 (reference counts and no leaf links). Layout of a page: page.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/key_codec.h"
#include "storage/page.h"
#include "storage/value.h"

namespace leftmost::storage {

/// What a tree's pages look like; fixed for the life of the tree.
struct TreeShape {
  std::uint32_t page_bytes = 4096;  ///< Power of two, kPageBytesMin .. kPageBytesMax.
  std::uint16_t columns = 0;        ///< Values beside each key.
  bool rowid_keys = false;          ///< Every key is a RowidKey.

  /// A page size with which some tens of entries of so many columns fit into a leaf.
  static TreeShape for_table(std::size_t stored_columns, bool rowid_keys);
  static TreeShape for_index() { return {4096, 1, false}; }
};

/// What an operation did. Callers own the counters and pass them in; nothing is counted globally.
struct TreeCounters {
  std::uint64_t seeks = 0;        ///< Descents from the root.
  std::uint64_t pages = 0;        ///< Pages stepped onto.
  std::uint64_t entries = 0;      ///< Leaf entries stepped onto or handed out in batches.
  std::uint64_t comparisons = 0;  ///< Key comparisons of searches.
  std::uint64_t splits = 0, merges = 0;
  std::uint64_t page_copies = 0;  ///< Shared pages copied before writing.
};

/// Fill of the pages of one level; level 0 is the leaves.
struct LevelStatistics {
  std::uint64_t pages = 0, entries = 0;
  std::uint64_t bytes = 0, bytes_used = 0;  ///< Used: without free space and dead heap bytes.
  std::uint64_t overflow_blocks = 0, overflow_bytes = 0;
};

/// One change of update().
struct ColumnChange {
  std::size_t column = 0;
  Value value;
};

class BTree {
 public:
  explicit BTree(TreeShape shape);
  /// A snapshot, in O(1).
  BTree(const BTree& other);
  BTree& operator=(const BTree& other);
  BTree(BTree&& other) noexcept;  ///< `other` may only be assigned to or destroyed afterwards.
  BTree& operator=(BTree&& other) noexcept;
  ~BTree();

  const TreeShape& shape() const { return shape_; }
  /// Number of entries.
  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Pages on a path from the root to a leaf, at least 1.
  std::size_t height() const { return root_->level + std::size_t{1}; }
  /// Both handles have the very same pages (so the same contents); different roots may still hold equal
  /// entries.
  bool shares_root_with(const BTree& other) const { return root_ == other.root_; }

  // Writing. `values` has shape().columns values, `key` any bytes (8 with rowid_keys). Keys and values are
  // copied; they must not point into pages of this very handle (a cursor's or a snapshot's pages are fine:
  // those are never written).

  /// Adds an entry. False, and nothing changed, if the key exists.
  bool insert(std::string_view key, std::span<const Value> values, TreeCounters* counters = nullptr);
  /// Adds an entry or replaces the values of the one with this key. True if it was there.
  bool insert_or_replace(std::string_view key, std::span<const Value> values,
                         TreeCounters* counters = nullptr);
  /// Changes some columns of an entry; the other values stay where they are. False if there is no such key.
  bool update(std::string_view key, std::span<const ColumnChange> changes, TreeCounters* counters = nullptr);
  /// Removes an entry; false if there is no such key.
  bool erase(std::string_view key, TreeCounters* counters = nullptr);
  void clear();

  // Reading single entries. For more use a Cursor (cursor.h).

  bool contains(std::string_view key, TreeCounters* counters = nullptr) const;
  /// Where an entry is; bytes of its values are valid until this tree is written or destroyed.
  struct Found {
    const Page* leaf = nullptr;  ///< Null: no such key.
    std::size_t slot = 0;
    explicit operator bool() const { return leaf != nullptr; }
    Value value(std::size_t column) const { return leaf->value(slot, column); }
  };
  Found find(std::string_view key, TreeCounters* counters = nullptr) const;
  Found find_rowid(std::int64_t rowid, TreeCounters* counters = nullptr) const {
    return find(RowidKey(rowid).view(), counters);
  }
  /// The first entry whose key is in the range, if any: for UNIQUE checks with prefix_range().
  Found find_first(const ByteRange& range, TreeCounters* counters = nullptr) const;
  /// The last entry, if any: its head is the largest rowid.
  Found find_last(TreeCounters* counters = nullptr) const;

  // Counting, one page per level.

  /// Number of entries with a key below `key`.
  std::uint64_t rank(std::string_view key, TreeCounters* counters = nullptr) const;
  std::uint64_t count(const ByteRange& range, TreeCounters* counters = nullptr) const;

  // Looking into the tree.

  /// Every broken rule of the pictures here and in page.h, one sentence each; empty means sound. Reads the
  /// whole tree.
  std::vector<std::string> check() const;
  /// By level, leaves first.
  std::vector<LevelStatistics> statistics() const;
  /// Bytes of pages and overflow blocks reached from this root (shared ones too).
  std::uint64_t bytes() const;
  /// The picture above for this tree, level by level, one page per line: for small trees. `columns`, if not
  /// empty, decodes keys; otherwise they are shown in hexadecimal (rowids as numbers).
  std::string to_text(std::span<const KeyColumn> columns = {}) const;

  const Page* root() const { return root_; }

 private:
  friend class BulkLoader;
  friend class TreeWriter;
  TreeShape shape_;
  Page* root_;
  std::uint64_t size_ = 0;
};

/// Builds a tree from sorted input: leaves are packed one after the other, inner pages above them at the end.
class BulkLoader {
 public:
  explicit BulkLoader(TreeShape shape);
  ~BulkLoader();
  BulkLoader(const BulkLoader&) = delete;
  BulkLoader& operator=(const BulkLoader&) = delete;
  /// False, and nothing is added, if `key` is not above the key before.
  bool append(std::string_view key, std::span<const Value> values);
  /// The tree; the loader is empty afterwards.
  BTree finish();

 private:
  class Impl;
  Impl* impl_;
};

}  // namespace leftmost::storage
