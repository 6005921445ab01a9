// advice/lint_statement.h - which of the reasons in a plan's record are worth a finding. lint.h says the
// rules.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planner/plan.h"

namespace leftmost::advice {

/// A finding about one statement, before anybody has asked how serious it is.
struct StatementFinding {
  std::string code;
  planner::Span span;  ///< in the statement; empty: all of it
  std::string text;
  std::vector<std::string>
      tables;  ///< that it is about; several: any of them may be the one that is worth it
  std::string index;
  bool is_scan = false;            ///< its table is read in full
  std::uint64_t rows_visited = 0;  ///< estimated, by the search that it is about; 0: as many as the table has
};

/// A table that is read in full though the statement has something to say about it.
struct FullRead {
  std::string table;
  planner::Span span;  ///< of the table in FROM
  std::string how;     ///< its line of the plan
  bool has_finding = false;
};

struct StatementFindings {
  std::vector<StatementFinding> findings;
  std::vector<FullRead> full_reads;
  std::vector<std::string> indexes;  ///< that the plan reads
};

StatementFindings findings_of(const planner::Plan& plan);

}  // namespace leftmost::advice
