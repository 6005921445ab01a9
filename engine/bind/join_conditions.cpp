// NATURAL, USING and ON. Opening finds the columns and makes the complaints; resolving ANDs the conditions to
// WHERE, marked with the item they belong to (section 3.7 of docs/planner.md).
#include <fmt/core.h>

#include "engine/bind/statement_binder.h"
#include "planner/expr_tools.h"

namespace leftmost::engine::bind {

using planner::Expr;
using planner::ExprKind;
using planner::JoinMark;

namespace {

/// First entry in [from, to) that has the column.
bool find_left(std::span<FromEntry> entries, std::size_t from, std::size_t to, std::string_view name,
               bool ignore_hidden, std::size_t& entry, int& column) {
  for (std::size_t i = from; i < to; ++i) {
    const int found = entries[i].find_column(name);
    if (found < 0 || (ignore_hidden && entries[i].is_hidden(found))) continue;
    entry = i;
    column = found;
    return true;
  }
  return false;
}

/// Marks what SQLite marks: operands and function arguments, not IN lists, CASE arms or BETWEEN bounds.
void mark_condition(Expr* expr, planner::ItemId item, JoinMark mark) {
  while (expr != nullptr) {
    expr->join_mark = mark;
    expr->join_item = item;
    if (expr->kind == ExprKind::kFunction) {
      for (Expr* argument : expr->list) mark_condition(argument, item, mark);
    }
    mark_condition(expr->left, item, mark);
    expr = expr->kind == ExprKind::kCase ? nullptr : expr->right;
  }
}

}  // namespace

bool StatementBinder::open_using(Frame& frame) {
  const std::span<FromEntry> from = frame.from;
  const bool any_right_join = !from.empty() && from.front().left_of_right_join;
  // SQLite looks at the other names as well, up to the next NATURAL, and names the last one.
  std::string_view ambiguous;
  for (std::size_t i = 1; i < from.size(); ++i) {
    FromEntry& right = from[i];
    std::size_t left = 0;
    int left_column = 0;
    if (right.join.natural) {
      if (right.has_using || right.on != nullptr) {
        set_error("a NATURAL join may not have an ON or USING clause");
        return false;
      }
      for (int j = 0; j < right.column_count(); ++j) {
        if (right.is_hidden(j)) continue;
        if (find_left(from, 0, i, right.column_name(j), true, left, left_column)) {
          right.using_columns.push_back(right.column_name(j));
        }
      }
      right.has_using = right.using_from_natural = !right.using_columns.empty();
      if (!ambiguous.empty()) break;
    }
    for (const std::string_view name : right.using_columns) {
      UsingCondition condition;
      condition.right = i;
      condition.right_column = right.find_column(name);
      if (condition.right_column < 0 ||
          !find_left(from, 0, i, name, right.using_from_natural, left, left_column)) {
        set_error(fmt::format("cannot join using column {} - column not present in both tables", name));
        return false;
      }
      condition.left.emplace_back(left, left_column);
      while (any_right_join &&
             find_left(from, left + 1, i, name, right.using_from_natural, left, left_column)) {
        if (!from[left].is_using_column(name)) {
          ambiguous = name;
          break;
        }
        condition.left.emplace_back(left, left_column);
      }
      frame.using_conditions.push_back(std::move(condition));
    }
  }
  if (!ambiguous.empty()) set_error(fmt::format("ambiguous reference to {} in USING()", ambiguous));
  return ambiguous.empty();
}

bool StatementBinder::resolve_join_conditions(Frame& frame, Scope& scope, Expr*& where) {
  const sql::Expr* written = frame.syntax != nullptr ? frame.syntax->where : nullptr;
  const auto is_outer = [](const FromEntry& entry) { return entry.join.left || entry.join.right; };
  // SQLite folds `x AND 0` while it joins the conditions, before any name in them is looked up.
  int conditions = written != nullptr ? 1 : 0;
  bool always_false = written != nullptr && is_false_literal(written);
  for (const FromEntry& entry : frame.from) {
    if (entry.on == nullptr) continue;
    ++conditions;
    always_false = always_false || (!is_outer(entry) && is_false_literal(entry.on));
  }
  conditions += static_cast<int>(frame.using_conditions.size());
  if (always_false && conditions > 1) {
    where = planner::make_integer(arena(), 0);
    return true;
  }
  where = nullptr;
  if (written != nullptr) {
    where = resolve(written, scope);
    if (where == nullptr) return false;
  }
  std::size_t next_using = 0;
  for (std::size_t i = 0; i < frame.from.size(); ++i) {
    FromEntry& entry = frame.from[i];
    const JoinMark mark = is_outer(entry) ? JoinMark::kOuterOn : JoinMark::kInnerOn;
    for (; next_using < frame.using_conditions.size() && frame.using_conditions[next_using].right == i;
         ++next_using) {
      const UsingCondition& condition = frame.using_conditions[next_using];
      std::vector<Expr*> lefts;
      for (const auto& [left, column] : condition.left)
        lefts.push_back(column_of(frame.from[left], column, {}));
      Expr* left = lefts.front();
      if (lefts.size() > 1) {
        const Expected<const Function*> coalesce = context_.functions->find("coalesce", lefts.size());
        if (!coalesce) {
          set_error(coalesce.error());
          return false;
        }
        left = make(ExprKind::kFunction, nullptr, nullptr, {});
        left->function = *coalesce;
        left->list = to_span(lefts);
      }
      Expr* equal = make(ExprKind::kEq, left, column_of(entry, condition.right_column, {}), {});
      equal->join_mark = mark;
      equal->join_item = entry.item->id;
      where = planner::make_and(arena(), where, equal, false);
    }
    if (entry.on != nullptr) {
      in_on_ = true;
      Expr* on = resolve(entry.on, scope);
      in_on_ = false;
      if (on == nullptr) return false;
      mark_condition(on, entry.item->id, mark);
      where = where == nullptr ? on : make(ExprKind::kAnd, where, on, {});
    }
  }
  return true;
}

}  // namespace leftmost::engine::bind
