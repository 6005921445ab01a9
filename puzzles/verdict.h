// puzzles/verdict.h - the answer to a puzzle's question, computed from what its queries did.
#pragma once

#include <string>
#include <vector>

#include "puzzles/play.h"

namespace leftmost::puzzles {

/// A query is slow if it steps onto more than this many rows and index entries for each row that it returns:
/// nearly all of what it looks at is thrown away. (A search by an index steps onto one entry for each row,
/// and one row more to see that the end has come.)
inline constexpr double kStepsPerRowSlow = 10.0;

/// Steps for each row returned (for each one, if none is).
double steps_per_row(const Played& played);
bool is_slow(const Played& played);

/// The choice that is right: the name of the one slow query, `both` (all of them), `neither`; names joined by
/// `, ` if it is some of many.
std::string right_choice(const std::vector<Played>& queries);

}  // namespace leftmost::puzzles
