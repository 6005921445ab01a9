// engine/bind/binder.h - names to columns: a syntax tree in, a bound statement (planner/query.h) out.
//
// Resolves names by SQLite's scoping rules, expands *, views and CTEs (each reference gets its own bound copy), moves
// ON and USING into WHERE with their marks, checks functions and argument counts, establishes the normal forms of
// planner/expr.h, collects aggregates and used columns. Decides nothing about how to run.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sql/syntax.h"
#include "planner/query.h"
#include "storage/arena.h"
#include "storage/error.h"

namespace leftmost::engine {

class FunctionRegistry;
class RelationCache;  // engine/bind/relation_cache.h: catalog entries -> planner::Relation, one per schema version

/// Everything a statement is bound against. All outlive the bound statement.
struct BindContext {
  RelationCache* relations = nullptr;
  const FunctionRegistry* functions = nullptr;
  storage::Arena* arena = nullptr;
  std::string_view sql;                 ///< the text that spans refer to
  bool case_sensitive_like = false;
};

struct BoundAssignment {
  std::vector<int> columns;           ///< table columns (planner::kRowidColumn for the rowid); several for (a,b) = ...
  planner::Expr* value = nullptr;     ///< a row value or row-valued subquery when several
};

struct BoundUpsert {
  const storage::IndexDef* conflict_index = nullptr;  ///< null: any, or the rowid when `on_rowid`
  bool on_rowid = false;
  bool do_nothing = false;
  std::vector<BoundAssignment> assignments;
  planner::Expr* where = nullptr;
};

struct BoundReturning {
  std::vector<planner::ResultColumn> columns;  ///< about the target item
};

struct BoundInsert {
  planner::Item* target = nullptr;     ///< kRow: the row being inserted
  planner::Item* excluded = nullptr;   ///< kRow: excluded.* of upserts, null without
  std::vector<int> columns;            ///< per source column the table column (kRowidColumn: rowid)
  planner::Select* source = nullptr;   ///< SELECT or VALUES; null: DEFAULT VALUES
  sql::ConflictAction action{};
  std::vector<BoundUpsert> upserts;
  BoundReturning returning;
};

struct BoundUpdate {
  planner::ChangeQuery query;               ///< without FROM, ORDER BY, LIMIT
  planner::Select* source = nullptr;        ///< UPDATE ... FROM: gives the target's key and the new values
  std::vector<BoundAssignment> assignments;
  sql::ConflictAction action{};
  BoundReturning returning;
};

struct BoundDelete {
  planner::ChangeQuery query;
  BoundReturning returning;
};

Expected<planner::Select*> bind_select(const sql::Select& select, const BindContext& context);
Expected<BoundInsert> bind_insert(const sql::Insert& insert, const BindContext& context);
Expected<BoundUpdate> bind_update(const sql::Update& update, const BindContext& context);
Expected<BoundDelete> bind_delete(const sql::Delete& del, const BindContext& context);

/// An expression about one table (CHECK, DEFAULT, index column, partial-index WHERE): columns are about kSelfItem.
/// Errors: as SQLite, e.g. subqueries prohibited in index expressions.
enum class TableExpressionUse : std::uint8_t { kCheck, kDefault, kIndexColumn, kIndexWhere, kGenerated };
Expected<planner::Expr*> bind_table_expression(const sql::Expr& expr, const storage::TableDef& table,
                                               TableExpressionUse use, const BindContext& context);

}  // namespace leftmost::engine
