#include "oracle/fuzz/fuzz.h"

#include <algorithm>

#include "oracle/fuzz/generator.h"
#include "oracle/fuzz/shrink.h"
#include "tests/catch.h"

using namespace leftmost;
using namespace leftmost::oracle;
namespace fuzz = leftmost::oracle::fuzz;

TEST_CASE("a piece gives up what it may give up", "[oracle][fuzz]") {
  const fuzz::Piece piece = fuzz::sequence(
      {"SELECT ", fuzz::list(", ", {"a", "b"}), fuzz::optional({" WHERE ", fuzz::expression({"(", fuzz::expression({"abcd"}), ")"})})});
  CHECK(fuzz::to_sql(piece) == "SELECT a, b WHERE (abcd)");
  std::vector<std::string> smaller;
  for (std::size_t number = 0; const auto next = fuzz::reduced(piece, number); ++number) smaller.push_back(fuzz::to_sql(*next));
  CHECK(smaller == std::vector<std::string>{"SELECT b WHERE (abcd)", "SELECT a WHERE (abcd)", "SELECT a, b",
                                            "SELECT a, b WHERE abcd", "SELECT a, b WHERE 1", "SELECT a, b WHERE (1)"});
}

TEST_CASE("shrinking keeps what the difference needs and nothing else", "[oracle][fuzz]") {
  std::vector<fuzz::Step> steps;
  for (const char* name : {"one", "two", "three", "four"}) steps.push_back({"", name, {}});
  steps.push_back({"", fuzz::list(" ", {"x", "y", "z"}), {}});
  const auto needs_two_and_y = [](const std::vector<fuzz::Step>& left) {
    const bool has_two = std::any_of(left.begin(), left.end(), [](const fuzz::Step& s) { return fuzz::to_sql(s.sql) == "two"; });
    return has_two && fuzz::to_sql(left.back().sql).find('y') != std::string::npos;
  };
  const auto small = fuzz::shrink(steps, needs_two_and_y);
  REQUIRE(small.size() == 2);
  CHECK(fuzz::to_sql(small[0].sql) == "two");
  CHECK(fuzz::to_sql(small[1].sql) == "y");
}

TEST_CASE("the same seed gives the same statements", "[oracle][fuzz]") {
  const auto text = [](std::uint64_t seed) {
    fuzz::Random random(seed);
    fuzz::Schema schema = fuzz::random_schema(random);
    fuzz::Generator generator(random, schema);
    std::string all;
    const std::vector<fuzz::Step> made = schema.steps;
    for (const fuzz::Step& step : made) all += fuzz::to_sql(step.sql) + ";";
    for (int i = 0; i < 20; ++i) all += fuzz::to_sql(generator.query().sql) + ";" + fuzz::to_sql(generator.write().sql) + ";";
    return all;
  };
  CHECK(text(3) == text(3));
  CHECK(text(3) != text(4));
}

TEST_CASE("random statements: both engines agree", "[oracle][fuzz]") {
  for (const std::uint64_t seed : {9001u, 9005u, 9008u, 9009u, 9011u, 9012u, 9014u, 9015u, 9018u, 9019u, 9021u, 9022u, 9024u, 9025u, 9026u, 9027u}) {
    INFO("leftmost fuzz --count 60 --seed " << seed);
    fuzz::FuzzOptions options;
    options.seed = seed;
    options.statement_count = 60;
    const auto result = fuzz::run_fuzz(options);
    REQUIRE(result.has_value());
    CHECK(result->total().statements == 60);
    CHECK(result->total().plans.compared > 0);
    CHECK(result->total().rows.compared > 0);
    for (const fuzz::FuzzDifference& difference : result->differences) {
      UNSCOPED_INFO(difference.to_golden() << difference.text);
    }
    CHECK(result->difference_count == 0);
  }
}

TEST_CASE("random statements: a sample of plans is SQLite's, line by line", "[oracle][fuzz][plan]") {
  for (const std::uint64_t seed : {20000u, 1300100u, 3000300u, 5000000u}) {
    INFO("leftmost fuzz --plans-only --count 3000 --seed " << seed);
    fuzz::FuzzOptions options;
    options.seed = seed;
    options.statement_count = 3000;
    options.comparison = fuzz::Comparison::kPlans;
    const auto result = fuzz::run_fuzz(options);
    REQUIRE(result.has_value());
    for (const fuzz::FuzzDifference& difference : result->differences) {
      if (difference.what == "plan") UNSCOPED_INFO(difference.to_golden() << difference.text);
    }
    const auto plans = result->total().plans;
    CHECK(plans.agree == plans.compared);
    CHECK(plans.compared > 2000);
  }
}

TEST_CASE("a difference becomes a golden file with SQLite's answers", "[oracle][fuzz]") {
  fuzz::FuzzDifference difference;
  difference.kind = "SELECT simple";
  difference.what = "rows";
  difference.statements = {"CREATE TABLE t(a UNIQUE)", "INSERT INTO t VALUES (1), ('x')", "INSERT INTO t VALUES (1)", "SELECT a FROM t"};
  CHECK(difference.to_golden() ==
        "# SELECT simple: rows.\n"
        "setup\nCREATE TABLE t(a UNIQUE);\n----\nok\n\n"
        "setup\nINSERT INTO t VALUES (1), ('x');\n----\nok\n\n"
        "error\nINSERT INTO t VALUES (1);\n----\nUNIQUE constraint failed: t.a\n\n"
        "rows\nSELECT a FROM t;\n----\n1\n'x'\n");
}

TEST_CASE("hostile statements are the same for the same seed, and survive", "[oracle][fuzz]") {
  fuzz::FuzzOptions options;
  options.seed = 4;
  options.statement_count = 50;
  options.is_hostile = true;
  options.statement_seconds_max = 0.2;
  const auto result = fuzz::run_fuzz(options);
  REQUIRE(result.has_value());
  CHECK(result->total().statements == 50);
  std::size_t schema_steps = 0;
  const auto once = fuzz::random_round(options, 4, schema_steps);
  const auto again = fuzz::random_round(options, 4, schema_steps);
  REQUIRE(once.size() == again.size());
  CHECK(fuzz::to_sql(once.back().sql) == fuzz::to_sql(again.back().sql));
}
