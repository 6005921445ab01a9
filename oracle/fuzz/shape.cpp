// Statements of the shapes that applications write: the newest row of each group, keyset pages, long joins,
// derived tables, trees, anti joins ... Chance alone makes these too seldom.
#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

namespace {

std::string of(const std::string& alias, const std::string& column) { return alias + "." + column; }

}  // namespace

Generator::Source Generator::table_source() {
  const Table& table = random_.pick(schema_.tables);
  Source result;
  result.alias = new_alias();
  result.columns = table.columns;
  result.expressions = table.expressions;
  result.sql = table.name + " AS " + result.alias;
  return result;
}

Generator::Scope Generator::scope_of(const Source& source) {
  Scope scope;
  for (const std::string& column : source.columns) scope.push_back(of(source.alias, column));
  return scope;
}

// A term; where an index is on an expression, about that as it stands there, as often as not.
Piece Generator::filter(const Source& source, const Scope& scope) {
  if (!source.expressions.empty() && random_.percent(35)) {
    const IndexedExpression& indexed = random_.pick(source.expressions);
    std::string text = indexed.before + of(source.alias, indexed.column) + indexed.between;
    if (!indexed.second.empty()) text += of(source.alias, indexed.second);
    text += indexed.after;
    if (random_.percent(20)) return expression({text, " IN (", literal(), ", ", literal(), ")"});
    return expression({text, random_.pick({" = ", " = ", " > ", " IS ", " < "}), literal()});
  }
  if (random_.percent(10)) {
    return expression({random_.pick({"likely(", "unlikely(", "likelihood("}), term(scope, 0), ")"});
  }
  return term(scope, 1);
}

// A chain or a star of equalities, some of them outer joins, some in parentheses.
Piece Generator::joined(std::vector<Source>& sources, std::size_t count) {
  std::vector<Piece> items;
  sources.push_back(table_source());
  items.push_back(sources.front().sql);
  while (sources.size() < count) {
    const Source& partner = random_.percent(50) ? sources.front() : sources.back();
    const std::string left = of(partner.alias, random_.pick(partner.columns));
    const char* word = random_.pick({" JOIN ", " JOIN ", " LEFT JOIN ", " LEFT JOIN ", ", ", " CROSS JOIN "});
    Source next = table_source();
    const std::string right = of(next.alias, random_.pick(next.columns));
    const bool is_comma = std::string_view(word) == ", ";
    if (!is_comma && sources.size() + 1 < count && random_.percent(15)) {
      Source inner = table_source();
      const std::string inside =
          of(inner.alias, random_.pick(inner.columns)) + " = " + of(next.alias, random_.pick(next.columns));
      items.push_back(optional({word, "(", next.sql, random_.pick({" JOIN ", " LEFT JOIN "}), inner.sql,
                                " ON " + inside, ") ON ", right, " = ", left}));
      sources.push_back(std::move(next));
      sources.push_back(std::move(inner));
      continue;
    }
    if (is_comma) {
      items.push_back(optional({word, next.sql}));
    } else {
      std::vector<Piece> terms = {expression({right, " = ", left})};
      if (random_.percent(25)) terms.push_back(filter(next, scope_of(next)));
      items.push_back(optional({word, next.sql, " ON ", list(" AND ", std::move(terms))}));
    }
    sources.push_back(std::move(next));
  }
  return sequence(std::move(items));
}

