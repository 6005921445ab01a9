#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

// A table, a view, a subquery or VALUES, with an alias of its own.
Generator::Source Generator::source(int depth, const Scope& before) {
  if (random_.percent(7)) return json_source(before);
  Source result;
  result.alias = new_alias();
  if (depth > 0 && random_.percent(14)) {
    const std::size_t column_count = random_.between(1, 3);
    Piece inside;
    if (random_.percent(20)) {
      inside = compound(column_count, depth - 1);
      for (std::size_t i = 0; i < column_count; ++i) result.columns.push_back("c" + std::to_string(i));
    } else {
      inside = simple_select(column_count, {}, depth - 1);
      for (std::size_t i = 0; i < column_count; ++i) result.columns.push_back("c" + std::to_string(i));
    }
    result.sql = sequence({"(", std::move(inside), ") AS " + result.alias});
    return result;
  }
  const Table& table = random_.pick(schema_.tables);
  result.columns = table.columns;
  if (table.has_rowid && random_.percent(8)) result.columns.emplace_back("rowid");
  std::vector<Piece> parts = {table.name + " AS " + result.alias};
  if (!table.indexes.empty() && random_.percent(5)) {
    parts.push_back(optional(
        {random_.percent(40) ? std::string(" NOT INDEXED") : " INDEXED BY " + random_.pick(table.indexes)}));
  }
  result.sql = sequence(std::move(parts));
  return result;
}

// A table function, about the items before it as often as not.
Generator::Source Generator::json_source(const Scope& before) {
  Source result;
  result.alias = new_alias();
  result.columns = {"key", "value", "type", "atom", "id", "fullkey"};
  Piece document =
      random_.pick({"'[1,\"a\",null,2.5]'", "'{\"a\":1,\"b\":[2,\"b\"]}'", "'[[1,2],{\"a\":[3]}]'", "'[]'"});
  if (!before.empty() && random_.percent(60)) {
    document = random_.percent(90)
                   ? sequence({random_.pick({"json_array(", "json_object('a', ", "json_array(7, "}),
                               expression({random_.pick(before)}), ")"})
                   : expression({random_.pick(before)});
  }
  std::vector<Piece> parts = {random_.pick({"json_each(", "json_each(", "json_tree("}), std::move(document)};
  if (random_.percent(15))
    parts.push_back(optional({random_.pick({", '$'", ", '$.b'", ", '$[0]'", ", NULL"})}));
  parts.emplace_back(") AS " + result.alias);
  result.sql = sequence(std::move(parts));
  return result;
}

Piece Generator::from_clause(Scope& scope, std::size_t source_count, int depth, const Scope& outer) {
  std::vector<Piece> items;
  for (std::size_t i = 0; i < source_count; ++i) {
    Source next = source(depth, scope);
    const Scope before = scope;
    Scope own;
    for (const std::string& name : next.columns) own.push_back(next.alias + "." + name);
    scope.insert(scope.end(), own.begin(), own.end());
    if (i == 0) {
      items.push_back(std::move(next.sql));
      continue;
    }
    const char* join = random_.pick({", ", ", ", ", ", " JOIN ", " JOIN ", " LEFT JOIN ", " LEFT JOIN ",
                                     " CROSS JOIN ", " INNER JOIN ", " RIGHT JOIN ", " FULL JOIN ",
                                     " NATURAL JOIN ", " NATURAL LEFT JOIN "});
    const std::string word = join;
    std::vector<Piece> item = {word, std::move(next.sql)};
    if (word == ", " || word.find("NATURAL") != std::string::npos) {
      items.push_back(optional(std::move(item)));
      continue;
    }
    if (random_.percent(12) && next.columns.front() == "a" && before.size() < 6) {
      item.push_back(optional({" USING (a)"}));
    } else if (random_.percent(90)) {
      Scope joined = scope;
      if (random_.percent(10)) joined.insert(joined.end(), outer.begin(), outer.end());
      std::vector<Piece> terms;
      terms.push_back(
          expression({expression({random_.pick(own)}), random_.pick({" = ", " = ", " = ", " > ", " IS "}),
                      expression({random_.pick(before)})}));
      if (random_.percent(35)) terms.push_back(term(joined, depth - 1));
      item.push_back(optional({" ON ", list(" AND ", std::move(terms))}));
    }
    items.push_back(optional(std::move(item)));
  }
  return sequence(std::move(items));
}

