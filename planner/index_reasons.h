// planner/index_reasons.h - what each column of one index does for a loop, and why the next one does nothing: the
// left-prefix rule, said column by column.
//
//   index (city, born, joined), WHERE city = 'City03' AND born > 1990 AND joined > '2024'
//
//   city    seek-eq        = 'City03'
//   born    seek-range     > 1990, ends the prefix
//   joined  filter-on-row  prefix-second-range: blocked by the range on born
//
// The prefix of the index that is read is the chosen candidate's own; of another index it is the longest that its terms
// allow. From the first column that does not belong to it on, three things can have happened:
//   (1) an earlier column has a range: prefix-range-stops, -second-range, -pattern-stops, interval-two-columns
//   (2) this column has a term that the index cannot search by: its own code (term_obstacle.h); columns behind it are
//       column-blocked-mid-index
//   (3) this column has no term: prefix-gap; for the first column prefix-leading-column-free and its relatives
#pragma once

#include "planner/loop_plan.h"
#include "planner/plan.h"

namespace leftmost::planner {

struct IndexQuestion {
  const LoopPlan& loops;
  const ItemFacts& facts;
  const Probe& probe;
  const Candidate* chosen = nullptr;  ///< of the item, if this probe is the one that is read
  bool covering = false;              ///< the chosen loop never reads the table
};

/// Requires: `reason.verdict` is set. Fills in seek_columns, code and columns.
void explain_index(const IndexQuestion& question, IndexReason& reason);

/// The base term about this column that some search or filter comes from; null if the query has none.
const Term* find_term_about(const LoopPlan& loops, const ItemFacts& facts, const ProbeColumn& column);

}  // namespace leftmost::planner
