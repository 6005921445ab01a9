#include "oracle/loading.h"

#include "engine/exec/import.h"
#include "oracle/twin_transaction.h"

namespace leftmost::oracle {
namespace {

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

std::string text_of(storage::Value value) {
  return value.is_text() ? std::string(value.as_bytes()) : std::string();
}

/// A name of the rowid that no column has taken; empty if all three are taken, or for a table without one.
std::string rowid_name(const storage::TableDef& table) {
  if (table.without_rowid) return {};
  for (const char* const name : {"rowid", "_rowid_", "oid"}) {
    if (table.find_column(name) < 0) return name;
  }
  return table.rowid_alias >= 0 ? quoted(table.columns[static_cast<std::size_t>(table.rowid_alias)].name)
                                : std::string();
}

/// In the order of the table's own tree, which is what the importer wants. NOT INDEXED gives it, but not of a
/// table without rowid: SQLite may still read an index of it that has all the columns. VIRTUAL columns are
/// not asked for: they are stored nowhere, and one that cannot be computed would be an error.
std::string select_all(const storage::TableDef& table, const std::string& rowid) {
  std::string sql = "SELECT " + (rowid.empty() ? std::string("0") : rowid);
  for (const storage::ColumnDef& column : table.columns) {
    sql += ", " +
           (column.generated == storage::GeneratedKind::kVirtual ? std::string("NULL") : quoted(column.name));
  }
  sql += " FROM main." + quoted(table.name);
  if (!table.without_rowid) return sql + " NOT INDEXED";
  std::string order;
  for (const storage::PrimaryKeyColumn& key : table.primary_key) {
    order += (order.empty() ? " ORDER BY " : ", ") +
             quoted(table.columns[static_cast<std::size_t>(key.column)].name) + " COLLATE " +
             std::string(storage::collation_name(key.collation)) + (key.descending ? " DESC" : "");
  }
  return sql + order;
}

Expected<void> load_rows(Twin& from, engine::Importer& importer, const storage::TableDef& table) {
  const std::string rowid = rowid_name(table);
  auto rows = from.prepare(select_all(table, rowid));
  if (!rows) return Unexpected(rows.error());
  importer.begin_rows(table);
  std::vector<storage::Value> values(table.columns.size());
  // A table whose columns hide all names of its rowid gives its rows in rowid order; nobody can ask for more.
  std::int64_t number = 0;
  for (;;) {
    auto stepped = rows->step();
    if (!stepped) return Unexpected(stepped.error());
    if (!*stepped) break;
    for (std::size_t column = 0; column < values.size(); ++column)
      values[column] = rows->value(static_cast<int>(column) + 1);
    if (auto added = importer.add_row(rowid.empty() ? ++number : rows->value(0).as_integer(), values); !added)
      return added;
  }
  importer.end_rows();
  return {};
}

/// The one value of a PRAGMA.
Expected<storage::OwnedValue> ask(Twin& from, std::string_view pragma) {
  auto rows = from.run(pragma);
  if (!rows) return Unexpected(rows.error());
  return rows->rows.empty() ? storage::OwnedValue() : rows->rows.front().front();
}

}  // namespace

Expected<std::vector<Unheld>> load_database(Twin& from, engine::Database& to) {
  TwinTransaction transaction;
  if (auto begun = transaction.begin(from, false); !begun) return Unexpected(begun.error());
  auto encoding = ask(from, "PRAGMA encoding");
  if (!encoding) return Unexpected(encoding.error());
  if (text_of(encoding->view()) != "UTF-8")
    return not_supported("a database in " + text_of(encoding->view()));
  auto user_version = ask(from, "PRAGMA user_version");
  if (!user_version) return Unexpected(user_version.error());

  engine::Importer importer(to);
  auto definitions = from.run("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid");
  if (!definitions) return Unexpected(definitions.error());
  for (const storage::Row& row : definitions->rows) {
    engine::SchemaRow definition{text_of(row[0].view()), text_of(row[1].view()), text_of(row[2].view()),
                                 std::nullopt};
    if (row[3].view().is_text()) definition.sql = text_of(row[3].view());
    if (auto added = importer.add_definition(definition); !added) return Unexpected(added.error());
  }
  for (const storage::TablePtr& table : importer.tables()) {
    if (auto loaded = load_rows(from, importer, *table); !loaded) return Unexpected(loaded.error());
  }
  const storage::Value version = user_version->view();
  if (auto finished = importer.finish(version.is_integer() ? version.as_integer() : 0); !finished) {
    return Unexpected(finished.error());
  }

  std::vector<Unheld> unheld;
  for (const storage::UnsupportedDef& object : importer.unsupported()) {
    unheld.push_back({object.kind, object.name, object.table_name, object.reason});
  }
  return unheld;
}

}  // namespace leftmost::oracle
