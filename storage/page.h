// storage/page.h - one page of a B+tree: how keys and column values lie in it.
//
// A page is one block of memory of 2^k bytes. Arrays grow upward in front, the heap grows downward from the
// end:
//
//   leaf   | header | heads 8 x cap | cells 8 x cap per kept column | key slots 4 x cap | directory 2 x
//   columns |
//          | tags 1 x cap per kept column |  ...free...  | heap: prefix, key tails, long values |
//   inner  | header | heads 8 x cap | children 8 x cap | counts 8 x cap | key slots 4 x cap |  ...free...  |
//   heap |
//
// Keys. What all keys of the page begin with is stored once (the prefix). Of the rest, the first 8 bytes,
// loaded big-endian and padded with zeros, are the *head*: heads lie side by side, so a search is a binary
// search over integers. What follows the head is the tail, in the heap; the key slot says where, and how long
// the rest is. Rowid tables have keys of exactly 8 bytes: head only, neither prefix nor slots, so the heads
// array is the array of rowids.
//
// Columns. The values of one column lie side by side: one tag byte and one 8-byte cell per entry (PAX:
// Ailamaki et al., "Weaving Relations for Cache Performance", VLDB 2001). Numbers and up to 8 bytes of text
// are in the cell; longer text is in the heap behind a cell of 4 first bytes, offset and length; text that is
// too long for a page is a block of its own. A column that is NULL in all entries of the leaf is not kept
// (directory entry 0) and takes no space.
//
// An inner page with n children has n entries; entry i holds the separator below child i and the number of
// entries under it. Entry 0 has no separator. For every separator: keys left of it < separator <= keys right
// of it.
//
// Pages and blocks are shared between trees (snapshots) and counted: a page that several trees reach is never
// written.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "storage/value.h"

namespace leftmost::storage {

/// A key or a value that is too long for a page. Immutable, counted.
struct OverflowBlock {
  std::atomic<std::uint32_t> references;
  std::uint32_t size;
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view view() const { return {bytes(), size}; }
};

/// What a cell holds. Short text and blobs add their length: kTagTextInline + 3 is text of three bytes in the
/// cell.
inline constexpr std::uint8_t kTagNull = 0;
inline constexpr std::uint8_t kTagInteger = 1;
inline constexpr std::uint8_t kTagReal = 2;
inline constexpr std::uint8_t kTagTextInline = 0x10;  // .. 0x18
inline constexpr std::uint8_t kTagTextHeap = 0x19;  // cell: 4 first bytes, u16 offset in the page, u16 length
inline constexpr std::uint8_t kTagTextOverflow = 0x1a;  // cell: OverflowBlock*
inline constexpr std::uint8_t kTagBlobInline = 0x20;    // .. 0x28
inline constexpr std::uint8_t kTagBlobHeap = 0x29;
inline constexpr std::uint8_t kTagBlobOverflow = 0x2a;
inline constexpr std::size_t kInlineBytesMax = 8;
inline constexpr bool tag_is_heap(std::uint8_t tag) { return (tag & 0xf) == 0x9; }
inline constexpr bool tag_is_overflow(std::uint8_t tag) { return (tag & 0xf) == 0xa; }

/// Memory that a cell with a heap tag describes.
struct HeapCell {
  char first[4];
  std::uint16_t offset;
  std::uint16_t length;
};
static_assert(sizeof(HeapCell) == 8);

/// Where the part of a key behind its head lies.
struct KeySlot {
  std::uint16_t offset;  ///< In the page; of the tail, or of the OverflowBlock* if long.
  std::uint16_t
      length;  ///< Of the key behind the page's prefix, head included; kLongKey: the whole key is a block.
};
inline constexpr std::uint16_t kLongKey = 0xffff;

inline constexpr std::size_t kPageBytesMin = 512;
inline constexpr std::size_t kPageBytesMax = 65536;

struct alignas(8) Page {
  std::atomic<std::uint32_t> references;
  std::uint32_t page_bytes;
  std::uint16_t level;  ///< 0 leaf, parents one more than their children.
  std::uint16_t count;
  std::uint16_t capacity;      ///< Entries that the arrays have room for.
  std::uint16_t column_count;  ///< Of the tree.
  std::uint16_t kept_columns;  ///< That have cells in this leaf.
  std::uint16_t fixed_keys;    ///< 1: keys are heads only.
  std::uint16_t prefix_offset, prefix_bytes;
  std::uint32_t heap_begin;   ///< The heap is [heap_begin, page_bytes).
  std::uint32_t heap_dead;    ///< Bytes of it that nothing refers to any more.
  std::uint32_t block_count;  ///< References to overflow blocks held by the page.

  bool is_leaf() const { return level == 0; }
  const char* at(std::size_t offset) const { return reinterpret_cast<const char*>(this) + offset; }
  char* at(std::size_t offset) { return reinterpret_cast<char*>(this) + offset; }

