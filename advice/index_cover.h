// advice/index_cover.h - the fewest indexes with which every statement is served.
//
// A statement is served when all indexes of one of its options are there. Choosing the fewest is a hitting
// set, which is NP-hard; a workload's is small, and branching on the statement with the fewest options finds
// the smallest set exactly. Where that would take too long the best set found so far is returned, with a
// lower bound that holds: as many indexes as there are statements that share no index with each other.
#pragma once

#include <cstddef>
#include <vector>

namespace leftmost::advice {

/// One way to serve a statement: index numbers, each once, and what the statement then costs (weighted).
struct CoverOption {
  std::vector<std::size_t> indexes;
  double cost = 0;
};

struct CoverProblem {
  std::vector<double> index_costs;                ///< of each index, to tell sets of one size apart
  std::vector<std::vector<CoverOption>> options;  ///< of each statement; at least one each
  std::size_t steps_max = 500'000;
};

struct Cover {
  std::vector<std::size_t> indexes;  ///< rising
  bool is_exact = true;              ///< nothing smaller exists
  std::size_t size_min = 0;          ///< no set is smaller than that
};

/// The smallest; of those of one size that it meets the one whose indexes cost least, then whose statements
/// do.
Cover smallest_cover(const CoverProblem& problem);

}  // namespace leftmost::advice
