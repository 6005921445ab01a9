// engine/exec/trigger_program.h - what triggers do when they fire.
//
//   INSERT INTO t ...          InsertAction of the statement
//     row 1                      TriggerSet: the programs to run BEFORE and AFTER
//       trigger a                  TriggerProgram: WHEN, then its steps
//         UPDATE u ...               UpdateAction, a ProgramStep
//           row 7                      ... which fires the triggers of u
//
// A program is compiled once per statement, trigger and conflict clause of what fires it (SQLite's
// sub-programs); all programs of a statement, those which programs fire included, are in one TriggerPrograms.
// OLD and NEW are the parameters of a program's steps (TriggerRows). A program can be fired again while it
// runs, so it keeps as many instances of its steps as have ever run at the same time.
//
// Steps neither commit nor undo: a failure goes up to the statement, with what it asks for. RAISE(IGNORE)
// ends the program, and the statement that fired it passes over the row.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/bind/binder.h"
#include "engine/exec/compiled_statement.h"
#include "engine/exec/rowid_source.h"
#include "engine/exec/table_writer.h"

namespace leftmost::engine {

enum class StepOutcome : std::uint8_t { kDone, kIgnored, kFailed };

struct StepFailure {
  Error error;
  storage::ConflictAction action = storage::ConflictAction::kAbort;
};

/// What a failed run comes to. Requires: run.failed(). `action`: what a failed constraint asked for.
StepOutcome end_of_failed_step(StatementRun& run, storage::ConflictAction action, StepFailure& failure);

struct KeyPair;    // engine/exec/foreign_key_sql.h
struct Reference;  // engine/exec/parent_key.h

class ProgramStep {
 public:
  virtual ~ProgramStep() = default;
  /// `rows`: OLD and NEW. kFailed: `failure` says why.
  virtual StepOutcome run_step(std::span<const storage::Value> rows, StepFailure& failure) = 0;
  virtual const Work* work() = 0;
};

/// Where a statement in the body of a trigger stands.
struct TriggerBody {
  TriggerRows rows;
  std::string_view schema;  ///< of the trigger, as BindContext has it
  sql::ConflictAction outer_action{};
  TriggerPrograms& programs;
  bool is_drop = false;  ///< the DELETE of DROP TABLE: for foreign keys alone, no trigger fires
};

/// A statement of the engine's own, compiled into `statement` as if it stood in the body of a trigger. `body`
/// and `statement` outlive the step. Errors: those of its kind.
Expected<std::unique_ptr<ProgramStep>> compile_own_step(std::string_view text, const TriggerBody& body,
                                                        CompiledStatement& statement, CompileContext outer);

class TriggerProgram {
 public:
  /// Errors: those of its statements, without an offset: the text is another one.
  static Expected<void> compile(TriggerProgram& program, CompileContext context);

  TriggerProgram(const storage::TriggerPtr& trigger, const sql::CreateTrigger& syntax,
                 const storage::TablePtr& table, TriggerBody body);
  ~TriggerProgram();

  const storage::TriggerDef& trigger() const { return *trigger_; }
  const storage::TableDef& table() const { return *table_; }
  /// Whether WHEN or the body names this value of OLD and NEW, counted from 0 as TriggerRows counts them
  /// from 1.
  bool reads(std::size_t value) const { return used_[value]; }
  /// Those of WHEN and of the statements in the body, as far as they have one.
  std::vector<const planner::Plan*> plans() const;
  const std::vector<std::unique_ptr<CompiledStatement>>& statements() const { return statements_; }
  /// `outer`: of the statement that fires it, whose work this is too.
  StepOutcome run(std::span<const storage::Value> rows, Connection& connection, Runtime& outer,
                  StepFailure& failure);

 private:
  struct Instance;
  Expected<Instance*> take_instance(Connection& connection);

