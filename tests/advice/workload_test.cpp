#include "advice/workload.h"

#include <chrono>

#include "tests/catch.h"

using namespace leftmost;

namespace {

advice::Workload read(std::string text) {
  advice::Workload workload;
  REQUIRE(workload.add_file("a.sql", std::move(text)));
  return workload;
}

std::vector<std::string> statements(std::string text) {
  const advice::Workload workload = read(std::move(text));
  std::vector<std::string> found;
  for (const auto& statement : workload.statements()) found.emplace_back(workload.sql(statement));
  return found;
}

}  // namespace

TEST_CASE("statements end at semicolons that are no part of them", "[advice][workload]") {
  using List = std::vector<std::string>;
  CHECK(statements("SELECT 1; SELECT ';' -- ;\n;\n;; /* ; */ SELECT 3") ==
        List{"SELECT 1", "SELECT ';'", "SELECT 3"});
  CHECK(statements("\xEF\xBB\xBFSELECT 1;\r\n.mode csv\r\nSELECT 2;") == List{"SELECT 1", "SELECT 2"});
  const std::string trigger =
      "CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = CASE a WHEN 1 THEN 2 END; DELETE FROM "
      "u; END";
  CHECK(statements(trigger + "; SELECT 1") == List{trigger, "SELECT 1"});
  CHECK(statements("CREATE TABLE t(a, trigger); SELECT 1") == List{"CREATE TABLE t(a, trigger)", "SELECT 1"});
}

TEST_CASE("places count characters from 1", "[advice][workload]") {
  const advice::Workload workload = read("SELECT 1;\n\xC3\xA9\xC3\xA9 SELECT 2;");
  const advice::TextPlace place = workload.files()[0].place(15);
  CHECK(place.line == 2);
  CHECK(place.column == 4);
}

TEST_CASE("one statement has one normal text, however it is laid out", "[advice][workload]") {
  const std::string normal = "SELECT a.b, count(*) FROM t AS a WHERE x IN (1, 'It''s') AND y >= :p";
  CHECK(advice::normal_sql(normal) == normal);
  CHECK(advice::normal_sql(
            "select a . b,count ( * )\n from t as a -- why\nwhere x in(1,'It''s') and y>=:p") == normal);
  CHECK(advice::normal_sql("SELECT 'a\nb'") == "SELECT 'a b'");
}

TEST_CASE("comments belong to the statement they stand in, before or behind", "[advice][workload]") {
  const advice::Workload workload = read(
      "-- leftmost: weight 2.5\n-- leftmost: bind :a = 'x'\nSELECT /* leftmost: allow O */ :a; -- leftmost: "
      "allow P, X\n"
      "-- leftmost: weight 7\nSELECT 2;");
  REQUIRE(workload.statements().size() == 2);
  const advice::WorkloadStatement& first = workload.statements()[0];
  CHECK(first.weight == 2.5);
  REQUIRE(first.parameters.size() == 1);
  CHECK(first.parameters[0].value == "'x'");
  CHECK(first.allowances.size() == 3);
  CHECK(workload.statements()[1].weight == 7);
  CHECK(workload.remarks().empty());
  CHECK(read("-- leftmost: weight -1\nSELECT 1").remarks().size() == 1);
  CHECK(read("-- leftmost: bind a = 1\nSELECT 1").remarks().size() == 1);
}

TEST_CASE("what is no text is refused with its line", "[advice][workload]") {
  advice::Workload workload;
  const auto nul = workload.add_file("x", std::string("SELECT 1;\n\0", 11));
  REQUIRE_FALSE(nul);
  CHECK(nul.error().message == "x:2: is not SQL text: it has a NUL byte");
  CHECK_FALSE(workload.add_file("x", std::string("SQLite format 3\0", 16)));
}

TEST_CASE("reading takes time in proportion to the text, closed or not", "[advice][workload]") {
  const auto begin = std::chrono::steady_clock::now();
  std::string text = "CREATE TRIGGER r AFTER INSERT ON t BEGIN ";
  for (int i = 0; i < 100'000; ++i) text += "DELETE FROM u;\n";
  CHECK(statements(text).size() == 1);
  CHECK(statements("SELECT '" + text).size() == 1);
  CHECK(statements("/*" + text).empty());
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  CHECK(spent.count() < 5);
}
