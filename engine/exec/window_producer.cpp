// Moves frames over partitions as SQLite does (sqlite3WindowCodeStep, src/window.c), because it shows: in
// what a sum of reals comes to, in which rows lag() finds, in how far the rows below are read when a LIMIT
// ends it early.
//
//   rows of a partition    r r r r r r r r r r        Three cursors go over them, each forward only:
//   start                      ^                      the first row of the frame; passing a row takes it back
//   (invert) current                          ^                the row that is given out next end ^ behind
//   the last row of the frame; passing a row adds it (step)
//
// With ROWS a cursor moves by one row, otherwise by a group (rows that agree on ORDER BY). For every row
// read, but the first of a partition, or for every first row of a group, the cursors move as the frame says;
// what is left when the partition is over is the tail.
#include "engine/exec/window_producer.h"

#include <deque>
#include <optional>

#include "engine/exec/sorter.h"
#include "engine/exec/window_function_run.h"
#include "engine/functions/operators.h"
#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

using planner::FrameBound;
using planner::FrameExclude;
using planner::FrameUnit;
using storage::Value;

enum class Op : std::uint8_t { kStep, kReturn, kInvert };

/// One end of the frame: how many rows or groups are still to pass, or the distance of RANGE.
struct Offset {
  const Program* program = nullptr;
  std::int64_t count = 0;
  storage::OwnedValue distance;
};

struct Cursor {
  std::size_t at = 0;
  std::uint64_t group = 0;
  bool at_end = false;
};

class WindowProducer final : public RowProducer {
 public:
  WindowProducer(const planner::WindowPass& pass, std::unique_ptr<RowProducer> rows, StreamBuilder& builder)
      : pass_(pass),
        runtime_(builder.runtime()),
        input_(std::move(rows)),
        input_row_(runtime_.row(pass.input->id)),
        output_row_(runtime_.row(pass.row)),
        rows_(pass.input_columns),
        values_(pass.input_columns),
        shown_(pass.input_columns + pass.functions.size()),
        unit_(pass.frame.unit),
        start_bound_(pass.frame.start),
        end_bound_(pass.frame.end),
        reads_anew_(pass.frame.exclude != FrameExclude::kNone) {
    for (const planner::OrderTerm& term : pass.partition_by) partition_columns_.push_back(sort_column(term));
    for (const planner::OrderTerm& term : pass.order_by) order_columns_.push_back(sort_column(term));
    if (pass.frame.start_offset != nullptr) start_offset_.program = builder.compile(*pass.frame.start_offset);
    if (pass.frame.end_offset != nullptr) end_offset_.program = builder.compile(*pass.frame.end_offset);
    bool looks_elsewhere = reads_anew_;
    for (const planner::WindowFunction& function : pass.functions) {
      functions_.emplace_back(function, pass.frame, reads_anew_, runtime_);
      looks_elsewhere = looks_elsewhere || functions_.back().looks_elsewhere();
    }
    forgets_rows_ = start_bound_ != FrameBound::kUnboundedPreceding || !looks_elsewhere;
  }

  void open() override {
    input_->open();
    begin_partition();
    partition_key_.clear();
    has_partition_ = false;
    phase_ = Phase::kInput;
    input_is_over_ = has_waiting_row_ = false;
  }

  bool next() override {
    for (;;) {
      if (shown_outputs_ < outputs_.size()) {
        show(shown_outputs_++);
        return true;
      }
      if (shown_outputs_ > 0) forget_outputs();
      if (phase_ == Phase::kDone || runtime_.failed()) return false;
      advance();
      if (runtime_.failed()) return false;
    }
  }

  void close() override {
    input_->close();
    begin_partition();
    phase_ = Phase::kDone;
  }

 private:
  enum class Phase : std::uint8_t { kInput, kTail, kRest, kDone };

  // A row given out: its number and, in results_, where the results for it begin.
  struct Output {
    std::size_t row;
    std::size_t first_result;
  };

  void show(std::size_t output) {
    const std::span<const Value> row = rows_.row(outputs_[output].row);
    std::copy(row.begin(), row.end(), shown_.begin());
    std::copy_n(results_.begin() + static_cast<std::ptrdiff_t>(outputs_[output].first_result),
                functions_.size(), shown_.begin() + static_cast<std::ptrdiff_t>(row.size()));
    output_row_.set_values(shown_);
  }

