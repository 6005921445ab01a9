// One SELECT, in SQLite's order of work (section 0.2 of docs/planner.md; SQLite: sqlite3Select,
// src/select.c).

#include <algorithm>

#include "planner/coder.h"
#include "planner/window_pass.h"

namespace leftmost::planner {

using storage::log_est;
using storage::LogEst;

namespace {

constexpr LogEst kRowsWithoutLimit = 320;  // 4 billion
constexpr int kSelectDepthMax = 400;       // SELECTs inside each other; the parser's own limit is lower

}  // namespace

bool same_order_list(std::span<const OrderTerm> a, std::span<const OrderTerm> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].descending != b[i].descending || nulls_are_misplaced(a[i]) != nulls_are_misplaced(b[i]))
      return false;
    if (!same_expr(a[i].expr, b[i].expr)) return false;
  }
  return true;
}

std::span<OrderTerm> Coder::as_order(std::span<const ResultColumn> columns) const {
  std::vector<OrderTerm> terms(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    terms[i].expr = columns[i].expr;
    terms[i].result_column = static_cast<int>(i) + 1;
  }
  return context_.arena.copy_span(terms);
}

SelectPlan& Coder::new_select_plan(Select* select) {
  SelectPlan& plan = context_.plan.selects.emplace_back();
  plan.select = select;
  select->plan = &plan;
  return plan;
}

LogEst Coder::code_select(Select* select, Destination destination) {
  if (context_.failed()) return 0;
  if (++select_depth_ > kSelectDepthMax) {
    context_.fail(not_supported("SELECTs nested this deep").value());
    return 0;
  }
  if (destination == Destination::kExists || destination == Destination::kUnordered) {
    const bool had_order = !select->order_by.empty();
    select->order_by = {};  // the arms of a compound hear about it from the compound
    if (had_order && select->prior == nullptr && select->windows.empty())
      drop_unmentioned_aggregates(*select, select, context_.arena);
    select->distinct = false;
    select->ignores_order = true;
  }
  if (select->prior != nullptr && !select->order_by.empty() && !select->is_recursive)
    wrap_collated_compound(select);
  LogEst rows = 0;
  if (select->prior == nullptr && !select->values_rows.empty()) {
    rows = code_values(select, destination);
  } else if (select->is_recursive) {
    rows = code_recursive(select);
  } else {
    if (select->prior == nullptr) {
      take_windows_apart(select, context_);
      flatten_and_reduce(select, destination);
    }
    if (destination == Destination::kQueue) select->order_by = {};
    // Flattening a UNION ALL makes a compound of a simple SELECT.
    rows = select->prior != nullptr ? code_compound(select, destination) : code_simple(select, destination);
  }
  --select_depth_;
  context_.check_budget();
  return rows;
}

void Coder::flatten_and_reduce(Select* select, Destination destination) {
  const bool has_limit =
      select->limit != nullptr || destination == Destination::kScalar || destination == Destination::kExists;
  for (std::size_t i = 0; i < select->items.size() && !context_.failed();) {
    Item* item = select->items[i];
    if (item->join.left && !item->join.right && rejects_null_row(select->where, item->id)) {
      item->join.left = false;
      drop_outer_marks(select, item);
    }
    if (item->kind != ItemKind::kSubquery || item->subquery == nullptr) {
      ++i;
      continue;
    }
    Select* inner = item->subquery;
    if (inner->prior != nullptr && !inner->order_by.empty() && !inner->is_recursive)
      wrap_collated_compound(inner);
    if (inner->is_aggregate) {
      ++i;
      continue;
    }
    if (!inner->order_by.empty() && (!select->order_by.empty() || select->items.size() > 1) &&
        inner->limit == nullptr && !select->keeps_subquery_order && !inner->keeps_subquery_order) {
      inner->order_by = {};
    }
    const bool would_be_coroutine = i == 0 && (select->items.size() == 1 || select->items[1]->join.left ||
                                               select->items[1]->join.right || select->items[1]->join.cross);
    if (!inner->order_by.empty() && select->has_complex_result && would_be_coroutine) {
      ++i;
      continue;
    }
    if (flatten_subquery(select, i, has_limit, context_)) {
      if (select->prior != nullptr) {  // became a compound, each arm with a copy of the other items
        note_copied_ctes(select->prior);
        return;
      }
      i = 0;
      continue;
    }
    ++i;
  }
}

