// UNION ALL, UNION, INTERSECT, EXCEPT over a chain of arms, left to right, without ORDER BY (merge_stream.cpp
// has one).
//
// UNION ALL passes rows through; the others gather them in a sorted temporary set and hand it out in its
// order. Of rows that compare equal (1 and 1.0, 'a' and 'A' under NOCASE) the set holds the last one added.
#include <algorithm>
#include <optional>
#include <vector>

#include "engine/exec/compound_arms.h"
#include "engine/exec/key_map.h"
#include "engine/exec/limit.h"
#include "engine/exec/row_buffer.h"
#include "engine/exec/select_stream.h"
#include "engine/exec/sorter.h"
#include "engine/exec/stored_reals.h"
#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

using planner::CompoundOp;
using storage::Value;

class CompoundStream final : public RowStream {
 public:
  CompoundStream(const planner::Select& last, StreamBuilder& builder)
      : runtime_(builder.runtime()), limit_(last, builder), rows_(last.columns.size()) {
    width_ = last.columns.size();
    // From the left, as they were planned: a later arm may read a CTE that an earlier one stores.
    const std::vector<const planner::Select*> arms = arms_of_compound(last);
    key_columns_ = column_keys(arms);
    // The arms of a last UNION ALL go through no temporary table.
    std::size_t gathered = 0;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      if (arms[i]->op != CompoundOp::kNone && arms[i]->op != CompoundOp::kUnionAll) gathered = i + 1;
    }
    is_streaming_ = gathered == 0;
    for (std::size_t i = 0; i < gathered; ++i) read_virtual_as_stored(*arms[i]);
    for (const planner::Select* arm : arms) {
      arms_.push_back({make_compound_arm(*arm, builder), arm->op});
    }
  }

  void open() override {
    is_done_ = !limit_.open(runtime_) || limit_.is_used_up();
    is_gathered_ = false;
    at_ = 0;
    arm_ = 0;
    arm_is_open_ = false;
  }

  bool next() override {
    while (!is_done_ && !limit_.is_used_up() && !runtime_.failed()) {
      if (!(is_streaming_ ? next_streamed() : next_gathered())) break;
      if (limit_.take()) return true;
    }
    is_done_ = true;
    return false;
  }

  void close() override {
    for (Arm& arm : arms_) arm.stream->close();
    rows_.clear();
    is_done_ = true;
  }

 private:
  struct Arm {
    std::unique_ptr<RowStream> stream;
    CompoundOp op;  // with what stands to the left
  };
  bool next_streamed() {
    for (; arm_ < arms_.size(); ++arm_, arm_is_open_ = false) {
      RowStream& stream = *arms_[arm_].stream;
      if (!arm_is_open_) stream.open();
      arm_is_open_ = true;
      if (stream.next()) {
        row_ = stream.row();
        return true;
      }
      if (runtime_.failed()) return false;
      stream.close();
    }
    return false;
  }

  bool next_gathered() {
    if (!is_gathered_ && !gather()) return false;
    if (at_ >= result_.size()) return false;
    row_ = rows_.row(result_[at_++]);
    return true;
  }

  // Appends an arm's rows to rows_ and their numbers to `numbers`.
  bool read(RowStream& stream, std::vector<std::size_t>& numbers) {
    stream.open();
    while (stream.next()) {
      numbers.push_back(rows_.size());
      rows_.add(stream.row());
      ++runtime_.work().temporary_rows;
      if (!runtime_.step()) return false;
      if ((rows_.size() & 0xfff) == 0 && !runtime_.check_limits(rows_.bytes_held())) return false;
    }
    stream.close();
    return !runtime_.failed();
  }

  std::string_view key_of(std::size_t row) {
    key_.clear();
    storage::append_key(key_, rows_.row(row), key_columns_);
    return key_;
  }

  void sort_by_columns(std::vector<std::size_t>& numbers) {
    Sorter sorter(0);
    for (const std::size_t row : numbers) sorter.add(key_of(row), {});
    sorter.sort();
    std::vector<std::size_t> sorted;
    sorted.reserve(numbers.size());
    for (std::size_t i = 0; i < sorter.size(); ++i) sorted.push_back(numbers[sorter.arrival(i)]);
    numbers = std::move(sorted);
  }

  // The distinct rows of `numbers`: of equal ones the last.
  void make_distinct(std::vector<std::size_t>& numbers) {
    KeyMap seen;
    std::vector<std::size_t> kept;
    for (const std::size_t row : numbers) {
      const KeyMap::Result found = seen.add(key_of(row));
      if (found.is_new) {
        kept.push_back(row);
      } else {
        kept[found.number] = row;
      }
    }
    numbers = std::move(kept);
  }

  bool gather() {
    rows_.clear();
    result_.clear();
    if (!read(*arms_[0].stream, result_)) return false;
    for (std::size_t i = 1; i < arms_.size(); ++i) {
      std::vector<std::size_t> right;
      if (!read(*arms_[i].stream, right)) return false;
      combine(arms_[i].op, right);
    }
    is_gathered_ = true;
    return true;
  }

  void combine(CompoundOp op, std::vector<std::size_t>& right) {
    switch (op) {
      case CompoundOp::kNone:
      case CompoundOp::kUnionAll:
        result_.insert(result_.end(), right.begin(), right.end());
        break;
      case CompoundOp::kUnion:
        result_.insert(result_.end(), right.begin(), right.end());
        make_distinct(result_);
        break;
      case CompoundOp::kIntersect:
      case CompoundOp::kExcept: {
        make_distinct(result_);
        KeyMap keys;
        for (const std::size_t row : right) keys.add(key_of(row));
        const bool wanted = op == CompoundOp::kIntersect;
        result_.erase(std::remove_if(result_.begin(), result_.end(),
                                     [&](std::size_t row) { return keys.contains(key_of(row)) != wanted; }),
                      result_.end());
        break;
      }
    }
    const bool is_set = op != CompoundOp::kUnionAll && op != CompoundOp::kNone;
    if (is_set) sort_by_columns(result_);
  }

  Runtime& runtime_;
  LimitCounter limit_;
  std::vector<storage::KeyColumn> key_columns_;
  std::vector<Arm> arms_;
  bool is_streaming_ = true;
  std::size_t arm_ = 0;
  bool arm_is_open_ = false;
  RowBuffer rows_;
  std::vector<std::size_t> result_;  // numbers of rows in rows_
  bool is_gathered_ = false;
  std::size_t at_ = 0;
  std::string key_;
  bool is_done_ = true;
};

