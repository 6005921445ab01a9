#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

Piece Generator::returning(const Table& table) {
  return optional({" RETURNING ", list(", ", {column(table.columns), value(table.columns, 1)})});
}

Step Generator::insert() {
  const Table& table = schema_.pick_table(random_);
  const std::size_t column_count = table.columns.size();
  std::string kind = "INSERT";
  std::vector<Piece> parts;
  const std::size_t conflict = random_.below(10);
  if (conflict < 4) {
    parts.emplace_back("INSERT INTO " + table.name);
  } else if (conflict < 6) {
    parts.emplace_back("REPLACE INTO " + table.name);
    kind = "REPLACE";
  } else {
    parts.push_back(sequence({"INSERT ", optional({"OR ", random_.pick({"IGNORE", "ABORT", "FAIL", "ROLLBACK", "REPLACE"})}),
                              " INTO " + table.name}));
  }
  if (random_.percent(35)) {
    kind += " ... SELECT";
    parts.push_back(sequence({" ", random_.percent(80) ? core(column_count, {}, 1) : compound(column_count, 1)}));
    // Without WHERE the grammar takes ON CONFLICT for the ON of a join, so UPSERT stays with VALUES.
  } else {
    std::vector<Piece> rows;
    const std::size_t row_count = random_.between(1, 4);
    for (std::size_t row = 0; row < row_count; ++row) {
      std::vector<Piece> values;
      for (std::size_t i = 0; i < column_count; ++i) values.push_back(random_.percent(85) ? literal() : value({}, 1));
      rows.push_back(sequence({"(", list(", ", std::move(values), column_count), ")"}));
    }
    parts.push_back(sequence({" VALUES ", list(", ", std::move(rows))}));
    if (!table.unique.empty() && random_.percent(35)) {
      kind = "UPSERT";
      std::vector<Piece> target;
      for (const std::string& name : random_.pick(table.unique)) target.emplace_back(name);
      std::vector<Piece> upsert = {" ON CONFLICT", optional({"(", list(", ", std::move(target)), ")"})};
      if (random_.percent(35)) {
        upsert.emplace_back(" DO NOTHING");
      } else {
        Scope scope;
        for (const std::string& name : table.columns) {
          scope.push_back("excluded." + name);
          scope.push_back(name);
        }
        upsert.push_back(sequence({" DO UPDATE SET ", random_.pick(table.columns), " = ", value(scope, 1)}));
        if (random_.percent(30)) upsert.push_back(optional({" WHERE ", term(scope, 0)}));
      }
      parts.push_back(optional(std::move(upsert)));
    }
  }
  if (random_.percent(15)) parts.push_back(returning(table));
  return {kind, sequence(std::move(parts))};
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
  for (std::size_t i = 0; i < set_count; ++i) sets.push_back(sequence({random_.pick(table.columns), " = ", value(scope, 1)}));
  if (random_.percent(8)) {
    sets = {sequence({"(", table.columns[0], ", ", table.columns[1], ") = (", value(scope, 1), ", ", value(scope, 1), ")"})};
  }
  std::vector<Piece> parts = {"UPDATE "};
  if (random_.percent(30)) parts.push_back(optional({"OR ", random_.pick({"IGNORE ", "REPLACE ", "FAIL ", "ABORT ", "ROLLBACK "})}));
  parts.emplace_back(table.name + " SET ");
  parts.push_back(list(", ", std::move(sets)));
  const bool has_from = !from.empty();
  if (has_from) parts.push_back(sequence(std::move(from)));
  if (random_.percent(85)) parts.push_back(optional({" WHERE ", condition(scope, 1)}));
  if (random_.percent(15)) parts.push_back(returning(table));
  if (!has_from && random_.percent(8)) {
    parts.push_back(optional({random_.percent(60) ? order_by(table.columns, 1) : Piece(""), " LIMIT 2"}));
  }
  return {kind, sequence(std::move(parts))};
}

Step Generator::erase() {
  const Table& table = schema_.pick_table(random_);
  std::vector<Piece> parts = {"DELETE FROM " + table.name};
  if (random_.percent(95)) parts.push_back(optional({" WHERE ", condition(table.columns, 2)}));
  if (random_.percent(15)) parts.push_back(returning(table));
  if (random_.percent(8)) parts.push_back(optional({random_.percent(60) ? order_by(table.columns, 1) : Piece(""), " LIMIT 2"}));
  return {"DELETE", sequence(std::move(parts))};
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
    case 0: case 1: return {"transaction", "BEGIN"};
    case 2: case 3: return {"transaction", "COMMIT"};
    case 4: return {"transaction", "ROLLBACK"};
    case 5: return {"transaction", "SAVEPOINT s"};
    case 6: return {"transaction", "RELEASE s"};
    default: return {"transaction", "ROLLBACK TO s"};
  }
}

}  // namespace leftmost::oracle::fuzz
