// advice/explanation.h - why one statement is run as it is, as data: the plan of both engines, every index of
// every table with what each of its columns does, how many places of it the conditions touch, what the run
// cost, and what would help.
//
//   auto next = explain_next(*session, "SELECT age FROM users WHERE first_name = 'John'", {});
//   fmt::print("{}\n", to_json(*next->explanation));
//
// The plan and its reasons are read from the planner's record, the work and the runs are measured, and
// suggestions were tried on SQLite. Owns everything it holds, so it outlives the statement. docs/why-json.md
// describes it as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "advice/runs.h"
#include "advice/suggest.h"
#include "engine/database.h"
#include "oracle/agreement.h"
#include "oracle/session.h"
#include "planner/eqp_text.h"
#include "planner/reason.h"
#include "storage/error.h"

namespace leftmost::advice {

struct ColumnUse {
  std::string column;
  planner::ColumnRole role = planner::ColumnRole::kIdle;
  std::string term;    ///< the condition about it, as written; empty if none
  planner::Span span;  ///< of the term; empty if that stands in a view
  std::string code;    ///< empty on a plain seek
  std::string text;
};

struct IndexUse {
  std::string name;  ///< empty: the table's own b-tree, searched by rowid
  planner::IndexVerdict verdict = planner::IndexVerdict::kUnusable;
  int arm = 0;  ///< n of the line `INDEX n` that searches it; 0: no multi-index OR. Arms of one index are
                ///< neighbours
  int seek_columns = 0;
  std::string code;
  std::optional<std::uint64_t> cost_estimated;
  std::vector<ColumnUse> columns;
  std::vector<Runs> runs;  ///< of the query's conditions, in the order of the columns
  std::optional<Runs>
      contrast;  ///< of a value of the first column with about as many entries; not in the query
};

/// A condition on columns that are in no index of the table.
struct UnindexedCondition {
  std::string column;  ///< the first of them
  std::string term;    ///< as written
  planner::Span span;
  std::string text;
};

/// A condition that is tested on each row of the table and that no index column tells.
struct TestedCondition {
  planner::ColumnRole role = planner::ColumnRole::kFilterOnRow;
  std::string term;  ///< as written
  planner::Span span;
  std::string code;  ///< empty: nothing is wrong with it
  std::string text;
};

struct TableUse {
  std::string name;
  std::string alias;                 ///< empty if none
  std::string access;                ///< `scan`, `index-scan`, `search` ...: docs/why-json.md lists them
  std::string index;                 ///< the index that is read; empty if none
  std::uint64_t rows_estimated = 0;  ///< how many rows the planner takes the table to have
  std::vector<IndexUse> indexes;
  /// How many rows meet the conditions that are tested at this loop, for each run of it: what the planner
  /// reckoned. None where there is no loop.
  std::optional<std::uint64_t> rows_per_run_estimated;
  std::optional<engine::ItemWork> work;  ///< what the loop did, if it ran
  std::vector<UnindexedCondition> unindexed;
  std::vector<TestedCondition> tested;
};

/// A reason that belongs to no index column.
struct StatementReason {
  std::string code;
  std::string subject;
  planner::Span span;
  std::string text;
};

/// What every row written costs beside the table itself, whatever the plan is.
struct Upkeep {
  std::string kind;     ///< `index`, `unique`, `check`, `foreign-key`, `upsert`, `trigger`
  std::string subject;  ///< an index, a table
  std::string text;     ///< one sentence
};

struct Candidate {
  std::string table;
  std::string what;
  std::uint64_t setup_cost = 0;
  std::uint64_t run_cost = 0;
  std::uint64_t rows = 0;
  std::string outcome;
};

struct Explanation {
  std::string sql;
  std::vector<planner::PlanLine> plan;
  std::string no_plan_because;  ///< of a statement that could have a plan and needs none
  bool has_oracle = false;
  oracle::Agreement agreement;  ///< with SQLite: of the plans, and of rows and errors if it ran on both
  std::vector<TableUse> tables;
  std::vector<StatementReason> reasons;
  std::vector<Upkeep> upkeep;  ///< of INSERT, UPDATE and DELETE
  std::vector<Suggestion> suggestions;
  std::string nothing_because;  ///< why there is no suggestion; empty if there is one, or none was asked for
  std::string best_because;     ///< why nothing can be better; empty if something may be
  bool ran = false;
  engine::Work work;                          ///< measured, if it ran
  std::optional<std::uint64_t> rows_changed;  ///< by an INSERT, UPDATE or DELETE that ran
  std::optional<Error> run_error;             ///< the run ended with it
  std::string why_not_run;                    ///< `?1 has no value`; empty if it ran
  std::vector<Candidate> candidates;          ///< with ExplainOptions::trace
};

struct ExplainOptions {
  std::vector<std::pair<std::string, storage::OwnedValue>>
      parameters;   ///< by name with prefix; `?` and `?3` as ?1, ?3
  bool run = true;  ///< run it, to measure the work
  bool empty_tables =
      false;  ///< the tables have no rows yet (a schema alone): do not run where all are empty
  bool runs = true;
  bool suggestions = true;
  SuggestOptions suggest;
  bool trace = false;
};

struct ExplainedNext {
  std::optional<Explanation> explanation;  ///< none: only white space and comments
  std::size_t bytes_consumed = 0;
};

/// Explains the first statement of `sql`. The session's data are as before: a statement that writes is run on
/// copies. Errors: those of preparing it; kRange for a parameter that it does not have.
Expected<ExplainedNext> explain_next(oracle::Session& session, std::string_view sql,
                                     const ExplainOptions& options);

/// Version 1 of the format in docs/why-json.md, indented. Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const Explanation& explanation);

/// Plan lines joined by ` / `.
std::string plan_in_one_line(const std::vector<planner::PlanLine>& lines);

}  // namespace leftmost::advice
