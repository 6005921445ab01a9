// storage/tree_writer.h - one change of a tree: the path to a leaf, made ours page by page, and what a full
// or an empty page does to the pages above it. Internal to storage/.
//
//   find      descend, remember the path
//   own_path  copy the pages of the path that a snapshot shares
//   change    in place where possible; otherwise the leaf's entries are packed anew into one or more pieces,
//   and the pieces take
//             its place in the parent, whose own pieces may take its place further up (a split), or
//             a page below a quarter is packed together with a neighbour (a merge, or a borrowing if that
//             gives two pages)
#pragma once

#include <array>
#include <string>
#include <vector>

#include "storage/btree.h"
#include "storage/page_writer.h"

namespace leftmost::storage {

/// A page that takes the place of another one, or follows it.
struct Piece {
  Page* page = nullptr;
  std::uint64_t count = 0;  ///< Entries below.
  std::string separator;    ///< Towards the piece before it.
};

/// Packs all entries of a list into as few balanced pages as they need; `forced_split_at` > 0 makes at least
/// two. Consumes the separator blocks that move up.
std::vector<Piece> pack_pieces(const TreeShape& shape, const EntryList& list, bool leaf,
                               std::size_t prefix_fallback, std::size_t forced_split_at = 0);
/// Where to split a list so that both halves are about equally large.
std::size_t balanced_split(const EntryList& list, std::size_t first, std::size_t last, bool leaf);
/// The shortest key above `left` and not above `right`. Requires: left < right.
std::string shortest_separator(std::string_view left, std::string_view right, bool fixed_keys);
/// An inner page over pieces (which fit into one).
Page* new_root(const TreeShape& shape, const std::vector<Piece>& pieces);

class TreeWriter {
 public:
  TreeWriter(BTree& tree, TreeCounters* counters) : tree_(tree), shape_(tree.shape_), counters_(counters) {}

  /// Descends to where `key` is or belongs; true if it is there.
  bool find(std::string_view key);
  // After find():
  void insert(const NewEntry& entry);
  /// Requires: found.
  void replace(const NewEntry& entry);
  void update(std::string_view key, std::span<const ColumnChange> changes);
  void erase();

 private:
  struct Step {
    Page* page;
    std::size_t slot;
  };

  void own_path();
  Page* own_child(Page& parent, std::size_t slot);
  void place(const NewEntry& entry);
  void add_to_counts(std::int64_t entries);
  bool at_right_edge() const;
  void put_pieces(std::size_t depth, const std::vector<Piece>& pieces);
  void rebalance();
  bool merge_with_neighbour(std::size_t depth);
  void collapse_root();

  BTree& tree_;
  const TreeShape& shape_;
  TreeCounters* counters_;
  std::array<Step, 48> path_;
  std::size_t depth_ = 0;  // of the leaf
};

}  // namespace leftmost::storage
