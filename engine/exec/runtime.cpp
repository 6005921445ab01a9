#include "engine/exec/runtime.h"

#include "engine/functions/expr_rules.h"
#include "planner/plan.h"

namespace leftmost::engine {

using planner::Expr;
using planner::ExprKind;
using storage::Value;

std::vector<InSet::Field> in_set_fields(const Expr& in) {
  std::vector<InSet::Field> fields;
  const int width = row_width(*in.left);
  for (int field = 0; field < width; ++field)
    fields.push_back({in_affinity(in, field), in_collation(in, field)});
  return fields;
}

Runtime::Runtime(Environment& environment, const ConnectionCounters& counters)
    : run_(environment, counters), eval_{run_, *this, {}}, self_(run_) {}

void Runtime::start(const storage::DatabaseState& state, const Limits& limits,
                    std::span<const Value> parameters) {
  run_.start();
  run_.limit_memory(static_cast<std::size_t>(limits.memory_bytes));
  eval_.parameters = parameters;
  state_ = &state;
  limits_.memory_bytes = limits.memory_bytes;
  limits_.interrupt = limits.interrupt;
  work_ = Work{};
  program_work_ = Work{};
  steps_ = 0;
  const auto reset = [](Place& place) {
    place.work = ItemWork{};
    place.tree_counters = storage::TreeCounters{};
  };
  reset(self_);
  for (const auto& place : places_) {
    reset(*place);
    place->row.set_null();
  }
}

void Runtime::settle_work() {
  ItemWork sum;
  const auto settle = [&sum](Place& place) -> const ItemWork& {
    ItemWork& work = place.work;
    work.seeks = place.tree_counters.seeks;
    work.pages_read = place.tree_counters.pages;
    sum.rows_visited += work.rows_visited;
    sum.index_entries += work.index_entries;
    sum.table_lookups += work.table_lookups;
    sum.seeks += work.seeks;
    sum.pages_read += work.pages_read;
    sum.fullscan_steps += work.fullscan_steps;
    sum.automatic_index_rows += work.automatic_index_rows;
    return work;
  };
  work_.items.clear();
  for (const auto& place : places_) work_.items.push_back(settle(*place));
  settle(self_);
  work_.rows_visited = sum.rows_visited + program_work_.rows_visited;
  work_.index_entries = sum.index_entries + program_work_.index_entries;
  work_.table_lookups = sum.table_lookups + program_work_.table_lookups;
  work_.seeks = sum.seeks + program_work_.seeks;
  work_.pages_read = sum.pages_read + program_work_.pages_read;
  work_.fullscan_steps = sum.fullscan_steps + program_work_.fullscan_steps;
  work_.automatic_index_rows = sum.automatic_index_rows + program_work_.automatic_index_rows;
}

void Runtime::add_program_work(const Work& work) {
  program_work_.rows_visited += work.rows_visited;
  program_work_.index_entries += work.index_entries;
  program_work_.table_lookups += work.table_lookups;
  program_work_.seeks += work.seeks;
  program_work_.pages_read += work.pages_read;
  program_work_.fullscan_steps += work.fullscan_steps;
  program_work_.automatic_index_rows += work.automatic_index_rows;
  work_.sorts += work.sorts;
  work_.temporary_rows += work.temporary_rows;
  work_.sorted_rows += work.sorted_rows;
  work_.repeated_rows += work.repeated_rows;
}

bool Runtime::check_limits(std::uint64_t bytes) {
  if (limits_.interrupt != nullptr && limits_.interrupt->load(std::memory_order_relaxed)) {
    run_.fail(ErrorCode::kInterrupt, "interrupted");
  } else if (bytes > limits_.memory_bytes || run_.results().bytes_held() > limits_.memory_bytes) {
    run_.fail(ErrorCode::kNoMemory, "out of memory");
  }
  return !run_.failed();
}

void Runtime::add_places(std::size_t count) {
  places_.reserve(count);
  while (places_.size() < count) places_.push_back(std::make_unique<Place>(run_));
}

Runtime::Place& Runtime::place_of(planner::ItemId item) {
  if (item < 0) return self_;
  const auto at = static_cast<std::size_t>(item);
  if (at >= places_.size()) add_places(at + 1);
  return *places_[at];
}

void Runtime::set_relation(planner::ItemId item, const planner::Relation& relation, storage::Arena& arena) {
  Place& place = place_of(item);
  if (!relation.def->has_generated(storage::GeneratedKind::kVirtual)) return;
  if (place.virtual_columns != nullptr && &place.virtual_columns->relation() == &relation) return;
  place.virtual_columns = std::make_unique<VirtualColumns>(relation, place.row, run_, arena);
  place.row.connect(place.virtual_columns.get());
}

void Runtime::add_subquery(const Expr& node, const planner::Select& select,
                           std::unique_ptr<RowStream> stream) {
  auto subquery = std::make_shared<Subquery>();
  subquery->stream = std::move(stream);
  subquery->correlated = node.select->is_correlated;
  subqueries_[&node] = std::move(subquery);
  first_calls_.try_emplace(&select, &node);
}

bool Runtime::share_subquery(const Expr& node, const planner::Select& select) {
  const auto first = first_calls_.find(&select);
  if (first == first_calls_.end() || first->second->kind != node.kind) return false;
  const std::shared_ptr<Subquery>& known = subqueries_[first->second];
  if (node.kind != ExprKind::kIn || in_set_fields(node) == in_set_fields(*first->second)) {
    subqueries_[&node] = known;
    return true;
  }
  auto subquery = std::make_shared<Subquery>();  // this IN wants a set of its own
  subquery->stream = known->stream;
  subquery->correlated = known->correlated;
  subqueries_[&node] = std::move(subquery);
  return true;
}

void Runtime::set_aggregates(const planner::Select& owner, const std::vector<Value>* values) {
  for (Aggregates& aggregates : aggregates_) {
    if (aggregates.owner == &owner) {
      aggregates.values = values;
      return;
    }
  }
  aggregates_.push_back({&owner, values});
}

void Runtime::close_subqueries() {
  for (auto& [node, subquery] : subqueries_) subquery->stream->close();
}

Value Runtime::column(const Expr& column) { return row(column.item).column(column.column); }

bool Runtime::is_null_row(planner::ItemId item) { return row(item).is_null_row(); }

Value Runtime::aggregate(const Expr& aggregate) {
  for (const Aggregates& aggregates : aggregates_) {
    if (aggregates.owner != aggregate.owner || aggregates.values == nullptr) continue;
    const auto slot = static_cast<std::size_t>(aggregate.slot);
    return slot < aggregates.values->size() ? (*aggregates.values)[slot] : Value::null();
  }
  return Value::null();
}

// The subquery with its first row fetched; null after an error.
Runtime::Subquery* Runtime::first_row(const Expr& node) {
  const auto found = subqueries_.find(&node);
  if (found == subqueries_.end()) {
    run_.fail(ErrorCode::kInternal, "a subquery was not prepared");
    return nullptr;
  }
  Subquery& subquery = *found->second;
  if (!subquery.correlated && subquery.run_number == run_.number()) return &subquery;
  RowStream& stream = *subquery.stream;
  stream.open();
  subquery.has_row = stream.next();
  if (failed()) return nullptr;
  subquery.row.clear();
  if (subquery.has_row && node.kind != ExprKind::kExists) {
    for (const Value& value : stream.row()) subquery.row.emplace_back(value);
  }
  stream.close();
  subquery.run_number = run_.number();
  return &subquery;
}

Value Runtime::scalar_subquery(const Expr& node) {
  const Subquery* subquery = first_row(node);
  if (subquery == nullptr || !subquery->has_row || subquery->row.empty()) return Value::null();
  const Value value = subquery->row[0].view();
  // A correlated subquery's row is overwritten when it runs again, maybe within the same expression.
  return subquery->correlated ? storage::copy_value(value, run_.results()) : value;
}

void Runtime::row_subquery(const Expr& node, std::span<Value> row) {
  const Subquery* subquery = first_row(node);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool is_there = subquery != nullptr && subquery->has_row && i < subquery->row.size();
    row[i] = is_there ? storage::copy_value(subquery->row[i].view(), run_.results()) : Value::null();
  }
}

