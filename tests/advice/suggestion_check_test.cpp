// A small table with every kind of query the corpus has: each suggestion works, and none is missed.
#include "advice/suggestion_check.h"

#include "tests/catch.h"

using namespace leftmost;

TEST_CASE("each suggestion does on a fresh copy what it says, and no small index is missed",
          "[advice][suggest]") {
  std::string file =
      "statement ok\nCREATE TABLE t(pk INTEGER PRIMARY KEY, a INTEGER, b FLOAT, c TEXT, d INTEGER)\n\n"
      "statement ok\nCREATE INDEX t_a ON t(a)\n\n"
      "statement ok\nWITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
      "INSERT INTO t SELECT i, i * 7 % 50, i * 1.5, 'x' || (i * 11 % 40), i * 13 % 90 FROM n\n\n";
  for (const char* query :
       {"SELECT pk FROM t WHERE d = 7", "SELECT pk, c FROM t WHERE d > 80 AND b < 100.0",
        "SELECT a FROM t WHERE c = 'x3' OR d = 4", "SELECT pk FROM t WHERE a + 1 = 8",
        "SELECT pk FROM t ORDER BY c, d LIMIT 3", "SELECT c, count(*) FROM t GROUP BY c",
        "SELECT DISTINCT d FROM t", "SELECT max(d) FROM t WHERE c = 'x3'", "SELECT pk FROM t WHERE NOT a > 3",
        "SELECT * FROM t", "SELECT x.pk FROM t AS x, t AS y WHERE x.d = y.a AND y.pk < 4",
        "SELECT pk FROM t WHERE c IN ('x1', 'x2') ORDER BY d",
        "SELECT pk FROM t WHERE a IN (SELECT d FROM t WHERE c = 'x9')", "SELECT min(a), max(a) FROM t"}) {
    file += std::string("query T nosort\n") + query + "\n----\n\n";
  }
  advice::SuggestionCheck check;
  const auto done = advice::check_suggestions(file, {}, check);
  REQUIRE(done);
  CHECK(check.scanning >= 13);
  CHECK(check.asked == check.scanning);
  CHECK(check.failures.empty());
  CHECK(check.misses.empty());
  CHECK(check.helped >= 11);
  std::uint64_t suggestions = 0;
  for (const auto& [kind, count] : check.suggested) suggestions += count;
  CHECK(check.working == suggestions);
}
