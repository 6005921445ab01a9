// DDL and PRAGMAs between the statements of a round. The schema that later statements are made from follows
// as if each succeeded; where one does not, they fail on both engines.
#include <algorithm>

#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

namespace {

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Table& Generator::pick_mutable_table() {
  const Table& picked = schema_.pick_table(random_);
  return *std::find_if(schema_.tables.begin(), schema_.tables.end(),
                       [&](const Table& table) { return &table == &picked; });
}

void Generator::add_table(Table table) {
  const auto views = std::find_if(schema_.tables.begin(), schema_.tables.end(),
                                  [](const Table& other) { return other.is_view; });
  schema_.tables.insert(table.is_view ? schema_.tables.end() : views, std::move(table));
}

Step Generator::alter_table() {
  Table& table = pick_mutable_table();
  const std::string start = "ALTER TABLE " + table.name;
  switch (random_.below(5)) {
    case 0:
    case 1: {
      const std::string name = "n" + std::to_string(++name_count_);
      std::vector<Piece> parts = {start + " ADD " + random_.pick({"", "COLUMN "}) + name};
      parts.push_back(optional({random_.pick(
          {" INT", " TEXT COLLATE NOCASE", " REAL", " NOT NULL", " UNIQUE", " PRIMARY KEY", " CHECK (1)"})}));
      parts.push_back(
          optional({" DEFAULT ", random_.pick({"5", "'x'", "NULL", "-2.5", "(1 + 1)", "x'61'"})}));
      if (random_.percent(25)) {
        parts.push_back(sequence(
            {" AS (", value(table.columns, 1), ")", optional({random_.pick({" VIRTUAL", " STORED"})})}));
        table.generated.push_back(name);
      }
      table.columns.push_back(name);
      return {"ALTER TABLE", sequence(std::move(parts)), {}};
    }
    case 2: {
      const std::string name = "n" + std::to_string(++name_count_);
      std::string& column = table.columns[random_.below(table.columns.size())];
      const std::string sql = start + " RENAME COLUMN " + column + " TO " + name;
      for (std::vector<std::string>& unique : table.unique)
        std::replace(unique.begin(), unique.end(), column, name);
      std::replace(table.generated.begin(), table.generated.end(), column, name);
      column = name;
      return {"ALTER TABLE", sql, {}};
    }
    case 3: {
      if (table.columns.size() < 3) break;
      const std::size_t place = random_.below(table.columns.size());
      const std::string sql = start + " DROP COLUMN " + table.columns[place];
      return {
          "ALTER TABLE", sql, {}};  // more often than not something depends on it, so it stays in the schema
    }
    default:
      break;
  }
  const std::string name = "t" + std::to_string(10 + ++name_count_);
  const std::string sql = start + " RENAME TO " + name;
  table.name = name;
  return {"ALTER TABLE", sql, {}};
}

Step Generator::create() {
  const std::string number = std::to_string(10 + ++name_count_);
  switch (random_.below(6)) {
    case 0: {
      Table& table = pick_mutable_table();
      const std::string name = table.name + "j" + number;
      std::vector<Piece> items;
      for (std::size_t i = random_.between(1, 2); i > 0; --i) {
        items.push_back(sequence(
            {random_.pick(table.columns), optional({random_.pick({" DESC", " COLLATE NOCASE", ""})})}));
      }
      table.indexes.push_back(name);
      return {"CREATE INDEX",
              sequence({"CREATE ", optional({random_.pick({"UNIQUE ", ""})}), "INDEX ",
                        random_.pick({"", "IF NOT EXISTS "}), name + " ON " + table.name + "(",
                        list(", ", std::move(items)), ")", optional({" WHERE ", term(table.columns, 0)})}),
              {}};
    }
    case 1: {
      Table view;
      view.name = "v" + number;
      view.is_view = true;
      view.has_rowid = false;
      const std::size_t count = random_.between(1, 3);
      const bool is_named = random_.percent(50);
      for (std::size_t i = 0; i < count; ++i)
        view.columns.push_back((is_named ? "p" : "c") + std::to_string(i));
      Piece query = random_.percent(75) ? core(count, {}, 1) : compound(count, 1);
      const std::string start =
          random_.pick({"CREATE VIEW ", "CREATE TEMP VIEW ", "CREATE VIEW IF NOT EXISTS "}) + view.name;
      Step step{
          "CREATE VIEW",
          sequence({start + (is_named ? "(" + list_of(view.columns) + ")" : "") + " AS ", std::move(query)}),
          {}};
      add_table(std::move(view));
      return step;
    }
    case 2: {
      Table table;
      table.name = "t" + number;
      const std::size_t count = random_.between(1, 3);
      for (std::size_t i = 0; i < count; ++i) table.columns.push_back("c" + std::to_string(i));
      Step step{
          "CREATE TABLE AS",
          sequence({"CREATE " + std::string(random_.pick({"", "TEMP "})) + "TABLE " + table.name + " AS ",
                    random_.percent(75) ? core(count, {}, 1) : compound(count, 1)}),
          {"SELECT * FROM " + table.name}};
      add_table(std::move(table));
      return step;
    }
    default: {
      Table table;
      table.name = "t" + number;
      table.columns = {"a", "b", "c"};
      const std::string sql =
          random_.pick(
              {"CREATE TEMP TABLE ", "CREATE TABLE IF NOT EXISTS ", "CREATE TABLE temp.", "CREATE TABLE "}) +
          table.name +
          random_.pick(
              {"(a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT DEFAULT ('x' || 1) NOT NULL, c UNIQUE)",
               "(a PRIMARY KEY ON CONFLICT REPLACE, b CHECK (b > 0), c REFERENCES t0(a)) WITHOUT ROWID",
               "(a INT NOT NULL ON CONFLICT IGNORE, b REAL DEFAULT 1, c COLLATE RTRIM, UNIQUE (b, c) ON "
               "CONFLICT ROLLBACK)",
               "(a TEXT COLLATE NOCASE PRIMARY KEY DESC, b DEFAULT -1 NOT NULL ON CONFLICT REPLACE, c, CHECK "
               "(a <> b))",
               "(a INTEGER PRIMARY KEY, b TEXT, c TEXT COLLATE NOCASE AS (lower(b)) NOT NULL, UNIQUE (c, a))",
               "(a ANY, b INT, c REAL AS (b * 0.5) STORED CHECK (c <> 4), PRIMARY KEY (a, b)) STRICT, "
               "WITHOUT ROWID",
               "(a TEXT NOT NULL, b REAL, c INT DEFAULT 4) STRICT",
               "(a, b, c, CONSTRAINT k PRIMARY KEY (b, a COLLATE NOCASE), FOREIGN KEY (c) REFERENCES t0)"});
      table.unique = {{"a"}};
      if (sql.find(" AS (") != std::string::npos) table.generated = {"c"};
      add_table(std::move(table));
      return {"CREATE TABLE", sql, {}};
    }
  }
}

Step Generator::drop() {
  const Table& table = random_.pick(schema_.tables);
  if (!table.indexes.empty() && random_.percent(50))
    return {"DROP INDEX", "DROP INDEX IF EXISTS " + random_.pick(table.indexes), {}};
  if (table.is_view) return {"DROP VIEW", "DROP VIEW " + table.name, {}};
  return {"DROP TABLE",
          random_.pick({"DROP TABLE IF EXISTS nothing", "DROP TABLE nothing",
                        "DROP INDEX sqlite_autoindex_t0_1", "DROP VIEW t0"}),
          {}};
}

Step Generator::pragma() {
  const Table& table = random_.pick(schema_.tables);
  const std::string about =
      random_.pick({"table_info(", "table_xinfo(", "index_list(", "foreign_key_list("}) + table.name + ")";
  switch (random_.below(8)) {
    case 0:
    case 1:
      return {"PRAGMA", "PRAGMA " + about, {}};
    case 2:
      if (table.indexes.empty()) break;
      return {"PRAGMA",
              "PRAGMA " + std::string(random_.pick({"index_info(", "index_xinfo("})) +
                  random_.pick(table.indexes) + ")",
              {}};
    case 3:
      return {"PRAGMA",
              random_.pick({"PRAGMA case_sensitive_like = 1", "PRAGMA case_sensitive_like = 0",
                            "PRAGMA reverse_unordered_selects = 1", "PRAGMA reverse_unordered_selects = 0",
                            "PRAGMA automatic_index = 0", "PRAGMA automatic_index = 1"}),
              {}};
    case 6:
      if (trigger_count_ > 0 || triggers_are_recursive_) break;
      triggers_are_recursive_ = true;
      return {"PRAGMA", "PRAGMA recursive_triggers = 1", {}};
    case 4:
      return {
          "PRAGMA", random_.pick({"PRAGMA user_version = 7", "PRAGMA user_version", "PRAGMA nothing"}), {}};
    case 5:
      return {"SELECT from sqlite_schema", "SELECT type, name, tbl_name, sql FROM sqlite_schema", {}};
    default:
      break;
  }
  // SQLite 3.40.1 complains without cause about NOT NULL columns of WITHOUT ROWID tables.
  const bool all_rowid = std::all_of(schema_.tables.begin(), schema_.tables.end(),
                                     [](const Table& other) { return other.has_rowid || other.is_view; });
  return {"PRAGMA",
          all_rowid ? std::string("PRAGMA integrity_check") : "PRAGMA foreign_key_list(" + table.name + ")",
          {}};
}

Step Generator::definition() {
  alias_count_ = 0;
  const std::size_t choice = random_.below(100);
  if (choice < 22) return alter_table();
  if (choice < 30) return trigger();
  if (choice < 55) return create();
  if (choice < 65) return drop();
  if (choice < 72)
    return {"REINDEX",
            random_.percent(50) ? std::string(random_.pick({"REINDEX", "REINDEX NOCASE"}))
                                : "REINDEX " + random_.pick(schema_.tables).name,
            {}};
  if (choice < 77)
    return {"ANALYZE",
            random_.percent(50) ? std::string("ANALYZE") : "ANALYZE " + random_.pick(schema_.tables).name,
            {}};
  return pragma();
}

}  // namespace leftmost::oracle::fuzz
