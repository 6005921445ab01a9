#include "engine/exec/create_index.h"

#include "engine/exec/change_action.h"
#include "engine/exec/definition_names.h"
#include "engine/exec/index_build.h"
#include "engine/exec/rows_action.h"
#include "engine/exec/schema_rows.h"
#include "engine/functions/table_function.h"

namespace leftmost::engine {
namespace {

using storage::IndexDef;

std::string text_of(const sql::Span& span, std::string_view sql) {
  return std::string(sql.substr(span.begin, span.end - span.begin));
}

Expected<storage::IndexColumn> define_column(const sql::OrderTerm& written, const storage::TableDef& table,
                                             CompileContext context) {
  if (written.nulls != sql::NullsOrder::kDefault) {
    return fail(ErrorCode::kError, written.nulls == sql::NullsOrder::kFirst ? "unsupported use of NULLS FIRST"
                                                                            : "unsupported use of NULLS LAST");
  }
  storage::IndexColumn column;
  column.descending = written.descending;
  const sql::Expr* expr = written.expr;
  std::optional<storage::Collation> collation;
  while (expr->kind == sql::ExprKind::kCollate) {
    const auto found = storage::find_collation(expr->text);
    if (!found) return fail(ErrorCode::kError, "no such collation sequence: " + std::string(expr->text));
    if (!collation) collation = found;
    expr = expr->left;
  }
  // 'a' in quotes is the column a here.
  if (expr->kind == sql::ExprKind::kString || expr->kind == sql::ExprKind::kName) {
    column.column = expr->qualifiers.empty() ? table.find_column(expr->text) : -1;
    if (column.column >= 0) {
      column.collation = collation.value_or(table.columns[static_cast<std::size_t>(column.column)].collation);
      return column;
    }
    if (expr->kind == sql::ExprKind::kString) {
      return fail(ErrorCode::kError, "no such column: " + std::string(expr->text), expr->span.begin);
    }
  }
  BindContext bind = bind_context(context);
  bind.relations = nullptr;
  auto bound = bind_table_expression(*expr, table, TableExpressionUse::kIndexColumn, bind);
  if (!bound) return Unexpected(bound.error());
  if ((*bound)->kind == planner::ExprKind::kColumn && (*bound)->column == planner::kRowidColumn) {
    if (table.rowid_alias < 0) return not_supported("an index on the rowid", expr->span.begin);
    column.column = table.rowid_alias;
    column.collation = collation.value_or(storage::Collation::kBinary);
    return column;
  }
  if ((*bound)->kind == planner::ExprKind::kColumn) {
    column.column = (*bound)->column;
    column.collation = collation.value_or((*bound)->collation);
    return column;
  }
  column.column = storage::kExpressionColumn;
  column.expression_sql = text_of(expr->span, context.statement.text);
  column.collation = collation.value_or(storage::Collation::kBinary);
  return column;
}

}  // namespace

Expected<IndexDef> define_index(const sql::CreateIndex& create, const storage::TableDef& table, CompileContext context) {
  IndexDef index;
  index.schema = table.schema;
  index.name = create.name.text;
  index.table_id = table.id;
  index.unique = create.unique;
  index.conflict = create.unique ? storage::ConflictAction::kAbort : storage::ConflictAction::kDefault;
  index.sql = std::string(create.stored_text);
  for (const sql::OrderTerm& written : create.columns) {
    auto column = define_column(written, table, context);
    if (!column) return Unexpected(column.error());
    index.key_columns.push_back(std::move(*column));
  }
  if (create.where != nullptr) {
    BindContext bind = bind_context(context);
    bind.relations = nullptr;
    auto bound = bind_table_expression(*create.where, table, TableExpressionUse::kIndexWhere, bind);
    if (!bound) return Unexpected(bound.error());
    index.where_sql = text_of(create.where->span, context.statement.text);
  }
  storage::add_tail_columns(index, table);
  index.unique_not_null = storage::is_unique_not_null(index, table);
  return index;
}

Expected<void> compile_create_index(const sql::CreateIndex& create, CompileContext context) {
  CompiledStatement& statement = context.statement;
  Connection& connection = context.connection;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  auto schema = named_schema(create.schema);
  if (!schema) return Unexpected(schema.error());
  const storage::Catalog& catalog = connection.data().catalog;
  // temp.name may be about any table for as long as it takes to say that it may not.
  const bool in_temp = *schema == storage::SchemaName::kTemp;
  const auto named = statement.relations->find(in_temp ? std::string_view() : create.schema.text, create.table.text);
  if (in_temp && named && !(named->table && named->table->schema == storage::SchemaName::kTemp)) {
    return fail(ErrorCode::kError, "cannot create a TEMP index on non-TEMP table \"" + std::string(create.table.text) + '"');
  }
  if (named && named->view) return fail(ErrorCode::kError, "views may not be indexed");
  if (named && named->unsupported) {
    return not_supported("an index on " + std::string(create.table.text), create.table.span.begin);
  }
  if (!named || !named->table) {
    if (context.connection.functions().find_table_function(create.table.text) != nullptr) return fail(ErrorCode::kError, "virtual tables may not be indexed");
    const std::string where = in_temp ? "" : "main.";
    return fail(ErrorCode::kError, "no such table: " + where + std::string(create.table.text));
  }
  const storage::TablePtr table = named->table;
  const std::string_view name = create.name.text;
  if (auto checked = check_new_name(create.name); !checked) return checked;
  if (is_schema_table(*table) || (table->name.starts_with("sqlite_") && !table->name.starts_with("sqlite_stat"))) {
    return fail(ErrorCode::kError, "table " + table->name + " may not be indexed");
  }
  if (catalog.find_table(name) || catalog.find_view(name)) {
    return fail(ErrorCode::kError, "there is already a table named " + std::string(name));
  }
  if (catalog.find_index(name, table->schema)) {
    if (!create.if_not_exists) return fail(ErrorCode::kError, "index " + std::string(name) + " already exists");
    statement.action = make_plain_action([]() -> Expected<void> { return {}; });
    return {};
  }
  auto index = define_index(create, *table, context);
  if (!index) return Unexpected(index.error());
  if (auto writable = check_writable(connection, *table); !writable) return writable;
  // SQLite guesses the new index's numbers while it prepares, which may raise those of the table; that stays,
  // whether or not the index is ever built.
  storage::Statistics& statistics = connection.data().statistics;
  const storage::LogEst rows = statistics.table(table->id).rows;
  statistics.add_index(*index, *table);
  statistics.remove(index->id);
  if (statistics.table(table->id).rows != rows) {
    connection.schema_changed();
    statement.schema_generation = connection.schema_generation();
  }
  statement.action = make_definition_action(connection, [&connection, index = std::move(*index)]() -> Expected<void> {
    auto created = connection.data().create_index(index);
    if (!created) return Unexpected(created.error());
    connection.schema_changed();
    return build_index(connection, (*created)->id);
  });
  return {};
}

Expected<void> compile_reindex(const sql::Reindex& reindex, CompileContext context) {
  CompiledStatement& statement = context.statement;
  Connection& connection = context.connection;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  const storage::Catalog& catalog = connection.data().catalog;
  std::vector<storage::ObjectId> indexes;
  const auto add_table = [&](const storage::TablePtr& table) {
    for (const storage::IndexPtr& index : catalog.indexes_of(table->id)) indexes.push_back(index->id);
  };
  const auto add_all = [&] {
    for (const storage::SchemaName schema : {storage::SchemaName::kMain, storage::SchemaName::kTemp}) {
      for (const storage::TablePtr& table : catalog.tables(schema)) add_table(table);
    }
  };
  auto schema = named_schema(reindex.schema);
  if (!schema) return Unexpected(schema.error());
  if (reindex.schema.empty()) schema = storage::SchemaName::kMain;  // SQLite looks nowhere else
  if (reindex.name.empty() || (reindex.schema.empty() && storage::find_collation(reindex.name.text))) {
    add_all();
  } else if (const storage::TablePtr table = catalog.find_table(reindex.name.text, *schema)) {
    add_table(table);
  } else if (const storage::IndexPtr index = catalog.find_index(reindex.name.text, *schema)) {
    indexes.push_back(index->id);
  } else if (catalog.find_view(reindex.name.text, *schema) != nullptr) {
    // A view is a table without indexes.
  } else {
    return fail(ErrorCode::kError, "unable to identify the object to be reindexed");
  }
  statement.action = make_definition_action(connection, [&connection, indexes]() -> Expected<void> {
    for (const storage::ObjectId index : indexes) {
      if (auto built = build_index(connection, index); !built) return built;
    }
    return {};
  });
  return {};
}

}  // namespace leftmost::engine
