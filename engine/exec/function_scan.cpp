// The rows of a table function: called anew for every opening of its loop, and for every value of an IN among
// its arguments. SQLite counts no full-scan steps here.
#include "engine/exec/loop_cursor.h"
#include "engine/exec/seek_values.h"
#include "engine/exec/stream_builder.h"
#include "engine/functions/table_function.h"

namespace leftmost::engine {
namespace {

using storage::Value;

class FunctionScan final : public LoopCursor {
 public:
  FunctionScan(const planner::Loop& loop, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        row_(runtime_.row(loop.item->id)),
        work_(runtime_.work_of(loop.item->id)),
        access_(loop.function_access),
        arguments_(loop.equalities, {}, false, builder),
        rows_(static_cast<const TableFunction&>(*loop.item->function).make_rows()),
        used_(loop.item->used.begin(), loop.item->used.end()),
        values_(used_.size()) {
    // Conditions on what the call did not take are tested on the rows.
    for (std::size_t i = static_cast<std::size_t>(loop.item->function->first_argument()); i < used_.size();
         ++i)
      used_[i] = true;
  }

  void open() override {
    is_open_ = arguments_.open(runtime_);
    if (is_open_) call();
  }

  bool next() override {
    while (is_open_ && runtime_.step()) {
      if (rows_->next()) return show_row();
      is_open_ = arguments_.has_in() && arguments_.next();
      if (is_open_) call();
    }
    return false;
  }

  void close() override { is_open_ = false; }

 private:
  void call() {
    rows_->start(access_, arguments_.values(), runtime_.run());
    runtime_.check_limits(rows_->bytes_held());
  }

  bool show_row() {
    ++work_.rows_visited;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (used_[i]) values_[i] = rows_->column(static_cast<int>(i), runtime_.run());
    }
    row_.set_values(values_, Value::integer(rows_->rowid()));
    return !runtime_.failed();
  }

  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  int access_;
  SeekValues arguments_;
  std::unique_ptr<FunctionRows> rows_;
  std::vector<bool> used_;
  std::vector<Value> values_;
  bool is_open_ = false;
};

}  // namespace

std::unique_ptr<LoopCursor> make_function_scan(const planner::Loop& loop, StreamBuilder& builder) {
  return std::make_unique<FunctionScan>(loop, builder);
}

}  // namespace leftmost::engine
