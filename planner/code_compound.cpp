// Compound SELECTs: one arm after the other, or merged in order; VALUES; recursive CTEs (section 6.8 of
// docs/planner.md; SQLite: multiSelect and multiSelectOrderBy, src/select.c).

#include <algorithm>
#include <utility>

#include "planner/coder.h"
#include "planner/comparison.h"

namespace leftmost::planner {

using storage::log_est;
using storage::log_est_add;
using storage::LogEst;

namespace {

/// Arms from the left to the right.
std::vector<Select*> arms_of(Select* last) {
  std::vector<Select*> arms;
  for (Select* arm = last; arm != nullptr; arm = arm->prior) arms.push_back(arm);
  std::reverse(arms.begin(), arms.end());
  return arms;
}

LogEst combine_rows(CompoundOp op, LogEst left, LogEst right) {
  switch (op) {
    case CompoundOp::kIntersect:
      return std::min(left, right);
    case CompoundOp::kExcept:
      return right;  // SQLite takes the right arm's
    default:
      return log_est_add(right, left);
  }
}

/// An ORDER BY that the arm has after planning came with a FROM subquery merged into it: the arm's own, not
/// the compound's.
void keep_arm_order(Select* arm) {
  if (arm->plan != nullptr && !arm->order_by.empty()) arm->plan->arm_order = std::exchange(arm->order_by, {});
}

/// The order in which an arm of a merge delivers its rows. An arm that flattening made a compound merges its own.
void keep_merge_order(Select* arm) {
  if (arm->prior == nullptr && arm->plan != nullptr) arm->plan->merge_order = arm->order_by;
}

LogEst capped_by_limit(const Select* last, LogEst rows) {
  if (last->limit == nullptr) return rows;
  const auto count = integer_literal(last->limit);
  if (count && *count > 0) rows = std::min(rows, log_est(static_cast<std::uint64_t>(*count)));
  return rows;
}

}  // namespace

std::size_t right_arms_of_merge(std::span<const CompoundOp> ops) {
  const CompoundOp op = ops.back();
  std::size_t same = 1;
  if (op == CompoundOp::kUnionAll || op == CompoundOp::kUnion) {
    while (same < ops.size() && ops[ops.size() - same] == op) ++same;
  }
  return same > 3 ? (same + 1) / 2 : 1;
}

LogEst Coder::code_values(Select* select, Destination destination) {
  SelectPlan& plan = new_select_plan(select);
  const bool one_row = destination == Destination::kExists || destination == Destination::kScalar;
  const int count = one_row ? 1 : static_cast<int>(select->values_rows.size());
  add_step({.kind = StepKind::kConstantRows, .select = &plan, .number = count});
  for (auto row : select->values_rows) {
    for (const Expr* value : row) code_expr(value);
  }
  // The number of rows itself is used as if it were a LogEst: SQLite's quirk.
  plan.rows_estimated = static_cast<LogEst>(std::min<std::size_t>(select->values_rows.size(), 32'000));
  return plan.rows_estimated;
}

LogEst Coder::code_compound(Select* last, Destination destination) {
  if (!last->order_by.empty()) return code_merge(last);
  const LogEst rows = code_arms(last, destination);
  // COMPOUND QUERY was opened by the leftmost pair of arms. SQLite forgets to close it for an arm that
  // flattening made a compound when more arms follow: their lines come out one level too deep, and so do
  // ours.
  if (followed_arms_.count(last) == 0) close_step();
  return rows;
}

LogEst Coder::code_arms(Select* last, Destination destination) {
  Select* const prior = last->prior;
  const bool is_leftmost = prior->prior == nullptr;
  const bool keeps_all = last->op == CompoundOp::kUnionAll;
  if (is_leftmost) {
    open_step({.kind = StepKind::kCompound});
    open_step({.kind = StepKind::kLeftmostSubquery});
  }
  Expr* const limit = last->limit;
  Expr* const offset = last->offset;
  const Destination arm_destination = keeps_all ? destination : Destination::kUnordered;
  // UNION ALL computes its LIMIT where its first rows are made, the others when all rows are there.
  if (keeps_all) {
    prior->limit = limit;
    prior->offset = offset;
  }
  followed_arms_.insert(prior);
  const LogEst left = is_leftmost ? code_select(prior, arm_destination) : code_arms(prior, arm_destination);
  prior->limit = prior->offset = nullptr;
  if (is_leftmost) {
    if (prior->prior == nullptr) close_step();
    keep_arm_order(prior);
    nest_flattened_arm(prior, nullptr);
  }

  Step header{.kind = StepKind::kCompoundArm};
  header.op = last->op;
  open_step(header);
  last->prior = nullptr;
  last->limit = last->offset = nullptr;
  const LogEst right = code_select(last, arm_destination);
  // Flattening makes a UNION ALL of an arm; SQLite then no longer takes it for a UNION and forgets the rows of
  // the other side (src/select.c, multiSelect).
  const bool is_flattened_union = header.op == CompoundOp::kUnion && last->op != header.op;
  const LogEst rows = is_flattened_union ? right : combine_rows(header.op, left, right);
  last->op = header.op;
  if (last->prior == nullptr || followed_arms_.count(last) == 0) close_step();
  keep_arm_order(last);
  nest_flattened_arm(last, prior);
  last->limit = limit;
  last->offset = offset;

  if (!keeps_all && destination != Destination::kUnordered) {
    if (limit != nullptr && !integer_literal(limit)) code_expr(limit);
    code_expr(offset);
  }
  return capped_by_limit(last, rows);
}

void Coder::nest_flattened_arm(Select* arm, Select* prior) {
  if (arm->prior == nullptr) {
    arm->prior = prior;
    return;
  }
  // The arm has become a compound of its own. In the record it is a SELECT of everything from it.
  storage::Arena& arena = context_.arena;
  Select* inner = arena.make<Select>(*arm);
  inner->op = CompoundOp::kUnionAll;
  inner->limit = inner->offset = nullptr;
  if (inner->plan != nullptr) inner->plan->select = inner;
  Item* item = item_of_compound(inner);
  std::vector<ResultColumn> columns = columns_of_item(*item);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].name = arm->columns[i].name;
    columns[i].declared_type = arm->columns[i].declared_type;
  }
  const CompoundOp op = arm->op;
  Select shell;
  shell.number = arm->number;
  shell.span = arm->span;
  shell.is_correlated = arm->is_correlated;
  shell.columns = arena.copy_span(columns);
  Item* const items[] = {item};
  shell.items = arena.copy_span(std::span<Item* const>(items));
  shell.op = prior == nullptr ? CompoundOp::kNone : op;
  shell.prior = prior;
  *arm = shell;
  SelectPlan& plan = new_select_plan(arm);
  FromSubquery& from = plan.subqueries.emplace_back();
  from.item = item;
  from.use = SubqueryUse::kCoroutine;
  Loop& loop = plan.loops.emplace_back();
  loop.item = item;
}

Item* Coder::item_of_compound(Select* compound) {
  storage::Arena& arena = context_.arena;
  Item* item = arena.make<Item>();
  item->id = context_.next_item++;
  item->kind = ItemKind::kSubquery;
  item->subquery = compound;
  item->span = compound->span;
  bool* used = static_cast<bool*>(arena.allocate(compound->columns.size() * sizeof(bool), alignof(bool)));
  std::fill_n(used, compound->columns.size(), true);
  item->used = {used, compound->columns.size()};
  return item;
}

std::vector<ResultColumn> Coder::columns_of_item(const Item& item) const {
  const Select* last = item.subquery;
  const Select* first = last;  // whose columns have the types
  while (first->prior != nullptr) first = first->prior;
  std::vector<ResultColumn> columns(last->columns.begin(), last->columns.end());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Expr* from = first->columns[i].expr;
    Expr* column = context_.arena.make<Expr>();
    column->kind = ExprKind::kColumn;
    column->item = item.id;
    column->column = static_cast<int>(i);
    column->span = last->columns[i].expr->span;
    column->name = columns[i].name;
    const auto affinity = affinity_of(from);
    column->has_affinity = affinity.has_value();
    column->affinity = affinity.value_or(storage::Affinity::kBlob);
    column->collation = collation_of(from).value_or(storage::Collation::kBinary);
    columns[i].expr = column;
  }
  return columns;
}