// `first`: a term to begin with.
Piece Generator::order_by(const Scope& scope, std::size_t column_count, Piece* first) {
  std::vector<Piece> items;
  if (first != nullptr) items.push_back(std::move(*first));
  const std::size_t count = random_.between(1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Piece> item;
    if (scope.empty() || random_.percent(25)) {
      item.emplace_back(std::to_string(random_.between(1, column_count)));
    } else {
      item.push_back(random_.percent(90) ? column(scope) : value(scope, 1));
    }
    if (random_.percent(8))
      item.push_back(optional({" COLLATE ", random_.pick({"NOCASE", "RTRIM", "BINARY"})}));
    if (random_.percent(35)) item.push_back(optional({random_.pick({" DESC", " DESC", " ASC"})}));
    if (random_.percent(8)) item.push_back(optional({random_.pick({" NULLS FIRST", " NULLS LAST"})}));
    items.push_back(sequence(std::move(item)));
  }
  return optional({" ORDER BY ", list(", ", std::move(items))});
}

Piece Generator::limit() {
  std::vector<Piece> parts = {" LIMIT ", random_.pick({"1", "2", "5", "10", "1 + 2", "0", "-1"})};
  if (random_.percent(30)) parts.push_back(optional({" OFFSET ", random_.pick({"1", "2", "3"})}));
  return optional(std::move(parts));
}

Piece Generator::core(std::size_t column_count, const Scope& outer, int depth, bool windowed) {
  Scope scope;
  const std::size_t source_count = depth >= 2
                                       ? random_.pick(std::vector<std::size_t>{1, 1, 1, 1, 2, 2, 2, 3, 3, 4})
                                       : random_.pick(std::vector<std::size_t>{1, 1, 1, 1, 1, 2});
  Piece from = from_clause(scope, source_count, depth - 1, outer);
  Scope seen = scope;
  if (!outer.empty()) {
    // Correlated as often as not: the outer query's columns stand beside the own ones.
    const std::size_t count = random_.below(outer.size() + 1);
    for (std::size_t i = 0; i < count; ++i) seen.push_back(random_.pick(outer));
  }
  const bool is_grouped = random_.percent(18);
  const bool is_aggregate = is_grouped || random_.percent(10);
  windowed = windowed || random_.percent(4);
  std::vector<std::string> windows;
  Piece definitions;
  if (windowed && random_.percent(30)) definitions = window_clause(scope, is_aggregate, windows);
  std::vector<Piece> columns;
  for (std::size_t i = 0; i < column_count; ++i) {
    Piece shown = windowed && random_.percent(60)       ? window_call(scope, is_aggregate, windows)
                  : is_aggregate && random_.percent(60) ? aggregate(scope, depth - 1)
                  : random_.percent(75)                 ? column(scope)
                                                        : value(seen, depth - 1);
    if (windowed && random_.percent(8)) {
      shown = expression({"(", std::move(shown), random_.pick({" + ", " || ", " = "}),
                          window_call(scope, is_aggregate, windows), ")"});
    }
    columns.push_back(sequence({std::move(shown), " AS c" + std::to_string(i)}));
  }
  std::vector<Piece> parts = {"SELECT "};
  if (random_.percent(10)) parts.push_back(optional({"DISTINCT "}));
  parts.push_back(list(", ", std::move(columns)));
  parts.emplace_back(" FROM ");
  parts.push_back(std::move(from));
  if (random_.percent(78)) parts.push_back(optional({" WHERE ", condition(seen, depth - 1)}));
  if (is_grouped) {
    std::vector<Piece> groups;
    const std::size_t count = random_.between(1, 2);
    for (std::size_t i = 0; i < count; ++i)
      groups.push_back(random_.percent(88) ? column(scope) : value(scope, 1));
    std::vector<Piece> group = {" GROUP BY ", list(", ", std::move(groups))};
    if (random_.percent(25))
      group.push_back(
          optional({" HAVING ", aggregate(scope, 0), random_.pick({" > 1", " IS NOT NULL", " < 'b'"})}));
    parts.push_back(optional(std::move(group)));
  }
  parts.push_back(std::move(definitions));
  if (windowed && random_.percent(12)) {
    Piece first = window_call(scope, is_aggregate, windows);
    parts.push_back(order_by(scope, column_count, &first));
  } else if (random_.percent(depth >= 2 ? 45 : 15)) {
    parts.push_back(order_by(scope, column_count));
  }
  if (random_.percent(12)) parts.push_back(limit());
  return select(std::move(parts));
}

