#include "storage/arena.h"

#include <algorithm>
#include <cstdint>

namespace leftmost::storage {
namespace {
constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kBlockBytesMax = std::size_t{1} << 20;
}  // namespace

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  auto aligned = reinterpret_cast<std::uintptr_t>(next_);
  aligned = (aligned + alignment - 1) & ~(alignment - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(end_);
  if (next_ == nullptr || aligned > end || bytes > end - aligned) {
    const std::size_t doubled =
        blocks_.empty() ? kFirstBlockBytes : std::min(kBlockBytesMax, blocks_.back().size * 2);
    const std::size_t size = std::max(doubled, bytes + alignment);
    blocks_.push_back({std::make_unique<std::byte[]>(size), size});
    bytes_held_ += size;
    next_ = blocks_.back().bytes.get();
    end_ = next_ + size;
    aligned = (reinterpret_cast<std::uintptr_t>(next_) + alignment - 1) & ~(alignment - 1);
  }
  auto* result = reinterpret_cast<std::byte*>(aligned);
  next_ = result + bytes;
  return result;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* bytes = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

void Arena::reset() {
  if (blocks_.empty()) return;
  blocks_.resize(1);
  bytes_held_ = blocks_.front().size;
  next_ = blocks_.front().bytes.get();
  end_ = next_ + blocks_.front().size;
}

}  // namespace leftmost::storage
