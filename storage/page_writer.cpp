#include "storage/page_writer.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace leftmost::storage {
namespace {

std::uint64_t load_head(std::string_view bytes) {
  std::uint64_t head = 0;
  if (!bytes.empty()) std::memcpy(&head, bytes.data(), std::min<std::size_t>(8, bytes.size()));
  return __builtin_bswap64(head);
}

std::size_t tail_bytes(std::size_t rest_bytes) { return rest_bytes > 8 ? rest_bytes - 8 : 0; }

// Heap bytes of a key behind a prefix.
std::size_t key_heap_bytes(std::size_t key_bytes, bool is_block, std::size_t prefix) {
  return is_block ? sizeof(OverflowBlock*) : tail_bytes(key_bytes - prefix);
}

char* allocate_heap(Page& page, std::size_t bytes) {
  page.heap_begin -= static_cast<std::uint32_t>(bytes);
  return page.at(page.heap_begin);
}

// Writes head and slot of a key. Requires: room in the heap.
void write_key(Page& page, std::size_t slot, std::string_view key, OverflowBlock* block) {
  const std::string_view rest = key.substr(page.prefix_bytes);
  page.heads()[slot] = load_head(rest);
  if (page.fixed_keys != 0) return;
  KeySlot& key_slot = page.slots()[slot];
  key_slot = {0, static_cast<std::uint16_t>(rest.size())};
  if (block != nullptr) {
    key_slot.length = kLongKey;
    std::memcpy(allocate_heap(page, sizeof block), &block, sizeof block);
    ++page.block_count;
  } else if (rest.size() > 8) {
    std::memcpy(allocate_heap(page, rest.size() - 8), rest.data() + 8, rest.size() - 8);
  } else {
    return;
  }
  key_slot.offset = static_cast<std::uint16_t>(page.heap_begin);
}

// Heap bytes that a value takes in a page.
std::size_t value_heap_bytes(Value value, bool is_block) {
  if (is_block || !(value.is_text() || value.is_blob())) return 0;
  const std::size_t size = value.as_bytes().size();
  return size > kInlineBytesMax ? size : 0;
}

void write_heap_cell(Page& page, std::uint64_t* cell, const char* bytes, std::size_t size) {
  HeapCell heap;
  std::memcpy(allocate_heap(page, size), bytes, size);
  std::memcpy(heap.first, bytes, sizeof heap.first);
  heap.offset = static_cast<std::uint16_t>(page.heap_begin);
  heap.length = static_cast<std::uint16_t>(size);
  std::memcpy(cell, &heap, sizeof heap);
}

// Writes a value's cell and returns its tag. Requires: room in the heap.
std::uint8_t write_value(Page& page, std::uint64_t* cell, Value value, OverflowBlock* block) {
  *cell = 0;
  switch (value.storage_class()) {
    case StorageClass::kNull:
      return kTagNull;
    case StorageClass::kInteger:
      *cell = static_cast<std::uint64_t>(value.as_integer());
      return kTagInteger;
    case StorageClass::kReal: {
      const double real = value.as_real();
      std::memcpy(cell, &real, sizeof real);
      return kTagReal;
    }
    case StorageClass::kText:
    case StorageClass::kBlob:
      break;
  }
  const std::uint8_t base = value.is_text() ? kTagTextInline : kTagBlobInline;
  if (block != nullptr) {
    std::memcpy(cell, &block, sizeof block);
    ++page.block_count;
    return base + (kTagTextOverflow - kTagTextInline);
  }
  const std::string_view bytes = value.as_bytes();
  if (bytes.size() > kInlineBytesMax) {
    write_heap_cell(page, cell, bytes.data(), bytes.size());
    return base + (kTagTextHeap - kTagTextInline);
  }
  if (!bytes.empty()) std::memcpy(cell, bytes.data(), bytes.size());
  return static_cast<std::uint8_t>(base + bytes.size());
}

OverflowBlock* cell_block(std::uint64_t cell) {
  OverflowBlock* block;
  std::memcpy(&block, &cell, sizeof block);
  return block;
}

std::size_t heap_cell_length(std::uint64_t cell) {
  HeapCell heap;
  std::memcpy(&heap, &cell, sizeof heap);
  return heap.length;
}

// Gives up what a cell refers to.
void drop_cell(Page& page, std::uint8_t tag, std::uint64_t cell) {
  if (tag_is_heap(tag)) {
    page.heap_dead += static_cast<std::uint32_t>(heap_cell_length(cell));
  } else if (tag_is_overflow(tag)) {
    --page.block_count;
    release(cell_block(cell));
  }
}

void drop_key(Page& page, std::size_t slot) {
  if (page.fixed_keys != 0 || (!page.is_leaf() && slot == 0)) return;
  if (OverflowBlock* block = key_block(page, slot); block != nullptr) {
    page.heap_dead += sizeof block;
    --page.block_count;
    release(block);
  } else {
    page.heap_dead += static_cast<std::uint32_t>(tail_bytes(page.slots()[slot].length));
  }
}

template <typename T>
void open_gap(T* array, std::size_t at, std::size_t count) {
  std::memmove(array + at + 1, array + at, (count - at) * sizeof(T));
}
template <typename T>
void close_gap(T* array, std::size_t at, std::size_t count) {
  std::memmove(array + at, array + at + 1, (count - at - 1) * sizeof(T));
}

template <typename Visit>
void for_each_block(const Page& page, Visit visit) {
  if (page.block_count == 0) return;
  if (page.fixed_keys == 0) {
    for (std::size_t slot = page.is_leaf() ? 0 : 1; slot < page.count; ++slot) {
      if (OverflowBlock* block = key_block(page, slot); block != nullptr) visit(block);
    }
  }
  if (!page.is_leaf()) return;
  for (std::size_t kept = 1; kept <= page.kept_columns; ++kept) {
    for (std::size_t slot = 0; slot < page.count; ++slot) {
      if (tag_is_overflow(page.tags(kept)[slot])) visit(cell_block(page.cells(kept)[slot]));
    }
  }
}

// An empty heap needs no compaction.
void reset_heap_if_empty(Page& page) {
  if (page.count != 0) return;
  page.heap_begin = page.page_bytes;
  page.heap_dead = 0;
  page.prefix_bytes = 0;
  page.prefix_offset = 0;
}

}  // namespace

