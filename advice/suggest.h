// advice/suggest.h - what would help one statement, each thing tried before it is said.
//
//   question = {sql, &statement, bindings, work}
//   Advice advice = suggest(session, question);
//   for (const Suggestion& one : advice.suggestions) print(one.sql);
//   if (advice.suggestions.empty()) print(advice.nothing_because);
//
// Proposals come from three readers, which know the statement and not the data:
//   index_proposals.h   indexes that its conditions, order, groups and columns ask for (from the plan)
//   rewrite.h           other ways to write it (from the syntax tree)
//   prove_foreign_keys.cpp  indexes for child tables, which a change of their parent searches
//   prove_upkeep.cpp    indexes that a longer one makes redundant; ANALYZE, where statistics are missing
// Each is then done on a private copy of the database in SQLite and on a copy of our data (trial.h), and is
// suggested only if both engines take the new plan, the statement gives the same rows, and what both engines
// count says that it saves something worth saying (worth.h). So a suggestion never rests on an estimate.
//
// Where the statement cannot be run (a parameter without a value, no rows yet) an index is judged by the
// plans alone and a rewrite is not suggested at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "oracle/session.h"
#include "storage/error.h"

namespace leftmost::advice {

/// What a new index takes, measured on SQLite's copy.
struct IndexPrice {
  std::uint64_t bytes = 0;  ///< pages of the file
  std::uint64_t entries = 0;
  std::uint64_t bytes_per_insert = 0;  ///< the share of one entry
  std::uint64_t pages_per_insert = 0;  ///< levels that an INSERT descends to place its entry
};

/// What a statement can be spared.
enum class Saving : std::uint8_t {
  kRowsVisited,   ///< rows and entries that its loops step onto
  kTableLookups,  ///< rows of the table that are fetched through an index
  kSortedRows,    ///< rows put in order by a sort
  kKeptRows,      ///< rows for another temporary b-tree: compared by DISTINCT, of lists, automatic indexes
  kSqliteSteps,   ///< steps of SQLite's virtual machine, which count functions and subqueries too
};

/// A number of two runs, with and without what is suggested.
struct Saved {
  Saving saving{};
  std::uint64_t before = 0, after = 0;
};

struct Suggestion {
  std::string kind;    ///< `create-index`, `drop-index`, `rewrite`, `analyze`
  std::string sql;     ///< several CREATE INDEX where one alone would not help
  std::string needs;   ///< rewrite: the CREATE INDEX without which it is no help; mostly empty
  std::string before;  ///< plan lines joined by ` / `
  std::string after;
  std::optional<std::uint64_t> work_before;  ///< rows visited; none if nothing ran
  std::optional<std::uint64_t> work_after;
  std::string proved_on;  ///< `SQLite 3.40.1`

  std::string what;      ///< rewrite: what was changed, `a half-open range on the bare column`
  std::string presumes;  ///< rewrite: what the data must be like for the same rows; empty: any data will do
  /// What fell, most telling first, then what rose for it (worth.h has words); empty if nothing ran, and of
  /// drop-index.
  std::vector<Saved> saves;
  std::optional<oracle::TwinCounters> sqlite_before;  ///< what SQLite counted
  std::optional<oracle::TwinCounters> sqlite_after;
  std::optional<IndexPrice> price;  ///< of all indexes that it makes; drop-index: what becomes free
};

/// What a SELECT gave, the same on both engines under the same plan.
struct AgreedRun {
  oracle::RowDigest rows;
  oracle::TwinCounters sqlite;
  double seconds = 0;  ///< of both
};

/// A statement that was prepared, and run if `work` is set.
struct StatementInQuestion {
  std::string sql;
  const engine::Statement* statement = nullptr;  ///< ours; its plan is read
  std::vector<storage::OwnedValue> bindings;     ///< of parameters 1, 2, ...
  std::optional<engine::Work> work;
  std::optional<AgreedRun> run;  ///< of the run that `work` is of; without it the statement is run once more
  std::string missing_value;  ///< a parameter that has none, so that it was not run: `?1`
};

struct SuggestOptions {
  bool indexes = true;
  bool rewrites = true;
  bool upkeep = true;  ///< drop-index and analyze
  /// No further trial is started after this time (or ten times what the statement takes, if that is more);
  /// the first one always is.
  std::chrono::milliseconds time_limit{5000};
  /// Called before each trial with what is tried; false stops. For whoever wants to show that something
  /// happens.
  std::function<bool(const std::string& what)> progress;
};

struct Advice {
  std::vector<Suggestion> suggestions;  ///< in the order of worth.h
  std::string nothing_because;          ///< why there are none, one sentence; empty if there are some
  std::size_t proposed = 0;             ///< how many indexes and other ways to write it were thought of
  std::size_t tried = 0;                ///< how many of them SQLite plans otherwise, and were tried
  bool was_cut_short = false;           ///< by the time limit or by `progress`
};

/// Nothing without a twin, inside a transaction, or for a statement without a plan (`nothing_because` says
/// so). The session's data are as before.
Advice suggest(oracle::Session& session, const StatementInQuestion& question,
               const SuggestOptions& options = {});

/// The indexes of it alone, best first.
std::vector<Suggestion> suggest_indexes(oracle::Session& session, const StatementInQuestion& question);

}  // namespace leftmost::advice
