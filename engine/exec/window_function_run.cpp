#include "engine/exec/window_function_run.h"

#include <iterator>

#include "engine/functions/expr_rules.h"
#include "engine/functions/operators.h"
#include "storage/affinity.h"
#include "storage/key_codec.h"

namespace leftmost::engine {

using storage::Value;

std::optional<std::int64_t> whole_number(Value value) {
  storage::Arena bytes;
  const Value number = storage::apply_affinity(value, storage::Affinity::kInteger, bytes);
  return number.is_integer() ? std::optional<std::int64_t>(number.as_integer()) : std::nullopt;
}

WindowFunctionRun::WindowFunctionRun(const planner::WindowFunction& call, const planner::WindowFrame& frame,
                                     bool reads_anew, Runtime& runtime)
    : call_(call),
      function_(function_of(*call.function)),
      runtime_(runtime),
      reads_anew_(reads_anew),
      form_(function_.window_form),
      collation_(call_collation(call.arguments)),
      state_(function_),
      arguments_(call.arguments.size()) {
  is_min_ = function_.role == planner::FunctionRole::kMin;
  is_sorted_ = (is_min_ || function_.role == planner::FunctionRole::kMax) && !reads_anew &&
               frame.start != planner::FrameBound::kUnboundedPreceding;
}

void WindowFunctionRun::reset() {
  state_.reset();
  sorted_.clear();
  left_ = entered_ = 0;
}

// SQLite 3.40.1 forgets the FILTER of min() and max() where the start of the frame moves.
bool WindowFunctionRun::passes_filter(std::span<const Value> row) const {
  return is_sorted_ || call_.filter_column < 0 ||
         truth(row[static_cast<std::size_t>(call_.filter_column)]).value_or(false);
}

std::span<const Value> WindowFunctionRun::arguments_of(std::span<const Value> row,
                                                       std::span<const Value> current) {
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const bool is_position = form_ == WindowForm::kNthValue && i == 1;  // of the row that asks
    arguments_[i] = (is_position ? current : row)[call_.first_argument + i];
  }
  return arguments_;
}

void WindowFunctionRun::step(std::span<const Value> row, std::span<const Value> current) {
  if (!passes_filter(row)) return;
  if (looks_elsewhere()) {
    ++entered_;
    return;
  }
  const std::span<const Value> arguments = arguments_of(row, current);
  if (is_sorted_) {
    if (arguments[0].is_null()) return;
    std::string key;
    storage::append_key_column(key, arguments[0], {collation_, false, storage::Affinity::kBlob});
    sorted_.emplace(std::move(key), storage::OwnedValue(arguments[0]));
    return;
  }
  CallContext call = context();
  state_.step(call, arguments);
}

void WindowFunctionRun::invert(std::span<const Value> row) {
  if (!passes_filter(row)) return;
  if (looks_elsewhere()) {
    ++left_;
    return;
  }
  const std::span<const Value> arguments = arguments_of(row, row);
  if (is_sorted_) {
    if (arguments[0].is_null()) return;
    std::string key;
    storage::append_key_column(key, arguments[0], {collation_, false, storage::Affinity::kBlob});
    if (const auto first = sorted_.lower_bound(key); first != sorted_.end()) sorted_.erase(first);
    return;
  }
  CallContext call = context();
  state_.invert(call, arguments);
}

void WindowFunctionRun::keep(Value value) { settled_.emplace(value); }

void WindowFunctionRun::settle() {
  if (looks_elsewhere()) return;
  if (is_sorted_) {
    if (sorted_.empty()) return keep(Value::null());
    if (!is_min_) return keep(sorted_.rbegin()->second.view());
    return keep(std::prev(sorted_.upper_bound(sorted_.begin()->first))->second.view());
  }
  CallContext call = context();
  keep(state_.value(call));
}

void WindowFunctionRun::finish() {
  CallContext call = context();
  keep(state_.finish(call));
}

Value WindowFunctionRun::result(const PartitionRows& rows, std::size_t number) {
  if (!looks_elsewhere()) return settled_ ? settled_->view() : Value::null();
  const bool counts_in_frame = form_ == WindowForm::kFirstValue || form_ == WindowForm::kNthValue;
  return counts_in_frame ? nth(rows, number) : away(rows, number);
}

Value WindowFunctionRun::nth(const PartitionRows& rows, std::size_t number) {
  std::int64_t position = 1;
  if (form_ == WindowForm::kNthValue) {
    const auto wanted = whole_number(rows.row(number)[call_.first_argument + 1]);
    if (!wanted || *wanted <= 0) {
      return runtime_.run().fail(ErrorCode::kError,
                                 "second argument to nth_value must be a positive integer");
    }
    position = *wanted;
  }
  if (position > entered_ - left_) return Value::null();
  return rows.row(static_cast<std::size_t>(left_ + position - 1))[call_.first_argument];
}

// The row so many before or behind, if it is there already: lag() with a negative distance may ask too early.
Value WindowFunctionRun::away(const PartitionRows& rows, std::size_t number) const {
  const std::span<const Value> row = rows.row(number);
  const bool ahead = form_ == WindowForm::kLead;
  const Value distance = call_.arguments.size() < 2 ? Value::integer(1) : row[call_.first_argument + 1];
  const Value here = Value::integer(static_cast<std::int64_t>(number) + 1);
  const auto there = whole_number(ahead ? add(here, distance) : subtract(here, distance));
  if (there && *there >= 1 && static_cast<std::uint64_t>(*there) <= rows.size())
    return rows.row(static_cast<std::size_t>(*there) - 1)[call_.first_argument];
  return call_.arguments.size() < 3 ? Value::null() : row[call_.first_argument + 2];
}

}  // namespace leftmost::engine