Page* new_page(std::uint32_t page_bytes) {
  auto* page = new (::operator new(page_bytes)) Page;
  page->references.store(1, std::memory_order_relaxed);
  page->page_bytes = page_bytes;
  page->level = page->count = page->capacity = 0;
  page->column_count = page->kept_columns = page->fixed_keys = 0;
  page->prefix_offset = page->prefix_bytes = 0;
  page->heap_begin = page_bytes;
  page->heap_dead = page->block_count = 0;
  return page;
}

OverflowBlock* new_block(std::string_view bytes) {
  auto* block = new (::operator new(sizeof(OverflowBlock) + bytes.size())) OverflowBlock;
  block->references.store(1, std::memory_order_relaxed);
  block->size = static_cast<std::uint32_t>(bytes.size());
  if (!bytes.empty()) std::memcpy(reinterpret_cast<char*>(block + 1), bytes.data(), bytes.size());
  return block;
}

void retain(Page* page) { page->references.fetch_add(1, std::memory_order_relaxed); }
void retain(OverflowBlock* block) { block->references.fetch_add(1, std::memory_order_relaxed); }

void release(OverflowBlock* block) {
  if (block->references.fetch_sub(1, std::memory_order_acq_rel) == 1) ::operator delete(block);
}

void release(Page* page) {
  if (page->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  for_each_block(*page, [](OverflowBlock* block) { release(block); });
  if (!page->is_leaf()) {
    for (std::size_t slot = 0; slot < page->count; ++slot) release(page->children()[slot]);
  }
  free_emptied(page);
}

void free_emptied(Page* page) { ::operator delete(page); }

Page* clone(const Page& page) {
  Page* copy = new_page(page.page_bytes);
  constexpr std::size_t kCounter = offsetof(Page, page_bytes);
  std::memcpy(copy->at(kCounter), page.at(kCounter), page.arrays_end() - kCounter);
  std::memcpy(copy->at(page.heap_begin), page.at(page.heap_begin), page.page_bytes - page.heap_begin);
  for_each_block(*copy, [](OverflowBlock* block) { retain(block); });
  if (!copy->is_leaf()) {
    for (std::size_t slot = 0; slot < copy->count; ++slot) retain(copy->children()[slot]);
  }
  return copy;
}

bool is_exclusive(const Page* page) { return page->references.load(std::memory_order_acquire) == 1; }

std::size_t usable_bytes(const TreeShape& shape, bool leaf) {
  return shape.page_bytes - sizeof(Page) - (leaf ? 2u * shape.columns : 0u);
}

std::size_t key_bytes_max(const TreeShape& shape) { return usable_bytes(shape, false) / 8; }

std::size_t used_bytes(const Page& page) {
  const std::size_t per_entry =
      8 + 8 * page.words() + (page.fixed_keys != 0 ? 0u : 4u) + (page.is_leaf() ? page.kept_columns : 0u);
  return sizeof(Page) + (page.is_leaf() ? 2u * page.column_count : 0u) + per_entry * page.count +
         (page.page_bytes - page.heap_begin - page.heap_dead);
}

OverflowBlock* key_block(const Page& page, std::size_t slot) {
  if (page.fixed_keys != 0 || page.slots()[slot].length != kLongKey) return nullptr;
  OverflowBlock* block;
  std::memcpy(&block, page.at(page.slots()[slot].offset), sizeof block);
  return block;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

// What goes into a block: values longer than a limit that starts at an eighth of the page and is halved until
// the entry takes no more than a third of it. At the least limit only 8 bytes per column are left, which fit
// by the choice of the page size.
NewEntry::NewEntry(const TreeShape& shape, std::string_view key, std::span<const Value> values)
    : key_(key), values_(values) {
  const std::size_t usable = usable_bytes(shape, true);
  std::size_t key_part = 12 + tail_bytes(key.size());
  if (!shape.rowid_keys && key.size() > key_bytes_max(shape)) {
    key_block_ = new_block(key);
    key_ = key_block_->view();
    key_part = 20;
  }
  std::size_t limit = usable / 8;
  std::size_t longest = 0;
  for (; limit > kInlineBytesMax; limit /= 2) {
    std::size_t bytes = key_part + 9 * values.size();
    longest = 0;
    for (const Value value : values) {
      const std::size_t heap = value_heap_bytes(value, false);
      longest = std::max(longest, heap);
      if (heap <= limit) bytes += heap;
    }
    if (bytes <= usable / 3) break;
  }
  limit = std::max(limit, kInlineBytesMax);
  if (longest <= limit) return;
  blocks_.resize(values.size(), nullptr);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (value_heap_bytes(values[i], false) > limit) blocks_[i] = new_block(values[i].as_bytes());
  }
}

void NewEntry::release_blocks() {
  if (key_block_ != nullptr) release(key_block_);
  for (OverflowBlock* block : blocks_) {
    if (block != nullptr) release(block);
  }
  key_block_ = nullptr;
  blocks_.clear();
}

std::size_t NewEntry::heap_bytes(std::size_t column) const {
  return value_heap_bytes(values_[column], block(column) != nullptr);
}

bool surely_overfills(const Page& leaf, const NewEntry& entry) {
  if (leaf.fixed_keys == 0) return false;
  std::size_t bytes = 8 + 9u * leaf.kept_columns;
  for (std::size_t i = 0; i < entry.values().size(); ++i) {
    bytes += entry.heap_bytes(i);
  }
  return used_bytes(leaf) + bytes > leaf.page_bytes;
}

bool insert_in_place(Page& leaf, std::size_t slot, const NewEntry& entry) {
  if (leaf.count == leaf.capacity) return false;
  std::size_t heap = 0;
  if (leaf.fixed_keys == 0) {
    const std::string_view prefix = leaf.prefix();
    if (entry.key().substr(0, prefix.size()) != prefix) return false;
    heap = key_heap_bytes(entry.key().size(), entry.key_block() != nullptr, prefix.size());
  }
  const std::span<const Value> values = entry.values();
  const std::uint16_t* directory = leaf.directory();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_null()) continue;
    if (directory[i] == 0) return false;
    heap += value_heap_bytes(values[i], entry.block(i) != nullptr);
  }
  if (heap > leaf.heap_begin - leaf.arrays_end()) return false;

  const std::size_t count = leaf.count;
  open_gap(leaf.heads(), slot, count);
  if (leaf.fixed_keys == 0) open_gap(leaf.slots(), slot, count);
  write_key(leaf, slot, entry.key(), entry.key_block());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t kept = directory[i];
    if (kept == 0) continue;
    std::uint64_t* cells = leaf.cells(kept);
    std::uint8_t* tags = leaf.tags(kept);
    open_gap(cells, slot, count);
    open_gap(tags, slot, count);
    tags[slot] = write_value(leaf, cells + slot, values[i], entry.block(i));
  }
  ++leaf.count;
  return true;
}

