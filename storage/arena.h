// storage/arena.h - a bump allocator: everything in it dies at once with the arena.
//
// Used for syntax trees, bound queries, plans and the strings that a statement's rows produce. Only trivially
// destructible objects go in (checked at compile time), so nothing is ever destroyed one by one.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace leftmost::storage {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  /// `bytes` of storage aligned to `alignment` (a power of two, at most 16). Valid until reset() or
  /// destruction.
  void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t));

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena never runs destructors");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  std::string_view copy(std::string_view text);

  /// A copy of `items` that lives in the arena.
  template <typename T>
  std::span<T> copy_span(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (items.empty()) return {};
    T* first = static_cast<T*>(allocate(sizeof(T) * items.size(), alignof(T)));
    std::memcpy(static_cast<void*>(first), items.data(), sizeof(T) * items.size());
    return {first, items.size()};
  }
  template <typename T>
  std::span<T> copy_span(const std::vector<T>& items) {
    return copy_span(std::span<const T>(items.data(), items.size()));
  }

  /// Forgets everything; keeps the first block for reuse.
  void reset();
  /// Bytes held from the system; what memory limits count.
  std::size_t bytes_held() const { return bytes_held_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t bytes_held_ = 0;
};

}  // namespace leftmost::storage
