// Loops over the entries of an index (or over the primary key of a WITHOUT ROWID table, which is the table itself).
//
// Whatever the search, it comes down to byte ranges visited one after the other:
//
//   skipped columns   one range per distinct value of them, found by jumping over each (skip-scan)
//   IN                one range per value, ascending
//   = and bounds      one range: the prefix, and the bounds behind it
//   NULLS placed      two ranges: the NULLs of the column behind the prefix, and the others
#include <optional>
#include <utility>

#include "engine/exec/loop_cursor.h"
#include "engine/exec/seek_values.h"
#include "engine/exec/stream_builder.h"
#include "storage/affinity.h"
#include "storage/cursor.h"
#include "storage/table_view.h"

namespace leftmost::engine {
namespace {

using storage::ByteRange;
using storage::KeyColumn;
using storage::Value;

struct Bound {
  std::vector<const Program*> programs;
  std::vector<storage::Affinity> affinities;
  bool inclusive = false;
  bool is_not_null = false;
  bool present() const { return !programs.empty() || is_not_null; }
};

Bound make_bound(const planner::SeekBound& bound, StreamBuilder& builder) {
  Bound made;
  made.inclusive = bound.inclusive;
  made.is_not_null = bound.is_not_null;
  for (std::size_t i = 0; i < bound.values.size(); ++i) {
    made.programs.push_back(builder.compile(*bound.values[i]));
    made.affinities.push_back(i < bound.key_affinities.size() ? bound.key_affinities[i] : storage::Affinity::kBlob);
  }
  return made;
}

class IndexCursor final : public LoopCursor {
 public:
  IndexCursor(const planner::Loop& loop, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        row_(runtime_.row(loop.item->id)),
        work_(runtime_.work_of(loop.item->id)),
        counters_(runtime_.counters_of(loop.item->id)),
        table_(*loop.item->relation->def),
        index_(*loop.index->def),
        layout_(loop.index->layout),
        is_table_(index_.is_table_itself),
        columns_(layout_.tree_columns()),
        reverse_(loop.reverse),
        nulls_pass_(loop.nulls_last_pass && !loop.lower.present() && !loop.upper.present()),
        skipped_(static_cast<std::size_t>(loop.skipped_columns)),
        equality_count_(loop.equalities.size()),
        is_full_scan_(loop.equalities.empty() && !loop.lower.present() && !loop.upper.present()),
        values_(std::span(loop.equalities).subspan(skipped_), columns_.subspan(skipped_), loop.reverse,
                builder),
        lower_(make_bound(loop.lower, builder)),
        upper_(make_bound(loop.upper, builder)) {}

  void open() override {
    const storage::BTree* tree = runtime_.state().tree(is_table_ ? table_.id : index_.id);
    const storage::BTree* table_tree = runtime_.state().tree(table_.id);
    is_done_ = tree == nullptr || table_tree == nullptr;
    if (is_done_) return;
    hold(tree_, *tree);
    if (!is_table_) hold(table_tree_, *table_tree);
    skip_prefix_.clear();
    has_skip_prefix_ = false;
    has_jumped_ = false;
    if (!values_.open(runtime_) || !open_bounds() || (skipped_ > 0 && !next_skip_prefix())) {
      is_done_ = true;
      return;
    }
    start_ranges();
    seek();
  }

  bool next() override {
    if (is_done_ || !runtime_.step()) return false;
    if (has_jumped_) {
      has_jumped_ = false;
    } else if (!is_first_) {
      cursor_->next();
      if (is_full_scan_ && cursor_->valid()) ++work_.fullscan_steps;
    }
    is_first_ = false;
    while (!cursor_->valid()) {
      if (!next_range()) {
        is_done_ = true;
        return false;
      }
    }
    ++work_.rows_visited;
    if (is_table_) {
      row_.set_table(table_, cursor_->leaf(), cursor_->slot());
    } else {
      ++work_.index_entries;
      row_.set_entry(layout_, *table_tree_, cursor_->leaf(), cursor_->slot());
    }
    return true;
  }

  void close() override {
    cursor_.reset();
    tree_.reset();
    table_tree_.reset();
    is_done_ = true;
  }

  void jump_behind(int columns) override {
    if (is_done_ || !cursor_ || !cursor_->valid()) return;
    const std::string_view key = cursor_->key();
    const auto bytes = storage::key_prefix_bytes(key, std::span(columns_).first(static_cast<std::size_t>(columns)));
    if (!bytes) return;  // next() says what is wrong
    const std::string prefix(key.substr(0, *bytes));
    ByteRange range = make_range();
    if (reverse_) {
      range.upper = prefix;
      range.has_upper = true;
    } else {
      range.lower = storage::prefix_successor(prefix);
      if (range.lower.empty()) range.lower = range.upper = prefix, range.has_upper = true;  // nothing is behind it
    }
    cursor_->seek(range);
    has_jumped_ = true;
  }

  bool skip_to_next_in_value() override {
    if (!values_.has_in() || is_done_) return false;
    pass_ = nulls_pass_ ? 1 : 0;
    if (!next_range()) return false;
    is_first_ = true;
    return true;
  }

 private:
  bool open_bounds() {
    bound_bytes_.reset();
    lower_key_.clear();
    upper_key_.clear();
    return encode_bound(lower_, lower_key_) && encode_bound(upper_, upper_key_);
  }

  bool encode_bound(const Bound& bound, std::string& key) {
    for (std::size_t i = 0; i < bound.programs.size(); ++i) {
      Value value = evaluate(*bound.programs[i], runtime_.eval());
      if (runtime_.failed()) return false;
      value = storage::apply_affinity(value, bound.affinities[i], bound_bytes_);
      if (i == 0 && value.is_null()) return false;
      const std::size_t place = equality_count_ + i;
      if (place >= columns_.size()) break;
      storage::append_key_column(key, value, columns_[place]);
    }
    return true;
  }

  // Forward or backward to the next distinct value of the skipped columns.
  bool next_skip_prefix() {
    std::string scratch;
    std::string_view key;
    storage::BTree::Found found;
    std::optional<storage::Cursor> cursor;
    if (!reverse_) {
      ByteRange range;
      if (has_skip_prefix_) {
        range.lower = storage::prefix_successor(skip_prefix_);
        if (range.lower.empty()) return false;
      }
      found = tree_->find_first(range, counters_);
      if (!found) return false;
      key = found.leaf->key(found.slot, scratch);
    } else {
      ByteRange range;
      range.has_upper = has_skip_prefix_;
      range.upper = skip_prefix_;
      cursor.emplace(*tree_, range, storage::Direction::kBackward, counters_);
      if (!cursor->valid()) return false;
      key = cursor->key();
    }
    const auto bytes = storage::key_prefix_bytes(key, columns_.first(skipped_));
    if (!bytes) return false;
    skip_prefix_.assign(key.substr(0, *bytes));
    has_skip_prefix_ = true;
    return true;
  }

  void start_ranges() {
    pass_ = 0;
    is_first_ = true;
  }

  // The next range: second pass, next IN value, next skipped value. False when all were visited.
  bool next_range() {
    if (!runtime_.step()) return false;
    if (nulls_pass_ && pass_ == 0) {
      pass_ = 1;
    } else if (values_.next()) {
      pass_ = 0;
    } else if (skipped_ > 0 && next_skip_prefix()) {
      if (!values_.open(runtime_)) return false;
      pass_ = 0;
    } else {
      return false;
    }
    seek();
    return true;
  }

  void seek() {
    prefix_.assign(skip_prefix_);
    const std::span<const Value> values = values_.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      storage::append_key_column(prefix_, values[i], columns_[skipped_ + i]);
    }
    const ByteRange range = make_range();
    const storage::Direction direction = reverse_ ? storage::Direction::kBackward : storage::Direction::kForward;
    cursor_.emplace(*tree_, range, direction, counters_);
  }

