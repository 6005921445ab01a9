// table_info, table_xinfo, table_list, index_list, index_info, index_xinfo, foreign_key_list, database_list,
// integrity_check and foreign_key_check (which have files of their own).
#include "engine/exec/foreign_key_check.h"
#include "engine/exec/integrity_check.h"
#include "engine/exec/pragma.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/table_order.h"
#include "engine/functions/table_function.h"
#include "engine/sql/parser.h"
#include "storage/collation.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;
using storage::Value;

Value text(std::string_view text) { return Value::text(text); }
Value number(std::int64_t number) { return Value::integer(number); }

storage::TablePtr find_table(Connection& connection, std::optional<SchemaName> schema,
                             std::string_view name) {
  const std::string_view written = !schema ? "" : *schema == SchemaName::kMain ? "main" : "temp";
  const auto named = connection.relations()->find(written, name);
  return named ? named->table : nullptr;
}

// Columns of a view are those of the SELECT that it stands for.
Expected<void> view_columns(Connection& connection, const storage::ViewDef& view, bool extended,
                            RowBuffer& rows) {
  std::string quoted;
  for (const char c : view.name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  auto compiled = compile_statement(connection, "SELECT * FROM \"" + quoted + '"');
  if (!compiled) return Unexpected(compiled.error());
  std::int64_t cid = 0;
  for (const ResultShape& column : (*compiled)->columns) {
    const Value row[] = {number(cid++), text(column.name), text(column.declared_type),
                         number(0),     Value::null(),     number(0),
                         number(0)};
    rows.add(std::span(row).first(extended ? 7 : 6));
  }
  return {};
}

std::int64_t hidden_number(storage::GeneratedKind kind) {
  switch (kind) {
    case storage::GeneratedKind::kVirtual:
      return 2;
    case storage::GeneratedKind::kStored:
      return 3;
    case storage::GeneratedKind::kNone:
      break;
  }
  return 0;
}

void function_columns(const TableFunction& function, bool extended, RowBuffer& rows) {
  std::int64_t position = 0;
  for (const storage::ColumnDef& column : function.relation().def->columns) {
    if (column.hidden && !extended) break;
    const Value row[] = {
        number(position++),           text(column.name), text({}), number(0), Value::null(), number(0),
        number(column.hidden ? 1 : 0)};
    rows.add(std::span(row).first(extended ? 7 : 6));
  }
}

Expected<void> table_columns(Connection& connection, std::optional<SchemaName> schema, std::string_view name,
                             bool extended, RowBuffer& rows) {
  const storage::TablePtr table = find_table(connection, schema, name);
  if (!table) {
    const storage::ViewPtr view = connection.data().catalog.find_view(name, schema);
    if (view) return view_columns(connection, *view, extended, rows);
    const TableFunction* function = connection.functions().find_table_function(name);
    if (function != nullptr) function_columns(*function, extended, rows);
    return {};
  }
  std::int64_t cid = 0;
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const storage::ColumnDef& column = table->columns[i];
    const std::int64_t hidden = hidden_number(column.generated);
    if (hidden != 0 && !extended) continue;
    std::int64_t place_in_key = 0;
    for (std::size_t k = 0; k < table->primary_key.size(); ++k) {
      if (table->primary_key[k].column == static_cast<int>(i))
        place_in_key = static_cast<std::int64_t>(k) + 1;
    }
    const Value row[] = {number(cid++),
                         text(column.name),
                         text(column.declared_type),
                         number(column.not_null ? 1 : 0),
                         column.default_sql ? text(*column.default_sql) : Value::null(),
                         number(place_in_key),
                         number(hidden)};
    rows.add(std::span(row).first(extended ? 7 : 6));
  }
  return {};
}

Expected<void> table_info(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                          RowBuffer& rows) {
  return table_columns(connection, schema, value, false, rows);
}
Expected<void> table_xinfo(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                           RowBuffer& rows) {
  return table_columns(connection, schema, value, true, rows);
}

