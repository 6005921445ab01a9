// A recursive common table expression (https://www.sqlite.org/lang_with.html):
//
//   rows of the setup, a query of its own, go into a queue; as long as there is one, a row is taken out, handed
//   out, and put before the step arms as the whole contents of the recursive table; what they give goes into
//   the queue.
//
// UNION before the last step drops rows that were ever queued before. ORDER BY makes the queue a priority queue. LIMIT and OFFSET
// count rows as they are taken out.
#include <deque>
#include <map>

#include "engine/exec/key_map.h"
#include "engine/exec/limit.h"
#include "engine/exec/select_stream.h"
#include "engine/exec/sorter.h"
#include "engine/exec/stored_reals.h"
#include "engine/exec/typed_rows.h"
#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

using storage::Value;

const planner::Item* recursive_item(const planner::Select& arm) {
  for (const planner::Item* item : arm.items) {
    if (item->kind == planner::ItemKind::kRecursiveReference) return item;
  }
  return nullptr;
}

class RecursiveStream final : public RowStream {
 public:
  RecursiveStream(const planner::Select& last, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        limit_(last, builder),
        key_columns_(last.columns.size()),
        types_(last, false) {
    width_ = last.columns.size();
    std::vector<const planner::Select*> arms;
    for (const planner::Select* arm = &last; arm != nullptr; arm = arm->prior) arms.insert(arms.begin(), arm);
    for (const planner::Select* arm : arms) read_virtual_as_stored(*arm);
    is_distinct_ = last.op == planner::CompoundOp::kUnion;
    std::size_t first_step = arms.size();
    while (first_step > 1 && recursive_item(*arms[first_step - 1]) != nullptr) --first_step;
    for (std::size_t i = first_step; i < arms.size(); ++i) {
      items_.push_back(&runtime_.row(recursive_item(*arms[i])->id));
      step_.push_back(make_arm(*arms[i], builder));
    }
    const planner::Select& setup = *arms[first_step - 1];
    setup_ = setup.prior != nullptr ? make_compound_stream(setup, builder) : make_arm(setup, builder);
    std::vector<bool> has_collation(width_, false);
    for (const planner::Select* arm : arms) {
      for (std::size_t i = 0; i < width_ && i < arm->columns.size(); ++i) {
        const planner::Expr* expr = arm->columns[i].expr;
        const auto collation = expr == nullptr ? std::nullopt : planner::collation_of(expr);
        if (collation && !has_collation[i]) {
          key_columns_[i].collation = *collation;
          has_collation[i] = true;
        }
      }
    }
    for (const planner::OrderTerm& term : last.order_by) {
      if (term.result_column < 1) {
        builder.not_supported("ORDER BY of a recursive common table expression by an expression",
                              term.expr->span);
        continue;
      }
      SortColumn sort = sort_column(term);
      const auto column = static_cast<std::size_t>(term.result_column) - 1;
      if (!planner::has_explicit_collation(term.expr)) sort.key.collation = key_columns_[column].collation;
      order_.push_back({column, sort});
    }
  }

  void open() override {
    queue_.clear();
    sorted_queue_.clear();
    seen_.clear();
    is_done_ = !limit_.open(runtime_) || limit_.is_used_up();
    is_set_up_ = false;
    has_row_ = false;
  }

  bool next() override {
    if (is_done_ || runtime_.failed()) return false;
    if (!is_set_up_) {
      is_set_up_ = true;
      if (!enqueue_all(*setup_)) return stop();
    }
    for (;;) {
      if (has_row_) {
        has_row_ = false;
        for (ItemRow* item : items_) item->set_values(types_.apply(row_));
        for (const auto& arm : step_) {
          if (!enqueue_all(*arm)) return stop();
        }
      }
      if (limit_.is_used_up() || !dequeue()) return stop();
      has_row_ = true;
      row_ = values_;
      if (limit_.take()) return true;
      if (!runtime_.step()) return stop();
    }
  }

  void close() override {
    setup_->close();
    for (const auto& arm : step_) arm->close();
    open_nothing();
  }

 private:
  struct OrderKey {
    std::size_t column;
    SortColumn sort;
  };

  static std::unique_ptr<RowStream> make_arm(const planner::Select& arm, StreamBuilder& builder) {
    if (!arm.values_rows.empty()) return make_values_stream(arm, builder);
    if (arm.plan == nullptr) {
      builder.fail(
          Error{ErrorCode::kInternal, "an arm of a recursive query was not planned", std::nullopt, {}});
      return nullptr;
    }
    return std::make_unique<SelectStream>(arm, SelectStream::Use::kWithoutOrder, builder);
  }

  bool stop() {
    is_done_ = true;
    return false;
  }

  void open_nothing() {
    queue_.clear();
    sorted_queue_.clear();
    seen_.clear();
    is_done_ = true;
  }

  bool enqueue_all(RowStream& stream) {
    stream.open();
    while (stream.next()) {
      if (!runtime_.step()) return false;
      if (is_distinct_) {
        key_.clear();
        storage::append_key(key_, stream.row(), key_columns_);
        if (!seen_.add(key_).is_new) continue;
      }
      storage::Row row;
      row.reserve(width_);
      for (const Value& value : stream.row()) row.emplace_back(value.with_subtype(0));
      queued_bytes_ += 48 * width_ + 64;
      ++runtime_.work().temporary_rows;
      if ((++enqueued_ & 0xfff) == 0 && !runtime_.check_limits(queued_bytes_ + seen_.bytes_held()))
        return false;
      if (order_.empty()) {
        queue_.push_back(std::move(row));
      } else {
        key_.clear();
        for (const OrderKey& order : order_) append_sort_key(key_, row[order.column].view(), order.sort);
        sorted_queue_.emplace(key_, std::move(row));
      }
    }
    return !runtime_.failed();
  }

  bool dequeue() {
    if (order_.empty()) {
      if (queue_.empty()) return false;
      current_ = std::move(queue_.front());
      queue_.pop_front();
    } else {
      if (sorted_queue_.empty()) return false;
      current_ = std::move(sorted_queue_.begin()->second);
      sorted_queue_.erase(sorted_queue_.begin());
    }
    queued_bytes_ -= 48 * width_ + 64;
    values_.clear();
    for (const storage::OwnedValue& value : current_) values_.push_back(value.view());
    return true;
  }

  Runtime& runtime_;
  LimitCounter limit_;
  std::vector<storage::KeyColumn> key_columns_;
  ColumnTypes types_;  // for the steps
  std::unique_ptr<RowStream> setup_;
  std::vector<std::unique_ptr<RowStream>> step_;
  std::vector<ItemRow*> items_;
  std::vector<OrderKey> order_;
  bool is_distinct_ = false;
  std::deque<storage::Row> queue_;
  std::multimap<std::string, storage::Row> sorted_queue_;
  KeyMap seen_;
  std::string key_;
  storage::Row current_;
  std::vector<Value> values_;
  std::uint64_t queued_bytes_ = 0;
  std::uint64_t enqueued_ = 0;
  bool is_set_up_ = false;
  bool has_row_ = false;
  bool is_done_ = true;
};

}  // namespace

std::unique_ptr<RowStream> make_recursive_stream(const planner::Select& select, StreamBuilder& builder) {
  auto stream = std::make_unique<RecursiveStream>(select, builder);
  if (builder.error()) return nullptr;
  return stream;
}

}  // namespace leftmost::engine
