// advice/worth.h - when a suggestion is worth saying, and which comes first. The rules are the table
// kWorthRules; docs/decisions/0004-suggestions-save-what-is-felt.md says why these numbers.
//
// What is compared was counted, on our engine and on SQLite, before and after: no estimate decides here. A
// suggestion that saves nothing by any rule is not said, however much better its plan looks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "advice/suggest.h"
#include "advice/trial.h"

namespace leftmost::advice {

struct WorthRule {
  Saving saving;
  double factor;        ///< before at least so many times after
  std::uint64_t least;  ///< and at least so many fewer
};

/// One of them is enough. SQLite's steps never rise, nor do rows visited and look-ups together.
inline constexpr std::array kWorthRules = {
    WorthRule{Saving::kRowsVisited, 2, 10},         WorthRule{Saving::kTableLookups, 2, 100},
    WorthRule{Saving::kSortedRows, 2, 100},   WorthRule{Saving::kKeptRows, 2, 100},
    WorthRule{Saving::kSqliteSteps, 2, 1000},
};

/// Two suggestions are of equal worth unless one leaves so many times less work, by so many steps of SQLite:
/// then what asks for less comes first, and of one kind is the only one said.
inline constexpr double kWorthMoreFactor = 2;
inline constexpr std::int64_t kWorthMoreSteps = 100;

/// `rows-visited`, `table-lookups` ...
std::string_view saving_name(Saving saving);
/// `12 rows visited instead of 60,000`, `no sort of 918 rows`
std::string to_text(const Saved& saved);

/// What the second run was spared, most telling first, and what rose for it; kSqliteSteps last. Empty if it is
/// not worth saying. Requires: both ran.
std::vector<Saved> worth_of(const TrialRun& before, const TrialRun& after);

/// Best first: the least work; of those of equal worth a rewrite alone, then the index of fewer bytes,
/// ANALYZE, a rewrite with an index, then as they were. What was not run keeps its place; drop-index is last.
void sort_by_worth(std::vector<Suggestion>& suggestions);

/// Whether `steps` (of SQLite) are so few fewer than `simpler_steps` that the simpler suggestion implies it.
bool is_implied(std::int64_t steps, std::int64_t simpler_steps);

}  // namespace leftmost::advice
