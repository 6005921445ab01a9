// Rewrites that presume nothing give the same rows on any data: NULLs, values of all types, letters of either
// case, equal rows, no rows at all. SQLite runs both.
#include <map>
#include <random>
#include <set>

#include "advice/rewrite.h"
#include "oracle/session.h"
#include "tests/catch.h"

using namespace leftmost;

namespace {

constexpr const char* kTables =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c TEXT COLLATE NOCASE, d, e INTEGER NOT NULL);"
    "CREATE TABLE u(id INTEGER PRIMARY KEY, t_id INTEGER, b TEXT, c TEXT COLLATE NOCASE, k INTEGER UNIQUE);"
    "CREATE INDEX t_a ON t(a); CREATE INDEX t_b ON t(b, a); CREATE INDEX t_c ON t(c); CREATE INDEX t_d ON "
    "t(d);"
    "CREATE TABLE w(k TEXT PRIMARY KEY NOT NULL, t_id INTEGER NOT NULL, c TEXT COLLATE NOCASE UNIQUE, n "
    "INTEGER, UNIQUE (t_id, n));"
    "CREATE TABLE s(i INTEGER, x TEXT) STRICT; CREATE INDEX s_i ON s(i);"
    "CREATE INDEX t_part ON t(b) WHERE a > 2; CREATE INDEX u_t ON u(t_id); CREATE INDEX u_b ON u(b);";

