#include "oracle/twin.h"

#include "oracle/agreement.h"
#include "oracle/fixed_time.h"
#include "tests/catch.h"
#include "tests/oracle/plan_lines.h"
#include "tests/oracle/scripted_environment.h"
#include "tests/oracle/temporary_folder.h"

using namespace leftmost;
using namespace leftmost::oracle;
using storage::Value;

namespace {

Twin in_memory() {
  auto twin = Twin::open({});
  REQUIRE(twin);
  return std::move(*twin);
}

std::string one_value(Twin& twin, std::string_view sql) {
  auto result = twin.run(sql);
  if (!result) return "error: " + result.error().message;
  if (result->rows.empty()) return "no row";
  return storage::to_sql_literal(result->rows.front().front().view());
}

}  // namespace

TEST_CASE("the twin answers values with their storage classes", "[oracle][twin]") {
  Twin twin = in_memory();
  auto result = twin.run("SELECT 1 AS a, 2.5, 'x' || char(0) || 'y', x'00ff', NULL, x''");
  REQUIRE(result);
  CHECK(result->columns[0] == "a");
  REQUIRE(result->rows.size() == 1);
  const storage::Row& row = result->rows[0];
  CHECK(row[0].view().as_integer() == 1);
  CHECK(row[1].view().as_real() == 2.5);
  CHECK(row[2].view().as_bytes() == std::string_view("x\0y", 3));
  CHECK(row[3].view().as_bytes() == std::string_view("\x00\xff", 2));
  CHECK(row[4].view().is_null());
  CHECK(row[5].view().is_blob());
}

TEST_CASE("values survive binding", "[oracle][twin]") {
  Twin twin = in_memory();
  auto statement = twin.prepare("SELECT ?1");
  REQUIRE(statement);
  for (const Value value : {Value::null(), Value::integer(INT64_MIN), Value::real(-1.5), Value::text(""),
                            Value::text(std::string_view("a\0b", 3)), Value::blob(""), Value::blob("\xff")}) {
    statement->bind(1, value);
    auto stepped = statement->step();
    REQUIRE(stepped);
    REQUIRE(*stepped);
    CHECK(storage::identical(statement->value(0), value));
    statement->reset();
  }
}

TEST_CASE("errors are SQLite's, with code and place", "[oracle][twin]") {
  Twin twin = in_memory();
  REQUIRE(twin.execute("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1)"));
  const auto unknown = twin.run("SELECT b FROM t");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::kError);
  CHECK(unknown.error().message == "no such column: b");
  CHECK(unknown.error().sql_offset == std::size_t{7});
  const auto duplicate = twin.execute("SELECT 1; INSERT INTO t VALUES (1)");
  REQUIRE_FALSE(duplicate);
  CHECK(duplicate.error().code == ErrorCode::kConstraint);
  CHECK(duplicate.error().message == "UNIQUE constraint failed: t.a");
  const auto plan = twin.plan("SELECT nope FROM t");
  REQUIRE_FALSE(plan);
  CHECK(plan.error().sql_offset == std::size_t{7});
}

TEST_CASE("plans are numbered from one, parents included", "[oracle][twin]") {
  Twin twin = in_memory();
  REQUIRE(twin.execute("CREATE TABLE t(a, b); CREATE INDEX t_a ON t(a)"));
  const auto plan = twin.plan("SELECT b FROM t WHERE a = 1 UNION ALL SELECT b FROM t ORDER BY 1");
  REQUIRE(plan);
  CHECK(same_plan(*plan, plan_lines("MERGE (UNION ALL)\n  LEFT\n    SEARCH t USING INDEX t_a (a=?)\n"
                                    "    USE TEMP B-TREE FOR ORDER BY\n  RIGHT\n    SCAN t\n"
                                    "    USE TEMP B-TREE FOR ORDER BY")));
  for (std::size_t i = 0; i < plan->size(); ++i) CHECK((*plan)[i].id == static_cast<int>(i) + 1);
  CHECK(twin.plan("CREATE TABLE u(x)")->empty());
}