class ValuesStream final : public RowStream {
 public:
  ValuesStream(const planner::Select& select, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        limit_(select.prior == nullptr ? LimitCounter(select, builder) : LimitCounter()) {
    for (const std::span<planner::Expr*> row : select.values_rows) {
      std::vector<const Program*>& programs = rows_.emplace_back();
      for (const planner::Expr* value : row) programs.push_back(builder.compile(*value));
    }
    width_ = select.values_rows.empty() ? 0 : select.values_rows[0].size();
    values_.resize(width_);
  }
  void open() override {
    at_ = 0;
    if (!limit_.open(runtime_)) at_ = rows_.size();
  }
  bool next() override {
    ResultsScope scope(runtime_.run(), results_);
    while (at_ < rows_.size() && !limit_.is_used_up() && runtime_.step()) {
      runtime_.run().results().reset();
      const std::vector<const Program*>& programs = rows_[at_++];
      for (std::size_t i = 0; i < width_; ++i) values_[i] = evaluate(*programs[i], runtime_.eval());
      if (runtime_.failed()) return false;
      row_ = values_;
      if (limit_.take()) return true;
    }
    return false;
  }
  void close() override { at_ = rows_.size(); }

 private:
  Runtime& runtime_;
  LimitCounter limit_;
  std::vector<std::vector<const Program*>> rows_;
  std::vector<Value> values_;
  storage::Arena results_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<const planner::Select*> arms_of_compound(const planner::Select& last) {
  std::vector<const planner::Select*> arms;
  for (const planner::Select* arm = &last; arm != nullptr; arm = arm->prior) arms.push_back(arm);
  std::reverse(arms.begin(), arms.end());
  return arms;
}

std::unique_ptr<RowStream> make_compound_arm(const planner::Select& arm, StreamBuilder& builder) {
  if (!arm.values_rows.empty()) return make_values_stream(arm, builder);
  if (arm.plan == nullptr) {
    builder.fail(
        Error{ErrorCode::kInternal, "an arm of a compound SELECT was not planned", std::nullopt, {}});
    return nullptr;
  }
  return std::make_unique<SelectStream>(arm, SelectStream::Use::kWithoutOrder, builder);
}

std::vector<storage::KeyColumn> column_keys(std::span<const planner::Select* const> arms) {
  std::vector<storage::KeyColumn> keys(arms.back()->columns.size());
  std::vector<bool> is_set(keys.size(), false);
  for (const planner::Select* arm : arms) {
    for (std::size_t i = 0; i < keys.size() && i < arm->columns.size(); ++i) {
      const planner::Expr* expr = arm->columns[i].expr;
      if (is_set[i] || expr == nullptr) continue;
      if (const auto collation = planner::collation_of(expr)) {
        keys[i].collation = *collation;
        is_set[i] = true;
      }
    }
  }
  return keys;
}

std::unique_ptr<RowStream> make_compound_stream(const planner::Select& select, StreamBuilder& builder) {
  if (!select.order_by.empty()) return make_merge_stream(select, builder);
  auto stream = std::make_unique<CompoundStream>(select, builder);
  if (builder.error()) return nullptr;
  return stream;
}

std::unique_ptr<RowStream> make_values_stream(const planner::Select& select, StreamBuilder& builder) {
  return std::make_unique<ValuesStream>(select, builder);
}

}  // namespace leftmost::engine
