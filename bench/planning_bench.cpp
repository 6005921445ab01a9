// planning_bench - how many statements a second are prepared (parsed, bound, planned), next to
// sqlite3_prepare_v2().
//
// Both engines hold the same empty schema with the same hand-written statistics, so that both have the same
// choice to make and nothing to run. They take turns, statement by statement, and what counts is the median
// over the rounds of the ratio within a round (measure.h says why).
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
  const char* name;
  std::string sql;
};

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
      {"query A: last_name = ?", "SELECT age FROM users WHERE last_name = 'Smith'"},
      {"query B: first_name = ?", "SELECT age FROM users WHERE first_name = 'John'"},
      {"both columns, ORDER BY",
       "SELECT age FROM users WHERE last_name = 'Smith' AND first_name > 'J' ORDER BY first_name DESC LIMIT "
       "10"},
      {"rowid", "SELECT age FROM users WHERE id = ?1"},
      {"IN and OR", "SELECT count(*) FROM users WHERE last_name IN ('a','b','c') OR id BETWEEN 10 AND 20"},
      {"GROUP BY, HAVING",
       "SELECT last_name, count(*) FROM users GROUP BY last_name HAVING count(*) > 5 ORDER BY 2"},
      {"subqueries",
       "SELECT * FROM t1 WHERE a IN (SELECT next FROM t2 WHERE b = 'x') AND EXISTS (SELECT 1 FROM t3 WHERE "
       "t3.a = t1.next)"},
      {"3-way join", chain(3)},
      {"8-way join", chain(8)},
      {"INSERT", "INSERT INTO users VALUES (?, ?, ?, ?, ?)"},
      {"UPDATE", "UPDATE users SET age = age + 1 WHERE last_name = ?1 AND first_name = ?2"},
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

int run(int rounds, int times, const std::string& only) {
  auto ours = engine::Database::in_memory();
  ours->set_plan_record(planner::PlanRecord::kDecisions);  // as statements of the shell that are just run
  sqlite3* theirs = nullptr;
  if (sqlite3_open(":memory:", &theirs) != SQLITE_OK) fail("cannot open a SQLite database");
  const std::string definitions = schema();
  if (auto done = ours->execute(definitions); !done) fail(done.error().message);
  if (sqlite3_exec(theirs, definitions.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(sqlite3_errmsg(theirs));

  fmt::print(
      "prepared statements a second, one core, SQLite {}; ratio: leftmost / SQLite, median of {} rounds\n\n",
      sqlite3_libversion(), rounds);
  fmt::print("{:<26}{:>12}{:>12}{:>8}\n", "statement", "leftmost", "SQLite", "ratio");
  for (const Question& question : questions()) {
    if (std::string_view(question.name).find(only) == std::string_view::npos) continue;
    const auto prepare_ours = [&] {
      if (auto statement = ours->prepare(question.sql); !statement) fail(statement.error().message);
    };
    const auto prepare_theirs = [&] {
      sqlite3_stmt* statement = nullptr;
      if (sqlite3_prepare_v2(theirs, question.sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        fail(sqlite3_errmsg(theirs));
      sqlite3_finalize(statement);
    };
    std::vector<double> our_speeds, their_speeds, ratios;
    for (int round = 0; round < rounds; ++round) {
      our_speeds.push_back(per_second(times, prepare_ours));
      their_speeds.push_back(per_second(times, prepare_theirs));
      ratios.push_back(our_speeds.back() / their_speeds.back());
    }
    fmt::print("{:<26}{:>12.0f}{:>12.0f}{:>8.2f}\n", question.name, median(our_speeds), median(their_speeds),
               median(ratios));
  }
  sqlite3_close(theirs);
  return 0;
}

}  // namespace
}  // namespace leftmost::bench

int main(int argc, char** argv) {
  CLI::App app{"How many statements a second are prepared, next to SQLite"};
  int rounds = 9;
  int times = 2000;
  app.add_option("--rounds", rounds, "rounds to take the median of")->check(CLI::Range(1, 1000));
  app.add_option("--times", times, "times that a statement is prepared in a round")
      ->check(CLI::Range(1, 10'000'000));
  std::string only;
  app.add_option("--only", only, "only statements with this in their name");
  CLI11_PARSE(app, argc, argv);
  return leftmost::bench::run(rounds, times, only);
}
