#include "engine/exec/select_stream.h"

#include <algorithm>

#include "engine/exec/group_producer.h"
#include "engine/exec/row_buffer.h"
#include "engine/exec/stored_reals.h"
#include "engine/exec/typed_rows.h"
#include "engine/exec/window_producer.h"
#include "planner/comparison.h"

namespace leftmost::engine {

using planner::DistinctMode;
using planner::GroupMode;
using planner::OrderMode;
using storage::Value;

SelectStream::SelectStream(const planner::Select& select, Use use, StreamBuilder& builder)
    : select_(select), plan_(*select.plan), runtime_(builder.runtime()) {
  const bool is_whole = use != Use::kWithoutOrder;
  const bool is_stored = builder.is_stored(select);
  if (is_whole) limit_ = LimitCounter(select, builder);
  build_from(builder);

  const bool is_grouped =
      plan_.group != GroupMode::kNone && !(plan_.distinct_as_group_by && select.group_by.empty());
  std::unique_ptr<LoopNest> loops;
  if (!plan_.count_shortcut) loops = std::make_unique<LoopNest>(plan_, builder);
  if (is_grouped || select.is_aggregate || plan_.count_shortcut) {
    producer_ = make_group_producer(select, std::move(loops), builder);
  } else if (select.window_pass != nullptr) {
    producer_ = make_window_producer(*select.window_pass, std::move(loops), builder);
  } else {
    if (plan_.inner_loop_orders) ordered_loops_ = loops.get();
    producer_ = std::move(loops);
  }

  if (use == Use::kOnlyWhetherRows) return;
  const bool is_sorted = plan_.order == OrderMode::kSort || plan_.order == OrderMode::kSortRightPart;
  if (is_sorted && !is_grouped && !select.is_aggregate) read_virtual_as_stored(select);
  columns_.reserve(select.columns.size());
  for (const planner::ResultColumn& column : select.columns)
    columns_.push_back(builder.compile(*column.expr));
  values_.resize(columns_.size());
  width_ = columns_.size();
  sorter_ = Sorter(width_);

  distinct_ = plan_.distinct;
  bool wants_sort = plan_.order == OrderMode::kSort || plan_.order == OrderMode::kSortRightPart;
  if (plan_.distinct_as_group_by && !is_grouped) {
    distinct_ = DistinctMode::kTempBTree;
    wants_sort = plan_.group == GroupMode::kSorted;
  }
  if (distinct_ != DistinctMode::kNone) {
    distinct_columns_.reserve(select.columns.size());
    for (const planner::ResultColumn& column : select.columns) {
      distinct_columns_.push_back({planner::collation_of(column.expr).value_or(storage::Collation::kBinary),
                                   false, storage::Affinity::kBlob});
    }
  }
  const std::span<const planner::OrderTerm> order = is_whole                  ? select.order_by
                                                    : plan_.arm_order.empty() ? plan_.merge_order
                                                                              : plan_.arm_order;
  sorts_ = wants_sort && !order.empty();
  if (sorts_ && plan_.order == OrderMode::kSortRightPart) {
    block_terms_ = static_cast<std::size_t>(std::max(plan_.order_terms_by_loops, 0));
    next_sorter_ = Sorter(width_);
  }
  refuses_early_ = sorts_ && block_terms_ == 0 && distinct_ == DistinctMode::kNone;
  for (const planner::ResultColumn& column : select.columns) {
    refuses_early_ = refuses_early_ && column.expr->kind == planner::ExprKind::kColumn;
  }
  if (sorts_) {
    for (const planner::OrderTerm& term : order) {
      const bool is_column =
          term.result_column > 0 && static_cast<std::size_t>(term.result_column) <= columns_.size();
      // SQLite's sorter keeps a column that is sorted by in the key alone. A window call and its copy in
      // ORDER BY belong to different passes, which may see the rows in different orders.
      if (is_column && select.window_pass != nullptr && distinct_ == DistinctMode::kNone && !is_stored &&
          order_.size() >= block_terms_) {
        columns_[static_cast<std::size_t>(term.result_column) - 1] = builder.compile(*term.expr);
      }
      order_.push_back({is_column ? nullptr : builder.compile(*term.expr),
                        is_column ? static_cast<std::size_t>(term.result_column) - 1 : 0, sort_column(term)});
    }
  }
}

void SelectStream::build_from(StreamBuilder& builder) {
  for (const planner::FromSubquery& subquery : plan_.subqueries) {
    const planner::ItemId id = subquery.item->id;
    switch (subquery.use) {
      case planner::SubqueryUse::kCoroutine:
        builder.add_coroutine(
            id, with_column_types(builder.build(*subquery.item->subquery), *subquery.item, false));
        break;
      case planner::SubqueryUse::kMaterialize: {
        std::unique_ptr<RowStream> stream =
            with_column_types(builder.build_stored(*subquery.item->subquery), *subquery.item, true);
        if (!stream) return;
        auto rows = std::make_shared<Materialized>(std::move(stream), subquery.item->subquery->is_correlated,
                                                   runtime_);
        materialized_.push_back(rows);
        builder.add_materialized(id, std::move(rows));
        break;
      }
      case planner::SubqueryUse::kReuse:
        builder.add_materialized(id, builder.materialized(subquery.reused));
        break;
    }
  }
}

void SelectStream::open() {
  is_done_ = false;
  is_sorted_ = false;
  sorted_at_ = 0;
  has_distinct_last_ = false;
  distinct_seen_.clear();
  for (const auto& rows : materialized_) rows->outer_opened();
  if (!limit_.open(runtime_)) {
    is_done_ = true;
    return;
  }
  if (limit_.is_used_up()) {
    is_done_ = true;
    return;
  }
  is_last_block_ = false;
  has_block_key_ = false;
  has_next_block_ = false;
  rows_sorted_ = 0;
  rows_wanted_ = limit_.rows_wanted() ? limit_.rows_wanted() : rows_max_;
  if (sorts_) sorter_.reset(rows_still_wanted(), ordered_loops_ != nullptr);
  producer_->open();
}

void SelectStream::close() {
  producer_->close();
  distinct_seen_.clear();
  sorter_.reset(std::nullopt);
  next_sorter_.reset(std::nullopt);
  is_done_ = true;
}

bool SelectStream::is_distinct() {
  if (distinct_ == DistinctMode::kNone || distinct_ == DistinctMode::kUnique) return true;
  key_.clear();
  storage::append_key(key_, values_, distinct_columns_);
  if (distinct_ == DistinctMode::kTempBTree) {
    const bool is_new = distinct_seen_.add(key_).is_new;
    ++(is_new ? runtime_.work().temporary_rows : runtime_.work().repeated_rows);
    if (is_new && (distinct_seen_.size() & 0xfff) == 0) runtime_.check_limits(distinct_seen_.bytes_held());
    return is_new;
  }
  if (has_distinct_last_ && key_ == distinct_last_) return false;
  has_distinct_last_ = true;
  distinct_last_ = key_;
  return true;
}

// With a limit most rows of a sort are refused by their key alone; where the result columns are plain columns
// they are then not even read.
bool SelectStream::is_refused_by_key() {
  if (!refuses_early_ || !sorter_.is_full()) return false;
  key_.clear();
  for (const OrderKey& order : order_) {
    const Program& program = order.program == nullptr ? *columns_[order.result_column] : *order.program;
    append_sort_key(key_, evaluate(program, runtime_.eval()), order.column);
  }
  return !sorter_.wants(key_);
}

bool SelectStream::next_row() {
  for (;;) {
    runtime_.run().results().reset();
    if (!producer_->next()) return false;
    if (is_refused_by_key()) {
      if (ordered_loops_ != nullptr) ordered_loops_->end_innermost_search();
      ++rows_sorted_;
      ++runtime_.work().temporary_rows;
      ++runtime_.work().sorted_rows;
      continue;
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) values_[i] = evaluate(*columns_[i], runtime_.eval());
    if (runtime_.failed()) return false;
    if (is_distinct()) return !runtime_.failed();
  }
}

std::optional<std::uint64_t> SelectStream::rows_still_wanted() const {
  if (!rows_wanted_) return std::nullopt;
  return *rows_wanted_ - std::min(*rows_wanted_, rows_sorted_);
}

bool SelectStream::begins_block() {
  if (block_terms_ == 0) return false;
  std::string& key = key_;
  key.clear();
  for (std::size_t i = 0; i < block_terms_ && i < order_.size(); ++i) {
    const OrderKey& order = order_[i];
    append_sort_key(
        key,
        order.program == nullptr ? values_[order.result_column] : evaluate(*order.program, runtime_.eval()),
        order.column);
  }
  const bool begins = has_block_key_ && key != block_key_;
  has_block_key_ = true;
  std::swap(block_key_, key);
  return begins;
}

// The current row, with its sort key.
bool SelectStream::add_to_sorter() {
  key_.clear();
  for (const OrderKey& order : order_) {
    const Value value =
        order.program == nullptr ? values_[order.result_column] : evaluate(*order.program, runtime_.eval());
    append_sort_key(key_, value, order.column);
  }
  if (runtime_.failed()) return false;
  if (ordered_loops_ != nullptr && !sorter_.wants(key_)) ordered_loops_->end_innermost_search();
  sorter_.add(key_, values_);
  ++rows_sorted_;
  ++runtime_.work().temporary_rows;
  ++runtime_.work().sorted_rows;
  return (sorter_.size() & 0xfff) != 0 || runtime_.check_limits(sorter_.bytes_held());
}

// The rows up to the end of a block, or all.
bool SelectStream::fill_sorter() {
  sorted_at_ = 0;
  is_last_block_ = true;
  if (has_next_block_) std::swap(sorter_, next_sorter_);
  has_next_block_ = false;
  while (next_row()) {
    const bool ends_block = begins_block();
    if (runtime_.failed()) return false;
    if (!ends_block) {
      if (!add_to_sorter()) return false;
      continue;
    }
    // When the blocks so far are enough, this row was the last one looked at.
    const auto wanted = rows_still_wanted();
    if (wanted && *wanted == 0) break;
    next_sorter_.reset(wanted);
    std::swap(sorter_, next_sorter_);
    const bool added = add_to_sorter();
    std::swap(sorter_, next_sorter_);
    if (!added) return false;
    has_next_block_ = true;
    is_last_block_ = false;
    break;
  }
  if (runtime_.failed()) return false;
  sorter_.sort();
  ++runtime_.work().sorts;
  is_sorted_ = true;
  return true;
}

bool SelectStream::next() {
  if (is_done_ || runtime_.failed()) return false;
  ResultsScope scope(runtime_.run(), results_);
  while (!limit_.is_used_up()) {
    if (sorts_) {
      if (!is_sorted_ && !fill_sorter()) break;
      if (sorted_at_ >= sorter_.size()) {
        if (is_last_block_) break;
        is_sorted_ = false;
        continue;
      }
      row_ = sorter_.row(sorted_at_++);
    } else {
      if (!next_row()) break;
      row_ = values_;
    }
    if (limit_.take()) return true;
  }
  is_done_ = true;
  return false;
}

std::unique_ptr<RowStream> make_select_stream(const planner::Select& select, StreamBuilder& builder) {
  return std::make_unique<SelectStream>(select, SelectStream::Use::kWhole, builder);
}

}  // namespace leftmost::engine