Step Generator::long_join() {
  std::vector<Source> sources;
  Piece from = joined(sources, random_.between(2, 6));
  Scope scope;
  for (const Source& source : sources) {
    const Scope own = scope_of(source);
    scope.insert(scope.end(), own.begin(), own.end());
  }
  std::vector<Piece> terms;
  for (std::size_t n = random_.between(1, 3); n > 0; --n) {
    const Source& about = random_.pick(sources);
    terms.push_back(filter(about, scope_of(about)));
  }
  if (random_.percent(40)) terms.push_back(expression({column(scope), " = ", column(scope)}));
  const bool is_grouped = random_.percent(30);
  std::vector<Piece> parts = {"SELECT "};
  if (!is_grouped && random_.percent(20)) parts.push_back(optional({"DISTINCT "}));
  parts.push_back(is_grouped ? list(", ", {column(scope), sequence({aggregate(scope, 0), " AS n"})})
                             : list(", ", {column(scope), column(scope), column(scope)}));
  parts.emplace_back(" FROM ");
  parts.push_back(std::move(from));
  parts.push_back(optional({" WHERE ", list(" AND ", std::move(terms))}));
  if (is_grouped) {
    parts.push_back(sequence({" GROUP BY ", random_.percent(50) ? Piece("1") : column(scope)}));
    if (random_.percent(30)) parts.push_back(optional({" HAVING n > 1"}));
    if (random_.percent(60))
      parts.push_back(optional({" ORDER BY ", random_.pick({"n DESC", "n DESC, 1", "1", "1 DESC, n"})}));
  } else if (random_.percent(60)) {
    parts.push_back(order_by(scope, 3));
  }
  if (random_.percent(40)) parts.push_back(limit());
  return {"SELECT long join", select(std::move(parts)), {}};
}

// The newest row of each group, in the ways in which people ask for it.
Step Generator::newest_of_group() {
  const Source outer = table_source();
  const Table& table = random_.pick(schema_.tables);
  const std::string inner = new_alias();
  const std::string group = random_.pick(table.columns), newest = random_.pick(table.columns);
  const std::string outer_group = of(outer.alias, random_.pick(outer.columns));
  const std::string outer_newest = of(outer.alias, random_.pick(outer.columns));
  std::vector<Piece> parts = {"SELECT ", list(", ", {column(scope_of(outer)), column(scope_of(outer))}),
                              " FROM ", outer.sql};
  const std::string best = random_.pick({"max(", "min("}) + of(inner, newest) + ")";
  switch (random_.below(5)) {
    case 0:
      parts.push_back(sequence({" WHERE ", outer_newest,
                                " = (SELECT " + best + " FROM " + table.name + " AS " + inner + " WHERE ",
                                of(inner, group) + " = " + outer_group, ")"}));
      break;
    case 1:
      parts.push_back(
          sequence({" JOIN (SELECT " + of(inner, group) + " AS g, " + best + " AS m FROM " + table.name +
                        " AS " + inner + " GROUP BY " + of(inner, group) + ") AS q ON q.g = " + outer_group,
                    optional({" AND q.m = " + outer_newest}), optional({" WHERE q.m > ", literal()})}));
      break;
    case 2:
      parts.push_back(sequence(
          {" LEFT JOIN " + table.name + " AS " + inner + " ON " + of(inner, group) + " = " + outer_group,
           optional({" AND " + of(inner, newest) + " > " + outer_newest}),
           " WHERE " + of(inner, random_.pick(table.columns)) + " IS NULL"}));
      break;
    case 3:
      parts.push_back(sequence({" WHERE (" + outer_group + ", " + outer_newest + ") IN (SELECT " +
                                    of(inner, group) + ", " + best + " FROM " + table.name + " AS " + inner,
                                optional({" WHERE ", term({of(inner, newest)}, 0)}),
                                " GROUP BY " + of(inner, group) + ")"}));
      break;
    default:
      parts.push_back(sequence({random_.pick({" WHERE NOT EXISTS (", " WHERE EXISTS ("}),
                                "SELECT 1 FROM " + table.name + " AS " + inner + " WHERE " +
                                    of(inner, group) + " = " + outer_group,
                                optional({" AND " + of(inner, newest) + " > " + outer_newest}), ")"}));
      break;
  }
  if (random_.percent(30)) parts.push_back(optional({" AND ", term(scope_of(outer), 0)}));
  if (random_.percent(40)) parts.push_back(order_by(scope_of(outer), 2));
  if (random_.percent(30)) parts.push_back(limit());
  return {"SELECT newest of a group", select(std::move(parts)), {}};
}

