// advice/runs.h - where the entries that meet a condition lie in an index: in how many separate places.
//
//   last_name = 'Smith'   ..................................#.....................     1 run
//   first_name = 'John'   ::::::::::::::::::::::::::::::::::::::::::::::::::::::::   790 runs
//
// A run is a longest row of neighbouring entries that all meet the condition. A condition can be searched in
// an index exactly when its entries always form one run there, whatever the data: that is the left-prefix
// rule, seen from the side of the entries.
//
// Nothing is estimated: the whole index is walked in its order by a statement of our engine, and the plan of
// that statement is looked at first, so that it is the index that is walked and nothing is sorted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/database.h"
#include "storage/definitions.h"
#include "storage/error.h"

namespace leftmost::advice {

/// Characters of Runs::strip.
inline constexpr std::size_t kStripWidth = 56;

struct Runs {
  std::string condition;
  std::uint64_t entries = 0;  ///< of the index
  std::uint64_t matches = 0;  ///< entries that meet the condition
  std::uint64_t runs = 0;
  /// The index from its first entry to its last, each character an equal part of it: `.` none of the entries
  /// there meets the condition, `:` some, `#` at least half. Shorter than kStripWidth if there are fewer
  /// entries.
  std::string strip;
};

/// One index of a table as a query names it.
struct IndexPlace {
  const storage::TableDef* table = nullptr;
  const storage::IndexDef* index = nullptr;
  std::string alias;  ///< that `condition` may use; empty if none
};

/// Walks the index once. `condition` is SQL that mentions columns of the table and constants only.
/// Errors: those of the statement; `not supported: ...` if no plan walks exactly this index, or it has more
/// entries than `entries_max`.
Expected<Runs> find_runs(engine::Database& database, const IndexPlace& place, std::string_view condition,
                         std::uint64_t entries_max = 20'000'000);

/// A value of the index's first column that has about `matches` entries, as the condition `last_name =
/// 'Smith'`: what one run of that many entries would look like. Empty if the index has no such value (or its
/// first column is an expression). Walks the index once. Errors: as find_runs.
Expected<std::string> leading_value_like(engine::Database& database, const IndexPlace& place,
                                         std::uint64_t matches, std::uint64_t entries_max = 20'000'000);

/// The name as SQL needs it: bare where that is possible, otherwise in double quotes.
std::string sql_name(std::string_view name);

}  // namespace leftmost::advice