const char* const kStatements[] = {
    "SELECT id FROM t WHERE a <> 2",
    "SELECT id FROM t WHERE 2 <> a",
    "SELECT id FROM t WHERE NOT a = 2",
    "SELECT id FROM t WHERE d <> 'x'",
    "SELECT id FROM t WHERE NOT d <= 'b'",
    "SELECT id FROM t WHERE NOT b > 'b'",
    "SELECT id FROM t WHERE a NOT BETWEEN 1 AND 3",
    "SELECT id FROM t WHERE NOT d BETWEEN 1 AND 'x'",
    "SELECT id FROM t WHERE coalesce(a, 0) = 2",
    "SELECT id FROM t WHERE coalesce(a, 2) = 2",
    "SELECT id FROM t WHERE ifnull(d, 'x') > 'a'",
    "SELECT id FROM t WHERE ifnull(b, 'x') < 'c'",
    "SELECT id FROM t WHERE coalesce(a, 0) = '2'",
    "SELECT id FROM t WHERE coalesce(c, 'z') = 'a'",
    "SELECT id FROM t WHERE ifnull(b, 'z') = 2",
    "SELECT id FROM t WHERE ifnull(a, 0) < '2'",
    "SELECT id FROM t WHERE c > 'a' OR (c = 'a' AND a > 1)",
    "SELECT id FROM t WHERE a > '1' OR (a = '1' AND b > 2)",
    "SELECT id FROM t WHERE (c, a) IN (VALUES ('a', '2'), ('B', 1))",
    "SELECT id FROM t WHERE c LIKE 'A' || '%'",
    "SELECT id FROM t WHERE c GLOB 'a'",
    "SELECT id FROM t WHERE a GLOB '2'",
    "SELECT id FROM t WHERE c = 'a' COLLATE BINARY",
    "SELECT * FROM (SELECT c AS x FROM t UNION SELECT b FROM u) WHERE x = 'a'",
    "SELECT * FROM (SELECT a AS x FROM t UNION ALL SELECT b FROM u) WHERE x = 2",
    "SELECT * FROM (SELECT b AS x FROM t EXCEPT SELECT c FROM u) WHERE x = 'A'",
    "SELECT max(c), min(c) FROM t WHERE a > 1 OR d IS NULL",
    "SELECT DISTINCT b FROM t WHERE b = 'a' OR a = 2",
    "SELECT id FROM t WHERE a = 1 OR a = 2 OR b = 'x' AND e = 1",
    "SELECT id FROM t WHERE (c = 'A') <> 1",
    "SELECT id FROM t WHERE likely(a = 2) AND d > 1",
    "SELECT id FROM t WHERE b = 'a' OR a = 2",
    "SELECT b FROM t WHERE b = 'a' OR a = 2 OR d IS NULL",
    "SELECT b, c FROM t WHERE (b = 'a' OR a = 2) AND e > 1",
    "SELECT id FROM t WHERE b || '-' || c = 'a-b'",
    "SELECT id FROM t WHERE b > 'a' OR (b = 'a' AND a > 2)",
    "SELECT id FROM t WHERE b < 'b' OR b = 'b' AND (a < 2 OR a = 2 AND d < 'x')",
    "SELECT id FROM t WHERE (a, b) IN (VALUES (1, 'a'), (2, 'b'), (NULL, 'x'))",
    "SELECT min(a), max(d) FROM t",
    "SELECT min(a) AS low, max(a) AS high FROM t WHERE e > 1",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.t_id = t.id AND u.b > 'a')",
    "SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t_id = t.a)",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.c = t.b)",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE t.b = u.c)",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.b)",
    "SELECT id FROM t WHERE a IN (SELECT t_id FROM u WHERE b = 'a')",
    "SELECT id FROM t WHERE b IN (SELECT c FROM u)",
    "SELECT id FROM t WHERE c IN (SELECT b FROM u)",
    "SELECT id FROM t WHERE a IN (SELECT b FROM u)",
    "SELECT id FROM t WHERE id IN (SELECT t_id FROM u)",
    "SELECT a FROM t WHERE a IN (SELECT k FROM u)",
    "SELECT b FROM t WHERE b IN (SELECT k FROM u)",
    "SELECT t.a FROM t WHERE t.a NOT IN (SELECT u.k FROM u)",
    "SELECT id FROM t WHERE 2 IN (SELECT u.k FROM u WHERE u.t_id = t.a)",
    "SELECT id FROM t WHERE 'a' IN (SELECT u.c FROM u WHERE u.b = t.c)",
    "SELECT t.id FROM t CROSS JOIN u ON u.t_id = t.a WHERE u.b = 'a'",
    "SELECT t.id, u.id FROM t LEFT JOIN u ON u.t_id = t.a WHERE u.b = 'a'",
    "SELECT t.id FROM t JOIN u ON u.t_id = t.a ORDER BY u.b, u.id, t.id LIMIT 3",
    "SELECT id FROM t WHERE a = 2 AND e > 0 ORDER BY id LIMIT 3",
    "SELECT id FROM t WHERE e > 0 AND (a > 1 OR b = 'a') ORDER BY id LIMIT 3",
    "SELECT a, count(*) FROM t GROUP BY a HAVING a > 1 AND count(*) > 1",
    "SELECT c, count(*) FROM t WHERE e > 0 GROUP BY c HAVING c = 'A'",
    "SELECT * FROM (SELECT a, b FROM t UNION SELECT t_id, b FROM u) WHERE a = 2",
    "SELECT * FROM (SELECT b AS x FROM t UNION ALL SELECT c FROM u) WHERE x = 'A'",
    "SELECT id FROM t NOT INDEXED WHERE a = 2",
    "SELECT id FROM t INDEXED BY t_a WHERE a = 2 AND b = 'a'",
    "WITH w AS (SELECT * FROM t WHERE a > 1) SELECT x.id FROM w x JOIN w y ON y.a = x.e",
    "WITH w AS MATERIALIZED (SELECT * FROM t) SELECT id FROM w WHERE a = 2",
    "SELECT id FROM t WHERE b LIKE 'a' || '%'",
    "SELECT id FROM t WHERE b GLOB 'a'",
    "SELECT id FROM t WHERE d GLOB 'a*'",
    "SELECT id FROM t WHERE lower(b) = 'a'",
    "SELECT id FROM t WHERE upper(c) = 'B'",
    "SELECT id FROM t WHERE a + e = 3",
    "SELECT id FROM t WHERE a * d = 4",
    // A count that asks for one row.
    "SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.t_id = t.a) > 0",
    "SELECT id FROM t WHERE 1 <= (SELECT count(u.b) FROM u WHERE u.t_id = t.a OR u.k = 1)",
    "SELECT id FROM t WHERE (SELECT count(DISTINCT u.b) FROM u WHERE u.t_id = t.id) <> 0",
    "SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.c = t.b) = 0",
    "SELECT id FROM t WHERE 0 IS (SELECT count(k) FROM u WHERE t.b = u.c)",
    "SELECT id FROM t WHERE NOT (SELECT count(*) FROM u WHERE u.t_id = t.id)",
    "SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.t_id = t.id) OR a = 1",
    "SELECT id FROM t WHERE (SELECT count(*) FROM w WHERE w.t_id = t.id) = 0",
    "SELECT id FROM t WHERE e NOT IN (SELECT t_id FROM w)",
    "SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM w WHERE w.t_id = t.e)",
    "SELECT t.id FROM u LEFT JOIN t ON t.id = u.t_id WHERE t.e NOT IN (SELECT t_id FROM w)",
    "SELECT id FROM t WHERE c NOT IN (SELECT k FROM w)",
    // DISTINCT over keys.
    "SELECT DISTINCT t.id, u.id FROM t JOIN u ON u.t_id = t.a",
    "SELECT DISTINCT t.id FROM t JOIN u ON u.t_id = t.a",
    "SELECT DISTINCT u.id, t.b FROM u JOIN t ON t.id = u.t_id",
    "SELECT DISTINCT u.id, t.b FROM u LEFT JOIN t ON t.id = u.t_id",
    "SELECT DISTINCT u.id, t.id FROM u LEFT JOIN t ON t.a = u.t_id",
    "SELECT DISTINCT u.id, t.b FROM u LEFT JOIN t ON t.id = u.k AND u.b = 'a'",
    "SELECT DISTINCT u.id FROM u JOIN t WHERE t.id = 3",
    "SELECT DISTINCT w.* FROM w JOIN t ON t.id = w.t_id",
    "SELECT DISTINCT c FROM w",
    "SELECT DISTINCT c FROM w WHERE c IS NOT NULL",
    "SELECT DISTINCT t_id, n FROM w",
    "SELECT DISTINCT t.id, w.k FROM t JOIN w ON w.t_id = t.id AND w.n = 2",
    "SELECT DISTINCT t.id FROM t JOIN w ON w.t_id = t.id AND w.n = 2",
    "SELECT DISTINCT t.id FROM t JOIN w ON w.c = t.b",
    "SELECT DISTINCT t.id FROM t JOIN w ON w.c = t.c",
    "SELECT DISTINCT t.id FROM t JOIN w ON w.k = 'a' COLLATE NOCASE",
    "SELECT DISTINCT t.id FROM t JOIN u ON u.k = t.d",
    "SELECT count(DISTINCT id), count(DISTINCT a) FROM t",
    "SELECT count(DISTINCT k), count(DISTINCT c), count(DISTINCT n) FROM w",
    // Patterns and prefixes that no letter is in.
    "SELECT id FROM t WHERE b LIKE '2'",
    "SELECT id FROM t WHERE b LIKE '2%'",
    "SELECT id FROM t WHERE b LIKE 'a'",
    "SELECT id FROM t WHERE c LIKE 'a'",
    "SELECT id FROM t WHERE c LIKE '%'",
    "SELECT id FROM t WHERE d LIKE '2'",
    "SELECT id FROM t WHERE d LIKE '2%'",
    "SELECT id FROM t WHERE a LIKE '2%'",
    "SELECT id FROM t WHERE substr(b, 1, 1) = 'a'",
    "SELECT id FROM t WHERE substr(c, 1, 1) = 'a'",
    "SELECT id FROM t WHERE substr(d, 1, 1) = '2'",
    // Arithmetic on integers alone.
    "SELECT id FROM t WHERE id + 1 = 3",
    "SELECT id FROM t WHERE 10 - id >= 7",
    "SELECT id FROM t WHERE id * 2 > 5",
    "SELECT id FROM t WHERE id * 0 = 0",
    "SELECT id FROM t WHERE -id < 4",
    "SELECT rowid FROM s WHERE i + 1 = 3",
    "SELECT rowid FROM s WHERE i * 3 <= 7",
    "SELECT rowid FROM s WHERE 5 - i < 4",
    "SELECT rowid FROM s WHERE CAST(i AS INTEGER) = 2",
};

