// Aggregate queries: GROUP BY, one group, count(*) of a table, a lone min or max (sections 6.7, 6.9 and 7.6
// of docs/planner.md).

#include <algorithm>
#include <functional>

#include "planner/coder.h"
#include "planner/comparison.h"

namespace leftmost::planner {

using storage::LogEst;

namespace {

/// The only aggregate of the query is agg(DISTINCT x): its x.
Expr* lone_distinct_argument(const Select& select) {
  if (select.aggregates.size() != 1) return nullptr;
  const AggregateCall& call = select.aggregates.front();
  return call.distinct && call.arguments.size() == 1 ? call.arguments.front() : nullptr;
}

/// A column outside the arguments of aggregates: its value comes from some row of the group.
bool mentions_bare_column(const Expr* expr, std::span<Item* const> items) {
  if (expr == nullptr || expr->kind == ExprKind::kAggregate) return false;
  bool found = false;
  for (const Item* item : items) found = found || mentions_item(expr, item->id);
  return found;
}

bool has_bare_columns(Select* select) {
  bool found = false;
  const auto look = [&](const Expr* expr) { found = found || mentions_bare_column(expr, select->items); };
  for (const ResultColumn& column : select->columns) look(column.expr);
  for (const OrderTerm& term : select->order_by) look(term.expr);
  look(select->having);
  return found;
}

}  // namespace

namespace {

void visit_aggregates(Expr* expr, const Select* owner, const std::function<void(Expr*)>& visit) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kAggregate && expr->owner == owner) visit(expr);
  for_each_child(expr, [&](Expr* child) { visit_aggregates(child, owner, visit); });
  if (expr->select != nullptr) {
    for_each_expr_of_select(expr->select, [&](Expr* part) { visit_aggregates(part, owner, visit); });
  }
}

}  // namespace

void drop_unmentioned_aggregates(Select& select, const Select* owner, storage::Arena& arena) {
  if (select.aggregates.empty()) return;
  std::vector<Expr*> mentions;
  const auto note = [&](Expr* expr) { mentions.push_back(expr); };
  for (ResultColumn& column : select.columns) visit_aggregates(column.expr, owner, note);
  for (OrderTerm& term : select.order_by) visit_aggregates(term.expr, owner, note);
  visit_aggregates(select.having, owner, note);
  std::sort(mentions.begin(), mentions.end());  // an expression may stand in two places
  mentions.erase(std::unique(mentions.begin(), mentions.end()), mentions.end());
  std::vector<bool> is_kept(select.aggregates.size(), false);
  for (const Expr* expr : mentions) is_kept[static_cast<std::size_t>(expr->slot)] = true;
  std::vector<int> slots;
  std::vector<AggregateCall> kept;
  for (std::size_t i = 0; i < is_kept.size(); ++i) {
    slots.push_back(static_cast<int>(kept.size()));
    if (is_kept[i]) kept.push_back(select.aggregates[i]);
  }
  for (Expr* expr : mentions) {
    expr->slot = slots[static_cast<std::size_t>(expr->slot)];
    expr->owner = &select;
  }
  select.aggregates = arena.copy_span(kept);
}