// One aggregate, as count(*), min() and max() have short cuts.
Step Generator::lone_aggregate() {
  const Source from = table_source();
  const Scope scope = scope_of(from);
  std::vector<Piece> parts = {
      "SELECT ", optional({random_.pick({"DISTINCT ", ""})}),
      random_.pick({"min(", "max(", "max(", "count(DISTINCT ", "sum(DISTINCT ", "count("}), column(scope),
      ")"};
  if (random_.percent(20)) parts.push_back(optional({", ", column(scope)}));
  if (random_.percent(15)) parts.push_back(optional({", ", aggregate(scope, 0)}));
  parts.push_back(sequence({" FROM ", from.sql}));
  if (random_.percent(65)) {
    std::vector<Piece> terms;
    for (std::size_t n = random_.between(1, 3); n > 0; --n) terms.push_back(filter(from, scope));
    parts.push_back(optional({" WHERE ", list(" AND ", std::move(terms))}));
  }
  if (random_.percent(25)) {
    parts.push_back(
        optional({" GROUP BY ", list(", ", {column(scope), column(scope)}),
                  optional({" ORDER BY ", random_.pick({"1", "1 DESC", "2", "max(1)", "count(*) DESC"})})}));
  }
  return {"SELECT one aggregate", select(std::move(parts)), {}};
}

Step Generator::keyset_page() {
  const Source from = table_source();
  const Scope scope = scope_of(from);
  const std::string first = random_.pick(scope), second = random_.pick(scope);
  const char* direction = random_.pick({"", "", " DESC"});
  const char* operation = random_.pick({" > ", " > ", " < ", " >= "});
  std::vector<Piece> parts = {"SELECT ", list(", ", {column(scope), column(scope)}), " FROM ", from.sql,
                              " WHERE "};
  if (random_.percent(50)) {
    parts.push_back(
        sequence({"(" + first + ", " + second + ")" + operation + "(", literal(), ", ", literal(), ")"}));
  } else {
    parts.push_back(sequence({"(" + first + operation, literal(), " OR (" + first + " = ", literal(),
                              " AND " + second + operation, literal(), "))"}));
  }
  if (random_.percent(40)) parts.push_back(optional({" AND ", filter(from, scope)}));
  parts.push_back(sequence({" ORDER BY " + first + direction, optional({", " + second + direction})}));
  if (random_.percent(80)) parts.push_back(limit());
  return {"SELECT keyset page", select(std::move(parts)), {}};
}

// Arms that may each search an index.
Step Generator::or_of_ands() {
  std::vector<Source> sources;
  Piece from = joined(sources, random_.pick(std::vector<std::size_t>{1, 1, 1, 2, 2, 3}));
  Scope scope;
  for (const Source& source : sources) {
    const Scope own = scope_of(source);
    scope.insert(scope.end(), own.begin(), own.end());
  }
  const Scope about = random_.percent(75) ? scope_of(random_.pick(sources)) : scope;
  std::vector<Piece> arms;
  for (std::size_t n = random_.between(2, 4); n > 0; --n) {
    std::vector<Piece> terms;
    for (std::size_t k = random_.between(1, 2); k > 0; --k) {
      switch (random_.below(5)) {
        case 0:
          terms.push_back(expression({column(about), " IN (", literal(), ", ", literal(), ")"}));
          break;
        case 1:
          terms.push_back(expression({column(about), " = ", column(scope)}));
          break;
        case 2:
          terms.push_back(
              expression({column(about), random_.pick({" > ", " < ", " IS NULL OR 1 = "}), literal()}));
          break;
        default:
          terms.push_back(expression({column(about), " = ", literal()}));
      }
    }
    arms.push_back(sequence({"(", list(" AND ", std::move(terms)), ")"}));
  }
  std::vector<Piece> parts = {"SELECT ",  list(", ", {column(scope), column(scope)}),
                              " FROM ",   std::move(from),
                              " WHERE (", list(" OR ", std::move(arms)),
                              ")"};
  if (random_.percent(50)) parts.push_back(optional({" AND ", term(scope, 0)}));
  if (random_.percent(40)) parts.push_back(order_by(scope, 2));
  if (random_.percent(25)) parts.push_back(limit());
  return {"SELECT OR of ANDs", select(std::move(parts)), {}};
}