Piece Generator::simple_select(std::size_t column_count, const Scope& outer, int depth) {
  if (depth <= -2) return select({"SELECT ", literal()});
  return core(column_count, outer, depth);
}

// Arms cannot have ORDER BY or LIMIT of their own, so they are selects from a table with a WHERE, or VALUES.
Piece Generator::compound(std::size_t column_count, int depth) {
  std::vector<Piece> parts;
  const std::size_t arm_count = random_.between(2, 3);
  for (std::size_t arm = 0; arm < arm_count; ++arm) {
    std::vector<Piece> columns;
    Piece body;
    if (random_.percent(12)) {
      for (std::size_t i = 0; i < column_count; ++i) columns.push_back(literal());
      body = arm == 0 ? sequence({"SELECT ", list(", ", std::move(columns), column_count)})
                      : sequence({"VALUES (", list(", ", std::move(columns), column_count), ")"});
    } else {
      Scope scope;
      Piece from = from_clause(scope, random_.percent(80) ? 1 : 2, depth - 1, {});
      for (std::size_t i = 0; i < column_count; ++i)
        columns.push_back(random_.percent(85) ? column(scope) : value(scope, 1));
      for (std::size_t i = 0; i < column_count; ++i)
        columns[i] = sequence({columns[i], " AS c" + std::to_string(i)});
      std::vector<Piece> inside = {"SELECT ", list(", ", std::move(columns), column_count), " FROM ",
                                   std::move(from)};
      if (random_.percent(60)) inside.push_back(optional({" WHERE ", condition(scope, depth - 1)}));
      body = sequence(std::move(inside));
    }
    if (arm == 0) {
      parts.push_back(std::move(body));
    } else {
      const char* operation =
          random_.pick({" UNION ALL ", " UNION ALL ", " UNION ", " INTERSECT ", " EXCEPT "});
      parts.push_back(optional({operation, std::move(body)}));
    }
  }
  if (random_.percent(45)) parts.push_back(order_by({}, column_count));
  if (random_.percent(15)) parts.push_back(limit());
  return select(std::move(parts));
}

Step Generator::with_query() {
  if (random_.percent(45)) {
    Scope scope = {"r.n"};
    std::vector<Piece> parts = {"WITH RECURSIVE r(n) AS (",
                                random_.pick({"SELECT 1", "VALUES (1)", "SELECT 0", "SELECT 1.5"}),
                                random_.pick({" UNION ALL ", " UNION "}),
                                "SELECT ",
                                random_.pick({"n + 1", "n + 2", "n * 2 + 1"}),
                                " FROM r WHERE n < ",
                                random_.pick({"5", "10", "30"})};
    if (random_.percent(20))
      parts.push_back(optional({random_.pick({" LIMIT 4", " ORDER BY 1", " ORDER BY 1 DESC"})}));
    parts.emplace_back(") SELECT ");
    Source other = source(0, scope);
    for (const std::string& name : other.columns) scope.push_back(other.alias + "." + name);
    parts.push_back(list(", ", {value(scope, 1), column(scope)}));
    parts.emplace_back(" FROM r");
    parts.push_back(sequence({random_.pick({", ", " JOIN ", " LEFT JOIN "}), std::move(other.sql)}));
    parts.push_back(optional({" WHERE ", condition(scope, 1)}));
    if (random_.percent(40)) parts.push_back(order_by(scope, 2));
    return {"SELECT with recursive CTE", sequence(std::move(parts)), {}};
  }
  const std::size_t column_count = random_.between(1, 3);
  Scope scope;
  for (const char* alias : {"w.", "z."}) {
    for (std::size_t i = 0; i < column_count; ++i) scope.push_back(alias + ("c" + std::to_string(i)));
  }
  const bool is_twice = random_.percent(40);
  if (!is_twice) scope.resize(column_count);
  std::vector<Piece> parts = {"WITH w AS "};
  if (random_.percent(25)) parts.push_back(optional({random_.pick({"MATERIALIZED ", "NOT MATERIALIZED "})}));
  parts.push_back(sequence(
      {"(", random_.percent(75) ? simple_select(column_count, {}, 1) : compound(column_count, 1), ")"}));
  parts.emplace_back(" SELECT ");
  parts.push_back(list(", ", {column(scope), value(scope, 1)}));
  parts.emplace_back(" FROM w");
  if (is_twice) parts.emplace_back(", w AS z");
  parts.push_back(optional({" WHERE ", condition(scope, 1)}));
  if (random_.percent(40)) parts.push_back(order_by(scope, 2));
  return {"SELECT with CTE", sequence(std::move(parts)), {}};
}

