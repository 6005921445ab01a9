// The same statement bound here and prepared by SQLite: same error text, same place, same column names and
// types.
#include <fmt/core.h>

#include <functional>
#include <random>

#include "tests/bind/bound_schema.h"
#include "tests/catch.h"

namespace leftmost::testing {

namespace {

constexpr std::string_view kSchema =
    "CREATE TABLE t(a, b TEXT, c INTEGER NOT NULL, d VARCHAR(10));"
    "CREATE TABLE u(id INTEGER PRIMARY KEY, a INT, e TEXT COLLATE NOCASE);"
    "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID;"
    "CREATE TABLE q(Aa UNIQUE, \"b c\", [select]);"
    "CREATE INDEX t_ab ON t(a, b);"
    "CREATE VIEW v AS SELECT A, b AS x, a+1, count(*) FROM t GROUP BY a;"
    "CREATE VIEW vn(p, q) AS SELECT a, e FROM u UNION SELECT c, b FROM t;"
    "CREATE VIEW bad AS SELECT missing FROM t;"
    "CREATE VIEW worse AS SELECT * FROM nowhere;"
    "CREATE VIEW loop1 AS SELECT * FROM loop2;"
    "CREATE VIEW loop2 AS SELECT * FROM loop1;"
    "CREATE VIEW few(one) AS SELECT 1, 2;";

/// Empty if both sides say the same. `both_refuse`: they differ only in which error they name.
std::string difference(BoundSchema& schema, const std::string& sql, bool* both_refuse = nullptr) {
  const Verdict ours = schema.ours(sql);
  const Verdict theirs = schema.sqlite(sql);
  if (ours.not_supported) return {};
  const auto text = [](const Verdict& verdict) {
    if (verdict.error) return fmt::format("error at {}: {}", verdict.offset, *verdict.error);
    std::string shown = "columns";
    for (std::size_t i = 0; i < verdict.names.size(); ++i) {
      shown += fmt::format(" [{}|{}]", verdict.names[i], verdict.declared_types[i]);
    }
    return shown;
  };
  if (text(ours) == text(theirs)) return {};
  if (both_refuse != nullptr) *both_refuse = ours.error && theirs.error;
  return fmt::format("{}\n  ours:   {}\n  SQLite: {}\n", sql, text(ours), text(theirs));
}

const char* const kStatements[] = {
#include "tests/bind/statements.inc"
};

}  // namespace

TEST_CASE("statements are bound as SQLite prepares them", "[bind]") {
  BoundSchema schema(kSchema);
  std::string all;
  for (const char* const sql : kStatements) all += difference(schema, sql);
  INFO(all);
  CHECK(all.empty());
}

TEST_CASE("generated statements, most of them wrong, meet the same verdict", "[bind]") {
  BoundSchema schema(kSchema);
  const unsigned seed = 20261122;
  std::mt19937 random(seed);
  const auto pick = [&](std::initializer_list<const char*> words) {
    return std::string(
        *(words.begin() + std::uniform_int_distribution<std::size_t>(0, words.size() - 1)(random)));
  };
  const auto name = [&] {
    return pick({"a",      "b",        "c",    "e",    "id",   "rowid",   "k",   "v",
                 "x",      "A",        "t.a",  "u.a",  "u.id", "s.a",     "zz",  "\"a\"",
                 "\"zz\"", "main.t.a", "t.zz", "true", "n",    "t.rowid", "w.v", "oid"});
  };
  const std::function<std::string(int)> expr = [&](int depth) -> std::string {
    if (depth <= 0) return pick({"1", "'x'", "NULL", "0", "2.5"});
    switch (std::uniform_int_distribution<int>(0, 19)(random)) {
      case 0:
        return expr(depth - 1) + pick({"+", " = ", " < ", " AND ", " OR ", "||", " IS ", " IS NOT "}) +
               expr(depth - 1);
      case 1:
        return pick({"abs", "count", "sum", "max", "min", "nosuch", "coalesce", "length", "total"}) + "(" +
               expr(depth - 1) + ")";
      case 2:
        return pick(
            {"count(*)", "max(a,1)", "abs()", "count(DISTINCT a)", "sum(a) FILTER (WHERE b)", "substr(a)"});
      case 3:
        return expr(depth - 1) + " IN (" + expr(depth - 1) + ", " + expr(depth - 1) + ")";
      case 4:
        return expr(depth - 1) + " IN (" + expr(depth - 1) + ")";
      case 5:
        return "(SELECT " + expr(depth - 1) + " FROM " + pick({"t", "u", "w", "t AS s", "q"}) +
               pick({"", " WHERE ", " ORDER BY "}).append("") + ")";
      case 6:
        return "EXISTS (SELECT 1 FROM " + pick({"t", "u", "t AS s"}) + " WHERE " + expr(depth - 1) + ")";
      case 7:
        return expr(depth - 1) + pick({" IS NULL", " NOTNULL", " IS TRUE", " IS NOT FALSE"});
      case 8:
        return "CASE WHEN " + expr(depth - 1) + " THEN " + expr(depth - 1) + " ELSE " + expr(depth - 1) +
               " END";
      case 9:
        return pick({"-", "+", "NOT ", "~"}) + expr(depth - 1);
      case 10:
        return expr(depth - 1) + " BETWEEN " + expr(depth - 1) + " AND " + expr(depth - 1);
      case 11:
        return "(" + expr(depth - 1) + ", " + expr(depth - 1) + ")";
      case 12:
        return expr(depth - 1) + " IN (SELECT " + pick({"a", "a, b", "*", "zz"}) + " FROM " +
               pick({"t", "u", "w"}) + ")";
      default:
        return name();
    }
  };
  const auto from = [&] {
    return pick({"t", "u", "t, u", "t JOIN u USING(a)", "t LEFT JOIN u ON t.a = u.a", "t AS s", "w",
                 "t NATURAL JOIN u", "t FULL JOIN u USING(a)", "t RIGHT JOIN u USING(a)",
                 "(SELECT a, b AS x FROM t) AS s", "t CROSS JOIN w", "v", "t, (u JOIN w ON id = k) AS s",
                 "t JOIN (u JOIN w ON id = v) USING(a)", "t AS s JOIN t USING(a, b)", "nowhere", "t, t"});
  };
  const auto core = [&] {
    std::string sql = "SELECT " + pick({"", "", "DISTINCT "}) + pick({"*", "", "", "t.*", "s.*"});
    if (sql.back() == ' ')
      sql += expr(3) + pick({"", " AS n", " AS a"}) + pick({"", ", a", ", count(*) AS cc"});
    sql += " FROM " + from();
    if (random() % 2 == 0) sql += " WHERE " + expr(3);
    if (random() % 4 == 0) sql += " GROUP BY " + pick({"1", "a", "n", "2", "9", "count(*)", "zz", "a, b"});
    if (random() % 6 == 0) sql += " HAVING " + expr(2);
    return sql;
  };
  // A statement with several errors may be refused for another of them; that has to stay rare.
  std::size_t differences = 0, other_errors = 0, compared = 0;
  std::string shown;
  for (int i = 0; i < 20000; ++i) {
    std::string sql = core();
    if (random() % 6 == 0) sql += pick({" UNION ", " UNION ALL ", " EXCEPT "}) + core();
    if (random() % 3 == 0)
      sql += " ORDER BY " +
             pick({"1", "a", "n", "3", "zz", "a COLLATE nocase", "b, 2", "t.a", "count(*)", "a+1"});
    if (random() % 8 == 0) sql += pick({" LIMIT 1", " LIMIT a", " LIMIT (SELECT 1)", " LIMIT 2 OFFSET zz"});
    ++compared;
    bool both_refuse = false;
    const std::string found = difference(schema, sql, &both_refuse);
    if (found.empty()) continue;
    (both_refuse ? other_errors : differences) += 1;
    if (differences + other_errors <= 25) shown += found;
  }
  INFO("seed " << seed << ", of " << compared << " statements " << differences << " differ and "
               << other_errors << " are refused for another of their errors\n"
               << shown);
  CHECK(differences == 0);
  CHECK(other_errors * 200 < compared);
}

}  // namespace leftmost::testing
