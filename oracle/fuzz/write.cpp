#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

Piece Generator::returning(const Table& table) {
  if (random_.percent(20))
    return optional({" RETURNING *", optional({", ", value(table.columns, 1), " AS q"})});
  return optional({" RETURNING ", list(", ", {column(table.columns), value(table.columns, 1)})});
}

// One to three clauses; all but the last must name what they are about.
Piece Generator::upsert(const Table& table) {
  Scope scope;
  for (const std::string& name : table.columns) {
    scope.push_back("excluded." + name);
    scope.push_back(name);
  }
  std::vector<Piece> clauses;
  const std::size_t count = random_.pick(std::vector<std::size_t>{1, 1, 1, 2, 3});
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Piece> target;
    for (const std::string& name : random_.pick(table.unique)) target.emplace_back(name);
    std::vector<Piece> clause = {" ON CONFLICT", optional({"(", list(", ", std::move(target)), ")"})};
    if (random_.percent(35)) {
      clause.emplace_back(" DO NOTHING");
    } else {
      std::vector<Piece> sets;
      for (std::size_t n = random_.between(1, 2); n > 0; --n) {
        sets.push_back(sequence({assigned_column(table), " = ", value(scope, 1)}));
      }
      clause.push_back(sequence({" DO UPDATE SET ", list(", ", std::move(sets))}));
      if (random_.percent(30)) clause.push_back(optional({" WHERE ", term(scope, 0)}));
    }
    clauses.push_back(sequence(std::move(clause)));
  }
  return optional({list("", std::move(clauses))});
}

// A generated one only to see it refused.
std::string Generator::assigned_column(const Table& table) {
  return random_.percent(97) ? random_.pick(table.written()) : random_.pick(table.columns);
}

Step Generator::insert() {
  const Table& table = schema_.pick_table(random_);
  std::string kind = "INSERT";
  std::vector<Piece> parts;
  std::vector<std::string> columns = table.written();
  std::size_t column_count = columns.size();
  const bool is_query = random_.percent(35);
  const bool has_cte = is_query && random_.percent(25);
  if (has_cte) {
    parts.push_back(sequence({"WITH w AS ", optional({random_.pick({"MATERIALIZED ", "NOT MATERIALIZED "})}),
                              "(", simple_select(column_count, {}, 1), ") "}));
  }
  const std::size_t conflict = random_.below(10);
  if (conflict < 4) {
    parts.emplace_back("INSERT INTO " + table.name);
  } else if (conflict < 6) {
    parts.emplace_back("REPLACE INTO " + table.name);
    kind = "REPLACE";
  } else {
    parts.push_back(sequence(
        {"INSERT ", optional({"OR ", random_.pick({"IGNORE", "ABORT", "FAIL", "ROLLBACK", "REPLACE"})}),
         " INTO " + table.name}));
  }
  if (!has_cte && random_.percent(20)) {
    const std::vector<std::string> all = random_.percent(95) ? columns : table.columns;
    columns.clear();
    std::string names;
    for (const std::string& name : all) {
      if (random_.percent(30) && !(columns.empty() && name == all.back())) continue;
      names += (names.empty() ? "" : ", ") + name;
      columns.push_back(name);
    }
    column_count = columns.size();
    parts.emplace_back("(" + names + ")");
  }
  if (has_cte) {
    kind += " ... SELECT";
    parts.push_back(sequence({" SELECT * FROM w", optional({" WHERE ", term({"c0"}, 0)})}));
  } else if (is_query) {
    kind += " ... SELECT";
    parts.push_back(
        sequence({" ", random_.percent(80) ? core(column_count, {}, 1) : compound(column_count, 1)}));
    // Without WHERE the grammar takes ON CONFLICT for the ON of a join, so UPSERT stays with VALUES.
  } else if (column_count == table.written().size() && random_.percent(4)) {
    parts.emplace_back(" DEFAULT VALUES");
  } else {
    std::vector<Piece> rows;
    const std::size_t row_count = random_.between(1, 4);
    for (std::size_t row = 0; row < row_count; ++row) {
      std::vector<Piece> values;
      for (std::size_t i = 0; i < column_count; ++i)
        values.push_back(random_.percent(85) ? expression({random_literal(random_, table, columns[i])})
                                             : value({}, 1));
      rows.push_back(sequence({"(", list(", ", std::move(values), column_count), ")"}));
    }
    parts.push_back(sequence({" VALUES ", list(", ", std::move(rows))}));
    if (!table.unique.empty() && random_.percent(35)) {
      kind = "UPSERT";
      parts.push_back(upsert(table));
    }
  }
  if (random_.percent(15)) parts.push_back(returning(table));
  return {kind, sequence(std::move(parts)), checks_of(table)};
}

