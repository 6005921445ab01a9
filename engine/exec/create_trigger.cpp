// CREATE TRIGGER. Nothing in its body is looked up before it fires; only names of other schemas and
// parameters are refused at once.
#include "engine/exec/definition_names.h"
#include "engine/exec/rows_action.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/trigger_names.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;

struct TriggerPlace {
  SchemaName schema{};
  NamedObject on;
};

/// Where the trigger and its table are. Without a schema a trigger is where its table is.
Expected<TriggerPlace> find_place(const sql::CreateTrigger& create, const RelationCache& relations) {
  TriggerPlace place;
  if (create.temporary) {
    if (!create.schema.empty())
      return fail(ErrorCode::kError, "temporary trigger may not have qualified name");
    place.schema = SchemaName::kTemp;
  } else {
    auto named = named_schema(create.schema);
    if (!named) return Unexpected(named.error());
    place.schema = named->value_or(SchemaName::kMain);
  }
  std::string_view table_schema = create.table_schema.text;
  auto on = relations.find(table_schema, create.table.text);
  const auto schema_of = [](const NamedObject& object) {
    if (object.table) return object.table->schema;
    return object.view ? object.view->schema : object.unsupported->schema;
  };
  if (create.schema.empty() && on && schema_of(*on) == SchemaName::kTemp) place.schema = SchemaName::kTemp;
  if (place.schema == SchemaName::kMain) {
    if (!table_schema.empty() && !storage::equals_ignoring_case(table_schema, "main")) {
      return fail(ErrorCode::kError,
                  "trigger " + std::string(create.name.text) + " cannot reference objects in database " +
                      std::string(table_schema),
                  create.name.span.begin);
    }
    table_schema = "main";
    on = relations.find(table_schema, create.table.text);
  }
  if (!on) {
    const std::string shown =
        (table_schema.empty() ? "" : std::string(table_schema) + '.') + std::string(create.table.text);
    return fail(ErrorCode::kError, "no such table: " + shown);
  }
  place.on = std::move(*on);
  return place;
}

std::string shown_table(const sql::CreateTrigger& create, SchemaName schema) {
  // SQLite has taken the schema of a trigger in main away by now.
  if (schema == SchemaName::kMain || create.table_schema.empty()) return std::string(create.table.text);
  return written_name(create.table_schema, create.table);
}

}  // namespace

Expected<void> compile_create_trigger(const sql::CreateTrigger& create, CompileContext context) {
  CompiledStatement& statement = context.statement;
  Connection& connection = context.connection;
  statement.kind = StatementKind::kDefinition;
  statement.is_readonly = false;
  auto place = find_place(create, *statement.relations);
  if (!place) return Unexpected(place.error());
  if (place->on.unsupported) {
    if (place->on.unsupported->kind == "virtual table") {
      return fail(ErrorCode::kError, "cannot create triggers on virtual tables");
    }
    return not_supported("a trigger on " + std::string(create.table.text), create.table.span.begin);
  }
  if (auto checked = check_new_name(create.name); !checked) return checked;
  const std::string name(create.name.text);
  if (connection.data().catalog.find_trigger(name, place->schema)) {
    if (!create.if_not_exists) {
      const sql::Span& span = create.name.span;
      return fail(ErrorCode::kError,
                  "trigger " + std::string(statement.text.substr(span.begin, span.end - span.begin)) +
                      " already exists",
                  span.begin);
    }
    statement.action = make_plain_action([]() -> Expected<void> { return {}; });
    return {};
  }
  storage::TriggerDef trigger;
  trigger.schema = place->schema;
  trigger.name = name;
  trigger.table_name = place->on.table ? place->on.table->name : place->on.view->name;
  trigger.table_schema = place->on.table ? place->on.table->schema : place->on.view->schema;
  trigger.sql = create.stored_text;
  if (is_reserved_name(trigger.table_name))
    return fail(ErrorCode::kError, "cannot create trigger on system table");
  if (place->on.view && create.time != sql::TriggerTime::kInsteadOf) {
    return fail(ErrorCode::kError, std::string("cannot create ") +
                                       (create.time == sql::TriggerTime::kBefore ? "BEFORE" : "AFTER") +
                                       " trigger on view: " + shown_table(create, place->schema));
  }
  if (!place->on.view && create.time == sql::TriggerTime::kInsteadOf) {
    return fail(ErrorCode::kError,
                "cannot create INSTEAD OF trigger on table: " + shown_table(create, place->schema));
  }
  if (auto checked = check_trigger_names(create, place->schema); !checked) return checked;
  if (place->on.table) {
    if (auto writable = check_writable(connection, *place->on.table); !writable) return writable;
  }
  statement.action = make_definition_action(connection, [&connection, trigger]() -> Expected<void> {
    auto added = connection.data().catalog.add_trigger(trigger);
    if (!added) return Unexpected(added.error());
    connection.schema_changed();
    return {};
  });
  return {};
}

}  // namespace leftmost::engine
