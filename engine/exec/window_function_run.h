// engine/exec/window_function_run.h - one window function while its frame moves over a partition. How rows
// enter and leave the frame is the producer's affair (window_producer.cpp); this is what each function makes
// of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/partition_rows.h"
#include "engine/exec/runtime.h"
#include "engine/functions/function.h"
#include "planner/window_pass.h"

namespace leftmost::engine {

/// The integer that a value is, also as a real or as text; nothing if it is none.
std::optional<std::int64_t> whole_number(storage::Value value);

class WindowFunctionRun {
 public:
  /// `reads_anew`: with EXCLUDE no row ever leaves; the frame is stepped from its start for every row.
  WindowFunctionRun(const planner::WindowFunction& call, const planner::WindowFrame& frame, bool reads_anew,
                    Runtime& runtime);

  /// Reads rows that are not, or no longer, in the frame.
  bool looks_elsewhere() const { return !reads_anew_ && form_ != WindowForm::kStepped; }

  /// Back to an empty frame.
  void reset();
  /// A row enters the frame. `current`: the row that results are computed for.
  void step(std::span<const storage::Value> row, std::span<const storage::Value> current);
  /// The first row of the frame leaves it.
  void invert(std::span<const storage::Value> row);
  /// The result for all rows of the group that comes next. In bytes of the run's results.
  void settle();
  /// The same when no row follows in this frame.
  void finish();
  /// The result for the row `number`. Bytes as above, or in `rows`.
  storage::Value result(const PartitionRows& rows, std::size_t number);

 private:
  bool passes_filter(std::span<const storage::Value> row) const;
  std::span<const storage::Value> arguments_of(std::span<const storage::Value> row,
                                               std::span<const storage::Value> current);
  void keep(storage::Value value);
  storage::Value nth(const PartitionRows& rows, std::size_t number);
  storage::Value away(const PartitionRows& rows, std::size_t number) const;
  CallContext context() { return {runtime_.run(), collation_}; }

  const planner::WindowFunction& call_;
  const Function& function_;
  Runtime& runtime_;
  bool reads_anew_;
  WindowForm form_;
  storage::Collation collation_ = storage::Collation::kBinary;
  AggregateState state_;
  std::vector<storage::Value> arguments_;
  std::optional<storage::OwnedValue> settled_;
  // min() and max() of a frame whose start moves: its values in order. Of values that are equal the last one
  // that came is the answer and the first one goes.
  bool is_sorted_ = false;
  bool is_min_ = false;
  std::multimap<std::string, storage::OwnedValue> sorted_;
  // first_value and nth_value: so many rows have left and entered the frame.
  std::int64_t left_ = 0, entered_ = 0;
};

}  // namespace leftmost::engine
