// ALTER TABLE: RENAME TO, RENAME COLUMN, ADD COLUMN, DROP COLUMN.
//
// As in SQLite the stored CREATE statements are what is changed (rename_in_sql.h, or a piece put in or cut
// out); the definitions are made from the new texts (redefine.h). Added and dropped columns change the rows
// as well: ours are written anew, SQLite leaves short rows short. Everything else in the schema must still
// make sense afterwards, or nothing was done.
#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/definition_names.h"
#include "engine/exec/redefine.h"
#include "engine/exec/rename_in_sql.h"
#include "engine/exec/rows_action.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/statistics_table.h"
#include "engine/exec/table_definition.h"
#include "engine/functions/table_function.h"
#include "engine/sql/lexer.h"
#include "engine/sql/parser.h"
#include "storage/cursor.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;
using storage::Value;

constexpr SchemaName kSchemas[] = {SchemaName::kMain, SchemaName::kTemp};

std::string_view written(const sql::Name& name, const CompiledStatement& statement) {
  return std::string_view(statement.text).substr(name.span.begin, name.span.end - name.span.begin);
}

/// The table that is altered. Errors: SQLite's, each kind of ALTER with its own words for views.
Expected<storage::TablePtr> find_alterable(const sql::AlterTable& alter, CompileContext context) {
  const auto named = context.statement.relations->find(alter.schema.text, alter.table.text);
  const TableFunction* const function = context.connection.functions().find_table_function(alter.table.text);
  if (function != nullptr && !named) {
    return fail(ErrorCode::kError, "table " + function->relation().def->name + " may not be altered");
  }
  if (!named) return fail(ErrorCode::kError, "no such table: " + written_name(alter.schema, alter.table));
  const std::string name = named->table ? named->table->name : std::string(alter.table.text);
  if (named->unsupported) {
    return not_supported("altering " + name + ", a " + named->unsupported->kind, alter.table.span.begin);
  }
  if (named->view) {
    switch (alter.action) {
      case sql::AlterKind::kRenameTable:
        return fail(ErrorCode::kError, "view " + named->view->name + " may not be altered");
      case sql::AlterKind::kRenameColumn:
        return fail(ErrorCode::kError, "cannot rename columns of view \"" + named->view->name + "\"");
      case sql::AlterKind::kDropColumn:
        return fail(ErrorCode::kError, "cannot drop column from view \"" + named->view->name + "\"");
      case sql::AlterKind::kAddColumn:
        return fail(ErrorCode::kError, "Cannot add a column to a view");
    }
  }
  if (is_schema_table(*named->table) || is_reserved_name(name)) {
    return fail(ErrorCode::kError, "table " + name + " may not be altered");
  }
  return named->table;
}

/// What this engine does not hold may use any name.
Expected<void> check_nothing_unknown(const Connection& connection, const sql::AlterTable& alter) {
  for (const SchemaName schema : kSchemas) {
    for (const storage::ObjectPtr& object : connection.data().catalog.objects(schema)) {
      const auto* other = std::get_if<storage::UnsupportedPtr>(&object);
      if (other == nullptr) continue;
      return not_supported("ALTER TABLE beside the " + (*other)->kind + ' ' + (*other)->name,
                           alter.span.begin);
    }
  }
  return {};
}

Error in_context(Error error, const std::string& what, const std::string& when) {
  error.sql_offset.reset();
  if (error.code == ErrorCode::kError) error.message = "error in " + what + ' ' + when + ": " + error.message;
  return error;
}

/// redefine_table() with SQLite's context around its errors.
Expected<void> redefine(Connection& connection, const storage::TableDef& table, const std::string& name,
                        const std::string& sql, const std::map<storage::ObjectId, std::string>& index_sql,
                        const std::string& when) {
  std::string index;
  auto redefined = redefine_table(connection, table, name, sql, index_sql, index);
  if (redefined) return {};
  return Unexpected(in_context(redefined.error(), index.empty() ? "table " + name : "index " + index, when));
}

/// SQLite reads the altered schema and temp again, and their statistics with them: what sqlite_stat1 does not
/// say of a table (under its new name) is forgotten. Parsing the CREATE INDEX statements once more to test
/// them, which ADD COLUMN does not do, then gives indexed tables their least number of rows.
void finish(Connection& connection, SchemaName schema, bool tests_schema) {
  connection.schema_changed();
  storage::DatabaseState& data = connection.data();
  for (const SchemaName read : {schema, SchemaName::kTemp}) {
    data.statistics.forget(data.catalog, read);
    load_statistics(connection, read);
    if (tests_schema) data.statistics.raise_indexed_tables(data.catalog, read);
  }
}

