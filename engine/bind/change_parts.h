// engine/bind/change_parts.h - what INSERT, UPDATE and DELETE share while they are bound: the target, SET,
// RETURNING.
#pragma once

#include "engine/bind/statement_binder.h"

namespace leftmost::engine::bind {

/// What is done to the target, as its triggers see it.
struct TargetUse {
  planner::ItemKind kind{};  ///< of its item
  sql::TriggerEvent event{};
  std::span<const sql::Assignment> assignments;
  bool has_returning = false;
};
/// Opens the target as the only FROM item of `frame`; a view that has triggers for it as its view_table().
/// False with an error: no such table, another view, a table that is not written here.
bool open_target(StatementBinder& binder, const sql::Target& target, const TargetUse& use, Frame& frame);
/// What SQLite calls the target in messages: its alias, else its name with the schema as written.
std::string target_text(const sql::Target& target);

/// The column that SET or an INSERT list names; nothing if the table has none of that name. The rowid and its
/// alias are kRowidColumn.
std::optional<int> target_column(const storage::TableDef& table, std::string_view name);

/// False with an error if `column` is a generated one, which no SET may name.
bool check_assignable(StatementBinder& binder, const storage::TableDef& table, int column);
/// False with an error if the generated columns need each other in a circle, so that no row can be written.
bool check_generated(StatementBinder& binder, const planner::Relation& relation);

/// Opens the subqueries of an expression and resolves it.
planner::Expr* bind_expr(StatementBinder& binder, const sql::Expr* expr, WithScope* with, Scope& scope);

/// SET a = x, (b, c) = (SELECT ...). A row of values becomes one assignment per column.
bool bind_assignments(StatementBinder& binder, std::span<const sql::Assignment> assignments, WithScope* with,
                      Scope& scope, const storage::TableDef& table, std::vector<BoundAssignment>& out);

/// RETURNING about `target`, which goes by the table's own name there, never by an alias.
bool bind_returning(StatementBinder& binder, std::span<const sql::ResultColumn> returning,
                    const FromEntry& target, WithScope* with, BoundReturning& out);

}  // namespace leftmost::engine::bind