void erase_in_place(Page& leaf, std::size_t slot) {
  const std::size_t count = leaf.count;
  drop_key(leaf, slot);
  close_gap(leaf.heads(), slot, count);
  if (leaf.fixed_keys == 0) close_gap(leaf.slots(), slot, count);
  for (std::size_t kept = 1; kept <= leaf.kept_columns; ++kept) {
    drop_cell(leaf, leaf.tags(kept)[slot], leaf.cells(kept)[slot]);
    close_gap(leaf.cells(kept), slot, count);
    close_gap(leaf.tags(kept), slot, count);
  }
  --leaf.count;
  reset_heap_if_empty(leaf);
}

bool update_in_place(Page& leaf, std::size_t slot, std::size_t column, Value value, const TreeShape& shape) {
  const std::uint16_t kept = leaf.directory()[column];
  if (kept == 0) return value.is_null();
  const std::size_t heap = value_heap_bytes(value, false);
  if (heap > usable_bytes(shape, true) / 8 || heap > leaf.heap_begin - leaf.arrays_end()) return false;
  std::uint64_t* cell = leaf.cells(kept) + slot;
  std::uint8_t* tag = leaf.tags(kept) + slot;
  std::uint64_t new_cell;
  const std::uint8_t new_tag = write_value(leaf, &new_cell, value, nullptr);
  drop_cell(leaf, *tag, *cell);
  *cell = new_cell;
  *tag = new_tag;
  return true;
}