Step Generator::update() {
  const Table& table = schema_.pick_table(random_);
  std::string kind = "UPDATE";
  Scope scope;
  for (const std::string& name : table.columns) scope.push_back(table.name + "." + name);
  std::vector<Piece> from;
  if (random_.percent(20)) {
    kind = "UPDATE FROM";
    Scope joined;
    from = {" FROM ", from_clause(joined, random_.between(1, 2), 1, {})};
    scope.insert(scope.end(), joined.begin(), joined.end());
  }
  std::vector<Piece> sets;
  const std::size_t set_count = random_.between(1, 2);
  for (std::size_t i = 0; i < set_count; ++i)
    sets.push_back(sequence({assigned_column(table), " = ", value(scope, 1)}));
  if (table.columns.size() > 1 && random_.percent(8)) {
    sets = {sequence({"(", table.columns[0], ", ", table.columns[1], ") = (", value(scope, 1), ", ",
                      value(scope, 1), ")"})};
  }
  std::vector<Piece> parts = {"UPDATE "};
  if (random_.percent(30))
    parts.push_back(optional({"OR ", random_.pick({"IGNORE ", "REPLACE ", "FAIL ", "ABORT ", "ROLLBACK "})}));
  parts.emplace_back(table.name + " SET ");
  parts.push_back(list(", ", std::move(sets)));
  const bool has_from = !from.empty();
  if (has_from) parts.push_back(sequence(std::move(from)));
  if (random_.percent(85)) parts.push_back(optional({" WHERE ", condition(scope, 1)}));
  if (random_.percent(15)) parts.push_back(returning(table));
  if (!has_from && random_.percent(8)) {
    parts.push_back(optional({random_.percent(60) ? order_by(table.columns, 1) : Piece(""), " LIMIT 2"}));
  }
  return {kind, sequence(std::move(parts)), checks_of(table)};
}

Step Generator::erase() {
  const Table& table = schema_.pick_table(random_);
  std::vector<Piece> parts = {"DELETE FROM " + table.name};
  if (random_.percent(95)) parts.push_back(optional({" WHERE ", condition(table.columns, 2)}));
  if (random_.percent(15)) parts.push_back(returning(table));
  if (random_.percent(8))
    parts.push_back(optional({random_.percent(60) ? order_by(table.columns, 1) : Piece(""), " LIMIT 2"}));
  return {"DELETE", sequence(std::move(parts)), checks_of(table)};
}

Step Generator::write() {
  alias_count_ = 0;
  const std::size_t choice = random_.below(100);
  if (choice < 45) return insert();
  if (choice < 80) return update();
  return erase();
}

Step Generator::transaction() {
  switch (random_.below(8)) {
    case 0:
    case 1:
      return {"transaction", "BEGIN", {}};
    case 2:
    case 3:
      return {"transaction", "COMMIT", {}};
    case 4:
      return {"transaction", "ROLLBACK", {}};
    case 5:
      return {"transaction", "SAVEPOINT s", {}};
    case 6:
      return {"transaction", "RELEASE s", {}};
    default:
      return {"transaction", "ROLLBACK TO s", {}};
  }
}

}  // namespace leftmost::oracle::fuzz
