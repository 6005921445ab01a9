// advice/index_proposals.h - which indexes could help a statement, read from its plan. Nothing is tried here.
#pragma once

#include <string>
#include <vector>

#include "planner/plan.h"

namespace leftmost::advice {

struct IndexProposal {
  std::string table;
  std::vector<std::string>
      columns;               ///< as CREATE INDEX wants them: `last_name`, `email COLLATE NOCASE`, `born DESC`
  bool is_covering = false;  ///< has columns only to spare the look-ups in the table
};

/// For each table that the plan reads in a loop, in the order of the loops: by conditions and order, then the
/// covering ones. Without those that an existing index begins with. `sql` is the text that the plan's spans
/// point into.
std::vector<IndexProposal> propose_indexes(const planner::Plan& plan, std::string_view sql);

}  // namespace leftmost::advice
