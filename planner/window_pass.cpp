#include "planner/window_pass.h"

#include <algorithm>

#include "planner/coder.h"
#include "planner/comparison.h"

namespace leftmost::planner {

namespace {

bool same_exprs(std::span<Expr* const> a, std::span<Expr* const> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_expr(a[i], b[i])) return false;
  }
  return true;
}

/// ORDER BY <number> names a column; in PARTITION BY and ORDER BY of a window a number is just that, and any
/// other constant sorts as well.
void number_to_null(Expr* expr, storage::Arena& arena) {
  expr = skip_markers(expr);
  if (!integer_literal(expr)) return;
  const Span span = expr->span;
  *expr = *arena.make<Expr>();
  expr->span = span;
}

/// Takes out of the outer expressions what the subquery has to compute.
class Gatherer {
 public:
  Gatherer(const Select& outer, ItemId row, Context& context) : outer_(outer), row_(row), context_(context) {}

  void visit(Expr*& expr) {
    if (expr == nullptr) return;
    if (expr->kind == ExprKind::kColumn) {
      if (expr->item != row_ && (!in_subquery_ || is_own(expr->item))) move(expr);
      return;
    }
    if (in_subquery_ && expr->kind == ExprKind::kAggregate && expr->owner == &outer_) {
      // Only the rows of the pass are at hand there, which are made from the groups.
      const FunctionInfo& function = *outer_.aggregates[static_cast<std::size_t>(expr->slot)].function;
      Error error{
          ErrorCode::kError, "misuse of aggregate: " + std::string(function.name) + "()", std::nullopt, {}};
      if (!expr->span.empty()) error.sql_offset = expr->span.begin;
      context_.fail(std::move(error));
      return;
    }
    if (!in_subquery_) {
      if (expr->kind == ExprKind::kWindow && is_of_this_pass(expr)) return;
      if (expr->kind == ExprKind::kWindow || expr->kind == ExprKind::kAggregate ||
          expr->kind == ExprKind::kIfNullRow)
        return move(expr);
    }
    visit(expr->left);
    if (expr->kind != ExprKind::kCase) visit(expr->right);
    if (expr->select != nullptr) {
      const bool was_in_subquery = in_subquery_;
      in_subquery_ = true;
      for_each_expr_of_select(expr->select, [this](Expr*& part) { visit(part); });
      in_subquery_ = was_in_subquery;
    }
    for (Expr*& element : expr->list) visit(element);
    if (expr->kind == ExprKind::kCase) visit(expr->right);
  }

  std::vector<Expr*>& columns() { return columns_; }
  /// An aggregate of the outer query stands outside of its window calls.
  bool found_aggregate() const { return found_aggregate_; }

 private:
  bool is_own(ItemId item) const {
    return std::any_of(outer_.items.begin(), outer_.items.end(),
                       [&](const Item* own) { return own->id == item; });
  }
  bool is_of_this_pass(const Expr* call) const {
    return std::find(outer_.windows.begin(), outer_.windows.end(), call) != outer_.windows.end();
  }

  void move(Expr*& expr) {
    found_aggregate_ = found_aggregate_ || (expr->kind == ExprKind::kAggregate && expr->owner == &outer_);
    // Many windows over many columns: each is compared with all that are there.
    context_.budget.nodes_left -= static_cast<int>(columns_.size() / 16);
    if (context_.budget.nodes_left < 0) context_.budget.exhausted = true;
    if (context_.budget.exhausted) return;
    // An aggregate that was moved is a call to be bound anew, and like none that was not.
    const auto same = expr->kind == ExprKind::kAggregate
                          ? columns_.end()
                          : std::find_if(columns_.begin(), columns_.end(),
                                         [&](const Expr* column) { return same_expr(column, expr); });
    const auto number = static_cast<int>(same - columns_.begin());
    if (same == columns_.end()) columns_.push_back(context_.arena.make<Expr>(*expr));
    const Expr* source = columns_[static_cast<std::size_t>(number)];
    const bool is_collated = has_explicit_collation(expr);
    Expr* column = context_.arena.make<Expr>();
    column->kind = ExprKind::kColumn;
    column->item = row_;
    column->column = number;
    column->span = expr->span;
    column->name = expr->kind == ExprKind::kColumn ? expr->name : std::string_view();
    column->has_affinity = affinity_of(source).has_value();
    column->affinity = affinity_of(source).value_or(storage::Affinity::kBlob);
    column->collation = collation_of(source).value_or(storage::Collation::kBinary);
    if (is_collated) {
      Expr* collate = context_.arena.make<Expr>();
      collate->kind = ExprKind::kCollate;
      collate->collation = column->collation;
      collate->left = column;
      collate->span = column->span;
      column = collate;
    }
    *expr = *column;
  }

  const Select& outer_;
  ItemId row_;
  Context& context_;
  bool in_subquery_ = false;
  bool found_aggregate_ = false;
  std::vector<Expr*> columns_;
};

