#include <fmt/format.h>

#include <algorithm>

#include "advice/best_plan.h"
#include "advice/conditions.h"
#include "advice/explanation.h"
#include "advice/hidden_work.h"
#include "advice/parameters.h"
#include "advice/reading.h"
#include "advice/skew.h"
#include "advice/upkeep.h"
#include "engine/sql/lexer.h"
#include "planner/expr_text.h"
#include "storage/database_state.h"
#include "storage/log_est.h"

namespace leftmost::advice {
namespace {

std::string text_of(planner::Span span, std::string_view sql) {
  if (span.empty() || span.end > sql.size()) return {};
  return std::string(sql.substr(span.begin, span.end - span.begin));
}

/// Its text in the statement, and where; what stands in a view is spelled anew and has no span.
std::string term_as_written(const planner::Expr* term, std::string_view sql, planner::Span& span) {
  constexpr std::size_t kBytesMax = 200;  // of a condition in a view
  std::string text = text_of(term->span, sql);
  if (text.empty()) return planner::to_text(term, kBytesMax);
  span = term->span;
  return text;
}

IndexUse copy_index(const planner::IndexReason& reason, std::string_view sql) {
  IndexUse use;
  if (reason.index != nullptr) use.name = reason.index->def->name;
  use.verdict = reason.verdict;
  use.seek_columns = reason.seek_columns;
  use.code = reason.code;
  if (reason.cost_estimated) {
    use.cost_estimated = storage::log_est_to_count(static_cast<storage::LogEst>(*reason.cost_estimated));
  }
  for (const planner::ColumnReason& column : reason.columns) {
    ColumnUse& copy = use.columns.emplace_back();
    copy.column = column.column;
    copy.role = column.role;
    if (column.term != nullptr) copy.term = term_as_written(column.term, sql, copy.span);
    copy.code = column.code;
    copy.text = column.text;
  }
  return use;
}

/// The arms of a multi-index OR that search the index (null: the rowid), in the order of the record.
void collect_arms(const planner::Loop& loop, const planner::RelationIndex* index, std::vector<int>& numbers) {
  for (const planner::OrArm& arm : loop.or_arms) {
    if (arm.loop == nullptr) continue;
    const bool is_rowid = index == nullptr && arm.loop->access == planner::AccessPath::kRowidSearch;
    if (is_rowid || (index != nullptr && arm.loop->index == index)) numbers.push_back(arm.number);
    collect_arms(*arm.loop, index, numbers);
  }
}

/// Where the entries that meet the query's conditions lie in this index. What cannot be shown is left out.
void add_runs(engine::Database& database, const planner::IndexReason& reason, const planner::Item& item,
              std::string_view sql, const std::vector<storage::OwnedValue>& bindings, IndexUse& use) {
  if (reason.index == nullptr || item.relation == nullptr) return;
  IndexPlace place;
  place.table = item.relation->def.get();
  place.index = reason.index->def.get();
  place.alias = item.alias;
  for (const std::string& condition : conditions_on(reason, item.id, sql, bindings)) {
    if (auto runs = find_runs(database, place, condition)) use.runs.push_back(std::move(*runs));
  }
  const auto scattered = std::max_element(use.runs.begin(), use.runs.end(),
                                          [](const Runs& a, const Runs& b) { return a.runs < b.runs; });
  if (scattered == use.runs.end() || scattered->runs < 2) return;
  if (std::any_of(use.runs.begin(), use.runs.end(), [](const Runs& runs) { return runs.runs == 1; })) return;
  const auto condition = leading_value_like(database, place, scattered->matches);
  if (!condition || condition->empty()) return;
  if (auto runs = find_runs(database, place, *condition); runs && runs->runs == 1)
    use.contrast = std::move(*runs);
}

void copy_record(engine::Database& database, const engine::Statement& statement,
                 const ExplainOptions& options, const std::vector<storage::OwnedValue>& bindings,
                 Explanation& explanation) {
  const planner::Plan* plan = statement.plan();
  if (plan == nullptr) return;
  const std::string_view sql = explanation.sql;
  std::vector<StatementReason> skewed;
  for (const planner::TableReason& reason : plan->reasons.tables) {
    if (reason.item == nullptr) continue;
    TableUse& table = explanation.tables.emplace_back();
    table.name = reason.item->name;
    table.alias = reason.item->alias;
    const Reading reading = find_reading(*plan, reason.item);
    const bool is_omitted = reading.select == nullptr && reading.loop == nullptr &&
                            reading.in_lookup == nullptr && reason.select != nullptr;
    table.access = is_omitted ? "omitted" : access_name(reading);
    table.index = index_of(reading);
    if (reason.item->relation != nullptr) {
      table.rows_estimated = storage::log_est_to_count(reason.item->relation->statistics.rows);
    } else if (reading.loop != nullptr) {
      table.rows_estimated = storage::log_est_to_count(reading.loop->rows_estimated);
    }
    if (reading.loop != nullptr) {
      table.rows_per_run_estimated = storage::log_est_to_count(reading.loop->rows_estimated);
    }
    const auto item = static_cast<std::size_t>(reason.item->id);
    if (explanation.ran && !explanation.run_error && item < explanation.work.items.size()) {
      table.work = explanation.work.items[item];
    }
    for (const planner::UnindexedCondition& condition : reason.unindexed) {
      UnindexedCondition& copy = table.unindexed.emplace_back();
      copy.column = condition.column;
      copy.term = term_as_written(condition.term, sql, copy.span);
      copy.text = condition.text;
    }
    for (const planner::TestedCondition& condition : reason.tested) {
      TestedCondition& copy = table.tested.emplace_back();
      copy.role = condition.role;
      copy.term = term_as_written(condition.term, sql, copy.span);
      copy.code = condition.code;
      copy.text = condition.text;
    }
    std::size_t arm = 0;
    for (const planner::IndexReason& index : reason.indexes) {
      table.indexes.push_back(copy_index(index, sql));
      if (reading.loop != nullptr && index.verdict == planner::IndexVerdict::kUsed) {
        std::vector<int> arms;
        collect_arms(*reading.loop, index.index, arms);
        const bool is_next = &index != &reason.indexes.front() && (&index)[-1].index == index.index;
        arm = is_next ? arm + 1 : 0;
        if (arm < arms.size()) table.indexes.back().arm = arms[arm];
      }
      if (!options.runs) continue;
      IndexUse& use = table.indexes.back();
      add_runs(database, index, *reason.item, sql, bindings, use);
      if (auto skew = explain_skew(index, use, reading.loop != nullptr && reading.loop->covering)) {
        skewed.push_back(std::move(*skew));
      }
    }
  }
  for (const planner::GeneralReason& reason : plan->reasons.general) {
    explanation.reasons.push_back({std::string(reason.code), reason.subject, reason.span, reason.text});
  }
  for (StatementReason& reason : skewed) explanation.reasons.push_back(std::move(reason));
  for (StatementReason& reason : hidden_work(database, sql)) explanation.reasons.push_back(std::move(reason));
  if (!options.trace) return;
  const auto count = [](int log) { return storage::log_est_to_count(static_cast<storage::LogEst>(log)); };
  for (const planner::CandidateRecord& record : plan->reasons.candidates) {
    Candidate& candidate = explanation.candidates.emplace_back();
    if (record.item != nullptr) {
      candidate.table = record.item->alias.empty() ? record.item->name : record.item->alias;
    }
    candidate.what = record.what;
    candidate.setup_cost = count(record.setup);
    candidate.run_cost = count(record.run);
    candidate.rows = count(record.rows);
    candidate.outcome = record.outcome;
  }
}

/// Values of parameters 1, 2, ...; `missing` names the first that has none.
Expected<std::vector<storage::OwnedValue>> parameter_values(const engine::Statement& statement,
                                                            const ExplainOptions& options,
                                                            std::string& missing) {
  std::vector<std::optional<storage::OwnedValue>> values(
      static_cast<std::size_t>(statement.parameter_count()));
  for (const auto& [name, value] : options.parameters) {
    const int number = parameter_number(statement, name);
    if (number == 0) {
      return fail(ErrorCode::kRange, fmt::format("the statement has no parameter {}", name));
    }
    values[static_cast<std::size_t>(number) - 1] = value;
  }
  std::vector<storage::OwnedValue> bound;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string_view name = statement.parameter_name(static_cast<int>(i) + 1);
    if (!values[i] && missing.empty()) missing = name.empty() ? fmt::format("?{}", i + 1) : std::string(name);
    bound.push_back(values[i].value_or(storage::OwnedValue()));
  }
  return bound;
}

/// Whether any table of the plan has a row.
bool has_rows(const engine::Database& database, const planner::Plan* plan) {
  if (plan == nullptr) return true;
  bool has_table = false;
  for (const planner::TableReason& table : plan->reasons.tables) {
    if (table.item == nullptr || table.item->relation == nullptr) continue;
    has_table = true;
    const storage::BTree* tree = database.state().tree(table.item->relation->def->id);
    if (tree != nullptr && tree->size() > 0) return true;
  }
  return !has_table;
}

/// Runs a statement that writes on our data and puts them back; SQLite's side is compared by its plan alone.
void run_and_undo(oracle::Session& session, const std::vector<storage::OwnedValue>& bindings,
                  Explanation& explanation) {
  engine::Database& database = session.database();
  const engine::Database::Mark mark = database.mark();
  {
    auto statement = database.prepare(explanation.sql);
    if (!statement) {
      explanation.run_error = statement.error();
    } else {
      for (std::size_t i = 0; i < bindings.size(); ++i) {
        static_cast<void>(statement->bind(static_cast<int>(i) + 1, bindings[i].view()));
      }
      for (;;) {
        const auto step = statement->step();
        if (!step) explanation.run_error = step.error();
        if (!step || *step == engine::StepResult::kDone) break;
      }
      explanation.work = statement->work();
      if (!explanation.run_error) explanation.rows_changed = static_cast<std::uint64_t>(database.changes());
    }
  }
  database.restore(mark);
}

bool is_query_or_change(engine::StatementKind kind) {
  return kind == engine::StatementKind::kSelect || kind == engine::StatementKind::kInsert ||
         kind == engine::StatementKind::kUpdate || kind == engine::StatementKind::kDelete;
}

/// White space and comments at the start of `sql`.
std::size_t blank_bytes(std::string_view sql) {
  std::size_t at = 0;
  while (const auto token = engine::sql::next_token(sql, at)) {
    if (token->token_class != engine::sql::TokenClass::kSpace &&
        token->token_class != engine::sql::TokenClass::kComment) {
      break;
    }
    at = token->span.end;
  }
  return at;
}

}  // namespace

