// advice/planning_copy.h - a database as far as plans go: its definitions and statistics in both engines.
//
// Opening costs the same however large the file is, and nothing that is tried here reaches the file. How many
// rows a table has is asked of the file itself, and only as far as somebody wants to know.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "oracle/session.h"
#include "oracle/twin.h"
#include "storage/error.h"

namespace leftmost::advice {

class PlanningCopy {
 public:
  /// Of a database file, which is only read. Errors: those of Twin::open and of load_database.
  static Expected<PlanningCopy> of_file(const std::string& path);
  /// Of a script: CREATE statements, INSERTs, what .schema and .dump print. SQLite runs it; tables of
  /// SQLite's own
  /// (`sqlite_sequence`) and lines that begin with a dot are left out. Errors: SQLite's, with the offset in
  /// the script.
  static Expected<PlanningCopy> of_script(std::string_view script);

  /// Both engines on the definitions and the statistics.
  oracle::Session& session() { return *session_; }

  /// Rows of a table, counted up to `limit`; as many as the statistics say where nothing can be counted. None
  /// for what nobody knows.
  std::optional<std::uint64_t> rows_of(const std::string& table, std::uint64_t limit);

  /// Rows of `from` (a FROM clause) that meet a condition, counted up to `limit`. None where there are no rows, or
  /// where SQLite refuses.
  std::optional<std::uint64_t> count_entries(const std::string& from, const std::string& condition,
                                             std::uint64_t limit);

 private:
  explicit PlanningCopy(std::unique_ptr<oracle::Session> session) : session_(std::move(session)) {}

  std::unique_ptr<oracle::Session> session_;
  std::optional<oracle::Twin> file_;  ///< none for a script: its rows are in the session
  std::map<std::string, std::optional<std::uint64_t>> rows_;
};

}  // namespace leftmost::advice
