#include "engine/exec/limit.h"

#include <algorithm>

#include "storage/affinity.h"

namespace leftmost::engine {

using storage::Value;

LimitCounter::LimitCounter(const planner::Select& select, StreamBuilder& builder) {
  if (select.limit != nullptr) limit_program_ = builder.compile(*select.limit);
  if (select.offset != nullptr) offset_program_ = builder.compile(*select.offset);
}

bool LimitCounter::evaluate_integer(const Program& program, Runtime& runtime, std::int64_t& result) {
  storage::Arena bytes;
  const Value value =
      storage::apply_affinity(evaluate(program, runtime.eval()), storage::Affinity::kInteger, bytes);
  if (runtime.failed()) return false;
  if (!value.is_integer()) {
    runtime.run().fail(ErrorCode::kMismatch, "datatype mismatch");
    return false;
  }
  result = value.as_integer();
  return true;
}

bool LimitCounter::open(Runtime& runtime) {
  limit_.reset();
  offset_ = 0;
  std::int64_t number = 0;
  if (limit_program_ != nullptr) {
    if (!evaluate_integer(*limit_program_, runtime, number)) return false;
    if (number >= 0) limit_ = number;  // negative: no limit
    if (number == 0) return true;      // OFFSET is not looked at
  }
  if (offset_program_ != nullptr) {
    if (!evaluate_integer(*offset_program_, runtime, number)) return false;
    offset_ = std::max<std::int64_t>(number, 0);
  }
  return true;
}

std::optional<std::uint64_t> LimitCounter::rows_wanted() const {
  if (!limit_) return std::nullopt;
  return static_cast<std::uint64_t>(*limit_) + static_cast<std::uint64_t>(offset_);
}

}  // namespace leftmost::engine
