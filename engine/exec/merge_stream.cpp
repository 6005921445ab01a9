// A compound SELECT with ORDER BY: both sides come sorted, and one row of each is looked at (SQLite:
// multiSelectOrderBy, src/select.c). Nothing is gathered, so a LIMIT ends the loops of the arms as soon as it
// is reached.
//
//   the left row is   UNION ALL, UNION   EXCEPT   INTERSECT     A side of more than one arm is a merge of its
//   own; how a smaller           out                out      passed over   chain is split is the planner's
//   (right_arms_of_merge). equal             out; UNION: over   over     out           All but UNION ALL
//   compare whole rows, so that what is larger            the right one out  over R   over R        equal to
//   the row given out last is left out.
//
// Of equal rows (1 and 1.0, 'a' and 'A' under NOCASE) UNION therefore gives the right side's first and the
// others the left side's first.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/exec/compound_arms.h"
#include "engine/exec/limit.h"
#include "engine/exec/sorter.h"
#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

using planner::CompoundOp;
using storage::Value;

struct OrderKey {
  std::size_t column;
  SortColumn sort;
};

class Merge final : public RowStream {
 public:
  Merge(std::unique_ptr<RowStream> left, std::unique_ptr<RowStream> right, CompoundOp op,
        std::vector<OrderKey> order, std::vector<storage::KeyColumn> columns, Runtime& runtime)
      : runtime_(runtime), op_(op), order_(std::move(order)), columns_(std::move(columns)) {
    left_.stream = std::move(left);
    right_.stream = std::move(right);
    width_ = columns_.size();
  }

  void limit_rows(std::optional<std::uint64_t> rows_max) override {
    if (op_ != CompoundOp::kUnionAll) rows_max.reset();  // a row may have an equal one
    left_.stream->limit_rows(rows_max);
    right_.stream->limit_rows(rows_max);
  }

  void open() override {
    is_started_ = false;
    is_done_ = false;
    given_ = nullptr;
    has_last_ = false;
  }

  bool next() override {
    if (is_done_ || !start()) return stop();
    if (given_ != nullptr && !advance(*given_)) return stop();
    given_ = nullptr;
    while (!is_done_) {
      if (!left_.has_row && !right_.has_row) return stop();
      Side* const given = decide();
      if (runtime_.failed() || is_done_) return stop();
      if (given == nullptr || is_repeated(*given)) {
        if (given != nullptr && !advance(*given)) return stop();
        continue;
      }
      row_ = given->stream->row();
      given_ = given;
      return true;
    }
    return stop();
  }

  void close() override {
    left_.stream->close();
    right_.stream->close();
    is_done_ = true;
  }

 private:
  struct Side {
    std::unique_ptr<RowStream> stream;
    bool has_row = false;
    std::string key;
  };

  bool stop() {
    is_done_ = true;
    return false;
  }

  // Without a row on the left EXCEPT and INTERSECT do not ask the right side.
  bool start() {
    if (is_started_) return true;
    is_started_ = true;
    left_.stream->open();
    if (!advance(left_)) return false;
    if (!left_.has_row && (op_ == CompoundOp::kExcept || op_ == CompoundOp::kIntersect)) return false;
    right_.stream->open();
    return advance(right_);
  }

  bool advance(Side& side) {
    if (!runtime_.step()) return false;
    side.has_row = side.stream->next();
    side.key.clear();
    if (side.has_row) {
      for (const OrderKey& order : order_)
        append_sort_key(side.key, side.stream->row()[order.column], order.sort);
    }
    return !runtime_.failed();
  }

  // The side whose row is to be given out; null: a row was passed over, or (is_done_) nothing more can come.
  Side* decide() {
    const int order = !left_.has_row ? 1 : !right_.has_row ? -1 : left_.key.compare(right_.key);
    const bool is_set_of_left = op_ == CompoundOp::kExcept || op_ == CompoundOp::kIntersect;
    if (is_set_of_left && (!left_.has_row || (!right_.has_row && op_ == CompoundOp::kIntersect))) {
      is_done_ = true;
      return nullptr;
    }
    Side* passed_over = nullptr;
    if (order < 0) {
      if (op_ != CompoundOp::kIntersect) return &left_;
      passed_over = &left_;
    } else if (order == 0) {
      if (op_ == CompoundOp::kUnionAll || op_ == CompoundOp::kIntersect) return &left_;
      passed_over = &left_;
    } else {
      if (!is_set_of_left) return &right_;
      passed_over = &right_;
    }
    if (!advance(*passed_over)) is_done_ = true;
    return nullptr;
  }