Expected<void> table_list(Connection& connection, std::optional<SchemaName> wanted, std::string_view value,
                          RowBuffer& rows) {
  const storage::Catalog catalog = connection.data().catalog;
  for (const SchemaName schema : {SchemaName::kMain, SchemaName::kTemp}) {
    if (wanted && *wanted != schema) continue;
    const bool is_main = schema == SchemaName::kMain;
    for (const std::optional<storage::ObjectPtr>& object : tables_and_views_in_hash_order(catalog, schema)) {
      std::string name = is_main ? "sqlite_schema" : "sqlite_temp_schema";
      std::string_view type = "table";
      std::int64_t columns = 5;
      bool without_rowid = false, strict = false;
      if (object) {
        if (const auto* table = std::get_if<storage::TablePtr>(&*object)) {
          name = (*table)->name;
          columns = static_cast<std::int64_t>((*table)->columns.size());
          without_rowid = (*table)->without_rowid;
          strict = (*table)->strict;
        } else if (const auto* view = std::get_if<storage::ViewPtr>(&*object)) {
          name = (*view)->name;
          type = "view";
          RowBuffer view_rows(6);
          // What a broken view is to have is not known; nobody hears of it here.
          columns = view_columns(connection, **view, false, view_rows)
                        ? static_cast<std::int64_t>(view_rows.size())
                        : 0;
        }
      }
      if (!value.empty() && !storage::equals_ignoring_case(value, name)) continue;
      const Value row[] = {text(is_main ? "main" : "temp"),
                           text(name),
                           text(type),
                           number(columns),
                           number(without_rowid ? 1 : 0),
                           number(strict ? 1 : 0)};
      rows.add(row);
    }
  }
  return {};
}

Expected<void> index_list(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                          RowBuffer& rows) {
  const storage::TablePtr table = find_table(connection, schema, value);
  if (!table) return {};
  std::int64_t sequence = 0;
  for (const storage::IndexPtr& index : connection.data().catalog.indexes_of(table->id)) {
    const std::string_view origin = index->origin == storage::IndexOrigin::kCreateIndex ? "c"
                                    : index->origin == storage::IndexOrigin::kUnique    ? "u"
                                                                                        : "pk";
    const Value row[] = {number(sequence++), text(index->name), number(index->unique ? 1 : 0), text(origin),
                         number(index->is_partial() ? 1 : 0)};
    rows.add(row);
  }
  return {};
}

/// The collation that a list of columns, or else the CREATE TABLE's column, names; empty: none. As it is
/// written there: SQLite shows `nocase` for one who wrote nocase.
std::string_view written_collation(std::span<const sql::OrderTerm> list, std::size_t position,
                                   const sql::CreateTable* create, int column) {
  if (position < list.size() && list[position].expr->kind == sql::ExprKind::kCollate)
    return list[position].expr->text;
  if (create == nullptr || column < 0 || static_cast<std::size_t>(column) >= create->columns.size())
    return {};
  std::string_view name;
  for (const sql::ColumnConstraint& constraint :
       create->columns[static_cast<std::size_t>(column)].constraints) {
    if (constraint.kind == sql::ColumnConstraintKind::kCollate) name = constraint.collation;
  }
  return name;
}

template <typename Create>
const Create* parse_stored(std::string_view sql, storage::Arena& arena) {
  const auto parsed = sql::parse(sql, arena);
  if (!parsed || parsed->statement == nullptr || parsed->statement->kind != Create::kKind) return nullptr;
  return &sql::as<Create>(*parsed->statement);
}

Expected<void> index_columns(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                             bool extended, RowBuffer& rows) {
  storage::IndexPtr index = connection.data().catalog.find_index(value, schema);
  if (!index) {
    // The name of a WITHOUT ROWID table stands for its primary key.
    const storage::TablePtr table = find_table(connection, schema, value);
    if (!table || !table->without_rowid) return {};
    for (const storage::IndexPtr& candidate : connection.data().catalog.indexes_of(table->id)) {
      if (candidate->is_table_itself) index = candidate;
    }
    if (!index) return {};
  }
  const storage::TablePtr table = connection.data().catalog.table(index->table_id);
  const std::size_t count = extended ? index->column_count() : index->key_columns.size();
  storage::Arena arena;
  const auto* create_index = index->sql ? parse_stored<sql::CreateIndex>(*index->sql, arena) : nullptr;
  const auto* create_table = parse_stored<sql::CreateTable>(table->sql, arena);
  const std::span<const sql::OrderTerm> list =
      create_index == nullptr ? std::span<const sql::OrderTerm>() : create_index->columns;
  for (std::size_t i = 0; i < count; ++i) {
    const storage::IndexColumn& column = index->column(i);
    const std::string_view written = written_collation(list, i, create_table, column.column);
    const std::string_view known = storage::collation_name(column.collation);
    const Value row[] = {number(static_cast<std::int64_t>(i)),
                         number(column.column),
                         column.column < 0
                             ? Value::null()
                             : text(table->columns[static_cast<std::size_t>(column.column)].name),
                         number(column.descending ? 1 : 0),
                         text(storage::equals_ignoring_case(written, known) ? written : known),
                         number(i < index->key_columns.size() ? 1 : 0)};
    rows.add(std::span(row).first(extended ? 6 : 3));
  }
  return {};
}

