#include "oracle/fuzz/schema.h"

#include <algorithm>

namespace leftmost::oracle::fuzz {

namespace {

/// `count` columns of the table, none twice.
std::vector<std::string> some_columns(Random& random, const Table& table, std::size_t count) {
  std::vector<std::string> left = table.columns;
  std::vector<std::string> chosen;
  while (chosen.size() < count && !left.empty()) {
    const std::size_t place = random.below(left.size());
    chosen.push_back(left[place]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(place));
  }
  return chosen;
}

Piece column_names(const std::vector<std::string>& columns) {
  std::vector<Piece> items;
  for (const std::string& column : columns) items.emplace_back(column);
  return list(", ", std::move(items));
}

/// A type and constraints, DEFAULT and CHECK aside.
void add_type_and_constraints(Random& random, const std::string& name, Table& table,
                              std::vector<Piece>& parts) {
  if (table.is_strict()) {
    table.types[name] = random.pick({"INT", "INTEGER", "TEXT", "REAL", "BLOB", "ANY", "ANY"});
    parts.emplace_back(" " + table.types[name]);
  } else {
    parts.push_back(optional(
        {random.pick({"", "", " INT", " INTEGER", " TEXT", " REAL", " NUMERIC", " BLOB", " VARCHAR(9)"})}));
  }
  if (random.percent(12)) parts.push_back(optional({" NOT NULL"}));
  if (random.percent(8)) {
    parts.push_back(optional({" UNIQUE"}));
    table.unique.push_back({name});
  }
  if (random.percent(15)) parts.push_back(optional({" COLLATE ", random.pick({"NOCASE", "RTRIM"})}));
}

Piece column_definition(Random& random, const std::string& name, Table& table) {
  std::vector<Piece> parts = {name};
  add_type_and_constraints(random, name, table, parts);
  if (random.percent(12))
    parts.push_back(optional({" DEFAULT ", random.pick({"7", "'d'", "(1 + 2)", "NULL", "-1.5"})}));
  if (random.percent(6)) {
    parts.push_back(optional({" CHECK (", name, random.pick({" <> 'zz'", " IS NOT 4", " < 'y' OR 1"}), ")"}));
  }
  return sequence(std::move(parts));
}

/// A generated column; one in many may need itself.
Piece generated_definition(Random& random, const std::string& name, Table& table) {
  std::vector<std::string> operands = table.columns;
  const auto comes_later = [&](const std::string& column) { return column >= name && column >= "g"; };
  if (random.percent(97))
    operands.erase(std::remove_if(operands.begin(), operands.end(), comes_later), operands.end());
  const auto any = [&] { return random.pick(operands); };
  const auto expression = [&]() -> std::string {
    switch (random.below(12)) {
      case 0:
        return any();
      case 1:
        return any() + " + 1";
      case 2:
        return "lower(" + any() + ")";
      case 3:
        return any() + " || " + any();
      case 4:
        return "length(" + any() + ")";
      case 5:
        return any() + " * 0.5";
      case 6:
        return "coalesce(" + any() + ", " + any() + ")";
      case 7:
        return any() + random.pick({" = ", " < ", " IS NOT "}) + any();
      case 8:
        return "substr(" + any() + ", 1, 1) COLLATE NOCASE";
      case 9:
        return "CASE WHEN " + any() + " > 1 THEN " + any() + " END";
      case 10:
        return "abs(" + any() + ")";
      default:
        return "CAST(" + any() + " AS " + random.pick({"TEXT", "INT", "REAL"}) + ")";
    }
  };
  std::vector<Piece> parts = {name};
  add_type_and_constraints(random, name, table, parts);
  parts.emplace_back(random.pick({" AS (", " GENERATED ALWAYS AS ("}) + expression() + ")");
  parts.push_back(optional({random.pick({"", " VIRTUAL", " STORED", " STORED"})}));
  if (random.percent(6)) parts.push_back(optional({" CHECK (", name, " IS NOT 4)"}));
  table.generated.push_back(name);
  return sequence(std::move(parts));
}

/// FOREIGN KEY of some columns, to a key of `table` itself or of a table before it.
Piece foreign_key(Random& random, const Schema& schema, const Table& table) {
  const std::size_t place = random.below(schema.tables.size() + 1);
  const Table& parent = place == schema.tables.size() ? table : schema.tables[place];
  std::vector<std::string> key{random.pick(parent.columns)};
  if (!parent.unique.empty() && random.percent(96)) key = random.pick(parent.unique);
  const std::size_t width = std::min(key.size(), table.columns.size());
  std::vector<std::string> columns = random.percent(96) ? some_columns(random, table, width) : key;
  if (columns.size() != key.size()) columns = key;
  for (const std::string& column : columns) {
    if (std::find(table.columns.begin(), table.columns.end(), column) == table.columns.end()) return "";
  }
  const auto action = [&] {
    return random.pick({"CASCADE", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"});
  };
  return optional({", FOREIGN KEY(", column_names(columns), ") REFERENCES ", parent.name, "(",
                   column_names(key), ")",
                   optional({random.percent(60) ? std::string(" ON DELETE ") + action() : std::string()}),
                   optional({random.percent(50) ? std::string(" ON UPDATE ") + action() : std::string()}),
                   optional({random.pick({"", "", "", " DEFERRABLE INITIALLY DEFERRED"})})});
}

/// `keys`: null in a schema without foreign keys.
void add_table(Random& random, Random* keys, Schema& schema, std::size_t number) {
  Table table;
  if (random.percent(10)) table.types["a"] = "INTEGER";
  table.name = "t" + std::to_string(number);
  const std::size_t column_count = random.between(2, 5);
  for (std::size_t i = 0; i < column_count; ++i) table.columns.emplace_back(1, static_cast<char>('a' + i));
  const std::size_t generated_count = random.percent(25) ? random.between(1, 3) : 0;
  for (std::size_t i = 0; i < generated_count; ++i) {
    const std::size_t place = random.between(1, table.columns.size());
    table.columns.insert(table.columns.begin() + static_cast<std::ptrdiff_t>(place), 1,
                         std::string(1, static_cast<char>('g' + i)));
  }
  std::vector<Piece> items;
  const std::size_t key = random.below(10);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i] >= "g") {
      items.push_back(generated_definition(random, table.columns[i], table));
    } else if (i == 0 && key < 4) {
      items.push_back(
          sequence({"a INTEGER PRIMARY KEY", optional({random.pick({"", "", " DESC", " AUTOINCREMENT"})})}));
      table.unique.push_back({"a"});
    } else {
      items.push_back(column_definition(random, table.columns[i], table));
    }
  }
  std::vector<Piece> constraints;
  if (key >= 8) {
    Table plain = table;
    if (random.percent(95)) plain.columns = table.written();
    const auto columns = some_columns(random, plain, random.between(1, 2));
    constraints.push_back(optional({", PRIMARY KEY(", column_names(columns), ")"}));
    table.unique.push_back(columns);
    table.has_rowid = key == 8;
  }
  if (random.percent(15)) {
    const auto columns = some_columns(random, table, 2);
    constraints.push_back(
        optional({", UNIQUE(", column_names(columns), ")",
                  optional({random.pick({"", " ON CONFLICT IGNORE", " ON CONFLICT REPLACE"})})}));
    table.unique.push_back(columns);
  }
  for (std::size_t i = 0; i < 2 && keys != nullptr && keys->percent(70); ++i)
    constraints.push_back(foreign_key(*keys, schema, table));
  std::vector<Piece> create = {"CREATE TABLE " + table.name + "(", list(", ", std::move(items))};
  for (Piece& constraint : constraints) create.push_back(std::move(constraint));
  create.push_back(")");
  if (table.is_strict()) create.push_back(optional({" STRICT"}));
  if (!table.has_rowid)
    create.push_back(optional({table.is_strict() ? ", WITHOUT ROWID" : " WITHOUT ROWID"}));
  schema.steps.push_back({"CREATE TABLE", sequence(std::move(create)), {}});
  schema.tables.push_back(std::move(table));
}

Piece indexed_expression(Random& random, Table& table) {
  IndexedExpression made;
  made.column = random.pick(table.columns);
  switch (random.below(7)) {
    case 4:
      made.before = "json_extract(json_array(";
      made.after = "), '$[0]')";
      break;
    case 5:
      made.before = "json_array(";
      made.after = ") ->> 0";
      break;
    case 6:
      made.before = "json_quote(";
      made.after = ")";
      break;
    case 0:
      made.before = "lower(";
      made.after = ")";
      break;
    case 1:
      made.after = " + 1";
      break;
    case 2:
      made.before = "length(";
      made.after = ")";
      break;
    default:
      made.between = " || ";
      made.second = random.pick(table.columns);
  }
  table.expressions.push_back(made);
  return made.before + made.column + made.between + made.second + made.after;
}

void add_index(Random& random, Schema& schema, Table& table, std::size_t number) {
  const std::string name = table.name + "i" + std::to_string(number);
  std::vector<Piece> items;
  for (const std::string& column : some_columns(random, table, random.between(1, 3))) {
    std::vector<Piece> parts;
    parts.push_back(random.percent(8) ? indexed_expression(random, table) : Piece(column));
    if (random.percent(10))
      parts.push_back(optional({" COLLATE ", random.pick({"NOCASE", "BINARY", "RTRIM"})}));
    if (random.percent(20)) parts.push_back(optional({" DESC"}));
    items.push_back(sequence(std::move(parts)));
  }
  std::vector<Piece> create = {"CREATE "};
  if (random.percent(8)) create.push_back(optional({"UNIQUE "}));
  create.push_back("INDEX " + name + " ON " + table.name + "(");
  create.push_back(list(", ", std::move(items)));
  create.push_back(")");
  if (random.percent(15)) {
    const std::string& column = random.pick(table.columns);
    create.push_back(optional(
        {" WHERE ", column, random.pick({" IS NOT NULL", " > 1", " = 'a'", " < 'b'", " IN (1, 2, 3)"})}));
  }
  schema.steps.push_back({"CREATE INDEX", sequence(std::move(create)), {}});
  table.indexes.push_back(name);
}

void add_rows(Random& random, Schema& schema, const Table& table) {
  const std::size_t row_count = random.percent(10) ? 0 : random.between(1, random.percent(20) ? 60 : 14);
  if (row_count == 0) return;
  std::vector<Piece> rows;
  for (std::size_t row = 0; row < row_count; ++row) {
    std::string values = "(";
    const std::vector<std::string> columns = table.written();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) values += ", ";
      const bool is_key = i == 0 && !table.unique.empty() && table.unique.front().front() == "a";
      values += is_key ? std::to_string(row + 1) : random_literal(random, table, columns[i]);
    }
    rows.emplace_back(values + ")");
  }
  schema.steps.push_back(
      {"INSERT",
       sequence({"INSERT OR IGNORE INTO " + table.name + " VALUES ", list(", ", std::move(rows))}),
       {}});
}