bool Runtime::exists(const Expr& node) {
  const Subquery* subquery = first_row(node);
  return subquery != nullptr && subquery->has_row;
}

// The table whose index or rowids SQLite asks instead of making a list; null where it makes one.
Runtime::Place* Runtime::looked_up(const Expr& in) {
  const planner::SelectPlan* plan = in.select->plan;
  if (plan == nullptr || plan->in_lookup == planner::InLookup::kList || in.select->items.size() != 1)
    return nullptr;
  return &place_of(in.select->items[0]->id);
}

const InSet* Runtime::in_set(const Expr& in) {
  const auto found = subqueries_.find(&in);
  if (found == subqueries_.end()) {
    run_.fail(ErrorCode::kInternal, "a subquery was not prepared");
    return nullptr;
  }
  Subquery& subquery = *found->second;
  if (!subquery.correlated && subquery.run_number == run_.number()) return subquery.set.get();
  subquery.set = std::make_unique<InSet>(in_set_fields(in));
  RowStream& stream = *subquery.stream;
  Place* const table = looked_up(in);
  const std::uint64_t fullscan_steps = table == nullptr ? 0 : table->work.fullscan_steps;
  stream.open();
  while (stream.next()) {
    subquery.set->add(stream.row());
    if (table == nullptr) ++work_.temporary_rows;
    if (!step()) return nullptr;
  }
  stream.close();
  if (table != nullptr) table->work.fullscan_steps = fullscan_steps;  // no scan of a statement's own
  if (!check_limits(subquery.set->bytes_held())) return nullptr;
  subquery.set->seal();
  subquery.run_number = run_.number();
  return subquery.set.get();
}

Value Runtime::in_select(const Expr& in, std::span<const Value> left) {
  Place* const table = looked_up(in);
  if (table == nullptr) {
    const InSet* set = in_set(in);
    return set == nullptr ? Value::null() : set->contains(left, run_.results());
  }
  // The set stands for the tree that is there: making it is no work, asking it is a search.
  const ItemWork work = table->work;
  const storage::TreeCounters tree_counters = table->tree_counters;
  const InSet* set = in_set(in);
  table->work = work;
  table->tree_counters = tree_counters;
  ++table->tree_counters.seeks;
  if (set == nullptr) return Value::null();
  const Value found = set->contains(left, run_.results());
  if (found.is_integer() && found.as_integer() != 0) ++table->work.rows_visited;
  return found;
}

}  // namespace leftmost::engine