TEST_CASE("a bound pattern decides the plan", "[oracle][twin]") {
  Twin twin = in_memory();
  REQUIRE(twin.execute("CREATE TABLE t(a TEXT COLLATE NOCASE); CREATE INDEX t_a ON t(a)"));
  const auto detail = [&](Value pattern) {
    auto plan = twin.plan("SELECT * FROM t WHERE a LIKE ?1", {storage::OwnedValue(pattern)});
    return plan && !plan->empty() ? plan->front().detail : std::string();
  };
  CHECK(detail(Value::text("ab%")) == "SEARCH t USING COVERING INDEX t_a (a>? AND a<?)");
  CHECK(detail(Value::text("%ab")) == "SCAN t");
}

TEST_CASE("counters tell what SQLite did", "[oracle][twin]") {
  Twin twin = in_memory();
  REQUIRE(twin.execute("CREATE TABLE t(a); INSERT INTO t VALUES (3), (1), (2)"));
  CHECK(twin.changes() == 3);
  CHECK(twin.last_insert_rowid() == 3);
  const auto sorted = twin.run("SELECT a FROM t ORDER BY a");
  REQUIRE(sorted);
  CHECK(sorted->counters.fullscan_steps == 2);
  CHECK(sorted->counters.sorts == 1);
  CHECK(sorted->counters.vm_steps > 0);
}

TEST_CASE("a copy is private", "[oracle][twin]") {
  Twin twin = in_memory();
  REQUIRE(twin.execute("CREATE TABLE t(a, b); CREATE INDEX t_a ON t(a); CREATE INDEX t_ab ON t(a, b);"
                       "CREATE VIEW v AS SELECT a FROM t;"
                       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                       " INSERT INTO t SELECT i / 10, i FROM n; ANALYZE"));
  SECTION("whole") {
    auto copy = twin.copy(CopyContent::kEverything);
    REQUIRE(copy);
    CHECK(one_value(*copy, "SELECT count(*) FROM t") == "100");
    REQUIRE(copy->execute("DROP TABLE t"));
    CHECK(one_value(twin, "SELECT count(*) FROM t") == "100");
  }
  SECTION("definitions and statistics: the same plans without the rows") {
    auto copy = twin.copy(CopyContent::kSchemaAndStatistics);
    REQUIRE(copy);
    CHECK(one_value(*copy, "SELECT count(*) FROM t") == "0");
    CHECK(one_value(*copy, "SELECT count(*) FROM v") == "0");
    for (const char* sql : {"SELECT * FROM t WHERE a = 1", "SELECT a FROM t", "SELECT * FROM t WHERE b = 5",
                            "SELECT a FROM v WHERE a > 3"}) {
      CAPTURE(sql);
      CHECK(same_plan(*twin.plan(sql), *copy->plan(sql)));
    }
    CHECK(one_value(*copy, "SELECT group_concat(stat) FROM sqlite_stat1") ==
          one_value(twin, "SELECT group_concat(stat) FROM sqlite_stat1"));
  }
}