Coder::LimitEstimate Coder::code_limit(Select* select, Destination destination) {
  LimitEstimate estimate{kRowsWithoutLimit, false};
  if (const auto step = step_rows_max_.find(select); step != step_rows_max_.end())
    estimate.rows = step->second;
  const bool one_row = destination == Destination::kScalar || destination == Destination::kExists;
  std::optional<int> count;
  if (select->limit == nullptr) {
    if (!one_row) return estimate;
    count = 1;
  } else if (!one_row) {
    count =
        integer_literal(select->limit);  // a LIMIT under EXISTS becomes `limit <> 0`: no constant any more
  }
  if (count) {
    if (*count > 0 && estimate.rows > log_est(static_cast<std::uint64_t>(*count))) {
      estimate = {log_est(static_cast<std::uint64_t>(*count)), true};
    }
  } else {
    code_expr(select->limit);
  }
  code_expr(select->offset);
  return estimate;
}

namespace {

/// Of a parenthesised join nobody computes the columns that nobody mentions: an outer join inside it that
/// only they need is dropped. FROM subqueries that were written as such keep theirs. What was merged into the
/// join before has counted these columns as used, so that an index without them still covers nothing.
void drop_unmentioned_columns(Select* select, storage::Arena& arena) {
  for (std::size_t i = 0; i < select->mentioned.size() && i < select->columns.size(); ++i) {
    if (!select->mentioned[i]) select->columns[i].expr = arena.make<Expr>();
  }
}

}  // namespace

LogEst Coder::code_simple(Select* select, Destination destination) {
  drop_unmentioned_columns(select, context_.arena);
  propagate_constants(select, context_);
  SelectPlan& plan = new_select_plan(select);
  code_from_subqueries(select, plan);
  if (context_.failed()) return 0;
  if (select->distinct && !select->is_aggregate && select->window_pass == nullptr &&
      same_order_list(select->order_by, as_order(select->columns))) {
    // DISTINCT with the same ORDER BY: grouping by all columns does both at once.
    plan.distinct_as_group_by = true;
    select->distinct = false;
    select->group_by = as_order(select->columns);
    select->is_aggregate = true;
  }
  return select->is_aggregate ? code_aggregate(select, plan, destination)
                              : code_plain(select, plan, destination);
}

