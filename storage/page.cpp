#include "storage/page.h"

#include <algorithm>

namespace leftmost::storage {
namespace {

// Up to 8 bytes as a big-endian number, missing ones as zeros: comparing heads compares first bytes.
std::uint64_t load_head(std::string_view bytes) {
  std::uint64_t head = 0;
  if (bytes.size() >= 8) {
    std::memcpy(&head, bytes.data(), 8);
  } else if (!bytes.empty()) {
    std::memcpy(&head, bytes.data(), bytes.size());
  }
  return __builtin_bswap64(head);
}

// First of `heads`[first, last) that is not below (or, with `above`, that is above) `head`.
std::size_t head_bound(const std::uint64_t* heads, std::size_t first, std::size_t last, std::uint64_t head,
                       bool above) {
  std::size_t size = last - first;
  const std::uint64_t* base = heads + first;
  while (size > 0) {
    const std::size_t half = size / 2;
    const bool right = above ? base[half] <= head : base[half] < head;
    base = right ? base + half + 1 : base;
    size = right ? size - half - 1 : half;
  }
  return static_cast<std::size_t>(base - heads);
}

std::uint64_t comparisons_of_search(std::size_t size) {
  std::uint64_t comparisons = 0;
  for (; size > 0; size /= 2) ++comparisons;
  return comparisons;
}

const OverflowBlock* block_at(const Page& page, std::size_t offset) {
  const OverflowBlock* block;
  std::memcpy(&block, page.at(offset), sizeof block);
  return block;
}

// Compares the part of a key behind the prefix with `rest`. Requires: their heads are equal.
int compare_rest(const Page& page, std::size_t slot, std::string_view rest) {
  const KeySlot key = page.slots()[slot];
  std::size_t length = key.length;
  const char* tail = page.at(key.offset);
  if (key.length == kLongKey) {
    const std::string_view whole = block_at(page, key.offset)->view().substr(page.prefix_bytes);
    length = whole.size();
    tail = whole.data() + std::min<std::size_t>(8, length);
  }
  if (length > 8 && rest.size() > 8) {
    const int order = std::memcmp(tail, rest.data() + 8, std::min(length, rest.size()) - 8);
    if (order != 0) return order;
  }
  return length < rest.size() ? -1 : length > rest.size() ? 1 : 0;
}

// First slot from `first` on whose key is >= `key`, or > `key` with `above`.
std::size_t bound(const Page& page, std::size_t first, std::string_view key, bool above, bool* equal,
                  std::uint64_t* comparisons) {
  const std::size_t count = page.count;
  if (comparisons != nullptr) *comparisons += comparisons_of_search(count - std::min(first, count));
  if (page.fixed_keys != 0) {
    const std::uint64_t head = load_head(key);
    const std::size_t slot = head_bound(page.heads(), first, count, head, above);
    if (equal != nullptr) *equal = slot < count && page.heads()[slot] == head;
    return slot;
  }
  if (equal != nullptr) *equal = false;
  const std::string_view prefix = page.prefix();
  const std::size_t common = std::min(prefix.size(), key.size());
  const int order = common == 0 ? 0 : std::memcmp(key.data(), prefix.data(), common);
  if (order < 0 || (order == 0 && key.size() < prefix.size())) return first;
  if (order > 0) return count;

  const std::string_view rest = key.substr(prefix.size());
  const std::uint64_t head = load_head(rest);
  std::size_t low = head_bound(page.heads(), first, count, head, false);
  if (low == count || page.heads()[low] != head) return low;
  std::size_t high = head_bound(page.heads(), low + 1, count, head, true);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int middle_order = compare_rest(page, middle, rest);
    if (comparisons != nullptr) ++*comparisons;
    if (middle_order == 0 && equal != nullptr) *equal = true;
    if (middle_order < 0 || (above && middle_order == 0)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

Value Page::cell_value(std::uint8_t tag, const std::uint64_t* cell) const {
  switch (tag) {
    case kTagNull:
      return Value::null();
    case kTagInteger:
      return Value::integer(static_cast<std::int64_t>(*cell));
    case kTagReal: {
      double real;
      std::memcpy(&real, cell, sizeof real);
      return Value::real(real);
    }
    default:
      break;
  }
  std::string_view bytes;
  if (tag_is_heap(tag)) {
    HeapCell heap;
    std::memcpy(&heap, cell, sizeof heap);
    bytes = {at(heap.offset), heap.length};
  } else if (tag_is_overflow(tag)) {
    const OverflowBlock* block;
    std::memcpy(&block, cell, sizeof block);
    bytes = block->view();
  } else {
    bytes = {reinterpret_cast<const char*>(cell), static_cast<std::size_t>(tag & 0xf)};
  }
  return tag < kTagBlobInline ? Value::text(bytes) : Value::blob(bytes);
}

Value Page::value(std::size_t slot, std::size_t column) const {
  const std::uint16_t kept = directory()[column];
  return kept == 0 ? Value::null() : cell_value(tags(kept)[slot], cells(kept) + slot);
}

std::string_view Page::key(std::size_t slot, std::string& scratch) const {
  const std::uint64_t head_bytes = __builtin_bswap64(heads()[slot]);
  if (fixed_keys != 0) {
    scratch.assign(reinterpret_cast<const char*>(&head_bytes), 8);
    return scratch;
  }
  const KeySlot key_slot = slots()[slot];
  if (key_slot.length == kLongKey) return block_at(*this, key_slot.offset)->view();
  scratch.assign(prefix());
  scratch.append(reinterpret_cast<const char*>(&head_bytes), std::min<std::size_t>(8, key_slot.length));
  if (key_slot.length > 8) scratch.append(at(key_slot.offset), key_slot.length - 8u);
  return scratch;
}

std::size_t Page::lower_bound(std::string_view key, bool* equal, std::uint64_t* comparisons) const {
  return bound(*this, 0, key, false, equal, comparisons);
}

std::size_t Page::child_slot(std::string_view key, std::uint64_t* comparisons) const {
  return bound(*this, 1, key, true, nullptr, comparisons) - 1;
}

}  // namespace leftmost::storage