  void forget_outputs() {
    outputs_.clear();
    results_.clear();
    result_bytes_.reset();
    shown_outputs_ = 0;
    if (clears_partition_) begin_partition();
    if (!forgets_rows_) return;
    std::size_t first = std::min(place(current_), place(end_));
    if (start_bound_ != FrameBound::kUnboundedPreceding) first = std::min(first, place(start_));
    rows_.drop_before(first);
  }
  std::size_t place(const Cursor& cursor) const { return cursor.at_end ? rows_.size() : cursor.at; }

  void begin_partition() {
    rows_.clear();
    outputs_.clear();
    results_.clear();
    result_bytes_.reset();
    shown_outputs_ = 0;
    frame_first_ = 0;
    frame_end_ = 0;
    clears_partition_ = false;
  }

  // One step of the work: a row of the input, or a part of a partition's tail. It may give out any number of
  // rows.
  void advance() {
    switch (phase_) {
      case Phase::kInput:
        return take_row();
      case Phase::kTail:
        return advance_tail();
      case Phase::kRest:
        if (move(Op::kReturn, nullptr, true)) end_partition();
        return;
      case Phase::kDone:
        return;
    }
  }

  void take_row() {
    if (!has_waiting_row_) {
      if (!input_->next()) {
        input_is_over_ = true;
        if (!runtime_.failed()) begin_tail();
        return;
      }
      for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = input_row_.column(static_cast<int>(i));
      if (begins_partition()) {
        has_waiting_row_ = true;  // its values stay where they are until the input is asked again
        return begin_tail();
      }
    }
    has_waiting_row_ = false;
    add_row();
  }

  bool begins_partition() {
    if (partition_columns_.empty()) return false;
    key_.clear();
    for (std::size_t i = 0; i < partition_columns_.size(); ++i)
      append_sort_key(key_, values_[pass_.first_key + i], partition_columns_[i]);
    const bool begins = has_partition_ && key_ != partition_key_;
    has_partition_ = true;
    std::swap(key_, partition_key_);
    return begins && rows_.size() > 0;
  }

  void add_row() {
    const bool is_first = rows_.size() == 0;
    key_.clear();
    for (std::size_t i = 0; i < order_columns_.size(); ++i)
      append_sort_key(key_, values_[pass_.first_key + partition_columns_.size() + i], order_columns_[i]);
    const bool is_new_group = !is_first && key_ != order_key_;
    if (is_first) group_ = 0;
    if (is_new_group) ++group_;
    std::swap(key_, order_key_);
    rows_.add(values_, group_);
    if ((rows_.size() & 0x3ff) == 0 && !runtime_.check_limits(rows_.bytes_held())) return;
    if (is_first) return add_first_row();
    if (unit_ != FrameUnit::kRows && !is_new_group) return;
    takes_input_ = true;
    move_for_input();
    takes_input_ = false;
  }

  void add_first_row() {
    for (WindowFunctionRun& function : functions_) function.reset();
    start_ = current_ = end_ = Cursor{};
    if (start_offset_.program != nullptr && !evaluate_offset(start_offset_, "starting")) return;
    if (end_offset_.program != nullptr && !evaluate_offset(end_offset_, "ending")) return;
    if (unit_ == FrameUnit::kRange) return;
    if (start_bound_ == end_bound_ && start_offset_.program != nullptr) {
      const bool is_empty = start_bound_ == FrameBound::kFollowing ? end_offset_.count < start_offset_.count
                                                                   : end_offset_.count > start_offset_.count;
      if (is_empty) {
        settle();
        give_out(0);
        clears_partition_ = true;  // the next row is a first one again
        return;
      }
    }
    if (start_bound_ == FrameBound::kFollowing && end_offset_.program != nullptr)
      start_offset_.count = end_offset_.count - start_offset_.count;
  }