// Of one table; or of two, grouped, a compound, or with a subquery for each row.
void add_view(Random& random, Schema& schema, std::size_t number) {
  const Table base = random.pick(schema.tables);
  Table view;
  view.name = "v" + std::to_string(number);
  view.is_view = true;
  view.has_rowid = false;
  const std::string start = "CREATE VIEW " + view.name;
  const std::size_t shape = random.below(9);
  if (shape >= 5) {
    const Table other = random.pick(schema.tables);
    const std::string p = "s." + random.pick(base.columns);
    const std::string q = "s." + random.pick(base.columns);
    const std::string x = "t." + random.pick(other.columns);
    const std::string y = "t." + random.pick(other.columns);
    const std::string first = base.name + " AS s", second = other.name + " AS t";
    view.columns = {"a", "b"};
    Piece query;
    switch (shape) {
      case 5:
        query = sequence({"SELECT " + p + ", " + x + " FROM " + first, random.pick({" JOIN ", " LEFT JOIN "}),
                          second + " ON " + q + " = " + y});
        break;
      case 6:
        query = sequence({"SELECT " + p + ", ", random.pick({"max(", "count(", "sum("}),
                          q + ") FROM " + first, " GROUP BY 1"});
        break;
      case 7:
        query = sequence({"SELECT " + p + ", " + q + " FROM " + first,
                          random.pick({" UNION ALL ", " UNION ALL ", " UNION ", " EXCEPT "}),
                          "SELECT " + x + ", " + y + " FROM " + second});
        break;
      default:
        query = sequence({"SELECT " + p + ", (SELECT ", random.pick({"max(", "count("}),
                          x + ") FROM " + second, " WHERE " + y + " = " + q + ") FROM " + first});
    }
    schema.steps.push_back({"CREATE VIEW", sequence({start + "(a, b) AS ", std::move(query)}), {}});
    schema.tables.push_back(std::move(view));
    return;
  }
  std::vector<Piece> items;
  for (const std::string& column : base.columns) {
    if (random.percent(30)) continue;
    view.columns.push_back(column);
    items.emplace_back(column);
  }
  if (items.empty()) {
    view.columns.push_back(base.columns.front());
    items.emplace_back(base.columns.front());
  }
  std::vector<Piece> create = {start + " AS SELECT "};
  if (random.percent(15)) create.push_back(optional({"DISTINCT "}));
  create.push_back(list(", ", std::move(items), view.columns.size()));
  create.push_back(" FROM " + base.name);
  if (random.percent(50)) {
    create.push_back(
        optional({" WHERE ", random.pick(base.columns), random.pick({" > 1", " IS NOT NULL", " = 'a'"})}));
  }
  schema.steps.push_back({"CREATE VIEW", sequence(std::move(create)), {}});
  schema.tables.push_back(std::move(view));
}

