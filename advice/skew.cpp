#include "advice/skew.h"

#include <fmt/format.h>

#include "planner/reason_words.h"

namespace leftmost::advice {

std::optional<StatementReason> explain_skew(const planner::IndexReason& index, const IndexUse& use,
                                            bool is_covering) {
  if (index.index == nullptr || !index.index->statistics.has_stat1 || use.runs.empty()) return std::nullopt;
  std::size_t fixed = 0;
  planner::Span span;
  for (const ColumnUse& column : use.columns) {
    if (column.term.empty()) continue;
    if (column.role != planner::ColumnRole::kSeekEq) return std::nullopt;
    if (fixed++ == 0) span = column.span;
  }
  if (fixed == 0) return std::nullopt;
  const Runs& counted = use.runs.back();  // of all columns together
  const std::uint64_t average = storage::log_est_to_count(index.index->statistics.rows(fixed));
  const bool is_used = use.verdict == planner::IndexVerdict::kUsed;
  const bool too_many = is_used && !is_covering && counted.matches * 2 >= counted.entries &&
                        counted.matches * 2 >= average * 3 && counted.matches > 1;
  const bool too_few = use.verdict == planner::IndexVerdict::kCostlier && counted.matches * 10 <= average;
  if (!too_many && !too_few) return std::nullopt;
  const auto words = [](std::uint64_t count) { return planner::words_of_count(count); };
  const std::string counts = fmt::format(
      "{} of {} entries of {} have {}, and sqlite_stat1 keeps only the average of about {}",
      words(counted.matches), words(counted.entries), use.name, counted.condition, words(average));
  return StatementReason{"stats-average-hides-skew", use.name, span,
                         too_many ? counts + ": reading the table would be cheaper than so many look-ups"
                                  : counts + ": searching it would be cheaper than it seems"};
}

}  // namespace leftmost::advice
