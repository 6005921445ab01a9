#include "engine/exec/trigger_program.h"

#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/foreign_key_sql.h"
#include "engine/sql/parser.h"

namespace leftmost::engine {

using storage::ConflictAction;
using storage::Value;

namespace {

constexpr std::size_t kDepthMax = 1000;  // SQLITE_MAX_TRIGGER_DEPTH
constexpr int kChainMax = 1000;

/// WHEN.
class Condition {
 public:
  Condition(const planner::Expr& when, CompiledStatement& statement, Connection& connection)
      : connection_(connection),
        runtime_(connection.environment(), connection.counters()),
        builder_(runtime_, statement.arena) {
    builder_.set_plan(statement.plan.get());
    program_ = builder_.compile(when);
  }
  const StreamBuilder& builder() const { return builder_; }

  bool holds(std::span<const Value> rows) {
    runtime_.start(connection_.data(), connection_.limits(), rows);
    const bool holds = test(*program_, runtime_.eval());
    runtime_.close_subqueries();
    return holds;
  }
  StatementRun& run() { return runtime_.run(); }
  const Work& work() {
    runtime_.settle_work();
    return runtime_.work();
  }

 private:
  Connection& connection_;
  Runtime runtime_;
  StreamBuilder builder_;
  const Program* program_ = nullptr;
};

std::unique_ptr<CompiledStatement> make_statement(const storage::TriggerDef& trigger,
                                                  const CompiledStatement& outer) {
  auto statement = std::make_unique<CompiledStatement>();
  statement->text = trigger.sql;  // of the program's trigger, which outlives it
  statement->relations = outer.relations;
  statement->schema_generation = outer.schema_generation;
  return statement;
}

}  // namespace

StepOutcome end_of_failed_step(StatementRun& run, ConflictAction action, StepFailure& failure) {
  const std::optional<planner::RaiseAction> raised = run.raised();
  failure = {run.take_error(), action};
  if (!raised) return StepOutcome::kFailed;
  switch (*raised) {
    case planner::RaiseAction::kIgnore:
      return StepOutcome::kIgnored;
    case planner::RaiseAction::kRollback:
      failure.action = ConflictAction::kRollback;
      break;
    case planner::RaiseAction::kAbort:
      failure.action = ConflictAction::kAbort;
      break;
    case planner::RaiseAction::kFail:
      failure.action = ConflictAction::kFail;
      break;
  }
  return StepOutcome::kFailed;
}

Expected<std::unique_ptr<ProgramStep>> compile_own_step(std::string_view text, const TriggerBody& body,
                                                        CompiledStatement& statement, CompileContext outer) {
  statement.text = statement.arena.copy(text);
  statement.relations = outer.statement.relations;
  statement.schema_generation = outer.statement.schema_generation;
  auto parsed = sql::parse(statement.text, statement.arena);
  if (!parsed) return Unexpected(parsed.error());
  statement.syntax = parsed->statement;
  planner::PlanRecord& record = outer.connection.settings().plan_record;
  const planner::PlanRecord wanted = std::exchange(record, planner::PlanRecord::kDecisions);
  auto compiled = compile_step(*statement.syntax, {outer.connection, statement, {}, &body});
  record = wanted;
  if (!compiled) return Unexpected(compiled.error());
  return statement.make_step();
}

struct TriggerProgram::Instance {
  std::unique_ptr<Condition> when;
  std::vector<std::unique_ptr<ProgramStep>> steps;
};

TriggerProgram::TriggerProgram(const storage::TriggerPtr& trigger, const sql::CreateTrigger& syntax,
                               const storage::TablePtr& table, TriggerBody body)
    : trigger_(trigger),
      syntax_(syntax),
      table_(table),
      used_(body.rows.parameter_count(), false),
      body_(body) {
  body_.rows.used = &used_;
}
TriggerProgram::~TriggerProgram() = default;

Expected<void> TriggerProgram::compile(TriggerProgram& program, CompileContext context) {
  planner::PlanRecord& record = context.connection.settings().plan_record;
  const planner::PlanRecord wanted = std::exchange(record, planner::PlanRecord::kDecisions);
  const auto run = [&]() -> Expected<void> {
    if (program.syntax_.when != nullptr) {
      program.when_statement_ = make_statement(*program.trigger_, context.statement);
      const CompileContext inner{context.connection, *program.when_statement_, {}, &program.body_};
      auto bound = bind_trigger_condition(*program.syntax_.when, bind_context(inner));
      if (!bound) return Unexpected(bound.error());
      planner::Expr* const expressions[] = {*bound};
      auto plan =
          planner::plan_expressions(expressions, planner_options(inner), program.when_statement_->arena);
      if (!plan) return Unexpected(plan.error());
      program.when_statement_->plan = std::move(*plan);
      program.when_ = *bound;
    }
    for (const sql::Statement* syntax : program.syntax_.body) {
      CompiledStatement& statement =
          *program.statements_.emplace_back(make_statement(*program.trigger_, context.statement));
      statement.syntax = syntax;
      auto compiled = compile_step(*syntax, {context.connection, statement, {}, &program.body_});
      if (!compiled) return compiled;
    }
    const auto first = program.take_instance(context.connection);
    if (!first) return Unexpected(first.error());
    return {};
  };
  auto compiled = run();
  record = wanted;
  if (compiled) return {};
  Error error = compiled.error();
  error.sql_offset.reset();
  return Unexpected(std::move(error));
}

std::vector<const planner::Plan*> TriggerProgram::plans() const {
  std::vector<const planner::Plan*> plans;
  const auto add = [&](const std::unique_ptr<CompiledStatement>& statement) {
    if (statement != nullptr && statement->plan != nullptr) plans.push_back(statement->plan.get());
  };
  add(when_statement_);
  for (const std::unique_ptr<CompiledStatement>& statement : statements_) add(statement);
  return plans;
}

Expected<TriggerProgram::Instance*> TriggerProgram::take_instance(Connection& connection) {
  if (running_ == instances_.size()) {
    auto instance = std::make_unique<Instance>();
    if (when_ != nullptr) {
      instance->when = std::make_unique<Condition>(*when_, *when_statement_, connection);
      if (instance->when->builder().error()) return Unexpected(*instance->when->builder().error());
    }
    for (const std::unique_ptr<CompiledStatement>& statement : statements_) {
      auto step = statement->make_step();
      if (!step) return Unexpected(step.error());
      instance->steps.push_back(std::move(*step));
    }
    instances_.push_back(std::move(instance));
  }
  return instances_[running_].get();
}

StepOutcome TriggerProgram::run(std::span<const Value> rows, Connection& connection, Runtime& outer,
                                StepFailure& failure) {
  std::vector<storage::ObjectId>& active = body_.programs.active;
  const bool may_run_again = body_.programs.recursive || trigger_->name.empty();  // without one: an action
  if (!may_run_again && std::find(active.begin(), active.end(), trigger_->id) != active.end()) {
    return StepOutcome::kDone;
  }
  if (active.size() >= kDepthMax) {
    failure = {Error{ErrorCode::kError, "too many levels of trigger recursion", std::nullopt, {}},
               ConflictAction::kAbort};
    return StepOutcome::kFailed;
  }
  const auto instance = take_instance(connection);
  if (!instance) {
    failure = {instance.error(), ConflictAction::kAbort};
    return StepOutcome::kFailed;
  }
  const ConnectionCounters before = connection.counters();
  active.push_back(trigger_->id);
  ++running_;
  StepOutcome outcome = StepOutcome::kDone;
  bool fires = true;
  if (Condition* const when = (*instance)->when.get(); when != nullptr) {
    fires = when->holds(rows);
    outer.add_program_work(when->work());
    if (when->run().failed()) outcome = end_of_failed_step(when->run(), ConflictAction::kAbort, failure);
  }
  if (fires && outcome == StepOutcome::kDone) {
    for (const std::unique_ptr<ProgramStep>& step : (*instance)->steps) {
      outcome = step->run_step(rows, failure);
      outer.add_program_work(*step->work());
      if (outcome != StepOutcome::kDone) break;
    }
  }
  --running_;
  active.pop_back();
  // Outside changes() and last_insert_rowid() are what they were.
  connection.counters().changes = before.changes;
  connection.counters().last_insert_rowid = before.last_insert_rowid;
  return outcome;
}

Expected<TriggerProgram*> TriggerPrograms::program(const storage::TriggerPtr& trigger,
                                                   const sql::CreateTrigger& syntax,
                                                   const storage::TablePtr& table,
                                                   sql::ConflictAction outer_action, CompileContext context) {
  std::unique_ptr<TriggerProgram>& program = programs_[{trigger->id, outer_action}];
  if (program != nullptr) return program.get();
  if (compiling_ >= kChainMax) return not_supported("a chain of more than 1000 triggers");
  TriggerRows rows;
  rows.table = table.get();
  rows.has_old = syntax.event != sql::TriggerEvent::kInsert;
  rows.has_new = syntax.event != sql::TriggerEvent::kDelete;
  const std::string_view schema = trigger->schema == storage::SchemaName::kMain ? "main" : "";
  // Made first: the body may fire the trigger itself.
  program = std::make_unique<TriggerProgram>(trigger, syntax, table,
                                             TriggerBody{rows, schema, outer_action, *this});
  TriggerProgram* const made = program.get();
  begun_last_ = trigger->id;
  ++compiling_;
  auto compiled = TriggerProgram::compile(*made, context);
  --compiling_;
  if (!compiled) return Unexpected(compiled.error());
  return made;
}

RowidSource& TriggerPrograms::rowids(Connection& connection, const storage::TableDef& table) {
  return rowids_.try_emplace(table.id, connection, table).first->second;
}

Expected<TriggerProgram*> TriggerPrograms::action(const KeyPair& pair, const Reference& reference,
                                                  sql::TriggerEvent event, CompileContext context) {
  storage::TriggerPtr& known = actions_[{reference.child->id, reference.number, event}];
  if (known == nullptr) {
    std::optional<std::string> text = action_trigger(pair, *reference.key, event);
    if (!text) return nullptr;
    constexpr storage::ObjectId kFirstId = 0x8000'0000;  // no object of a catalog gets there
    storage::TriggerDef trigger;
    trigger.id = kFirstId + static_cast<storage::ObjectId>(actions_.size());
    trigger.schema = trigger.table_schema = pair.parent.schema;
    trigger.table_name = pair.parent.name;
    trigger.sql = std::move(*text);
    known = std::make_shared<const storage::TriggerDef>(std::move(trigger));
  }
  const auto syntax = context.statement.relations->parsed_trigger(known);
  if (!syntax) return Unexpected(syntax.error());
  const storage::TablePtr parent = context.statement.relations->catalog().table(pair.parent.id);
  return program(known, **syntax, parent, sql::ConflictAction::kAbort, context);
}

bool TriggerPrograms::begun_last_is_set_null(const storage::TableDef& child, std::size_t key) const {
  const auto is_begun_last = [&](sql::TriggerEvent event, const std::string& action) {
    const auto found = actions_.find({child.id, key, event});
    return action == "SET NULL" && found != actions_.end() && found->second->id == begun_last_;
  };
  const storage::ForeignKeyDef& def = child.foreign_keys[key];
  return is_begun_last(sql::TriggerEvent::kDelete, def.on_delete) ||
         is_begun_last(sql::TriggerEvent::kUpdate, def.on_update);
}

TriggerPrograms& programs_of(CompileContext context) {
  if (context.body != nullptr) return context.body->programs;
  std::unique_ptr<TriggerPrograms>& programs = context.statement.triggers;
  if (programs == nullptr) {
    programs = std::make_unique<TriggerPrograms>();
    programs->recursive = context.connection.settings().recursive_triggers;
  }
  return *programs;
}

void TriggerPrograms::begin() {
  violations = 0;
  for (auto& [table, rowids] : rowids_) rowids.open();
}

void TriggerPrograms::close_sequences() {
  for (auto& [table, rowids] : rowids_) rowids.close();
}

std::vector<const TriggerProgram*> programs_in_order(const CompiledStatement& statement) {
  std::vector<const TriggerProgram*> programs;
  const auto add = [&](const CompiledStatement& part) {
    for (const auto* fires : {&part.fires_before, &part.fires_after}) {
      for (const TriggerProgram* program : *fires) {
        if (std::find(programs.begin(), programs.end(), program) == programs.end())
          programs.push_back(program);
      }
    }
  };
  add(statement);
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const TriggerProgram& program = *programs[i];
    for (const std::unique_ptr<CompiledStatement>& part : program.statements()) add(*part);
  }
  return programs;
}