void collect_aggregates(Expr* expr, const Select* owner, std::vector<Expr*>& mentions) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kAggregate && expr->owner == owner &&
      std::find(mentions.begin(), mentions.end(), expr) == mentions.end()) {
    mentions.push_back(expr);
  }
  for_each_child(expr, [&](Expr* child) { collect_aggregates(child, owner, mentions); });
  if (expr->select != nullptr) {
    for_each_expr_of_select(expr->select, [&](Expr* part) { collect_aggregates(part, owner, mentions); });
  }
}

/// The aggregates of `from` become those of `to`, in the order in which it mentions them.
void hand_over_aggregates(const Select& from, Select& to, storage::Arena& arena) {
  std::vector<Expr*> mentions;
  for (ResultColumn& column : to.columns) collect_aggregates(column.expr, &from, mentions);
  for (OrderTerm& term : to.order_by) collect_aggregates(term.expr, &from, mentions);
  collect_aggregates(to.having, &from, mentions);
  std::vector<int> slots(from.aggregates.size(), -1);
  std::vector<AggregateCall> calls;
  for (Expr* mention : mentions) {
    int& slot = slots[static_cast<std::size_t>(mention->slot)];
    if (slot < 0) {
      slot = static_cast<int>(calls.size());
      calls.push_back(from.aggregates[static_cast<std::size_t>(mention->slot)]);
    }
    mention->slot = slot;
    mention->owner = &to;
  }
  to.aggregates = arena.copy_span(calls);
}

}  // namespace

bool is_same_window(const Expr& a, const Expr& b) {
  const WindowFrame& frame = a.window->frame;
  const WindowFrame& other = b.window->frame;
  if (frame.unit != other.unit || frame.start != other.start || frame.end != other.end ||
      frame.exclude != other.exclude) {
    return false;
  }
  if (!same_expr(frame.start_offset, other.start_offset) || !same_expr(frame.end_offset, other.end_offset))
    return false;
  if (!same_exprs(window_partition(a), window_partition(b))) return false;
  if (!same_exprs(window_order(a), window_order(b))) return false;
  for (std::size_t i = 0; i < a.window->order.size(); ++i) {
    const OrderTerm& term = a.window->order[i];
    const OrderTerm& other_term = b.window->order[i];
    if (term.descending != other_term.descending ||
        nulls_are_misplaced(term) != nulls_are_misplaced(other_term))
      return false;
  }
  return true;
}

bool contains_window(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == ExprKind::kWindow) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || contains_window(child); });
  return found;
}

void link_window(std::vector<Expr*>& windows, bool& has_several_partitions, Expr* call) {
  if (windows.empty() || is_same_window(*windows.front(), *call)) {
    windows.insert(windows.begin(), call);
  } else if (!same_exprs(window_partition(*windows.front()), window_partition(*call))) {
    has_several_partitions = true;
  }
}

void link_windows(std::vector<Expr*>& windows, bool& has_several_partitions, Expr* expr) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kWindow) link_window(windows, has_several_partitions, expr);
  for_each_child(expr, [&](Expr* child) { link_windows(windows, has_several_partitions, child); });
}

void link_windows_anew(Select& select, storage::Arena& arena) {
  if (select.windows.empty()) return;
  std::vector<Expr*> windows;
  bool& has_several = select.has_several_partitions;
  has_several = false;
  for (const ResultColumn& column : select.columns) link_windows(windows, has_several, column.expr);
  link_windows(windows, has_several, select.having);
  for (const OrderTerm& term : select.order_by) link_windows(windows, has_several, term.expr);
  select.windows = arena.copy_span(windows);
}

void link_all_windows_anew(Select* select, storage::Arena& arena) {
  const auto link_inside = [&](const Expr* expr, const auto& self) -> void {
    if (expr == nullptr) return;
    if (expr->select != nullptr) link_all_windows_anew(expr->select, arena);
    for_each_child(expr, [&](const Expr* child) { self(child, self); });
  };
  for (; select != nullptr; select = select->prior) {
    link_windows_anew(*select, arena);
    for_each_expr_of_core(select, [&](Expr*& expr) { link_inside(expr, link_inside); });
    for (const Item* item : select->items) link_all_windows_anew(item->subquery, arena);
  }
}