// A grouped, limited, compound or plain FROM subquery that is joined and filtered from outside.
Step Generator::derived_table() {
  const std::string alias = new_alias();
  Piece inside;
  switch (random_.below(4)) {
    case 0: {
      const Source from = table_source();
      inside = select({"SELECT ", column(scope_of(from)), " AS c0, ", aggregate(scope_of(from), 0),
                       " AS c1 FROM ", from.sql, optional({" WHERE ", filter(from, scope_of(from))}),
                       " GROUP BY ", random_.percent(60) ? Piece("1") : column(scope_of(from))});
      break;
    }
    case 1:
      inside = compound(2, 1);
      break;
    case 2: {
      const Source from = table_source();
      inside =
          select({"SELECT ", optional({"DISTINCT "}), column(scope_of(from)), " AS c0, ",
                  value(scope_of(from), 1), " AS c1 FROM ", from.sql,
                  optional({" ORDER BY ", random_.pick({"1", "2 DESC", "c1, c0"})}), optional({" LIMIT 5"})});
      break;
    }
    default:
      inside = core(2, {}, 1);
  }
  const Scope scope = {of(alias, "c0"), of(alias, "c1")};
  const Source other = table_source();
  Scope both = scope;
  const Scope own = scope_of(other);
  both.insert(both.end(), own.begin(), own.end());
  const bool is_first = random_.percent(50);
  const Piece derived = sequence({"(", std::move(inside), ") AS " + alias});
  const Piece on =
      sequence({" ON ", random_.pick(scope), " = ", random_.pick(own), optional({" AND ", term(both, 0)})});
  const char* word = random_.pick({" JOIN ", " JOIN ", " LEFT JOIN ", " CROSS JOIN "});
  std::vector<Piece> parts = {"SELECT ", list(", ", {column(both), column(both)}), " FROM ",
                              is_first ? derived : other.sql};
  if (random_.percent(75)) {
    parts.push_back(sequence({word, is_first ? other.sql : derived, on}));
  } else if (!is_first) {
    parts.push_back(sequence({", ", derived}));
  }
  const Scope& seen = is_first ? scope : both;
  if (random_.percent(75))
    parts.push_back(optional({" WHERE ", list(" AND ", {term(seen, 1), term(seen, 0)})}));
  if (random_.percent(20)) parts.push_back(optional({" GROUP BY ", column(seen)}));
  if (random_.percent(40)) parts.push_back(order_by(seen, 2));
  if (random_.percent(25)) parts.push_back(limit());
  return {"SELECT derived table", select(std::move(parts)), {}};
}

// Several arms, some grouped or distinct or from joins, in the order of a name, a number or an expression.
Step Generator::long_compound() {
  std::vector<Piece> parts;
  const std::size_t arm_count = random_.between(2, 5);
  const char* usual = random_.pick({" UNION ALL ", " UNION ALL ", " UNION ", " INTERSECT ", " EXCEPT "});
  for (std::size_t arm = 0; arm < arm_count; ++arm) {
    const Source from = table_source();
    const Scope scope = scope_of(from);
    std::vector<Piece> body = {"SELECT "};
    if (random_.percent(10)) body.push_back(optional({"DISTINCT "}));
    const bool is_grouped = random_.percent(20);
    body.push_back(sequence({column(scope), " AS c0, ", is_grouped ? aggregate(scope, 0) : column(scope),
                             " AS c1 FROM ", from.sql}));
    if (random_.percent(50)) body.push_back(optional({" WHERE ", filter(from, scope)}));
    if (is_grouped)
      body.push_back(optional({" GROUP BY ", random_.percent(60) ? Piece("1") : column(scope)}));
    if (arm > 0)
      body.insert(body.begin(), random_.percent(70)
                                    ? usual
                                    : random_.pick({" UNION ALL ", " UNION ", " INTERSECT ", " EXCEPT "}));
    parts.push_back(arm == 0 ? sequence(std::move(body)) : optional(std::move(body)));
  }
  if (random_.percent(70)) {
    parts.push_back(optional(
        {" ORDER BY ",
         list(", ", {random_.pick({"1", "2", "c0", "c1 DESC", "c0 COLLATE NOCASE", "1 DESC NULLS LAST"}),
                     random_.pick({"2", "1 DESC", "c1", "c0 DESC"})})}));
  }
  if (random_.percent(30)) parts.push_back(limit());
  Piece whole = select(std::move(parts));
  switch (random_.below(4)) {
    case 0:
      return {"SELECT long compound",
              sequence({"SELECT ", random_.pick({"c0, c1", "count(*), max(c1)", "DISTINCT c0", "*"}),
                        " FROM (", std::move(whole), ")", optional({" WHERE ", term({"c0", "c1"}, 0)}),
                        optional({" ORDER BY ", random_.pick({"1", "c1", "c1 DESC, c0"})})}),
              {}};
    default:
      return {"SELECT long compound", std::move(whole), {}};
  }
}

