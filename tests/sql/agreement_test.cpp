// The parser against SQLite's: the same statements, whole and mutilated, refused at the same byte in the same
// words.
#include <sqlite3.h>

#include <random>
#include <string>
#include <vector>

#include "engine/sql/lexer.h"
#include "engine/sql/parser.h"
#include "tests/catch.h"

using namespace leftmost;
using namespace leftmost::engine::sql;

namespace {

const char* const kStatements[] = {
    R"(SELECT DISTINCT a, t.b AS x, count(*), t.* FROM main.t AS t, u CROSS JOIN v LEFT OUTER JOIN w ON t.a=w.a
       NATURAL JOIN z FULL JOIN y USING (a, b) WHERE a > 1 AND NOT b GROUP BY a, b HAVING count(*) > 1
       ORDER BY a DESC NULLS LAST, b COLLATE nocase LIMIT 10 OFFSET 5;)",
    "SELECT * FROM (SELECT 1 AS a) AS q, (t JOIN u ON 1), ((t)), f('[1]', '$') je, t INDEXED BY i, t NOT "
    "INDEXED",
    "WITH RECURSIVE c(x) AS MATERIALIZED (VALUES (1) UNION ALL SELECT x+1 FROM c), d AS (SELECT 2) SELECT * "
    "FROM c, d",
    "SELECT a FROM t UNION SELECT b FROM u UNION ALL VALUES (1),(2) INTERSECT SELECT 3 ORDER BY 1 LIMIT 3, 4",
    "SELECT -1, ~1, 1.5e3, .5, 1., 0x1F, x'0aFF', 'it''s', NULL, TRUE, CURRENT_TIME, \"dq\", [br], `bt`, ?, "
    "?5, :a, $d::e(f)",
    "SELECT a.b.c, 'x'.y, a + b * c / d % e - f || g -> h ->> i << j >> k & l | m < n <= o > p >= q = r <> t "
    "AND v OR w",
    "SELECT a IS b, a IS NOT b, a IS DISTINCT FROM b, a IS NOT NULL, a ISNULL, a NOT NULL, a NOT LIKE b "
    "ESCAPE 'c'",
    "SELECT a NOT BETWEEN 1 AND 2 AND c, a IN (), a NOT IN (1,2), a IN (SELECT 1), a IN main.t, a IN f(1), "
    "EXISTS (SELECT 1)",
    "SELECT CASE a WHEN 1 THEN 2 ELSE 5 END, CAST(a AS DECIMAL(10, -5)), (1,2) IN ((1,2),(3,4)), "
    "count(DISTINCT a)",
    R"(SELECT sum(a) FILTER (WHERE b) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING
       EXCLUDE TIES), sum(b) OVER w FROM t WINDOW w AS (ORDER BY c), window AS (w))",
    R"(INSERT OR REPLACE INTO main.t AS x (a, b) SELECT 1, 2 WHERE 1 ON CONFLICT (a) WHERE a>1 DO UPDATE SET a=1,
       (b,c)=(1,2) WHERE b ON CONFLICT DO NOTHING RETURNING *, a AS z)",
    "REPLACE INTO t DEFAULT VALUES RETURNING a",
    "UPDATE OR FAIL main.t AS x INDEXED BY i SET a=1, (b,c)=(SELECT 1,2) FROM u WHERE x.a=u.a RETURNING a "
    "ORDER BY a LIMIT 5",
    "WITH q AS (SELECT 1) DELETE FROM main.t AS x NOT INDEXED WHERE a=1 RETURNING * ORDER BY a LIMIT 1",
    R"(CREATE TABLE IF NOT EXISTS main.zz (a INTEGER PRIMARY KEY ASC ON CONFLICT ROLLBACK AUTOINCREMENT, b TEXT NOT NULL
       DEFAULT 'x', d DECIMAL(10,-2) DEFAULT -5 CHECK (c > 1), e DEFAULT (1+2) COLLATE nocase, f REFERENCES u(a)
       ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, g AS (a+1) STORED, h INT GENERATED ALWAYS AS (b),
       CONSTRAINT k UNIQUE (b, c DESC), FOREIGN KEY (a, b) REFERENCES v(c, d) ON DELETE SET DEFAULT) STRICT)",
    "CREATE TEMP TABLE tt (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID",
    "CREATE UNIQUE INDEX IF NOT EXISTS main.ii ON t (a COLLATE nocase DESC, b+1, lower(c)) WHERE a IS NOT "
    "NULL",
    "CREATE TEMP VIEW v2 (a, b) AS WITH q AS (SELECT 1) SELECT * FROM q",
    "CREATE VIRTUAL TABLE IF NOT EXISTS main.vt USING fts5(a, b, tokenize = 'porter (x)', c (d, e))",
    "DROP TABLE IF EXISTS main.t0",
    "PRAGMA main.cache_size = -200",
    "ATTACH DATABASE 'x' || 'y' AS aux KEY 'k'",
    "BEGIN IMMEDIATE TRANSACTION",
    "ROLLBACK TRANSACTION TO SAVEPOINT s",
    "EXPLAIN QUERY PLAN SELECT key, desc FROM plan",
    "; ; SELECT 1 /* c */ -- d"};