namespace {

bool has_subquery(const AggregateCall& call) {
  return contains_subquery(call.filter) ||
         std::any_of(call.arguments.begin(), call.arguments.end(), contains_subquery);
}

/// A call with a subquery inside is like no other, so every mention of it is computed by itself: those that a
/// flattened subquery or a pushed-down term brought, too.
void separate_subquery_aggregates(Select& select, storage::Arena& arena) {
  const std::span<const AggregateCall> calls = select.aggregates;
  if (std::none_of(calls.begin(), calls.end(), has_subquery)) return;
  std::vector<Expr*> mentions;  // in the order in which SQLite meets them
  const auto note = [&](Expr* expr) {
    if (std::find(mentions.begin(), mentions.end(), expr) == mentions.end()) mentions.push_back(expr);
  };
  for (ResultColumn& column : select.columns) visit_aggregates(column.expr, &select, note);
  for (OrderTerm& term : select.order_by) visit_aggregates(term.expr, &select, note);
  visit_aggregates(select.having, &select, note);
  std::vector<AggregateCall> separate;
  std::vector<int> slots(calls.size(), -1);
  for (Expr* mention : mentions) {
    const auto slot = static_cast<std::size_t>(mention->slot);
    const bool is_first = slots[slot] < 0;
    if (is_first || has_subquery(calls[slot])) {
      slots[slot] = static_cast<int>(separate.size());
      AggregateCall& call = separate.emplace_back(calls[slot]);
      if (!is_first) {
        call.arguments = arena.copy_span(std::span<Expr* const>(call.arguments));
        for (Expr*& argument : call.arguments) argument = clone(argument, arena);
        call.filter = clone(call.filter, arena);
      }
    }
    mention->slot = slots[slot];
  }
  select.aggregates = arena.copy_span(separate);
}

}  // namespace

namespace {

bool has_item(std::span<Item* const> items, ItemId id) {
  return std::any_of(items.begin(), items.end(), [&](const Item* item) { return item->id == id; });
}

/// What an aggregate query keeps of its rows for the expression: its columns and what stands for a column of
/// a merged outer join, in subqueries too. Aggregates look at the rows themselves.
void keep_of_group(Expr* expr, Select& owner, std::vector<const Expr*>& merged, bool in_subquery) {
  if (expr == nullptr || (expr->kind == ExprKind::kAggregate && expr->owner == &owner)) return;
  if (expr->kind == ExprKind::kIfNullRow && has_item(owner.items, expr->item)) {
    merged.push_back(expr);
    return;
  }
  if (expr->kind == ExprKind::kColumn && in_subquery && has_item(owner.items, expr->item))
    expr->owner = &owner;
  for_each_child(expr, [&](Expr* child) { keep_of_group(child, owner, merged, in_subquery); });
  if (expr->select != nullptr) {
    for_each_expr_of_select(expr->select, [&](Expr* part) { keep_of_group(part, owner, merged, true); });
  }
}

/// What stands for a column of a merged outer join of `select` in the arguments and filters of its
/// aggregates.
std::vector<const Expr*> merged_in_arguments(const Select& select) {
  std::vector<const Expr*> merged;
  const auto collect = [&](const Expr* expr, const auto& self) -> void {
    if (expr == nullptr) return;
    if (expr->kind == ExprKind::kIfNullRow && has_item(select.items, expr->item)) {
      merged.push_back(expr);
      return;
    }
    for_each_child(expr, [&](const Expr* child) { self(child, self); });
    if (expr->select != nullptr)
      for_each_expr_of_select(expr->select, [&](const Expr* part) { self(part, self); });
  };
  for (const AggregateCall& call : select.aggregates) {
    for (const Expr* argument : call.arguments) collect(argument, collect);
    collect(call.filter, collect);
  }
  return merged;
}

}  // namespace

std::vector<const Expr*> Coder::take_up_in_group(Select& select) {
  std::vector<const Expr*> merged;
  for (const ResultColumn& column : select.columns) keep_of_group(column.expr, select, merged, false);
  for (const OrderTerm& term : select.order_by) keep_of_group(term.expr, select, merged, false);
  keep_of_group(select.having, select, merged, false);
  // Aggregates look at the rows themselves, yet in their subqueries a column is a value as well.
  std::vector<const Expr*> in_arguments;
  for (const AggregateCall& call : select.aggregates) {
    for (Expr* argument : call.arguments) keep_of_group(argument, select, in_arguments, false);
    keep_of_group(call.filter, select, in_arguments, false);
  }
  return merged;
}

void Coder::code_for_group(const std::vector<const Expr*>& parts) {
  for (const Expr* part : parts) code_expr(part);
  kept_of_group_.insert(parts.begin(), parts.end());
}