// A walk along references from row to row.
Step Generator::tree_walk() {
  const Table& table = random_.pick(schema_.tables);
  const std::string down = random_.pick(table.columns), up = random_.pick(table.columns);
  const std::string alias = new_alias();
  std::vector<Piece> parts = {"WITH RECURSIVE walk(k, depth) AS (SELECT " + down + ", 0 FROM " + table.name,
                              optional({" WHERE ", term(table.columns, 0)}), " UNION ",
                              "SELECT " + of(alias, down) + ", depth + 1 FROM "};
  parts.emplace_back(random_.percent(50) ? "walk JOIN " + table.name + " AS " + alias
                                         : table.name + " AS " + alias + " JOIN walk");
  parts.push_back(sequence({" ON " + of(alias, up) + " = walk.k", " WHERE depth < 3",
                            optional({" AND ", term({of(alias, up), "k"}, 0)}),
                            optional({" ORDER BY ", random_.pick({"2", "2 DESC, 1", "1"})}), ") SELECT "}));
  const Source other = table_source();
  Scope scope = scope_of(other);
  scope.emplace_back("walk.k");
  switch (random_.below(3)) {
    case 0:
      parts.push_back(sequence(
          {"depth, count(*) FROM walk", optional({" WHERE ", term({"k", "depth"}, 0)}), " GROUP BY depth"}));
      break;
    case 1:
      parts.push_back(sequence(
          {column(scope), " FROM walk", random_.pick({" JOIN ", " LEFT JOIN ", ", "}), other.sql,
           optional({" WHERE ",
                     list(" AND ", {expression({random_.pick(scope), " = walk.k"}), term(scope, 0)})})}));
      break;
    default:
      parts.push_back(sequence({column(scope_of(other)), " FROM ", other.sql, " WHERE ",
                                column(scope_of(other)), random_.pick({" IN ", " NOT IN "}),
                                "(SELECT k FROM walk", optional({" WHERE depth > 0"}), ")"}));
  }
  return {"SELECT tree", sequence(std::move(parts)), {}};
}