// One row per index: rows of the table, then a number per column that falls or stays.
void add_statistics_by_hand(Random& random, Schema& schema) {
  schema.steps.push_back({"ANALYZE", "ANALYZE", {}});
  schema.steps.push_back({"DELETE", "DELETE FROM sqlite_stat1", {}});
  for (const Table& table : schema.tables) {
    for (const std::string& index : table.indexes) {
      if (random.percent(15)) continue;
      std::size_t rows = random.pick(std::vector<std::size_t>{1, 10, 100, 1000, 10000, 1000000});
      std::string numbers = std::to_string(rows);
      for (std::size_t i = 0; i < 3; ++i) {
        rows = std::max<std::size_t>(1, rows / random.pick(std::vector<std::size_t>{1, 2, 10, 50, 1000}));
        numbers += " " + std::to_string(rows);
      }
      if (random.percent(15)) numbers += random.pick({" unordered", " sz=20", " noskipscan", " sz=300"});
      schema.steps.push_back(
          {"INSERT",
           "INSERT INTO sqlite_stat1 VALUES('" + table.name + "', '" + index + "', '" + numbers + "')",
           {}});
    }
  }
  schema.steps.push_back({"ANALYZE", "ANALYZE sqlite_schema", {}});
}

}  // namespace

std::vector<std::string> Table::written() const {
  std::vector<std::string> names;
  for (const std::string& column : columns) {
    if (std::find(generated.begin(), generated.end(), column) == generated.end()) names.push_back(column);
  }
  return names;
}

