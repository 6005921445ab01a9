// engine/exec/change_action.h - what INSERT, UPDATE and DELETE share: undoing, counting, RETURNING.
#pragma once

#include "engine/bind/binder.h"
#include "engine/exec/compiled_statement.h"
#include "engine/exec/foreign_keys.h"
#include "engine/exec/row_buffer.h"
#include "engine/exec/table_writer.h"
#include "engine/exec/trigger_program.h"
#include "planner/planner.h"

namespace leftmost::engine {

class ChangeAction : public Action, public ProgramStep {
 public:
  Expected<void> start(std::span<const storage::Value> parameters) final;
  StepOutcome run_step(std::span<const storage::Value> rows, StepFailure& failure) final;
  Expected<bool> next() final;
  std::span<const storage::Value> row() const final { return returned_.row(returned_at_ - 1); }
  void finish() final;
  const Work* work() final {
    runtime_.settle_work();
    return &runtime_.work();
  }

 protected:
  explicit ChangeAction(CompileContext context);

  /// Makes all changes. False: an error is in the runtime; `on_error_` says how much of the statement stays.
  virtual bool run() = 0;
  /// Whether run() may fail after it has changed something, so that a mark has to be taken first.
  virtual bool needs_mark() const = 0;

  /// An expression of REAL affinity (a column has that of the table's first column here: bind/) gives reals.
  /// `shows_stored_reals`: otherwise an integral value of a REAL column comes back as an INTEGER when
  /// RETURNING hands it on, because that is how SQLite has just stored it (INSERT and UPDATE; up to 48 bits).
  /// One of a VIRTUAL column always does.
  void set_returning(const BoundReturning& returning, const storage::TableDef& table, bool shows_stored_reals,
                     StreamBuilder& builder);
  /// Whether code of the statement may ask for ABORT (statement_undo.h). Where none does, the rows before a
  /// `datatype mismatch` or a value that a STRICT table refuses stay inside a transaction, uncounted.
  void set_may_abort(bool may_abort) {
    keeps_rows_on_mismatch_ = !may_abort;
    if (programs_ != nullptr) programs_->may_abort = programs_->may_abort || may_abort;
  }
  bool has_returning() const { return !returning_.empty(); }
  /// Computes RETURNING for the current rows and keeps it.
  bool add_returned();
  /// Fires triggers for a row; null: it has no such image. False: the statement has failed, or the row is
  /// passed over (`passed_over`).
  bool fire(std::span<TriggerProgram* const> programs, const RowImage* old_row, const RowImage* new_row,
            bool& passed_over);
  /// Foreign keys of a row that goes or comes (foreign_keys.h; null: none), and what they do when it is done.
  /// False: the statement has failed.
  bool row_goes(ForeignKeys* keys, const RowImage& old_row, const RowImage* new_row);
  bool row_comes(ForeignKeys* keys, const RowImage* old_row, const RowImage& new_row);
  bool act(const ForeignKeys* keys, const RowImage& old_row, const RowImage* new_row);
  /// Puts `new_row` in the place of the one at `key`. Foreign keys look at the table with neither.
  bool store_changed(TableWriter& writer, ForeignKeys* keys, std::string_view key, const RowImage& old_row,
                     const RowImage& new_row);
  /// Makes `writer` fire the triggers of rows that REPLACE takes away, and look after their foreign keys. All
  /// outlive the action.
  void fire_for_replaced(TableWriter& writer, const TriggerSet& triggers, ForeignKeys* keys);
  /// Sets the error of a failed check, and what it asks for.
  bool fail_check(const TableWriter::Check& check);
  void count_change() { ++changes_; }

  Connection& connection_;
  CompiledStatement& statement_;
  Runtime runtime_;
  StreamBuilder builder_;
  storage::ConflictAction on_error_ = storage::ConflictAction::kAbort;
  std::int64_t changes_ = 0;
  TriggerPrograms* const programs_;  ///< of the outermost statement; null: nothing fires

