// Loops over the tree of a table: from one end to the other, or by rowid. (The primary key of a WITHOUT ROWID table is
// searched like an index, index_cursor.cpp.)
#include <cmath>
#include <limits>
#include <optional>

#include "engine/exec/loop_cursor.h"
#include "engine/exec/seek_values.h"
#include "engine/exec/stream_builder.h"
#include "storage/affinity.h"
#include "storage/cursor.h"

namespace leftmost::engine {
namespace {

using storage::Value;

class TableScan final : public LoopCursor {
 public:
  TableScan(const planner::Loop& loop, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        row_(runtime_.row(loop.item->id)),
        work_(runtime_.work_of(loop.item->id)),
        counters_(runtime_.counters_of(loop.item->id)),
        table_(*loop.item->relation->def),
        direction_(loop.reverse ? storage::Direction::kBackward : storage::Direction::kForward) {}

  void open() override {
    const storage::BTree* tree = runtime_.state().tree(table_.id);
    if (tree == nullptr) {
      cursor_.reset();
      runtime_.run().fail(ErrorCode::kInternal, "table " + table_.name + " has no tree");
      return;
    }
    cursor_.emplace(*tree, direction_, counters_);
    is_first_ = true;
  }

  bool next() override {
    if (!cursor_ || !runtime_.step()) return false;
    if (!is_first_) cursor_->next();
    if (!cursor_->valid()) return false;
    ++work_.rows_visited;
    if (!is_first_) ++work_.fullscan_steps;
    is_first_ = false;
    row_.set_table(table_, cursor_->leaf(), cursor_->slot());
    return true;
  }

  void close() override { cursor_.reset(); }

 private:
  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  storage::TreeCounters* counters_;
  const storage::TableDef& table_;
  storage::Direction direction_;
  std::optional<storage::Cursor> cursor_;
  bool is_first_ = true;
};

// Rowids are integers; the integers that satisfy a bound by value. An empty range has first > last.
struct RowidRange {
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  bool is_empty = false;
};

constexpr double kTwoTo63 = 9223372036854775808.0;

void apply_lower(RowidRange& range, Value value, bool inclusive) {
  if (value.is_null() || value.is_text() || value.is_blob()) {
    range.is_empty = true;  // text is above every number
  } else if (value.is_integer()) {
    if (!inclusive && value.as_integer() == std::numeric_limits<std::int64_t>::max()) {
      range.is_empty = true;
    } else {
      range.first = value.as_integer() + (inclusive ? 0 : 1);
    }
  } else {
    const double bound = value.as_real();
    const double floor = std::floor(bound);
    if (bound >= kTwoTo63) {
      range.is_empty = true;
    } else if (bound >= -kTwoTo63) {
      const auto whole = static_cast<std::int64_t>(floor);
      range.first = floor == bound && inclusive ? whole : whole + 1;  // no real below 2^63 is the largest integer
    }
  }
}

void apply_upper(RowidRange& range, Value value, bool inclusive) {
  if (value.is_null()) {
    range.is_empty = true;
  } else if (value.is_integer()) {
    if (!inclusive && value.as_integer() == std::numeric_limits<std::int64_t>::min()) {
      range.is_empty = true;
    } else {
      range.last = value.as_integer() - (inclusive ? 0 : 1);
    }
  } else if (value.is_real()) {
    const double bound = value.as_real();
    const double ceiling = std::ceil(bound);
    if (bound < -kTwoTo63 || (bound == -kTwoTo63 && !inclusive)) {
      range.is_empty = true;
    } else if (bound < kTwoTo63) {
      const auto whole = static_cast<std::int64_t>(ceiling);
      range.last = ceiling == bound && inclusive ? whole : whole - 1;
    }
  }
}

class RowidSearch final : public LoopCursor {
 public:
  RowidSearch(const planner::Loop& loop, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        row_(runtime_.row(loop.item->id)),
        work_(runtime_.work_of(loop.item->id)),
        counters_(runtime_.counters_of(loop.item->id)),
        table_(*loop.item->relation->def),
        reverse_(loop.reverse),
        lower_(loop.lower),
        upper_(loop.upper) {
    if (loop.equalities.size() == 1 && loop.equalities[0].kind != planner::SeekKind::kIn &&
        loop.equalities[0].value != nullptr) {
      rowid_program_ = builder.compile(*loop.equalities[0].value);
    } else if (!loop.equalities.empty()) {
      equality_.emplace(std::span(loop.equalities.data(), 1), std::span<const storage::KeyColumn>(),
                        loop.reverse, builder);
    }
    if (!lower_.values.empty()) lower_program_ = builder.compile(*lower_.values[0]);
    if (!upper_.values.empty()) upper_program_ = builder.compile(*upper_.values[0]);
  }

  void open() override {
    cursor_.reset();
    const storage::BTree* tree = runtime_.state().tree(table_.id);
    is_done_ = tree == nullptr;
    if (is_done_) return;
    hold(tree_, *tree);
    is_first_ = true;
    if (rowid_program_ != nullptr) return;
    if (equality_) {
      is_done_ = !equality_->open(runtime_);
      is_first_ = true;
      return;
    }
    RowidRange range;
    storage::Arena bytes;
    if (lower_program_ != nullptr) {
      apply_lower(range, numeric(evaluate(*lower_program_, runtime_.eval()), bytes), lower_.inclusive);
    }
    if (upper_program_ != nullptr) {
      apply_upper(range, numeric(evaluate(*upper_program_, runtime_.eval()), bytes), upper_.inclusive);
    }
    if (runtime_.failed() || range.is_empty || range.first > range.last) {
      is_done_ = true;
      return;
    }
    storage::ByteRange bytes_range;
    bytes_range.lower = storage::RowidKey(range.first).view();
    if (range.last != std::numeric_limits<std::int64_t>::max()) {
      bytes_range.upper = storage::RowidKey(range.last + 1).view();
      bytes_range.has_upper = true;
    }
    cursor_.emplace(*tree_, bytes_range, reverse_ ? storage::Direction::kBackward : storage::Direction::kForward,
                    counters_);
    is_first_ = true;
  }

  bool next() override {
    if (is_done_ || !runtime_.step()) return false;
    if (rowid_program_ != nullptr) return find_one();
    if (equality_) return next_equal();
    if (!is_first_) cursor_->next();
    is_first_ = false;
    if (!cursor_->valid()) {
      is_done_ = true;
      return false;
    }
    ++work_.rows_visited;
    row_.set_table(table_, cursor_->leaf(), cursor_->slot());
    return true;
  }

  void close() override {
    cursor_.reset();
    tree_.reset();
    is_done_ = true;
  }

  bool skip_to_next_in_value() override { return equality_ && equality_->has_in(); }

 private:
  static Value numeric(Value value, storage::Arena& bytes) {
    return storage::apply_comparison_affinity(value, storage::Affinity::kNumeric, bytes);
  }

  // rowid = value: one descent.
  bool find_one() {
    is_done_ = true;
    Value value = evaluate(*rowid_program_, runtime_.eval());
    if (!value.is_integer()) {
      storage::Arena bytes;
      value = storage::apply_affinity(value, storage::Affinity::kInteger, bytes);
      if (!value.is_integer() || runtime_.failed()) return false;
    }
    return place(value.as_integer());
  }

  bool place(std::int64_t rowid) {
    const storage::BTree::Found found = tree_->find_rowid(rowid, counters_);
    if (!found) return false;
    ++work_.rows_visited;
    row_.set_table(table_, found.leaf, found.slot);
    return true;
  }

  bool next_equal() {
    for (;;) {
      if (!is_first_ && !equality_->next()) {
        is_done_ = true;
        return false;
      }
      is_first_ = false;
      storage::Arena bytes;
      const Value value = storage::apply_affinity(equality_->values()[0], storage::Affinity::kInteger, bytes);
      if (value.is_integer() && place(value.as_integer())) return true;
    }
  }

  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  storage::TreeCounters* counters_;
  const storage::TableDef& table_;
  bool reverse_;
  const planner::SeekBound& lower_;
  const planner::SeekBound& upper_;
  const Program* lower_program_ = nullptr;
  const Program* upper_program_ = nullptr;
  const Program* rowid_program_ = nullptr;  // rowid = value
  std::optional<SeekValues> equality_;      // rowid IN ...
  std::optional<storage::BTree> tree_;
  std::optional<storage::Cursor> cursor_;
  bool is_first_ = true;
  bool is_done_ = true;
};

}  // namespace

std::unique_ptr<LoopCursor> make_table_scan(const planner::Loop& loop, StreamBuilder& builder) {
  return std::make_unique<TableScan>(loop, builder);
}

std::unique_ptr<LoopCursor> make_rowid_search(const planner::Loop& loop, StreamBuilder& builder) {
  return std::make_unique<RowidSearch>(loop, builder);
}

}  // namespace leftmost::engine
