// engine/exec/compiled_statement.h - a statement ready to run: parsed, bound, planned, and made into an
// Action.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/exec/connection.h"
#include "engine/exec/runtime.h"
#include "engine/sql/syntax.h"
#include "planner/plan.h"
#include "storage/arena.h"
#include "storage/lookaside.h"

namespace leftmost::engine {

struct CompiledStatement;
class ForeignKeys;  // engine/exec/foreign_keys.h
class ProgramStep;  // engine/exec/trigger_program.h
class TriggerProgram;
class TriggerPrograms;
struct TriggerBody;

/// What a statement does when it runs. Rows, if it has any, come through next().
class Action : public storage::FromLookaside {
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

/// Makes the Action of a statement: its streams and programs. Whoever asks only for the plan of a statement
/// (EXPLAIN QUERY PLAN, why, lint) never has them made.
class ActionMaker : public storage::FromLookaside {
 public:
  virtual ~ActionMaker() = default;
  /// Once. Errors: not_supported() for what cannot be run.
  virtual Expected<std::unique_ptr<Action>> make() = 0;
};

/// Views of the statement's text or arena, or of the schema that it holds on to.
struct ResultShape {
  std::string_view name;
  std::string_view declared_type;
};

/// A value that the planner looked at: with another one there would be another plan.
struct PlannedValue {
  int parameter = 0;
  storage::OwnedValue value;
};

struct CompiledStatement : storage::FromLookaside {
  CompiledStatement();
  ~CompiledStatement();

  storage::Arena arena;
  std::string_view text;  ///< what all spans and string_views of the tree point into
  const sql::Statement* syntax = nullptr;
  std::shared_ptr<RelationCache> relations;
  std::uint64_t schema_generation = 0;
  Settings settings;  ///< what it was compiled under, as the number of the user's functions
  std::size_t user_functions = 0;
  StatementKind kind = StatementKind::kSelect;
  bool is_readonly = true;
  storage::LookasideVector<ResultShape> columns;
  std::unique_ptr<planner::Plan> plan;  ///< null: the statement has none
  std::vector<std::unique_ptr<planner::Plan>> other_plans;
  std::vector<PlannedValue> planned_values;
  std::unique_ptr<TriggerPrograms> triggers;  ///< that it may fire; null: none
  /// Those that it fires itself, as SQLite writes them down: first what fires before its row is stored.
  std::vector<const TriggerProgram*> fires_before, fires_after;
  /// A statement in the body of a trigger: it runs while it runs, so there is one step for each time.
  std::function<Expected<std::unique_ptr<ProgramStep>>()> make_step;
  std::vector<std::unique_ptr<ForeignKeys>> foreign_keys;  ///< that its rows take part in
  std::size_t bytes_consumed = 0;
  std::unique_ptr<ActionMaker> maker;  ///< of an action that is not made yet
  std::unique_ptr<Action> action;      ///< last: dies before what it points to
};

/// Everything that making an Action needs.
struct CompileContext {
  Connection& connection;
  CompiledStatement& statement;
  std::span<const storage::Value> parameters = {};  ///< as far as they are bound
  const TriggerBody* body = nullptr;  ///< not null: the statement stands in the body of a trigger
};

/// The statement's action will be what `make` returns: Expected<std::unique_ptr<Action>>. What make holds on
/// to lives as long as the statement or until the action is made.
template <typename Make>
Expected<void> set_maker(CompiledStatement& statement, Make make);
/// Requires: the statement has an action or a maker. Errors: those of the maker.
Expected<void> make_action(CompiledStatement& statement);
/// make_action() may refuse the statement, so it has to be called while the statement is prepared.
bool may_be_refused(const CompiledStatement& statement);

/// Texts up to this size are copied whole and parsed once; of longer ones (scripts) the first statement is
/// measured beforehand, so that a script is not copied once per statement.
inline constexpr std::size_t kShortTextBytes = 4096;

/// The first statement of `text`. Null `syntax`: there is only white space or comments.
/// Errors: those of parser, binder and planner; not_supported() for what cannot be run.
Expected<std::unique_ptr<CompiledStatement>> compile_statement(
    Connection& connection, std::string_view text, std::span<const storage::Value> parameters = {});
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
Expected<void> compile_create_trigger(const sql::CreateTrigger& create, CompileContext context);
Expected<void> compile_drop(const sql::Drop& drop, CompileContext context);
Expected<void> compile_analyze(const sql::Analyze& analyze, CompileContext context);
Expected<void> compile_reindex(const sql::Reindex& reindex, CompileContext context);
Expected<void> compile_alter_table(const sql::AlterTable& alter, CompileContext context);
Expected<void> compile_pragma(const sql::Pragma& pragma, CompileContext context);

/// A statement in the body of a trigger: SELECT, INSERT, UPDATE or DELETE.
Expected<void> compile_step(const sql::Statement& statement, CompileContext context);

/// Fails with not_supported() when something hangs on the table that this engine does not hold, or the
/// database is read-only.
Expected<void> check_writable(const Connection& connection, const storage::TableDef& table);

template <typename Make>
Expected<void> set_maker(CompiledStatement& statement, Make make) {
  class Maker final : public ActionMaker {
   public:
    explicit Maker(Make make) : make_(std::move(make)) {}
    Expected<std::unique_ptr<Action>> make() override { return make_(); }

   private:
    Make make_;
  };
  statement.maker = std::make_unique<Maker>(std::move(make));
  return may_be_refused(statement) ? make_action(statement) : Expected<void>();
}

}  // namespace leftmost::engine
