#include "engine/exec/group_producer.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "engine/exec/expr_walk.h"
#include "engine/exec/schema_rows.h"
#include "engine/exec/sorter.h"
#include "engine/functions/expr_rules.h"

namespace leftmost::engine {
namespace {

using storage::Value;

// The columns of a SELECT's own items that are used outside its aggregates, kept as values of one row.
class BareColumns {
 public:
  BareColumns(const planner::Select& select, Runtime& runtime) {
    for (const planner::Item* item : select.items) {
      const std::size_t columns = item->used.size();
      items_.push_back(
          {&runtime.row(item->id), item->id, {}, std::vector<Value>(columns), Value::null(), false, {}});
    }
    const auto visit = [this](const planner::Expr& expr) { add(expr); };
    for (const planner::ResultColumn& column : select.columns) walk(column.expr, visit);
    for (const planner::OrderTerm& term : select.order_by) walk(term.expr, visit);
    walk(select.having, visit);
    std::size_t place = 0;
    for (PerItem& item : items_) {
      item.first = place;
      place += item.columns.size() + 1;  // and whether it is the all-NULL row
    }
    width_ = place;
    has_columns_ =
        std::any_of(items_.begin(), items_.end(), [](const PerItem& item) { return !item.columns.empty(); });
  }

  std::size_t width() const { return width_; }
  bool empty() const { return !has_columns_; }

  /// The current rows' values; bytes are copied to `bytes`.
  void save(std::span<Value> saved, storage::Arena& bytes) const {
    for (const PerItem& item : items_) {
      saved[item.first] = Value::boolean(item.row->is_null_row());
      for (std::size_t i = 0; i < item.columns.size(); ++i) {
        saved[item.first + 1 + i] = storage::copy_value(item.row->column(item.columns[i]), bytes);
      }
    }
  }
  /// Puts saved values in the place of the current rows; nothing saved (a group without rows): all NULL.
  void install(std::span<const Value> saved) {
    for (PerItem& item : items_) {
      if (!item.is_installed) item.position = item.row->position();
      item.is_installed = true;
      if (saved.empty() || saved[item.first].as_integer() != 0) {
        item.row->set_null();
        continue;
      }
      for (std::size_t i = 0; i < item.columns.size(); ++i) {
        const Value value = saved[item.first + 1 + i];
        if (item.columns[i] < 0) {
          item.rowid = value;
        } else {
          item.values[static_cast<std::size_t>(item.columns[i])] = value;
        }
      }
      item.row->set_values(item.values, item.rowid);
    }
  }
  /// Back to where the loops are.
  void uninstall() {
    for (PerItem& item : items_) {
      if (item.is_installed) item.row->restore(item.position);
      item.is_installed = false;
    }
  }

 private:
  struct PerItem {
    ItemRow* row;
    planner::ItemId id;
    std::vector<int> columns;
    std::vector<Value> values;
    Value rowid;
    bool is_installed;
    ItemRow::Position position;
    std::size_t first = 0;
  };

  void add(const planner::Expr& expr) {
    if (expr.kind != planner::ExprKind::kColumn) return;
    for (PerItem& item : items_) {
      if (item.id != expr.item) continue;
      if (expr.column >= 0 && static_cast<std::size_t>(expr.column) >= item.values.size()) {
        item.values.resize(static_cast<std::size_t>(expr.column) + 1);
      }
      if (std::find(item.columns.begin(), item.columns.end(), expr.column) == item.columns.end()) {
        item.columns.push_back(expr.column);
      }
    }
  }

  std::vector<PerItem> items_;
  std::size_t width_ = 0;
  bool has_columns_ = false;
};

struct Call {
  const Function* function = nullptr;
  std::vector<const Program*> arguments;
  const Program* filter = nullptr;
  bool distinct = false;
  bool is_min = false, is_max = false;
  bool is_extreme() const { return is_min || is_max; }
  storage::Collation collation = storage::Collation::kBinary;
};

class GroupProducer final : public RowProducer {
 public:
  GroupProducer(const planner::Select& select, std::unique_ptr<LoopNest> rows, StreamBuilder& builder)
      : select_(select),
        plan_(*select.plan),
        runtime_(builder.runtime()),
        rows_(std::move(rows)),
        bare_(select, runtime_) {
    for (const planner::OrderTerm& term : select.group_by) {
      key_programs_.push_back(builder.compile(*term.expr));
      key_columns_.push_back(sort_column(term));
    }
    for (const planner::AggregateCall& call : select.aggregates) add_call(call, builder);
    if (select.having != nullptr) having_ = builder.compile(*select.having);
    results_.resize(calls_.size());
    runtime_.set_aggregates(select, &results_);
  }

