// engine/bind/relation_cache.h - one version of the schema, as binder, planner and executor see it.
//
//   Catalog + Statistics  ->  per table: planner::Relation      columns, indexes in trying order, bound index
//                                                                expressions and partial WHEREs, numbers
//                             per table: TableExpressions       bound DEFAULT, CHECK, index expressions for
//                             writing; per view and trigger: its parsed CREATE
//
// Everything is made on first use and then stays. A cache belongs to one catalog version and one state of the
// statistics: make a new one when either changes, and let every bound statement keep a shared_ptr to the one
// it was bound with, because bound trees point into it. Used by one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/sql/syntax.h"
#include "planner/relation.h"
#include "storage/arena.h"
#include "storage/catalog.h"
#include "storage/error.h"
#include "storage/statistics.h"

namespace leftmost::engine {

class FunctionRegistry;

/// Ids of the tables that list the schema; they are in no catalog, the executor makes their rows from the
/// catalog. Columns: type, name, tbl_name, rootpage, sql.
inline constexpr storage::ObjectId kMainSchemaTable = 0xFFFF'FFF0;
inline constexpr storage::ObjectId kTempSchemaTable = 0xFFFF'FFF1;

/// What a write to a table evaluates. Columns are about planner::kSelfItem.
struct TableExpressions {
  std::vector<const planner::Expr*> defaults;  ///< per column; null: NULL
  std::vector<const planner::Expr*> checks;    ///< in the order of TableDef::checks
};

/// What a name in FROM stands for. Exactly one is set.
struct NamedObject {
  storage::TablePtr table;
  storage::ViewPtr view;
  storage::UnsupportedPtr unsupported;
};

class RelationCache {
 public:
  /// Copies both (the catalog in O(1)). Requires: `functions` outlives the cache.
  /// `case_sensitive_like`: of the expressions in the schema.
  RelationCache(storage::Catalog catalog, const storage::Statistics& statistics,
                const FunctionRegistry* functions, bool case_sensitive_like = false);
  ~RelationCache();
  RelationCache(const RelationCache&) = delete;
  RelationCache& operator=(const RelationCache&) = delete;

  const storage::Catalog& catalog() const { return catalog_; }

  /// The table or view of that name: temp before main without a schema; sqlite_schema and its other names
  /// included. Nothing if there is none, or no such schema.
  std::optional<NamedObject> find(std::string_view schema, std::string_view name) const;

  /// Errors: an index expression, partial WHERE or generated column that this engine cannot bind (a function
  /// it does not know).
  Expected<const planner::Relation*> relation(const storage::TablePtr& table);
  /// Errors: a DEFAULT or CHECK that this engine cannot bind.
  Expected<const TableExpressions*> expressions(const storage::TablePtr& table);
  /// Errors: kCorrupt - the view's text is no CREATE VIEW.
  Expected<const sql::CreateView*> parsed_view(const storage::ViewPtr& view);
  /// The triggers on a table or view that a change fires, in firing order. `assignments`: of an UPDATE.
  /// Errors: as parsed_trigger().
  struct FiringTrigger {
    storage::TriggerPtr trigger;
    const sql::CreateTrigger* syntax = nullptr;
  };
  Expected<std::vector<FiringTrigger>> firing_triggers(std::string_view table, storage::SchemaName schema,
                                                       sql::TriggerEvent event,
                                                       std::span<const sql::Assignment> assignments);
  /// What engine/bind/view_table.h made of a view; null: nothing yet.
  storage::TablePtr view_table(const storage::ViewDef& view) const;
  void add_view_table(const storage::ViewDef& view, storage::TablePtr table);
  /// Errors: kCorrupt - the trigger's text is no CREATE TRIGGER.
  Expected<const sql::CreateTrigger*> parsed_trigger(const storage::TriggerPtr& trigger);

 private:
  struct Entry;
  Entry& entry(const storage::TablePtr& table);
  Expected<const planner::Expr*> bind_text(std::string_view text, const storage::TableDef& table, int use);

  storage::Catalog catalog_;
  storage::Statistics statistics_;
  const FunctionRegistry* functions_;
  bool case_sensitive_like_;
  bool has_temp_objects_;
  storage::Arena arena_;
  std::map<storage::ObjectId, std::unique_ptr<Entry>> entries_;
  std::map<const storage::ViewDef*, std::pair<storage::ViewPtr, const sql::CreateView*>> views_;
  std::map<const storage::TriggerDef*, std::pair<storage::TriggerPtr, const sql::CreateTrigger*>> triggers_;
  std::map<storage::ObjectId, storage::TablePtr> view_tables_;
  storage::TablePtr main_schema_table_, temp_schema_table_;
};

}  // namespace leftmost::engine
