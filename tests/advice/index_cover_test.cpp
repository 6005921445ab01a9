#include "advice/index_cover.h"

#include <algorithm>
#include <cstdint>

#include "tests/catch.h"

using namespace leftmost;

namespace {

/// Size of the smallest set, by looking at all.
std::size_t smallest_by_force(const advice::CoverProblem& problem) {
  const std::size_t count = problem.index_costs.size();
  std::size_t best = count;
  for (std::uint32_t set = 0; set < (1U << count); ++set) {
    const bool serves_all =
        std::all_of(problem.options.begin(), problem.options.end(), [&](const auto& options) {
          return std::any_of(options.begin(), options.end(), [&](const advice::CoverOption& option) {
            return std::all_of(option.indexes.begin(), option.indexes.end(),
                               [&](std::size_t i) { return (set >> i & 1U) != 0; });
          });
        });
    const auto size = static_cast<std::size_t>(__builtin_popcount(set));
    if (serves_all) best = std::min(best, size);
  }
  return best;
}

}  // namespace

TEST_CASE("one index for two statements is better than two", "[advice][cover]") {
  advice::CoverProblem problem;
  problem.index_costs = {1, 1, 5};
  problem.options = {{{{0}, 10}, {{2}, 12}}, {{{1}, 10}, {{2}, 12}}};
  const advice::Cover cover = advice::smallest_cover(problem);
  CHECK(cover.indexes == std::vector<std::size_t>{2});
  CHECK(cover.is_exact);
  CHECK(cover.size_min == 1);
}

TEST_CASE("of sets of one size the cheaper one is taken", "[advice][cover]") {
  advice::CoverProblem problem;
  problem.index_costs = {9, 4};
  problem.options = {{{{0}, 10}, {{1}, 20}}};
  CHECK(advice::smallest_cover(problem).indexes == std::vector<std::size_t>{1});
}

TEST_CASE("nothing to serve needs nothing", "[advice][cover]") {
  CHECK(advice::smallest_cover({{1, 1}, {}}).indexes.empty());
}

TEST_CASE("the smallest set is the smallest there is, and the bound holds when the search is cut",
          "[advice][cover]") {
  std::uint32_t seed = 7;
  const auto next = [&](std::uint32_t below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16U) % below;
  };
  for (int round = 0; round < 150; ++round) {
    advice::CoverProblem problem;
    for (int i = 0; i < 9; ++i) problem.index_costs.push_back(1 + next(5));
    const std::size_t statements = 1 + next(9);
    for (std::size_t s = 0; s < statements; ++s) {
      auto& options = problem.options.emplace_back();
      for (std::uint32_t o = 0; o <= next(4); ++o) {
        advice::CoverOption option;
        for (std::uint32_t i = 0; i <= next(2); ++i) {
          const std::size_t index = next(9);
          if (std::find(option.indexes.begin(), option.indexes.end(), index) == option.indexes.end()) {
            option.indexes.push_back(index);
          }
        }
        option.cost = next(100);
        options.push_back(option);
      }
    }
    INFO("round " << round);
    const std::size_t smallest = smallest_by_force(problem);
    const advice::Cover cover = advice::smallest_cover(problem);
    CHECK(cover.is_exact);
    CHECK(cover.indexes.size() == smallest);
    problem.steps_max = 1;
    const advice::Cover cut = advice::smallest_cover(problem);
    CHECK(cut.size_min <= smallest);
    CHECK(cut.indexes.size() >= smallest);
    if (cut.is_exact) CHECK(cut.indexes.size() == smallest);
  }
}
