// advice/suggest.h - indexes that would help one statement, each tried before it is said.
//
// For each table that the statement reads, in turn:
//   1. The columns that conditions fix (=, IS, IN) come first, then either the columns of an ORDER BY or
//   GROUP BY that is
//      sorted now, or the column of one range: equality, then sort, then range, because a range or a gap ends
//      the prefix.
//   2. Where that does not help a scan, the same columns and the few others that the statement needs, so that
//   the table
//      need not be read at all.
//   3. The index is made on a private copy of the database in SQLite and in a copy of our data. It is
//   suggested only if
//      both engines then choose it with the same plan, the statement gives the same rows, and it steps onto
//      less than half as much (or sorts less, or needs no look-ups in the table).
// So a suggestion never rests on an estimate of ours alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "oracle/session.h"
#include "storage/error.h"

namespace leftmost::advice {

struct Suggestion {
  std::string kind;  ///< `create-index`
  std::string sql;
  std::string before;  ///< plan lines joined by ` / `
  std::string after;
  std::optional<std::uint64_t> work_before;  ///< rows visited; none if nothing ran
  std::optional<std::uint64_t> work_after;
  std::string proved_on;  ///< `SQLite 3.40.1`
};

/// A statement that was prepared, and run if `work` is set.
struct StatementInQuestion {
  std::string sql;
  const engine::Statement* statement = nullptr;  ///< ours; its plan is read
  std::vector<storage::OwnedValue> bindings;     ///< of parameters 1, 2, ...
  std::optional<engine::Work> work;
};

/// Best first. Empty without a twin. The session's data are as before.
std::vector<Suggestion> suggest_indexes(oracle::Session& session, const StatementInQuestion& question);

}  // namespace leftmost::advice