void take_windows_apart(Select* select, Context& context) {
  if (select->windows.empty() || context.failed()) return;
  storage::Arena& arena = context.arena;
  const Expr& first = *select->windows.front();
  Select* inner = arena.make<Select>();
  inner->number = context.next_select_number++;
  ++context.select_count;
  inner->items = select->items;
  inner->where = select->where;
  inner->group_by = select->group_by;
  inner->having = select->having;
  inner->is_aggregate = select->is_aggregate;
  inner->is_correlated = select->is_correlated;
  inner->is_in_definition = select->is_in_definition;
  inner->keeps_subquery_order = true;
  inner->span = select->span;

  std::vector<OrderTerm> sort;
  std::vector<OrderTerm> keys;
  for (Expr* expr : window_partition(first)) keys.push_back({.expr = expr});
  for (std::size_t i = 0; i < first.window->order.size(); ++i) {
    OrderTerm& term = keys.emplace_back(first.window->order[i]);
    term.expr = window_order(first)[i];
  }
  for (const OrderTerm& key : keys) {
    OrderTerm& term = sort.emplace_back(key);
    Copier copier{.arena = arena, .budget = &context.budget, .items = {}, .selects = {}};
    term.expr = copier.copy(key.expr);
    number_to_null(term.expr, arena);
  }
  const std::size_t wanted = select->order_by.size();
  if (wanted > 0 && wanted <= sort.size() && same_order_list({sort.data(), wanted}, select->order_by))
    select->order_by = {};

  WindowPass* pass = arena.make<WindowPass>();
  pass->row = context.next_item++;
  pass->frame = first.window->frame;
  Gatherer gatherer(*select, pass->row, context);
  for (ResultColumn& column : select->columns) gatherer.visit(column.expr);
  for (OrderTerm& term : select->order_by) gatherer.visit(term.expr);

  if (inner->having != nullptr && inner->group_by.empty() && !gatherer.found_aggregate()) {
    // SQLite binds the subquery anew, and does not find the aggregates inside the arguments and terms of
    // windows.
    context.fail(Error{ErrorCode::kError, "HAVING clause on a non-aggregate query", std::nullopt, {}});
    return;
  }
  std::vector<Expr*>& columns = gatherer.columns();
  pass->first_key = columns.size();
  for (const OrderTerm& key : keys) columns.push_back(key.expr);
  pass->partition_by = arena.copy_span(std::vector<OrderTerm>(
      keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(first.window->partition_count)));
  pass->order_by = arena.copy_span(std::vector<OrderTerm>(
      keys.begin() + static_cast<std::ptrdiff_t>(first.window->partition_count), keys.end()));
  std::vector<WindowFunction> functions;
  for (const Expr* call : select->windows) {
    WindowFunction& function = functions.emplace_back();
    function.function = call->function;
    function.arguments = window_arguments(*call);
    function.first_argument = columns.size();
    columns.insert(columns.end(), function.arguments.begin(), function.arguments.end());
    if (Expr* filter = window_filter(*call)) {
      function.filter_column = static_cast<int>(columns.size());
      columns.push_back(filter);
    }
  }
  pass->functions = arena.copy_span(functions);
  if (columns.empty()) columns.push_back(make_integer(arena, 0));
  pass->input_columns = columns.size();

  std::vector<ResultColumn> results(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) results[i].expr = columns[i];
  inner->columns = arena.copy_span(results);
  for (OrderTerm& term : sort) {
    term.result_column = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (same_expr(term.expr, columns[i])) term.result_column = static_cast<int>(i) + 1;
    }
    if (term.result_column == 0 || term.expr->kind != ExprKind::kCollate) continue;
    // To SQLite the term is a copy of the column under the term's own COLLATE, which is then there twice:
    // when the subquery is taken apart in its turn, its order is not what that window sorts by.
    Expr* twice = arena.make<Expr>(*term.expr);
    twice->left = term.expr;
    term.expr = twice;
  }
  inner->order_by = arena.copy_span(sort);
  hand_over_aggregates(*select, *inner, arena);
  std::vector<Expr*> windows;
  for (Expr* column : columns) link_windows(windows, inner->has_several_partitions, column);
  inner->windows = arena.copy_span(windows);

  // What is left of the calls is a column of the pass each.
  for (std::size_t i = 0; i < select->windows.size(); ++i) {
    Expr result;
    result.kind = ExprKind::kColumn;
    result.item = pass->row;
    result.column = static_cast<int>(columns.size() + i);
    result.span = select->windows[i]->span;
    result.name = select->windows[i]->function->name;
    result.has_affinity = false;
    result.implicit_collation = true;
    const bool is_collated =
        std::any_of(functions[i].arguments.begin(), functions[i].arguments.end(),
                    [](const Expr* argument) { return has_explicit_collation(argument); });
    if (!is_collated) {
      *select->windows[i] = result;
      continue;
    }
    Expr collate;
    collate.kind = ExprKind::kCollate;
    for (const Expr* argument : functions[i].arguments) {
      if (!has_explicit_collation(argument)) continue;
      collate.collation = collation_of(argument).value_or(storage::Collation::kBinary);
      break;
    }
    collate.span = result.span;
    collate.left = arena.make<Expr>(result);
    *select->windows[i] = collate;
  }

  Item* item = arena.make<Item>();
  item->id = context.next_item++;
  item->kind = ItemKind::kSubquery;
  item->subquery = inner;
  item->used = arena.make_span<bool>(columns.size());
  std::fill(item->used.begin(), item->used.end(), true);
  item->span = select->span;
  pass->input = item;
  select->items = arena.copy_span(std::vector<Item*>{item});
  select->where = nullptr;
  select->group_by = {};
  select->having = nullptr;
  select->is_aggregate = false;
  select->aggregates = {};
  select->windows = {};
  select->window_pass = pass;
}

}  // namespace leftmost::planner
