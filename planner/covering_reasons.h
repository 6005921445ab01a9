// planner/covering_reasons.h - what an index in use costs beyond its search (group C of docs/reasons.md):
// look-ups in the table, or all of its entries.
#pragma once

#include "planner/column_reasons.h"

namespace leftmost::planner {

/// `select`: null for the search of a change. Empty when the use is as good as it can be:
///   not-covering                     entries lead to table rows (not when every column of the table is asked
///   for, a
///                                    single row is, or rows are to be changed: no index spares these
///                                    look-ups)
///   expression-index-not-covering    the same, although the index holds all that is asked for: an indexed expression is
///                                    computed again from the row
///   int-primary-key-not-rowid        the same, because the primary key is no rowid
///   index-scan-not-search            all entries are read although a condition would narrow the table
///   full-scan-picks-narrowest-index  all entries are read in place of all rows
Explanation why_use_costs(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                          const Candidate& chosen, const Select* select);

}  // namespace leftmost::planner
