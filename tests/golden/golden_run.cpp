#include "tests/golden/golden_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include "advice/explanation.h"
#include "advice/explanation_check.h"
#include "advice/worth.h"
#include "oracle/reference_version.h"
#include "planner/explain.h"
#include "storage/value.h"

namespace leftmost::golden {
namespace {

using oracle::PreparedNext;
using oracle::Session;
using oracle::SessionStatement;

/// `near "FORM": syntax error`, the line of the statement with a caret below, and the hint.
std::string error_text(const Error& error, std::string_view sql) {
  std::string text = error.message + "\n";
  if (error.sql_offset && *error.sql_offset <= sql.size()) {
    const std::size_t offset = *error.sql_offset;
    const std::size_t newline_before = sql.substr(0, offset).rfind('\n');
    const std::size_t begin = newline_before == std::string_view::npos ? 0 : newline_before + 1;
    const std::size_t end = std::min(sql.find('\n', begin), sql.size());
    text += fmt::format("  {}\n  {:>{}}\n", sql.substr(begin, end - begin), '^', offset - begin + 1);
  }
  if (!error.hint.empty()) text += fmt::format("  {}\n", error.hint);
  return text;
}

void add_row(std::span<const storage::Value> row, std::string& output) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) output += '|';
    output += storage::to_sql_literal(row[i]);
  }
  output += '\n';
}

void add_disagreement(const oracle::Agreement& agreement, BlockResult& result) {
  const oracle::Agreement counted = oracle::what_counts(agreement, oracle::Twin::version());
  if (!counted.agrees()) result.faults.push_back(counted.to_text());
  if (!counted.counters_agree) result.faults.push_back(counted.counters_to_text() + "\n");
}

/// Calls `each` for every statement of the block; stops after the first that cannot be prepared, whose error
/// goes to `refused`.
void for_each_statement(Session& session, const Block& block, BlockResult& result,
                        const std::function<void(SessionStatement&)>& each,
                        const std::function<void(const Error&, std::string_view sql)>& refused) {
  std::string_view rest = block.sql;
  while (!rest.empty()) {
    PreparedNext next = session.prepare_next(rest);
    if (next.error) {
      add_disagreement(next.agreement, result);
      refused(*next.error, rest);
      return;
    }
    if (next.statement) each(*next.statement);
    if (next.bytes_consumed == 0) return;
    rest.remove_prefix(next.bytes_consumed);
  }
}

/// Every index of every table of the plan, and what its columns do.
std::string reasons_text(const planner::Plan& plan) {
  std::string text;
  for (const planner::TableReason& table : plan.reasons.tables) {
    for (const planner::IndexReason& index : table.indexes) {
      if (index.index == nullptr) continue;
      text += fmt::format("  {}: {}", index.index->def->name, planner::verdict_name(index.verdict));
      if (!index.code.empty()) text += fmt::format(", {}", index.code);
      text += '\n';
      for (const planner::ColumnReason& column : index.columns) {
        std::string line = fmt::format("    {:<12} {:<16}", column.column, planner::role_name(column.role));
        if (!column.code.empty()) line += fmt::format(" {}:", column.code);
        if (!column.text.empty()) line += fmt::format(" {}", column.text);
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      }
    }
  }
  for (const planner::GeneralReason& reason : plan.reasons.general) {
    text += fmt::format("  {}: {}\n", reason.code, reason.text);
  }
  return text;
}

