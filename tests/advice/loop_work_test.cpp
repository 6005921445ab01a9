// What each loop of a statement did, beside what the planner expected; and that every way to ask says the
// same.
#include <nlohmann/json.hpp>

#include "advice/explanation.h"
#include "tests/catch.h"

using namespace leftmost;

namespace {

std::unique_ptr<oracle::Session> shop() {
  auto session = oracle::Session::open({});
  REQUIRE(session);
  REQUIRE((*session)->execute(
      "CREATE TABLE buyer(id INTEGER PRIMARY KEY, city TEXT);"
      "CREATE TABLE sale(id INTEGER PRIMARY KEY, buyer INT REFERENCES buyer(id), day INT);"
      "CREATE INDEX sale_day ON sale(day);"
      "CREATE INDEX buyer_city ON buyer(city);"
      "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
      "INSERT INTO buyer SELECT i, 'c' || (i % 5) FROM n;"
      "INSERT INTO sale SELECT a.id * 1000 + b.id, a.id, b.id FROM buyer a, buyer b WHERE b.id <= 10;"));
  return std::move(*session);
}

advice::Explanation explain(oracle::Session& session, std::string_view sql) {
  auto next = advice::explain_next(session, sql, {});
  REQUIRE(next);
  REQUIRE(next->explanation);
  REQUIRE(next->explanation->agreement.agrees());
  return std::move(*next->explanation);
}

const advice::TableUse& table(const advice::Explanation& explanation, std::string_view alias) {
  for (const advice::TableUse& use : explanation.tables) {
    if (use.alias == alias || (use.alias.empty() && use.name == alias)) return use;
  }
  FAIL("no table " << alias);
  return explanation.tables.front();
}

}  // namespace

TEST_CASE("the work of a statement is told apart by table reference", "[advice][work]") {
  const auto session = shop();
  const auto explanation = explain(
      *session,
      "SELECT b.city FROM sale s CROSS JOIN buyer b ON b.id = s.buyer WHERE s.day = 3 AND b.city <> 'c0'");
  const engine::ItemWork& outer = *table(explanation, "s").work;
  CHECK(outer.runs == 1);
  CHECK(outer.rows_visited == 100);
  CHECK(outer.index_entries == 100);
  CHECK(outer.table_lookups == 100);
  CHECK(outer.rows_passed == 100);
  CHECK(outer.seeks == 101);
  const engine::ItemWork& inner = *table(explanation, "b").work;
  CHECK(inner.runs == 100);
  CHECK(inner.rows_visited == 100);
  CHECK(inner.rows_passed == 80);
  CHECK(inner.table_lookups == 0);
  CHECK(table(explanation, "s").rows_per_run_estimated == 10);
  CHECK(explanation.work.rows_visited == outer.rows_visited + inner.rows_visited);
  CHECK(explanation.work.seeks == outer.seeks + inner.seeks);
  CHECK(explanation.work.pages_read == outer.pages_read + inner.pages_read);
}

TEST_CASE("an automatic index is counted as what it is made of", "[advice][work]") {
  const auto session = shop();
  const auto explanation =
      explain(*session, "SELECT count(*) FROM buyer b CROSS JOIN sale s ON s.buyer = b.id + 1");
  const engine::ItemWork& inner = *table(explanation, "s").work;
  CHECK(inner.runs == 100);
  CHECK(inner.automatic_index_rows == 999);
  CHECK(inner.fullscan_steps == 0);
  CHECK(explanation.agreement.sqlite_counters.automatic_index_rows == 999);
  CHECK(explanation.work.temporary_rows == 1000);
}

TEST_CASE("the JSON has the work of each table and SQLite's own counters", "[advice][work]") {
  const auto session = shop();
  const auto json = nlohmann::json::parse(advice::to_json(
      explain(*session, "SELECT * FROM sale s, buyer b WHERE b.id = s.buyer ORDER BY b.city LIMIT 3")));
  CHECK(json["work"]["sorts"] == json["oracle"]["work"]["sorts"]);
  CHECK(json["work"]["fullscan_steps"] == json["oracle"]["work"]["fullscan_steps"]);
  REQUIRE(json["tables"].size() == 2);
  std::uint64_t visited = 0;
  for (const auto& use : json["tables"]) {
    visited += use["work"]["rows_visited"].get<std::uint64_t>();
    CHECK(use["work"].contains("rows_per_run"));
    CHECK(use.contains("rows_per_run_estimated"));
  }
  CHECK(json["work"]["rows_visited"] == visited);
}

TEST_CASE("every branch of an OR has an entry, also those on the same index", "[advice][work]") {
  const auto session = shop();
  const auto explanation =
      explain(*session, "SELECT id FROM sale WHERE day = 3 OR id = 5 OR (day > 8 AND day < 10)");
  std::string seen;
  for (const advice::IndexUse& index : explanation.tables.front().indexes) {
    seen += (index.name.empty() ? "rowid" : index.name) + ": " + index.columns.front().term + "\n";
  }
  CHECK(seen == "rowid: id = 5\nsale_day: day = 3\nsale_day: day > 8\n");
}

TEST_CASE("subqueries of SET, DO UPDATE and RETURNING are explained with their statement", "[advice][work]") {
  const auto session = shop();
  for (const std::string_view sql :
       {"UPDATE sale SET day = (SELECT max(id) FROM buyer b WHERE b.city = 'c1') WHERE day = 1",
        "INSERT INTO sale VALUES (1001, 1, 1) ON CONFLICT DO UPDATE SET day = (SELECT max(id) FROM buyer b "
        "WHERE b.city = 'c1')",
        "INSERT INTO sale VALUES (1, 1, 1) RETURNING (SELECT max(id) FROM buyer b WHERE b.city = 'c1')"}) {
    CAPTURE(sql);
    const auto explanation = explain(*session, sql);
    const advice::TableUse& use = table(explanation, "b");
    CHECK(use.index == "buyer_city");
    REQUIRE(use.work);
    CHECK(use.work->rows_visited >= 1);
  }
}
