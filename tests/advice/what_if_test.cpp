#include "advice/what_if.h"

#include "advice/explanation.h"
#include "tests/catch.h"

using namespace leftmost;

namespace {

std::unique_ptr<oracle::Session> people() {
  auto session = oracle::Session::open({});
  REQUIRE(session);
  REQUIRE((*session)->execute(
      "CREATE TABLE people(id INTEGER PRIMARY KEY, city TEXT UNIQUE, born INTEGER, name TEXT);"
      "CREATE INDEX people_born ON people(born);"
      "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
      "INSERT INTO people SELECT i, 'C' || i, 1950 + i % 10, 'N' || i FROM n;"));
  return std::move(*session);
}

std::string plan_of(advice::WhatIf& what_if, const std::string& sql) {
  const auto plan = what_if.plan(sql);
  REQUIRE(plan);
  CHECK(plan->agrees);
  return advice::plan_in_one_line(plan->lines);
}

}  // namespace

TEST_CASE("what is supposed shapes the plan and is not there afterwards", "[advice][what-if]") {
  const auto session = people();
  auto what_if = advice::WhatIf::start(*session);
  REQUIRE(what_if);
  CHECK(plan_of(*what_if, "SELECT * FROM people WHERE name = 'x'") == "SCAN people");
  REQUIRE(what_if->create("CREATE INDEX people_name ON people(name)"));
  CHECK(plan_of(*what_if, "SELECT * FROM people WHERE name = 'x'") ==
        "SEARCH people USING INDEX people_name (name=?)");
  REQUIRE(what_if->drop("people_born"));
  CHECK(plan_of(*what_if, "SELECT * FROM people WHERE born = 1950") == "SCAN people");
  CHECK_FALSE(session->database().catalog().find_index("people_name"));
  CHECK(session->database().catalog().find_index("people_born"));

  CHECK(what_if->drop("nothing").error().message == "no such index: nothing");
  CHECK(what_if->drop("sqlite_autoindex_people_1").error().message ==
        "sqlite_autoindex_people_1 belongs to a constraint");
  CHECK(what_if->create("DELETE FROM people").error().message == "only CREATE INDEX can be supposed");
  CHECK_FALSE(what_if->set_statistics("people_name", "100"));
  for (const char* other :
       {"CREATE TABLE t(a)", "DROP TABLE people", "CREATE TRIGGER g DELETE ON people BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1", "", "-- nothing"}) {
    CHECK(what_if->create(other).error().message == "only CREATE INDEX can be supposed");
  }
  CHECK_FALSE(what_if->create("CREATE INDEX one ON people(name); DROP TABLE people"));
  CHECK_FALSE(what_if->create("CREATE INDEX one ON people(nothing)"));
  CHECK(plan_of(*what_if, "SELECT * FROM people WHERE name = 'x'") ==
        "SEARCH people USING INDEX people_name (name=?)");
}

TEST_CASE("suppositions are read as they are written, or refused with how to write them",
          "[advice][what-if]") {
  const auto read = [](const std::string& text) {
    const auto supposition = advice::read_supposition(text);
    return supposition ? supposition->to_text() : "error: " + supposition.error().message;
  };
  CHECK(read("  create index i on t(a) ; ") == "create index i on t(a)");
  CHECK(read("create CREATE UNIQUE INDEX i ON t(a)") == "CREATE UNIQUE INDEX i ON t(a)");
  CHECK(read("hide people_city") == "without people_city");
  CHECK(read("hide \"my \"\"own\"\" index\"") == "without my \"own\" index");
  CHECK(read("DROP INDEX [my index];") == "without my index");
  CHECK(read("rows \"my table\" 5") == "my table has 5 rows");
  CHECK(read("stat people_city 100 5 unordered") == "people_city has the statistics 100 5 unordered");
  const std::string rows = "error: rows TABLE N: how many rows it has, in digits, at most 15 of them";
  for (const char* number :
       {"", " people", " people -5", " people 1e9", " people 9999999999999999", " people 5 6"})
    CHECK(read("rows" + std::string(number)) == rows);
  CHECK(read("hide") == "error: hide INDEX: which index is not there");
  CHECK(read("drop table people") == "error: drop INDEX: which index is not there");
  CHECK(read("create table t(a)") == "error: only CREATE INDEX can be supposed");
  CHECK(read("stat people_city") ==
        "error: stat INDEX N N...: its entries, then the entries per value of its first columns");
  CHECK(read("").substr(0, 22) == "error: suppose one of:");
}