  void open() override {
    bare_.uninstall();
    clear_groups();
    rows_at_end_ = false;
    is_done_ = false;
    has_pending_ = false;
    next_group_ = 0;
    gathered_ = false;
    if (rows_) rows_->open();
  }

  bool next() override {
    bare_.uninstall();
    if (is_done_) return false;
    while (next_group()) {
      if (having_ == nullptr || test(*having_, runtime_.eval())) return !runtime_.failed();
      if (runtime_.failed()) break;
      bare_.uninstall();
      runtime_.run().results().reset();
    }
    is_done_ = true;
    return false;
  }

  void close() override {
    bare_.uninstall();
    if (rows_) rows_->close();
    clear_groups();
    is_done_ = true;
  }

 private:
  void add_call(const planner::AggregateCall& call, StreamBuilder& builder) {
    Call& made = calls_.emplace_back();
    made.function = &function_of(*call.function);
    for (const planner::Expr* argument : call.arguments) made.arguments.push_back(builder.compile(*argument));
    if (call.filter != nullptr) made.filter = builder.compile(*call.filter);
    made.distinct = call.distinct && !call.arguments.empty();
    made.collation = call_collation(call.arguments);
    made.is_min = call.function->role == planner::FunctionRole::kMin;
    made.is_max = call.function->role == planner::FunctionRole::kMax;
    has_extreme_ = has_extreme_ || made.is_extreme();
    has_unfiltered_extreme_ = has_unfiltered_extreme_ || (made.is_extreme() && made.filter == nullptr);
    arguments_.resize(std::max(arguments_.size(), call.arguments.size()));
  }

  struct Group {
    std::string_view key;
    std::vector<Value> bare;
    std::vector<std::optional<storage::OwnedValue>> extremes;  // per call, where it is min() or max()
    bool skips_load = false;  // what the last min() or max() said about its row
  };

  void clear_groups() {
    groups_.clear();
    states_.clear();
    keys_.clear();
    distinct_ = std::vector<KeyMap>(calls_.size());
    bare_bytes_.reset();
    order_.clear();
  }

  Group& add_group() {
    for (const Call& call : calls_) states_.emplace_back(*call.function);
    Group& group = groups_.emplace_back();
    group.extremes.resize(calls_.size());
    return group;
  }

  // One row into group `number`. The bare columns follow the last min() or max() that looked at the row. One
  // that did not, for its FILTER, leaves them as they are but for the first row of a group; and where no
  // GROUP BY is and another one looks at every row, or for its DISTINCT, what was said about the row before
  // holds for this one too.
  bool step(std::size_t number) {
    Group& group = groups_[number];
    const bool is_first = group.bare.empty();
    const bool minds_filter = !select_.group_by.empty() || !has_unfiltered_extreme_;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const Call& call = calls_[i];
      if (call.filter != nullptr && call.is_extreme() && minds_filter) group.skips_load = !is_first;
      if (call.filter != nullptr && !test(*call.filter, runtime_.eval())) {
        if (runtime_.failed()) return false;
        continue;
      }
      for (std::size_t a = 0; a < call.arguments.size(); ++a) {
        arguments_[a] = evaluate(*call.arguments[a], runtime_.eval());
      }
      if (runtime_.failed()) return false;
      const std::span<const Value> arguments(arguments_.data(), call.arguments.size());
      if (call.distinct && !is_first_of(i, number, arguments[0])) continue;
      if (call.is_extreme() && !bare_.empty())
        group.skips_load = !note_extreme(call, group.extremes[i], arguments[0]);
      CallContext context{runtime_.run(), call.collation};
      states_[number * calls_.size() + i].step(context, arguments);
      if (runtime_.failed()) return false;
    }
    const bool takes_row = has_extreme_ ? !group.skips_load : is_first;
    if (is_first) group.bare.resize(std::max<std::size_t>(bare_.width(), 1));
    if (is_first || takes_row) {
      // Of a group that only ever remembers one row at a time the old bytes go first.
      if (groups_.size() == 1 && !is_first && plan_.group == planner::GroupMode::kOneGroup)
        bare_bytes_.reset();
      bare_.save(group.bare, bare_bytes_);
    }
    return true;
  }