/// AUTOINCREMENT counts on under the new name.
void rename_sequence(Connection& connection, const storage::TableDef& table, const std::string& new_name) {
  const storage::TablePtr sequences = connection.data().catalog.find_table("sqlite_sequence", table.schema);
  if (!sequences) return;
  storage::BTree& tree = *connection.data().tree(sequences->id);
  std::vector<std::pair<std::int64_t, storage::OwnedValue>> found;
  for (storage::Cursor cursor(tree); cursor.valid(); cursor.next()) {
    const Value name = cursor.value(0);
    if (name.is_text() && name.as_bytes() == table.name)
      found.emplace_back(cursor.rowid(), storage::OwnedValue(cursor.value(1)));
  }
  for (const auto& [rowid, number] : found) {
    const Value row[] = {Value::text(new_name), number.view()};
    tree.insert_or_replace(storage::RowidKey(rowid).view(), row);
  }
}

/// The triggers whose text or table changes, as they are to be.
Expected<std::vector<storage::TriggerDef>> renamed_triggers(Connection& connection,
                                                            const Renaming& renaming) {
  const storage::TableDef& table = *renaming.table;
  std::vector<storage::TriggerDef> changed;
  for (const SchemaName schema : kSchemas) {
    if (schema == SchemaName::kMain && table.schema == SchemaName::kTemp) continue;
    for (const storage::ObjectPtr& object : connection.data().catalog.objects(schema)) {
      const auto* trigger = std::get_if<storage::TriggerPtr>(&object);
      if (trigger == nullptr) continue;
      const auto names = names_in_trigger(connection, *trigger);
      if (!names) return Unexpected(names.error());
      const bool is_own = (*trigger)->table_schema == table.schema &&
                          storage::equals_ignoring_case((*trigger)->table_name, table.name);
      auto text = rename_in_trigger((*trigger)->sql, renaming, is_own, *names);
      if (!text) return Unexpected(text.error());
      const bool moves = is_own && renaming.column.empty();
      if (!moves && *text == (*trigger)->sql) continue;
      storage::TriggerDef& renamed = changed.emplace_back(**trigger);
      renamed.sql = std::move(*text);
      if (moves) renamed.table_name = renaming.new_name;
    }
  }
  return changed;
}

/// Every stored text with the new name, then every definition.
Expected<void> rename(Connection& connection, const Renaming& renaming) {
  const SchemaName altered = renaming.table->schema;
  if (auto checked = check_views_and_triggers(connection, altered, ""); !checked) return checked;
  const bool renames_table = renaming.column.empty();
  const storage::Catalog before = connection.data().catalog;
  std::vector<std::pair<storage::ViewPtr, std::string>> views;  // all are read before the first one changes
  for (const SchemaName schema : kSchemas) {
    for (const storage::ObjectPtr& object : before.objects(schema)) {
      const auto* view = std::get_if<storage::ViewPtr>(&object);
      if (view == nullptr || (schema == SchemaName::kMain && altered == SchemaName::kTemp)) continue;
      const auto names = names_in_view(connection, *view);
      if (!names) return Unexpected(names.error());
      auto text = rename_in_sql((*view)->sql, renaming, *names);
      if (!text) return Unexpected(text.error());
      if (*text != (*view)->sql) views.emplace_back(*view, std::move(*text));
    }
  }
  auto triggers = renamed_triggers(connection, renaming);
  if (!triggers) return Unexpected(triggers.error());
  for (const auto& [view, text] : views) redefine_view(connection, *view, text);
  for (storage::TriggerDef& trigger : *triggers)
    connection.data().catalog.replace_trigger(std::move(trigger));
  for (const SchemaName schema : kSchemas) {
    for (const storage::ObjectPtr& object : before.objects(schema)) {
      const auto* table = std::get_if<storage::TablePtr>(&object);
      if (table == nullptr || schema != altered) continue;
      const bool is_own = (*table)->id == renaming.table->id;
      auto text = rename_in_sql((*table)->sql, renaming, {});
      if (!text) return Unexpected(text.error());
      if (!is_own && *text == (*table)->sql) continue;
      std::map<storage::ObjectId, std::string> index_sql;
      for (const storage::IndexPtr& index : before.indexes_of((*table)->id)) {
        if (!is_own || !index->sql) continue;
        auto renamed = rename_in_sql(*index->sql, renaming, {});
        if (!renamed) return Unexpected(renamed.error());
        index_sql[index->id] = std::move(*renamed);
      }
      const std::string& name = is_own && renames_table ? renaming.new_name : (*table)->name;
      if (auto redefined = redefine(connection, **table, name, *text, index_sql, "after rename"); !redefined)
        return redefined;
    }
  }
  if (renames_table) rename_sequence(connection, *renaming.table, renaming.new_name);
  finish(connection, altered, true);
  return check_views_and_triggers(connection, altered, " after rename");
}

