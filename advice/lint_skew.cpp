#include "advice/lint_skew.h"

#include <fmt/format.h>

#include "advice/reading.h"
#include "advice/runs.h"
#include "planner/expr_tools.h"
#include "planner/reason_words.h"

namespace leftmost::advice {
namespace {

using planner::Expr;

constexpr std::uint64_t kEntriesMax = 1'000'000;

bool mentions_parameter(const Expr* expr) {
  if (expr->kind == planner::ExprKind::kParameter) return true;
  bool found = false;
  planner::for_each_child(expr, [&](const Expr* child) { found = found || mentions_parameter(child); });
  return found;
}

/// The conditions that fix columns of the index, as they stand in the statement; empty if there are others,
/// or if one is not known without running it.
struct FixedColumns {
  std::size_t count = 0;
  planner::Span first;
  std::string text;
};
FixedColumns fixed_columns(const planner::IndexReason& index, const planner::Item& item,
                           std::string_view sql) {
  FixedColumns fixed;
  for (const planner::ColumnReason& column : index.columns) {
    if (column.term == nullptr) continue;
    const planner::Span span = column.term->span;
    const bool is_known = column.role == planner::ColumnRole::kSeekEq && !span.empty() &&
                          span.end <= sql.size() && planner::is_constant_or_of_item(column.term, item.id) &&
                          !mentions_parameter(column.term);
    if (!is_known) return {};
    if (fixed.count++ == 0) fixed.first = span;
    fixed.text += (fixed.text.empty() ? "" : " AND ");
    fixed.text += sql.substr(span.begin, span.end - span.begin);
  }
  return fixed;
}

}  // namespace

std::vector<StatementFinding> find_skew(const planner::Plan& plan, std::string_view sql, PlanningCopy& copy) {
  std::vector<StatementFinding> findings;
  for (const planner::TableReason& table : plan.reasons.tables) {
    if (table.item == nullptr || table.item->relation == nullptr) continue;
    const planner::Loop* loop = find_reading(plan, table.item).loop;
    for (const planner::IndexReason& index : table.indexes) {
      if (index.index == nullptr || !index.index->statistics.has_stat1) continue;
      const bool is_used = index.verdict == planner::IndexVerdict::kUsed;
      if (is_used ? loop == nullptr || loop->covering : index.verdict != planner::IndexVerdict::kCostlier)
        continue;
      const FixedColumns fixed = fixed_columns(index, *table.item, sql);
      if (fixed.count == 0) continue;
      const std::uint64_t entries = storage::log_est_to_count(index.index->statistics.rows(0));
      const std::uint64_t average = storage::log_est_to_count(index.index->statistics.rows(fixed.count));
      // As skew.h has it: half of all and half as much again as the average; a tenth of the average.
      const std::uint64_t decides =
          is_used ? std::max({(entries + 1) / 2, (3 * average + 1) / 2, std::uint64_t{2}}) : average / 10 + 1;
      if (decides > kEntriesMax || entries < 2) continue;
      const std::string& name = index.index->def->name;
      const auto matches = copy.count_entries(
          fmt::format("{} AS {} INDEXED BY {}", sql_name(table.item->relation->def->name),
                      sql_name(std::string(table.item->alias.empty() ? table.item->name : table.item->alias)),
                      sql_name(name)),
          fixed.text, decides);
      if (!matches || (is_used ? *matches < decides : *matches >= decides)) continue;
      const auto words = [](std::uint64_t count) { return planner::words_of_count(count); };
      StatementFinding finding;
      finding.code = "stats-average-hides-skew";
      finding.span = fixed.first;
      finding.index = name;
      finding.tables = {table.item->relation->def->name};
      finding.text = fmt::format(
          "{} {} of about {} entries of {} have {}, and sqlite_stat1 keeps only the average of about {}: {}",
          is_used ? "at least" : "only", words(*matches), words(entries), name, fixed.text, words(average),
          is_used ? "reading the table would be cheaper than so many look-ups"
                  : "searching it would be cheaper than it seems");
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace leftmost::advice