/// What is told of each table, one line per index, and the reasons of the whole statement; without sentences.
///
///   people p: search by people_name
///     people_name used 1: last_name seek-eq; first_name idle prefix-gap; born filter-in-index prefix-gap
///     [born=1950]
///   not-covering people_name
std::string codes_text(const advice::Explanation& explanation) {
  std::string text;
  for (const advice::TableUse& table : explanation.tables) {
    text += fmt::format("  {}{}{}: {}{}{}\n", table.name, table.alias.empty() ? "" : " ", table.alias,
                        table.access, table.index.empty() ? "" : " by ", table.index);
    for (const advice::IndexUse& index : table.indexes) {
      text += fmt::format("    {} {} {}", index.name.empty() ? "rowid" : index.name,
                          planner::verdict_name(index.verdict), index.seek_columns);
      if (index.arm > 0) text += fmt::format(" INDEX {}", index.arm);
      if (!index.code.empty()) text += " " + index.code;
      const char* before = ": ";
      for (const advice::ColumnUse& column : index.columns) {
        text += fmt::format("{}{} {}{}{}", before, column.column, planner::role_name(column.role),
                            column.code.empty() ? "" : " ", column.code);
        if (!column.term.empty()) text += fmt::format(" [{}]", column.term);
        before = "; ";
      }
      text += '\n';
    }
    for (const advice::UnindexedCondition& condition : table.unindexed)
      text += fmt::format("    unindexed [{}]\n", condition.term);
    for (const advice::TestedCondition& condition : table.tested) {
      text += fmt::format("    tested {}{}{} [{}]\n", planner::role_name(condition.role),
                          condition.code.empty() ? "" : " ", condition.code, condition.term);
    }
  }
  for (const advice::StatementReason& reason : explanation.reasons) {
    text += fmt::format("  {} {}", reason.code, reason.subject);
    if (!reason.span.empty())
      text += fmt::format(" [{}]",
                          explanation.sql.substr(reason.span.begin, reason.span.end - reason.span.begin));
    text += '\n';
  }
  return text;
}

BlockResult run_codes(Session& session, const Block& block) {
  BlockResult result;
  std::string_view rest = block.sql;
  while (!rest.empty()) {
    advice::ExplainOptions options;
    options.run = options.runs = options.suggestions = false;
    const auto next = advice::explain_next(session, rest, options);
    if (!next) {
      result.faults.push_back(error_text(next.error(), rest));
      return result;
    }
    if (next->explanation) {
      const advice::Explanation& explanation = *next->explanation;
      add_disagreement(explanation.agreement, result);
      for (const std::string& rule : advice::broken_rules(explanation, session.database().catalog()))
        result.faults.push_back(rule + "\n");
      const auto again = session.database().prepare(explanation.sql);
      if (again && again->plan() != nullptr) {
        for (const std::string& fault : advice::untold(*again->plan())) result.faults.push_back(fault + "\n");
      }
      result.output += oracle::plan_to_text(explanation.plan, "") + codes_text(explanation);
    }
    if (next->bytes_consumed == 0) break;
    rest.remove_prefix(next->bytes_consumed);
  }
  return result;
}

BlockResult run_rows(Session& session, const Block& block, bool is_setup) {
  BlockResult result;
  for_each_statement(
      session, block, result,
      [&](SessionStatement& statement) {
        const oracle::Outcome outcome = statement.run([&](std::span<const storage::Value> row) {
          if (!is_setup) add_row(row, result.output);
          return true;
        });
        add_disagreement(outcome.agreement, result);
        if (outcome.error) result.faults.push_back(error_text(*outcome.error, statement.sql()));
      },
      [&](const Error& error, std::string_view sql) { result.faults.push_back(error_text(error, sql)); });
  if (is_setup && result.faults.empty()) result.output = "ok\n";
  return result;
}

BlockResult run_plan(Session& session, const Block& block, bool with_reasons) {
  BlockResult result;
  for_each_statement(
      session, block, result,
      [&](SessionStatement& statement) {
        const oracle::Agreement agreement = statement.compare_plans();
        add_disagreement(agreement, result);
        result.output += oracle::plan_to_text(statement.ours().plan_lines(), "");
        if (with_reasons && statement.ours().plan() != nullptr)
          result.output += reasons_text(*statement.ours().plan());
        // The plan is what the block is about; that running it is the same on both sides is checked all the
        // same.
        if (statement.ours().kind() == engine::StatementKind::kSelect &&
            statement.ours().parameter_count() == 0) {
          add_disagreement(statement.run().agreement, result);
        }
      },
      [&](const Error& error, std::string_view sql) { result.faults.push_back(error_text(error, sql)); });
  return result;
}

