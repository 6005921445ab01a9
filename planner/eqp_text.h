// planner/eqp_text.h - a plan as EXPLAIN QUERY PLAN prints it: lines, and the tree that the sqlite3 shell draws
// (section 7 of docs/planner.md). Only reads the record.
#pragma once

#include <string>
#include <vector>

#include "planner/plan.h"

namespace leftmost::planner {

/// One row of EXPLAIN QUERY PLAN. Lines are numbered from 1 in the order in which they are printed; `parent` is 0 for a
/// line at the top. (SQLite's own ids are addresses in its bytecode; only the shape of the tree can be compared.)
struct PlanLine {
  int id = 0;
  int parent = 0;
  std::string detail;
  bool operator==(const PlanLine& other) const {
    return id == other.id && parent == other.parent && detail == other.detail;
  }
};

std::vector<PlanLine> eqp_lines(const Plan& plan);

/// `QUERY PLAN` and the lines below it as a tree; empty without lines. Every line ends with a newline.
std::string eqp_tree(const std::vector<PlanLine>& lines);

/// `SEARCH t1 USING INDEX t1ab (a=? AND b>?)`
std::string loop_text(const Loop& loop);
/// `(a=? AND b>?)` with the leading blank, or nothing.
std::string search_terms_text(const Loop& loop);

}  // namespace leftmost::planner
