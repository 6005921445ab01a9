#include "advice/explanation.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace leftmost;

namespace {

// 200 rows: last name L0..L9 (20 each), first name F0..F7, so that every first name is in every last name's
// run.
std::unique_ptr<oracle::Session> people() {
  auto session = oracle::Session::open({});
  REQUIRE(session);
  REQUIRE((*session)->execute(
      "CREATE TABLE people(id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, age INTEGER);"
      "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 199)"
      "INSERT INTO people SELECT i, 'L' || (i % 10), 'F' || (i / 10 % 8), i FROM n;"
      "CREATE INDEX people_name ON people(last_name, first_name);"));
  return std::move(*session);
}

advice::Explanation explain(oracle::Session& session, std::string_view sql,
                            const advice::ExplainOptions& options = {}) {
  auto next = advice::explain_next(session, sql, options);
  REQUIRE(next);
  REQUIRE(next->explanation);
  return std::move(*next->explanation);
}

}  // namespace

TEST_CASE("a prefix of the index is one run, a later column alone is many", "[advice][runs]") {
  const auto session = people();
  advice::IndexPlace place;
  const auto table = session->database().catalog().find_table("people");
  const auto index = session->database().catalog().find_index("people_name");
  place.table = table.get();
  place.index = index.get();
  const auto prefix = advice::find_runs(session->database(), place, "last_name = 'L3'");
  REQUIRE(prefix);
  CHECK(prefix->entries == 200);
  CHECK(prefix->matches == 20);
  CHECK(prefix->runs == 1);
  CHECK(prefix->strip.size() == advice::kStripWidth);
  const auto scattered = advice::find_runs(session->database(), place, "first_name = 'F2'");
  REQUIRE(scattered);
  CHECK(scattered->runs == 10);
  const auto alike = advice::leading_value_like(session->database(), place, 20);
  REQUIRE(alike);
  CHECK(*alike == "last_name = 'L0'");
  CHECK_FALSE(advice::find_runs(session->database(), place, "last_name = 'L3'", 10));
}

TEST_CASE("spans count from where the statement begins", "[advice]") {
  const auto session = people();
  const auto explanation = explain(*session, "  -- who?\n SELECT age FROM people WHERE first_name = 'F2';");
  CHECK(explanation.sql.substr(0, 6) == "SELECT");
  const auto& column = explanation.tables.at(0).indexes.at(0).columns.at(1);
  CHECK(column.term == "first_name = 'F2'");
  CHECK(explanation.sql.substr(column.span.begin, column.span.end - column.span.begin) ==
        "first_name = 'F2'");
}

TEST_CASE("a suggestion is proven on copies and leaves the data alone", "[advice][suggest]") {
  const auto session = people();
  const auto explanation = explain(*session, "SELECT age FROM people WHERE first_name = 'F2'");
  CHECK(explanation.agreement.agrees());
  CHECK(explanation.work.rows_visited == 200);
  REQUIRE(explanation.suggestions.size() == 2);
  CHECK(explanation.suggestions[1].kind == "analyze");  // few last names: a skip-scan
  CHECK(explanation.suggestions[0].sql == "CREATE INDEX people_first_name ON people(first_name);");
  CHECK(explanation.suggestions[0].after == "SEARCH people USING INDEX people_first_name (first_name=?)");
  CHECK(explanation.suggestions[0].work_after == explanation.work.rows_returned);
  CHECK_FALSE(session->database().catalog().find_index("people_first_name"));
  CHECK(explain(*session, "SELECT age FROM people WHERE last_name = 'L1' AND first_name = 'F2'")
            .suggestions.empty());
}

TEST_CASE("a statement that writes is explained and not done", "[advice]") {
  const auto session = people();
  const auto explanation = explain(*session, "DELETE FROM people WHERE first_name = 'F2'");
  CHECK(explanation.ran);
  CHECK(explanation.work.rows_visited == 200);
  const auto count = session->twin()->run("SELECT count(*) FROM people");
  REQUIRE(count);
  CHECK(count->rows[0][0].view().as_integer() == 200);
  CHECK(explain(*session, "SELECT * FROM people").work.rows_returned == 200);
}

TEST_CASE("a parameter without a value is planned and not run", "[advice]") {
  const auto session = people();
  const std::string sql = "SELECT age FROM people WHERE last_name = :name";
  const auto unbound = explain(*session, sql);
  CHECK_FALSE(unbound.ran);
  CHECK(unbound.why_not_run == ":name has no value");
  advice::ExplainOptions options;
  options.parameters.emplace_back(":name", storage::OwnedValue(storage::Value::text("L1")));
  const auto bound = explain(*session, sql, options);
  CHECK(bound.work.rows_returned == 20);
  REQUIRE(bound.tables.at(0).indexes.at(0).runs.size() == 1);
  CHECK(bound.tables[0].indexes[0].runs[0].condition == "last_name = 'L1'");
  options.parameters.emplace_back(":other", storage::OwnedValue());
  CHECK_FALSE(advice::explain_next(*session, sql, options));
}

TEST_CASE("the JSON has the documented shape, whatever bytes the statement holds", "[advice][json]") {
  const auto session = people();
  const auto json = nlohmann::json::parse(
      advice::to_json(explain(*session, "SELECT '\xff', age FROM people WHERE first_name = 'F2'")));
  CHECK(json["version"] == 1);
  CHECK(json["oracle"]["agrees"] == true);
  CHECK(json["plan"][0]["detail"] == "SCAN people");
  const auto& column = json["tables"][0]["indexes"][0]["columns"][1];
  CHECK(column["name"] == "first_name");
  CHECK(column["role"] == "filter-on-row");
  CHECK(column["reason"] == "prefix-leading-column-free");
  CHECK(column["span"] == nlohmann::json::array({34, 51}));
  CHECK(json["work"]["rows_visited"] == 200);
}