LogEst Coder::code_aggregate(Select* select, SelectPlan& plan, Destination destination) {
  separate_subquery_aggregates(*select, context_.arena);
  const LimitEstimate limit = code_limit(select, destination);
  plan.aggregate_distinct_ordered.assign(select->aggregates.size(), false);
  if (select->group_by.empty()) {
    plan.group = GroupMode::kOneGroup;
    plan.rows_estimated = 0;
    code_one_group(select, plan, destination);
    if (select->distinct) {  // one row is distinct, but SQLite does not look
      plan.distinct = DistinctMode::kTempBTree;
      add_sort_steps(plan);
    }
    return 0;
  }
  constexpr LogEst kGroupsMax = 66;  // 100 groups
  plan.rows_estimated = std::min(limit.rows, kGroupsMax);
  code_grouped(select, plan, destination);
  return plan.rows_estimated;
}

void Coder::code_grouped(Select* select, SelectPlan& plan, Destination destination) {
  bool order_is_group = false;
  if (!select->order_by.empty() && select->order_by.size() == select->group_by.size()) {
    for (std::size_t i = 0; i < select->group_by.size(); ++i) {
      select->group_by[i].descending = select->order_by[i].descending;
    }
    order_is_group = same_order_list(select->group_by, select->order_by);
  }
  move_having_to_where(select);
  const std::vector<const Expr*> kept = take_up_in_group(*select);

  LoopRequest request;
  request.items = select->items;
  request.items_planned = select->items.size();
  request.where = select->where;
  request.wanted.terms = select->group_by;
  request.wanted.mode = plan.distinct_as_group_by ? OrderMatchMode::kDistinct : OrderMatchMode::kGroup;
  request.wanted.group_may_order = order_is_group;
  if (Expr* argument = lone_distinct_argument(*select)) {
    std::vector<OrderTerm> distinct(select->group_by.begin(), select->group_by.end());
    OrderTerm& last = distinct.emplace_back();
    last.expr = argument;
    request.wanted.distinct = context_.arena.copy_span(distinct);
    request.wanted.aggregate_argument = argument;
    request.wanted.wants_distinct = true;
  }
  if (select->items.empty()) add_step({.kind = StepKind::kConstantRow, .select = &plan});
  auto loops = plan_loops(context_, request);
  if (context_.failed()) return;
  begin_loops(*loops, plan.loops, &plan.constant_filters, &plan, MinMaxMode::kNone, false);

  const auto terms = static_cast<int>(select->group_by.size());
  const bool sorted = loops->choice.order_satisfied != terms;
  plan.group = sorted ? GroupMode::kSorted : GroupMode::kByLoops;
  if (sorted) {
    add_step({.kind = plan.distinct_as_group_by ? StepKind::kSortDistinct : StepKind::kSortGroupBy,
              .select = &plan});
    for (const OrderTerm& term : select->group_by) code_expr(term.expr);
    code_for_group(kept);
    code_for_group(merged_in_arguments(*select));  // they are sorted with the rows, too
    end_loops(*loops, plan.loops, &plan);
  }
  plan.group_order_free = order_is_group && (sorted || loops->choice.group_orders);
  if (!sorted) {
    for (const OrderTerm& term : select->group_by) code_expr(term.expr);
  }
  code_aggregate_arguments(*select);
  if (!sorted) {
    code_for_group(kept);
    end_loops(*loops, plan.loops, &plan);
  }

  if (request.wanted.wants_distinct && loops->choice.distinct != DistinctAnswer::kNo) {
    plan.aggregate_distinct_ordered[0] = true;
  }
  if (!select->order_by.empty()) plan.order = plan.group_order_free ? OrderMode::kByLoops : OrderMode::kSort;
  if (select->distinct) plan.distinct = DistinctMode::kTempBTree;
  code_condition(select->having);
  if (plan.order == OrderMode::kSort) {
    code_sorted_results(*select, plan, destination, select->limit != nullptr && !select->distinct);
  } else if (destination != Destination::kExists) {
    for (const ResultColumn& column : select->columns) code_expr(column.expr);
  }
  add_aggregate_distinct_steps(plan);
  add_sort_steps(plan);
  record_reasons(*select, plan, *loops);
}

