#include "oracle/loading.h"

#include <sqlite3.h>

#include "oracle/statement_text.h"
#include "oracle/twin_transaction.h"

namespace leftmost::oracle {
namespace {

/// One row of sqlite_schema.
struct Definition {
  std::string type;
  std::string name;
  std::string table;
  std::string sql;
};

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

std::string text_of(const storage::OwnedValue& value) {
  return value.view().is_text() ? std::string(value.view().as_bytes()) : std::string();
}

bool is_virtual_table(const Definition& definition) {
  return word_of(definition.sql, 0) == "CREATE" && word_of(definition.sql, 1) == "VIRTUAL";
}

/// Fills one table of ours from the twin.
class TableLoader {
 public:
  TableLoader(Twin& from, engine::Database& to, std::string_view name) : from_(from), to_(to), name_(quoted(name)) {}

  Expected<void> load() {
    if (auto known = read_columns(); !known) return known;
    const std::string columns = column_list();
    auto rows = from_.prepare("SELECT " + columns + " FROM main." + name_ + (rowid_.empty() ? "" : " ORDER BY " + rowid_));
    if (!rows) return Unexpected(rows.error());
    const int column_count = rows->column_count();
    std::string insert = "INSERT INTO " + name_ + "(" + columns + ") VALUES (";
    for (int column = 1; column <= column_count; ++column) {
      insert += (column > 1 ? ", ?" : "?") + std::to_string(column);
    }
    auto ours = to_.prepare(insert + ")");
    if (!ours) return Unexpected(ours.error());
    for (;;) {
      auto stepped = rows->step();
      if (!stepped) return Unexpected(stepped.error());
      if (!*stepped) return {};
      for (int column = 0; column < column_count; ++column) {
        if (auto bound = ours->bind(column + 1, rows->value(column)); !bound) return bound;
      }
      if (auto inserted = ours->step(); !inserted) return Unexpected(inserted.error());
      ours->reset();
    }
  }

 private:
  Expected<void> read_columns() {
    auto columns = from_.run("SELECT name, pk, type, hidden FROM pragma_table_xinfo(" + name_ + ")");
    if (!columns) return Unexpected(columns.error());
    for (const storage::Row& column : columns->rows) {
      if (column[3].view().as_integer() == 0) columns_.push_back(text_of(column[0]));
    }
    // A column may take one of the rowid's three names; a WITHOUT ROWID table has none of them.
    for (const char* const name : {"rowid", "_rowid_", "oid"}) {
      bool is_column = false;
      for (const std::string& column : columns_) is_column = is_column || sqlite3_stricmp(column.c_str(), name) == 0;
      if (is_column) continue;
      if (from_.prepare("SELECT " + std::string(name) + " FROM main." + name_)) rowid_ = name;
      break;
    }
    return {};
  }

  std::string column_list() const {
    std::string list = rowid_;
    for (const std::string& column : columns_) list += (list.empty() ? "" : ", ") + quoted(column);
    return list;
  }

  Twin& from_;
  engine::Database& to_;
  std::string name_;
  std::vector<std::string> columns_;
  std::string rowid_;
};

}  // namespace

Expected<std::vector<Unheld>> load_database(Twin& from, engine::Database& to) {
  TwinTransaction transaction;
  if (auto begun = transaction.begin(from, false); !begun) return Unexpected(begun.error());
  auto encoding = from.run("PRAGMA encoding");
  if (!encoding) return Unexpected(encoding.error());
  if (encoding->rows.size() == 1 && text_of(encoding->rows[0][0]) != "UTF-8") {
    return not_supported("a database in " + text_of(encoding->rows[0][0]));
  }
  auto definitions = from.run("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid");
  if (!definitions) return Unexpected(definitions.error());

  std::vector<Unheld> unheld;
  if (auto begun = to.execute("BEGIN"); !begun) return Unexpected(begun.error());
  for (const storage::Row& row : definitions->rows) {
    const Definition definition{text_of(row[0]), text_of(row[1]), text_of(row[2]), text_of(row[3])};
    if (definition.sql.empty() || sqlite3_strnicmp(definition.name.c_str(), "sqlite_", 7) == 0) continue;
    auto made = to.execute(definition.sql);
    if (made && definition.type == "table") {
      made = TableLoader(from, to, definition.name).load();
      if (!made) return Unexpected(made.error());
    }
    if (made) continue;
    const std::string kind = is_virtual_table(definition) ? "virtual table" : definition.type;
    unheld.push_back({kind, definition.name, definition.table, made.error().message});
  }
  if (auto committed = to.execute("COMMIT"); !committed) return Unexpected(committed.error());

  for (const storage::Row& row : definitions->rows) {
    if (text_of(row[1]) != "sqlite_stat1") continue;
    if (auto made = to.execute("ANALYZE; DELETE FROM sqlite_stat1"); !made) return Unexpected(made.error());
    if (auto filled = TableLoader(from, to, "sqlite_stat1").load(); !filled) return Unexpected(filled.error());
    if (auto read = to.execute("ANALYZE sqlite_schema"); !read) return Unexpected(read.error());
  }
  return unheld;
}

}  // namespace leftmost::oracle
