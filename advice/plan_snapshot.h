// advice/plan_snapshot.h - the plans of an application's statements, kept in a file beside its sources, and
// what it means that one of them got worse.
//
//   # leftmost plans 1
//   # ...
//
//   SELECT age FROM users WHERE last_name = ?
//     SEARCH users USING INDEX users_name (last_name=?)
//
// A statement stands on one line (normal_sql), its EXPLAIN QUERY PLAN below it, indented as deep as in the
// tree. Entries are sorted by their statement, so moving statements about changes nothing, and a changed plan
// is a changed line in a review.
//
// Worse means (and nothing else does: another index, another join order and a better plan are not worse):
//   1. a table that was searched is read in full, and no other table's scan went away for it
//   2. the same index is searched by fewer columns, or another one by some of the same terms but not by all, and
//      no sort went away for it
//   3. more is sorted or kept in temporary b-trees, or a whole ORDER BY where a part of it was sorted
//   4. an index that held all columns needed is still read in the same way, but no longer holds them all
//   5. an index is built for each run, where none was
//   6. a subquery is run once for each row, where none was
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "planner/eqp_text.h"
#include "storage/error.h"

namespace leftmost::advice {

struct PlanSnapshot {
  /// Plan lines, two blanks of indentation for each level of the tree; by normal_sql().
  std::map<std::string, std::vector<std::string>, std::less<>> plans;
};

/// Lines of a PlanSnapshot. Numbers of subqueries are left out: they count parser reductions, not decisions.
std::vector<std::string> snapshot_lines(const std::vector<planner::PlanLine>& plan);

std::string to_text(const PlanSnapshot& snapshot);
/// Errors: kError with the line: not a file of plans, of another version, a plan line without a statement.
Expected<PlanSnapshot> read_snapshot(std::string_view text);

/// Sentences, one for each thing that got worse: `users was searched (SEARCH users ...), now it is read in
/// full (SCAN users)`. Empty if nothing did.
std::vector<std::string> what_got_worse(const std::vector<std::string>& before,
                                        const std::vector<std::string>& after);

}  // namespace leftmost::advice