TEST_CASE("an index whose values all have many rows is not searched", "[advice][what-if]") {
  const auto session = people();
  auto what_if = advice::WhatIf::start(*session);
  REQUIRE(what_if);
  const std::string sql = "SELECT * FROM people WHERE born = 1950";
  CHECK(plan_of(*what_if, sql) == "SEARCH people USING INDEX people_born (born=?)");
  REQUIRE(what_if->set_statistics("people_born", "100000 100000"));
  CHECK(plan_of(*what_if, sql) == "SCAN people");
  REQUIRE(what_if->set_statistics("people_born", "100000 10"));
  CHECK(plan_of(*what_if, sql) == "SEARCH people USING INDEX people_born (born=?)");
}

TEST_CASE("the place where a plan changes is exact, and SQLite changes there too", "[advice][what-if]") {
  const auto session = people();
  const std::string sql = "SELECT * FROM people WHERE born = 1950";
  const auto flips = advice::find_flips(*session, sql);
  REQUIRE(flips);
  REQUIRE(flips->size() == 2);
  CHECK((*flips)[0].subject == "rows of people");
  const advice::Flip& flip = (*flips)[1];
  REQUIRE(flip.ranges.size() == 2);
  CHECK(advice::plan_in_one_line(flip.ranges[0].lines) == "SEARCH people USING INDEX people_born (born=?)");
  CHECK(advice::plan_in_one_line(flip.ranges[1].lines) == "SCAN people");
  for (const advice::PlanRange& range : flip.ranges) CHECK(range.agrees);

  auto what_if = advice::WhatIf::start(*session);
  REQUIRE(what_if);
  const auto at = [&](std::uint64_t per_value) {
    REQUIRE(what_if->set_statistics("people_born", "1048576 " + std::to_string(per_value)));
    return plan_of(*what_if, sql);
  };
  CHECK(at(flip.ranges[1].begin - 1) == "SEARCH people USING INDEX people_born (born=?)");
  CHECK(at(flip.ranges[1].begin) == "SCAN people");
}

TEST_CASE("a flip in the number of rows is the one that ANALYZE brings about", "[advice][what-if]") {
  // The rows are made, counted by ANALYZE, and SQLite is asked: right before the flip and right at it.
  const std::string sql = "SELECT count(*) FROM few f JOIN many m ON m.a = f.a WHERE m.b > 10 ORDER BY m.b";
  const auto make = [&](std::uint64_t rows) {
    auto session = oracle::Session::open({});
    REQUIRE(session);
    REQUIRE(
        (*session)->execute("CREATE TABLE few(a INTEGER, x INTEGER); CREATE TABLE many(a INTEGER, b INTEGER);"
                            "CREATE INDEX many_a ON many(a); CREATE INDEX few_a ON few(a);"
                            "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 499)"
                            "INSERT INTO many SELECT i, i FROM n;"
                            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < " +
                            std::to_string(rows) +
                            ")"
                            "INSERT INTO few SELECT i, i FROM n; ANALYZE;"));
    return std::move(*session);
  };
  const auto session = make(100);
  const auto flips = advice::find_flips(*session, sql);
  REQUIRE(flips);
  std::size_t checked = 0;
  for (const advice::Flip& flip : *flips) {
    if (flip.subject != "rows of few") continue;
    for (const advice::PlanRange& range : flip.ranges) {
      CHECK(range.agrees);
      if (range.begin == 1 || range.begin > 5000) continue;
      const auto real = [&](std::uint64_t rows) {
        const auto made = make(rows);
        const auto lines = made->twin()->plan(sql, {});
        REQUIRE(lines);
        return advice::plan_in_one_line(*lines);
      };
      CHECK(real(range.begin) == advice::plan_in_one_line(range.lines));
      CHECK(real(range.begin - 1) != advice::plan_in_one_line(range.lines));
      ++checked;
    }
  }
  CHECK(checked > 0);
}