const Table& Schema::pick_table(Random& random) const {
  std::size_t count = 0;
  while (count < tables.size() && !tables[count].is_view) ++count;
  return tables[random.below(count)];
}

std::string random_literal(Random& random) {
  if (random.percent(45)) return std::to_string(random.below(8));
  if (random.percent(45)) return random.pick({"'a'", "'b'", "'A'", "'ab'", "'abc'", "'B'", "'a '", "'c'"});
  if (random.percent(20)) {
    return random.pick({"0x7fffffffffffffff",
                        "0xFFFFFFFFFFFFFFFF",
                        "0x10",
                        "9223372036854775808",
                        "-9223372036854775809",
                        ".5",
                        "5.",
                        "1e999",
                        "-1e-400",
                        "'2024-02-29'",
                        "'12:30:15.5'",
                        "2460000.5",
                        "TRUE",
                        "FALSE",
                        "?1",
                        ":p",
                        "x'00ff41'",
                        "'a''b'",
                        "'9223372036854775807'",
                        "'0x10'",
                        "'1.50'",
                        "' 2 '",
                        "'-'",
                        "'1e'",
                        "1700000000",
                        "'a\xf0\x9f\x98\x80'",
                        "\"a\"",
                        "'+3 days'",
                        "'{\"a\":1,\"b\":[2]}'",
                        "'{\"a\":\"a\"}'",
                        "'[1,\"b\",null]'"});
  }
  return random.pick({"NULL",
                      "NULL",
                      "NULL",
                      "''",
                      "-1",
                      "1.5",
                      "2.0",
                      "-0.0",
                      "'10'",
                      "'1e1'",
                      "10",
                      "x''",
                      "x'61'",
                      "100",
                      "9007199254740993",
                      "9007199254740992.0",
                      "9223372036854775807",
                      "-9223372036854775808",
                      "1e300",
                      "'1'",
                      "' 1'",
                      "0.1",
                      "'%'",
                      "x'00'",
                      "'\xc3\xa4'",
                      "-5",
                      "3.0"});
}

