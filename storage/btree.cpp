#include "storage/btree.h"

#include <algorithm>
#include <utility>

#include "storage/page_writer.h"
#include "storage/tree_writer.h"

namespace leftmost::storage {
namespace {

// The least page that holds some entries of so many columns even if all their values are blocks.
std::uint32_t sound_page_bytes(TreeShape shape) {
  constexpr std::size_t kEntriesMin = 3;
  std::uint32_t bytes = static_cast<std::uint32_t>(kPageBytesMin);
  while (bytes < shape.page_bytes && bytes < kPageBytesMax) bytes *= 2;
  while (bytes < kPageBytesMax &&
         bytes < sizeof(Page) + 2u * shape.columns + kEntriesMin * (9u * shape.columns + 40u)) {
    bytes *= 2;
  }
  return bytes;
}

}  // namespace

// 36 bytes per entry and 4 KiB pages would give 100 entries; columns that are scanned want runs of at least
// some tens.
TreeShape TreeShape::for_table(std::size_t stored_columns, bool rowid_keys) {
  constexpr std::size_t kEntriesWanted = 32;
  constexpr std::size_t kBytesPerValue = 20;
  TreeShape shape{4096, static_cast<std::uint16_t>(stored_columns), rowid_keys};
  while (shape.page_bytes < kPageBytesMax &&
         shape.page_bytes < kEntriesWanted * (12 + kBytesPerValue * stored_columns)) {
    shape.page_bytes *= 2;
  }
  return shape;
}

BTree::BTree(TreeShape shape) : shape_(shape) {
  shape_.page_bytes = sound_page_bytes(shape);
  root_ = EntryList(shape_, true).pack(0, 0);
}

BTree::BTree(const BTree& other) : shape_(other.shape_), root_(other.root_), size_(other.size_) {
  if (root_ != nullptr) retain(root_);
}

BTree& BTree::operator=(const BTree& other) {
  BTree copy(other);
  return *this = std::move(copy);
}

BTree::BTree(BTree&& other) noexcept
    : shape_(other.shape_),
      root_(std::exchange(other.root_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

BTree& BTree::operator=(BTree&& other) noexcept {
  std::swap(shape_, other.shape_);
  std::swap(root_, other.root_);
  std::swap(size_, other.size_);
  return *this;
}

BTree::~BTree() {
  if (root_ != nullptr) release(root_);
}

bool BTree::insert(std::string_view key, std::span<const Value> values, TreeCounters* counters) {
  TreeWriter writer(*this, counters);
  if (writer.find(key)) return false;
  writer.insert(NewEntry(shape_, key, values));
  return true;
}

bool BTree::insert_or_replace(std::string_view key, std::span<const Value> values, TreeCounters* counters) {
  TreeWriter writer(*this, counters);
  const bool found = writer.find(key);
  const NewEntry entry(shape_, key, values);
  if (found) {
    writer.replace(entry);
  } else {
    writer.insert(entry);
  }
  return found;
}

bool BTree::update(std::string_view key, std::span<const ColumnChange> changes, TreeCounters* counters) {
  TreeWriter writer(*this, counters);
  if (!writer.find(key)) return false;
  writer.update(key, changes);
  return true;
}

bool BTree::erase(std::string_view key, TreeCounters* counters) {
  TreeWriter writer(*this, counters);
  if (!writer.find(key)) return false;
  writer.erase();
  return true;
}

void BTree::clear() { *this = BTree(shape_); }

namespace {

// The leaf where `key` is or belongs.
const Page* descend(const Page* page, std::string_view key, TreeCounters* counters) {
  std::uint64_t* comparisons = counters == nullptr ? nullptr : &counters->comparisons;
  if (counters != nullptr) {
    ++counters->seeks;
    counters->pages += page->level + 1u;
  }
  while (!page->is_leaf()) page = page->children()[page->child_slot(key, comparisons)];
  return page;
}

}  // namespace

bool BTree::contains(std::string_view key, TreeCounters* counters) const {
  return static_cast<bool>(find(key, counters));
}

BTree::Found BTree::find(std::string_view key, TreeCounters* counters) const {
  const Page* leaf = descend(root_, key, counters);
  bool equal = false;
  const std::size_t slot =
      leaf->lower_bound(key, &equal, counters == nullptr ? nullptr : &counters->comparisons);
  if (!equal) return {};
  if (counters != nullptr) ++counters->entries;
  return {leaf, slot};
}

BTree::Found BTree::find_first(const ByteRange& range, TreeCounters* counters) const {
  // The first key not below `lower` may be the first one of the next leaf: remember the nearest right turn.
  const Page* page = root_;
  const Page* next = nullptr;
  std::uint64_t* comparisons = counters == nullptr ? nullptr : &counters->comparisons;
  if (counters != nullptr) {
    ++counters->seeks;
    counters->pages += height();
  }
  while (!page->is_leaf()) {
    const std::size_t slot = page->child_slot(range.lower, comparisons);
    if (slot + 1 < page->count) next = page->children()[slot + 1];
    page = page->children()[slot];
  }
  std::size_t slot = page->lower_bound(range.lower, nullptr, comparisons);
  if (slot == page->count) {
    if (next == nullptr) return {};
    for (page = next; !page->is_leaf(); page = page->children()[0]) {
    }
    slot = 0;
    if (counters != nullptr) ++counters->pages;
  }
  if (range.has_upper) {
    if (comparisons != nullptr) ++*comparisons;
    std::string scratch;
    if (page->key(slot, scratch) >= range.upper) return {};
  }
  if (counters != nullptr) ++counters->entries;
  return {page, slot};
}

BTree::Found BTree::find_last(TreeCounters* counters) const {
  if (empty()) return {};
  const Page* page = root_;
  while (!page->is_leaf()) page = page->children()[page->count - 1u];
  if (counters != nullptr) {
    ++counters->seeks;
    counters->pages += height();
    ++counters->entries;
  }
  return {page, page->count - 1u};
}

std::uint64_t BTree::rank(std::string_view key, TreeCounters* counters) const {
  std::uint64_t* comparisons = counters == nullptr ? nullptr : &counters->comparisons;
  if (counters != nullptr) {
    ++counters->seeks;
    counters->pages += height();
  }
  std::uint64_t before = 0;
  const Page* page = root_;
  while (!page->is_leaf()) {
    const std::size_t slot = page->child_slot(key, comparisons);
    for (std::size_t i = 0; i < slot; ++i) before += page->counts()[i];
    page = page->children()[slot];
  }
  return before + page->lower_bound(key, nullptr, comparisons);
}

std::uint64_t BTree::count(const ByteRange& range, TreeCounters* counters) const {
  if (range.is_empty()) return 0;
  const std::uint64_t end = range.has_upper ? rank(range.upper, counters) : size_;
  return end - (range.lower.empty() ? 0 : rank(range.lower, counters));
}

}  // namespace leftmost::storage