std::string random_rows(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<const char*> values) {
    return std::string(values.begin()[random() % values.size()]);
  };
  std::string sql;
  const std::size_t rows = random() % 14;
  for (std::size_t i = 1; i <= rows; ++i) {
    sql += "INSERT INTO t VALUES (" + std::to_string(i) + ", " +
           pick({"NULL", "0", "1", "2", "3", "'x'", "2.5"}) + ", " +
           pick({"NULL", "'a'", "'A'", "'b'", "'x'", "2", "x'61'"}) + ", " +
           pick({"NULL", "'a'", "'A'", "'B'", "'b'", "''"}) + ", " +
           pick({"NULL", "1", "2", "'2'", "'a'", "'x'", "x'61'", "1.0"}) + ", " + pick({"0", "1", "2", "3"}) +
           ");";
    sql += "INSERT OR IGNORE INTO u VALUES (" + std::to_string(i) + ", " +
           pick({"NULL", "1", "2", "3", "'a'"}) + ", " + pick({"NULL", "'a'", "'A'", "'b'", "'2'"}) + ", " +
           pick({"NULL", "'a'", "'A'", "'B'"}) + ", " + pick({"NULL", "0", "1", "2", "3", "'a'"}) + ");";
    sql += "INSERT OR IGNORE INTO w VALUES (" + pick({"'a'", "'A'", "'b'", "'2'", "2"}) + ", " +
           pick({"1", "2", "3", "'a'"}) + ", " + pick({"NULL", "'a'", "'A'", "'b'", "'B'"}) + ", " +
           pick({"NULL", "1", "2", "3"}) + ");";
    sql += "INSERT INTO s VALUES (" +
           pick({"NULL", "0", "1", "2", "3", "-1", "9223372036854775807", "-9223372036854775807 - 1"}) +
           ", 'a');";
  }
  return sql;
}

