#include "advice/planning_copy.h"

#include <fmt/format.h>

#include "advice/runs.h"
#include "advice/workload.h"
#include "storage/catalog.h"
#include "storage/log_est.h"

namespace leftmost::advice {
namespace {

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

/// `CREATE TABLE sqlite_sequence(name,seq)`: SQLite prints it and makes it by itself.
bool is_table_of_sqlite(std::string_view normal) {
  constexpr std::string_view kCreate = "CREATE TABLE ";
  if (!starts_with(normal, kCreate)) return false;
  normal.remove_prefix(kCreate.size());
  if (!normal.empty() && (normal.front() == '"' || normal.front() == '\'')) normal.remove_prefix(1);
  return starts_with(normal, "sqlite_");
}

Expected<void> run_script(oracle::Twin& twin, std::string_view script) {
  Workload statements;
  if (auto added = statements.add_file("", std::string(script)); !added) {
    // Its name is the caller's business.
    added.error().message.erase(0, added.error().message.find_first_not_of(": "));
    return added;
  }
  for (const WorkloadStatement& statement : statements.statements()) {
    const bool is_own = is_table_of_sqlite(statement.normal);
    if (is_own && statement.normal.find("sqlite_stat1") == std::string::npos) continue;
    // The statement that makes sqlite_stat1.
    const auto done = twin.execute(is_own ? "ANALYZE sqlite_schema" : statements.sql(statement));
    if (done) continue;
    Error error = done.error();
    error.sql_offset = statement.range.begin + (is_own ? 0 : error.sql_offset.value_or(0));
    return Unexpected(std::move(error));
  }
  if (!twin.is_autocommit()) {
    if (auto ended = twin.execute("COMMIT"); !ended) return ended;
  }
  const auto statistics = twin.run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'");
  if (statistics && !statistics->rows.empty()) return twin.execute("ANALYZE sqlite_schema");
  return {};
}

}  // namespace

Expected<PlanningCopy> PlanningCopy::of_file(const std::string& path) {
  oracle::Session::Options options;
  options.path = path;
  options.mode = oracle::OpenMode::kReadOnly;
  options.plans_only = true;
  options.busy_timeout_milliseconds = oracle::kLockWaitMilliseconds;
  auto session = oracle::Session::open(options);
  if (!session) return Unexpected(session.error());
  PlanningCopy copy(std::move(*session));
  oracle::Twin::Options file;
  file.path = path;
  file.mode = oracle::OpenMode::kReadOnly;
  file.busy_timeout_milliseconds = oracle::kLockWaitMilliseconds;
  auto twin = oracle::Twin::open(file);
  if (!twin) return Unexpected(twin.error());
  copy.file_ = std::move(*twin);
  return copy;
}

Expected<PlanningCopy> PlanningCopy::of_script(std::string_view script) {
  auto session = oracle::Session::open({});
  if (!session) return Unexpected(session.error());
  if (auto done = run_script(*(*session)->twin(), script); !done) return Unexpected(done.error());
  // What a script sets for its own connection is not in the database that it makes.
  if (auto reset = (*session)->twin()->execute("PRAGMA foreign_keys = off; PRAGMA recursive_triggers = off;"
                                               "PRAGMA case_sensitive_like = off; PRAGMA automatic_index = on;"
                                               "PRAGMA reverse_unordered_selects = off");
      !reset)
    return Unexpected(reset.error());
  if (auto loaded = (*session)->reload(); !loaded) return Unexpected(loaded.error());
  return PlanningCopy(std::move(*session));
}

std::optional<std::uint64_t> PlanningCopy::count_entries(const std::string& from,
                                                         const std::string& condition, std::uint64_t limit) {
  oracle::Twin& twin = file_ ? *file_ : *session_->twin();
  const auto any = twin.run(fmt::format("SELECT 1 FROM {} LIMIT 1", from.substr(0, from.find(" AS "))));
  if (!any || any->rows.empty()) return std::nullopt;
  const auto counted = twin.run(
      fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {})", from, condition, limit));
  if (!counted || counted->rows.empty()) return std::nullopt;
  return static_cast<std::uint64_t>(counted->rows.front().front().view().as_integer());
}

std::optional<std::uint64_t> PlanningCopy::rows_of(const std::string& table, std::uint64_t limit) {
  const auto known = rows_.find(table);
  if (known != rows_.end()) return known->second;
  oracle::Twin& twin = file_ ? *file_ : *session_->twin();
  std::optional<std::uint64_t> rows;
  const auto counted =
      twin.run(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {})", sql_name(table), limit));
  if (counted && !counted->rows.empty()) {
    rows = static_cast<std::uint64_t>(counted->rows.front().front().view().as_integer());
  }
  if (!file_ && rows.value_or(0) == 0) {
    // A script of definitions alone: what its sqlite_stat1 says, or nothing.
    rows.reset();
    if (const auto definition = session_->database().catalog().find_table(table)) {
      const auto statistics = twin.run(
          fmt::format("SELECT CAST(max(CAST(stat AS INTEGER)) AS INTEGER) FROM sqlite_stat1 WHERE tbl = '{}'",
                      definition->name));
      if (statistics && statistics->rows.front().front().view().is_integer()) {
        rows = static_cast<std::uint64_t>(statistics->rows.front().front().view().as_integer());
      }
    }
  }
  rows_.emplace(table, rows);
  return rows;
}

}  // namespace leftmost::advice