void Coder::code_one_group(Select* select, SelectPlan& plan, Destination destination) {
  if (code_count_shortcut(select, plan)) return;
  const std::vector<const Expr*> kept = take_up_in_group(*select);
  LoopRequest request;
  request.items = select->items;
  request.items_planned = select->items.size();
  request.where = select->where;

  if (select->having == nullptr && select->aggregates.size() == 1) {
    const AggregateCall& call = select->aggregates.front();
    const FunctionRole role = call.function->role;
    if ((role == FunctionRole::kMin || role == FunctionRole::kMax) && call.arguments.size() == 1 &&
        call.filter == nullptr) {
      plan.min_max = role == FunctionRole::kMin ? MinMaxMode::kMin : MinMaxMode::kMax;
      std::vector<OrderTerm> wanted(1);
      wanted[0].expr = call.arguments.front();
      wanted[0].descending = role == FunctionRole::kMax;
      if (role == FunctionRole::kMin && can_be_null(call.arguments.front()))
        wanted[0].nulls = NullsPlace::kLast;
      request.wanted.terms = context_.arena.copy_span(wanted);
      request.wanted.mode = role == FunctionRole::kMin ? OrderMatchMode::kMin : OrderMatchMode::kMax;
    }
  }
  Expr* argument = lone_distinct_argument(*select);
  if (argument != nullptr && has_bare_columns(select)) argument = nullptr;
  if (argument != nullptr) {
    std::vector<OrderTerm> distinct(1);
    distinct[0].expr = argument;
    request.wanted.distinct = context_.arena.copy_span(distinct);
    request.wanted.aggregate_argument = argument;
    request.wanted.wants_distinct = true;
    request.wanted.helps_candidates = !request.wanted.terms.empty();
  }

  // These lines come before the loops, and disappear if the rows turn out to be distinct.
  std::vector<std::size_t> distinct_steps;
  for (const AggregateCall& call : select->aggregates) {
    if (!call.distinct) continue;
    Step step{.kind = StepKind::kSortAggregateDistinct, .select = &plan};
    step.name = call.function->name;
    distinct_steps.push_back(static_cast<std::size_t>(add_step(step)));
  }
  if (select->items.empty()) add_step({.kind = StepKind::kConstantRow, .select = &plan});
  auto loops = plan_loops(context_, request);
  if (context_.failed()) return;
  begin_loops(*loops, plan.loops, &plan.constant_filters, &plan, plan.min_max, false);
  plan.order_terms_by_loops = plan.min_max == MinMaxMode::kNone ? 0 : loops->choice.order_satisfied;
  if (argument != nullptr && loops->choice.distinct != DistinctAnswer::kNo) {
    plan.aggregate_distinct_ordered[0] = true;
    context_.plan.steps[distinct_steps.front()].hidden = true;
  }
  code_aggregate_arguments(*select);
  code_for_group(kept);
  end_loops(*loops, plan.loops, &plan);
  code_condition(select->having);
  if (destination != Destination::kExists) {
    for (const ResultColumn& column : select->columns) code_expr(column.expr);
  }
  record_reasons(*select, plan, *loops);
}

void Coder::code_aggregate_arguments(const Select& select) {
  for (const AggregateCall& call : select.aggregates) {
    code_condition(call.filter);
    for (const Expr* argument : call.arguments) code_expr(argument);
  }
}