Expected<ExplainedNext> explain_next(oracle::Session& session, std::string_view sql,
                                     const ExplainOptions& options) {
  session.clear_interrupt();  // Ctrl-C at the prompt was about nothing
  // Spans count from where the statement begins, so what stands before it is not given to the engine.
  const std::size_t skipped = blank_bytes(sql);
  const oracle::PlanRecordScope record(
      session, options.trace ? planner::PlanRecord::kCandidates : planner::PlanRecord::kReasons);
  oracle::PreparedNext prepared = session.prepare_next(sql.substr(skipped));
  if (prepared.error) {
    if (prepared.error->sql_offset) *prepared.error->sql_offset += skipped;
    return Unexpected(*prepared.error);
  }
  ExplainedNext next;
  next.bytes_consumed = skipped + prepared.bytes_consumed;
  if (!prepared.statement) return next;
  oracle::SessionStatement& statement = *prepared.statement;

  Explanation& explanation = next.explanation.emplace();
  explanation.sql = statement.ours().sql();
  explanation.has_oracle = session.twin() != nullptr;
  std::string missing;
  const auto bindings = parameter_values(statement.ours(), options, missing);
  if (!bindings) return Unexpected(bindings.error());
  if (missing.empty()) {
    for (std::size_t i = 0; i < bindings->size(); ++i) {
      if (auto bound = statement.bind(static_cast<int>(i) + 1, (*bindings)[i].view()); !bound) {
        return Unexpected(bound.error());
      }
    }
  }
  const engine::StatementKind kind = statement.ours().kind();
  if (!is_query_or_change(kind)) {
    explanation.why_not_run = "only SELECT, INSERT, UPDATE and DELETE have a plan";
  } else if (!missing.empty()) {
    explanation.why_not_run = fmt::format("{} has no value", missing);
  } else if (!options.run) {
    explanation.why_not_run = "it was not asked for";
  } else if (options.empty_tables && !has_rows(session.database(), statement.ours().plan())) {
    explanation.why_not_run = "the tables are empty";
  }
  explanation.ran = explanation.why_not_run.empty();
  std::optional<AgreedRun> run;

  if (explanation.ran && kind == engine::StatementKind::kSelect) {
    oracle::RowDigest rows;
    const oracle::Outcome outcome = statement.run([&](std::span<const storage::Value> row) {
      rows.add(row);
      return true;
    });
    explanation.agreement = outcome.agreement;
    explanation.work = outcome.work;
    explanation.run_error = outcome.error;
    const oracle::Agreement& agreement = outcome.agreement;
    if (!outcome.error && agreement.rows_compared && agreement.plan_compared && agreement.agrees()) {
      const double nanoseconds =
          static_cast<double>(agreement.nanoseconds_ours + agreement.nanoseconds_sqlite);
      run = AgreedRun{rows, agreement.sqlite_counters, nanoseconds / 1e9};
    }
  } else {
    if (is_query_or_change(kind)) explanation.agreement = statement.compare_plans();
    if (explanation.ran) run_and_undo(session, *bindings, explanation);
  }
  explanation.plan = statement.ours().plan_lines();
  ExplainOptions seen = options;
  seen.runs = options.runs && explanation.ran;
  copy_record(session.database(), statement.ours(), seen, *bindings, explanation);
  if (explanation.plan.empty() && kind == engine::StatementKind::kInsert)
    explanation.no_plan_because = "nothing to plan: the rows are given";
  if (explanation.plan.empty() && kind == engine::StatementKind::kDelete)
    explanation.no_plan_because = "nothing to plan: every row goes, and the table is emptied unread";
  explanation.upkeep = upkeep_of(session.database(), explanation.sql);
  // A row that still has children may not be deleted: what would help to find them can be planned all the same.
  const bool is_refused = explanation.run_error && explanation.run_error->code != ErrorCode::kConstraint;
  if (options.suggestions && is_query_or_change(kind) && !is_refused) {
    StatementInQuestion question;
    question.sql = explanation.sql;
    question.statement = &statement.ours();
    question.bindings = *bindings;
    if (explanation.ran && !explanation.run_error) question.work = explanation.work;
    question.run = run;
    question.missing_value = missing;
    Advice advice = suggest(session, question, options.suggest);
    explanation.suggestions = std::move(advice.suggestions);
    explanation.nothing_because = std::move(advice.nothing_because);
    explanation.best_because = why_best(explanation);
  }
  return next;
}

std::string plan_in_one_line(const std::vector<planner::PlanLine>& lines) {
  std::string text;
  for (const planner::PlanLine& line : lines) text += (text.empty() ? "" : " / ") + line.detail;
  return text;
}

}  // namespace leftmost::advice
