// DROP TABLE, INDEX, VIEW, TRIGGER.
#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/definition_names.h"
#include "engine/exec/rows_action.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/statistics_table.h"
#include "engine/functions/table_function.h"
#include "storage/cursor.h"
#include "storage/table_view.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;

bool may_not_be_dropped(const storage::TableDef& table) {
  constexpr std::string_view kPrefix = "sqlite_";
  const std::string_view name = table.name;
  if (name.size() < kPrefix.size() || !storage::equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix))
    return false;
  const std::string_view rest = name.substr(kPrefix.size());
  return !(rest.size() >= 4 && storage::equals_ignoring_case(rest.substr(0, 4), "stat"));
}

// AUTOINCREMENT forgets a dropped table.
void delete_sequence(Connection& connection, const storage::TableDef& table) {
  const storage::TablePtr sequences = connection.data().catalog.find_table("sqlite_sequence", table.schema);
  if (!sequences || !table.autoincrement) return;
  storage::BTree& tree = *connection.data().tree(sequences->id);
  std::vector<std::int64_t> doomed;
  for (storage::Cursor cursor(tree); cursor.valid(); cursor.next()) {
    const storage::Value name = cursor.value(0);
    if (name.is_text() && name.as_bytes() == table.name) doomed.push_back(cursor.rowid());
  }
  for (const std::int64_t rowid : doomed) tree.erase(storage::RowidKey(rowid).view());
}

Expected<void> nothing(CompiledStatement& statement) {
  statement.action = make_plain_action([]() -> Expected<void> { return {}; });
  return {};
}

/// DROP TABLE deletes all rows first where foreign keys look at them; no trigger fires.
struct DroppedRows {
  DroppedRows(const storage::TableDef& table, TriggerPrograms& programs)
      : body{{}, table.temporary() ? "" : "main", sql::ConflictAction::kNone, programs, true} {}
  TriggerBody body;
  CompiledStatement statement;
  std::unique_ptr<ProgramStep> step;
  bool only_if_open =
      false;  ///< its own deferred keys alone: there is something to do while violations are open
};

/// Null: nothing looks at them.
Expected<std::shared_ptr<DroppedRows>> rows_to_drop(const storage::TablePtr& table, CompileContext context) {
  const Settings& settings = context.connection.settings();
  if (!settings.foreign_keys) return nullptr;
  const bool is_parent = !references_to(context.connection.data().catalog, *table).empty();
  const bool has_deferred = std::any_of(
      table->foreign_keys.begin(), table->foreign_keys.end(),
      [&](const storage::ForeignKeyDef& key) { return key.deferred || settings.defer_foreign_keys; });
  if (!is_parent && !has_deferred) return nullptr;
  auto rows = std::make_shared<DroppedRows>(*table, programs_of(context));
  rows->only_if_open = !is_parent;
  auto step =
      compile_own_step("DELETE FROM " + quoted_identifier(table->name), rows->body, rows->statement, context);
  if (!step) return Unexpected(step.error());
  rows->step = std::move(*step);
  print_steps(*rows->statement.plan, context.statement);
  return rows;
}

/// Errors: kConstraint `FOREIGN KEY constraint failed`, those of the actions of the keys.
Expected<void> delete_dropped_rows(Connection& connection, DroppedRows& rows) {
  TriggerPrograms& programs = rows.body.programs;
  programs.begin();
  const ViolationCounts& open = connection.violations();
  if (rows.only_if_open && open.deferred == 0 && open.put_off == 0) return {};
  StepFailure failure;
  if (rows.step->run_step({}, failure) == StepOutcome::kFailed) return Unexpected(std::move(failure.error));
  if (programs.violations > 0) return fail(ErrorCode::kConstraint, "FOREIGN KEY constraint failed");
  return {};
}

Expected<void> drop_table(const sql::Drop& drop, CompileContext context) {
  Connection& connection = context.connection;
  const std::string written = written_name(drop.schema, drop.name);
  const auto named = context.statement.relations->find(drop.schema.text, drop.name.text);
  if (named && named->view)
    return fail(ErrorCode::kError, "use DROP VIEW to delete view " + std::string(drop.name.text));
  if (named && named->unsupported) {
    return not_supported("dropping " + written + ", a " + named->unsupported->kind, drop.name.span.begin);
  }
  const storage::TablePtr table = named ? named->table : nullptr;
  const TableFunction* function = connection.functions().find_table_function(drop.name.text);
  if (!table && function != nullptr) {
    return fail(ErrorCode::kError, "table " + function->relation().def->name + " may not be dropped");
  }
  if (!table)
    return drop.if_exists ? nothing(context.statement) : fail(ErrorCode::kError, "no such table: " + written);
  if (is_schema_table(*table) || may_not_be_dropped(*table)) {
    return fail(ErrorCode::kError, "table " + table->name + " may not be dropped");
  }
  if (auto writable = check_writable(connection, *table); !writable) return writable;
  auto rows = rows_to_drop(table, context);
  if (!rows) return Unexpected(rows.error());
  context.statement.action =
      make_definition_action(connection, [&connection, table, rows = *rows]() -> Expected<void> {
        if (rows != nullptr) {
          if (auto deleted = delete_dropped_rows(connection, *rows); !deleted) return deleted;
        }
        delete_sequence(connection, *table);
        delete_statistics(connection, table->schema, table->name, {});
        if (!connection.data().drop(table->id))
          return fail(ErrorCode::kError, "no such table: " + table->name);
        connection.schema_changed();
        return {};
      });
  return {};
}

