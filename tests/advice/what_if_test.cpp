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
