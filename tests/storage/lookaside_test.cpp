#include "storage/lookaside.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "tests/catch.h"

using leftmost::storage::FromLookaside;
using leftmost::storage::Lookaside;
using leftmost::storage::LookasideVector;

namespace {

struct Block {
  unsigned char* bytes;
  std::size_t size;
  unsigned char filling;
};

bool is_as_filled(const Block& block) {
  for (std::size_t i = 0; i < block.size; ++i) {
    if (block.bytes[i] != block.filling) return false;
  }
  return true;
}

struct Base : FromLookaside {
  virtual ~Base() = default;
};
struct Derived final : Base {
  unsigned char bytes[700] = {};
};

}  // namespace

TEST_CASE("no two blocks that are in use overlap", "[lookaside]") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  std::mt19937 random(seed);
  INFO("seed " << seed);
  std::vector<Block> blocks;
  for (int step = 0; step < 20'000; ++step) {
    if (blocks.empty() || random() % 5 < 3) {
      const std::size_t size = random() % 50 == 0 ? 1 + random() % 20'000 : 1 + random() % 500;
      auto* bytes = static_cast<unsigned char*>(Lookaside::allocate(size));
      CHECK(reinterpret_cast<std::uintptr_t>(bytes) % alignof(std::max_align_t) == 0);
      blocks.push_back({bytes, size, static_cast<unsigned char>(step)});
      std::memset(bytes, blocks.back().filling, size);
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      REQUIRE(is_as_filled(blocks.back()));
      Lookaside::free(blocks.back().bytes, blocks.back().size);
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) {
    REQUIRE(is_as_filled(block));
    Lookaside::free(block.bytes, block.size);
  }
}

TEST_CASE("an object deleted through its base gives back all of itself", "[lookaside]") {
  for (int i = 0; i < 100; ++i) {
    const std::unique_ptr<Base> small = std::make_unique<Base>();
    const std::unique_ptr<Base> large = std::make_unique<Derived>();
    CHECK(static_cast<Derived&>(*large).bytes[699] == 0);
  }
}

TEST_CASE("a block may be given back by another thread", "[lookaside][threads]") {
  constexpr int kBlocks = 200;
  for (int round = 0; round < 5; ++round) {
    std::vector<LookasideVector<int>> made;
    std::thread maker([&made] {
      for (int i = 0; i < kBlocks; ++i) made.emplace_back(static_cast<std::size_t>(i + 1), i);
    });
    maker.join();
    int right = 0;
    for (int i = 0; i < kBlocks; ++i) right += made[static_cast<std::size_t>(i)].back() == i ? 1 : 0;
    CHECK(right == kBlocks);
    std::thread dropper([&made] { made.clear(); });
    dropper.join();
  }
}