void Coder::wrap_collated_compound(Select* last) {
  // SQLite rewrites statements, not the definitions that they name; and it does so before it looks into ON.
  if (last->is_in_definition) return;
  bool all_union_all = true;
  for (const Select* arm = last; arm->prior != nullptr; arm = arm->prior) {
    all_union_all = all_union_all && arm->op == CompoundOp::kUnionAll;
  }
  // A COLLATE that is only part of the result column which the term repeats was not written in ORDER BY.
  const auto collates = [&](const OrderTerm& term) {
    return has_explicit_collation(term.expr) && term.result_column > 0 &&
           !same_expr(term.expr, last->columns[static_cast<std::size_t>(term.result_column - 1)].expr);
  };
  const bool has_collate = std::any_of(last->order_by.begin(), last->order_by.end(), collates);
  if (all_union_all || !has_collate) return;
  if (!last->group_by.empty() || last->having != nullptr) {
    // SQLite leaves these two outside, where they mean something else or nothing.
    context_.fail(not_supported("ORDER BY with COLLATE of a compound SELECT that ends in a grouped one",
                                last->span.begin)
                      .value());
    return;
  }
  storage::Arena& arena = context_.arena;
  Select* inner = arena.make<Select>(*last);
  inner->order_by = {};
  inner->limit = inner->offset = nullptr;
  drop_unmentioned_aggregates(*inner, last, arena);  // they are the inner one's now
  Item* item = item_of_compound(inner);
  const std::vector<ResultColumn> columns = columns_of_item(*item);
  std::vector<OrderTerm> order(last->order_by.begin(), last->order_by.end());
  for (OrderTerm& term : order) {
    Expr* column = columns[static_cast<std::size_t>(term.result_column - 1)].expr;
    if (has_explicit_collation(term.expr)) {
      Expr* collated = arena.make<Expr>();
      collated->kind = ExprKind::kCollate;
      collated->collation = collation_of(term.expr).value_or(storage::Collation::kBinary);
      collated->left = column;
      column = collated;
      term.result_column = 0;
    }
    term.expr = column;
  }
  last->columns = arena.copy_span(columns);
  last->order_by = arena.copy_span(order);
  Item* const items[] = {item};
  last->items = arena.copy_span(std::span<Item* const>(items));
  last->where = last->having = nullptr;
  last->group_by = {};
  last->aggregates = {};
  last->values_rows = {};
  last->is_aggregate = false;  // but a DISTINCT of the last arm is asked for once more
  last->keeps_subquery_order = false;
  last->prior = nullptr;
  last->op = CompoundOp::kNone;
}

