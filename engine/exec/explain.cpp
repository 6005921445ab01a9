#include "engine/exec/explain.h"

#include "engine/exec/rows_action.h"
#include "engine/hidden_work.h"
#include "planner/eqp_text.h"
#include "planner/explain.h"
#include "planner/expr_text.h"

namespace leftmost::engine {
namespace {

using storage::Value;

Value text_or_null(std::string_view text) { return text.empty() ? Value::null() : Value::text(text); }

std::string_view text_of(planner::Span span, std::string_view sql) {
  if (span.empty() || span.end > sql.size()) return {};
  return sql.substr(span.begin, span.end - span.begin);
}

constexpr std::size_t kTermBytesMax = 200;  // of a condition in a view

/// The condition as written; of one in a view what it says.
std::string term_of(const planner::Expr* term, std::string_view sql) {
  if (term == nullptr) return {};
  const std::string_view text = text_of(term->span, sql);
  return text.empty() ? planner::to_text(term, kTermBytesMax) : std::string(text);
}

void add_reasons(const std::vector<planner::GeneralReason>& reasons, RowBuffer& rows) {
  for (const planner::GeneralReason& reason : reasons) {
    const Value null = Value::null();
    const Value row[] = {null,
                         null,
                         null,
                         null,
                         null,
                         text_or_null(reason.subject),
                         text_or_null(reason.code),
                         text_or_null(reason.text)};
    rows.add(row);
  }
}

/// The explained statement's action, made or not: it owns what the plan's record points into.
struct Explained {
  std::unique_ptr<ActionMaker> maker;
  std::unique_ptr<Action> action;
};

std::shared_ptr<Explained> keep_explained(CompiledStatement& statement) {
  return std::make_shared<Explained>(Explained{std::move(statement.maker), std::move(statement.action)});
}

void add_reasons(const planner::Plan& plan, std::string_view sql, RowBuffer& rows) {
  for (const planner::TableReason& table : plan.reasons.tables) {
    const std::string_view name = table.item->alias.empty() ? table.item->name : table.item->alias;
    for (const planner::IndexReason& index : table.indexes) {
      const Value index_name = index.index == nullptr ? Value::null() : Value::text(index.index->def->name);
      std::int64_t position = 0;
      for (const planner::ColumnReason& column : index.columns) {
        const std::string term = term_of(column.term, sql);
        const Value row[] = {text_or_null(name),
                             index_name,
                             text_or_null(column.column),
                             Value::integer(++position),
                             Value::text(planner::role_name(column.role)),
                             text_or_null(term),
                             text_or_null(column.code),
                             text_or_null(column.text)};
        rows.add(row);
      }
    }
    for (const planner::UnindexedCondition& condition : table.unindexed) {
      const std::string term = term_of(condition.term, sql);
      const Value row[] = {
          text_or_null(name), Value::null(), text_or_null(condition.column), Value::null(), Value::null(),
          text_or_null(term), Value::null(), text_or_null(condition.text)};
      rows.add(row);
    }
    for (const planner::TestedCondition& condition : table.tested) {
      const std::string term = term_of(condition.term, sql);
      const Value row[] = {text_or_null(name),
                           Value::null(),
                           Value::null(),
                           Value::null(),
                           Value::text(planner::role_name(condition.role)),
                           text_or_null(term),
                           text_or_null(condition.code),
                           text_or_null(condition.text)};
      rows.add(row);
    }
  }
  add_reasons(plan.reasons.general, rows);
}

}  // namespace

void make_explain_query_plan(CompiledStatement& statement, Connection& connection) {
  const bool is_change = statement.kind == StatementKind::kInsert ||
                         statement.kind == StatementKind::kUpdate || statement.kind == StatementKind::kDelete;
  statement.kind = StatementKind::kExplainQueryPlan;
  statement.is_readonly = true;
  statement.columns = {{"id", ""}, {"parent", ""}, {"notused", ""}, {"detail", ""}};
  const planner::Plan* plan = statement.plan.get();
  auto keep = keep_explained(statement);
  statement.action = make_rows_action(4, [plan, keep, is_change, &connection](RowBuffer& rows) -> Expected<void> {
    if (is_change) connection.counters().changes = 0;  // to SQLite a change that changed nothing
    if (plan == nullptr) return {};
    for (const planner::PlanLine& line : planner::eqp_lines(*plan)) {
      const Value row[] = {Value::integer(line.id), Value::integer(line.parent), Value::integer(0),
                           Value::text(line.detail)};
      rows.add(row);
    }
    return {};
  });
}

void make_explain_why(CompiledStatement& statement, const storage::DatabaseState& data) {
  statement.kind = StatementKind::kExplainWhy;
  statement.is_readonly = true;
  statement.columns = {{"table", ""}, {"index", ""}, {"column", ""}, {"position", ""},
                       {"role", ""},  {"term", ""},  {"reason", ""}, {"text", ""}};
  const planner::Plan* plan = statement.plan.get();
  auto keep = keep_explained(statement);
  statement.action =
      make_rows_action(8,
                       [plan, keep, sql = statement.text,
                        hidden = hidden_work(data, statement.syntax)](RowBuffer& rows) -> Expected<void> {
                         if (plan != nullptr) add_reasons(*plan, sql, rows);
                         add_reasons(hidden, rows);
                         return {};
                       });
}

}  // namespace leftmost::engine