void Coder::add_aggregate_distinct_steps(SelectPlan& plan) {
  for (std::size_t i = 0; i < plan.select->aggregates.size(); ++i) {
    const AggregateCall& call = plan.select->aggregates[i];
    if (!call.distinct || plan.aggregate_distinct_ordered[i]) continue;
    Step step{.kind = StepKind::kSortAggregateDistinct, .select = &plan};
    step.name = call.function->name;
    add_step(step);
  }
}

bool Coder::code_count_shortcut(Select* select, SelectPlan& plan) {
  if (select->items.size() != 1 || select->where != nullptr || select->having != nullptr) return false;
  if (select->columns.size() != 1 || select->aggregates.size() != 1) return false;
  const AggregateCall& call = select->aggregates.front();
  const Item& item = *select->items.front();
  if (item.kind != ItemKind::kTable || select->columns.front().expr->kind != ExprKind::kAggregate)
    return false;
  if (call.function->role != FunctionRole::kCount || !call.arguments.empty() || call.filter != nullptr)
    return false;
  if (call.distinct) return false;

  // The narrowest tree is the quickest to count.
  const storage::TableDef& table = *item.relation->def;
  const RelationIndex* best = nullptr;
  LogEst best_width = item.relation->statistics.width;
  if (table.without_rowid) {
    for (const RelationIndex& index : item.relation->indexes) {
      if (!index.def->is_table_itself) continue;
      best = &index;
      best_width = index.statistics.width;
    }
  }
  if (!item.not_indexed) {
    for (const RelationIndex& index : item.relation->indexes) {
      if (index.statistics.unordered || index.where != nullptr) continue;
      if (index.statistics.width >= item.relation->statistics.width) continue;
      if (best != nullptr && index.statistics.width >= best_width) continue;
      best = &index;
      best_width = index.statistics.width;
    }
  }
  plan.count_shortcut = true;
  plan.count_index = best != nullptr && !best->def->is_table_itself ? best : nullptr;
  Step step{.kind = StepKind::kCountTable, .select = &plan, .item = &item, .index = plan.count_index};
  step.name = table.name;
  add_step(step);
  record_count_reasons(*select, plan);
  return true;
}

bool is_constant_or_one_of(const Expr* expr, std::span<Expr* const> known) {
  for (const Expr* other : known) {
    if (compare_exprs(expr, other) != Sameness::kDifferent &&
        collation_of(other).value_or(storage::Collation::kBinary) == storage::Collation::kBinary) {
      return true;
    }
  }
  if (expr->replaced_by_constant) return true;
  if (expr->select != nullptr || expr->kind == ExprKind::kColumn || expr->kind == ExprKind::kAggregate ||
      expr->kind == ExprKind::kWindow) {
    return false;
  }
  if (expr->kind == ExprKind::kFunction && !expr->function->deterministic) return false;
  bool all = true;
  for_each_child(expr, [&](const Expr* child) { all = all && is_constant_or_one_of(child, known); });
  return all;
}

namespace {

/// Takes the conjuncts out of `having` that may move; puts TRUE in their place.
void take_movable(Expr*& expr, std::span<Expr* const> grouped, std::vector<Expr*>& taken,
                  storage::Arena& arena) {
  if (expr->kind == ExprKind::kAnd) {
    take_movable(expr->left, grouped, taken, arena);
    take_movable(expr->right, grouped, taken, arena);
    return;
  }
  if (is_always_false(expr) || !is_constant_or_one_of(expr, grouped)) return;
  taken.push_back(expr);
  expr = make_integer(arena, 1);
}

}  // namespace

void Coder::move_having_to_where(Select* select) {
  if (select->having == nullptr) return;
  std::vector<Expr*> taken;
  std::vector<Expr*> grouped;
  for (const OrderTerm& term : select->group_by) grouped.push_back(term.expr);
  take_movable(select->having, grouped, taken, context_.arena);
  for (Expr* term : taken) select->where = make_and(context_.arena, select->where, term);
}

}  // namespace leftmost::planner