/// All rows again, with the columns of the new definition: column i is the old column source[i], or `filler`
/// (-1).
void rewrite_rows(Connection& connection, const storage::TableDef& old, std::span<const int> source,
                  const Value& filler) {
  const storage::TablePtr table = connection.data().catalog.table(old.id);
  storage::BulkLoader loader(storage::table_shape(*table));
  std::vector<Value> row(table->columns.size());
  std::vector<Value> stored(storage::table_shape(*table).columns);
  for (storage::Cursor cursor(*connection.data().tree(old.id)); cursor.valid(); cursor.next()) {
    const storage::TableRow before(old, cursor.leaf(), cursor.slot());
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = source[i] < 0 ? filler : before.column(source[i]);
    storage::stored_values(*table, row, stored);
    loader.append(cursor.key(), stored);
  }
  connection.data().set_tree(old.id, loader.finish());
}

Expected<const sql::CreateTable*> parse_table(const storage::TableDef& table, storage::Arena& arena) {
  const auto parsed = sql::parse(table.sql, arena);
  if (!parsed || parsed->statement == nullptr ||
      parsed->statement->kind != sql::StatementKind::kCreateTable) {
    return fail(ErrorCode::kCorrupt, "malformed database schema (" + table.name + ")");
  }
  return &sql::as<sql::CreateTable>(*parsed->statement);
}

/// Where the columns of a CREATE TABLE end: the comma before its constraints or the parenthesis.
std::size_t end_of_columns(std::string_view text, const sql::CreateTable& create) {
  std::size_t at = create.columns.back().span.end;
  while (const auto token = sql::next_token(text, at)) {
    if (token->token_class != sql::TokenClass::kSpace && token->token_class != sql::TokenClass::kComment)
      break;
    at = token->span.end;
  }
  return at;
}

// ADD COLUMN.

/// A DEFAULT that rows which are there can have: a number, string, blob, NULL, TRUE or FALSE, with a sign or
/// CAST.
bool is_constant_default(const sql::Expr* value) {
  while (value->kind == sql::ExprKind::kNegate || value->kind == sql::ExprKind::kPlus ||
         value->kind == sql::ExprKind::kCast) {
    value = value->left;
  }
  switch (value->kind) {
    case sql::ExprKind::kNull:
    case sql::ExprKind::kInteger:
    case sql::ExprKind::kReal:
    case sql::ExprKind::kString:
    case sql::ExprKind::kBlob:
      return true;
    case sql::ExprKind::kName:
      return storage::equals_ignoring_case(value->text, "true") ||
             storage::equals_ignoring_case(value->text, "false");
    default:
      return false;
  }
}

struct AddedColumn {
  storage::TablePtr table;
  std::string sql;                   ///< the new text of the table
  const sql::Expr* value = nullptr;  ///< DEFAULT; null if none, or NULL
  bool not_null = false;
  bool has_check = false;
  bool has_references = false;
  storage::GeneratedKind generated = storage::GeneratedKind::kNone;
};

/// The DEFAULT of the last column, and whether every row passes its CHECK and, if it is generated, its NOT
/// NULL.
Expected<void> fill_added_column(Connection& connection, const AddedColumn& added) {
  const storage::TablePtr table = connection.data().catalog.table(added.table->id);
  const std::shared_ptr<RelationCache> relations = connection.relations();
  const auto relation = relations->relation(table);
  if (!relation) return Unexpected(relation.error());
  const auto expressions = relations->expressions(table);
  if (!expressions) return Unexpected(expressions.error());
  Runtime runtime(connection.environment(), connection.counters());
  storage::Arena arena;
  StreamBuilder builder(runtime, arena);
  TableWriter writer(**relation, **expressions, builder);
  Value filler;
  const planner::Expr* value = (*expressions)->defaults.back();
  const Program* program = value == nullptr ? nullptr : builder.compile(*value);
  runtime.start(connection.data(), connection.limits(), {});
  storage::Arena bytes;
  if (program != nullptr) {
    filler = storage::copy_value(
        storage::apply_affinity(evaluate(*program, runtime.eval()), table->columns.back().affinity, bytes),
        bytes);
  }
  if (runtime.failed()) return Unexpected(runtime.run().take_error());
  std::vector<int> source(table->columns.size());
  for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<int>(i);
  source.back() = -1;
  rewrite_rows(connection, *added.table, source, filler);
  const bool is_generated = added.generated != storage::GeneratedKind::kNone;
  if (!added.has_check && !(added.not_null && is_generated)) return {};
  for (storage::Cursor cursor(*connection.data().tree(table->id)); cursor.valid(); cursor.next()) {
    if (!runtime.step()) break;
    RowImage row;
    const std::string key(cursor.key());
    if (!writer.read(connection.data(), key, row)) continue;
    const TableWriter::Check check =
        writer.check(connection.data(), row, key, storage::ConflictAction::kAbort);
    if (runtime.failed()) break;
    if (check.verdict != TableWriter::Verdict::kFail) continue;
    const bool is_null = check.error.message.starts_with("NOT NULL");
    return fail(ErrorCode::kError, is_null ? "NOT NULL constraint failed" : "CHECK constraint failed");
  }
  if (runtime.failed()) return Unexpected(runtime.run().take_error());
  return {};
}