Expected<void> drop_index(const sql::Drop& drop, std::optional<SchemaName> schema, CompileContext context) {
  Connection& connection = context.connection;
  const storage::IndexPtr index = connection.data().catalog.find_index(drop.name.text, schema);
  if (!index) {
    if (drop.if_exists) return nothing(context.statement);
    return fail(ErrorCode::kError, "no such index: " + written_name(drop.schema, drop.name));
  }
  if (index->origin != storage::IndexOrigin::kCreateIndex) {
    return fail(ErrorCode::kError,
                "index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped");
  }
  const storage::TablePtr table = connection.data().catalog.table(index->table_id);
  if (auto writable = check_writable(connection, *table); !writable) return writable;
  context.statement.action = make_definition_action(connection, [&connection, index]() -> Expected<void> {
    delete_statistics(connection, index->schema, {}, index->name);
    if (!connection.data().drop(index->id)) return fail(ErrorCode::kError, "no such index: " + index->name);
    connection.schema_changed();
    return {};
  });
  return {};
}

Expected<void> drop_view(const sql::Drop& drop, std::optional<SchemaName> schema, CompileContext context) {
  Connection& connection = context.connection;
  const storage::Catalog& catalog = connection.data().catalog;
  const storage::ViewPtr view = catalog.find_view(drop.name.text, schema);
  if (!view) {
    if (const auto named = context.statement.relations->find(drop.schema.text, drop.name.text);
        named && named->table && is_schema_table(*named->table)) {
      return fail(ErrorCode::kError, "table " + named->table->name + " may not be dropped");
    }
    if (catalog.find_table(drop.name.text, schema)) {
      return fail(ErrorCode::kError, "use DROP TABLE to delete table " + std::string(drop.name.text));
    }
    if (catalog.find_unsupported(drop.name.text, schema)) {
      return not_supported("dropping " + std::string(drop.name.text), drop.name.span.begin);
    }
    if (drop.if_exists) return nothing(context.statement);
    return fail(ErrorCode::kError, "no such view: " + written_name(drop.schema, drop.name));
  }
  context.statement.action = make_definition_action(connection, [&connection, view]() -> Expected<void> {
    connection.data().catalog.remove(view->id);
    connection.schema_changed();
    return {};
  });
  return {};
}

Expected<void> drop_trigger(const sql::Drop& drop, std::optional<SchemaName> schema, CompileContext context) {
  Connection& connection = context.connection;
  const storage::TriggerPtr trigger = connection.data().catalog.find_trigger(drop.name.text, schema);
  if (!trigger) {
    if (drop.if_exists) return nothing(context.statement);
    return fail(ErrorCode::kError, "no such trigger: " + written_name(drop.schema, drop.name));
  }
  context.statement.action = make_definition_action(connection, [&connection, trigger]() -> Expected<void> {
    connection.data().catalog.remove(trigger->id);
    connection.schema_changed();
    return {};
  });
  return {};
}

}  // namespace

Expected<void> compile_drop(const sql::Drop& drop, CompileContext context) {
  context.statement.kind = StatementKind::kDefinition;
  context.statement.is_readonly = false;
  auto schema = named_schema(drop.schema);
  if (!schema) {
    // A schema that is not there has no objects, and that is what SQLite says.
    if (drop.if_exists) return nothing(context.statement);
    constexpr std::string_view kKinds[] = {"table", "index", "view", "trigger"};
    return fail(ErrorCode::kError, "no such " + std::string(kKinds[static_cast<std::size_t>(drop.object)]) +
                                       ": " + written_name(drop.schema, drop.name));
  }
  switch (drop.object) {
    case sql::DropKind::kTable:
      return drop_table(drop, context);
    case sql::DropKind::kIndex:
      return drop_index(drop, *schema, context);
    case sql::DropKind::kView:
      return drop_view(drop, *schema, context);
    case sql::DropKind::kTrigger:
      break;
  }
  return drop_trigger(drop, *schema, context);
}

}  // namespace leftmost::engine
