// engine/exec/limit.h - LIMIT and OFFSET: evaluated when a SELECT opens, then counted down.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/exec/stream_builder.h"

namespace leftmost::engine {

class LimitCounter {
 public:
  LimitCounter() = default;
  LimitCounter(const planner::Select& select, StreamBuilder& builder);

  /// Evaluates both. False after an error (`datatype mismatch` for what is no integer).
  bool open(Runtime& runtime);
  /// No (more) row can come out.
  bool is_used_up() const { return limit_ && *limit_ <= 0; }
  /// How many rows have to be found in all; nothing: all of them.
  std::optional<std::uint64_t> rows_wanted() const;
  /// Whether a row that was found comes out; counts it.
  bool take() {
    if (offset_ > 0) {
      --offset_;
      return false;
    }
    if (limit_) --*limit_;
    return true;
  }

 private:
  bool evaluate_integer(const Program& program, Runtime& runtime, std::int64_t& result);

  const Program* limit_program_ = nullptr;
  const Program* offset_program_ = nullptr;
  std::optional<std::int64_t> limit_;
  std::int64_t offset_ = 0;
};

}  // namespace leftmost::engine
