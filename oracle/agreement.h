// oracle/agreement.h - what both engines said to one statement, and where they differ.
//
// Compared are, each for itself:
//   plan     lines of EXPLAIN QUERY PLAN: their shape and their text. The numbers of anonymous subqueries (`SUBQUERY 3`,
//            `(subquery-3)`, `(join-3)`) are left out: they count parser reductions, not decisions.
//   rows     values with their storage classes. Where the plans are the same the order is too; where they are not,
//            the rows count as a multiset, for SQL promises no order among equals.
//   error    whether there is one, and its text.
//   changes  changes() and last_insert_rowid() after a statement that writes.
// Nothing is compared where SQLite had no say: without a twin, after `not supported`, when the file refused (locked,
// full, read-only), and for the answers of PRAGMAs about SQLite's own files.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/work.h"
#include "oracle/twin.h"
#include "planner/eqp_text.h"
#include "storage/error.h"
#include "storage/value.h"

namespace leftmost::oracle {

/// `LIST SUBQUERY 2` -> `LIST SUBQUERY`, `SCAN (subquery-4)` -> `SCAN (subquery)`.
std::string without_subquery_numbers(std::string_view detail);

/// Same number of lines, each with the same parent (by position) and the same detail but for subquery numbers.
bool same_plan(const std::vector<planner::PlanLine>& a, const std::vector<planner::PlanLine>& b);

/// `1|'x'|NULL`: one row as SQL literals, shortened to about `bytes_max`.
std::string row_to_text(std::span<const storage::Value> row, std::size_t bytes_max = 400);

/// Rows summed up in any order: two multisets with the same two sums and the same count are taken to be equal (a wrong
/// `equal` needs a collision of 128 bits).
struct RowDigest {
  std::uint64_t rows = 0;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  /// Columns that `ignored` names by position do not count.
  void add(std::span<const storage::Value> row, const std::vector<bool>& ignored = {});
  bool operator==(const RowDigest& other) const {
    return rows == other.rows && first == other.first && second == other.second;
  }
};

/// Compares two streams of rows. Fed alternately it needs no memory to speak of: a row waits only until the other side
/// has given the row at the same place.
///
/// As long as both sides give the same row at the same place nothing is kept. From the first difference on, each side's
/// rows are summed up (RowDigest).
class RowComparison {
 public:
  /// Columns left out, by position (`rootpage` of sqlite_schema: pages of a file that we do not have).
  void ignore_columns(std::vector<bool> ignored) { ignored_ = std::move(ignored); }

  void add_ours(std::span<const storage::Value> row);
  void add_theirs(std::span<const storage::Value> row);
  /// One side has no more rows: what the other still has to give differs, and need not wait.
  void end_ours() { end(true); }
  void end_theirs() { end(false); }

  std::uint64_t rows_ours() const { return count_ours_; }
  std::uint64_t rows_theirs() const { return count_theirs_; }
  bool same_in_order() const { return waiting_.empty() && !diverged_ && count_ours_ == count_theirs_; }
  bool same_in_any_order() const;

  /// Position (from 0) of the first row that differs, with both rows as text; empty text where a side has no such row.
  struct Difference {
    std::uint64_t position = 0;
    std::string ours;
    std::string theirs;
  };
  /// Requires: both sides have ended.
  const std::optional<Difference>& first_difference() const { return difference_; }

 private:
  bool is_ignored(std::size_t column) const { return column < ignored_.size() && ignored_[column]; }
  bool same(const storage::Row& a, std::span<const storage::Value> b) const;
  void add(std::span<const storage::Value> row, bool is_ours);
  void end(bool is_ours);
  void diverge();

  std::vector<bool> ignored_;
  std::vector<storage::Row> waiting_;  ///< rows of the side that is ahead; few when the sides alternate
  std::size_t waiting_next_ = 0;
  bool ours_is_ahead_ = false;
  bool ours_ended_ = false;
  bool theirs_ended_ = false;
  bool diverged_ = false;
  std::optional<Difference> difference_;
  std::uint64_t count_ours_ = 0;
  std::uint64_t count_theirs_ = 0;
  RowDigest digest_ours_;
  RowDigest digest_theirs_;
};

/// Whether an error says nothing about the SQL: the file, the machine or the user refused (locked, full, interrupted).
bool is_environmental(ErrorCode code);

/// What became of one statement on both engines.
struct Agreement {
  /// Why nothing was compared; empty when something was.
  std::string not_compared;

  bool plan_compared = false;
  bool plan_agrees = true;
  std::vector<planner::PlanLine> plan_ours;
  std::vector<planner::PlanLine> plan_sqlite;

  bool rows_compared = false;
  bool rows_agree = true;
  bool order_compared = false;  ///< the plans were the same, so the order counted
  std::uint64_t rows_ours = 0;
  std::uint64_t rows_sqlite = 0;
  std::optional<RowComparison::Difference> first_row_difference;

  bool error_compared = false;
  bool error_agrees = true;       ///< both succeeded, or both failed with the same text
  bool failure_agrees = true;     ///< both succeeded or both failed, whatever they said
  std::optional<Error> error_ours;
  std::optional<Error> error_sqlite;

  bool changes_compared = false;
  bool changes_agree = true;
  std::int64_t changes_ours = 0;
  std::int64_t changes_sqlite = 0;
  std::int64_t last_rowid_ours = 0;
  std::int64_t last_rowid_sqlite = 0;

  /// Full-scan steps, sorts and rows of automatic indexes of a SELECT or a change. A difference is one of counting: it
  /// is no part of agrees().
  bool counters_compared = false;
  bool counters_agree = true;
  TwinCounters our_counters;               ///< without vm_steps
  TwinCounters sqlite_counters;            ///< of SQLite's run
  std::int64_t nanoseconds_ours = 0;       ///< running, without preparing
  std::int64_t nanoseconds_sqlite = 0;

  /// Fills in the error fields; or not_compared, if either is an error of the machine or the file.
  void compare_errors(const std::optional<Error>& ours, const std::optional<Error>& sqlite);
  void compare_counters(const engine::Work& ours);
  bool agrees() const { return plan_agrees && rows_agree && error_agrees && changes_agree; }
  /// `full-scan steps 3 here, 4 in SQLite; ...`; empty when they are the same.
  std::string counters_to_text() const;
  /// What differs, a few lines of text for a reader; empty when nothing does.
  std::string to_text() const;
};

/// `QUERY PLAN` tree below `indent`, as the sqlite3 shell draws it, without its first line.
std::string plan_to_text(const std::vector<planner::PlanLine>& lines, std::string_view indent = "  ");

}  // namespace leftmost::oracle
