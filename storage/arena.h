// storage/arena.h - a bump allocator: everything in it dies at once with the arena.
//
// Used for syntax trees, bound queries, plans and the strings that a statement's rows produce. Only trivially
// destructible objects go in (checked at compile time), so nothing is ever destroyed one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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
  ~Arena() { free_blocks(nullptr); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    Arena gone(std::move(other));
    swap(gone);
    return *this;
  }

  /// `bytes` of storage aligned to `alignment` (a power of two, at most 16). Valid until reset() or
  /// destruction.
  void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
    const std::size_t padding = (~reinterpret_cast<std::uintptr_t>(next_) + 1) & (alignment - 1);
    const auto room = static_cast<std::size_t>(end_ - next_);
    if (padding > room || bytes > room - padding || next_ == nullptr) return allocate_in_new_block(bytes);
    std::byte* result = next_ + padding;
    next_ = result + bytes;
    return result;
  }

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena never runs destructors");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  std::string_view copy(std::string_view text);

  /// So many default values.
  template <typename T>
  std::span<T> make_span(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* first = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (first + i) T{};
    return {first, count};
  }

  /// A copy of `items` that lives in the arena.
  template <typename T>
  std::span<T> copy_span(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (items.empty()) return {};
    T* first = static_cast<T*>(allocate(sizeof(T) * items.size(), alignof(T)));
    std::memcpy(static_cast<void*>(first), items.data(), sizeof(T) * items.size());
    return {first, items.size()};
  }
  template <typename T, typename Allocator>
  std::span<T> copy_span(const std::vector<T, Allocator>& items) {
    return copy_span(std::span<const T>(items.data(), items.size()));
  }

  /// Forgets everything; keeps the first block for reuse.
  void reset();
  /// Bytes held from the system; what memory limits count.
  std::size_t bytes_held() const { return bytes_held_; }

 private:
  /// What a block of memory begins with; the rest of it is handed out.
  struct alignas(std::max_align_t) Block {
    Block* before;
    std::size_t size;  ///< with this
  };
  void* allocate_in_new_block(std::size_t bytes);
  /// Frees the blocks from the newest back to `kept`, which stays with those before it.
  void free_blocks(const Block* kept);
  void swap(Arena& other) noexcept {
    std::swap(newest_, other.newest_);
    std::swap(next_, other.next_);
    std::swap(end_, other.end_);
    std::swap(bytes_held_, other.bytes_held_);
  }

  Block* newest_ = nullptr;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t bytes_held_ = 0;
};

}  // namespace leftmost::storage
