// Loops over what is no table: the rows of a FROM subquery (pulled as they are made, or kept in memory), the one row
// that a recursive CTE's step sees.
#include <algorithm>

#include "engine/exec/loop_cursor.h"
#include "engine/exec/row_buffer.h"
#include "engine/exec/stream_builder.h"

namespace leftmost::engine {
namespace {

using storage::Value;

// A co-routine: rows are pulled from the stream when they are wanted.
class CoroutineScan final : public LoopCursor {
 public:
  CoroutineScan(planner::ItemId item, std::unique_ptr<RowStream> stream, Runtime& runtime)
      : runtime_(runtime), row_(runtime.row(item)), work_(runtime.work_of(item)), stream_(std::move(stream)) {}

  void open() override { stream_->open(); }
  bool next() override {
    if (!runtime_.step() || !stream_->next()) return false;
    ++work_.rows_visited;
    row_.set_values(without_subtypes(stream_->row()));
    return true;
  }
  void close() override { stream_->close(); }

 private:
  // What comes out of a subquery in FROM is no JSON to functions any more.
  std::span<const Value> without_subtypes(std::span<const Value> row) {
    if (std::none_of(row.begin(), row.end(), [](Value value) { return value.subtype() != 0; })) return row;
    plain_.assign(row.begin(), row.end());
    for (Value& value : plain_) value = value.with_subtype(0);
    return plain_;
  }

  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  std::unique_ptr<RowStream> stream_;
  std::vector<Value> plain_;
};

class MaterializedScan final : public LoopCursor {
 public:
  MaterializedScan(planner::ItemId item, std::shared_ptr<Materialized> source, bool reverse, Runtime& runtime)
      : runtime_(runtime), row_(runtime.row(item)), work_(runtime.work_of(item)), source_(std::move(source)), reverse_(reverse) {}

  void open() override {
    rows_ = source_->rows();
    at_ = 0;
  }
  bool next() override {
    if (!runtime_.step() || rows_ == nullptr || at_ >= rows_->size()) return false;
    const std::size_t index = reverse_ ? rows_->size() - 1 - at_ : at_;
    ++work_.rows_visited;
    if (at_ > 0) ++work_.fullscan_steps;
    ++at_;
    row_.set_values(rows_->row(index), Value::integer(static_cast<std::int64_t>(index) + 1));
    return true;
  }
  void close() override {}

 private:
  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  std::shared_ptr<Materialized> source_;
  bool reverse_;
  const RowBuffer* rows_ = nullptr;
  std::size_t at_ = 0;
};

// The recursive step reads one row at a time; the stream of the CTE puts it into the item's row beforehand.
class CurrentRowScan final : public LoopCursor {
 public:
  CurrentRowScan(planner::ItemId item, Runtime& runtime) : work_(runtime.work_of(item)) {}
  void open() override { is_done_ = false; }
  bool next() override {
    if (is_done_) return false;
    is_done_ = true;
    ++work_.rows_visited;
    return true;
  }
  void close() override {}

 private:
  ItemWork& work_;
  bool is_done_ = true;
};

}  // namespace

Materialized::Materialized(std::unique_ptr<RowStream> stream, bool correlated, Runtime& runtime)
    : stream_(std::move(stream)),
      correlated_(correlated),
      runtime_(runtime),
      buffer_(std::make_unique<RowBuffer>(stream_->width())) {}

Materialized::~Materialized() = default;

void Materialized::outer_opened() {
  if (correlated_) run_number_ = 0;
}

const RowBuffer* Materialized::rows() {
  if (run_number_ == runtime_.run().number()) return buffer_.get();
  buffer_->clear();
  stream_->open();
  while (stream_->next()) {
    buffer_->add(stream_->row());
    ++runtime_.work().temporary_rows;
    if ((buffer_->size() & 0xfff) == 0 && !runtime_.check_limits(buffer_->bytes_held())) break;
  }
  stream_->close();
  if (runtime_.failed()) return nullptr;
  run_number_ = runtime_.run().number();
  return buffer_.get();
}

std::unique_ptr<LoopCursor> make_subquery_scan(const planner::Loop& loop, StreamBuilder& builder) {
  Runtime& runtime = builder.runtime();
  const planner::ItemId item = loop.item->id;
  if (loop.item->kind == planner::ItemKind::kRecursiveReference) {
    return std::make_unique<CurrentRowScan>(item, runtime);
  }
  if (auto shared = builder.materialized(item)) {
    return std::make_unique<MaterializedScan>(item, std::move(shared), loop.reverse, runtime);
  }
  if (auto stream = builder.take_coroutine(item)) {
    return std::make_unique<CoroutineScan>(item, std::move(stream), runtime);
  }
  builder.fail(Error{ErrorCode::kInternal, "a FROM subquery was not planned", std::nullopt, {}});
  return nullptr;
}

}  // namespace leftmost::engine
