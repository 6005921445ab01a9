#include <algorithm>
#include <functional>

#include "planner/explain.h"
#include "tests/catch.h"
#include "tests/planner/bound_query.h"

namespace leftmost::planner::test {

namespace {

/// `last seek-eq -, first idle prefix-gap` for the named index.
std::string columns_of(const Plan& plan, const std::string& index) {
  std::string text;
  for (const TableReason& table : plan.reasons.tables) {
    for (const IndexReason& reason : table.indexes) {
      if (reason.index == nullptr || reason.index->def->name != index) continue;
      text += verdict_name(reason.verdict);
      for (const ColumnReason& column : reason.columns) {
        text += "; " + std::string(column.column) + " " + std::string(role_name(column.role));
        if (!column.code.empty()) text += " " + std::string(column.code);
      }
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the left-prefix rule, column by column", "[planner][reasons]") {
  Schema s;
  s.table("t", {"a", "b", "c", "d"});
  s.index("t", "abc", {"a", "b", "c"});
  Query q(s);
  q.from("t");
  const auto eq = [&](const char* column) { q.where(q.eq(q.col("t", column), q.num(5))); };
  const auto gt = [&](const char* column) { q.where(q.op(ExprKind::kGt, q.col("t", column), q.num(5))); };

  SECTION("all columns fixed") {
    eq("a"), eq("b"), eq("c");
    CHECK(columns_of(q.plan(), "abc") == "used; a seek-eq; b seek-eq; c seek-eq");
  }
  SECTION("the leading column is free") {
    eq("b");
    CHECK(columns_of(q.plan(), "abc") ==
          "unusable; a idle prefix-leading-column-free; b filter-on-row prefix-leading-column-free; c idle");
  }
  SECTION("a gap turns the later term into a filter") {
    eq("a"), eq("c");
    CHECK(columns_of(q.plan(), "abc") == "used; a seek-eq; b idle prefix-gap; c filter-in-index prefix-gap");
  }
  SECTION("a range is used and ends the prefix") {
    eq("a"), gt("b"), eq("c");
    CHECK(columns_of(q.plan(), "abc") ==
          "used; a seek-eq; b seek-range; c filter-in-index prefix-range-stops");
  }
  SECTION("only one range can be searched") {
    eq("a"), gt("b"), gt("c");
    CHECK(columns_of(q.plan(), "abc") ==
          "used; a seek-eq; b seek-range; c filter-in-index prefix-second-range");
  }
  SECTION("nothing is asked of the index") {
    eq("d");
    CHECK(columns_of(q.plan(), "abc") == "unusable; a idle no-constraint; b idle; c idle");
  }
  SECTION("a column inside arithmetic blocks those behind it") {
    eq("a"), eq("c");
    q.where(q.eq(q.op(ExprKind::kAdd, q.col("t", "b"), q.num(1)), q.num(5)));
    CHECK(columns_of(q.plan(), "abc") ==
          "used; a seek-eq; b filter-in-index column-inside-arithmetic; c filter-in-index "
          "column-blocked-mid-index");
  }
}

TEST_CASE("the order of conditions changes no reason", "[planner][reasons]") {
  Schema s;
  s.table("t", {"a", "b", "c", "d"});
  s.index("t", "abc", {"a", "b", "c"});
  std::vector<std::string> columns{"a", "b", "c"};
  do {
    Query q(s);
    q.from("t");
    for (const std::string& column : columns) {
      q.where(q.op(column == "b" ? ExprKind::kGt : ExprKind::kEq, q.col("t", column), q.num(5)));
    }
    CHECK(columns_of(q.plan(), "abc") ==
          "used; a seek-eq; b seek-range; c filter-in-index prefix-range-stops");
  } while (std::next_permutation(columns.begin(), columns.end()));
}

}  // namespace leftmost::planner::test
