// What a statement is that was kept from an earlier prepare() of its text: it does what preparing anew would.
#include <string>
#include <vector>

#include "engine/database.h"
#include "engine/functions/function.h"
#include "tests/catch.h"

namespace leftmost::engine {
namespace {

using storage::Value;

std::unique_ptr<Database> database() {
  auto made = Database::in_memory();
  REQUIRE(
      made->execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX t_b ON t(b);"
                    "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'Xy')"));
  return made;
}

Statement prepared(Database& from, const std::string& sql) {
  auto statement = from.prepare(sql);
  if (!statement) FAIL(statement.error().message);
  return std::move(*statement);
}

/// First column of every row.
std::vector<std::string> rows(Statement& statement) {
  std::vector<std::string> all;
  for (;;) {
    const auto step = statement.step();
    if (!step) FAIL(step.error().message);
    if (*step == StepResult::kDone) return all;
    const Value value = statement.value(0);
    all.push_back(value.is_null()      ? "NULL"
                  : value.is_integer() ? std::to_string(value.as_integer())
                                       : std::string(value.as_bytes()));
  }
}

std::vector<std::string> rows(Database& from, const std::string& sql) {
  Statement statement = prepared(from, sql);
  return rows(statement);
}

std::string plan(Database& from, const std::string& sql) {
  std::string text;
  for (const planner::PlanLine& line : prepared(from, sql).plan_lines()) text += line.detail + '\n';
  return text;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("a statement that is dropped serves the next of its text", "[engine][statement_cache]") {
  auto db = database();
  const std::string sql = "SELECT a FROM t WHERE b = 'x'";
  const std::size_t before = db->statements_kept();
  CHECK(rows(*db, sql) == Rows{"1"});
  CHECK(db->statements_kept() == before + 1);
  {
    const Statement held = prepared(*db, sql);
    CHECK(db->statements_kept() == before);
  }
  CHECK(db->statements_kept() == before + 1);
  REQUIRE(db->execute("INSERT INTO t VALUES (4, 'x')"));
  CHECK(rows(*db, sql) == Rows{"1", "4"});
  SECTION("while one is held, the next is another") {
    Statement one = prepared(*db, sql);
    REQUIRE(one.step());
    Statement two = prepared(*db, sql);
    CHECK(one.plan() != two.plan());
    CHECK(rows(two) == Rows{"1", "4"});
    CHECK(one.value(0).as_integer() == 1);
  }
  SECTION("none is kept where none is wanted") {
    db->limits().statements_kept = 0;
    CHECK(rows(*db, sql) == Rows{"1", "4"});
    CHECK(db->statements_kept() == 0);
  }
  SECTION("as many are kept as the limit says") {
    db->limits().statements_kept = 2;
    for (int i = 0; i < 10; ++i) CHECK(rows(*db, "SELECT " + std::to_string(i)) == Rows{std::to_string(i)});
    CHECK(db->statements_kept() == 2);
    CHECK(rows(*db, sql) == Rows{"1", "4"});
  }
}

TEST_CASE("a kept statement begins like a new one", "[engine][statement_cache]") {
  auto db = database();
  const std::string sql = "SELECT a FROM t WHERE b = ?1";
  {
    Statement statement = prepared(*db, sql);
    REQUIRE(statement.bind(1, Value::text("y")));
    CHECK(rows(statement) == Rows{"2"});
    CHECK(statement.work().rows_returned == 1);
  }
  Statement again = prepared(*db, sql);
  CHECK(again.work().rows_returned == 0);
  CHECK(rows(again).empty());  // its parameter is not bound
}

TEST_CASE("a statement is not kept for a schema, a setting or a function that has changed",
          "[engine][statement_cache]") {
  auto db = database();
  SECTION("an index goes") {
    const std::string sql = "SELECT a FROM t WHERE b = 'x'";
    CHECK(plan(*db, sql) == "SEARCH t USING COVERING INDEX t_b (b=?)\n");
    REQUIRE(db->execute("DROP INDEX t_b"));
    CHECK(plan(*db, sql) == "SCAN t\n");
    CHECK(rows(*db, sql) == Rows{"1"});
  }
  SECTION("a table goes") {
    const std::string sql = "SELECT count(*) FROM t";
    CHECK(rows(*db, sql) == Rows{"3"});
    REQUIRE(db->execute("DROP TABLE t"));
    CHECK_FALSE(db->prepare(sql));
  }
  SECTION("a definition is rolled back") {
    REQUIRE(db->execute("BEGIN; CREATE TABLE u(a); INSERT INTO u VALUES (7)"));
    CHECK(rows(*db, "SELECT a FROM u") == Rows{"7"});
    REQUIRE(db->execute("ROLLBACK"));
    CHECK_FALSE(db->prepare("SELECT a FROM u"));
  }
  SECTION("LIKE minds case") {
    const std::string sql = "SELECT a FROM t WHERE b LIKE 'x%' ORDER BY a";
    CHECK(rows(*db, sql) == Rows{"1", "3"});
    REQUIRE(db->execute("PRAGMA case_sensitive_like = ON"));
    CHECK(rows(*db, sql) == Rows{"1"});
  }
  SECTION("reasons are wanted") {
    const std::string sql = "SELECT a FROM t WHERE b = 'x'";
    db->set_plan_record(planner::PlanRecord::kDecisions);
    CHECK(prepared(*db, sql).plan()->reasons.tables.empty());
    db->set_plan_record(planner::PlanRecord::kReasons);
    CHECK_FALSE(prepared(*db, sql).plan()->reasons.tables.empty());
  }
  SECTION("a function is replaced") {
    const auto answer = [&db](std::int64_t number) {
      db->functions().add_scalar(
          "answer", 0, Determinism::kDeterministic,
          [number](CallContext&, std::span<const Value>) { return Value::integer(number); });
    };
    answer(41);
    CHECK(rows(*db, "SELECT answer()") == Rows{"41"});
    answer(42);
    CHECK(rows(*db, "SELECT answer()") == Rows{"42"});
  }
}

TEST_CASE("a plan made for a value is not kept for other values", "[engine][statement_cache]") {
  auto db = database();
  const std::string sql = "SELECT a FROM t WHERE b LIKE ?1";
  REQUIRE(db->execute("CREATE INDEX t_nocase ON t(b COLLATE NOCASE)"));
  Statement statement = prepared(*db, sql);
  REQUIRE(statement.bind(1, Value::text("x%")));
  CHECK(rows(statement).size() == 2);
  { const Statement dropped = std::move(statement); }
  Statement again = prepared(*db, sql);
  REQUIRE(again.bind(1, Value::text("y%")));
  CHECK(rows(again) == Rows{"2"});
}

TEST_CASE("a statement may be dropped after its database", "[engine][statement_cache]") {
  auto db = database();
  Statement statement = prepared(*db, "SELECT 1");
  CHECK(rows(statement) == Rows{"1"});
  db.reset();
}

TEST_CASE("a failed statement is not kept", "[engine][statement_cache]") {
  auto db = database();
  const std::string sql = "INSERT INTO t VALUES (1, 'again')";
  const std::size_t before = db->statements_kept();
  for (int i = 0; i < 3; ++i) {
    Statement statement = prepared(*db, sql);
    CHECK_FALSE(statement.step());
  }
  CHECK(db->statements_kept() == before);
  REQUIRE(db->execute("DELETE FROM t WHERE a = 1"));
  CHECK(prepared(*db, sql).step());
}

}  // namespace leftmost::engine