LogEst Coder::code_merge(Select* last) {
  const std::vector<Select*> arms = arms_of(last);
  const CompoundOp op = last->op;

  // The order that both sides deliver: ORDER BY, and every column for those operators that compare whole
  // rows.
  std::vector<OrderTerm> order(last->order_by.begin(), last->order_by.end());
  if (op != CompoundOp::kUnionAll) {
    for (std::size_t column = 1; column <= last->columns.size(); ++column) {
      const bool known = std::any_of(order.begin(), order.end(), [&](const OrderTerm& term) {
        return term.result_column == static_cast<int>(column);
      });
      if (known) continue;
      OrderTerm& added = order.emplace_back();
      added.expr = last->columns[column - 1].expr;
      added.result_column = static_cast<int>(column);
    }
  }
  // An explicit COLLATE, else that of the leftmost arm that has one: as written, before anything is merged
  // into an arm.
  std::vector<storage::Collation> collations;
  for (const OrderTerm& term : order) {
    std::optional<storage::Collation> collation;
    if (term.expr != nullptr && term.expr->kind == ExprKind::kCollate) {
      collation = term.expr->collation;
    } else {
      for (const Select* arm : arms) {
        collation = collation_of(arm->columns[static_cast<std::size_t>(term.result_column - 1)].expr);
        if (collation) break;
      }
    }
    collations.push_back(collation.value_or(storage::Collation::kBinary));
  }
  std::vector<CompoundOp> ops;
  for (const Select* arm : arms) ops.push_back(arm->op);
  const std::size_t right_count = right_arms_of_merge(ops);
  Select* first_right = last;
  for (std::size_t i = 1; i < right_count; ++i) first_right = first_right->prior;
  Select* const left_last = first_right->prior;

  const auto order_for = [&](const Select* side_last) {
    std::vector<OrderTerm> terms;
    for (const OrderTerm& term : order) {
      const std::size_t column = static_cast<std::size_t>(term.result_column - 1);
      OrderTerm& made = terms.emplace_back(term);
      Expr* expr = clone(side_last->columns[column].expr, context_.arena);
      Expr* collated = context_.arena.make<Expr>();
      collated->kind = ExprKind::kCollate;
      collated->collation = collations[terms.size() - 1];
      collated->implicit_collation = true;
      collated->left = expr;
      collated->span = expr->span;
      made.expr = collated;
    }
    return context_.arena.copy_span(terms);
  };

  Expr* const limit = last->limit;
  Expr* const offset = last->offset;
  const auto whole_order = last->order_by;
  const auto left_order = left_last->order_by;
  if (limit != nullptr && !integer_literal(limit)) code_expr(limit);
  code_expr(offset);

  Step header{.kind = StepKind::kMerge};
  header.op = op;
  open_step(header);
  open_step({.kind = StepKind::kMergeLeft});
  left_last->order_by = order_for(left_last);
  last->limit = last->offset = nullptr;
  const bool left_is_one_arm = left_last->prior == nullptr;
  const LogEst left_rows = code_select(left_last, Destination::kRows);
  if (left_is_one_arm) {
    keep_merge_order(left_last);
    nest_flattened_arm(left_last, nullptr);
  }
  close_step();
  open_step({.kind = StepKind::kMergeRight});
  Select* const prior = first_right->prior;
  first_right->prior = nullptr;
  last->order_by = order_for(last);
  const LogEst right_rows = code_select(last, Destination::kRows);
  if (first_right == last) {
    keep_merge_order(last);
    last->op = op;  // flattening may have made a UNION ALL of it
    nest_flattened_arm(last, prior);
  } else {
    first_right->prior = prior;
  }
  close_step();
  close_step();
  left_last->order_by = left_order;
  last->order_by = whole_order;
  last->limit = limit;
  last->offset = offset;
  return combine_rows(op, left_rows, right_rows);
}