LogEst Coder::code_plain(Select* select, SelectPlan& plan, Destination destination) {
  const LimitEstimate limit = code_limit(select, destination);
  LoopRequest request;
  request.items = select->items;
  request.items_planned = select->items.size();
  request.where = select->where;
  request.results = select->columns;
  request.may_drop_joins = true;
  request.wanted.terms = select->order_by;
  request.wanted.wants_distinct = select->distinct;
  if (select->distinct) request.wanted.distinct = as_order(select->columns);
  request.wanted.uses_limit = limit.is_fixed;
  request.wanted.limit_rows = limit.rows;

  if (select->items.empty()) {
    add_step({.kind = StepKind::kConstantRow, .select = &plan});
  }
  const std::size_t first_step = context_.plan.steps.size();
  auto loops = plan_loops(context_, request);
  if (context_.failed()) return 0;
  begin_loops(*loops, plan.loops, &plan.constant_filters, &plan, MinMaxMode::kNone, false);
  const LogEst rows = std::min(limit.rows, loops->choice.rows);
  plan.rows_estimated = rows;

  if (select->distinct) {
    switch (loops->choice.distinct) {
      case DistinctAnswer::kUnique:
        plan.distinct = DistinctMode::kUnique;
        break;
      case DistinctAnswer::kOrdered:
        plan.distinct = DistinctMode::kOrdered;
        break;
      case DistinctAnswer::kNo:
        plan.distinct = DistinctMode::kTempBTree;
        break;
    }
    if (plan.distinct != DistinctMode::kTempBTree) {
      // SQLite erases the instruction behind the one that opened the temp table: the line of a row without
      // FROM, or of the first loop when no real table is opened before it.
      if (select->items.empty()) {
        context_.plan.steps[first_step - 1].hidden = true;
      } else {
        const bool opens_table =
            std::any_of(select->items.begin(), select->items.end(), [](const Item* item) {
              return item->kind == ItemKind::kTable || item->kind == ItemKind::kFunction;
            });
        if (!opens_table && coroutines_.count(plan.loops.front().item) > 0 && loops->constant_terms.empty() &&
            first_step < context_.plan.steps.size() &&
            context_.plan.steps[first_step].kind == StepKind::kLoop &&
            plan.loops.front().access != AccessPath::kAutomaticIndex) {
          context_.plan.steps[first_step].hidden = true;
        }
      }
    }
  }
  const auto terms = static_cast<int>(select->order_by.size());
  plan.order_terms_by_loops =
      loops->wanted.mode == OrderMatchMode::kDistinct ? 0 : loops->choice.order_satisfied;
  if (terms > 0) {
    plan.order = plan.order_terms_by_loops == terms ? OrderMode::kByLoops
                 : plan.order_terms_by_loops > 0    ? OrderMode::kSortRightPart
                                                    : OrderMode::kSort;
    plan.inner_loop_orders = loops->choice.inner_loop_orders;
  }
  // The rows of a window pass are handed on when the loop below it is written down.
  if (select->window_pass != nullptr) end_loops(*loops, plan.loops, &plan);
  const bool sorts = plan.order == OrderMode::kSort || plan.order == OrderMode::kSortRightPart;
  if (sorts) {
    const bool has_limit = select->limit != nullptr || destination == Destination::kScalar;
    code_sorted_results(*select, plan, destination, has_limit && !select->distinct);
  } else if (destination != Destination::kExists) {
    for (const ResultColumn& column : select->columns) code_expr(column.expr);
  }
  if (select->window_pass == nullptr) end_loops(*loops, plan.loops, &plan);
  add_sort_steps(plan);
  record_reasons(*select, plan, *loops);
  return rows;
}

void Coder::code_sorted_results(const Select& select, const SelectPlan& plan, Destination destination,
                                bool order_first) {
  // Without DISTINCT, result columns that are sort terms are computed once, as sort terms. The rows of a
  // materialised table are made whole, and the sort terms are taken from them.
  std::vector<bool> is_sort_term(select.columns.size(), false);
  if (plan.distinct == DistinctMode::kNone && destination != Destination::kTable) {
    for (auto i = static_cast<std::size_t>(plan.order_terms_by_loops); i < select.order_by.size(); ++i) {
      const int column = select.order_by[i].result_column;
      if (column > 0) is_sort_term[static_cast<std::size_t>(column - 1)] = true;
    }
  }
  std::vector<bool> is_coded(select.columns.size(), false);
  const auto code_results = [&] {
    for (std::size_t i = 0; i < select.columns.size(); ++i) {
      if (!is_sort_term[i]) code_expr(select.columns[i].expr);
    }
  };
  if (!order_first) code_results();
  for (const OrderTerm& term : select.order_by) {
    if (term.result_column == 0) {
      code_expr(term.expr);
      continue;
    }
    const auto column = static_cast<std::size_t>(term.result_column - 1);
    if (is_sort_term[column] && !is_coded[column]) {
      is_coded[column] = true;
      code_expr(term.expr);
      if (term.expr != select.columns[column].expr) code_hidden(select.columns[column].expr);
    } else if (is_sort_term[column]) {
      code_expr(term.expr);  // a column that is asked for twice is computed twice
    } else {
      code_hidden(term.expr);
    }
  }
  if (order_first) code_results();
}

void Coder::add_sort_steps(SelectPlan& plan) {
  if (plan.distinct == DistinctMode::kTempBTree) add_step({.kind = StepKind::kSortDistinct, .select = &plan});
  if (plan.order == OrderMode::kSort) add_step({.kind = StepKind::kSortOrderBy, .select = &plan});
  if (plan.order == OrderMode::kSortRightPart) add_step({.kind = StepKind::kSortRightPart, .select = &plan});
}

}  // namespace leftmost::planner
