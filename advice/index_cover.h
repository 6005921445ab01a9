// advice/index_cover.h - the fewest indexes that serve every statement, each of which can be served in one of
// several ways.
//
// This is set cover with conjunctions (a join may want two indexes at once), so it is hard in general;
// workloads are small. Statements that share no index are solved apart. Depth-first search over the statement
// with the fewest options, cut off where the indexes taken and those needed at least are no fewer than the
// best set found, finds the smallest set exactly. Where that would take too long the best set found so far is
// returned, with a lower bound that holds: as many indexes as there are statements that share no index with
// each other.
//
// Indexes get in each other's way: beside another, the planner may pick the wrong one. So each set that would
// do by its options is put to `check`; one that fails is no answer, and is only a beginning for larger ones.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace leftmost::advice {

/// One way to serve a statement: index numbers, rising, each once, and what the statement then costs
/// (weighted).
struct CoverOption {
  std::vector<std::size_t> indexes;
  double cost = 0;
};

/// What is wrong with a set as a whole.
struct CoverFaults {
  std::vector<std::size_t>
      unserved;            ///< statements that it does not serve although it has an option of theirs
  std::size_t harmed = 0;  ///< statements that take far more than without it
  std::size_t count() const { return unserved.size() + harmed; }
};

struct CoverProblem {
  std::vector<double> index_costs;                ///< of each index, to tell sets of one size apart
  std::vector<std::vector<CoverOption>> options;  ///< of each statement; at least one each
  std::function<CoverFaults(const std::vector<std::size_t>& indexes)> check =
      nullptr;  ///< null: never anything
  std::size_t steps_max = 500'000;
  std::size_t checks_max = 2'000;
};

struct Cover {
  std::vector<std::size_t> indexes;  ///< rising
  CoverFaults faults;                ///< of this set; none, unless every set that was looked at has some
  bool is_exact = true;              ///< it has no faults, and no smaller set is without
  std::size_t size_min = 0;          ///< no set that serves all is smaller than that
};

/// The smallest; of those of one size that it meets the one whose indexes cost least, then whose statements
/// do.
Cover smallest_cover(const CoverProblem& problem);

}  // namespace leftmost::advice
