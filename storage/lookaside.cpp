#include "storage/lookaside.h"

#include <algorithm>
#include <new>

namespace leftmost::storage {

constinit thread_local Lookaside::Kept Lookaside::kept_{};

/// Gives everything back when the thread ends. What is freed after that is freed for good.
struct Lookaside::Keeper {
  ~Keeper() {
    kept_.room = -1;
    for (Free*& list : kept_.lists) {
      while (list != nullptr) {
        Free* block = list;
        list = block->next;
        ::operator delete(block);
      }
    }
  }
};

void* Lookaside::allocate_anew(std::size_t bytes) {
#ifdef NDEBUG
  if (!kept_.has_keeper) {
    static thread_local Keeper keeper;
    kept_.has_keeper = true;
    kept_.room = kRoomBytes;
  }
  const std::size_t at = (bytes + kStepBytes - 1) / kStepBytes;
  if (at < kLists) bytes = std::max<std::size_t>(at, 1) * kStepBytes;
#endif
  return ::operator new(bytes);
}

void Lookaside::free_for_good(void* memory) noexcept { ::operator delete(memory); }

}  // namespace leftmost::storage
