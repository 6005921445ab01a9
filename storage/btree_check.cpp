// BTree::check(): one function per rule of the pictures in btree.h and page.h. A page whose geometry is
// broken is not looked into any further, so that a damaged tree is described and not stumbled over.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "storage/btree.h"
#include "storage/btree_text.h"
#include "storage/page_writer.h"

namespace leftmost::storage {
namespace {

class Checker {
 public:
  explicit Checker(const TreeShape& shape) : shape_(shape) {}

  // Checks the page and everything below it; its keys must lie in [lower, upper). Returns the entries found.
  std::uint64_t check_page(const Page& page, const std::string* lower, const std::string* upper,
                           bool is_root);
  std::vector<std::string> broken;

 private:
  void report(std::string sentence) {
    broken.push_back("page " + std::to_string(page_number_) + ": " + std::move(sentence));
  }
  bool check_geometry(const Page& page);
  void check_fill(const Page& page, bool is_root);
  bool check_heap(const Page& page);
  void check_heads(const Page& page);
  void check_keys(const Page& page, const std::string* lower, const std::string* upper);
  void check_cells(const Page& page);
  std::uint64_t check_children(const Page& page, const std::string* lower, const std::string* upper);

  std::string printable(std::string_view key) const { return key_for_people(key, shape_, {}); }