  storage::TriggerPtr trigger_;
  const sql::CreateTrigger& syntax_;
  storage::TablePtr table_;
  std::vector<bool> used_;
  TriggerBody body_;
  std::unique_ptr<CompiledStatement> when_statement_;
  const planner::Expr* when_ = nullptr;
  std::vector<std::unique_ptr<CompiledStatement>> statements_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::size_t running_ = 0;  // so many of the instances are
};

/// The programs of one statement, and what they share while it runs.
class TriggerPrograms {
 public:
  /// The program of a trigger, compiled when it is asked for first.
  Expected<TriggerProgram*> program(const storage::TriggerPtr& trigger, const sql::CreateTrigger& syntax,
                                    const storage::TablePtr& table, sql::ConflictAction outer_action,
                                    CompileContext context);

  /// Rowids of a table with AUTOINCREMENT: all statements share them, sqlite_sequence is read at first use
  /// and written when the outermost statement is done.
  RowidSource& rowids(Connection& connection, const storage::TableDef& table);
  void begin();
  void close_sequences();

  /// What a foreign key does when a parent row is changed; null: nothing. It may fire itself.
  Expected<TriggerProgram*> action(const KeyPair& pair, const Reference& reference, sql::TriggerEvent event,
                                   CompileContext context);

  /// The last program that was begun is what ON DELETE or ON UPDATE SET NULL of this key does. SQLite 3.40.1
  /// takes the statement at hand for that UPDATE then and does not look up the parent of the new row, which
  /// a REPLACE can see.
  bool begun_last_is_set_null(const storage::TableDef& child, std::size_t key) const;

  bool recursive = false;                 ///< PRAGMA recursive_triggers
  bool may_abort = false;                 ///< a statement of them may ask for ABORT (statement_undo.h)
  std::int64_t violations = 0;            ///< of immediate foreign keys, since begin()
  std::vector<storage::ObjectId> active;  ///< the triggers that run now, outermost first

 private:
  std::map<std::pair<storage::ObjectId, sql::ConflictAction>, std::unique_ptr<TriggerProgram>> programs_;
  std::map<storage::ObjectId, RowidSource> rowids_;
  std::map<std::tuple<storage::ObjectId, std::size_t, sql::TriggerEvent>, storage::TriggerPtr> actions_;
  int compiling_ = 0;
  storage::ObjectId begun_last_ = 0;
};

/// Those of the statement, or of the outermost one in whose triggers it stands.
TriggerPrograms& programs_of(CompileContext context);

/// All programs of a statement, in the order in which SQLite lists them: those that it fires, then those that
/// these fire.
std::vector<const TriggerProgram*> programs_in_order(const CompiledStatement& statement);

/// The programs that a statement runs for each row of a table, in firing order.
struct TriggerSet {
  std::vector<TriggerProgram*> before, after;
  std::size_t after_first = 0;  ///< so many of `after` run before RETURNING looks at the row
  bool empty() const { return before.empty() && after.empty(); }
};

/// Those of a statement, and those of the rows that REPLACE takes away on its way.
struct RowTriggers {
  TriggerSet own;
  std::vector<TriggerSet> updates;  ///< INSERT: of ON CONFLICT DO UPDATE, by clause
  TriggerSet replaced;
};

/// What a statement does to a table, as its triggers see it.
struct TriggerCause {
  sql::TriggerEvent event{};
  sql::ConflictAction action{};                  ///< the conflict clause, which goes on into the programs
  std::span<const sql::Assignment> assignments;  ///< kUpdate: UPDATE OF looks at the names
  bool on_the_way = false;                       ///< a row that is replaced, or found by ON CONFLICT
};

/// The triggers that fire, compiled.
Expected<TriggerSet> find_triggers(const storage::TablePtr& table, const TriggerCause& cause,
                                   CompileContext context);
/// How many uniqueness checks of a write take away the rows in its way. `is_made`: whether the statement
/// makes that check; null is the rowid's.
std::size_t replacing_checks(const planner::Relation& relation, sql::ConflictAction action,
                             const std::function<bool(const planner::RelationIndex*)>& is_made);
/// Those that fire for rows which REPLACE takes away: DELETE triggers if PRAGMA recursive_triggers is on, and
/// REPLACE can happen at all.
Expected<TriggerSet> find_replace_triggers(const planner::Relation& relation, sql::ConflictAction action,
                                           CompileContext context);

}  // namespace leftmost::engine