  bool is_first_of(std::size_t call, std::size_t group, Value value) {
    key_.clear();
    for (int byte = 0; byte < 4; ++byte) key_.push_back(static_cast<char>(group >> (8 * byte)));
    storage::append_key_column(key_, value, {calls_[call].collation, false, storage::Affinity::kBlob});
    const bool is_new = distinct_[call].add(key_).is_new;
    const planner::LookasideVector<bool>& ordered = plan_.aggregate_distinct_ordered;
    if (!(call < ordered.size() && ordered[call]))
      ++(is_new ? runtime_.work().temporary_rows : runtime_.work().repeated_rows);
    return is_new;
  }

  // Whether this is the row to remember.
  static bool note_extreme(const Call& call, std::optional<storage::OwnedValue>& extreme, Value value) {
    if (value.is_null()) return !extreme;
    if (extreme) {
      const int order = storage::compare(value, extreme->view(), call.collation);
      if (call.is_min ? order >= 0 : order <= 0) return false;
    }
    extreme.emplace(value);
    return true;
  }

  void encode_key() {
    key_.clear();
    for (std::size_t i = 0; i < key_programs_.size(); ++i) {
      append_sort_key(key_, evaluate(*key_programs_[i], runtime_.eval()), key_columns_[i]);
    }
  }

  // Results and bare columns of a finished group in place.
  void show(std::size_t number) {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      CallContext context{runtime_.run(), calls_[i].collation};
      results_[i] = states_[number * calls_.size() + i].finish(context);
    }
    const Group& group = groups_[number];
    bare_.install(group.bare);
  }

  bool next_row() {
    if (rows_at_end_) return false;
    if (rows_->next()) return true;
    rows_at_end_ = true;
    return false;
  }

  bool check_memory() {
    if ((++rows_seen_ & 0xfff) != 0) return true;
    std::uint64_t bytes =
        keys_.bytes_held() + bare_bytes_.bytes_held() + states_.size() * sizeof(AggregateState);
    for (const KeyMap& map : distinct_) bytes += map.bytes_held();
    return runtime_.check_limits(bytes);
  }

  bool next_group() {
    switch (plan_.group) {
      case planner::GroupMode::kByLoops:
        return next_group_by_loops();
      case planner::GroupMode::kSorted:
        return next_group_sorted();
      case planner::GroupMode::kNone:
      case planner::GroupMode::kOneGroup:
        break;
    }
    return one_group();
  }

  bool one_group() {
    if (next_group_ > 0) return false;
    next_group_ = 1;
    if (plan_.count_shortcut) return count_whole_table();
    add_group();
    const bool stops_early = plan_.min_max != planner::MinMaxMode::kNone && plan_.order_terms_by_loops > 0;
    while (next_row()) {
      if (!step(0) || !check_memory()) return false;
      if (stops_early && !rows_->skip_to_next_in_value()) break;
    }
    if (runtime_.failed()) return false;
    show(0);
    return true;
  }

  bool count_whole_table() {
    const storage::TableDef& table = *select_.items[0]->relation->def;
    ItemWork& work = runtime_.work_of(select_.items[0]->id);
    std::uint64_t count = 0;
    if (is_schema_table(table)) {
      RowBuffer rows(5);
      fill_schema_rows(runtime_.state().catalog, table.schema, rows);
      count = rows.size();
    } else {
      const planner::RelationIndex* index = plan_.count_index;
      const bool counts_index = index != nullptr && !index->def->is_table_itself;
      const storage::BTree* tree = runtime_.state().tree(counts_index ? index->def->id : table.id);
      count = tree == nullptr ? 0 : tree->size();
      work.index_entries += counts_index ? count : 0;
    }
    ++work.runs;
    work.rows_visited += count;
    work.rows_passed += count;
    results_.assign(results_.size(), Value::integer(static_cast<std::int64_t>(count)));
    bare_.install({});
    return true;
  }

