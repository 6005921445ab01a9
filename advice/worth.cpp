#include "advice/worth.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/proof.h"

namespace leftmost::advice {
namespace {

constexpr std::uint64_t kNoticedShare = 10;

Saved measure(Saving saving, const TrialRun& before, const TrialRun& after) {
  const engine::Work& old = *before.work;
  const engine::Work& now = *after.work;
  switch (saving) {
    case Saving::kRowsVisited:
      return {saving, old.rows_visited, now.rows_visited};
    case Saving::kTableLookups:
      return {saving, old.table_lookups, now.table_lookups};
    case Saving::kSortedRows:
      return {saving, old.sorted_rows, now.sorted_rows};
    case Saving::kKeptRows:
      return {saving, old.temporary_rows - old.sorted_rows + old.repeated_rows,
              now.temporary_rows - now.sorted_rows + now.repeated_rows};
    case Saving::kSqliteSteps:
      return {saving, static_cast<std::uint64_t>(before.sqlite->vm_steps),
              static_cast<std::uint64_t>(after.sqlite->vm_steps)};
  }
  return {};
}

bool is_met(const WorthRule& rule, const TrialRun& before, const TrialRun& after) {
  const Saved saved = measure(rule.saving, before, after);
  if (saved.after + rule.least > saved.before) return false;
  return rule.factor * static_cast<double>(saved.after) <= static_cast<double>(saved.before);
}

std::string with_thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(number), noun, number == 1 ? "" : "s");
}

/// Of equal worth: what asks for least first. Statistics grow old, an index does not.
int demand_of(const Suggestion& suggestion) {
  if (suggestion.kind == "rewrite") return suggestion.needs.empty() ? 0 : 3;
  return suggestion.kind == "analyze" ? 2 : 1;
}

}  // namespace

std::string_view saving_name(Saving saving) {
  switch (saving) {
    case Saving::kRowsVisited:
      return "rows-visited";
    case Saving::kTableLookups:
      return "table-lookups";
    case Saving::kSortedRows:
      return "sorted-rows";
    case Saving::kKeptRows:
      return "kept-rows";
    case Saving::kSqliteSteps:
      return "sqlite-steps";
  }
  return {};
}

std::string to_text(const Saved& saved) {
  const std::string before = with_thousands(saved.before);
  switch (saved.saving) {
    case Saving::kRowsVisited:
      return fmt::format("{} visited instead of {}", counted(saved.after, "row"), before);
    case Saving::kTableLookups:
      return saved.after == 0
                 ? fmt::format("none of {} in the table", counted(saved.before, "look-up"))
                 : fmt::format("{} in the table instead of {}", counted(saved.after, "look-up"), before);
    case Saving::kSortedRows:
      return saved.after == 0 ? fmt::format("no sort of {}", counted(saved.before, "row"))
                              : fmt::format("{} sorted instead of {}", counted(saved.after, "row"), before);
    case Saving::kKeptRows:
      return saved.after == 0
                 ? fmt::format("no temporary b-tree for {}", counted(saved.before, "row"))
                 : fmt::format("{} for a temporary b-tree instead of {}", counted(saved.after, "row"), before);
    case Saving::kSqliteSteps:
      return fmt::format("{} of SQLite instead of {}", counted(saved.after, "step"), before);
  }
  return {};
}

std::vector<Saved> worth_of(const TrialRun& before, const TrialRun& after) {
  // (1) Less by what SQLite counts, whatever else is said, and no more by what our loops do.
  if (after.sqlite->vm_steps >= before.sqlite->vm_steps || steps(*after.work) > steps(*before.work)) return {};
  // (2) One rule is met.
  const bool is_worth = std::any_of(kWorthRules.begin(), kWorthRules.end(),
                                    [&](const WorthRule& rule) { return is_met(rule, before, after); });
  if (!is_worth) return {};
  // (3) Said is every number that fell; then one that rose, if it takes back a tenth of what fell or more.
  std::vector<Saved> saved, risen;
  std::uint64_t fallen = 0;
  for (const Saving saving :
       {Saving::kRowsVisited, Saving::kTableLookups, Saving::kSortedRows, Saving::kKeptRows}) {
    const Saved one = measure(saving, before, after);
    if (one.after < one.before) {
      saved.push_back(one);
      fallen += one.before - one.after;
    } else if (one.after > one.before) {
      risen.push_back(one);
    }
  }
  for (const Saved& one : risen) {
    if (kNoticedShare * (one.after - one.before) >= fallen) saved.push_back(one);
  }
  saved.push_back(measure(Saving::kSqliteSteps, before, after));
  return saved;
}

void sort_by_worth(std::vector<Suggestion>& suggestions) {
  const auto first_drop = std::stable_partition(
      suggestions.begin(), suggestions.end(), [](const Suggestion& one) { return one.kind != "drop-index"; });
  const auto work = [](const Suggestion& one) { return one.sqlite_after ? one.sqlite_after->vm_steps : 0; };
  const auto is_cheaper = [](const Suggestion& a, const Suggestion& b) {
    if (demand_of(a) != demand_of(b)) return demand_of(a) < demand_of(b);
    const bool ran = a.sqlite_after && b.sqlite_after;
    return ran && a.price && b.price && a.price->bytes < b.price->bytes;
  };
  // `about the same` is no order, so the next one is chosen each time among those near the least.
  for (auto next = suggestions.begin(); next != first_drop; ++next) {
    const auto least = std::min_element(
        next, first_drop, [&](const Suggestion& a, const Suggestion& b) { return work(a) < work(b); });
    auto best = least;
    for (auto other = next; other != first_drop; ++other) {
      if (is_implied(work(*least), work(*other)) && is_cheaper(*other, *best)) best = other;
    }
    std::rotate(next, best, best + 1);
  }
}

bool is_implied(std::int64_t steps, std::int64_t simpler_steps) {
  return kWorthMoreFactor * static_cast<double>(steps) >= static_cast<double>(simpler_steps) ||
         simpler_steps - steps < kWorthMoreSteps;
}

}  // namespace leftmost::advice