  bool is_repeated(const Side& side) {
    if (op_ == CompoundOp::kUnionAll) return false;
    key_.clear();
    storage::append_key(key_, side.stream->row(), columns_);
    if (has_last_ && key_ == last_) return true;
    has_last_ = true;
    std::swap(last_, key_);
    return false;
  }

  Runtime& runtime_;
  CompoundOp op_;
  std::vector<OrderKey> order_;
  std::vector<storage::KeyColumn> columns_;
  Side left_, right_;
  Side* given_ = nullptr;  // whose row was given out and is still in place
  std::string key_, last_;
  bool has_last_ = false;
  bool is_started_ = false;
  bool is_done_ = true;
};

std::unique_ptr<RowStream> make_side(std::span<const planner::Select* const> arms,
                                     const std::vector<OrderKey>& order, StreamBuilder& builder) {
  if (arms.size() == 1) return make_compound_arm(*arms[0], builder);
  const CompoundOp op = arms.back()->op;
  const std::vector<storage::KeyColumn> columns = column_keys(arms);
  std::vector<OrderKey> keys = order;
  for (std::size_t column = 0; column < columns.size() && op != CompoundOp::kUnionAll; ++column) {
    const bool is_known =
        std::any_of(keys.begin(), keys.end(), [&](const OrderKey& key) { return key.column == column; });
    if (!is_known) keys.push_back({column, {columns[column], planner::NullsPlace::kDefault}});
  }
  std::vector<CompoundOp> ops;
  for (const planner::Select* arm : arms) ops.push_back(arm->op);
  const std::size_t right_arms = planner::right_arms_of_merge(ops);
  // From the left, as they were planned: a later arm may read a CTE that an earlier one stores.
  auto left = make_side(arms.first(arms.size() - right_arms), keys, builder);
  auto right = make_side(arms.last(right_arms), keys, builder);
  if (builder.error()) return nullptr;
  return std::make_unique<Merge>(std::move(left), std::move(right), op, std::move(keys), columns,
                                 builder.runtime());
}

/// The merge of all arms, and the LIMIT of the compound.
class MergeStream final : public RowStream {
 public:
  MergeStream(const planner::Select& last, StreamBuilder& builder)
      : runtime_(builder.runtime()), limit_(last, builder) {
    const std::vector<const planner::Select*> arms = arms_of_compound(last);
    const std::vector<storage::KeyColumn> columns = column_keys(arms);
    width_ = columns.size();
    std::vector<OrderKey> order;
    for (const planner::OrderTerm& term : last.order_by) {
      if (term.result_column < 1 || static_cast<std::size_t>(term.result_column) > width_) {
        builder.not_supported("ORDER BY of a compound SELECT by an expression", term.expr->span);
        continue;
      }
      const auto column = static_cast<std::size_t>(term.result_column) - 1;
      SortColumn sort{columns[column], term.nulls};
      if (planner::has_explicit_collation(term.expr)) {
        sort.key.collation = planner::collation_of(term.expr).value_or(storage::Collation::kBinary);
      }
      sort.key.descending = term.descending;
      order.push_back({column, sort});
    }
    merge_ = make_side(arms, order, builder);
  }

  void open() override {
    is_done_ = !limit_.open(runtime_) || limit_.is_used_up();
    if (is_done_) return;
    merge_->limit_rows(limit_.rows_wanted());
    merge_->open();
  }
  bool next() override {
    while (!is_done_ && !limit_.is_used_up() && merge_->next()) {
      row_ = merge_->row();
      if (limit_.take()) return true;
    }
    is_done_ = true;
    return false;
  }
  void close() override {
    merge_->close();
    is_done_ = true;
  }

 private:
  Runtime& runtime_;
  LimitCounter limit_;
  std::unique_ptr<RowStream> merge_;
  bool is_done_ = true;
};

}  // namespace

std::unique_ptr<RowStream> make_merge_stream(const planner::Select& last, StreamBuilder& builder) {
  auto stream = std::make_unique<MergeStream>(last, builder);
  if (builder.error()) return nullptr;
  return stream;
}

}  // namespace leftmost::engine
