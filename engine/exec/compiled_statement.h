// engine/exec/compiled_statement.h - a statement ready to run: parsed, bound, planned, and made into an Action.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/connection.h"
#include "engine/exec/runtime.h"
#include "engine/sql/syntax.h"
#include "planner/plan.h"
#include "storage/arena.h"

namespace leftmost::engine {

struct CompiledStatement;

/// What a statement does when it runs. Rows, if it has any, come through next().
class Action {
 public:
  virtual ~Action() = default;
  /// Begins a run. A statement that changes something does all of it here, and is undone here if it fails.
  virtual Expected<void> start(std::span<const storage::Value> parameters) = 0;
  virtual Expected<bool> next() { return false; }
  /// Requires: next() gave true.
  virtual std::span<const storage::Value> row() const { return {}; }
  /// Ends a run, at any time.
  virtual void finish() {}
  virtual const Work* work() { return nullptr; }
};

struct ResultShape {
  std::string name;
  std::string declared_type;
};

/// A value that the planner looked at: with another one there would be another plan.
struct PlannedValue {
  int parameter = 0;
  storage::OwnedValue value;
};

struct CompiledStatement {
  std::string text;  ///< what all spans and string_views of the tree point into
  storage::Arena arena;
  const sql::Statement* syntax = nullptr;
  std::shared_ptr<RelationCache> relations;
  std::uint64_t schema_generation = 0;
  StatementKind kind = StatementKind::kSelect;
  bool is_readonly = true;
  std::vector<ResultShape> columns;
  std::unique_ptr<planner::Plan> plan;              ///< null: the statement has none
  std::vector<std::unique_ptr<planner::Plan>> other_plans;
  std::vector<PlannedValue> planned_values;
  std::unique_ptr<Action> action;                   ///< last: dies before what it points to
  std::size_t bytes_consumed = 0;
};

/// Everything that making an Action needs.
struct CompileContext {
  Connection& connection;
  CompiledStatement& statement;
  std::span<const storage::Value> parameters = {};  ///< as far as they are bound
};

/// The first statement of `text`. Null `syntax`: there is only white space or comments.
/// Errors: those of parser, binder and planner; not_supported() for what cannot be run.
Expected<std::unique_ptr<CompiledStatement>> compile_statement(Connection& connection, std::string_view text,
                                                               std::span<const storage::Value> parameters = {});
/// The statement is what compile_statement() would make of its text with these parameters now.
bool is_current(const CompiledStatement& statement, const Connection& connection,
                std::span<const storage::Value> parameters);

// One per kind of statement; each fills kind, is_readonly, columns, plan and action.
Expected<void> compile_select(const sql::SelectStatement& select, CompileContext context);
Expected<void> compile_insert(const sql::Insert& insert, CompileContext context);
Expected<void> compile_update(const sql::Update& update, CompileContext context);
Expected<void> compile_delete(const sql::Delete& del, CompileContext context);
Expected<void> compile_transaction(const sql::Statement& statement, CompileContext context);
Expected<void> compile_create_table(const sql::CreateTable& create, CompileContext context);
Expected<void> compile_create_index(const sql::CreateIndex& create, CompileContext context);
Expected<void> compile_create_view(const sql::CreateView& create, CompileContext context);
Expected<void> compile_drop(const sql::Drop& drop, CompileContext context);
Expected<void> compile_analyze(const sql::Analyze& analyze, CompileContext context);
Expected<void> compile_reindex(const sql::Reindex& reindex, CompileContext context);
Expected<void> compile_alter_table(const sql::AlterTable& alter, CompileContext context);
Expected<void> compile_pragma(const sql::Pragma& pragma, CompileContext context);

/// Fails with not_supported() when something hangs on the table that this engine does not run (triggers ...), or
/// the database is read-only.
Expected<void> check_writable(const Connection& connection, const storage::TableDef& table);

}  // namespace leftmost::engine