/// The rows, however they are ordered.
std::multiset<std::string> rows_of(oracle::Twin& twin, const std::string& sql) {
  const auto rows = twin.run(sql);
  INFO(sql);
  REQUIRE(rows);
  std::multiset<std::string> all;
  for (const storage::Row& row : rows->rows) {
    std::string text;
    for (const storage::OwnedValue& value : row) text += storage::to_sql_literal(value.view()) + "|";
    all.insert(text);
  }
  return all;
}

}  // namespace

TEST_CASE("a rewrite that presumes nothing gives the same rows on any data", "[advice][rewrite]") {
  std::mt19937 random(20240501);
  std::map<std::string, int> tried;
  for (int round = 0; round < 20; ++round) {
    auto session = oracle::Session::open({});
    REQUIRE(session);
    REQUIRE((*session)->execute(kTables + random_rows(random)));
    oracle::Twin& twin = *(*session)->twin();
    for (const char* statement : kStatements) {
      for (const advice::Rewrite& rewrite : advice::propose_rewrites(statement, (*session)->database())) {
        if (!rewrite.presumes.empty()) continue;
        INFO(statement << "\n" << rewrite.sql << "\n" << rewrite.what);
        // What SQLite refuses is never shown.
        if (!twin.run(rewrite.sql)) continue;
        CHECK(rows_of(twin, statement) == rows_of(twin, rewrite.sql));
        ++tried[rewrite.what];
      }
    }
  }
  CHECK(tried.size() > 20);
}
