// engine/bind/binder.h - names to columns: a syntax tree in, a bound statement (planner/query.h) out.
//
// Resolves names by SQLite's scoping rules, expands *, views and CTEs (each reference gets its own bound
// copy), moves ON and USING into WHERE with their marks, checks functions and argument counts, establishes
// the normal forms of planner/expr.h, collects aggregates and used columns. Decides nothing about how to run.
//
// As SQLite does it, a statement is gone through twice: first every FROM of it is opened (tables, views,
// CTEs, stars), then every expression is resolved. So `no such table` is reported before `no such column`,
// wherever they stand.
//
// Errors of all functions: SQLite's texts with SQLite's offset (none where it gives none), `not supported:
// ...` with an offset, and a hint where a similar name exists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sql/syntax.h"
#include "planner/query.h"
#include "storage/arena.h"
#include "storage/error.h"
#include "storage/lookaside.h"

namespace leftmost::engine {

class FunctionRegistry;
class RelationCache;  // engine/bind/relation_cache.h: catalog entries -> planner::Relation, one per schema
                      // version

/// Where a statement names a table in FROM, or a column of a table (not of a view, subquery or CTE).
struct ResolvedName {
  std::size_t offset = 0;  ///< where the (qualified) name begins
  storage::ObjectId table = 0;
  std::optional<int> column;   ///< none: a table in FROM; planner::kRowidColumn: by rowid, oid or _rowid_
  bool through_alias = false;  ///< the table has an alias there
};

/// OLD and NEW in a trigger. Their columns are parameters of the statements in its body: first the rowid of
/// OLD and its columns, then those of NEW.
struct TriggerRows {
  const storage::TableDef* table = nullptr;
  bool has_old = false, has_new = false;
  bool keep_affinity = false;  ///< a value has the affinity of its column: in triggers that of the rowid only
  std::vector<bool>* used = nullptr;  ///< by parameter number less 1: those that are named; null: nobody asks

  /// Number of a parameter; `column` may be planner::kRowidColumn.
  int parameter(bool is_new, int column) const {
    const int width = static_cast<int>(table->columns.size()) + 1;
    return (is_new ? width : 0) + column + 2;
  }
  std::size_t parameter_count() const { return 2 * (table->columns.size() + 1); }
};

/// Everything a statement is bound against. All outlive the bound statement.
struct BindContext {
  RelationCache* relations = nullptr;
  const FunctionRegistry* functions = nullptr;
  storage::Arena* arena = nullptr;
  std::string_view sql;  ///< the text that spans refer to
  bool case_sensitive_like = false;
  /// Where tables without a schema are: empty, temp before main; a view of main sees main's alone.
  std::string_view schema = {};
  /// Not null: the statement is in the body of a trigger. Its own parameters are NULL.
  const TriggerRows* trigger = nullptr;
  /// The conflict clause of the statement that fired the trigger, which counts instead of those in its body.
  sql::ConflictAction outer_action{};
  std::vector<ResolvedName>* resolved_names = nullptr;  ///< not null: all of them are added (ALTER TABLE)
};

struct BoundAssignment {
  /// Table columns (planner::kRowidColumn for the rowid and its alias); several only for (a,b) = (SELECT
  /// ...).
  std::vector<int> columns;
  /// A row-valued subquery when there are several columns. Null in UPDATE ... FROM: see source_column.
  planner::Expr* value = nullptr;
  /// UPDATE ... FROM: the column of BoundUpdate::source that holds the value of columns[0]; the others follow
  /// it.
  int source_column = -1;
};

/// All columns that are assigned to.
std::vector<int> assigned_columns(std::span<const BoundAssignment> assignments);

struct BoundUpsert {
  /// With neither this nor `on_rowid`: any uniqueness conflict.
  const storage::IndexDef* conflict_index = nullptr;
  bool on_rowid = false;
  bool do_nothing = false;
  /// Columns of BoundInsert::target are those of the row that is already there, of `excluded` those of the
  /// new one.
  std::vector<BoundAssignment> assignments;
  planner::Expr* where = nullptr;
};

struct BoundReturning {
  /// About the target item, which then stands for the row after the change (DELETE: before it).
  storage::LookasideVector<planner::ResultColumn> columns;
};

struct BoundInsert {
  planner::Item* target = nullptr;    ///< kRow
  planner::Item* excluded = nullptr;  ///< kRow: excluded.* of upserts, null without
  /// Per source column the table column (kRowidColumn: the rowid or its alias). A column named twice takes
  /// its first value, a rowid its last.
  std::vector<int> columns;
  planner::Select* source = nullptr;  ///< SELECT or VALUES; null: DEFAULT VALUES
  /// INSERT INTO a SELECT * FROM b with values for generated columns too: SQLite takes it where it copies
  /// whole records (engine/exec/transfer.h), and else says this.
  std::optional<Error> unless_transferred;
  bool is_values_row = false;  ///< VALUES of one row, whose values SQLite computes in place
  sql::ConflictAction action{};
  std::vector<BoundUpsert> upserts;
  /// Numbers of the clauses with DO UPDATE, once for every uniqueness check that they answer. SQLite writes a
  /// clause down anew at each, subqueries and RETURNING included: the rowid's first, if the statement gives
  /// one, then those of the indexes that ON CONFLICT names, then the others. What is not in it is never run,
  /// and its names are not looked up.
  std::vector<std::size_t> updates_in_code_order;
  BoundReturning returning;
  bool calls_function =
      false;  ///< anywhere in the statement; aggregates and what is computed in place do not count
};

struct BoundUpdate {
  /// The target is a view (is_view_table()): its rows that WHERE, ORDER BY and LIMIT leave, to which
  /// query.where is put once more. Null with FROM: then `source` gives all columns of the view in place of a
  /// key.
  planner::Select* view_rows = nullptr;
  /// Which rows; without FROM. ORDER BY and LIMIT have become `rowid IN (SELECT rowid ...)`.
  planner::ChangeQuery query;
  /// UPDATE ... FROM: its columns are the key of the target row (rowid, or the primary-key columns in key
  /// order), then the new values. query.where is null then; the source has the conditions.
  planner::Select* source = nullptr;
  std::vector<BoundAssignment> assignments;
  sql::ConflictAction action{};
  BoundReturning returning;
  bool calls_function = false;  ///< as in BoundInsert
};

struct BoundDelete {
  planner::Select* view_rows = nullptr;  ///< as in BoundUpdate
  planner::ChangeQuery query;
  BoundReturning returning;
};

Expected<planner::Select*> bind_select(const sql::Select& select, const BindContext& context);
Expected<BoundInsert> bind_insert(const sql::Insert& insert, const BindContext& context);
Expected<BoundUpdate> bind_update(const sql::Update& update, const BindContext& context);
Expected<BoundDelete> bind_delete(const sql::Delete& del, const BindContext& context);

/// WHEN of a trigger. Requires: context.trigger.
Expected<planner::Expr*> bind_trigger_condition(const sql::Expr& when, const BindContext& context);

/// An expression about one table (CHECK, DEFAULT, index column, partial-index WHERE): columns are about
/// kSelfItem. context.relations may be null. Errors: as SQLite, e.g. `subqueries prohibited in index
/// expressions`.
enum class TableExpressionUse : std::uint8_t { kCheck, kDefault, kIndexColumn, kIndexWhere, kGenerated };
Expected<planner::Expr*> bind_table_expression(const sql::Expr& expr, const storage::TableDef& table,
                                               TableExpressionUse use, const BindContext& context);

}  // namespace leftmost::engine
