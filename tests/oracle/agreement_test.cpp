#include "oracle/agreement.h"

#include "tests/catch.h"
#include "tests/oracle/plan_lines.h"

using namespace leftmost;
using namespace leftmost::oracle;
using storage::Value;

TEST_CASE("numbers of anonymous subqueries are left out of plans", "[oracle][agreement]") {
  CHECK(without_subquery_numbers("CORRELATED LIST SUBQUERY 12") == "CORRELATED LIST SUBQUERY");
  CHECK(without_subquery_numbers("SCAN (subquery-4)") == "SCAN (subquery)");
  CHECK(without_subquery_numbers("MATERIALIZE (join-3)") == "MATERIALIZE (join)");
  CHECK(without_subquery_numbers("SCAN t12 USING INDEX i3") == "SCAN t12 USING INDEX i3");
  CHECK(without_subquery_numbers("SCAN SUBQUERY x") == "SCAN SUBQUERY x");
}

TEST_CASE("plans are the same when shape and text are", "[oracle][agreement]") {
  const auto plan = plan_lines("COMPOUND QUERY\n  LEFT-MOST SUBQUERY\n    SCAN a\n  UNION ALL\n    SCAN b");
  CHECK(same_plan(plan, plan));
  CHECK_FALSE(same_plan(plan, plan_lines("COMPOUND QUERY\n  LEFT-MOST SUBQUERY\n    SCAN a\n    UNION ALL\n    SCAN b")));
  CHECK_FALSE(same_plan(plan, {}));
  CHECK_FALSE(same_plan(plan_lines("SCAN a"), plan_lines("SCAN b")));
  CHECK(same_plan(plan_lines("SCALAR SUBQUERY 2\n  SCAN a"), plan_lines("SCALAR SUBQUERY 1\n  SCAN a")));
  SECTION("ids themselves do not matter") {
    auto renumbered = plan;
    for (auto& line : renumbered) {
      line.id = line.id * 10 + 3;
      if (line.parent != 0) line.parent = line.parent * 10 + 3;
    }
    CHECK(same_plan(plan, renumbered));
  }
}

namespace {

void give(RowComparison& rows, bool ours, std::initializer_list<Value> row) {
  const std::vector<Value> values(row);
  if (ours) {
    rows.add_ours(values);
  } else {
    rows.add_theirs(values);
  }
}

void end(RowComparison& rows) {
  rows.end_ours();
  rows.end_theirs();
}

}  // namespace

TEST_CASE("two streams of rows are compared in order and as multisets", "[oracle][agreement]") {
  RowComparison rows;
  SECTION("the same rows, one side ahead") {
    give(rows, true, {Value::integer(1)});
    give(rows, true, {Value::text("x")});
    give(rows, false, {Value::integer(1)});
    give(rows, false, {Value::text("x")});
    end(rows);
    CHECK(rows.same_in_order());
    CHECK(rows.same_in_any_order());
    CHECK_FALSE(rows.first_difference());
  }
  SECTION("the same rows in another order") {
    for (const int i : {0, 1, 2, 3}) give(rows, true, {Value::integer(i)});
    for (const int i : {0, 3, 1, 2}) give(rows, false, {Value::integer(i)});
    end(rows);
    CHECK_FALSE(rows.same_in_order());
    CHECK(rows.same_in_any_order());
    REQUIRE(rows.first_difference());
    CHECK(rows.first_difference()->position == 1);
    CHECK(rows.first_difference()->ours == "1");
    CHECK(rows.first_difference()->theirs == "3");
  }
  SECTION("how often a row comes counts") {
    for (const int i : {1, 1, 2}) give(rows, true, {Value::integer(i)});
    for (const int i : {2, 2, 1}) give(rows, false, {Value::integer(i)});
    end(rows);
    CHECK_FALSE(rows.same_in_any_order());
  }
  SECTION("storage classes count, the sign of zero does not") {
    give(rows, true, {Value::real(-0.0), Value::null()});
    give(rows, false, {Value::real(0.0), Value::null()});
    CHECK(rows.same_in_order());
    give(rows, true, {Value::integer(1), Value::text("a")});
    give(rows, false, {Value::real(1.0), Value::blob("a")});
    end(rows);
    CHECK_FALSE(rows.same_in_any_order());
    CHECK(rows.first_difference()->ours == "1|'a'");
    CHECK(rows.first_difference()->theirs == "1.0|x'61'");
  }
  SECTION("one side has more rows") {
    give(rows, true, {Value::integer(1)});
    rows.end_ours();
    give(rows, false, {Value::integer(1)});
    give(rows, false, {Value::integer(2)});
    rows.end_theirs();
    CHECK_FALSE(rows.same_in_order());
    CHECK_FALSE(rows.same_in_any_order());
    REQUIRE(rows.first_difference());
    CHECK(rows.first_difference()->position == 1);
    CHECK(rows.first_difference()->ours.empty());
    CHECK(rows.first_difference()->theirs == "2");
  }
  SECTION("a column left out may differ") {
    rows.ignore_columns({false, true});
    give(rows, true, {Value::integer(1), Value::integer(2)});
    give(rows, false, {Value::integer(1), Value::integer(77)});
    end(rows);
    CHECK(rows.same_in_order());
  }
}

TEST_CASE("errors agree by having one, and by their words", "[oracle][agreement]") {
  const Error missing{ErrorCode::kError, "no such table: t", std::nullopt, {}};
  const Error other{ErrorCode::kError, "no such table: u", std::nullopt, {}};
  Agreement agreement;
  SECTION("the same words") {
    agreement.compare_errors(missing, missing);
    CHECK(agreement.agrees());
  }
  SECTION("other words") {
    agreement.compare_errors(missing, other);
    CHECK_FALSE(agreement.error_agrees);
    CHECK(agreement.failure_agrees);
    CHECK(agreement.to_text() == "error here:   no such table: t\nerror SQLite: no such table: u\n");
  }
  SECTION("only one side") {
    agreement.compare_errors(std::nullopt, missing);
    CHECK_FALSE(agreement.failure_agrees);
  }
  SECTION("a locked file says nothing about SQL") {
    agreement.compare_errors(std::nullopt, Error{ErrorCode::kBusy, "database is locked", std::nullopt, {}});
    CHECK(agreement.agrees());
    CHECK_FALSE(agreement.error_compared);
    CHECK(agreement.not_compared == "database is locked");
  }
}

TEST_CASE("long values are shortened in messages", "[oracle][agreement]") {
  const std::string text(1000, 'x');
  const std::vector<Value> row = {Value::text(text), Value::integer(7)};
  const std::string shown = row_to_text(row, 10);
  CHECK(shown == "'xxxxxxxxxx'... (1000 bytes)|... (2 columns)");
}
