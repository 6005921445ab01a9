// CREATE TABLE, with and without AS SELECT.
#include "engine/exec/change_action.h"
#include "engine/exec/definition_names.h"
#include "engine/exec/rows_action.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/table_definition.h"
#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;
using storage::Value;

// Errors when the name is taken; true when it is and IF NOT EXISTS accepts that.
Expected<bool> name_is_taken(const Connection& connection, SchemaName schema, const sql::Name& name, bool if_not_exists) {
  const storage::Catalog& catalog = connection.data().catalog;
  const std::string text(name.text);
  if (const auto object = catalog.find(name.text, schema)) {
    const bool is_index = std::holds_alternative<storage::IndexPtr>(*object);
    if (is_index) return fail(ErrorCode::kError, "there is already an index named " + text);
    if (if_not_exists) return true;
    const bool is_view = std::holds_alternative<storage::ViewPtr>(*object);
    return fail(ErrorCode::kError, (is_view ? "view " : "table ") + text + " already exists", name.span.begin);
  }
  return false;
}

// AUTOINCREMENT keeps its numbers in a table that anyone may read.
Expected<void> ensure_sequence_table(Connection& connection, SchemaName schema) {
  if (connection.data().catalog.find_table("sqlite_sequence", schema)) return {};
  storage::TableDef table;
  table.schema = schema;
  table.name = "sqlite_sequence";
  table.sql = "CREATE TABLE sqlite_sequence(name,seq)";
  for (const char* name : {"name", "seq"}) {
    storage::ColumnDef column;
    column.name = name;
    table.columns.push_back(std::move(column));
  }
  auto created = connection.data().create_table(std::move(table));
  if (!created) return Unexpected(created.error());
  return {};
}

Expected<storage::TablePtr> create(Connection& connection, const TableDefinition& definition) {
  auto table = connection.data().create_table(definition.table);
  if (!table) return Unexpected(table.error());
  for (storage::IndexDef index : definition.indexes) {
    index.table_id = (*table)->id;
    auto created = connection.data().create_index(std::move(index));
    if (!created) return Unexpected(created.error());
  }
  if (definition.table.autoincrement) {
    if (auto ensured = ensure_sequence_table(connection, definition.table.schema); !ensured) {
      return Unexpected(ensured.error());
    }
  }
  connection.schema_changed();
  return *table;
}

std::string_view type_of(storage::Affinity affinity) {
  switch (affinity) {
    case storage::Affinity::kText:
      return "TEXT";
    case storage::Affinity::kNumeric:
      return "NUM";
    case storage::Affinity::kInteger:
      return "INT";
    case storage::Affinity::kReal:
      return "REAL";
    case storage::Affinity::kBlob:
      break;
  }
  return {};
}

// The text that SQLite makes up for CREATE TABLE ... AS.
std::string made_up_text(const storage::TableDef& table) {
  constexpr std::size_t kOneLineMax = 50;
  const auto identifier_length = [](std::string_view name) {
    std::size_t length = name.size() + 2;
    for (const char c : name) length += c == '"' ? 1 : 0;
    return length;
  };
  std::size_t length = identifier_length(table.name);
  for (const storage::ColumnDef& column : table.columns) length += identifier_length(column.name) + 5;
  const bool is_short = length < kOneLineMax;
  std::string text = "CREATE TABLE " + quoted_identifier(table.name) + '(';
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) text += ',';
    if (!is_short) text += "\n  ";
    text += quoted_identifier(table.columns[i].name);
    if (!table.columns[i].declared_type.empty()) text += ' ' + table.columns[i].declared_type;
  }
  return text + (is_short ? ")" : "\n)");
}

// CREATE TABLE ... AS: the SELECT runs into the new table.
class CreateAsAction final : public Action {
 public:
  CreateAsAction(CompileContext context, storage::TableDef table, std::unique_ptr<Action> select)
      : connection_(context.connection), table_(std::move(table)), select_(std::move(select)) {}

  Expected<void> start(std::span<const Value> parameters) override {
    if (connection_.is_read_only()) return fail(ErrorCode::kReadOnly, "attempt to write a readonly database");
    ConnectionState mark = connection_.mark();
    Expected<void> result = fill(parameters);
    select_->finish();
    if (result) result = connection_.statement_succeeded();
    if (!result) connection_.restore(std::move(mark));
    return result;
  }

