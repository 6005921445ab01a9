// engine/exec/seek_values.h - the values that a search looks for: one per equality column, or, for `IN`, one after the
// other in sorted order.
//
//   a = 1 AND b IN (7, 3) AND c = 2     ->   (1, 3, 2), (1, 7, 2)
//   (a, b) IN (SELECT ...)              ->   the distinct pairs, ascending
//
// Several INs nest like loops, the first one outermost. A search that runs backwards visits the values of a column
// downwards (upwards where the index column is DESC), so that its rows come in index order either way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/exec/runtime.h"
#include "planner/plan.h"
#include "storage/key_codec.h"

namespace leftmost::engine {

class StreamBuilder;

class SeekValues {
 public:
  /// `equalities` without leading kSkip columns; `columns`: the index columns that they are about, and
  /// perhaps more; empty for a rowid.
  SeekValues(std::span<const planner::SeekColumn> equalities, std::span<const storage::KeyColumn> columns,
             bool reverse, StreamBuilder& builder);

  /// Computes all values from the current rows. False if nothing can be found (or after an error).
  bool open(Runtime& runtime);
  /// Values for the search, affinities applied. Valid until next() or open().
  std::span<const storage::Value> values() const { return values_; }
  /// The next combination of IN values; false when all were visited.
  bool next();
  bool has_in() const { return has_in_; }

 private:
  struct Part {
    planner::SeekKind kind{};
    const Program* value = nullptr;
    storage::Affinity affinity = storage::Affinity::kBlob;
    std::size_t first = 0;           // place in values_
    // kIn
    const planner::Expr* in = nullptr;
    std::vector<std::size_t> places;  // per field of a tuple, its place in values_
    std::vector<int> fields;          // and its field in the left side of IN
    std::vector<storage::Affinity> affinities;
    std::vector<const Program*> list;
    bool list_is_constant = false;
    bool downwards = false;
    std::uint64_t run_number = 0;
    std::vector<storage::Value> tuples;
    std::size_t count = 0, at = 0;
    storage::Arena bytes;
  };

  bool load_in(Part& part, Runtime& runtime);
  void take(Part& part);

  storage::LookasideVector<Part> parts_;
  storage::LookasideVector<storage::Value> values_;
  storage::Arena bytes_;
  bool has_in_ = false;
};

}  // namespace leftmost::engine
