#include "oracle/fuzz/hostile.h"

#include <algorithm>

namespace leftmost::oracle::fuzz {

namespace {

// In pieces that the shrinker can take away.
Piece in_pieces(const std::string& text) {
  const std::size_t size = std::max<std::size_t>(4, text.size() / 400);
  std::vector<Piece> items;
  for (std::size_t i = 0; i < text.size(); i += size) items.emplace_back(text.substr(i, size));
  return list("", std::move(items), 0);
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::string mutated(Random& random, std::string sql) {
  for (std::size_t count = random.between(1, 8); count > 0 && !sql.empty(); --count) {
    const std::size_t place = random.below(sql.size());
    const std::size_t size = std::min(sql.size() - place, random.between(1, 12));
    switch (random.below(6)) {
      case 0:
        sql[place] = static_cast<char>(random.below(256));
        break;
      case 1:
        sql.insert(place, 1,
                   random.pick(
                       std::vector<char>{'\0', '\xff', '\xc0', '\xed', '\'', '"', '(', ')', '`', ';', '\n'}));
        break;
      case 2:
        sql.erase(place, size);
        break;
      case 3:
        sql.insert(place, sql.substr(random.below(sql.size()), size));
        break;
      case 4:
        sql.insert(place, random.pick({" SELECT ",      " NULL ", " 1e309 ", " -9223372036854775808 ",
                                       " COLLATE ",     " (",     ") ",      " OVER () ",
                                       "?99999",        " IN ",   " AS ",    " FROM ",
                                       " x'",           " /* ",   " -- ",    " LIMIT -1 ",
                                       " ORDER BY 99 ", " WITH ", " NOT ",   "::"}));
        break;
      default:
        sql += sql.substr(place, size);
        break;
    }
  }
  return sql;
}

std::string nested(Random& random) {
  const std::size_t depth = random.pick(std::vector<std::size_t>{3, 90, 990, 1010, 3000, 20000, 200000});
  switch (random.below(16)) {
    case 0:
      return "SELECT " + repeated("(", depth) + "1" + repeated(")", depth);
    case 1:
      return "SELECT " + repeated("NOT ", depth) + "1";
    case 2:
      return "SELECT " + repeated("- ", depth) + "1";
    case 3:
      return "SELECT " + repeated("abs(", depth) + "1" + repeated(")", depth);
    case 4:
      return repeated("SELECT (", depth) + "SELECT 1" + repeated(")", depth);
    case 5:
      return "SELECT * FROM " + repeated("(SELECT * FROM ", depth) + "t0" + repeated(")", depth);
    case 6:
      return "SELECT 1 FROM t0 WHERE 1" + repeated(" AND rowid", depth);
    case 7:
      return "SELECT 1 FROM t0 WHERE 0" + repeated(" OR rowid = 2", depth);
    case 8:
      return "SELECT 1" + repeated(" UNION ALL SELECT 1", depth);
    case 9:
      return "SELECT count(*) FROM t0" + repeated(", t0", depth);
    case 10:
      return "SELECT " + repeated("CASE WHEN 1 THEN ", depth) + "1" + repeated(" END", depth);
    case 11:
      return "INSERT INTO t0 VALUES (1)" + repeated(", (1)", depth);
    case 12:
      return "SELECT 1 IN (1" + repeated(", 1", depth) + ")";
    case 13:
      return "SELECT 'a'" + repeated(" || 'a'", depth);
    case 14:
      return "WITH w AS (SELECT 1)" + repeated(", w AS (SELECT 1)", depth) + " SELECT * FROM w";
    default:
      return "SELECT * FROM t0" + repeated(" LEFT JOIN (t0", depth) + repeated(")", depth);
  }
}

std::string giant(Random& random) {
  const std::size_t size = random.pick(std::vector<std::size_t>{100, 70'000, 1'000'000, 8'000'000});
  switch (random.below(16)) {
    case 0:
      return "SELECT length('" + std::string(size, 'a') + "')";
    case 1:
      return "SELECT length(x'" + std::string(size * 2, 'f') + "')";
    case 2:
      return "SELECT " + std::string(size, '9');
    case 3:
      return "SELECT 1." + std::string(size, '7') + "e" + std::string(size / 2, '3');
    case 4:
      return "CREATE TABLE " + std::string(size, 'q') + "(a)";
    case 5:
      return random.pick({"SELECT zeroblob(2000000000)", "SELECT length(zeroblob(999999999))",
                          "SELECT randomblob(1000000000) IS NULL", "SELECT hex(hex(hex(zeroblob(50000000))))",
                          "SELECT length(printf('%*d', 2147483647, 1))",
                          "SELECT printf('%.2147483647f', 1.5)",
                          "SELECT replace(hex(zeroblob(100000)), '0', hex(zeroblob(100000)))"});
    case 6:
      return "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r";
    case 7:
      return "WITH RECURSIVE r(n) AS (SELECT 'a' UNION ALL SELECT n || n FROM r) SELECT max(length(n)) FROM "
             "r";
    case 8:
      return "SELECT count(*) FROM t0 a, t0 b, t0 c, t0 d, t0 e, t0 f, t0 g, t0 h, t0 i, t0 j, t0 k, t0 l, "
             "t0 m WHERE a.rowid + m.rowid < 0";
    case 9:
      return "SELECT '" + std::string(size / 50, 'a') + "' LIKE '" + repeated("%a", 3000) + "b'";
    case 10:
      return "SELECT '" + std::string(20'000, 'a') + "' GLOB '" + repeated("*a", size / 1000) + "b'";
    case 11:
      return "SELECT group_concat(a.n || zeroblob(100000)) FROM (WITH RECURSIVE r(n) AS (VALUES (1) UNION "
             "ALL SELECT n + 1 FROM r LIMIT 100000) SELECT n FROM r) a";
    case 12:
      return "WITH RECURSIVE r(n) AS (VALUES (1) UNION SELECT n + 1 FROM r) SELECT n, hex(n) FROM r ORDER BY "
             "2 DESC";
    case 13:
      return "SELECT " + repeated("?, ", std::min<std::size_t>(size, 40'000)) + "?32766, ?32767";
    case 14:
      return "SELECT 1 /*" + std::string(size, '*');
    default:
      return "SELECT strftime('" + repeated("%Y", size / 2) + "', '2024-01-01')";
  }
}

std::string any_bytes(Random& random) {
  std::string text =
      random.pick({"", "SELECT ", "SELECT '", "INSERT INTO t0 VALUES ('", "CREATE TABLE \"", "PRAGMA "});
  for (std::size_t count = random.between(1, 200); count > 0; --count)
    text += static_cast<char>(random.below(256));
  return text;
}

}  // namespace

Step hostile_statement(Random& random, Generator& generator) {
  const std::size_t choice = random.below(100);
  if (choice < 70) {
    const Step step = random.percent(60)   ? generator.query()
                      : random.percent(60) ? generator.write()
                                           : generator.definition();
    return {"mutated " + step.kind, in_pieces(mutated(random, to_sql(step.sql))), {}};
  }
  if (choice < 84) return {"nested", in_pieces(nested(random)), {}};
  if (choice < 87) return {"giant", in_pieces(giant(random)), {}};
  return {"bytes", in_pieces(any_bytes(random)), {}};
}

}  // namespace leftmost::oracle::fuzz