// A windowed SELECT by itself, or with another one around it that asks for some of its rows.
Step Generator::windowed_query() {
  const std::size_t column_count = random_.between(1, 4);
  const int depth = random_.percent(60) ? 1 : 2;
  Piece inside = core(column_count, {}, depth, true);
  const std::size_t choice = random_.below(100);
  if (choice < 55) return {"SELECT with windows", std::move(inside), {}};
  Scope scope;
  for (std::size_t i = 0; i < column_count; ++i) scope.push_back("v.c" + std::to_string(i));
  if (choice < 62) {
    std::vector<Piece> arms = {std::move(inside)};
    arms.push_back(sequence({core(column_count, {}, 1, random_.percent(50))}));
    const char* operation = random_.pick({" UNION ALL ", " UNION ALL ", " UNION ", " EXCEPT "});
    std::vector<Piece> from = {"SELECT * FROM (", std::move(arms[0]), ")", operation,
                               "SELECT * FROM (", std::move(arms[1]), ")"};
    return {"SELECT over windows", sequence(std::move(from)), {}};
  }
  std::vector<Piece> parts = {"SELECT "};
  if (random_.percent(10)) parts.push_back(optional({"DISTINCT "}));
  const bool groups = random_.percent(15);
  std::vector<Piece> columns;
  const std::size_t shown = random_.between(1, 3);
  for (std::size_t i = 0; i < shown; ++i) columns.push_back(groups ? aggregate(scope, 0) : value(scope, 1));
  parts.push_back(list(", ", std::move(columns)));
  parts.push_back(sequence({" FROM (", std::move(inside), ") AS v"}));
  if (random_.percent(25)) {
    Source other = source(0, scope);
    const std::string first = other.alias + "." + other.columns.front();
    parts.push_back(
        optional({random_.pick({", ", " JOIN ", " LEFT JOIN ", " CROSS JOIN "}), std::move(other.sql)}));
    scope.push_back(first);
  }
  if (random_.percent(75)) parts.push_back(optional({" WHERE ", condition(scope, 1)}));
  if (!groups && random_.percent(40)) parts.push_back(order_by(scope, shown));
  if (random_.percent(15)) parts.push_back(limit());
  return {"SELECT over windows", select(std::move(parts)), {}};
}

Step Generator::query() {
  if (random_.percent(40)) return shaped_query();
  alias_count_ = 0;
  const std::size_t choice = random_.below(100);
  const std::size_t column_count = random_.between(1, 4);
  if (choice >= 88) return windowed_query();
  if (choice < 12) return with_query();
  if (choice < 24) return {"SELECT compound", compound(column_count, 2), {}};
  if (choice < 50) return {"SELECT simple", core(column_count, {}, 1), {}};
  return {"SELECT join and subquery", core(column_count, {}, random_.percent(80) ? 2 : 3), {}};
}

}  // namespace leftmost::oracle::fuzz
