#include "engine/exec/compiled_statement.h"

#include <algorithm>

#include "engine/exec/explain.h"
#include "engine/exec/foreign_keys.h"
#include "engine/exec/trigger_program.h"
#include "engine/exec/trigger_work.h"
#include "engine/sql/parser.h"

namespace leftmost::engine {

using storage::Value;

namespace {

Expected<std::string_view> first_statement(std::string_view text) {
  if (text.size() <= kShortTextBytes) return text;
  storage::Arena arena;
  auto parsed = sql::parse(text, arena);
  if (!parsed) return Unexpected(parsed.error());
  return text.substr(0, parsed->bytes_consumed);
}

Expected<void> compile(const sql::Statement& statement, CompileContext context) {
  const auto offset = static_cast<std::size_t>(statement.span.begin);
  switch (statement.kind) {
    case sql::StatementKind::kSelect:
      return compile_select(sql::as<sql::SelectStatement>(statement), context);
    case sql::StatementKind::kInsert:
      return compile_insert(sql::as<sql::Insert>(statement), context);
    case sql::StatementKind::kUpdate:
      return compile_update(sql::as<sql::Update>(statement), context);
    case sql::StatementKind::kDelete:
      return compile_delete(sql::as<sql::Delete>(statement), context);
    case sql::StatementKind::kCreateTable:
      return compile_create_table(sql::as<sql::CreateTable>(statement), context);
    case sql::StatementKind::kCreateIndex:
      return compile_create_index(sql::as<sql::CreateIndex>(statement), context);
    case sql::StatementKind::kCreateView:
      return compile_create_view(sql::as<sql::CreateView>(statement), context);
    case sql::StatementKind::kDrop:
      return compile_drop(sql::as<sql::Drop>(statement), context);
    case sql::StatementKind::kReindex:
      return compile_reindex(sql::as<sql::Reindex>(statement), context);
    case sql::StatementKind::kAnalyze:
      return compile_analyze(sql::as<sql::Analyze>(statement), context);
    case sql::StatementKind::kAlterTable:
      return compile_alter_table(sql::as<sql::AlterTable>(statement), context);
    case sql::StatementKind::kPragma:
      return compile_pragma(sql::as<sql::Pragma>(statement), context);
    case sql::StatementKind::kBegin:
    case sql::StatementKind::kCommit:
    case sql::StatementKind::kRollback:
    case sql::StatementKind::kSavepoint:
    case sql::StatementKind::kRelease:
    case sql::StatementKind::kRollbackTo:
      return compile_transaction(statement, context);
    case sql::StatementKind::kCreateTrigger:
      return compile_create_trigger(sql::as<sql::CreateTrigger>(statement), context);
    case sql::StatementKind::kCreateVirtualTable:
      return not_supported("CREATE VIRTUAL TABLE", offset);
    case sql::StatementKind::kVacuum:
      return not_supported("VACUUM", offset);
    case sql::StatementKind::kAttach:
      return not_supported("ATTACH", offset);
    case sql::StatementKind::kDetach:
      return not_supported("DETACH", offset);
  }
  return fail(ErrorCode::kInternal, "a statement of unknown kind");
}

Value bound_value(std::span<const Value> parameters, int number) {
  const auto at = static_cast<std::size_t>(number) - 1;
  return at < parameters.size() ? parameters[at] : Value::null();
}

void note_planned_values(const planner::Plan* plan, std::span<const Value> parameters,
                         CompiledStatement& statement) {
  if (plan == nullptr) return;
  for (const int number : plan->looked_at) {
    statement.planned_values.push_back({number, storage::OwnedValue(bound_value(parameters, number))});
  }
}

}  // namespace

Expected<void> make_action(CompiledStatement& statement) {
  if (statement.action != nullptr) return {};
  auto action = statement.maker->make();
  if (!action) return Unexpected(std::move(action.error()));
  statement.action = std::move(*action);
  statement.maker.reset();
  return {};
}

// Merging arms of compounds and running recursive queries have their limits (merge_stream.cpp,
// recursive_stream.cpp).
bool may_be_refused(const CompiledStatement& statement) {
  return statement.plan != nullptr &&
         std::any_of(statement.plan->selects.begin(), statement.plan->selects.end(),
                     [](const planner::SelectPlan& core) {
                       return core.select->prior != nullptr || core.select->is_recursive;
                     });
}

CompiledStatement::CompiledStatement() = default;
CompiledStatement::~CompiledStatement() = default;

Expected<void> compile_step(const sql::Statement& statement, CompileContext context) {
  return compile(statement, context);
}

Expected<std::unique_ptr<CompiledStatement>> compile_statement(Connection& connection, std::string_view text,
                                                               std::span<const Value> parameters) {
  auto first = first_statement(text);
  if (!first) return Unexpected(first.error());
  auto statement = std::make_unique<CompiledStatement>();
  statement->text = statement->arena.copy(*first);
  auto parsed = sql::parse(statement->text, statement->arena);
  if (!parsed) return Unexpected(parsed.error());
  statement->bytes_consumed = parsed->bytes_consumed;
  statement->syntax = parsed->statement;
  statement->relations = connection.relations();
  statement->schema_generation = connection.schema_generation();
  statement->settings = connection.settings();
  statement->user_functions = connection.functions().user_functions();
  if (parsed->statement == nullptr) return statement;
  const sql::Statement& syntax = *parsed->statement;
  if (syntax.explain == sql::Explain::kBytecode) {
    return not_supported("EXPLAIN (only EXPLAIN QUERY PLAN)", static_cast<std::size_t>(syntax.span.begin));
  }
  planner::PlanRecord& record = connection.settings().plan_record;
  const planner::PlanRecord wanted = record;
  if (syntax.explain == sql::Explain::kWhy) record = std::max(wanted, planner::PlanRecord::kReasons);
  auto compiled = compile(syntax, {connection, *statement, parameters});
  if (compiled && record >= planner::PlanRecord::kReasons) add_trigger_work(*statement, connection.data());
  record = wanted;
  if (!compiled) return Unexpected(compiled.error());
  note_planned_values(statement->plan.get(), parameters, *statement);
  for (const auto& plan : statement->other_plans) note_planned_values(plan.get(), parameters, *statement);
  if (syntax.explain == sql::Explain::kQueryPlan) make_explain_query_plan(*statement, connection);
  if (syntax.explain == sql::Explain::kWhy) make_explain_why(*statement, connection.data());
  return statement;
}

bool is_current(const CompiledStatement& statement, const Connection& connection,
                std::span<const Value> parameters) {
  return statement.schema_generation == connection.schema_generation() &&
         std::all_of(statement.planned_values.begin(), statement.planned_values.end(),
                     [&](const PlannedValue& planned) {
                       return storage::identical(planned.value.view(),
                                                 bound_value(parameters, planned.parameter));
                     });
}

}  // namespace leftmost::engine
