#include "advice/plan_snapshot.h"

#include "tests/catch.h"

using namespace leftmost;
using Lines = std::vector<std::string>;

namespace {

std::size_t worse(const Lines& before, const Lines& after) {
  return advice::what_got_worse(before, after).size();
}

}  // namespace

TEST_CASE("a search that became a scan is worse, a scan that became a search is not", "[advice][plans]") {
  const Lines search = {"  SEARCH t USING INDEX t_a (a=?)"};
  const Lines scan = {"  SCAN t"};
  CHECK(advice::what_got_worse(search, scan) ==
        Lines{"t was searched (SEARCH t USING INDEX t_a (a=?)), now it is read in full (SCAN t)"});
  CHECK(worse(scan, search) == 0);
  CHECK(worse(search, {"  SEARCH t USING INDEX t_b (b=?)"}) == 0);
  CHECK(worse(search, {"  SCAN t USING COVERING INDEX t_b"}) == 1);
  CHECK(worse(search, {"  SEARCH t"}) == 1);  // min() or max() without an index
  CHECK(worse({"  MULTI-INDEX OR", "    INDEX 1", "      SEARCH t USING INDEX t_a (a=?)", "    INDEX 2",
               "      SEARCH t USING INDEX t_b (b=?)"},
              scan) == 1);
}

TEST_CASE("another join order is another plan, one more scan is a worse one", "[advice][plans]") {
  const Lines a_first = {"  SCAN a", "  SEARCH b USING INDEX b_x (x=?)"};
  CHECK(worse(a_first, {"  SCAN b", "  SEARCH a USING INTEGER PRIMARY KEY (rowid=?)"}) == 0);
  CHECK(worse(a_first, {"  SCAN a", "  SCAN b"}) == 1);
  CHECK(worse(a_first, {"  SCAN a", "  SEARCH b USING AUTOMATIC COVERING INDEX (x=?)"}) == 1);
  CHECK(worse({"  SCAN a", "  SCAN b"}, {"  SCAN a", "  SEARCH b USING AUTOMATIC COVERING INDEX (x=?)"}) ==
        0);
}

TEST_CASE("rows of a subquery are no scan of a table", "[advice][plans]") {
  CHECK(worse({"  SEARCH t USING INDEX t_a (a=?)"},
              {"  CO-ROUTINE x", "    SEARCH t USING INDEX t_a (a=?)", "  SCAN x"}) == 0);
}

TEST_CASE("the same index searched by less is worse", "[advice][plans]") {
  const Lines two = {"  SEARCH t USING INDEX t_ab (a=? AND b=?)"};
  CHECK(worse(two, {"  SEARCH t USING INDEX t_ab (a=?)"}) == 1);
  CHECK(worse(two, {"  SEARCH t USING INDEX t_ab (a=? AND b>?)"}) == 1);
  CHECK(worse({"  SEARCH t USING INDEX t_ab (a=? AND b>? AND b<?)"},
              {"  SEARCH t USING INDEX t_ab (a=? AND b>?)"}) == 0);
  CHECK(worse({"  SEARCH t USING INDEX t_ab (a=?)"}, two) == 0);
}

TEST_CASE("another index searched by some of the same terms is worse, unless a sort goes away",
          "[advice][plans]") {
  const Lines two = {"  SEARCH t USING INDEX t_ab (a=? AND b=?)"};
  CHECK(worse(two, {"  SEARCH t USING INDEX t_ac (a=?)"}) == 1);
  CHECK(worse(two, {"  SEARCH t USING INDEX t_bc (b=?)"}) == 1);
  CHECK(worse(two, {"  SEARCH t USING INDEX t_ac (a=? AND c=?)"}) == 0);
  CHECK(worse(two, {"  SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"}) == 0);
  CHECK(worse({"  SEARCH t USING INDEX t_ab (a=? AND b=?)", "  USE TEMP B-TREE FOR ORDER BY"},
              {"  SEARCH t USING INDEX t_ac (a=?)"}) == 0);
}

TEST_CASE("sorting more is worse", "[advice][plans]") {
  const Lines none = {"  SCAN t USING INDEX t_a"};
  const Lines part = {"  SCAN t USING INDEX t_a", "  USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"};
  const Lines all = {"  SCAN t USING INDEX t_a", "  USE TEMP B-TREE FOR ORDER BY"};
  CHECK(worse(none, all) == 1);
  CHECK(worse(none, part) == 1);
  CHECK(worse(part, all) == 1);
  CHECK(worse(all, part) == 0);
  CHECK(worse(all, none) == 0);
}

TEST_CASE("a lost covering index is worse, a narrower search without one is not", "[advice][plans]") {
  const Lines covering = {"  SEARCH t USING COVERING INDEX t_ab (a=?)"};
  CHECK(worse(covering, {"  SEARCH t USING INDEX t_a (a=?)"}) == 1);
  CHECK(worse(covering, {"  SEARCH t USING INDEX t_ac (a=? AND c=?)"}) == 0);
  CHECK(worse(covering, {"  SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"}) == 0);
  CHECK(worse({"  SCAN t USING COVERING INDEX t_ab"}, {"  SCAN t"}) == 1);
}

TEST_CASE("a subquery for each row is worse", "[advice][plans]") {
  CHECK(worse({"  SCAN t", "  SCALAR SUBQUERY"}, {"  SCAN t", "  CORRELATED SCALAR SUBQUERY"}) == 1);
}

TEST_CASE("a file of plans is read as it was written", "[advice][plans]") {
  advice::PlanSnapshot snapshot;
  snapshot.plans["SELECT 2"] = {"  SCAN CONSTANT ROW"};
  snapshot.plans["SELECT a FROM t"] = {"  MULTI-INDEX OR", "    INDEX 1"};
  const std::string text = advice::to_text(snapshot);
  const auto read = advice::read_snapshot(text);
  REQUIRE(read);
  CHECK(read->plans == snapshot.plans);
  CHECK(advice::to_text(*read) == text);
  CHECK_FALSE(advice::read_snapshot(""));
  CHECK_FALSE(advice::read_snapshot("SELECT 1\n  SCAN CONSTANT ROW\n"));
  CHECK_FALSE(advice::read_snapshot("# leftmost plans 99\n"));
  CHECK(advice::read_snapshot("# leftmost plans 1\n  SCAN t\n").error().message ==
        "2: a plan without a statement above it");
}

TEST_CASE("plans are written as the tree that SQLite draws, without numbers of subqueries",
          "[advice][plans]") {
  CHECK(advice::snapshot_lines(
            {{1, 0, "CO-ROUTINE (subquery-3)"}, {2, 1, "SCAN t"}, {3, 0, "LIST SUBQUERY 7"}}) ==
        Lines{"  CO-ROUTINE (subquery)", "    SCAN t", "  LIST SUBQUERY"});
}
