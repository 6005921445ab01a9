// An index that a statement builds for itself: the rows of the item, copied and sorted by the searched columns. Built at
// the first search of a run. Rows that agree on the key come in the order of their other columns and then of their
// rowids, because SQLite's automatic index holds them in that order behind the key.
#include <algorithm>
#include <optional>

#include "engine/exec/loop_cursor.h"
#include "engine/exec/row_buffer.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/seek_values.h"
#include "engine/exec/stream_builder.h"
#include "storage/key_codec.h"

namespace leftmost::engine {
namespace {

using storage::Value;

class AutomaticIndex final : public LoopCursor {
 public:
  AutomaticIndex(const planner::Loop& loop, std::unique_ptr<LoopCursor> source, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        row_(runtime_.row(loop.item->id)),
        work_(runtime_.work_of(loop.item->id)),
        counters_(runtime_.counters_of(loop.item->id)),
        source_(std::move(source)),
        used_(loop.item->used),
        values_(seeks(loop), {}, false, builder),
        rows_(used_.size() + 1) {
    for (const planner::AutomaticColumn& column : loop.automatic_columns) {
      columns_.push_back(column.column);
      key_columns_.push_back({column.collation, false, storage::Affinity::kBlob});
    }
    for (const planner::Expr* filter : loop.automatic_filter) filters_.push_back(builder.compile(*filter));
  }

  void open() override {
    is_done_ = true;
    if (run_number_ != runtime_.run().number() && !fill()) return;
    if (!values_.open(runtime_)) return;
    key_.clear();
    const std::span<const Value> values = values_.values();
    for (std::size_t i = 0; i < values.size(); ++i) storage::append_key_column(key_, values[i], key_columns_[i]);
    ++counters_->seeks;
    at_ = static_cast<std::size_t>(
        std::lower_bound(entries_.begin(), entries_.end(), key_,
                         [](const Entry& entry, const std::string& key) { return entry.key < key; }) -
        entries_.begin());
    is_done_ = false;
  }

  bool next() override {
    if (is_done_ || !runtime_.step()) return false;
    if (at_ >= entries_.size() || !entries_[at_].key.starts_with(key_)) {
      is_done_ = true;
      return false;
    }
    ++work_.rows_visited;
    ++work_.index_entries;
    const std::span<const Value> row = rows_.row(entries_[at_].row);
    row_.set_values(row.first(used_.size()), row[used_.size()]);
    ++at_;
    return true;
  }

  void close() override { is_done_ = true; }

 private:
  struct Entry {
    std::string_view key;
    std::uint32_t row;
  };

  planner::LookasideVector<planner::SeekColumn> seeks(const planner::Loop& loop) {
    for (const planner::AutomaticColumn& column : loop.automatic_columns) seeks_.push_back(column.seek);
    return seeks_;
  }

  bool fill() {
    rows_.clear();
    keys_.reset();
    entries_.clear();
    std::string key;
    std::vector<Value> row(used_.size() + 1);
    const std::uint64_t fullscan_steps = work_.fullscan_steps;
    source_->open();
    while (source_->next()) {
      bool keep = true;
      for (const Program* filter : filters_) keep = keep && test(*filter, runtime_.eval());
      if (runtime_.failed()) return false;
      if (!keep) continue;
      for (std::size_t i = 0; i < used_.size(); ++i) {
        row[i] = used_[i] || is_key(static_cast<int>(i)) ? row_.column(static_cast<int>(i)) : Value::null();
      }
      row[used_.size()] = row_.column(planner::kRowidColumn);
      key.clear();
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        storage::append_key_column(key, row[static_cast<std::size_t>(columns_[i])], key_columns_[i]);
      }
      for (std::size_t i = 0; i < used_.size(); ++i) {
        if (used_[i] && !is_key(static_cast<int>(i))) storage::append_key_column(key, row[i], {});
      }
      storage::append_key_column(key, Value::integer(static_cast<std::int64_t>(entries_.size())), {});
      entries_.push_back({keys_.copy(key), static_cast<std::uint32_t>(entries_.size())});
      rows_.add(row);
      runtime_.run().results().reset();
      if ((entries_.size() & 0xfff) == 0 && !runtime_.check_limits(rows_.bytes_held() + keys_.bytes_held())) break;
    }
    source_->close();
    // These steps have a counter of their own.
    work_.automatic_index_rows += work_.fullscan_steps - fullscan_steps;
    work_.fullscan_steps = fullscan_steps;
    runtime_.work().temporary_rows += entries_.size();
    if (runtime_.failed()) return false;
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
    run_number_ = runtime_.run().number();
    return true;
  }

  bool is_key(int column) const { return std::find(columns_.begin(), columns_.end(), column) != columns_.end(); }

  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  storage::TreeCounters* counters_;
  std::unique_ptr<LoopCursor> source_;
  std::span<const bool> used_;
  planner::LookasideVector<planner::SeekColumn> seeks_;
  SeekValues values_;
  RowBuffer rows_;
  storage::Arena keys_;
  std::vector<Entry> entries_;
  std::vector<int> columns_;
  std::vector<storage::KeyColumn> key_columns_;
  std::vector<const Program*> filters_;
  std::string key_;
  std::uint64_t run_number_ = 0;
  std::size_t at_ = 0;
  bool is_done_ = true;
};

}  // namespace

std::unique_ptr<LoopCursor> make_automatic_index(const planner::Loop& loop, StreamBuilder& builder) {
  std::unique_ptr<LoopCursor> source;
  if (loop.item->kind != planner::ItemKind::kTable) {
    source = make_subquery_scan(loop, builder);
  } else if (is_schema_table(*loop.item->relation->def)) {
    source = make_schema_scan(loop, builder);
  } else {
    source = make_table_scan(loop, builder);
  }
  if (!source) return nullptr;
  return std::make_unique<AutomaticIndex>(loop, std::move(source), builder);
}

}  // namespace leftmost::engine
