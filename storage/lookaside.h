// storage/lookaside.h - small blocks of memory that a thread keeps for its next statement.
//
// Preparing a statement makes some dozen short-lived objects and the parts of the prepared statement, most of
// them of the same few sizes every time; the general allocator takes as long for them as the planner does for
// its decision. Here blocks are kept by size when they are given back (a list per 64 bytes, some 256 KiB per
// thread in all) and handed out again: a few instructions either way. SQLite's connections do the same with
// theirs (lookaside, https://www.sqlite.org/malloc.html).
//
//   struct Action : storage::FromLookaside { ... };    objects of the class, and of what derives from it
//   storage::LookasideVector<Loop> loops;              the elements of a vector
//
// A block may be given back by another thread than the one that took it. Builds with assertions take every
// block from the general allocator, so that sanitizers see each one.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace leftmost::storage {

class Lookaside {
 public:
  /// Aligned as by operator new.
  static void* allocate(std::size_t bytes) {
    const std::size_t at = (bytes + kStepBytes - 1) / kStepBytes;
    if (at < kLists && kept_.lists[at] != nullptr) {
      Free* block = kept_.lists[at];
      kept_.lists[at] = block->next;
      kept_.room += static_cast<std::ptrdiff_t>(at * kStepBytes);
      return block;
    }
    return allocate_anew(bytes);
  }
  /// `bytes` is what allocate() was asked for.
  static void free(void* memory, std::size_t bytes) noexcept {
    const std::size_t at = (bytes + kStepBytes - 1) / kStepBytes;
    if (at < kLists && kept_.room > static_cast<std::ptrdiff_t>(at * kStepBytes) && memory != nullptr) {
      kept_.room -= static_cast<std::ptrdiff_t>(at * kStepBytes);
      kept_.lists[at] = new (memory) Free{kept_.lists[at]};
      return;
    }
    free_for_good(memory);
  }

 private:
  static constexpr std::size_t kStepBytes = 64;
  static constexpr std::size_t kLists = 8192 / kStepBytes + 1;
  static constexpr std::ptrdiff_t kRoomBytes = 256 * 1024;

  struct Free {
    Free* next;
  };
  /// Has no constructor and no destructor to run, so that reaching it costs nothing; kept until the thread's
  /// `Keeper` in lookaside.cpp goes.
  struct Kept {
    Free* lists[kLists];
    std::ptrdiff_t
        room;  ///< bytes that may still be kept; 0 before the first block and below it after the last
    bool has_keeper;
  };
  struct Keeper;

  static void* allocate_anew(std::size_t bytes);
  static void free_for_good(void* memory) noexcept;

  static constinit thread_local Kept kept_;
};

/// A base class for what is made with new and make_unique. Requires: a virtual destructor where it is deleted
/// through a base.
struct FromLookaside {
  static void* operator new(std::size_t bytes) { return Lookaside::allocate(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { Lookaside::free(memory, bytes); }
};

template <typename T>
struct LookasideAllocator {
  using value_type = T;
  LookasideAllocator() = default;
  template <typename U>
  LookasideAllocator(const LookasideAllocator<U>&) noexcept {}
  T* allocate(std::size_t count) { return static_cast<T*>(Lookaside::allocate(count * sizeof(T))); }
  void deallocate(T* first, std::size_t count) noexcept { Lookaside::free(first, count * sizeof(T)); }
  friend bool operator==(const LookasideAllocator&, const LookasideAllocator&) { return true; }
  friend bool operator!=(const LookasideAllocator&, const LookasideAllocator&) { return false; }
};

template <typename T>
using LookasideVector = std::vector<T, LookasideAllocator<T>>;

}  // namespace leftmost::storage
