#include "advice/best_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/reason_words.h"

namespace leftmost::advice {
namespace {

/// Reads no more than what it searches for, or steps through an index of which it needs every entry that it
/// reads.
bool is_searched(const TableUse& table) {
  for (const std::string_view access :
       {"search", "rowid-search", "primary-key-search", "index-scan", "min-max", "omitted"}) {
    if (table.access == access) return true;
  }
  return false;
}

}  // namespace

std::string why_best(const Explanation& explanation) {
  const bool is_query = explanation.ran && !explanation.run_error && !explanation.rows_changed;
  if (!is_query || explanation.tables.empty()) return {};
  const engine::Work& work = explanation.work;
  if (work.rows_visited > work.rows_returned || work.table_lookups > 0 || work.sorts > 0 ||
      work.temporary_rows > 0)
    return {};
  const bool is_bettered =
      std::any_of(explanation.suggestions.begin(), explanation.suggestions.end(),
                  [](const Suggestion& suggestion) { return suggestion.kind != "drop-index"; });
  if (is_bettered || !std::all_of(explanation.tables.begin(), explanation.tables.end(), is_searched))
    return {};
  if (work.rows_visited == 0) {
    const bool is_scanned = std::any_of(
        explanation.tables.begin(), explanation.tables.end(),
        [](const TableUse& table) { return table.access == "index-scan" || table.access == "min-max"; });
    return is_scanned ? std::string() : "the search finds nothing, and nothing else is read";
  }
  if (work.rows_visited == 1)
    return work.index_entries == 1 ? "the one index entry that it visits is the one row that it returns"
                                   : "the one row that it visits is the one that it returns";
  if (work.index_entries == work.rows_visited) {
    return fmt::format(
        "each of the {} index entries that it visits is a row that it returns, with every column asked for",
        planner::words_of_count(work.rows_visited));
  }
  return fmt::format("each of the {} rows that it visits is one that it returns, and nothing is sorted",
                     planner::words_of_count(work.rows_visited));
}

}  // namespace leftmost::advice
