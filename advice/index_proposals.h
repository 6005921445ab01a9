// advice/index_proposals.h - which indexes could help a statement, read from its plan. Nothing is tried here.
//
// For each table reference, from the conditions of its SELECT (whichever loop tests them, for with an index
// the order of the loops may change):
//   1. the columns that =, IS or IN fix, then either the columns of ORDER BY, GROUP BY, DISTINCT, min or max,
//      or the column of one range or prefix pattern: equality, then order, then range, because a range ends
//      the prefix and an IN the order;
//   2. the order first, for a LIMIT that then stops early;
//   3. an expression (lower(name)) as it stands in the query; the collation of the comparison where it is not
//      the column's, NOCASE for LIKE;
//   4. one index for each branch of an OR, together; or one for all branches that can begin with the same
//      column;
//   5. the same with the few other columns that the statement needs, so that the table is not read at all;
//   6. for a condition that no index can be searched with (a = b of one row, `flag`, <>, IS NOT NULL), a
//      partial index on the rows that meet it.
#pragma once

#include <string>
#include <vector>

#include "planner/plan.h"

namespace leftmost::advice {

/// One index, as CREATE INDEX wants it.
struct ProposedIndex {
  std::string table;
  std::vector<std::string> columns;  ///< `last_name`, `email COLLATE NOCASE`, `born DESC`, `lower(city)`
  std::string where;                 ///< condition of a partial index; empty: all rows
};

struct IndexProposal {
  std::vector<ProposedIndex> indexes;  ///< one; several where each helps only with the others (OR)
  bool is_covering = false;            ///< has columns only to spare the look-ups in the table
  bool is_partial = false;
  bool repeats_prefix = false;  ///< a longer index begins with its columns; it is for the rowid behind them
};

struct ProposalOptions {
  /// Also each column of a condition or order alone, and each pair of them: what is second best for one
  /// statement may serve several.
  bool each_column = false;
};

/// Most promising first for each table, in the order of the SELECTs. Without those that an existing index
/// begins with. `sql` is the text that the plan's spans point into.
std::vector<IndexProposal> propose_indexes(const planner::Plan& plan, std::string_view sql,
                                           const ProposalOptions& options = {});

}  // namespace leftmost::advice