  // Offsets of the arrays.
  std::size_t heads_at() const { return sizeof(Page); }
  std::size_t words_at() const { return heads_at() + 8u * capacity; }
  std::size_t words() const { return is_leaf() ? kept_columns : 2u; }
  std::size_t slots_at() const { return words_at() + 8u * words() * capacity; }
  std::size_t directory_at() const { return slots_at() + (fixed_keys ? 0u : 4u * capacity); }
  std::size_t tags_at() const { return directory_at() + (is_leaf() ? 2u * column_count : 0u); }
  std::size_t arrays_end() const {
    return tags_at() + (is_leaf() ? std::size_t{kept_columns} * capacity : 0u);
  }

  const std::uint64_t* heads() const { return reinterpret_cast<const std::uint64_t*>(at(heads_at())); }
  std::uint64_t* heads() { return reinterpret_cast<std::uint64_t*>(at(heads_at())); }
  const KeySlot* slots() const { return reinterpret_cast<const KeySlot*>(at(slots_at())); }
  KeySlot* slots() { return reinterpret_cast<KeySlot*>(at(slots_at())); }
  std::string_view prefix() const { return {at(prefix_offset), prefix_bytes}; }

  // Inner pages.
  Page* const* children() const { return reinterpret_cast<Page* const*>(at(words_at())); }
  Page** children() { return reinterpret_cast<Page**>(at(words_at())); }
  const std::uint64_t* counts() const {
    return reinterpret_cast<const std::uint64_t*>(at(words_at() + 8u * capacity));
  }
  std::uint64_t* counts() { return reinterpret_cast<std::uint64_t*>(at(words_at() + 8u * capacity)); }

  // Leaves. Directory entry k > 0: the column is the k-th kept one.
  const std::uint16_t* directory() const {
    return reinterpret_cast<const std::uint16_t*>(at(directory_at()));
  }
  std::uint16_t* directory() { return reinterpret_cast<std::uint16_t*>(at(directory_at())); }
  const std::uint64_t* cells(std::size_t kept) const {
    return reinterpret_cast<const std::uint64_t*>(at(words_at() + 8u * capacity * (kept - 1)));
  }
  std::uint64_t* cells(std::size_t kept) {
    return reinterpret_cast<std::uint64_t*>(at(words_at() + 8u * capacity * (kept - 1)));
  }
  const std::uint8_t* tags(std::size_t kept) const {
    return reinterpret_cast<const std::uint8_t*>(at(tags_at() + std::size_t{capacity} * (kept - 1)));
  }
  std::uint8_t* tags(std::size_t kept) {
    return reinterpret_cast<std::uint8_t*>(at(tags_at() + std::size_t{capacity} * (kept - 1)));
  }

  /// The value that a tag and a cell of this page stand for; inline bytes are read from the cell itself.
  Value cell_value(std::uint8_t tag, const std::uint64_t* cell) const;
  /// Requires: slot < count, column < column_count.
  Value value(std::size_t slot, std::size_t column) const;

  /// The whole key. Contiguous keys (long ones) are returned in place, others are put together in `scratch`.
  std::string_view key(std::size_t slot, std::string& scratch) const;
  /// Slot of the first key >= `key` (leaf), or the child to go to (inner: the last child whose separator is
  /// <= key). `equal`, if given, tells whether a leaf has the very key. Adds its comparisons to
  /// `comparisons`.
  std::size_t lower_bound(std::string_view key, bool* equal, std::uint64_t* comparisons) const;
  std::size_t child_slot(std::string_view key, std::uint64_t* comparisons) const;
};
static_assert(sizeof(Page) == 40);

/// The values of one column in a leaf, side by side.
struct ColumnView {
  const Page* page = nullptr;
  const std::uint8_t* tags = nullptr;  ///< Null: the column is NULL in all entries of this leaf.
  const std::uint64_t* cells = nullptr;

  bool all_null() const { return tags == nullptr; }
  /// Requires: slot < the leaf's count. Bytes are valid as long as the page.
  Value value(std::size_t slot) const {
    return tags == nullptr ? Value::null() : page->cell_value(tags[slot], cells + slot);
  }
};

/// A run of entries of one leaf: what a cursor hands out at a time.
struct LeafBatch {
  const Page* leaf = nullptr;
  std::size_t first = 0, last = 0;  ///< Slots first <= slot < last.

  std::size_t size() const { return last - first; }
  /// Rowid tables: rowids()[slot] is the rowid with its sign flipped; see head_to_rowid().
  const std::uint64_t* rowid_heads() const { return leaf->heads(); }
  ColumnView column(std::size_t column) const {
    const std::uint16_t kept = leaf->directory()[column];
    return kept == 0 ? ColumnView{leaf, nullptr, nullptr}
                     : ColumnView{leaf, leaf->tags(kept), leaf->cells(kept)};
  }
  std::string_view key(std::size_t slot, std::string& scratch) const { return leaf->key(slot, scratch); }
};

}  // namespace leftmost::storage