  ByteRange make_range() const {
    const bool is_bounded = lower_.present() || upper_.present();
    if (!is_bounded && !nulls_pass_) return storage::prefix_range(prefix_);
    if (equality_count_ >= columns_.size()) return storage::prefix_range(prefix_);
    const KeyColumn& column = columns_[equality_count_];
    std::string null_key = prefix_;
    storage::append_key_column(null_key, Value::null(), column);
    if (nulls_pass_) {
      // NULLs go last where values rise, first where they fall.
      const bool rising = reverse_ == column.descending;
      const bool is_null_range = (pass_ == 1) == rising;
      if (is_null_range) return storage::prefix_range(null_key);
    }
    ByteRange range = storage::prefix_range(prefix_);
    const Bound& first = column.descending ? upper_ : lower_;
    const Bound& last = column.descending ? lower_ : upper_;
    const std::string& first_key = column.descending ? upper_key_ : lower_key_;
    const std::string& last_key = column.descending ? lower_key_ : upper_key_;
    if (!first.programs.empty()) {
      range.lower = prefix_ + first_key;
      if (!first.inclusive) range.lower = storage::prefix_successor(range.lower);
    } else if (!column.descending) {
      range.lower = storage::prefix_successor(null_key);
    }
    if (!last.programs.empty()) {
      range.upper = prefix_ + last_key;
      if (last.inclusive) range.upper = storage::prefix_successor(range.upper);
      range.has_upper = !range.upper.empty();
    } else if (column.descending) {
      range.upper = null_key;
      range.has_upper = true;
    }
    return range;
  }

  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  storage::TreeCounters* counters_;
  const storage::TableDef& table_;
  const storage::IndexDef& index_;
  const storage::IndexLayout& layout_;
  bool is_table_;
  std::span<const KeyColumn> columns_;
  bool reverse_;
  bool nulls_pass_;
  std::size_t skipped_;
  std::size_t equality_count_;
  bool is_full_scan_;
  SeekValues values_;
  Bound lower_, upper_;
  storage::Arena bound_bytes_;
  std::string lower_key_, upper_key_, prefix_, skip_prefix_;
  bool has_skip_prefix_ = false;
  int pass_ = 0;
  std::optional<storage::BTree> tree_, table_tree_;  // snapshots: look-ups meet the rows that the entries are about
  std::optional<storage::Cursor> cursor_;
  bool is_first_ = true;
  bool has_jumped_ = false;  // the cursor stands on the next entry already, or at the end of its range
  bool is_done_ = true;
};

}  // namespace

std::unique_ptr<LoopCursor> make_index_cursor(const planner::Loop& loop, StreamBuilder& builder) {
  return std::make_unique<IndexCursor>(loop, builder);
}

}  // namespace leftmost::engine