Expected<void> add_column(Connection& connection, const AddedColumn& added, bool constant_default) {
  if (connection.data().tree(added.table->id)->size() > 0) {
    if (added.generated == storage::GeneratedKind::kStored)
      return fail(ErrorCode::kError, "cannot add a STORED column");
    const bool has_keys = connection.settings().foreign_keys && added.has_references;
    if (has_keys && added.generated == storage::GeneratedKind::kNone && added.value != nullptr) {
      return fail(ErrorCode::kError, "Cannot add a REFERENCES column with non-NULL default value");
    }
    if (added.generated == storage::GeneratedKind::kNone && added.not_null && added.value == nullptr) {
      return fail(ErrorCode::kError, "Cannot add a NOT NULL column with default value NULL");
    }
    if (added.value != nullptr && !constant_default) {
      return fail(ErrorCode::kError, "Cannot add a column with non-constant default");
    }
  }
  auto redefined = redefine(connection, *added.table, added.table->name, added.sql, {}, "after add column");
  if (!redefined) return redefined;
  finish(connection, added.table->schema, false);
  if (connection.data().tree(added.table->id)->size() > 0) return fill_added_column(connection, added);
  connection.data().set_tree(
      added.table->id,
      storage::BTree(storage::table_shape(*connection.data().catalog.table(added.table->id))));
  return {};
}

Expected<void> compile_add_column(const sql::AlterTable& alter, const storage::TablePtr& table,
                                  CompileContext context) {
  const sql::ColumnDefinition& column = *alter.new_column;
  if (table->find_column(column.name.text) >= 0) {
    return fail(ErrorCode::kError, "duplicate column name: " + std::string(column.name.text));
  }
  const auto defined = define_column(column);
  if (!defined) return Unexpected(defined.error());
  AddedColumn added;
  added.table = table;
  added.generated = defined->generated;
  for (const sql::ColumnConstraint& constraint : column.constraints) {
    switch (constraint.kind) {
      case sql::ColumnConstraintKind::kPrimaryKey:
        if (added.generated != storage::GeneratedKind::kNone) {
          return fail(ErrorCode::kError, "generated columns cannot be part of the PRIMARY KEY");
        }
        return fail(ErrorCode::kError, "Cannot add a PRIMARY KEY column");
      case sql::ColumnConstraintKind::kUnique:
        return fail(ErrorCode::kError, "Cannot add a UNIQUE column");
      case sql::ColumnConstraintKind::kNotNull:
        added.not_null = true;
        break;
      case sql::ColumnConstraintKind::kCheck:
        added.has_check = true;
        break;
      case sql::ColumnConstraintKind::kReferences:
        added.has_references = true;
        break;
      case sql::ColumnConstraintKind::kDefault:
        added.value = constraint.expr->kind == sql::ExprKind::kNull ? nullptr : constraint.expr;
        break;
      default:
        break;
    }
  }
  storage::Arena arena;
  const auto create = parse_table(*table, arena);
  if (!create) return Unexpected(create.error());
  const std::size_t end = end_of_columns(table->sql, **create);
  // All that is written up to the semicolon, comments as well.
  std::string_view text =
      std::string_view(context.statement.text).substr(0, context.statement.bytes_consumed);
  text.remove_prefix(column.name.span.begin);
  text = text.substr(0, text.find_last_not_of("; \t\n\f\r") + 1);
  added.sql = table->sql.substr(0, end) + ", " + std::string(text) + table->sql.substr(end);
  const bool constant_default = added.value != nullptr && is_constant_default(added.value);
  Connection& connection = context.connection;
  context.statement.action = make_definition_action(connection, [&connection, added, constant_default] {
    return add_column(connection, added, constant_default);
  });
  return {};
}

