// advice/what_if.h - how a statement would be planned if the database were otherwise: another index, one
// index less, more rows, other statistics. Nothing is written: the definitions and sqlite_stat1 are copied,
// the copy is changed, and both engines plan on it.
//
//   auto supposed = WhatIf::start(session);
//   supposed->create("CREATE INDEX t_a ON t(a)");
//   supposed->set_rows("t", 1000000);
//   auto planned = supposed->plan("SELECT ...", bindings);      // before and after, agreed with SQLite
//
// set_rows() writes what ANALYZE would find if the table had grown evenly: the row count, and in each index
// as many times the entries per value (a unique one keeps one). An index without statistics gets none: the
// planner's guess stays.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oracle/session.h"
#include "storage/error.h"

namespace leftmost::advice {

struct SupposedPlan {
  std::vector<planner::PlanLine> lines;
  bool agrees = false;  ///< SQLite plans the same
};

class WhatIf {
 public:
  /// A copy of the session's definitions and statistics. Errors: those of Twin::copy and of the definitions
  /// (kNotSupported for what our engine cannot hold). Requires: a session with a twin.
  static Expected<WhatIf> start(oracle::Session& session);

  /// CREATE INDEX. Errors: kError for any other statement; those of the statement.
  Expected<void> create(const std::string& sql);
  /// An index is not there. Errors: kError `no such index: x`, or `x belongs to a constraint` - such a one
  /// cannot be taken away.
  Expected<void> drop(const std::string& index);
  /// Errors: kError `no such table: x`, `0 rows have no statistics`.
  Expected<void> set_rows(const std::string& table, std::uint64_t rows);
  /// The row of sqlite_stat1: `20000 100 3` (entries, entries per value of the first column, of the first two
  /// ...). Errors: kError - no such index, or `stat` does not begin with a number for it and each of its
  /// columns.
  Expected<void> set_statistics(const std::string& index, const std::string& stat);

  /// Errors: those of preparing it.
  Expected<SupposedPlan> plan(const std::string& sql, const std::vector<storage::OwnedValue>& bindings = {});
  /// Our engine's alone, for searching; confirm with plan().
  Expected<std::vector<planner::PlanLine>> plan_ours(const std::string& sql,
                                                     const std::vector<storage::OwnedValue>& bindings = {});

  oracle::Session& session() { return *session_; }

 private:
  explicit WhatIf(std::unique_ptr<oracle::Session> session) : session_(std::move(session)) {}
  Expected<void> write_statistics(const std::string& table, const std::string& index,
                                  const std::string& stat);

  std::unique_ptr<oracle::Session> session_;
  /// Of tables whose row count was supposed, what their indexes' statistics said before: it is these that are
  /// scaled.
  std::map<std::string, std::map<std::string, std::string>> unscaled_;
};

/// A supposition as a user writes it.
struct Supposition {
  enum class Kind : std::uint8_t { kCreate, kDrop, kRows, kStatistics };
  Kind kind = Kind::kCreate;
  std::string text;   ///< the CREATE INDEX, or the name of an index or table
  std::string value;  ///< rows, or statistics
  /// `CREATE INDEX ...`, `without people_city`, `people has 1000000 rows`, `people_city has statistics 20000
  /// 100`
  std::string to_text() const;
};

/// `create INDEX...`, `hide NAME`, `drop NAME`, `rows TABLE N`, `stat INDEX N...`, or a CREATE INDEX or DROP
/// INDEX statement. Errors: kError - how it is written.
Expected<Supposition> read_supposition(const std::string& text);
Expected<void> apply(WhatIf& what_if, const Supposition& supposition);

/// From `begin` on the plan is `lines`.
struct PlanRange {
  std::uint64_t begin = 0;
  std::vector<planner::PlanLine> lines;
  bool agrees = false;  ///< SQLite plans the same at `begin` and right before it
};

/// How the plan changes with one number.
struct Flip {
  std::string subject;            ///< `rows of people`, `rows per value of people_born (born)`
  std::uint64_t now = 0;          ///< what the statistics say; 0: there are none
  std::vector<PlanRange> ranges;  ///< from 1 up; one: the plan does not change
};

/// For each table that the plan reads: with how many rows it changes; for each index that has a condition on
/// its first column: with how many rows per value. Searched with our planner (every step of its logarithmic
/// scale, then by halving), confirmed by SQLite's at each change. Errors: those of preparing the statement.
Expected<std::vector<Flip>> find_flips(oracle::Session& session, const std::string& sql,
                                       const std::vector<storage::OwnedValue>& bindings = {});

}  // namespace leftmost::advice