bool insert_child_in_place(Page& inner, std::size_t slot, std::string_view separator, OverflowBlock* block,
                           Page* child, std::uint64_t count) {
  if (inner.count == inner.capacity) return false;
  if (inner.fixed_keys == 0) {
    const std::string_view prefix = inner.prefix();
    if (separator.substr(0, prefix.size()) != prefix) return false;
    const std::size_t heap = key_heap_bytes(separator.size(), block != nullptr, prefix.size());
    if (heap > inner.heap_begin - inner.arrays_end()) return false;
  }
  open_gap(inner.heads(), slot, inner.count);
  if (inner.fixed_keys == 0) open_gap(inner.slots(), slot, inner.count);
  open_gap(inner.children(), slot, inner.count);
  open_gap(inner.counts(), slot, inner.count);
  write_key(inner, slot, separator, block);
  inner.children()[slot] = child;
  inner.counts()[slot] = count;
  ++inner.count;
  return true;
}

Page* remove_child_in_place(Page& inner, std::size_t slot) {
  Page* child = inner.children()[slot];
  drop_key(inner, slot);
  if (slot == 0 && inner.count > 1) drop_key(inner, 1);  // what was the second child has no separator now
  const std::size_t count = inner.count;
  close_gap(inner.heads(), slot, count);
  if (inner.fixed_keys == 0) close_gap(inner.slots(), slot, count);
  close_gap(inner.children(), slot, count);
  close_gap(inner.counts(), slot, count);
  --inner.count;
  if (slot == 0 && inner.count > 0) {
    inner.heads()[0] = 0;
    if (inner.fixed_keys == 0) inner.slots()[0] = {0, 0};
  }
  return child;
}

