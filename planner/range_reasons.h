// planner/range_reasons.h - what a range in an index ends. Behind it the values of the next column start over
// for every value of the range, so conditions on later columns are checked entry by entry; which code says so
// depends on the two conditions (docs/reasons.md, group P).
#pragma once

#include "planner/column_reasons.h"
#include "planner/keyset.h"

namespace leftmost::planner {

/// A range as an index uses it, or could use it.
struct UsedRange {
  const Term* lower = nullptr;
  const Term* upper = nullptr;
  int first = 0;   ///< index column that it is about
  int length = 0;  ///< columns that it bounds: more than one for row values
  const Term* any() const { return lower != nullptr ? lower : upper; }
};

/// Why column `position`, the first one behind the range, is not searched by `term`.
Explanation why_behind_range(const UsedRange& range, int position, const Term& term, const ItemFacts& facts,
                             const Probe& probe);

/// A value between two columns: `low` <= value <= `high`.
struct Interval {
  const Term* low = nullptr;
  const Term* high = nullptr;
};
/// The first pair of terms that ask for it; the value is the same in both.
std::optional<Interval> find_interval(const LoopPlan& plan, const ItemFacts& facts);

/// Page conditions on the item that are spelled out with OR.
std::vector<Keyset> find_keysets(const LoopPlan& plan, const ItemFacts& facts);
/// As a row value it would be searched in columns `from`, `from` + 1 ... of the index: how many (0: not at
/// all).
int keyset_columns_in(const Keyset& keyset, const Probe& probe, int from);
/// The sentence for a column that the OR keeps from being searched.
std::string keyset_text(const Keyset& keyset);

}  // namespace leftmost::planner