// DROP COLUMN.

Expected<void> drop_column(Connection& connection, const storage::TablePtr& table, int column,
                           const std::string& sql) {
  if (auto checked = check_views_and_triggers(connection, table->schema, ""); !checked) return checked;
  if (auto redefined = redefine(connection, *table, table->name, sql, {}, "after drop column"); !redefined)
    return redefined;
  std::vector<int> source;
  for (int i = 0; i < static_cast<int>(table->columns.size()); ++i) {
    if (i != column) source.push_back(i);
  }
  rewrite_rows(connection, *table, source, Value::null());
  finish(connection, table->schema, true);
  return check_views_and_triggers(connection, table->schema, " after drop column");
}

Expected<void> compile_drop_column(const sql::AlterTable& alter, const storage::TablePtr& table,
                                   CompileContext context) {
  const int column = table->find_column(alter.column.text);
  const std::string name(alter.column.text);
  if (column < 0) {
    return fail(ErrorCode::kError,
                "no such column: \"" + std::string(written(alter.column, context.statement)) + '"',
                alter.column.span.begin);
  }
  storage::Arena arena;
  const auto create = parse_table(*table, arena);
  if (!create) return Unexpected(create.error());
  const auto place = static_cast<std::size_t>(column);
  const std::span<const sql::ColumnDefinition> columns = (*create)->columns;
  if (table->columns[place].in_primary_key) {
    return fail(ErrorCode::kError, "cannot drop PRIMARY KEY column: \"" + name + '"');
  }
  for (const sql::ColumnConstraint& constraint : columns[place].constraints) {
    if (constraint.kind == sql::ColumnConstraintKind::kUnique) {
      return fail(ErrorCode::kError, "cannot drop UNIQUE column: \"" + name + '"');
    }
  }
  if (columns.size() == 1)
    return fail(ErrorCode::kError, "cannot drop column \"" + name + "\": no other columns exist");
  // Up to the next column; the last one with the comma before it.
  std::size_t begin = columns[place].name.span.begin;
  std::size_t end = 0;
  if (place + 1 < columns.size()) {
    end = columns[place + 1].name.span.begin;
  } else {
    end = end_of_columns(table->sql, **create);
    while (begin > 0 && table->sql[begin] != ',') --begin;
  }
  std::string sql = table->sql.substr(0, begin) + table->sql.substr(end);
  Connection& connection = context.connection;
  context.statement.action =
      make_definition_action(connection, [&connection, table, column, sql = std::move(sql)] {
        return drop_column(connection, table, column, sql);
      });
  return {};
}

// RENAME.

Expected<void> compile_rename(const sql::AlterTable& alter, const storage::TablePtr& table,
                              CompileContext context) {
  Connection& connection = context.connection;
  Renaming renaming;
  renaming.table = table;
  renaming.new_name = alter.new_name.text;
  if (alter.action == sql::AlterKind::kRenameTable) {
    renaming.quoted = true;
    if (connection.data().catalog.find(renaming.new_name, table->schema)) {
      return fail(ErrorCode::kError,
                  "there is already another table or index with this name: " + renaming.new_name);
    }
    if (auto checked = check_new_name(alter.new_name); !checked) return checked;
  } else {
    renaming.quoted = alter.new_name.quote != sql::Quote::kNone;
    const int column = table->find_column(alter.column.text);
    if (column < 0) {
      return fail(ErrorCode::kError,
                  "no such column: \"" + std::string(written(alter.column, context.statement)) + '"',
                  alter.column.span.begin);
    }
    renaming.column = table->columns[static_cast<std::size_t>(column)].name;
  }
  context.statement.action =
      make_definition_action(connection, [&connection, renaming] { return rename(connection, renaming); });
  return {};
}

}  // namespace

Expected<void> compile_alter_table(const sql::AlterTable& alter, CompileContext context) {
  context.statement.kind = StatementKind::kDefinition;
  context.statement.is_readonly = false;
  const auto table = find_alterable(alter, context);
  if (!table) return Unexpected(table.error());
  if (auto writable = check_writable(context.connection, **table); !writable) return writable;
  if (auto checked = check_nothing_unknown(context.connection, alter); !checked) return checked;
  switch (alter.action) {
    case sql::AlterKind::kAddColumn:
      return compile_add_column(alter, *table, context);
    case sql::AlterKind::kDropColumn:
      return compile_drop_column(alter, *table, context);
    case sql::AlterKind::kRenameTable:
    case sql::AlterKind::kRenameColumn:
      break;
  }
  return compile_rename(alter, *table, context);
}

}  // namespace leftmost::engine
