// tests/golden/golden_run.h - runs one block of a golden file on both engines.
//
// Commands:
//   setup    every statement must succeed; prints `ok`
//   rows     prints the rows of every statement, `|` between values, NULL as NULL, blobs as x'..'
//   plan     prints EXPLAIN QUERY PLAN of every statement, drawn as a tree
//   explain  prints the plan, then for every index what each of its columns does and the code of the reason
//   codes    the same in one line per index, with the conditions meant and without the sentences: for tables
//   of cases; the
//            rules of advice/explanation_check.h must hold
//   why      prints the rows of EXPLAIN WHY
//   work     runs every statement and prints what it cost in logical steps
//   unsupported  every statement must answer `not supported: ...`; prints these answers
//   error    every statement must fail; prints the error as the shell does, with caret and hint
// Every statement is put to SQLite as well: plans, rows, changes and errors must agree whatever the file
// says, and so must full-scan steps, sorts and rows of automatic indexes. Queries of `plan` and `explain` are
// run for that.
#pragma once

#include <string>
#include <vector>

#include "oracle/session.h"
#include "tests/golden/golden_file.h"

namespace leftmost::golden {

struct BlockResult {
  std::string output;
  /// What is wrong beyond the text: the engines disagree, a setup failed, an error block succeeded. Cannot be
  /// blessed.
  std::vector<std::string> faults;
};

BlockResult run_block(oracle::Session& session, const Block& block);

}  // namespace leftmost::golden
