// SELECT and VALUES as statements.
#include "engine/exec/change_action.h"
#include "engine/exec/stream_builder.h"
#include "engine/exec/trigger_program.h"

namespace leftmost::engine {
namespace {

class SelectAction final : public Action, public ProgramStep {
 public:
  SelectAction(CompileContext context, const planner::Select& select)
      : connection_(context.connection),
        runtime_(connection_.environment(), connection_.counters()),
        builder_(runtime_, context.statement.arena) {
    builder_.set_plan(context.statement.plan.get());
    stream_ = builder_.build(select);
  }

  const StreamBuilder& builder() const { return builder_; }

  Expected<void> start(std::span<const storage::Value> parameters) override {
    runtime_.start(connection_.data(), connection_.limits(), parameters);
    stream_->open();
    if (runtime_.failed()) return Unexpected(runtime_.run().take_error());
    return {};
  }
  Expected<bool> next() override {
    if (stream_->next()) {
      ++runtime_.work().rows_returned;
      return true;
    }
    if (runtime_.failed()) return Unexpected(runtime_.run().take_error());
    return false;
  }
  std::span<const storage::Value> row() const override { return stream_->row(); }
  StepOutcome run_step(std::span<const storage::Value> rows, StepFailure& failure) override {
    runtime_.start(connection_.data(), connection_.limits(), rows);
    stream_->open();
    while (runtime_.step() && stream_->next()) {
      ++runtime_.work().rows_returned;
      runtime_.run().results().reset();
    }
    finish();
    if (!runtime_.failed()) return StepOutcome::kDone;
    return end_of_failed_step(runtime_.run(), storage::ConflictAction::kAbort, failure);
  }
  void finish() override {
    stream_->close();
    runtime_.close_subqueries();
  }
  const Work* work() override {
    runtime_.settle_work();
    return &runtime_.work();
  }

 private:
  Connection& connection_;
  Runtime runtime_;
  StreamBuilder builder_;
  std::unique_ptr<RowStream> stream_;
};

}  // namespace

Expected<void> compile_select(const sql::SelectStatement& select, CompileContext context) {
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kSelect;
  auto bound = bind_select(*select.select, bind_context(context));
  if (!bound) return Unexpected(bound.error());
  // Names first: the planner may rewrite the tree.
  const planner::Select* leftmost = *bound;
  while (leftmost->prior != nullptr) leftmost = leftmost->prior;
  statement.columns.reserve(leftmost->columns.size());
  for (const planner::ResultColumn& column : leftmost->columns) {
    statement.columns.push_back({column.name, column.declared_type});
  }
  auto plan = planner::plan_select(*bound, planner_options(context), statement.arena);
  if (!plan) return Unexpected(plan.error());
  statement.plan = std::move(*plan);
  if (context.body != nullptr) {
    statement.make_step = [context, select = *bound]() -> Expected<std::unique_ptr<ProgramStep>> {
      auto step = std::make_unique<SelectAction>(context, *select);
      if (step->builder().error()) return Unexpected(*step->builder().error());
      return step;
    };
    return {};
  }
  return set_maker(
      statement,
      [&connection = context.connection, &statement, select = *bound]() -> Expected<std::unique_ptr<Action>> {
        auto action = std::make_unique<SelectAction>(CompileContext{connection, statement}, *select);
        if (action->builder().error()) return Unexpected(*action->builder().error());
        return action;
      });
}

}  // namespace leftmost::engine
