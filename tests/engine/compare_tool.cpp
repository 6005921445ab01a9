#include "tests/engine/compare_tool.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include "engine/database.h"

namespace leftmost::engine::test {
namespace {

struct Answer {
  std::vector<std::string> rows;
  std::string error;
};

std::string joined(const Answer& answer) {
  std::string text;
  for (const std::string& row : answer.rows) text += "    " + row + '\n';
  if (!answer.error.empty()) text += "    error: " + answer.error + '\n';
  return text;
}

std::string literal(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return storage::to_sql_literal(storage::Value::integer(sqlite3_value_int64(value)));
    case SQLITE_FLOAT:
      return storage::to_sql_literal(storage::Value::real(sqlite3_value_double(value)));
    case SQLITE_TEXT:
      return storage::to_sql_literal(
          storage::Value::text({reinterpret_cast<const char*>(sqlite3_value_text(value)),
                                static_cast<std::size_t>(sqlite3_value_bytes(value))}));
    case SQLITE_BLOB:
      return storage::to_sql_literal(storage::Value::blob({static_cast<const char*>(sqlite3_value_blob(value)),
                                                           static_cast<std::size_t>(sqlite3_value_bytes(value))}));
    default:
      return "NULL";
  }
}

Answer run_theirs(sqlite3* db, std::string_view sql, bool plan) {
  Answer answer;
  const std::string text = (plan ? "EXPLAIN QUERY PLAN " : "") + std::string(sql);
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(db, text.c_str(), -1, &statement, nullptr);
  if (code == SQLITE_OK && statement != nullptr) {
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      std::string row;
      for (int i = plan ? 3 : 0; i < sqlite3_column_count(statement); ++i) {
        row += (row.empty() ? "" : "|") + literal(sqlite3_column_value(statement, i));
      }
      answer.rows.push_back(std::move(row));
    }
  }
  if (code != SQLITE_OK && code != SQLITE_DONE) answer.error = sqlite3_errmsg(db);
  sqlite3_finalize(statement);
  return answer;
}

Answer run_ours(Statement& statement) {
  Answer answer;
  for (;;) {
    auto step = statement.step();
    if (!step) {
      answer.error = step.error().message;
      return answer;
    }
    if (*step == StepResult::kDone) return answer;
    std::string row;
    for (int i = 0; i < statement.column_count(); ++i) {
      row += (row.empty() ? "" : "|") + storage::to_sql_literal(statement.value(i));
    }
    answer.rows.push_back(std::move(row));
  }
}

class Pair {
 public:
  Pair() : ours_(Database::in_memory()) { sqlite3_open(":memory:", &theirs_); }
  ~Pair() { sqlite3_close(theirs_); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void run(std::string_view sql, ComparisonResult& result) {
    ++result.statements;
    Answer ours;
    auto prepared = ours_->prepare_next(sql);
    if (!prepared) {
      if (prepared.error().code == ErrorCode::kNotSupported) {
        ++result.not_supported;
        return;
      }
      ours.error = prepared.error().message;
    }
    if (prepared && !prepared->statement) return;
    if (prepared) {
      const StatementKind kind = prepared->statement->kind();
      const bool has_plan = kind == StatementKind::kSelect || kind == StatementKind::kInsert ||
                            kind == StatementKind::kUpdate || kind == StatementKind::kDelete;
      if (has_plan) compare_plans(sql, *prepared->statement, result);
      ours = run_ours(*prepared->statement);
    }
    const Answer theirs = run_theirs(theirs_, sql, false);
    if (prepared && prepared->statement->kind() == StatementKind::kExplainQueryPlan) return;
    if (ours.rows != theirs.rows || ours.error != theirs.error) {
      result.differences.push_back(fmt::format("{}\n  ours:\n{}  SQLite:\n{}", sql, joined(ours), joined(theirs)));
    }
    const bool same_counts = ours_->changes() == sqlite3_changes64(theirs_) &&
                             ours_->total_changes() == sqlite3_total_changes64(theirs_) &&
                             ours_->last_insert_rowid() == sqlite3_last_insert_rowid(theirs_) &&
                             ours_->is_autocommit() == (sqlite3_get_autocommit(theirs_) != 0);
    if (!same_counts) {
      result.differences.push_back(fmt::format(
          "{}\n  changes, total_changes, last_insert_rowid, autocommit: ours {} {} {} {}, SQLite {} {} {} {}\n", sql,
          ours_->changes(), ours_->total_changes(), ours_->last_insert_rowid(), ours_->is_autocommit(),
          sqlite3_changes64(theirs_), sqlite3_total_changes64(theirs_), sqlite3_last_insert_rowid(theirs_),
          sqlite3_get_autocommit(theirs_) != 0));
    }
  }

 private:
  void compare_plans(std::string_view sql, const Statement& statement, ComparisonResult& result) {
    const Answer theirs = run_theirs(theirs_, sql, true);
    if (!theirs.error.empty()) return;
    ++result.plans_compared;
    std::vector<std::string> ours;
    for (const planner::PlanLine& line : statement.plan_lines()) {
      ours.push_back(storage::to_sql_literal(storage::Value::text(line.detail)));
    }
    if (ours != theirs.rows) {
      result.plan_differences.push_back(fmt::format("{}\n  plan of ours:\n{}  plan of SQLite:\n{}", sql,
                                               joined({ours, {}}), joined(theirs)));
    }
  }

  std::unique_ptr<Database> ours_;
  sqlite3* theirs_ = nullptr;
};

}  // namespace

ComparisonResult compare_script(std::string_view script) {
  ComparisonResult result;
  Pair pair;
  while (!script.empty()) {
    // SQLite says where a statement ends; only the text is cut here.
    std::size_t end = 0;
    do {
      end = script.find(';', end);
      end = end == std::string_view::npos ? script.size() : end + 1;
    } while (end < script.size() && sqlite3_complete(std::string(script.substr(0, end)).c_str()) == 0);
    std::string_view sql = script.substr(0, end);
    while (!sql.empty() && (sql.front() == '\n' || sql.front() == ' ')) sql.remove_prefix(1);
    if (!sql.empty()) pair.run(sql, result);
    script.remove_prefix(end);
  }
  return result;
}

}  // namespace leftmost::engine::test
