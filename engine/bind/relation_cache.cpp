#include "engine/bind/relation_cache.h"

#include <algorithm>

#include "engine/bind/binder.h"
#include "engine/functions/function.h"
#include "engine/sql/parser.h"
#include "planner/probe.h"
#include "storage/collation.h"

namespace leftmost::engine {

using storage::equals_ignoring_case;
using storage::SchemaName;

struct RelationCache::Entry {
  storage::TablePtr table;
  std::optional<planner::Relation> relation;
  std::optional<TableExpressions> expressions;
};

namespace {

storage::TablePtr make_schema_table(storage::ObjectId id, SchemaName schema, std::string_view name) {
  storage::TableDef table;
  table.id = id;
  table.schema = schema;
  table.name = name;
  for (const auto& [column, type] : {std::pair{"type", "TEXT"},
                                     {"name", "TEXT"},
                                     {"tbl_name", "TEXT"},
                                     {"rootpage", "INT"},
                                     {"sql", "TEXT"}}) {
    storage::ColumnDef def;
    def.name = column;
    def.declared_type = type;
    const storage::TypeDescription description = storage::describe_type(type);
    def.affinity = description.affinity;
    def.width = description.width;
    table.columns.push_back(std::move(def));
  }
  return std::make_shared<const storage::TableDef>(std::move(table));
}

}  // namespace

RelationCache::RelationCache(storage::Catalog catalog, const storage::Statistics& statistics,
                             const FunctionRegistry* functions, bool case_sensitive_like)
    : catalog_(std::move(catalog)),
      statistics_(statistics),
      functions_(functions),
      case_sensitive_like_(case_sensitive_like),
      has_temp_objects_(!catalog_.is_empty(SchemaName::kTemp)),
      main_schema_table_(make_schema_table(kMainSchemaTable, SchemaName::kMain, "sqlite_master")),
      temp_schema_table_(make_schema_table(kTempSchemaTable, SchemaName::kTemp, "sqlite_temp_master")) {
  statistics_.add_table(*main_schema_table_);
  statistics_.add_table(*temp_schema_table_);
}

RelationCache::~RelationCache() = default;

std::optional<NamedObject> RelationCache::find(std::string_view schema, std::string_view name) const {
  const bool any = schema.empty();
  const bool is_main = equals_ignoring_case(schema, "main");
  const bool is_temp = equals_ignoring_case(schema, "temp");
  if (!any && !is_main && !is_temp) return std::nullopt;
  constexpr std::string_view kReserved = "sqlite_";
  if (name.size() > kReserved.size() && equals_ignoring_case(name.substr(0, kReserved.size()), kReserved)) {
    if (equals_ignoring_case(name, "sqlite_temp_master") ||
        equals_ignoring_case(name, "sqlite_temp_schema")) {
      if (!is_main) return NamedObject{temp_schema_table_, nullptr, nullptr};
      return std::nullopt;
    }
    if (equals_ignoring_case(name, "sqlite_master") || equals_ignoring_case(name, "sqlite_schema")) {
      return NamedObject{is_temp ? temp_schema_table_ : main_schema_table_, nullptr, nullptr};
    }
  }
  for (const SchemaName place : {SchemaName::kTemp, SchemaName::kMain}) {
    if (!any && is_temp != (place == SchemaName::kTemp)) continue;
    if (place == SchemaName::kTemp && !has_temp_objects_) continue;
    const storage::ObjectPtr* object = catalog_.find_object(name, place);
    if (object != nullptr) {
      if (const auto* table = std::get_if<storage::TablePtr>(object))
        return NamedObject{*table, nullptr, nullptr};
      if (const auto* view = std::get_if<storage::ViewPtr>(object))
        return NamedObject{nullptr, *view, nullptr};
    }
    if (storage::UnsupportedPtr unsupported = catalog_.find_unsupported(name, place)) {
      return NamedObject{nullptr, nullptr, std::move(unsupported)};
    }
  }
  return std::nullopt;
}

RelationCache::Entry& RelationCache::entry(const storage::TablePtr& table) {
  std::unique_ptr<Entry>& entry = entries_[table->id];
  if (entry == nullptr) {
    entry = std::make_unique<Entry>();
    entry->table = table;
  }
  return *entry;
}

Expected<const planner::Expr*> RelationCache::bind_text(std::string_view text, const storage::TableDef& table,
                                                        int use) {
  const Expected<const sql::Expr*> parsed = sql::parse_expression(text, arena_);
  if (!parsed) return Unexpected(parsed.error());
  const BindContext context{this, functions_, &arena_, text, case_sensitive_like_};
  const Expected<planner::Expr*> bound =
      bind_table_expression(**parsed, table, static_cast<TableExpressionUse>(use), context);
  if (!bound) return Unexpected(bound.error());
  return *bound;
}

Expected<const planner::Relation*> RelationCache::relation(const storage::TablePtr& table) {
  Entry& made = entry(table);
  if (made.relation) return &*made.relation;
  planner::Relation relation;
  relation.def = made.table;
  relation.statistics = statistics_.table(table->id);
  if (table->has_generated()) {
    for (const storage::ColumnDef& column : made.table->columns) {
      relation.generated.push_back(nullptr);
      if (column.generated == storage::GeneratedKind::kNone) continue;
      const Expected<const planner::Expr*> bound =
          bind_text(column.generated_sql, *made.table, static_cast<int>(TableExpressionUse::kGenerated));
      if (!bound) return Unexpected(bound.error());
      relation.generated.back() = *bound;
    }
  }
  for (const storage::IndexPtr& def : catalog_.indexes_of(table->id)) {
    planner::RelationIndex index;
    index.def = def;
    index.statistics = statistics_.index(def->id);
    for (const storage::IndexColumn& column : def->key_columns) {
      index.key_expressions.push_back(nullptr);
      if (column.column != storage::kExpressionColumn) continue;
      const Expected<const planner::Expr*> bound =
          bind_text(column.expression_sql, *made.table, static_cast<int>(TableExpressionUse::kIndexColumn));
      if (!bound) return Unexpected(bound.error());
      index.key_expressions.back() = *bound;
    }
    if (def->where_sql) {
      const Expected<const planner::Expr*> bound =
          bind_text(*def->where_sql, *made.table, static_cast<int>(TableExpressionUse::kIndexWhere));
      if (!bound) return Unexpected(bound.error());
      index.where = *bound;
    }
    index.layout = storage::IndexLayout(*made.table, *def);
    relation.indexes.push_back(std::move(index));
  }
  relation.probes = planner::make_probes(relation);
  made.relation = std::move(relation);
  return &*made.relation;
}

Expected<const TableExpressions*> RelationCache::expressions(const storage::TablePtr& table) {
  Entry& made = entry(table);
  if (made.expressions) return &*made.expressions;
  TableExpressions expressions;
  for (const storage::ColumnDef& column : made.table->columns) {
    expressions.defaults.push_back(nullptr);
    if (!column.default_sql) continue;
    const Expected<const planner::Expr*> bound =
        bind_text(*column.default_sql, *made.table, static_cast<int>(TableExpressionUse::kDefault));
    if (!bound) return Unexpected(bound.error());
    expressions.defaults.back() = *bound;
  }
  for (const storage::CheckConstraint& check : made.table->checks) {
    const Expected<const planner::Expr*> bound =
        bind_text(check.sql, *made.table, static_cast<int>(TableExpressionUse::kCheck));
    if (!bound) return Unexpected(bound.error());
    expressions.checks.push_back(*bound);
  }
  made.expressions = std::move(expressions);
  return &*made.expressions;
}

Expected<const sql::CreateView*> RelationCache::parsed_view(const storage::ViewPtr& view) {
  const auto found = views_.find(view.get());
  if (found != views_.end()) return found->second.second;
  const Expected<sql::ParsedStatement> parsed = sql::parse(view->sql, arena_);
  if (!parsed || parsed->statement == nullptr || parsed->statement->kind != sql::StatementKind::kCreateView) {
    return fail(ErrorCode::kCorrupt, "malformed database schema (" + view->name + ")");
  }
  const auto& statement = sql::as<sql::CreateView>(*parsed->statement);
  views_[view.get()] = {view, &statement};
  return &statement;
}

Expected<const sql::CreateTrigger*> RelationCache::parsed_trigger(const storage::TriggerPtr& trigger) {
  const auto found = triggers_.find(trigger.get());
  if (found != triggers_.end()) return found->second.second;
  const Expected<sql::ParsedStatement> parsed = sql::parse(trigger->sql, arena_);
  if (!parsed || parsed->statement == nullptr ||
      parsed->statement->kind != sql::StatementKind::kCreateTrigger) {
    return fail(ErrorCode::kCorrupt, "malformed database schema (" + trigger->name + ")");
  }
  const auto& statement = sql::as<sql::CreateTrigger>(*parsed->statement);
  triggers_[trigger.get()] = {trigger, &statement};
  return &statement;
}

namespace {

bool sets_one_of(std::span<const sql::Name> columns, std::span<const sql::Assignment> assignments) {
  return std::any_of(assignments.begin(), assignments.end(), [&](const sql::Assignment& assignment) {
    return std::any_of(assignment.columns.begin(), assignment.columns.end(), [&](const sql::Name& set) {
      return std::any_of(columns.begin(), columns.end(), [&](const sql::Name& column) {
        return equals_ignoring_case(set.text, column.text);
      });
    });
  });
}

}  // namespace

Expected<std::vector<RelationCache::FiringTrigger>> RelationCache::firing_triggers(
    std::string_view table, SchemaName schema, sql::TriggerEvent event,
    std::span<const sql::Assignment> assignments) {
  std::vector<FiringTrigger> firing;
  for (const storage::TriggerPtr& trigger : catalog_.triggers_on(table, schema)) {
    const auto syntax = parsed_trigger(trigger);
    if (!syntax) return Unexpected(syntax.error());
    if ((*syntax)->event != event) continue;
    if (!(*syntax)->update_of.empty() && !sets_one_of((*syntax)->update_of, assignments)) continue;
    firing.push_back({trigger, *syntax});
  }
  return firing;
}

storage::TablePtr RelationCache::view_table(const storage::ViewDef& view) const {
  const auto found = view_tables_.find(view.id);
  return found == view_tables_.end() ? nullptr : found->second;
}

void RelationCache::add_view_table(const storage::ViewDef& view, storage::TablePtr table) {
  view_tables_[view.id] = std::move(table);
}

}  // namespace leftmost::engine
