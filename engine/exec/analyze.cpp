// ANALYZE: counts the distinct prefixes of every index into sqlite_stat1 and loads what it says.
#include "engine/exec/definition_names.h"
#include "engine/exec/rows_action.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/statistics_table.h"
#include "engine/exec/table_order.h"
#include "storage/table_view.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;

bool is_system_table(std::string_view name) {
  return name.size() >= 7 && storage::equals_ignoring_case(name.substr(0, 7), "sqlite_");
}

void analyze_table(Connection& connection, const storage::TableDef& table, const storage::TableDef& statistics,
                   std::optional<storage::ObjectId> only_index) {
  if (is_system_table(table.name)) return;
  const storage::DatabaseState& data = connection.data();
  const storage::BTree* tree = data.tree(table.id);
  if (tree == nullptr) return;
  bool needs_table_row = true;
  std::vector<storage::Stat1Row> rows;
  for (const storage::IndexPtr& index : data.catalog.indexes_of(table.id)) {
    if (only_index && *only_index != index->id) continue;
    if (!index->is_partial()) needs_table_row = false;
    const storage::BTree* entries = index->is_table_itself ? tree : data.tree(index->id);
    if (entries == nullptr) continue;
    const std::vector<storage::KeyColumn> columns =
        index->is_table_itself ? storage::primary_key_columns(table) : storage::index_key_columns(*index, table);
    const auto stat = storage::analyze_index(*entries, columns, index->key_columns.size());
    if (!stat) continue;
    rows.push_back({table.name, index->is_table_itself ? table.name : index->name, *stat});
  }
  if (!only_index && needs_table_row && !tree->empty()) {
    rows.push_back({table.name, std::nullopt, std::to_string(tree->size())});
  }
  for (const storage::Stat1Row& row : rows) add_statistics(connection, statistics, row);
}

Expected<void> analyze_schema(Connection& connection, SchemaName schema) {
  if (schema == SchemaName::kTemp && connection.data().catalog.is_empty(schema)) return {};
  auto statistics = ensure_statistics_table(connection, schema);
  if (!statistics) return Unexpected(statistics.error());
  delete_statistics(connection, schema, {}, {});
  for (const storage::TablePtr& table : tables_in_hash_order(connection.data().catalog, schema)) {
    analyze_table(connection, *table, **statistics, std::nullopt);
  }
  load_statistics(connection, schema);
  return {};
}

}  // namespace

Expected<void> compile_analyze(const sql::Analyze& analyze, CompileContext context) {
  Connection& connection = context.connection;
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  const storage::Catalog& catalog = connection.data().catalog;

  const bool names_main = analyze.schema.empty() && storage::equals_ignoring_case(analyze.name.text, "main");
  const bool names_temp = analyze.schema.empty() && storage::equals_ignoring_case(analyze.name.text, "temp");
  if (analyze.name.empty() || names_main || names_temp) {
    // Without a name TEMP is left out.
    statement.action = make_definition_action(connection, [&connection, names_temp]() -> Expected<void> {
      return analyze_schema(connection, names_temp ? SchemaName::kTemp : SchemaName::kMain);
    });
    return {};
  }
  auto schema = named_schema(analyze.schema);
  if (!schema) return Unexpected(schema.error());
  storage::TablePtr table;
  std::optional<storage::ObjectId> only_index;
  if (const storage::IndexPtr index = catalog.find_index(analyze.name.text, *schema); index && !index->is_table_itself) {
    table = catalog.table(index->table_id);
    only_index = index->id;
  } else if (const auto named = statement.relations->find(analyze.schema.text, analyze.name.text); named && named->table) {
    table = named->table;
  } else if (!named) {
    return fail(ErrorCode::kError, "no such table: " + written_name(analyze.schema, analyze.name));
  }
  statement.action = make_definition_action(connection, [&connection, table, only_index]() -> Expected<void> {
    const SchemaName where = table ? table->schema : SchemaName::kMain;
    auto statistics = ensure_statistics_table(connection, where);
    if (!statistics) return Unexpected(statistics.error());
    if (table) {
      const storage::IndexPtr index = only_index ? connection.data().catalog.index(*only_index) : nullptr;
      delete_statistics(connection, where, table->name, index ? std::string_view(index->name) : std::string_view());
      analyze_table(connection, *table, **statistics, only_index);
    }
    load_statistics(connection, where);
    return {};
  });
  return {};
}

}  // namespace leftmost::engine
