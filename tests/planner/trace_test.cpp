// The numbers that SQLite 3.40.1 itself computes, read from a build of it with planner tracing (section 9 of
// docs/planner.md): setup/run/rows of every candidate in the order of generation.

#include "tests/catch.h"
#include "tests/planner/bound_query.h"

namespace leftmost::planner::test {

using Lines = std::vector<std::string>;

TEST_CASE("one equality: the index replaces the automatic one and deletes the scan", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.eq(q.col("t1", "a"), q.num(5)));
  CHECK(q.trace() == Lines{"t1 automatic index 271/53/43", "t1 table scan 0/216/180",
                           "t1 seek t1ab 1 col 0/62/33", "t1 table scan 0/216/180"});
  CHECK(q.plan().top->rows_estimated == 33);
  CHECK(q.eqp() == "QUERY PLAN\n`--SEARCH t1 USING INDEX t1ab (a=?)\n");
}

TEST_CASE("two indexes tie: the newer one stays", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.eq(q.col("t1", "a"), q.num(5)));
  q.where(q.eq(q.col("t1", "c"), q.num(7)));
  CHECK(q.trace() == Lines{"t1 automatic index 271/53/43", "t1 automatic index 271/53/43",
                           "t1 table scan 0/216/180", "t1 seek t1c 1 col 0/62/32", "t1 table scan 0/216/180",
                           "t1 seek t1ab 1 col 0/62/32"});
  CHECK(q.eqp() == "QUERY PLAN\n`--SEARCH t1 USING INDEX t1c (c=?)\n");
}

TEST_CASE("the prefix grows from the left: equality, then a range", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.eq(q.col("t1", "a"), q.num(5)));
  q.where(q.op(ExprKind::kGt, q.col("t1", "b"), q.num(7)));
  CHECK(q.trace().back() == "t1 seek t1ab 1 col lo 0/51/13");
  CHECK(q.plan().top->rows_estimated == 13);
  CHECK(q.eqp() == "QUERY PLAN\n`--SEARCH t1 USING INDEX t1ab (a=? AND b>?)\n");
}

TEST_CASE("a range on both sides", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.op(ExprKind::kGt, q.col("t1", "a"), q.num(5)));
  q.where(q.op(ExprKind::kLt, q.col("t1", "a"), q.num(9)));
  CHECK(q.trace() == Lines{"t1 table scan 0/216/198", "t1 seek t1ab lo 0/205/179",
                           "t1 seek t1ab lo+hi 0/165/140", "t1 seek t1ab hi 0/205/179"});
}

TEST_CASE("IS NOT NULL does not pay", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.op(ExprKind::kNotNull, q.col("t1", "a"), nullptr));
  CHECK(q.trace() == Lines{"t1 table scan 0/216/199", "t1 seek t1ab lo 0/224/199"});
  CHECK(q.eqp() == "QUERY PLAN\n`--SCAN t1\n");
}

TEST_CASE("a column behind a free one cannot be searched, but the index may be narrower than the table",
          "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.select(q.col("t1", "a"));
  q.select(q.col("t1", "b"));
  q.where(q.eq(q.col("t1", "b"), q.num(7)));
  CHECK(q.trace() ==
        Lines{"t1 automatic index 271/53/43", "t1 table scan 0/216/180", "t1 scan t1ab covering 0/213/180"});
  CHECK(q.eqp() == "QUERY PLAN\n`--SCAN t1 USING COVERING INDEX t1ab\n");
}

TEST_CASE("an IN list: a longer search is never worse than its own prefix", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.in(q.col("t1", "a"), {1, 2, 3}));
  q.where(q.eq(q.col("t1", "b"), q.num(7)));
  CHECK(q.trace() == Lines{"t1 automatic index 271/53/43", "t1 table scan 0/216/180",
                           "t1 seek t1ab 1 col, IN 0/78/48", "t1 seek t1ab 2 col, IN 0/77/48",
                           "t1 seek t1ab 2 col, IN 0/77/47", "t1 seek t1ab 1 col, IN 0/78/48"});
}