std::string random_literal(Random& random, const Table& table, const std::string& column) {
  const auto type = table.types.find(column);
  if (type == table.types.end() || type->second == "ANY" || random.percent(5)) return random_literal(random);
  if (random.percent(8)) return "NULL";
  if (type->second == "TEXT") return random.pick({"'a'", "'b'", "'A'", "'ab'", "'abc'", "'a '", "'10'", "4"});
  if (type->second == "BLOB") return random.pick({"x''", "x'61'", "x'00'", "x'00ff41'"});
  if (type->second == "REAL") return random.pick({"1.5", "2", "0.1", "-0.0", "3.0", "'1e1'"});
  return random.percent(85) ? std::to_string(random.below(8))
                            : random.pick({"-1", "2.0", "'10'", "9007199254740993"});
}

Schema random_schema(Random& random) {
  Schema schema;
  Random keys = random;  // a sequence of its own: schemas without foreign keys stay what they were
  const bool has_keys = keys.percent(20);
  const std::size_t table_count = random.between(1, 4);
  for (std::size_t i = 0; i < table_count; ++i) add_table(random, has_keys ? &keys : nullptr, schema, i);
  const bool rows_first = random.percent(50);
  if (rows_first) {
    for (const Table& table : schema.tables) add_rows(random, schema, table);
  }
  for (Table& table : schema.tables) {
    const std::size_t index_count = random.below(4);
    for (std::size_t i = 0; i < index_count; ++i) add_index(random, schema, table, i);
  }
  if (!rows_first) {
    for (const Table& table : schema.tables) add_rows(random, schema, table);
  }
  for (std::size_t i = 0; i < 2 && random.percent(35); ++i) add_view(random, schema, i);
  if (random.percent(25)) {
    schema.steps.push_back({"ANALYZE", "ANALYZE", {}});
  } else if (random.percent(35)) {
    add_statistics_by_hand(random, schema);
  }
  if (has_keys) schema.steps.push_back({"PRAGMA", "PRAGMA foreign_keys = 1", {}});
  return schema;
}

}  // namespace leftmost::oracle::fuzz