void EntryList::add_key(Entry& entry, std::string_view key) {
  entry.key_at = key_bytes_.size();
  entry.key_size = key.size();
  if (entry.block == nullptr) key_bytes_ += key;
}

void EntryList::add_page(const Page& page, std::size_t first, std::size_t last) {
  std::string scratch;
  entries_.reserve(entries_.size() + (last - first) + 1);
  if (key_bytes_.capacity() < shape_.page_bytes) key_bytes_.reserve(shape_.page_bytes);
  for (std::size_t slot = first; slot < last; ++slot) {
    Entry entry;
    entry.page = &page;
    entry.slot = static_cast<std::uint32_t>(slot);
    if (page.is_leaf() || slot > 0) {
      entry.block = key_block(page, slot);
      add_key(entry, page.key(slot, scratch));
    }
    if (!page.is_leaf()) {
      entry.child = page.children()[slot];
      entry.count = page.counts()[slot];
    }
    entries_.push_back(entry);
  }
}

void EntryList::add(const NewEntry& fresh) {
  Entry entry;
  entry.fresh = &fresh;
  entry.block = fresh.key_block();
  add_key(entry, fresh.key());
  entries_.push_back(entry);
}

void EntryList::add_child(std::string_view separator, OverflowBlock* block, Page* child,
                          std::uint64_t count) {
  Entry entry;
  entry.block = block;
  add_key(entry, separator);
  entry.child = child;
  entry.count = count;
  entries_.push_back(entry);
}

void EntryList::set_separator(std::size_t i, std::string_view separator, OverflowBlock* block) {
  entries_[i].block = block;
  add_key(entries_[i], separator);
}

std::uint8_t EntryList::tag(const Entry& entry, std::size_t column) const {
  if (entry.fresh != nullptr) return entry.fresh->values()[column].is_null() ? kTagNull : kTagInteger;
  const std::uint16_t kept = entry.page->directory()[column];
  return kept == 0 ? kTagNull : entry.page->tags(kept)[entry.slot];
}

std::size_t EntryList::heap_bytes(const Entry& entry, std::size_t column) const {
  if (entry.fresh != nullptr) {
    return value_heap_bytes(entry.fresh->values()[column], entry.fresh->block(column) != nullptr);
  }
  const std::uint16_t kept = entry.page->directory()[column];
  if (kept == 0 || !tag_is_heap(entry.page->tags(kept)[entry.slot])) return 0;
  return heap_cell_length(entry.page->cells(kept)[entry.slot]);
}

std::size_t EntryList::entry_bytes(std::size_t i) const {
  const Entry& entry = entries_[i];
  std::size_t bytes = 8;
  if (!shape_.rowid_keys) bytes += 4 + key_heap_bytes(entry.key_size, entry.block != nullptr, 0);
  if (!leaf_) return bytes + 16;
  for (std::size_t column = 0; column < shape_.columns; ++column) {
    if (tag(entry, column) != kTagNull) bytes += 9 + heap_bytes(entry, column);
  }
  return bytes;
}

Page* EntryList::pack(std::size_t first, std::size_t last, std::size_t prefix_fallback,
                      std::size_t bytes_max) const {
  if (shape_.rowid_keys) return try_pack(first, last, 0, bytes_max);
  // Entry `first` of an inner page has no separator. A single key gains nothing from a prefix.
  const std::size_t first_key = leaf_ ? first : first + 1;
  std::size_t prefix = 0;
  if (first_key + 1 < last) {
    prefix = std::min(common_prefix(key(first_key), key(last - 1)), key_bytes_max(shape_));
  }
  Page* page = try_pack(first, last, prefix, bytes_max);
  if (page == nullptr && prefix_fallback < prefix) page = try_pack(first, last, prefix_fallback, bytes_max);
  if (page == nullptr && prefix_fallback != 0 && prefix != 0) page = try_pack(first, last, 0, bytes_max);
  return page;
}

