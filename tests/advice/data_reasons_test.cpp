// The reasons that need the data or the schema, not the plan alone: skewed values, foreign keys.
#include <algorithm>

#include "advice/explanation.h"
#include "tests/catch.h"

using namespace leftmost;

namespace {

// 400 tasks, one in 40 open; a child table without an index, and one with.
std::unique_ptr<oracle::Session> tasks() {
  auto session = oracle::Session::open({});
  REQUIRE(session);
  REQUIRE((*session)->execute(
      "CREATE TABLE task(id INTEGER PRIMARY KEY, state TEXT, code TEXT UNIQUE, note TEXT);"
      "CREATE TABLE step(id INTEGER PRIMARY KEY, task INTEGER REFERENCES task(id));"
      "CREATE TABLE label(id INTEGER PRIMARY KEY, code TEXT REFERENCES task(code));"
      "CREATE INDEX label_code ON label(code);"
      "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
      "INSERT INTO task SELECT i, CASE WHEN i % 40 = 0 THEN 'open' ELSE 'done' END, 'c' || i, 'n' FROM n;"
      "INSERT INTO step SELECT id, id FROM task;"
      "CREATE INDEX task_state ON task(state);"));
  return std::move(*session);
}

std::vector<advice::StatementReason> reasons_with(oracle::Session& session, std::string_view sql,
                                                  std::string_view code) {
  auto next = advice::explain_next(session, sql, {});
  REQUIRE(next);
  REQUIRE(next->explanation);
  std::vector<advice::StatementReason> found = next->explanation->reasons;
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const advice::StatementReason& reason) { return reason.code != code; }),
              found.end());
  return found;
}

}  // namespace

TEST_CASE("a value that is more common than the average says is told from a rare one", "[advice][skew]") {
  const auto session = tasks();
  const std::string_view code = "stats-average-hides-skew";
  SECTION("without statistics there is no average to be misled by") {
    CHECK(reasons_with(*session, "SELECT note FROM task WHERE state = 'done'", code).empty());
  }
  REQUIRE(session->execute("ANALYZE"));
  SECTION("nearly every row is looked up") {
    const auto found = reasons_with(*session, "SELECT note FROM task WHERE state = 'done'", code);
    REQUIRE(found.size() == 1);
    CHECK(found[0].text.substr(0, 43) == "390 of 400 entries of task_state have state");
    CHECK(found[0].span.begin == 28);
    CHECK(found[0].span.end == 42);
  }
  SECTION("a rare value is what an index is for") {
    CHECK(reasons_with(*session, "SELECT note FROM task WHERE state = 'open'", code).empty());
  }
  SECTION("an index that covers costs no look-ups") {
    CHECK(reasons_with(*session, "SELECT id FROM task WHERE state = 'done'", code).empty());
  }
}

TEST_CASE("deleting a parent row reads a child table that has no index for it", "[advice][hidden]") {
  const auto session = tasks();
  const std::string_view code = "foreign-key-child-unindexed";
  const auto found = reasons_with(*session, "DELETE FROM task WHERE id = 5", code);
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "step");
  CHECK(found[0].text ==
        "with PRAGMA foreign_keys on, every row deleted here has all rows of step (400 now) read for its "
        "task: no "
        "index of "
        "step starts with task");
  CHECK(reasons_with(*session, "DELETE FROM task", code).size() == 1);
  CHECK(reasons_with(*session, "UPDATE task SET id = 500 WHERE id = 5", code).size() == 1);
  CHECK(reasons_with(*session, "UPDATE task SET note = 'x' WHERE id = 5", code).empty());
  CHECK(reasons_with(*session, "UPDATE task SET code = 'x' WHERE id = 5", code).empty());
  CHECK(reasons_with(*session, "DELETE FROM step WHERE id = 5", code).empty());
  REQUIRE(session->execute("CREATE INDEX step_task ON step(task)"));
  CHECK(reasons_with(*session, "DELETE FROM task WHERE id = 5", code).empty());
}
