// storage/cursor.h - walking over the entries of a tree that lie in a byte range, in either direction, one by
// one or a batch of neighbours at a time.
//
//   Cursor cursor(tree, prefix_range(prefix), Direction::kForward, &counters);
//   for (; cursor.valid(); cursor.next()) use(cursor.value(0));          // one by one
//   LeafBatch batch;
//   while (cursor.next_batch(batch)) sum(batch.column(2), batch);        // or leaf by leaf: columns side by
//   side
//
// A cursor holds a snapshot of its tree: it sees the entries of the moment in which it was made, whatever is
// written afterwards, and pages and values it hands out stay valid as long as it lives. (The price: a tree
// that is written while cursors are open copies the pages it touches.) There are no links between leaves; the
// cursor keeps the path from the root.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/btree.h"

namespace leftmost::storage {

enum class Direction : std::uint8_t { kForward, kBackward };

class Cursor {
 public:
  /// At the first entry of the range in this direction, or at the end.
  Cursor(const BTree& tree, const ByteRange& range, Direction direction = Direction::kForward,
         TreeCounters* counters = nullptr);
  /// Over the whole tree.
  explicit Cursor(const BTree& tree, Direction direction = Direction::kForward,
                  TreeCounters* counters = nullptr);

  /// Starts again with another range of the same snapshot: one descent, no allocation beyond the range's
  /// bytes.
  void seek(const ByteRange& range);
  /// Jumps to the n-th entry (from 0) of the whole tree; the range becomes everything from there on in this
  /// direction.
  void seek_nth(std::uint64_t n);

  /// There is a current entry. With false none of the functions below may be called but seek() and
  /// next_batch().
  bool valid() const { return leaf_ != nullptr; }
  /// To the next entry in the cursor's direction.
  void next();

  /// Fetches the rest of the range's entries in the current leaf (current one included) and moves behind
  /// them. Slots are ascending in a batch even for a backward cursor, which reads them from last - 1 down to
  /// first. False at the end.
  bool next_batch(LeafBatch& batch);

  const Page* leaf() const { return leaf_; }
  std::size_t slot() const { return slot_; }
  Value value(std::size_t column) const { return leaf_->value(slot_, column); }
  /// The key; valid until the cursor moves.
  std::string_view key() { return leaf_->key(slot_, scratch_); }
  /// Requires: a tree with rowid keys.
  std::int64_t rowid() const { return head_to_rowid(leaf_->heads()[slot_]); }
  /// Entries of the tree in front of the current one, in key order.
  std::uint64_t position() const;

 private:
  struct Step {
    const Page* page;
    std::size_t slot;
  };
  static constexpr std::size_t kHeightMax = 48;

  void step_forward_to_leaf();
  void step_backward_to_leaf();
  void enter_leaf(bool by_seek);
  void count_entry() {
    if (counters_ != nullptr) ++counters_->entries;
  }

  BTree tree_;
  ByteRange range_;
  Direction direction_;
  TreeCounters* counters_;
  std::array<Step, kHeightMax> path_;  // inner pages from the root; height - 1 steps
  const Page* leaf_ = nullptr;
  std::size_t slot_ = 0;
  std::size_t first_ = 0, last_ = 0;  // slots of leaf_ that are in the range
  bool more_ = false;                 // neighbours beyond this leaf may be in the range
  std::string scratch_;
};

}  // namespace leftmost::storage