Page* EntryList::try_pack(std::size_t first, std::size_t last, std::size_t prefix,
                          std::size_t bytes_max) const {
  const std::size_t count = last - first;
  std::vector<std::uint16_t> directory(leaf_ ? shape_.columns : 0, 0);
  std::uint16_t kept = 0;
  std::size_t heap = prefix;
  for (std::size_t column = 0; column < directory.size(); ++column) {
    bool any = false;
    for (std::size_t i = first; i < last; ++i) {
      any |= tag(entries_[i], column) != kTagNull;
      heap += heap_bytes(entries_[i], column);
    }
    if (any) directory[column] = ++kept;
  }
  if (!shape_.rowid_keys) {
    for (std::size_t i = leaf_ ? first : first + 1; i < last; ++i) {
      heap += key_heap_bytes(entries_[i].key_size, entries_[i].block != nullptr, prefix);
    }
  }
  const std::size_t per_entry = 8 + (leaf_ ? 9u * kept : 16u) + (shape_.rowid_keys ? 0u : 4u);
  const std::size_t used = sizeof(Page) + 2 * directory.size() + per_entry * count + heap;
  if (used > shape_.page_bytes || used > bytes_max) return nullptr;

  // Free space goes to arrays and heap as the entries at hand use them; a prefix is paid only once.
  const std::size_t heap_per_entry = count == 0 ? 0 : (heap - prefix) / count;
  const std::size_t spare_entries = (shape_.page_bytes - used) / (per_entry + heap_per_entry);
  Page* page = new_page(shape_.page_bytes);
  page->level = leaf_ ? 0 : static_cast<std::uint16_t>(entries_[first].child->level + 1);
  page->count = static_cast<std::uint16_t>(count);
  page->capacity = static_cast<std::uint16_t>(count + spare_entries);
  page->column_count = shape_.columns;
  page->kept_columns = kept;
  page->fixed_keys = shape_.rowid_keys ? 1 : 0;
  if (prefix > 0) {
    std::memcpy(allocate_heap(*page, prefix), key(last - 1).data(), prefix);
    page->prefix_offset = static_cast<std::uint16_t>(page->heap_begin);
    page->prefix_bytes = static_cast<std::uint16_t>(prefix);
  }
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t slot = i - first;
    if (leaf_ || slot > 0) {
      write_key(*page, slot, key(i), entries_[i].block);
    } else {
      page->heads()[0] = 0;
      if (page->fixed_keys == 0) page->slots()[0] = {0, 0};
    }
    if (leaf_) continue;
    page->children()[slot] = entries_[i].child;
    page->counts()[slot] = entries_[i].count;
  }
  if (!directory.empty()) std::memcpy(page->directory(), directory.data(), 2 * directory.size());
  for (std::size_t column = 0; column < directory.size(); ++column) {
    if (directory[column] != 0) fill_column(*page, first, last, column);
  }
  return page;
}

void EntryList::fill_column(Page& page, std::size_t first, std::size_t last, std::size_t column) const {
  const std::uint16_t kept = page.directory()[column];
  std::uint64_t* cells = page.cells(kept);
  std::uint8_t* tags = page.tags(kept);
  for (std::size_t i = first; i < last; ++i, ++cells, ++tags) {
    const Entry& entry = entries_[i];
    if (entry.fresh != nullptr) {
      *tags = write_value(page, cells, entry.fresh->values()[column], entry.fresh->block(column));
      continue;
    }
    const std::uint16_t source = entry.page->directory()[column];
    *tags = source == 0 ? kTagNull : entry.page->tags(source)[entry.slot];
    *cells = source == 0 ? 0 : entry.page->cells(source)[entry.slot];
    if (tag_is_heap(*tags)) {
      HeapCell heap;
      std::memcpy(&heap, cells, sizeof heap);
      write_heap_cell(page, cells, entry.page->at(heap.offset), heap.length);
    } else if (tag_is_overflow(*tags)) {
      ++page.block_count;
    }
  }
}

}  // namespace leftmost::storage