  // The row that opens the next group has been read already when a group ends; it is stepped into the next
  // group before this one is shown.
  bool next_group_by_loops() {
    const std::size_t slot = next_group_++ % 2;
    const std::size_t other = 1 - slot;
    if (groups_.empty()) {
      add_group();
      add_group();
      if (!next_row()) return false;
      encode_key();
      group_key_ = key_;
      if (runtime_.failed() || !step(slot)) return false;
    } else if (!has_pending_) {
      return false;
    }
    has_pending_ = false;
    while (next_row()) {
      encode_key();
      if (runtime_.failed()) return false;
      if (key_ != group_key_) {
        group_key_ = key_;
        reset_group(other);
        if (!step(other)) return false;
        has_pending_ = true;
        break;
      }
      if (!step(slot) || !check_memory()) return false;
    }
    if (runtime_.failed()) return false;
    show(slot);
    return true;
  }

  void reset_group(std::size_t number) {
    for (std::size_t i = 0; i < calls_.size(); ++i) states_[number * calls_.size() + i].reset();
    Group& group = groups_[number];
    if (++groups_since_reset_ >= 1024 && !bare_.empty()) {
      // The bytes of groups that were shown long ago; those of the current one move along.
      groups_since_reset_ = 0;
      storage::Arena fresh;
      Group& current = groups_[1 - number];
      for (Value& value : current.bare) value = storage::copy_value(value, fresh);
      std::swap(fresh, bare_bytes_);
    }
    group.bare.clear();
    group.extremes.assign(calls_.size(), std::nullopt);
    group.skips_load = false;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (calls_[i].distinct) distinct_[i].clear();
    }
  }

  bool next_group_sorted() {
    if (!gathered_) {
      gathered_ = true;
      while (next_row()) {
        encode_key();
        if (runtime_.failed()) return false;
        ++runtime_.work().temporary_rows;
        ++runtime_.work().sorted_rows;
        const KeyMap::Result found = keys_.add(key_);
        if (found.is_new) add_group().key = found.key;
        if (!step(found.number) || !check_memory()) return false;
      }
      if (runtime_.failed()) return false;
      ++runtime_.work().sorts;
      for (std::size_t i = 0; i < groups_.size(); ++i) order_.push_back(i);
      std::sort(order_.begin(), order_.end(),
                [this](std::size_t a, std::size_t b) { return groups_[a].key < groups_[b].key; });
    }
    if (next_group_ >= order_.size()) return false;
    show(order_[next_group_++]);
    return true;
  }

  const planner::Select& select_;
  const planner::SelectPlan& plan_;
  Runtime& runtime_;
  std::unique_ptr<LoopNest> rows_;
  BareColumns bare_;
  std::vector<const Program*> key_programs_;
  std::vector<SortColumn> key_columns_;
  std::vector<Call> calls_;
  bool has_extreme_ = false;  // a min() or max()
  bool has_unfiltered_extreme_ = false;
  const Program* having_ = nullptr;
  std::vector<Value> results_;
  std::vector<Value> arguments_;

  std::deque<Group> groups_;
  std::deque<AggregateState> states_;  // per group, per call
  std::vector<KeyMap> distinct_;       // per call
  KeyMap keys_;
  storage::Arena bare_bytes_;
  std::vector<std::size_t> order_;
  std::string key_, group_key_;
  std::size_t next_group_ = 0;
  std::size_t groups_since_reset_ = 0;
  std::uint64_t rows_seen_ = 0;
  bool gathered_ = false;
  bool has_pending_ = false;
  bool rows_at_end_ = false;
  bool is_done_ = true;
};

}  // namespace

std::unique_ptr<RowProducer> make_group_producer(const planner::Select& select,
                                                 std::unique_ptr<LoopNest> rows, StreamBuilder& builder) {
  return std::make_unique<GroupProducer>(select, std::move(rows), builder);
}

}  // namespace leftmost::engine
