// storage/page_writer.h - making and changing single pages; what btree.cpp, the bulk loader and check()
// share. Internal to storage/.
//
// Small changes happen in place: there is room in the arrays and in the heap, and the new key begins with the
// page's prefix. Everything else is one operation: list the entries (EntryList), and pack runs of the list
// into fresh pages with the best prefix, without columns that are NULL throughout, without dead heap bytes,
// and with free space shared between arrays and heap in the proportion in which the entries use them.
// Growing, compacting, splitting, borrowing and merging are all this.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/btree.h"
#include "storage/page.h"

namespace leftmost::storage {

// Counted ownership. A new page or block has one reference, the caller's.
Page* new_page(std::uint32_t page_bytes);
OverflowBlock* new_block(std::string_view bytes);
void retain(Page* page);
void retain(OverflowBlock* block);
/// Drops one reference; with the last one go the page and its references to children and blocks (recursion is
/// as deep as the tree is high).
void release(Page* page);
void release(OverflowBlock* block);
/// Frees the page alone: its references to children and blocks have moved elsewhere. Requires: the only
/// reference.
void free_emptied(Page* page);
/// A copy with one reference, sharing children and blocks.
Page* clone(const Page& page);
bool is_exclusive(const Page* page);

// Sizes. A page of this shape can always hold one entry, and a leaf three entries where its columns permit.
std::size_t usable_bytes(const TreeShape& shape, bool leaf);
/// Longer keys and separators are blocks of their own.
std::size_t key_bytes_max(const TreeShape& shape);
/// Bytes in use, without free space and dead heap bytes.
std::size_t used_bytes(const Page& page);
/// The block of a long key, or null.
OverflowBlock* key_block(const Page& page, std::size_t slot);
std::size_t common_prefix(std::string_view a, std::string_view b);

/// An entry on its way into a leaf. Makes the blocks for what is too long for a page.
class NewEntry {
 public:
  NewEntry(const TreeShape& shape, std::string_view key, std::span<const Value> values);
  std::string_view key() const { return key_; }
  std::span<const Value> values() const { return values_; }
  OverflowBlock* key_block() const { return key_block_; }
  /// The block of a value, or null if the value goes into the page.
  OverflowBlock* block(std::size_t column) const { return blocks_.empty() ? nullptr : blocks_[column]; }
  bool has_blocks() const { return !blocks_.empty(); }
  /// The same entry at another place: what is not in blocks has been copied there.
  void move_to(std::string_view key, std::span<const Value> values) {
    key_ = key;
    values_ = values;
  }
  /// Drops the blocks of an entry that never came into a page.
  void release_blocks();
  /// Heap bytes of a value in a page.
  std::size_t heap_bytes(std::size_t column) const;

 private:
  std::string_view key_;
  std::span<const Value> values_;
  OverflowBlock* key_block_ = nullptr;
  std::vector<OverflowBlock*> blocks_;
};

/// Adds an entry to a leaf without moving its neighbours' bytes. False, and nothing changed, if there is no
/// room, the prefix does not fit, or a column that the leaf does not keep gets a value. Requires: an
/// exclusive page.
bool insert_in_place(Page& leaf, std::size_t slot, const NewEntry& entry);
/// The entry would not fit even after packing the leaf anew; false means that only packing can tell.
bool surely_overfills(const Page& leaf, const NewEntry& entry);
/// Takes an entry out and drops its blocks. Requires: an exclusive page.
void erase_in_place(Page& leaf, std::size_t slot);
/// Gives one value another one. False if that needs room the page does not have. Requires: an exclusive page.
bool update_in_place(Page& leaf, std::size_t slot, std::size_t column, Value value, const TreeShape& shape);
/// The same for children. Takes over the reference to `child`; `block`, if any, too.
bool insert_child_in_place(Page& inner, std::size_t slot, std::string_view separator, OverflowBlock* block,
                           Page* child, std::uint64_t count);
/// Takes a child out of the page; its reference becomes the caller's. The separator's block is dropped.
Page* remove_child_in_place(Page& inner, std::size_t slot);

/// Entries of one level in key order, taken from pages that are about to be replaced, and new ones.
class EntryList {
 public:
  EntryList(const TreeShape& shape, bool leaf) : shape_(shape), leaf_(leaf) {}

  void add_page(const Page& page, std::size_t first, std::size_t last);
  void add_page(const Page& page) { add_page(page, 0, page.count); }
  void add(const NewEntry& entry);
  void add_child(std::string_view separator, OverflowBlock* block, Page* child, std::uint64_t count);

  std::size_t size() const { return entries_.size(); }
  std::string_view key(std::size_t i) const {
    const Entry& entry = entries_[i];
    if (entry.block != nullptr) return entry.block->view();
    return std::string_view(key_bytes_).substr(entry.key_at, entry.key_size);
  }
  OverflowBlock* block(std::size_t i) const { return entries_[i].block; }
  /// Replaces the separator of an entry of inner pages (the old block, if any, is the caller's to drop).
  void set_separator(std::size_t i, std::string_view separator, OverflowBlock* block);
  /// What entry i takes in a page without prefix.
  std::size_t entry_bytes(std::size_t i) const;

  /// A page holding entries [first, last), or null if they do not fit into one. Prefers the longest common
  /// prefix, then `prefix_fallback`. `bytes_max` limits the used bytes (merging wants to leave room). The
  /// blocks and children are then referred to by the page as well; whoever listed them frees the sources with
  /// free_emptied().
  Page* pack(std::size_t first, std::size_t last, std::size_t prefix_fallback = 0,
             std::size_t bytes_max = kPageBytesMax) const;

 private:
  struct Entry {
    const Page* page = nullptr;  // source, or
    const NewEntry* fresh = nullptr;
    std::uint32_t slot = 0;
    std::size_t key_at = 0, key_size = 0;
    OverflowBlock* block = nullptr;
    Page* child = nullptr;
    std::uint64_t count = 0;
  };
  void add_key(Entry& entry, std::string_view key);
  Page* try_pack(std::size_t first, std::size_t last, std::size_t prefix, std::size_t bytes_max) const;
  void fill_column(Page& page, std::size_t first, std::size_t last, std::size_t column) const;
  std::uint8_t tag(const Entry& entry, std::size_t column) const;
  std::size_t heap_bytes(const Entry& entry, std::size_t column) const;

  const TreeShape& shape_;
  bool leaf_;
  std::vector<Entry> entries_;
  std::string key_bytes_;
};

}  // namespace leftmost::storage
