#include "puzzles/verdict.h"

#include <algorithm>

namespace leftmost::puzzles {

double steps_per_row(const Played& played) {
  const engine::Work& work = played.explanation.work;
  return static_cast<double>(work.rows_visited) /
         static_cast<double>(std::max<std::uint64_t>(work.rows_returned, 1));
}

bool is_slow(const Played& played) { return steps_per_row(played) > kStepsPerRowSlow; }

std::string right_choice(const std::vector<Played>& queries) {
  std::string names;
  std::size_t count = 0;
  for (const Played& query : queries) {
    if (!is_slow(query)) continue;
    names += (count++ == 0 ? "" : ", ") + query.name;
  }
  if (count == 0) return "neither";
  if (count == queries.size() && count > 1) return "both";
  return names;
}

}  // namespace leftmost::puzzles
