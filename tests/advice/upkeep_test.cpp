// What each row that is written costs beside its table.
#include "advice/upkeep.h"

#include <string>

#include "oracle/session.h"
#include "tests/catch.h"

using namespace leftmost;

namespace {

/// `index people_city; unique people_code; ...`
std::string upkeep(const std::string& sql) {
  oracle::Session::Options options;
  options.twin = false;
  const auto session = oracle::Session::open(options);
  REQUIRE(session);
  REQUIRE((*session)->execute(
      "CREATE TABLE town(id INTEGER PRIMARY KEY);"
      "CREATE TABLE people(id INTEGER PRIMARY KEY, code TEXT, town INT REFERENCES town, age INT CHECK (age > "
      "0));"
      "CREATE UNIQUE INDEX people_code ON people(code); CREATE INDEX people_town ON people(town)"));
  std::string text;
  for (const advice::Upkeep& one : advice::upkeep_of((*session)->database(), sql))
    text += (text.empty() ? "" : "; ") + one.kind + " " + one.subject;
  return text;
}

}  // namespace

TEST_CASE("an UPDATE keeps up the indexes that hold what it sets, and all of them when it sets the rowid",
          "[advice][upkeep]") {
  CHECK(upkeep("UPDATE people SET town = 1") == "index people_town; check people; foreign-key town");
  CHECK(upkeep("UPDATE people SET age = 1") == "check people");
  CHECK(upkeep("UPDATE people SET id = 1") ==
        "index people_town; index people_code; unique people_code; check people");
  CHECK(upkeep("UPDATE people SET _rowid_ = 1") == upkeep("UPDATE people SET id = 1"));
}

TEST_CASE("a DELETE takes entries out and is not checked; a SELECT writes nothing", "[advice][upkeep]") {
  CHECK(upkeep("DELETE FROM people") == "index people_town; index people_code");
  CHECK(upkeep("SELECT * FROM people").empty());
}