Expected<TriggerSet> find_triggers(const storage::TablePtr& table, const TriggerCause& cause,
                                   CompileContext context) {
  TriggerSet set;
  if (context.body != nullptr && context.body->is_drop) return set;
  const auto firing = context.statement.relations->firing_triggers(table->name, table->schema, cause.event,
                                                                   cause.assignments);
  if (!firing) return Unexpected(firing.error());
  for (const auto& [trigger, syntax] : *firing) {
    const auto program = programs_of(context).program(trigger, *syntax, table, cause.action, context);
    if (!program) return Unexpected(program.error());
    if (syntax->time == sql::TriggerTime::kAfter) {
      set.after.push_back(*program);
      (cause.on_the_way ? context.statement.fires_before : context.statement.fires_after).push_back(*program);
      if (trigger->schema != table->schema) set.after_first = set.after.size();
    } else {
      set.before.push_back(*program);
      context.statement.fires_before.push_back(*program);
    }
  }
  return set;
}

std::size_t replacing_checks(const planner::Relation& relation, sql::ConflictAction action,
                             const std::function<bool(const planner::RelationIndex*)>& is_made) {
  const auto replaces = [action](ConflictAction declared) {
    return action == sql::ConflictAction::kReplace ||
           (action == sql::ConflictAction::kNone && declared == ConflictAction::kReplace);
  };
  const storage::TableDef& table = *relation.def;
  std::size_t checks =
      !table.without_rowid && replaces(table.primary_key_conflict) && is_made(nullptr) ? 1 : 0;
  for (const planner::RelationIndex& index : relation.indexes) {
    if (index.def->unique && replaces(index.def->conflict) && is_made(&index)) ++checks;
  }
  return checks;
}

Expected<TriggerSet> find_replace_triggers(const planner::Relation& relation, sql::ConflictAction action,
                                           CompileContext context) {
  if (!context.connection.settings().recursive_triggers) return TriggerSet{};
  if (replacing_checks(relation, action, [](const auto*) { return true; }) == 0) return TriggerSet{};
  return find_triggers(relation.def, {sql::TriggerEvent::kDelete, sql::ConflictAction::kReplace, {}, true},
                       context);
}

}  // namespace leftmost::engine
