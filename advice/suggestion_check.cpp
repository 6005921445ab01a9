#include "advice/suggestion_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "advice/explanation.h"
#include "advice/proof.h"
#include "advice/runs.h"
#include "oracle/sqllogictest.h"

namespace leftmost::advice {
namespace {

constexpr std::size_t kMissesKept = 10;

bool scans_or_sorts(const std::vector<planner::PlanLine>& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const planner::PlanLine& line) {
    const bool is_search_of_all =
        line.detail.substr(0, 7) == "SEARCH " && line.detail.find('(') == std::string::npos;
    const bool is_scan = line.detail.substr(0, 5) == "SCAN " &&
                         line.detail.substr(0, 13) != "SCAN CONSTANT" &&
                         line.detail.find("-ROW") == std::string::npos;
    return is_scan || is_search_of_all || line.detail.find("TEMP B-TREE") != std::string::npos;
  });
}

oracle::RowDigest digest_of(const oracle::TwinRows& rows) {
  oracle::RowDigest digest;
  std::vector<storage::Value> values;
  for (const storage::Row& row : rows.rows) {
    values.clear();
    for (const storage::OwnedValue& value : row) values.push_back(value.view());
    digest.add(values);
  }
  return digest;
}

/// Empty if the suggestion does on a fresh copy what it says, else what it does not.
std::string fault_of(oracle::Session& session, const std::string& sql, const Suggestion& suggestion,
                     bool may_reorder) {
  auto copy = session.twin()->copy(oracle::CopyContent::kEverything);
  if (!copy) return copy.error().message;
  const auto before = copy->run(sql);
  if (!before) return before.error().message;
  const bool is_rewrite = suggestion.kind == "rewrite";
  const std::string& definitions = is_rewrite ? suggestion.needs : suggestion.sql;
  if (!definitions.empty()) {
    if (auto done = copy->execute(definitions); !done) return done.error().message;
  }
  const std::string& changed = is_rewrite ? suggestion.sql : sql;
  const auto plan = copy->plan(changed);
  const auto after = copy->run(changed);
  if (!plan || !after) return "it fails";
  if (oracle::without_subquery_numbers(plan_in_one_line(*plan)) !=
      oracle::without_subquery_numbers(suggestion.after))
    return "another plan: " + plan_in_one_line(*plan);
  const oracle::RowDigest old_rows = digest_of(*before), new_rows = digest_of(*after);
  if (old_rows.rows != new_rows.rows || (!may_reorder && !(old_rows == new_rows))) return "other rows";
  if (suggestion.kind != "drop-index" && after->counters.vm_steps >= before->counters.vm_steps)
    return "no less work";
  return {};
}

/// An index that helps, found by trying all small ones; empty if there is none.
std::string search_missed(Proof& proof) {
  const planner::Plan& plan = *proof.question().statement->plan();
  std::vector<std::string> definitions;
  for (const planner::TableReason& reason : plan.reasons.tables) {
    if (reason.item == nullptr || reason.item->relation == nullptr) continue;
    const storage::TableDef& table = *reason.item->relation->def;
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < reason.item->used.size() && i < table.columns.size(); ++i) {
      if (reason.item->used[i] && static_cast<int>(i) != table.rowid_alias)
        columns.push_back(sql_name(table.columns[i].name));
    }
    const auto add = [&](const std::string& list) {
      definitions.push_back(
          fmt::format("CREATE INDEX leftmost_missed ON {}({})", sql_name(table.name), list));
    };
    for (const std::string& first : columns) {
      std::string all = first;
      for (const std::string& second : columns) {
        if (second == first) continue;
        add(first + ", " + second);
        all += ", " + second;
      }
      add(first);
      if (columns.size() > 2 && columns.size() < table.columns.size()) add(all);
    }
  }
  const bool may_reorder = has_limit(plan);
  for (const std::string& definition : definitions) {
    const auto glance = proof.trial().glance({definition}, proof.question().sql, {});
    if (!glance || plan_in_one_line(*glance).find("leftmost_missed") == std::string::npos) continue;
    std::optional<TrialRun> after;
    if (proof.trial().define(definition)) after = proof.again();
    const bool helps = after && proof.is_better(*after, may_reorder);
    proof.trial().undo();
    if (helps) return definition;
  }
  return {};
}

}  // namespace

void check_query(oracle::Session& session, const std::string& sql, const SuggestionCheckOptions& options,
                 SuggestionCheck& check) {
  auto statement = session.database().prepare(sql);
  if (!statement || statement->plan() == nullptr) return;
  ++check.asked;
  StatementInQuestion question;
  question.sql = sql;
  question.statement = &*statement;
  question.work.emplace();
  const Advice advice = suggest(session, question);
  const bool may_reorder = has_limit(*statement->plan());
  bool is_helped = false;
  for (const Suggestion& suggestion : advice.suggestions) {
    is_helped = is_helped || suggestion.kind != "drop-index";
    ++check.suggested[suggestion.kind];
    const std::string fault = fault_of(session, sql, suggestion, may_reorder && suggestion.kind != "rewrite");
    if (fault.empty()) {
      ++check.working;
    } else {
      check.failures.push_back(
          fmt::format("{}\n  {}: {}\n  {}", sql, suggestion.kind, suggestion.sql, fault));
    }
  }
  if (is_helped) ++check.helped;
  if (is_helped || !options.search_missed) return;
  auto proof = Proof::start(session, question, {});
  if (!proof) return;
  const std::string missed = search_missed(*proof);
  if (missed.empty()) return;
  ++check.missed;
  if (check.misses.size() < kMissesKept) check.misses.push_back(fmt::format("{}\n  {}", sql, missed));
}

Expected<void> check_suggestions(std::string_view file_text, const SuggestionCheckOptions& options,
                                 SuggestionCheck& check) {
  const auto begin = std::chrono::steady_clock::now();
  const auto records = oracle::read_sqllogictest(file_text);
  if (!records) return Unexpected(records.error());
  auto opened = oracle::Session::open({});
  if (!opened) return Unexpected(opened.error());
  oracle::Session& session = **opened;
  for (const oracle::TestRecord& record : *records) {
    if (record.kind == oracle::TestRecord::Kind::kStatement) {
      // What is not supported, or fails as it should, is left out on both sides.
      static_cast<void>(session.execute(record.sql));
      continue;
    }
    ++check.queries;
    auto statement = session.database().prepare(record.sql);
    if (!statement || !scans_or_sorts(statement->plan_lines())) continue;
    ++check.scanning;
    if ((check.scanning - 1) % options.sample != 0) continue;
    check_query(session, record.sql, options, check);
    if (options.on_progress && !options.on_progress(check.asked)) break;
  }
  check.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {};
}

}  // namespace leftmost::advice