  bool evaluate_offset(Offset& offset, const char* which) {
    const Value value = evaluate(*offset.program, runtime_.eval());
    if (runtime_.failed()) return false;
    bool is_valid = false;
    if (unit_ == FrameUnit::kRange) {
      storage::Arena bytes;
      const Value number = storage::apply_affinity(value, storage::Affinity::kNumeric, bytes);
      // A text that is a negative number gets by in SQLite, which compares it as text.
      is_valid = number.is_number() && (value.is_text() || real_value(number) >= 0.0);
      offset.distance = storage::OwnedValue(value);
    } else {
      const auto count = whole_number(value);
      is_valid = count && *count >= 0;
      offset.count = count.value_or(0);
    }
    if (is_valid) return true;
    const bool wants_number = unit_ == FrameUnit::kRange;
    runtime_.run().fail(ErrorCode::kError, std::string("frame ") + which + " offset must be a non-negative " +
                                               (wants_number ? "number" : "integer"));
    return false;
  }

  Offset* start_offset() { return start_offset_.program != nullptr ? &start_offset_ : nullptr; }
  Offset* end_offset() { return end_offset_.program != nullptr ? &end_offset_ : nullptr; }

  // What a row (or the first one of a group) that is not the partition's first sets in motion.
  void move_for_input() {
    if (start_bound_ == FrameBound::kFollowing) {
      move(Op::kStep, nullptr);
      if (end_bound_ == FrameBound::kUnboundedFollowing) return;
      if (unit_ == FrameUnit::kRange) {
        while (runtime_.step() && !range_test(current_, end_offset_, end_, Comparison::kGreaterOrEqual)) {
          move(Op::kInvert, start_offset());
          move(Op::kReturn, nullptr);
        }
      } else {
        move(Op::kReturn, end_offset());
        move(Op::kInvert, start_offset());
      }
      return;
    }
    if (end_bound_ == FrameBound::kPreceding) {
      const bool inverts_first = start_bound_ == FrameBound::kPreceding && unit_ == FrameUnit::kRange;
      move(Op::kStep, end_offset());
      if (inverts_first) move(Op::kInvert, start_offset());
      move(Op::kReturn, nullptr);
      if (!inverts_first) move(Op::kInvert, start_offset());
      return;
    }
    move(Op::kStep, nullptr);
    if (end_bound_ == FrameBound::kUnboundedFollowing) return;
    if (unit_ == FrameUnit::kRange && end_offset() != nullptr) {
      while (runtime_.step() && !range_test(current_, end_offset_, end_, Comparison::kGreaterOrEqual)) {
        move(Op::kReturn, nullptr);
        move(Op::kInvert, start_offset());
      }
      return;
    }
    if (unit_ != FrameUnit::kRange && end_offset() != nullptr && end_offset_.count > 0) {
      --end_offset_.count;
      return;
    }
    move(Op::kReturn, nullptr);
    move(Op::kInvert, start_offset());
  }

  void begin_tail() {
    if (rows_.size() == 0) return end_partition();
    if (end_bound_ == FrameBound::kPreceding) {
      move(Op::kStep, end_offset());
      if (start_bound_ == FrameBound::kPreceding && unit_ == FrameUnit::kRange)
        move(Op::kInvert, start_offset());
      move(Op::kReturn, nullptr);
      return end_partition();
    }
    move(Op::kStep, nullptr);
    phase_ = Phase::kTail;
  }

  void advance_tail() {
    if (start_bound_ != FrameBound::kFollowing) {
      if (move(Op::kReturn, nullptr, true)) return end_partition();
      move(Op::kInvert, start_offset());
      return;
    }
    if (unit_ == FrameUnit::kRange) {
      if (move(Op::kInvert, start_offset(), true)) {
        phase_ = Phase::kRest;
      } else if (move(Op::kReturn, nullptr, true)) {
        end_partition();
      }
      return;
    }
    const bool is_open = end_bound_ == FrameBound::kUnboundedFollowing;
    if (move(Op::kReturn, is_open ? start_offset() : end_offset(), true)) return end_partition();
    if (move(Op::kInvert, is_open ? nullptr : start_offset(), true)) phase_ = Phase::kRest;
  }

  // The rows stay until those that were given out have been looked at.
  void end_partition() {
    phase_ = input_is_over_ ? Phase::kDone : Phase::kInput;
    clears_partition_ = true;
    if (outputs_.empty()) begin_partition();
  }