TEST_CASE("random values are replayed", "[oracle][twin][replay]") {
  auto source = std::make_shared<ScriptedEnvironment>();
  auto replay = std::make_shared<Replay>(source);
  Twin::Options options;
  options.replay = replay;
  auto twin = Twin::open(options);
  REQUIRE(twin);

  replay->begin_statement();
  std::uint8_t first[8];
  std::uint8_t second[3];
  replay->random_bytes(first);
  replay->random_bytes(second);
  CHECK(replay->draws_waiting() == 2);
  auto row = twin->run("SELECT random(), randomblob(3)");
  REQUIRE(row);
  CHECK(row->rows[0][0].view().as_integer() == 0x0807060504030201);
  CHECK(row->rows[0][1].view().as_bytes() == "\x09\x0a\x0b");
  CHECK(replay->draws_waiting() == 0);

  SECTION("negative numbers are made as SQLite makes them") {
    source->last_byte = 0xf0;
    replay->random_bytes(first);
    CHECK(one_value(*twin, "SELECT random()") == std::to_string(-(std::int64_t{0x78f7f6f5f4f3f2f1})));
  }
  SECTION("what we did not draw is drawn afresh") {
    CHECK(one_value(*twin, "SELECT randomblob(1)") == "x'0c'");
    CHECK(one_value(*twin, "SELECT length(randomblob(-5))") == "1");
  }
  SECTION("a new statement forgets") {
    replay->random_bytes(second);
    replay->begin_statement();
    CHECK(replay->draws_waiting() == 0);
  }
  SECTION("also as a column's default") {
    REQUIRE(twin->execute("CREATE TABLE t(a, b DEFAULT (random()))"));
    CHECK(twin->execute("INSERT INTO t(a) VALUES (1)"));
  }
}

TEST_CASE("now stands still where it is told to", "[oracle][twin]") {
  Twin twin = in_memory();
  {
    const FixedTime outer(212'000'000'000'000);
    CHECK(one_value(twin, "SELECT julianday('now') * 86400000.0 = 212000000000000") == "1");
    CHECK(one_value(twin, "SELECT CURRENT_DATE = date(212000000000000 / 86400000.0)") == "1");
    const FixedTime inner(86'400'000);
    CHECK(one_value(twin, "SELECT julianday('now')") == "1.0");
  }
  CHECK(one_value(twin, "SELECT julianday('now') > julianday('2020-01-01')") == "1");
}

TEST_CASE("opening says what is wrong with a file", "[oracle][twin]") {
  const TemporaryFolder folder;
  Twin::Options options;
  options.mode = OpenMode::kReadOnly;
  SECTION("missing") {
    options.path = folder.file("none.db");
    auto twin = Twin::open(options);
    REQUIRE_FALSE(twin);
    CHECK(twin.error().code == ErrorCode::kCantOpen);
    CHECK(twin.error().message == "unable to open database \"" + options.path + "\": unable to open database file");
    CHECK(twin.error().hint == "there is no such file or folder");
  }
  SECTION("a folder") {
    options.path = folder.file("");
    auto twin = Twin::open(options);
    REQUIRE_FALSE(twin);
    CHECK(twin.error().code == ErrorCode::kCantOpen);
  }
  SECTION("no database") {
    options.path = folder.file("text.db", std::string(5000, 'x'));
    auto twin = Twin::open(options);
    REQUIRE_FALSE(twin);
    CHECK(twin.error().code == ErrorCode::kNotADatabase);
    CHECK(twin.error().message == "file is not a database");
  }
  SECTION("an empty file is an empty database") {
    options.path = folder.file("empty.db", "");
    CHECK(Twin::open(options));
  }
}

TEST_CASE("an interrupt stops SQLite", "[oracle][twin]") {
  Twin twin = in_memory();
  std::atomic<bool> flag{true};
  twin.set_interrupt(&flag);
  const auto endless =
      twin.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n");
  REQUIRE_FALSE(endless);
  CHECK(endless.error().code == ErrorCode::kInterrupt);
  flag = false;
  CHECK(one_value(twin, "SELECT 1") == "1");
}

TEST_CASE("data_version tells of writes elsewhere only", "[oracle][twin]") {
  const TemporaryFolder folder;
  Twin::Options options;
  options.path = folder.file("a.db");
  auto here = Twin::open(options);
  auto there = Twin::open(options);
  REQUIRE(here);
  REQUIRE(there);
  REQUIRE(here->execute("CREATE TABLE t(a)"));
  const auto before = here->data_version();
  REQUIRE(before);
  REQUIRE(here->execute("INSERT INTO t VALUES (1)"));
  CHECK(*here->data_version() == *before);
  REQUIRE(there->execute("INSERT INTO t VALUES (2)"));
  CHECK(*here->data_version() != *before);
}