const char* const kOtherWords[] = {
    "SELECT", "FROM", "WHERE", "KEY",    "LEFT", "WINDOW", "OVER",  "FILTER", "INDEXED", "NOT", "ON", "AS",
    "(",      ")",    ",",     ";",      "1",    "'s'",    "x'00'", "\"q\"",  "1x",      "!",   "?1", "DESC",
    "LIKE",   "WITH", "UNION", "VALUES", "NULL", "a",      ".",     "*",      "->",      "#",   "[z"};

bool is_word_of_the_parser(const std::string& message) {
  for (const char* part :
       {"syntax error", "incomplete input", "unrecognized token", "parser stack overflow",
        "unknown join type", "clause should come after", "variable number must", "unknown table option",
        "duplicate WITH table", "JOIN clause is required", "columns assigned", "unsupported frame",
        "IN(...) element", "error in generated"}) {
    if (message.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("statements are refused as SQLite refuses them", "[sql]") {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "CREATE TABLE t(a,b,c,d); CREATE TABLE u(a,b,c,d)", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  std::mt19937 random(20231101);
  int compared = 0;
  for (int round = 0; round < 400; ++round) {
    for (const std::string statement : kStatements) {
      std::vector<std::string> tokens;
      std::size_t read = 0;
      while (const auto token = next_token(statement, read)) {
        read = token->span.end;
        tokens.push_back(statement.substr(token->span.begin, token->span.end - token->span.begin));
      }
      for (std::size_t changes = round == 0 ? 0 : 1 + random() % 2; changes > 0; --changes) {
        const std::size_t at = random() % tokens.size();
        const std::string other = std::string(" ") + kOtherWords[random() % std::size(kOtherWords)] + " ";
        switch (random() % 4) {
          case 0:
            tokens[at].clear();
            break;
          case 1:
            tokens[at] += " " + tokens[at];
            break;
          case 2:
            tokens[at] = other;
            break;
          default:
            std::swap(tokens[at], tokens[random() % tokens.size()]);
            break;
        }
      }
      std::string text;
      for (const std::string& token : tokens) text += token;

      storage::Arena arena;
      const auto parsed = parse(text, arena);
      sqlite3_stmt* prepared = nullptr;
      const bool refused = sqlite3_prepare_v2(db, text.c_str(), -1, &prepared, nullptr) != SQLITE_OK;
      const std::string message = refused ? sqlite3_errmsg(db) : "";
      const int offset = sqlite3_error_offset(db);
      sqlite3_finalize(prepared);
      INFO(text);
      INFO(message);
      ++compared;
      if (!refused) {
        CHECK(parsed.has_value());
      } else if (is_word_of_the_parser(message)) {
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().message == message);
        CHECK((parsed.error().sql_offset ? static_cast<int>(*parsed.error().sql_offset) : -1) == offset);
      }
    }
  }
  CHECK(compared == 400 * static_cast<int>(std::size(kStatements)));
  sqlite3_close(db);
}