  // Moves one cursor by a row or group, if the offset says that it is its turn (RANGE: as often as it is).
  // True: it came to the end of the partition, and `tells_end` asked.
  bool move(Op op, Offset* offset, bool tells_end = false) {
    if (op == Op::kInvert && start_bound_ == FrameBound::kUnboundedPreceding) return false;
    Cursor& cursor = op == Op::kStep ? end_ : op == Op::kReturn ? current_ : start_;
    const bool by_range = offset != nullptr && unit_ == FrameUnit::kRange;
    const bool by_groups = unit_ != FrameUnit::kRows;
    while (runtime_.step()) {
      if (by_range) {
        if (is_not_its_turn(op, *offset)) return false;
      } else if (offset != nullptr && offset->count > 0) {
        --offset->count;
        return false;
      }
      if (op == Op::kReturn && !reads_anew_) settle();
      for (;;) {
        if (by_range && start_bound_ == end_bound_ && would_pass_end(op)) return false;
        if (!cursor.at_end) act(op, cursor.at);
        if (runtime_.failed()) return false;
        if (!go_on(cursor)) {
          if (tells_end) return true;
          if (by_groups) return false;
          break;
        }
        if (!by_groups) break;
        const std::uint64_t group = rows_.group(cursor.at);
        const bool is_same = group == cursor.group || order_columns_.empty();
        cursor.group = group;
        if (!is_same) break;
      }
      if (!by_range) return false;
    }
    return false;
  }

  bool go_on(Cursor& cursor) const {
    if (cursor.at_end) return false;
    if (cursor.at + 1 < rows_.size()) {
      ++cursor.at;
      return true;
    }
    cursor.at_end = true;
    return false;
  }

  // With both ends on one side of the current row, the start never passes the end, nor the end the rows read
  // so far.
  bool would_pass_end(Op op) const {
    if (op == Op::kInvert) return !start_.at_end && !end_.at_end && start_.at >= end_.at;
    return takes_input_ && !end_.at_end && end_.at + 1 >= rows_.size();
  }

  void act(Op op, std::size_t row) {
    if (op == Op::kReturn) return give_out(row);
    if (reads_anew_) {
      ++(op == Op::kStep ? frame_end_ : frame_first_);
      return;
    }
    for (WindowFunctionRun& function : functions_) {
      if (op == Op::kStep) {
        function.step(rows_.row(row), rows_.row(row));
      } else {
        function.invert(rows_.row(row));
      }
    }
  }

  // In bytes that the loops below may take again: kept until the results are given out.
  void settle() {
    for (WindowFunctionRun& function : functions_) function.settle();
  }

  void give_out(std::size_t row) {
    if (reads_anew_) read_frame(row);
    if (runtime_.failed()) return;
    outputs_.push_back({row, results_.size()});
    for (WindowFunctionRun& function : functions_)
      results_.push_back(storage::copy_value(function.result(rows_, row), result_bytes_));
    if ((outputs_.size() & 0x3ff) == 0)
      runtime_.check_limits(rows_.bytes_held() + result_bytes_.bytes_held() +
                            results_.size() * sizeof(Value));
  }

  // The whole frame of a row, without what EXCLUDE leaves out.
  void read_frame(std::size_t current) {
    for (WindowFunctionRun& function : functions_) function.reset();
    for (std::size_t row = frame_first_; row < frame_end_ && row < rows_.size(); ++row) {
      if (!runtime_.step()) return;
      if (is_excluded(row, current)) continue;
      for (WindowFunctionRun& function : functions_) function.step(rows_.row(row), rows_.row(current));
    }
    for (WindowFunctionRun& function : functions_) function.finish();
  }

  bool is_excluded(std::size_t row, std::size_t current) const {
    switch (pass_.frame.exclude) {
      case FrameExclude::kNone:
      case FrameExclude::kNoOthers:
        return false;
      case FrameExclude::kCurrentRow:
        return row == current;
      case FrameExclude::kGroup:
        return rows_.group(row) == rows_.group(current);
      case FrameExclude::kTies:
        return row != current && rows_.group(row) == rows_.group(current);
    }
    return false;
  }

  enum class Comparison : std::uint8_t { kGreaterOrEqual, kGreater, kLessOrEqual, kLess };