LogEst Coder::code_recursive(Select* last) {
  const std::vector<Select*> arms = arms_of(last);
  const auto mentions_itself = [](const Select* arm) {
    return std::any_of(arm->items.begin(), arm->items.end(),
                       [](const Item* item) { return item->kind == ItemKind::kRecursiveReference; });
  };
  Expr* const limit = last->limit;
  Expr* const offset = last->offset;
  const auto order = last->order_by;
  if (limit != nullptr && !integer_literal(limit)) code_expr(limit);
  code_expr(offset);

  // The arms in front of the step are a query of their own.
  std::size_t first_step = 0;
  while (first_step < arms.size() && !mentions_itself(arms[first_step])) ++first_step;
  if (first_step == 0 || first_step == arms.size()) {
    context_.fail(not_supported("this form of recursive CTE", last->span.begin).value());
    return 0;
  }
  Select* const setup = arms[first_step - 1];
  Select* const step = arms[first_step];
  if (limit != nullptr) {
    const auto count = integer_literal(limit);
    if (count && *count > 0) step_rows_max_[last] = log_est(static_cast<std::uint64_t>(*count));
  }
  // UNION throws duplicates away on its way into the queue, so the arms need not.
  const Destination destination =
      last->op == CompoundOp::kUnion ? Destination::kUnordered : Destination::kQueue;
  last->limit = last->offset = nullptr;
  last->order_by = {};
  open_step({.kind = StepKind::kSetup});
  const bool setup_is_one_arm = setup->prior == nullptr;
  code_select(setup, destination);
  if (setup_is_one_arm) nest_flattened_arm(setup, nullptr);
  close_step();
  step->prior = nullptr;
  last->is_recursive = false;
  open_step({.kind = StepKind::kRecursiveStep});
  const CompoundOp op = last->op;
  const LogEst rows = code_select(last, destination);
  close_step();
  last->is_recursive = true;
  if (step == last) {
    last->op = op;  // flattening may have made a UNION ALL of it
    nest_flattened_arm(last, setup);
  } else {
    step->prior = setup;
  }
  last->limit = limit;
  last->offset = offset;
  last->order_by = order;
  return rows;
}

}  // namespace leftmost::planner
