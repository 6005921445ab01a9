// Third pass: what SQLite only notices while it generates code. Row values may stand where rows are compared
// and nowhere else; aggregates may not stand in WHERE; an ON condition may not look to the right of its join.
#include <fmt/core.h>

#include "engine/bind/statement_binder.h"
#include "planner/expr_tools.h"

namespace leftmost::engine::bind {

using planner::Expr;
using planner::ExprKind;

namespace {

/// An aggregate of `owner` in an expression or in its subqueries.
const Expr* find_aggregate_of(const planner::Select* owner, const Expr* expr) {
  if (expr == nullptr) return nullptr;
  if (expr->kind == ExprKind::kAggregate && expr->owner == owner) return expr;
  const Expr* found = nullptr;
  const auto look = [&](const Expr* part) {
    if (found == nullptr) found = find_aggregate_of(owner, part);
  };
  planner::for_each_child(expr, look);
  if (expr->select != nullptr) planner::for_each_expr_of_select(expr->select, look);
  return found;
}

const Expr* find_window_call(const Expr* expr) {
  if (expr == nullptr || expr->kind == ExprKind::kWindow) return expr;
  const Expr* found = nullptr;
  planner::for_each_child(expr, [&](const Expr* child) {
    if (found == nullptr) found = find_window_call(child);
  });
  return found;
}

void split_and(const Expr* expr, std::vector<const Expr*>& terms) {
  if (expr == nullptr) return;
  if (expr->kind != ExprKind::kAnd) {
    terms.push_back(expr);
    return;
  }
  split_and(expr->left, terms);
  split_and(expr->right, terms);
}

bool is_comparison(ExprKind kind) {
  switch (kind) {
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kIs:
    case ExprKind::kIsNot:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool StatementBinder::check_frames() {
  for (Frame& frame : frames_) {
    if (frame.select == nullptr) continue;
    for (const planner::OrderTerm& term : frame.select->group_by) {
      // A group cannot depend on what is computed from the groups.
      const Expr* shown = term.result_column == 0
                              ? term.expr
                              : frame.select->columns[static_cast<std::size_t>(term.result_column) - 1].expr;
      if (const Expr* call = frame.windows.empty() ? nullptr : find_window_call(shown)) {
        set_error(fmt::format("misuse of window function {}()", call->function->name),
                  call->span.empty() ? std::nullopt : std::optional<std::size_t>(call->span.begin));
        return false;
      }
    }
    std::optional<std::size_t> misplaced;
    std::optional<std::size_t> at;
    if (!frame.aggregates.empty() && !frame.select->is_aggregate) misplaced = 0;
    if (!frame.aggregates.empty()) {
      const Expr* found = find_aggregate_of(frame.select, frame.select->where);
      for (const planner::OrderTerm& term : frame.select->group_by) {
        if (found == nullptr) found = find_aggregate_of(frame.select, term.expr);
      }
      if (found != nullptr) {
        misplaced = static_cast<std::size_t>(found->slot);
        if (!found->span.empty()) at = found->span.begin;
      }
    }
    if (misplaced) {
      const auto& [name, offset] = frame.aggregate_names[*misplaced];
      const bool without_place =
          !at && !frame.windows.empty();  // SQLite notices it while it takes the windows apart
      set_error(fmt::format("misuse of aggregate: {}()", name), without_place ? std::nullopt
                                                                : at          ? at
                                                                              : offset);
      return false;
    }
    for (const planner::AggregateCall& call : frame.aggregates) {
      if (call.distinct && call.arguments.size() != 1) {
        set_error("DISTINCT aggregates must have exactly one argument");
        return false;
      }
    }
    if (!check_on_terms(frame)) return false;
  }
  if (!loop_column_) return true;
  set_error(fmt::format("generated column loop on \"{}\"", *loop_column_));
  return false;
}

bool StatementBinder::check_on_terms(const Frame& frame) {
  if (frame.from.size() < 3) return true;  // nothing stands to the right of a join's right side
  const bool has_right_join = frame.from.front().left_of_right_join;
  std::vector<const Expr*> terms;
  split_and(frame.select->where, terms);
  for (const Expr* term : terms) {
    if (term->join_mark == planner::JoinMark::kNone) continue;
    if (term->join_mark == planner::JoinMark::kInnerOn && !has_right_join) continue;
    Expr* const parts[1] = {const_cast<Expr*>(term)};
    const std::unordered_set<planner::ItemId> mentioned = mentioned_items(parts);
    bool right_of_join = false;
    for (const FromEntry& entry : frame.from) {
      if (right_of_join && mentioned.count(entry.item->id) != 0) {
        set_error("ON clause references tables to its right");
        return false;
      }
      right_of_join = right_of_join || entry.item->id == term->join_item;
    }
  }
  return true;
}

namespace {

/// The recursive step of a common table expression groups its rows, of which it sees one at a time.
bool has_recursive_aggregate(const planner::Select& last) {
  for (const planner::Select* arm = &last; arm != nullptr && last.is_recursive; arm = arm->prior) {
    for (const planner::Item* item : arm->items) {
      if (item->kind == planner::ItemKind::kRecursiveReference && arm->is_aggregate) return true;
    }
  }
  return false;
}

}  // namespace

bool StatementBinder::check_select(planner::Select* select) {
  if (select != nullptr && select->is_recursive && !select->windows.empty()) {
    set_error("cannot use window functions in recursive queries");
    return false;
  }
  if (select != nullptr && has_recursive_aggregate(*select)) {
    set_error("recursive aggregate queries not supported");
    return false;
  }
  for (; select != nullptr; select = select->prior) {
    for (planner::Item* item : select->items) {
      if (item->subquery != nullptr && !check_select(item->subquery)) return false;
    }
    if (!check_core(select)) return false;
  }
  return true;
}

bool StatementBinder::check_core(planner::Select* select) {
  bool sound = true;
  const auto check = [&](Expr* expr) { sound = sound && (expr == nullptr || check_scalar(expr)); };
  check(select->limit);
  check(select->offset);
  check(select->where);
  for (const planner::Item* item : select->items) {
    for (Expr* argument : item->arguments) check(argument);
  }
  for (planner::ResultColumn& column : select->columns) check(column.expr);
  for (const auto& row : select->values_rows) {
    for (Expr* value : row) check(value);
  }
  for (planner::OrderTerm& term : select->group_by) check(term.expr);
  check(select->having);
  for (planner::OrderTerm& term : select->order_by) check(term.expr);
  for (planner::AggregateCall& call : select->aggregates) {
    for (Expr* argument : call.arguments) check(argument);
    check(call.filter);
  }
  return sound;
}

bool StatementBinder::check_elements(Expr* expr) {
  if (expr->kind == ExprKind::kRow) {
    for (Expr* element : expr->list) {
      if (!check_scalar(element)) return false;
    }
    return true;
  }
  return expr->kind == ExprKind::kSubquery ? check_select(expr->select) : check_scalar(expr);
}

bool StatementBinder::check_scalar(Expr* expr) {
  const Depth depth(*this);
  if (depth.too_deep()) return false;
  if (expr->kind == ExprKind::kRow) {
    set_error("row value misused");
    return false;
  }
  if (expr->kind == ExprKind::kSubquery && expr->select->columns.size() != 1) {
    set_error(fmt::format("sub-select returns {} columns - expected 1", expr->select->columns.size()));
    return false;
  }
  if (is_comparison(expr->kind)) {
    if (planner::row_size(expr->left) == 1) return check_scalar(expr->left) && check_scalar(expr->right);
    return check_elements(expr->left) && check_elements(expr->right);
  }
  if (expr->kind == ExprKind::kBetween && planner::row_size(expr->left) > 1) {
    return check_elements(expr->left) && check_elements(expr->list[0]) && check_elements(expr->list[1]);
  }
  if (expr->kind == ExprKind::kIn) {
    const int width = planner::row_size(expr->left);
    if (expr->select != nullptr && expr->select->columns.size() != static_cast<std::size_t>(width)) {
      set_error(
          fmt::format("sub-select returns {} columns - expected {}", expr->select->columns.size(), width));
      return false;
    }
    if (expr->select == nullptr && width != 1) {
      if (expr->left->kind == ExprKind::kSubquery) return check_scalar(expr->left);
      set_error("row value misused");
      return false;
    }
    if (!(width == 1 ? check_scalar(expr->left) : check_elements(expr->left))) return false;
    for (Expr* element : expr->list) {
      if (!check_scalar(element)) return false;
    }
    return expr->select == nullptr || check_select(expr->select);
  }
  if (expr->kind == ExprKind::kCase && expr->left != nullptr && planner::row_size(expr->left) > 1) {
    // CASE (a, b) WHEN (1, 2): the WHENs are rows of the same size, the THENs are not.
    if (!check_elements(expr->left)) return false;
    for (std::size_t i = 0; i < expr->list.size(); ++i) {
      const bool is_when = i % 2 == 0;
      if (is_when && planner::row_size(expr->list[i]) != planner::row_size(expr->left)) {
        set_error("row value misused");
        return false;
      }
      if (!(is_when ? check_elements(expr->list[i]) : check_scalar(expr->list[i]))) return false;
    }
    return expr->right == nullptr || check_scalar(expr->right);
  }
  bool sound = true;
  planner::for_each_child(expr, [&](Expr* child) { sound = sound && check_scalar(child); });
  return sound && (expr->select == nullptr || check_select(expr->select));
}

}  // namespace leftmost::engine::bind