Expected<void> index_info(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                          RowBuffer& rows) {
  return index_columns(connection, schema, value, false, rows);
}
Expected<void> index_xinfo(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                           RowBuffer& rows) {
  return index_columns(connection, schema, value, true, rows);
}

Expected<void> foreign_key_list(Connection& connection, std::optional<SchemaName> schema,
                                std::string_view value, RowBuffer& rows) {
  const storage::TablePtr table = find_table(connection, schema, value);
  if (!table) return {};
  const auto action = [](const std::string& name) {
    return text(name.empty() ? std::string_view("NO ACTION") : name);
  };
  for (std::size_t i = table->foreign_keys.size(); i-- > 0;) {  // the last one declared is number 0
    const storage::ForeignKeyDef& key = table->foreign_keys[i];
    for (std::size_t column = 0; column < key.columns.size(); ++column) {
      const Value row[] = {
          number(static_cast<std::int64_t>(table->foreign_keys.size() - 1 - i)),
          number(static_cast<std::int64_t>(column)),
          text(key.parent_table),
          text(table->columns[static_cast<std::size_t>(key.columns[column])].name),
          column < key.parent_columns.size() ? text(key.parent_columns[column]) : Value::null(),
          action(key.on_update),
          action(key.on_delete),
          text("NONE")};
      rows.add(row);
    }
  }
  return {};
}

Expected<void> database_list(Connection& connection, std::optional<SchemaName>, std::string_view,
                             RowBuffer& rows) {
  const Value main_row[] = {number(0), text("main"), text("")};
  rows.add(main_row);
  if (!connection.data().catalog.is_empty(SchemaName::kTemp)) {
    const Value temp_row[] = {number(1), text("temp"), text("")};
    rows.add(temp_row);
  }
  return {};
}

Expected<void> collation_list(Connection&, std::optional<SchemaName>, std::string_view, RowBuffer& rows) {
  std::int64_t place = 0;
  for (const std::string_view name : {"RTRIM", "NOCASE", "BINARY"}) {
    const Value row[] = {number(place++), text(name)};
    rows.add(row);
  }
  return {};
}

}  // namespace

const SchemaPragma* find_schema_pragma(std::string_view name) {
  static const std::vector<SchemaPragma> kPragmas = {
      {"table_info", {"cid", "name", "type", "notnull", "dflt_value", "pk"}, table_info, true},
      {"table_xinfo", {"cid", "name", "type", "notnull", "dflt_value", "pk", "hidden"}, table_xinfo, true},
      {"table_list", {"schema", "name", "type", "ncol", "wr", "strict"}, table_list, false, true, false},
      {"index_list", {"seq", "name", "unique", "origin", "partial"}, index_list, true},
      {"index_info", {"seqno", "cid", "name"}, index_info, true},
      {"index_xinfo", {"seqno", "cid", "name", "desc", "coll", "key"}, index_xinfo, true},
      {"foreign_key_list",
       {"id", "seq", "table", "from", "to", "on_update", "on_delete", "match"},
       foreign_key_list,
       true},
      {"foreign_key_check", {"table", "rowid", "parent", "fkid"}, foreign_key_check, false},
      {"database_list", {"seq", "name", "file"}, database_list, false, false, false},
      {"collation_list", {"seq", "name"}, collation_list, false, false, false},
      {"integrity_check", {"integrity_check"}, integrity_check, false},
      {"quick_check", {"quick_check"}, integrity_check, false},
  };
  for (const SchemaPragma& pragma : kPragmas) {
    if (storage::equals_ignoring_case(pragma.name, name)) return &pragma;
  }
  return nullptr;
}

}  // namespace leftmost::engine