 private:
  Expected<void> fill(std::span<const Value> parameters) {
    if (auto started = select_->start(parameters); !started) return started;
    storage::BulkLoader loader(storage::table_shape(table_));
    std::vector<Value> row(table_.columns.size());
    storage::Arena bytes;
    for (std::int64_t rowid = 1;; ++rowid) {
      auto more = select_->next();
      if (!more) return Unexpected(more.error());
      if (!*more) break;
      bytes.reset();
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = storage::apply_affinity(select_->row()[i], table_.columns[i].affinity, bytes);
      }
      loader.append(storage::RowidKey(rowid).view(), row);
    }
    auto created = create(connection_, TableDefinition{table_, {}});
    if (!created) return Unexpected(created.error());
    connection_.data().set_tree((*created)->id, loader.finish());
    return {};
  }

  Connection& connection_;
  storage::TableDef table_;
  std::unique_ptr<Action> select_;
};

Expected<void> compile_create_as(const sql::CreateTable& create, SchemaName schema, CompileContext context) {
  sql::SelectStatement select;
  select.kind = sql::StatementKind::kSelect;
  select.select = create.as_select;
  // The affinities come from the SELECT as written; planning may rewrite it, so it is bound twice.
  auto bound = bind_select(*create.as_select, bind_context(context));
  if (!bound) return Unexpected(bound.error());
  const planner::Select* leftmost = *bound;
  while (leftmost->prior != nullptr) leftmost = leftmost->prior;
  storage::TableDef table;
  table.schema = schema;
  table.name = create.name.text;
  for (const planner::ResultColumn& column : leftmost->columns) {
    storage::ColumnDef def;
    std::string base(column.name);
    def.name = base;
    for (int number = 1; table.find_column(def.name) >= 0; ++number) def.name = base + ':' + std::to_string(number);
    if (column.expr != nullptr) {
      def.declared_type = type_of(planner::affinity_of(column.expr).value_or(storage::Affinity::kBlob));
      def.collation = planner::collation_of(column.expr).value_or(storage::Collation::kBinary);
    }
    const storage::TypeDescription type = storage::describe_type(def.declared_type);
    def.affinity = type.affinity;
    def.width = type.width;
    def.collation = storage::Collation::kBinary;  // the made-up text has no COLLATE
    table.columns.push_back(std::move(def));
  }
  table.sql = made_up_text(table);
  if (auto compiled = compile_select(select, context); !compiled) return compiled;
  CompiledStatement& statement = context.statement;
  if (auto made = make_action(statement); !made) return made;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  statement.columns.clear();
  statement.action = std::make_unique<CreateAsAction>(context, std::move(table), std::move(statement.action));
  return {};
}

}  // namespace

Expected<void> compile_create_table(const sql::CreateTable& create_syntax, CompileContext context) {
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  auto schema = schema_for_new(create_syntax.schema, create_syntax.temporary);
  if (!schema) return Unexpected(schema.error());
  if (auto checked = check_new_name(create_syntax.name); !checked) return checked;
  auto taken = name_is_taken(context.connection, *schema, create_syntax.name, create_syntax.if_not_exists);
  if (!taken) return Unexpected(taken.error());
  Connection& connection = context.connection;
  if (*taken) {
    statement.action = make_plain_action([]() -> Expected<void> { return {}; });
    return {};
  }
  if (create_syntax.as_select != nullptr) return compile_create_as(create_syntax, *schema, context);
  auto definition = define_table(create_syntax, *schema, statement.text, connection.functions(), statement.arena);
  if (!definition) return Unexpected(definition.error());
  statement.action = make_definition_action(connection, [&connection, made = std::move(*definition)]() -> Expected<void> {
    auto table = create(connection, made);
    if (!table) return Unexpected(table.error());
    return {};
  });
  return {};
}

Expected<void> compile_create_view(const sql::CreateView& create_syntax, CompileContext context) {
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  if (create_syntax.parameter_count > 0) return fail(ErrorCode::kError, "parameters are not allowed in views");
  auto schema = schema_for_new(create_syntax.schema, create_syntax.temporary);
  if (!schema) return Unexpected(schema.error());
  if (auto checked = check_new_name(create_syntax.name); !checked) return checked;
  auto taken = name_is_taken(context.connection, *schema, create_syntax.name, create_syntax.if_not_exists);
  if (!taken) return Unexpected(taken.error());
  Connection& connection = context.connection;
  if (*taken) {
    statement.action = make_plain_action([]() -> Expected<void> { return {}; });
    return {};
  }
  storage::ViewDef view;
  view.schema = *schema;
  view.name = create_syntax.name.text;
  for (const sql::Name& column : create_syntax.columns) view.column_names.emplace_back(column.text);
  view.sql = create_syntax.stored_text;
  statement.action = make_definition_action(connection, [&connection, view]() -> Expected<void> {
    auto added = connection.data().catalog.add_view(view);
    if (!added) return Unexpected(added.error());
    connection.schema_changed();
    return {};
  });
  return {};
}

}  // namespace leftmost::engine
