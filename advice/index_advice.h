// advice/index_advice.h - the smallest set of indexes that serves a workload.
//
//   1. Every statement is run as things are, on SQLite and on our engine (with the values its comments bind, else
//      with values out of the middle of the columns).
//   2. Candidates are the indexes that could help one of them (index_proposals.h), each column and pair of columns
//      that one asks about, and reorderings that begin with another; alone, and for statements on several tables
//      two at a time. Each plan that SQLite would make with them is run once (set_work.h), and counts only if both
//      engines make it and give the same rows.
//   3. A statement counts as served by what takes at most twice the work of its best option, and a little. The fewest
//      indexes that serve all statements and harm none, as a whole, are found exactly, or as closely as
//      IndexAdvice::size_min says (index_cover.h).
//   4. The set is built as a whole and every statement is run once more: that is the work after. Indexes that no
//      statement reads then are left out.
// With `drop`, existing indexes are taken away one by one, and those stay away whose absence costs no
// statement anything. Indexes of constraints, UNIQUE ones, and what somebody else may use (index_upkeep.h) are never
// dropped.
//
// Work is what SQLite counts (SQLITE_STMTSTATUS_VM_STEP), and where a statement cannot be run what the
// planner expects.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "advice/suggest.h"
#include "advice/workload.h"
#include "oracle/session.h"
#include "storage/error.h"

namespace leftmost::advice {

struct AdvisedStatement {
  std::size_t number = 0;  ///< in Workload::statements(), the first that has this text
  std::size_t occurrences = 1;
  double weight = 1;         ///< of all of them
  bool is_measured = false;  ///< it ran: work is VM steps; otherwise what the planner expects
  bool has_samples = false;  ///< some values are samples
  double work_before = 0;
  double work_after = 0;
  std::uint64_t rows_before = 0;  ///< rows and index entries stepped onto, if it ran
  std::uint64_t rows_after = 0;
  std::string plan_before;  ///< lines joined by ` / `
  std::string plan_after;
  double work_best = 0;  ///< with the best of everything that was tried; work_before if nothing helps
};

struct AdvisedIndex {
  std::string name;
  std::string table;
  std::string sql;  ///< CREATE INDEX ...;
  IndexPrice price;
  std::vector<std::size_t> serves;  ///< numbers in IndexAdvice::statements
};

struct NeedlessIndex {
  std::string name;
  std::string table;
  std::string sql;  ///< DROP INDEX ...;
  std::uint64_t bytes = 0;
  bool is_used = false;  ///< some statement reads it, but none is worse off without it
};

struct LeftOut {
  std::size_t number = 0;  ///< in Workload::statements()
  Error error;             ///< its offset counts from the start of the statement
};

struct IndexAdvice {
  std::vector<AdvisedStatement> statements;
  std::vector<AdvisedIndex> create;
  std::vector<NeedlessIndex> drop;
  std::vector<LeftOut> left_out;  ///< statements that were not understood
  std::size_t candidates = 0;     ///< indexes that were built and tried
  std::size_t improvable = 0;     ///< statements that some of them helps
  std::size_t served = 0;         ///< of these, by what is advised: all, unless the indexes get in each other's way
  bool is_exact = true;           ///< no fewer of the candidates serve all of these
  std::size_t size_min = 0;       ///< so many are needed at least
  bool was_cut_short = false;     ///< by the time limit: not all candidates were tried
};

struct AdviseOptions {
  bool drop = false;
  double seconds_max = 60;  ///< for trying candidates; what was found by then is proven all the same
  std::function<bool(const std::string& what)> on_progress;  ///< false: stop
};

/// The session's data are as before. Errors: those of Trial::start; kInterrupt.
Expected<IndexAdvice> advise(oracle::Session& session, const Workload& workload,
                             const AdviseOptions& options);

}  // namespace leftmost::advice