BlockResult run_work(Session& session, const Block& block) {
  BlockResult result;
  for_each_statement(
      session, block, result,
      [&](SessionStatement& statement) {
        const oracle::Outcome outcome = statement.run();
        add_disagreement(outcome.agreement, result);
        if (outcome.error) result.faults.push_back(error_text(*outcome.error, statement.sql()));
        const engine::Work& work = outcome.work;
        result.output += fmt::format(
            "rows visited {}, index entries {}, table look-ups {}, seeks {}, full-scan steps {}, sorts {}, "
            "kept aside {}, "
            "rows returned {}\n",
            work.rows_visited, work.index_entries, work.table_lookups, work.seeks, work.fullscan_steps,
            work.sorts, work.temporary_rows, work.rows_returned);
      },
      [&](const Error& error, std::string_view sql) { result.faults.push_back(error_text(error, sql)); });
  return result;
}

/// What would help each statement: kind and SQL, the plans, rows visited, what a rewrite presumes.
BlockResult run_suggest(Session& session, const Block& block) {
  BlockResult result;
  std::string_view rest = block.sql;
  while (!rest.empty()) {
    advice::ExplainOptions options;
    options.runs = false;
    const auto next = advice::explain_next(session, rest, options);
    if (!next) {
      result.faults.push_back(error_text(next.error(), rest));
      return result;
    }
    if (next->explanation) {
      const advice::Explanation& explanation = *next->explanation;
      add_disagreement(explanation.agreement, result);
      for (const advice::Suggestion& suggestion : explanation.suggestions) {
        result.output += fmt::format("{}: {}\n", suggestion.kind, suggestion.sql);
        if (!suggestion.needs.empty()) result.output += fmt::format("  needs: {}\n", suggestion.needs);
        if (!suggestion.what.empty()) result.output += fmt::format("  {}\n", suggestion.what);
        if (!suggestion.presumes.empty())
          result.output += fmt::format("  presumes that {}\n", suggestion.presumes);
        result.output += fmt::format("  {}\n  -> {}\n", suggestion.before, suggestion.after);
        std::string saves;
        for (const advice::Saved& saved : suggestion.saves) {
          // How many steps SQLite takes is for another of its versions to change.
          const bool is_all = suggestion.saves.size() == 1;
          if (saved.saving == advice::Saving::kSqliteSteps && !is_all) continue;
          saves += (saves.empty() ? "" : ", ") + (saved.saving == advice::Saving::kSqliteSteps
                                                      ? "fewer steps of SQLite"
                                                      : advice::to_text(saved));
        }
        if (!saves.empty()) result.output += fmt::format("  {}\n", saves);
      }
      if (!explanation.nothing_because.empty())
        result.output += fmt::format("nothing: {}\n", explanation.nothing_because);
    }
    if (next->bytes_consumed == 0) break;
    rest.remove_prefix(next->bytes_consumed);
  }
  return result;
}

BlockResult run_errors(Session& session, const Block& block, bool only_not_supported = false) {
  BlockResult result;
  const auto add_error = [&](const Error& error, std::string_view sql) {
    const std::string text = error_text(error, sql);
    if (only_not_supported && error.code != ErrorCode::kNotSupported) result.faults.push_back(text);
    result.output += text;
  };
  for_each_statement(
      session, block, result,
      [&](SessionStatement& statement) {
        const oracle::Outcome outcome = statement.run();
        add_disagreement(outcome.agreement, result);
        if (outcome.error) {
          add_error(*outcome.error, statement.sql());
        } else {
          result.faults.push_back("no error: " + statement.sql());
        }
      },
      add_error);
  return result;
}

}  // namespace

BlockResult run_block(oracle::Session& session, const Block& block) {
  if (block.command == "setup") return run_rows(session, block, true);
  if (block.command == "rows") return run_rows(session, block, false);
  if (block.command == "plan") return run_plan(session, block, false);
  if (block.command == "explain") return run_plan(session, block, true);
  if (block.command == "codes") return run_codes(session, block);
  if (block.command == "why") {
    Block rows = block;
    rows.sql = "EXPLAIN WHY " + block.sql;
    return run_rows(session, rows, false);
  }
  if (block.command == "work") return run_work(session, block);
  if (block.command == "suggest") return run_suggest(session, block);
  if (block.command == "error") return run_errors(session, block);
  if (block.command == "unsupported") return run_errors(session, block, true);
  return {{}, {fmt::format("unknown command `{}`", block.command)}};
}

}  // namespace leftmost::golden
