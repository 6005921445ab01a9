#include "engine/exec/redefine.h"

#include <algorithm>

#include "engine/bind/resolve_trigger.h"
#include "engine/bind/view_table.h"
#include "engine/exec/create_index.h"
#include "engine/exec/table_definition.h"
#include "engine/sql/parser.h"

namespace leftmost::engine {

using storage::IndexPtr;

namespace {

/// `text` outlives the statement.
Expected<const sql::Statement*> parse_definition(CompiledStatement& statement, std::string_view text) {
  statement.text = text;
  auto parsed = sql::parse(statement.text, statement.arena);
  if (!parsed) return Unexpected(parsed.error());
  if (parsed->statement == nullptr) return fail(ErrorCode::kCorrupt, "malformed database schema");
  return parsed->statement;
}

Expected<void> redefine_index(Connection& connection, const storage::IndexDef& old,
                              const storage::TableDef& table, const std::string& sql) {
  CompiledStatement statement;
  auto syntax = parse_definition(statement, sql);
  if (!syntax) return Unexpected(syntax.error());
  if ((*syntax)->kind != sql::StatementKind::kCreateIndex)
    return fail(ErrorCode::kCorrupt, "malformed database schema");
  auto index =
      define_index(sql::as<sql::CreateIndex>(**syntax), table, CompileContext{connection, statement});
  if (!index) return Unexpected(index.error());
  index->id = old.id;
  index->schema_order = old.schema_order;
  index->name = old.name;
  index->sql = sql;
  return connection.data().catalog.replace_index(std::move(*index));
}

}  // namespace

Expected<void> redefine_table(Connection& connection, const storage::TableDef& table, const std::string& name,
                              const std::string& sql,
                              const std::map<storage::ObjectId, std::string>& index_sql, std::string& index) {
  storage::Catalog& catalog = connection.data().catalog;
  std::vector<IndexPtr> indexes = catalog.indexes_of(table.id);
  std::sort(indexes.begin(), indexes.end(),
            [](const IndexPtr& a, const IndexPtr& b) { return a->id < b->id; });

  CompiledStatement statement;
  auto syntax = parse_definition(statement, sql);
  if (!syntax) return Unexpected(syntax.error());
  if ((*syntax)->kind != sql::StatementKind::kCreateTable)
    return fail(ErrorCode::kCorrupt, "malformed database schema");
  auto made = define_table(sql::as<sql::CreateTable>(**syntax), table.schema, statement.text,
                           connection.functions(), statement.arena);
  if (!made) return Unexpected(made.error());
  made->table.id = table.id;
  made->table.schema_order = table.schema_order;
  made->table.name = name;
  made->table.sql = sql;
  if (auto replaced = catalog.replace_table(std::move(made->table)); !replaced) return replaced;
  const storage::TablePtr changed = catalog.table(table.id);

  // The indexes of constraints are made in the order of the text, which is that of their ids.
  std::size_t next = 0;
  for (const IndexPtr& old : indexes) {
    if (old->origin == storage::IndexOrigin::kCreateIndex) continue;
    if (next == made->indexes.size())
      return fail(ErrorCode::kCorrupt, "malformed database schema (" + name + ")");
    storage::IndexDef& def = made->indexes[next++];
    def.id = old->id;
    def.schema_order = old->schema_order;
    def.table_id = table.id;
    if (auto replaced = catalog.replace_index(std::move(def)); !replaced) return replaced;
  }
  for (const IndexPtr& old : indexes) {
    if (old->origin != storage::IndexOrigin::kCreateIndex) continue;
    const auto text = index_sql.find(old->id);
    index = old->name;
    auto replaced = redefine_index(connection, *old, *changed,
                                   text != index_sql.end() ? text->second : old->sql.value_or(""));
    if (!replaced) return replaced;
  }
  index.clear();
  return {};
}

void redefine_view(Connection& connection, const storage::ViewDef& view, const std::string& sql) {
  storage::ViewDef changed = view;
  changed.sql = sql;
  connection.data().catalog.replace_view(std::move(changed));
}

Expected<std::vector<ResolvedName>> names_in_view(Connection& connection, const storage::ViewPtr& view) {
  const std::shared_ptr<RelationCache> relations = connection.relations();
  const auto parsed = relations->parsed_view(view);
  if (!parsed) return Unexpected(parsed.error());
  std::vector<ResolvedName> names;
  storage::Arena arena;
  BindContext context;
  context.relations = relations.get();
  context.functions = &connection.functions();
  context.arena = &arena;
  context.sql = view->sql;
  if (view->schema == storage::SchemaName::kMain) context.schema = "main";
  context.resolved_names = &names;
  const auto bound = bind_select(*(*parsed)->select, context);
  if (!bound) return Unexpected(bound.error());
  return names;
}

Expected<std::vector<ResolvedName>> names_in_trigger(Connection& connection,
                                                     const storage::TriggerPtr& trigger) {
  const std::shared_ptr<RelationCache> relations = connection.relations();
  const auto parsed = relations->parsed_trigger(trigger);
  if (!parsed) return Unexpected(parsed.error());
  const bool is_main = trigger->schema == storage::SchemaName::kMain;
  const std::string_view table_schema = trigger->table_schema == storage::SchemaName::kMain ? "main" : "temp";
  const auto on = relations->find(table_schema, trigger->table_name);
  if (!on) {
    const std::string shown = (is_main ? "main." : "") + std::string((*parsed)->table.text);
    return fail(ErrorCode::kError, "no such table: " + shown);
  }
  if (on->unsupported) return not_supported("a trigger on " + trigger->table_name);
  std::vector<ResolvedName> names;
  storage::Arena arena;
  BindContext context;
  context.relations = relations.get();
  context.functions = &connection.functions();
  context.arena = &arena;
  context.sql = trigger->sql;
  if (is_main) context.schema = "main";
  context.resolved_names = &names;
  storage::TablePtr table = on->table;
  if (on->view) {
    auto made = view_table(on->view, context);
    if (!made) return Unexpected(made.error());
    table = *made;
  }
  TriggerRows rows;
  rows.table = table.get();
  rows.has_old = (*parsed)->event != sql::TriggerEvent::kInsert;
  rows.has_new = (*parsed)->event != sql::TriggerEvent::kDelete;
  context.trigger = &rows;
  const auto resolved = resolve_trigger(**parsed, context);
  if (!resolved) return Unexpected(resolved.error());
  return names;
}

namespace {

std::optional<Error> broken(Connection& connection, const storage::ObjectPtr& object, std::string& what) {
  if (const auto* view = std::get_if<storage::ViewPtr>(&object)) {
    what = "view " + (*view)->name;
    const auto names = names_in_view(connection, *view);
    if (!names) return names.error();
  } else if (const auto* trigger = std::get_if<storage::TriggerPtr>(&object)) {
    what = "trigger " + (*trigger)->name;
    const auto names = names_in_trigger(connection, *trigger);
    if (!names) return names.error();
  }
  return std::nullopt;
}

}  // namespace

Expected<void> check_views_and_triggers(Connection& connection, storage::SchemaName altered,
                                        const std::string& when) {
  for (const storage::SchemaName schema : {storage::SchemaName::kMain, storage::SchemaName::kTemp}) {
    if (schema == storage::SchemaName::kMain && altered == storage::SchemaName::kTemp) continue;
    for (const storage::ObjectPtr& object : connection.data().catalog.objects(schema)) {
      std::string what;
      std::optional<Error> error = broken(connection, object, what);
      if (!error) continue;
      error->sql_offset.reset();
      if (error->code == ErrorCode::kError)
        error->message = "error in " + what + when + ": " + error->message;
      return Unexpected(std::move(*error));
    }
  }
  return {};
}

}  // namespace leftmost::engine