  bool is_not_its_turn(Op op, const Offset& offset) const {
    if (op == Op::kStep) return range_test(end_, offset, current_, Comparison::kGreater);
    if (start_bound_ == FrameBound::kFollowing)
      return range_test(current_, offset, start_, Comparison::kLessOrEqual);
    return range_test(start_, offset, current_, Comparison::kGreaterOrEqual);
  }

  Value order_value(const Cursor& cursor) const {
    return cursor.at_end ? Value::null() : rows_.row(cursor.at)[pass_.first_key + partition_columns_.size()];
  }

  // Whether a's value plus the distance compares so with b's; in descending order minus, and the other way
  // round. Only numbers have a distance.
  bool range_test(const Cursor& a, const Offset& offset, const Cursor& b, Comparison comparison) const {
    const planner::OrderTerm& term = pass_.order_by.front();
    Value left = order_value(a);
    const Value right = order_value(b);
    if (term.descending) {
      comparison = comparison == Comparison::kGreaterOrEqual ? Comparison::kLessOrEqual
                   : comparison == Comparison::kGreater      ? Comparison::kLess
                                                             : Comparison::kGreaterOrEqual;
    }
    if (planner::nulls_are_misplaced(term) && (left.is_null() || right.is_null())) {
      if (!left.is_null()) return comparison == Comparison::kLessOrEqual || comparison == Comparison::kLess;
      if (comparison == Comparison::kGreaterOrEqual) return true;
      if (comparison == Comparison::kGreater) return !right.is_null();
      return comparison == Comparison::kLessOrEqual && right.is_null();
    }
    if (!left.is_text() && !left.is_blob()) {
      const bool is_settled =
          comparison == (term.descending ? Comparison::kLessOrEqual : Comparison::kGreaterOrEqual);
      if (is_settled && !left.is_null() && !right.is_null() &&
          holds(storage::compare(left, right, storage::Collation::kBinary), comparison)) {
        return true;
      }
      left = term.descending ? subtract(left, offset.distance.view()) : add(left, offset.distance.view());
    }
    const auto collation = planner::collation_of(term.expr).value_or(storage::Collation::kBinary);
    int order = 0;
    if (left.is_null() || right.is_null()) {
      order = left.is_null() && right.is_null() ? 0 : left.is_null() ? -1 : 1;
    } else {
      order = storage::compare(left, right, collation);
    }
    return holds(order, comparison);
  }

  static bool holds(int order, Comparison comparison) {
    switch (comparison) {
      case Comparison::kGreaterOrEqual:
        return order >= 0;
      case Comparison::kGreater:
        return order > 0;
      case Comparison::kLessOrEqual:
        return order <= 0;
      case Comparison::kLess:
        break;
    }
    return order < 0;
  }

  const planner::WindowPass& pass_;
  Runtime& runtime_;
  std::unique_ptr<RowProducer> input_;
  ItemRow& input_row_;
  ItemRow& output_row_;
  PartitionRows rows_;
  std::vector<Value> values_;  // of the row read last
  std::vector<Value> shown_;
  FrameUnit unit_;
  FrameBound start_bound_, end_bound_;
  bool reads_anew_;
  bool forgets_rows_ = false;
  std::vector<SortColumn> partition_columns_, order_columns_;
  Offset start_offset_, end_offset_;
  std::deque<WindowFunctionRun> functions_;

  Phase phase_ = Phase::kDone;
  Cursor start_, current_, end_;
  bool takes_input_ = false;  // rows of the partition are still coming
  bool input_is_over_ = false;
  bool has_waiting_row_ = false;  // values_ is the first row of the next partition
  bool has_partition_ = false;
  bool clears_partition_ = false;  // once its last rows have been looked at
  std::string key_, partition_key_, order_key_;
  std::uint64_t group_ = 0;
  // With EXCLUDE: the rows of the frame.
  std::size_t frame_first_ = 0, frame_end_ = 0;

  std::vector<Output> outputs_;
  std::size_t shown_outputs_ = 0;
  std::vector<Value> results_;
  storage::Arena result_bytes_;
};

}  // namespace

std::unique_ptr<RowProducer> make_window_producer(const planner::WindowPass& pass,
                                                  std::unique_ptr<RowProducer> rows, StreamBuilder& builder) {
  return std::make_unique<WindowProducer>(pass, std::move(rows), builder);
}

}  // namespace leftmost::engine
