#include "storage/arena.h"

#include <algorithm>

#include "storage/lookaside.h"

namespace leftmost::storage {
namespace {
constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kBlockBytesMax = std::size_t{1} << 20;
}  // namespace

// A block is not cleared: what is made in it sets all its members. Its memory is aligned for everything.
void* Arena::allocate_in_new_block(std::size_t bytes) {
  const std::size_t doubled =
      newest_ == nullptr ? kFirstBlockBytes : std::min(kBlockBytesMax, newest_->size * 2);
  const std::size_t size = std::max(doubled, sizeof(Block) + bytes);
  auto* memory = static_cast<std::byte*>(Lookaside::allocate(size));
  newest_ = new (memory) Block{newest_, size};
  bytes_held_ += size;
  next_ = memory + sizeof(Block) + bytes;
  end_ = memory + size;
  return memory + sizeof(Block);
}

void Arena::free_blocks(const Block* kept) {
  while (newest_ != kept) {
    Block* before = newest_->before;
    bytes_held_ -= newest_->size;
    Lookaside::free(newest_, newest_->size);
    newest_ = before;
  }
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* bytes = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

void Arena::reset() {
  if (newest_ == nullptr) return;
  const Block* first = newest_;
  while (first->before != nullptr) first = first->before;
  free_blocks(first);
  next_ = reinterpret_cast<std::byte*>(newest_) + sizeof(Block);
  end_ = reinterpret_cast<std::byte*>(newest_) + newest_->size;
}

}  // namespace leftmost::storage