TEST_CASE("ORDER BY: an ordered scan against a sort, and a search with a sort against both",
          "[planner][trace]") {
  Schema s = example_schema();
  SECTION("the order alone") {
    Query q(s);
    q.from("t1");
    q.order_by(q.col("t1", "a"));
    CHECK(q.trace() == Lines{"t1 table scan 0/216/200", "t1 scan t1ab 0/225/200"});
    CHECK(q.eqp() == "QUERY PLAN\n`--SCAN t1 USING INDEX t1ab\n");
  }
  SECTION("33 rows are sorted quickly") {
    Query q(s);
    q.from("t1");
    q.where(q.eq(q.col("t1", "c"), q.num(5)));
    q.order_by(q.col("t1", "a"));
    CHECK(q.eqp() == "QUERY PLAN\n|--SEARCH t1 USING INDEX t1c (c=?)\n`--USE TEMP B-TREE FOR ORDER BY\n");
  }
  SECTION("mixed directions are sorted in part") {
    Query q(s);
    q.from("t1");
    q.order_by(q.col("t1", "a"));
    q.order_by(q.col("t1", "b"), true);
    CHECK(q.eqp() ==
          "QUERY PLAN\n|--SCAN t1 USING INDEX t1ab\n`--USE TEMP B-TREE FOR RIGHT PART OF ORDER BY\n");
  }
}

TEST_CASE("a multi-index OR: arms are planned again with the other conditions", "[planner][trace]") {
  Schema s = example_schema();
  Query q(s);
  q.from("t1");
  q.where(q.op(ExprKind::kOr, q.eq(q.col("t1", "a"), q.num(5)), q.eq(q.col("t1", "c"), q.num(7))));
  q.where(q.eq(q.col("t1", "b"), q.num(3)));
  const Lines trace = q.trace();
  REQUIRE(trace.size() >= 6);
  CHECK(Lines(trace.begin(), trace.begin() + 6) ==
        Lines{"t1 automatic index 271/53/43", "t1 table scan 0/216/180", "t1 seek t1ab 1 col 0/62/33",
              "t1 seek t1ab 2 col 0/61/32", "t1 seek t1c 1 col 0/62/33", "t1 multi-index OR 0/73/43"});
  CHECK(q.eqp() ==
        "QUERY PLAN\n`--MULTI-INDEX OR\n   |--INDEX 1\n   |  `--SEARCH t1 USING INDEX t1ab (a=? AND b=?)\n"
        "   `--INDEX 2\n      `--SEARCH t1 USING INDEX t1c (c=?)\n");
}

TEST_CASE("joins: the order of tables follows from the cheapest path", "[planner][trace]") {
  Schema s = example_schema();
  SECTION("two tables") {
    Query q(s);
    q.from("t1");
    q.from("t3");
    q.where(q.eq(q.col("t1", "a"), q.col("t3", "p")));
    CHECK(q.trace() == Lines{"t1 automatic index 271/53/43", "t1 table scan 0/216/200",
                             "t1 seek t1ab 1 col 0/62/33", "t3 automatic index 271/53/43",
                             "t3 table scan 0/216/200"});
    CHECK(q.plan().top->rows_estimated == 233);
    CHECK(q.eqp() == "QUERY PLAN\n|--SCAN t3\n`--SEARCH t1 USING INDEX t1ab (a=?)\n");
  }
  SECTION("three tables and an automatic index") {
    Query q(s);
    q.from("t1");
    q.from("t2");
    q.from("t3");
    q.where(q.eq(q.col("t1", "a"), q.col("t2", "x")));
    q.where(q.eq(q.col("t2", "y"), q.col("t3", "p")));
    q.select(q.col("t1", "d"));
    q.select_all();
    CHECK(q.plan().top->rows_estimated == 243);
    CHECK(q.eqp() ==
          "QUERY PLAN\n|--SCAN t1\n|--SEARCH t2 USING INTEGER PRIMARY KEY (rowid=?)\n"
          "`--SEARCH t3 USING AUTOMATIC COVERING INDEX (p=?)\n");
  }
}

TEST_CASE("statistics: hopping over a leading column with few values", "[planner][trace]") {
  Schema s;
  s.table("t1", {"a", "b", "c", "d"});
  s.index("t1", "t1ab", {"a", "b"}, {100000, 50000, 20});
  Query q(s);
  q.from("t1");
  q.where(q.eq(q.col("t1", "b"), q.num(7)));
  CHECK(q.trace() ==
        Lines{"t1 automatic index 234/52/43", "t1 table scan 0/182/146", "t1 seek t1ab 2 col, skip 0/85/58"});
  CHECK(q.eqp() == "QUERY PLAN\n`--SEARCH t1 USING INDEX t1ab (ANY(a) AND b=?)\n");
}

}  // namespace leftmost::planner::test