 private:
  bool begin(std::span<const storage::Value> parameters);
  template <typename Reads>
  std::vector<storage::Value> images(const storage::TableDef& table, const RowImage* old_row,
                                     const RowImage* new_row, Reads reads, storage::Arena& bytes);

  struct Returned {
    const Program* program = nullptr;
    bool is_real = false;  ///< integers become reals
  };
  std::vector<Returned> returning_;
  bool keeps_rows_on_mismatch_ = false;
  bool failed_on_datatype_ = false;
  RowBuffer returned_;
  std::size_t returned_at_ = 0;
};

/// INSERT OR x as storage calls it.
storage::ConflictAction conflict_action(sql::ConflictAction action);

/// A compiled `SET columns = value`.
struct AssignmentProgram {
  std::vector<int> columns;
  const Program* value = nullptr;
  int source_column = -1;
};
/// `rows`: whose columns the values are about, the target first.
std::vector<AssignmentProgram> compile_assignments(const std::vector<BoundAssignment>& assignments,
                                                   std::span<planner::Item* const> rows,
                                                   StreamBuilder& builder);
/// Whether values go into this column as they are.
bool keeps_any_type(const storage::TableDef& table, int column);
/// The new image of a row: `row` is the old one on entry, and the current row of the target item. Values that
/// are made are in `bytes`. False after an error (`datatype mismatch` for a rowid that is no integer).
bool apply_assignments(const std::vector<AssignmentProgram>& assignments,
                       std::span<const storage::Value> source, const storage::TableDef& table,
                       Runtime& runtime, storage::Arena& bytes, RowImage& row);

/// After BEFORE triggers: columns of the new image that are not assigned to become those of the row as it is
/// now. False: it is gone.
bool reload_row(const TableWriter& writer, const storage::DatabaseState& state, const std::string& key,
                const std::vector<AssignmentProgram>& assignments, storage::Arena& bytes, RowImage& row);

/// All expressions of assignments and RETURNING, for the planner.
void collect_expressions(const std::vector<BoundAssignment>& assignments,
                         std::vector<planner::Expr*>& expressions);
void collect_expressions(const BoundReturning& returning, std::vector<planner::Expr*>& expressions);
/// Names of RETURNING's columns into the statement.
void set_returning_columns(const BoundReturning& returning, CompiledStatement& statement);

/// Gives the plan of further expressions to the statement; they can be compiled as long as it lives. Its
/// SELECTs and reasons become part of the statement's own plan, its lines do not.
const planner::Plan* keep_plan(std::unique_ptr<planner::Plan> plan, CompiledStatement& statement);
/// Lines of EXPLAIN QUERY PLAN behind those that the statement already has.
void print_steps(const planner::Plan& plan, CompiledStatement& statement);
/// Both.
void add_plan(std::unique_ptr<planner::Plan> plan, CompiledStatement& statement);

/// Gives a statement what runs it. One in the body of a trigger gets another such action for every time that
/// it runs while it runs.
template <typename Changing, typename Bound, typename... More>
Expected<void> set_change_action(CompileContext context, Bound bound, const TableExpressions& expressions,
                                 More... more) {
  if (context.body != nullptr) {
    context.statement.make_step = [context, bound = std::move(bound), &expressions,
                                   more...]() -> Expected<std::unique_ptr<ProgramStep>> {
      auto action = std::make_unique<Changing>(context, bound, expressions, more...);
      if (action->builder().error()) return Unexpected(*action->builder().error());
      return action;
    };
    return {};
  }
  return set_maker(
      context.statement,
      [&connection = context.connection, &statement = context.statement, bound = std::move(bound),
       &expressions, more...]() mutable -> Expected<std::unique_ptr<Action>> {
        auto action = std::make_unique<Changing>(CompileContext{connection, statement}, std::move(bound),
                                                 expressions, std::move(more)...);
        if (action->builder().error()) return Unexpected(*action->builder().error());
        return action;
      });
}

BindContext bind_context(CompileContext context);
planner::PlannerOptions planner_options(CompileContext context);

}  // namespace leftmost::engine
