// planning_bench - what a statement costs before its first row, next to SQLite.
//
//   prepare        parsed, bound and planned, the statement dropped again; no statement is kept for the next
//   of its text prepare again  the same with what users get: statements that are dropped are kept by their
//   text for a while text to rows   prepared, run to its last row and dropped: EXPLAIN QUERY PLAN, and a
//   point query
//
// Both engines hold the same schema and rows and the same hand-written statistics, so that both have the same
// choice to make. They take turns, statement by statement, and what counts is the median over the rounds of
// the ratio within a round (measure.h says why). Programs and cursors are made by the first step(), so only
// the last part counts them; SQLite writes its program while it prepares.
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "bench/processor_time.h"
#include "engine/database.h"

namespace leftmost::bench {
namespace {

struct Question {
  std::string name;
  std::vector<std::string> texts;  ///< asked one after the other
};

/// users has this many rows, 100 of each last name, all names in it different.
constexpr int kUsers = 10'000;

/// users as in users_bench, and a chain of tables t1 … t8, each with an index on what the one before it
/// names.
std::string schema() {
  std::string sql =
      "CREATE TABLE users(id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, age INTEGER, email TEXT);"
      "CREATE INDEX users_name ON users(last_name, first_name);";
  for (int table = 1; table <= 8; ++table) {
    sql += fmt::format(
        "CREATE TABLE t{0}(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, next INTEGER);"
        "CREATE INDEX t{0}_a ON t{0}(a, b); CREATE INDEX t{0}_next ON t{0}(next);",
        table);
  }
  sql += "ANALYZE; INSERT INTO sqlite_stat1 VALUES ('users', 'users_name', '1000000 300 4');";
  for (int table = 1; table <= 8; ++table) {
    sql += fmt::format(
        "INSERT INTO sqlite_stat1 VALUES ('t{0}', 't{0}_a', '{1} {2} 3'), ('t{0}', 't{0}_next', '{1} 7');",
        table, 1000 * table * table, 10 * table);
  }
  sql += fmt::format(
      "INSERT INTO users WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT "
      "{}) "
      "SELECT n, 'last' || (n / 100), 'first' || (n % 100), n % 90, 'user' || n || '@example.org' FROM numbers;",
      kUsers);
  return sql + "ANALYZE sqlite_schema;";
}

/// t1 joined with the next tables along `next`, the last one narrowed by its index.
std::string chain(int tables) {
  std::string from = "t1";
  std::string where = fmt::format("t{}.a = 5", tables);
  for (int table = 2; table <= tables; ++table) {
    from += fmt::format(", t{}", table);
    where += fmt::format(" AND t{}.next = t{}.id", table - 1, table);
  }
  return fmt::format("SELECT t1.b, t{}.b FROM {} WHERE {} ORDER BY t1.id", tables, from, where);
}

std::vector<Question> questions() {
  return {
      {"query A: last_name = ?", {"SELECT age FROM users WHERE last_name = 'Smith'"}},
      {"query B: first_name = ?", {"SELECT age FROM users WHERE first_name = 'John'"}},
      {"both columns, ORDER BY",
       {"SELECT age FROM users WHERE last_name = 'Smith' AND first_name > 'J' ORDER BY first_name DESC LIMIT "
        "10"}},
      {"rowid", {"SELECT age FROM users WHERE id = ?1"}},
      {"IN and OR", {"SELECT count(*) FROM users WHERE last_name IN ('a','b','c') OR id BETWEEN 10 AND 20"}},
      {"GROUP BY, HAVING",
       {"SELECT last_name, count(*) FROM users GROUP BY last_name HAVING count(*) > 5 ORDER BY 2"}},
      {"subqueries",
       {"SELECT * FROM t1 WHERE a IN (SELECT next FROM t2 WHERE b = 'x') AND EXISTS (SELECT 1 FROM t3 WHERE "
        "t3.a = t1.next)"}},
      {"3-way join", {chain(3)}},
      {"8-way join", {chain(8)}},
      {"INSERT", {"INSERT INTO users VALUES (?, ?, ?, ?, ?)"}},
      {"UPDATE", {"UPDATE users SET age = age + 1 WHERE last_name = ?1 AND first_name = ?2"}},
  };
}

/// Texts whose rows are read. A point query of another text each time meets no statement that was kept.
std::vector<Question> row_questions() {
  Question by_name{"point query, names in the text", {}};
  Question by_rowid{"point query, rowid in the text", {}};
  for (int user = 0; user < 1000; ++user) {
    const int n = user * 7919 % kUsers;
    by_name.texts.push_back(fmt::format(
        "SELECT age FROM users WHERE last_name = 'last{}' AND first_name = 'first{}'", n / 100, n % 100));
    by_rowid.texts.push_back(fmt::format("SELECT age FROM users WHERE id = {}", n));
  }
  return {
      {"EXPLAIN QUERY PLAN, query A", {"EXPLAIN QUERY PLAN SELECT age FROM users WHERE last_name = 'Smith'"}},
      {"EXPLAIN QUERY PLAN, 3-way join", {"EXPLAIN QUERY PLAN " + chain(3)}},
      std::move(by_name),
      std::move(by_rowid),
      {"the same point query again",
       {"SELECT age FROM users WHERE last_name = 'last17' AND first_name = 'first23'"}},
  };
}

[[noreturn]] void fail(const std::string& what) {
  fmt::print(stderr, "planning_bench: {}\n", what);
  std::exit(2);
}

/// Prepares `sql` `times` times with `prepare` and returns how many a second that is.
template <typename Prepare>
double per_second(int times, const Prepare& prepare) {
  const double start = processor_seconds();
  for (int i = 0; i < times; ++i) prepare();
  return times / (processor_seconds() - start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class PlanningBench {
 public:
  PlanningBench(int rounds, int times, std::string only)
      : rounds_(rounds), times_(times), only_(std::move(only)) {
    ours_->set_plan_record(planner::PlanRecord::kDecisions);  // as statements of the shell that are just run
    if (sqlite3_open(":memory:", &theirs_) != SQLITE_OK) fail("cannot open a SQLite database");
    const std::string definitions = schema();
    if (auto done = ours_->execute(definitions); !done) fail(done.error().message);
    if (sqlite3_exec(theirs_, definitions.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      fail(sqlite3_errmsg(theirs_));
  }
  ~PlanningBench() { sqlite3_close(theirs_); }
  PlanningBench(const PlanningBench&) = delete;
  PlanningBench& operator=(const PlanningBench&) = delete;

  void run() {
    const std::size_t kept = ours_->limits().statements_kept;
    ours_->limits().statements_kept = 0;
    part("prepare", questions(), false);
    ours_->limits().statements_kept = kept;
    part("prepare again", questions(), false);
    part("text to rows", row_questions(), true);
  }

 private:
  void part(std::string_view title, const std::vector<Question>& asked, bool reads_rows) {
    fmt::print("{:<32}{:>12}{:>12}{:>8}\n", title, "leftmost", "SQLite", "ratio");
    for (const Question& question : asked) {
      if (question.name.find(only_) != std::string::npos) compare(question, reads_rows);
    }
    fmt::print("\n");
  }

  void compare(const Question& question, bool reads_rows) {
    std::vector<double> our_speeds, their_speeds, ratios;
    for (int round = 0; round < rounds_; ++round) {
      std::size_t next = 0;
      const auto text = [&]() -> const std::string& {
        return question.texts[next++ % question.texts.size()];
      };
      our_speeds.push_back(per_second(times_, [&] { ask_ours(text(), reads_rows); }));
      next = 0;
      their_speeds.push_back(per_second(times_, [&] { ask_theirs(text(), reads_rows); }));
      ratios.push_back(our_speeds.back() / their_speeds.back());
    }
    fmt::print("{:<32}{:>12.0f}{:>12.0f}{:>8.2f}\n", question.name, median(our_speeds), median(their_speeds),
               median(ratios));
  }

  void ask_ours(const std::string& sql, bool reads_rows) {
    auto statement = ours_->prepare(sql);
    if (!statement) fail(statement.error().message);
    for (bool more = reads_rows; more;) {
      const auto step = statement->step();
      if (!step) fail(step.error().message);
      more = *step == engine::StepResult::kRow;
    }
  }

  void ask_theirs(const std::string& sql, bool reads_rows) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(theirs_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      fail(sqlite3_errmsg(theirs_));
    while (reads_rows && sqlite3_step(statement) == SQLITE_ROW) {
    }
    if (sqlite3_finalize(statement) != SQLITE_OK) fail(sqlite3_errmsg(theirs_));
  }

  int rounds_, times_;
  std::string only_;
  std::unique_ptr<engine::Database> ours_ = engine::Database::in_memory();
  sqlite3* theirs_ = nullptr;
};

}  // namespace
}  // namespace leftmost::bench

int main(int argc, char** argv) {
  CLI::App app{"What a statement costs before its first row, next to SQLite"};
  int rounds = 9;
  int times = 2000;
  app.add_option("--rounds", rounds, "rounds to take the median of")->check(CLI::Range(1, 1000));
  app.add_option("--times", times, "times that a statement is prepared in a round")
      ->check(CLI::Range(1, 10'000'000));
  std::string only;
  app.add_option("--only", only, "only statements with this in their name");
  CLI11_PARSE(app, argc, argv);
  fmt::print("a second, on one core, SQLite {}; ratio: leftmost / SQLite, median of {} rounds\n\n",
             sqlite3_libversion(), rounds);
  leftmost::bench::PlanningBench(rounds, times, only).run();
  return 0;
}