  const TreeShape& shape_;
  std::unordered_set<const Page*> seen_;
  std::uint64_t pages_ = 0;
  std::uint64_t page_number_ = 0;  // of the page being checked, counted from the root in depth-first order
};

// Rule: a page has the size and the columns of the tree, and its arrays end before its heap begins.
bool Checker::check_geometry(const Page& page) {
  const std::size_t before = broken.size();
  if (page.page_bytes != shape_.page_bytes) {
    report("has " + std::to_string(page.page_bytes) + " bytes in a tree of pages of " +
           std::to_string(shape_.page_bytes));
  }
  if (page.is_leaf() && page.column_count != shape_.columns) {
    report("has " + std::to_string(page.column_count) + " columns in a tree of " +
           std::to_string(shape_.columns));
  }
  if ((page.fixed_keys != 0) != shape_.rowid_keys) report("has another kind of keys than its tree");
  if (page.references.load(std::memory_order_relaxed) == 0) report("is reached but has no reference");
  if (page.count > page.capacity) {
    report("has " + std::to_string(page.count) + " entries and room for " + std::to_string(page.capacity));
  }
  if (page.heap_begin > page.page_bytes || page.arrays_end() > page.heap_begin) {
    report("has arrays that reach into its heap");
  }
  if (broken.size() != before || !page.is_leaf()) return broken.size() == before;

  std::vector<bool> kept(page.kept_columns, false);
  for (std::size_t column = 0; column < page.column_count; ++column) {
    const std::uint16_t number = page.directory()[column];
    if (number == 0) continue;
    if (number > page.kept_columns || kept[number - 1u]) {
      report("has a wrong directory entry for column " + std::to_string(column));
      return false;
    }
    kept[number - 1u] = true;
  }
  if (std::find(kept.begin(), kept.end(), false) != kept.end()) {
    report("keeps a column that its directory does not know");
    return false;
  }
  return true;
}

// Rule: only an empty tree has an empty page, and an inner page has at least two children.
void Checker::check_fill(const Page& page, bool is_root) {
  if (page.is_leaf() && page.count == 0 && !is_root) report("is empty");
  if (!page.is_leaf() && page.count < 2) report("has " + std::to_string(page.count) + " children");
}

// Rule: what keys and cells refer to lies in the heap, nothing overlaps, and what is left over is counted as
// dead.
bool Checker::check_heap(const Page& page) {
  std::vector<std::pair<std::size_t, std::size_t>> extents;
  std::uint32_t blocks = 0;
  const auto refer = [&](std::size_t offset, std::size_t bytes) {
    if (bytes > 0) extents.emplace_back(offset, bytes);
  };
  refer(page.prefix_offset, page.prefix_bytes);
  for (std::size_t slot = page.is_leaf() ? 0 : 1; slot < page.count && page.fixed_keys == 0; ++slot) {
    const KeySlot key = page.slots()[slot];
    blocks += key.length == kLongKey ? 1 : 0;
    refer(key.offset, key.length == kLongKey ? sizeof(OverflowBlock*)
                      : key.length > 8       ? key.length - 8u
                                             : 0u);
  }
  for (std::size_t kept = 1; page.is_leaf() && kept <= page.kept_columns; ++kept) {
    for (std::size_t slot = 0; slot < page.count; ++slot) {
      const std::uint8_t tag = page.tags(kept)[slot];
      blocks += tag_is_overflow(tag) ? 1 : 0;
      if (!tag_is_heap(tag)) continue;
      HeapCell cell;
      std::memcpy(&cell, page.cells(kept) + slot, sizeof cell);
      refer(cell.offset, cell.length);
    }
  }
  if (blocks != page.block_count) {
    report("refers to " + std::to_string(blocks) + " blocks and counts " + std::to_string(page.block_count));
  }
  std::sort(extents.begin(), extents.end());
  std::size_t end = page.heap_begin;
  std::size_t live = 0;
  for (const auto& [offset, bytes] : extents) {
    live += bytes;
    if (offset < page.heap_begin || offset + bytes > page.page_bytes) {
      report("refers to bytes outside of its heap at " + std::to_string(offset));
      return false;
    }
    if (offset < end) {
      report("has overlapping bytes in its heap at " + std::to_string(offset));
      return false;
    }
    end = offset + bytes;
  }
  if (live + page.heap_dead != page.page_bytes - page.heap_begin) {
    report("has " + std::to_string(live) + " live and " + std::to_string(page.heap_dead) +
           " dead bytes in a heap of " + std::to_string(page.page_bytes - page.heap_begin));
  }
  return true;
}

// Rule: a head holds the first bytes behind the prefix and zeros after a short key.
void Checker::check_heads(const Page& page) {
  if (page.fixed_keys != 0) return;
  for (std::size_t slot = page.is_leaf() ? 0 : 1; slot < page.count; ++slot) {
    const std::uint64_t head = page.heads()[slot];
    const std::uint16_t length = page.slots()[slot].length;
    if (length == kLongKey) {
      const std::string_view whole = key_block(page, slot)->view();
      std::uint64_t first = 0;
      const std::string_view rest = whole.substr(std::min<std::size_t>(page.prefix_bytes, whole.size()));
      std::memcpy(&first, rest.data(), std::min<std::size_t>(8, rest.size()));
      if (whole.substr(0, page.prefix_bytes) != page.prefix() || __builtin_bswap64(first) != head) {
        report("has a head or prefix that differs from the long key in slot " + std::to_string(slot));
      }
    } else if (length < 8 && (length == 0 ? head : head << (8 * length)) != 0) {
      report("has bytes behind the short key in slot " + std::to_string(slot));
    }
  }
}

// Rule: keys rise strictly, and they lie between the separators around the page.
void Checker::check_keys(const Page& page, const std::string* lower, const std::string* upper) {
  std::string scratch;
  std::string before;
  const std::size_t first = page.is_leaf() ? 0 : 1;
  for (std::size_t slot = first; slot < page.count; ++slot) {
    const std::string_view key = page.key(slot, scratch);
    if (slot > first && key <= before) {
      report("key " + printable(key) + " in slot " + std::to_string(slot) + " is not above key " +
             printable(before) + " before it");
    }
    if (lower != nullptr && key < *lower) {
      report("key " + printable(key) + " is below the separator " + printable(*lower) + " on its left");
    }
    if (upper != nullptr && key >= *upper) {
      report("key " + printable(key) + " is not below the separator " + printable(*upper) + " on its right");
    }
    before.assign(key);
  }
}

// Rule: tags are known, and a cell repeats the first bytes of its text.
void Checker::check_cells(const Page& page) {
  for (std::size_t kept = 1; kept <= page.kept_columns; ++kept) {
    for (std::size_t slot = 0; slot < page.count; ++slot) {
      const std::uint8_t tag = page.tags(kept)[slot];
      const std::string place = "slot " + std::to_string(slot) + " of kept column " + std::to_string(kept);
      const bool known = tag <= kTagReal || (tag >= kTagTextInline && tag <= kTagTextOverflow) ||
                         (tag >= kTagBlobInline && tag <= kTagBlobOverflow);
      if (!known) {
        report("has the unknown tag " + std::to_string(tag) + " in " + place);
      } else if (tag_is_heap(tag)) {
        HeapCell cell;
        std::memcpy(&cell, page.cells(kept) + slot, sizeof cell);
        if (cell.length <= kInlineBytesMax) {
          report("keeps " + std::to_string(cell.length) + " bytes in the heap for " + place);
        } else if (std::memcmp(cell.first, page.at(cell.offset), sizeof cell.first) != 0) {
          report("has a cell that does not begin like its text in " + place);
        }
      }
    }
  }
}

// Rule: children are one level below, are reached once, and hold as many entries as the page says.
std::uint64_t Checker::check_children(const Page& page, const std::string* lower, const std::string* upper) {
  std::string scratch;
  std::uint64_t entries = 0;
  for (std::size_t slot = 0; slot < page.count; ++slot) {
    const std::uint64_t own_number = page_number_;
    const Page& child = *page.children()[slot];
    if (child.level + 1 != page.level) {
      report("is on level " + std::to_string(page.level) + " and has a child on level " +
             std::to_string(child.level));
      continue;
    }
    const std::string left = slot == 0 ? std::string() : std::string(page.key(slot, scratch));
    const std::string right =
        slot + 1u == page.count ? std::string() : std::string(page.key(slot + 1, scratch));
    const std::uint64_t below =
        check_page(child, slot == 0 ? lower : &left, slot + 1u == page.count ? upper : &right, false);
    page_number_ = own_number;
    entries += below;
    if (below != page.counts()[slot]) {
      report("counts " + std::to_string(page.counts()[slot]) + " entries below child " +
             std::to_string(slot) + ", which has " + std::to_string(below));
    }
  }
  return entries;
}

std::uint64_t Checker::check_page(const Page& page, const std::string* lower, const std::string* upper,
                                  bool is_root) {
  page_number_ = ++pages_;
  if (!seen_.insert(&page).second) {
    report("is reached twice");
    return 0;
  }
  if (!check_geometry(page) || !check_heap(page)) return page.is_leaf() ? page.count : 0;
  check_fill(page, is_root);
  check_heads(page);
  check_keys(page, lower, upper);
  if (!page.is_leaf()) return check_children(page, lower, upper);
  check_cells(page);
  return page.count;
}

}  // namespace

std::vector<std::string> BTree::check() const {
  Checker checker(shape_);
  const std::uint64_t entries = checker.check_page(*root_, nullptr, nullptr, true);
  if (entries != size_) {
    checker.broken.push_back("the tree counts " + std::to_string(size_) + " entries and has " +
                             std::to_string(entries));
  }
  return std::move(checker.broken);
}

}  // namespace leftmost::storage