// Two CTEs, the second about the first, used once, twice or in a subquery; under any statement.
Step Generator::chained_ctes() {
  const char* hint = random_.pick({"", "", "", "MATERIALIZED ", "NOT MATERIALIZED "});
  std::vector<Piece> parts = {std::string("WITH w(p, q) AS ") + hint + "(",
                              random_.percent(70) ? core(2, {}, 1) : compound(2, 1),
                              "), u AS (SELECT p",
                              optional({", max(q) AS q"}),
                              " FROM w",
                              optional({" WHERE ", term({"p", "q"}, 0)}),
                              optional({" GROUP BY p"}),
                              ") "};
  const Source from = table_source();
  Scope scope = scope_of(from);
  const char* name = random_.pick({"u", "u", "w"});
  const std::string subquery = std::string("(SELECT p FROM ") + name;
  const Table& target = schema_.pick_table(random_);
  switch (random_.below(5)) {
    case 0:
      parts.push_back(sequence(
          {"SELECT ", column(scope), ", z.p FROM ", from.sql, random_.pick({" JOIN ", " LEFT JOIN "}),
           std::string(name) + " AS z ON z.p = ", column(scope),
           optional({" WHERE ", column(scope), " IN " + subquery + ")"}), optional({" ORDER BY 1"})}));
      break;
    case 1:
      parts.push_back(sequence({"SELECT ", column(scope), " FROM ", from.sql, " WHERE ",
                                random_.pick({"EXISTS ", "NOT EXISTS "}),
                                subquery + " WHERE p = " + random_.pick(scope) + ")"}));
      break;
    case 2:
      parts.push_back(sequence({"SELECT y.p, z.p FROM w AS y", random_.pick({", ", " JOIN ", " LEFT JOIN "}),
                                std::string(name) + " AS z",
                                optional({" WHERE ", list(" AND ", {expression({"y.p = z.p"}),
                                                                    term({"y.p", "y.q", "z.p"}, 0)})})}));
      break;
    case 3:
      parts.push_back(sequence({"DELETE FROM " + target.name + " WHERE ", column(target.columns),
                                " IN " + subquery + ")", optional({" AND ", term(target.columns, 0)}),
                                random_.percent(20) ? returning(target) : Piece("")}));
      return {"DELETE", sequence(std::move(parts)), checks_of(target)};
    default:
      parts.push_back(
          sequence({"UPDATE " + target.name + " SET ", random_.pick(target.columns), " = " + subquery + ")",
                    optional({" WHERE ", column(target.columns), " IN " + subquery + ")"}),
                    random_.percent(20) ? returning(target) : Piece("")}));
      return {"UPDATE", sequence(std::move(parts)), checks_of(target)};
  }
  return {"SELECT chained CTEs", sequence(std::move(parts)), {}};
}

// Changes that look at another table, or at their own, row by row.
Step Generator::correlated_change() {
  const Table& table = schema_.pick_table(random_);
  const std::string alias = new_alias();
  const Table& other = random_.pick(schema_.tables);
  const std::string column_of_target = of(table.name, random_.pick(table.columns));
  Piece where = sequence({" FROM " + other.name + " AS " + alias + " WHERE " +
                              of(alias, random_.pick(other.columns)) + " = " + column_of_target,
                          optional({" AND ", term({of(alias, random_.pick(other.columns))}, 0)})});
  if (random_.percent(50)) {
    std::vector<Piece> parts = {"DELETE FROM " + table.name + " WHERE "};
    if (random_.percent(50)) {
      parts.push_back(
          sequence({random_.pick({"EXISTS (", "NOT EXISTS ("}), "SELECT 1", std::move(where), ")"}));
    } else {
      parts.push_back(sequence({column_of_target, random_.pick({" IN (", " NOT IN (", " < ("}), "SELECT ",
                                random_.pick({"max(", "min("}), of(alias, random_.pick(other.columns)), ")",
                                std::move(where), ")"}));
    }
    return {"DELETE", sequence(std::move(parts)), checks_of(table)};
  }
  return {"UPDATE",
          sequence({"UPDATE " + table.name + " SET " + random_.pick(table.columns) + " = (SELECT ",
                    random_.pick({"", "max", "count"}), "(" + of(alias, random_.pick(other.columns)) + ")",
                    std::move(where), ")", optional({" WHERE ", term(table.columns, 1)})}),
          checks_of(table)};
}

Step Generator::shaped_query() {
  alias_count_ = 0;
  switch (random_.below(14)) {
    case 0:
    case 1:
    case 2:
      return long_join();
    case 3:
      return newest_of_group();
    case 4:
      return lone_aggregate();
    case 5:
      return keyset_page();
    case 6:
    case 7:
      return or_of_ands();
    case 8:
    case 9:
      return derived_table();
    case 10:
      return long_compound();
    case 11:
      return tree_walk();
    case 12:
      return chained_ctes();
    default:
      return correlated_change();
  }
}

}  // namespace leftmost::oracle::fuzz
