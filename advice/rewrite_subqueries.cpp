// Conditions with a subquery: EXISTS and IN turned into each other, a count that asks for one row, an IN
// turned round or into a join, a list of rows.
#include <fmt/format.h>

#include <algorithm>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

bool mentions_any_column_of(Rewriter& rewriter, const sql::Select* select, const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == ExprKind::kName) {
    rewriter.enter(select);
    const bool found = rewriter.is_of_innermost(expr);
    rewriter.leave();
    return found;
  }
  if (mentions_any_column_of(rewriter, select, expr->left) ||
      mentions_any_column_of(rewriter, select, expr->right))
    return true;
  return std::any_of(expr->list.begin(), expr->list.end(),
                     [&](const Expr* element) { return mentions_any_column_of(rewriter, select, element); });
}

/// A condition `inner = outer` of a correlated subquery, and the rest of its WHERE as text.
struct Correlation {
  const Expr* inner = nullptr;
  const Expr* outer = nullptr;
  std::string rest;
  bool is_inner_left = false;  ///< `inner = outer`, whose collation counts
};
std::optional<Correlation> find_correlation(Rewriter& rewriter, const sql::Select* select) {
  std::optional<Correlation> found;
  std::string rest;
  for (const Expr* term : split(select->where, ExprKind::kAnd)) {
    if (!found && term->kind == ExprKind::kEq && term->left->kind == ExprKind::kName &&
        term->right->kind == ExprKind::kName) {
      const bool is_left = mentions_any_column_of(rewriter, select, term->left);
      const bool is_right = mentions_any_column_of(rewriter, select, term->right);
      if (is_left != is_right) {
        found =
            Correlation{is_left ? term->left : term->right, is_left ? term->right : term->left, {}, is_left};
        continue;
      }
    }
    rest += (rest.empty() ? "" : " AND ") + rewriter.operand(term);
  }
  if (found) found->rest = rest;
  return found;
}

/// The collation of a column in the subquery or around it; none if it is hard to tell.
std::optional<storage::Collation> collation_of(Rewriter& rewriter, const sql::Select* select,
                                               const Expr* name) {
  rewriter.enter(select);
  const auto column = rewriter.find_column(name);
  rewriter.leave();
  return column ? std::optional(column->definition->collation) : std::nullopt;
}

/// `outer IN (SELECT inner)` compares by the collation of the outer column. What that presumes, if it was
/// another.
std::string presumed_of(Rewriter& rewriter, const sql::Select* select, const Correlation& correlation) {
  const auto inner = collation_of(rewriter, select, correlation.inner);
  if (!correlation.is_inner_left || (inner && inner == collation_of(rewriter, select, correlation.outer)))
    return {};
  return fmt::format("{} and {} take the same values to be equal", rewriter.text_of(correlation.inner),
                     rewriter.text_of(correlation.outer));
}

/// `constant IN (SELECT item)` compares as BINARY, `item = constant` by the collation of the item.
std::string presumed_of_turned(Rewriter& rewriter, const sql::Select* select,
                               const Correlation& correlation) {
  const Expr* item = select->columns[0].expr;
  if (collation_of(rewriter, select, item) == storage::Collation::kBinary)
    return presumed_of(rewriter, select, correlation);
  return fmt::format("{} is written alike wherever it is meant to be equal", rewriter.text_of(item));
}

std::string from_text(const Rewriter& rewriter, const sql::Select* select) {
  return rewriter.text_of(sql::Span{select->from.front().span.begin, end_of_from(rewriter, select)});
}

/// FROM tables and WHERE are all there is beside the result columns.
bool has_only_where(const sql::Select* select) {
  return select->prior == nullptr && !select->is_values && !select->distinct && select->group_by.empty() &&
         select->having == nullptr && select->windows.empty() && select->limit == nullptr &&
         select->with == nullptr && !select->from.empty() && select->order_by.empty() &&
         std::all_of(select->from.begin(), select->from.end(),
                     [](const sql::FromItem& item) { return item.kind == sql::FromKind::kTable; });
}

bool is_simple_subquery(const sql::Select* select) { return is_plain(select) && has_only_where(select); }

std::string where_clause(const std::string& condition) {
  return condition.empty() ? "" : " WHERE " + condition;
}

/// `x IN (SELECT key FROM t)`: a join with t, which has at most one partner for each row.
void turn_in_to_join(Rewriter& rewriter, const sql::Select* select, const Expr* condition) {
  if (condition->kind != ExprKind::kInSelect || condition->negated ||
      condition->left->kind != ExprKind::kName)
    return;
  const sql::Select* inner = condition->select;
  if (!is_simple_subquery(inner) || inner->from.size() != 1 || inner->columns.size() != 1 ||
      inner->columns[0].expr == nullptr || inner->columns[0].expr->kind != ExprKind::kName) {
    return;
  }
  const bool has_star = std::any_of(
      select->columns.begin(), select->columns.end(),
      [](const sql::ResultColumn& column) { return column.kind == sql::ResultColumnKind::kStar; });
  const auto left = rewriter.find_column(condition->left);
  rewriter.enter(inner);
  const auto right = rewriter.find_column(inner->columns[0].expr);
  rewriter.leave();
  if (has_star || !left || !right || !is_unique(rewriter, *right)) return;
  // Another collation or type could take two keys to be equal.
  if (left->definition->collation != right->definition->collation ||
      left->definition->affinity != right->definition->affinity) {
    return;
  }
  const std::string where =
      inner->where == nullptr ? std::string() : " AND " + rewriter.operand(inner->where);
  const std::uint32_t end = end_of_from(rewriter, select);
  rewriter.add({{{end, end}, " JOIN " + from_text(rewriter, inner)},
                {condition->span, fmt::format("{} = {}{}", rewriter.text_of(condition->left),
                                              rewriter.text_of(inner->columns[0].expr), where)}},
               "a join in place of IN, whose list has each value once");
}

bool are_never_null(Rewriter& rewriter, const sql::Select* select, const Expr* inner, const Expr* outer) {
  if (!rewriter.is_never_null(outer)) return false;
  rewriter.enter(select);
  const bool is_inner_too = rewriter.is_never_null(inner);
  rewriter.leave();
  return is_inner_too;
}

/// [NOT] EXISTS (select) as a list. Requires: has_only_where(select).
void turn_exists_to_in(Rewriter& rewriter, const Expr* condition, const sql::Select* select, bool is_not) {
  const auto correlation = find_correlation(rewriter, select);
  if (!correlation) return;
  std::string presumes = presumed_of(rewriter, select, *correlation);
  if (is_not && !are_never_null(rewriter, select, correlation->inner, correlation->outer)) {
    presumes = fmt::format("neither {} nor {} is NULL", rewriter.text_of(correlation->outer),
                           rewriter.text_of(correlation->inner));
  }
  rewriter.add(
      condition,
      fmt::format("{} {}IN (SELECT {} FROM {}{})", rewriter.text_of(correlation->outer), is_not ? "NOT " : "",
                  rewriter.text_of(correlation->inner), from_text(rewriter, select),
                  where_clause(correlation->rest)),
      is_not ? "NOT IN, whose list is made once" : "IN, whose list is made once and can be searched for",
      std::move(presumes));
}

/// What a comparison of count() with a number asks: whether there is a row (true), or none (false).
std::optional<bool> asked_by(const Expr* condition, const Expr*& count) {
  count = condition;
  if (condition->kind == ExprKind::kSubquery) return true;
  if (condition->kind == ExprKind::kNot) {
    count = condition->left;
    if (count->kind == ExprKind::kSubquery) return false;
    return std::nullopt;
  }
  std::string op;
  const Expr* number = nullptr;
  if (condition->kind == ExprKind::kNe) {
    const bool is_left = condition->left->kind == ExprKind::kSubquery;
    op = "<>";
    count = is_left ? condition->left : condition->right;
    number = is_left ? condition->right : condition->left;
  } else if (const auto comparison = comparison_of(condition)) {
    op = comparison->op;
    count = comparison->subject;
    number = comparison->constant;
  } else {
    return std::nullopt;
  }
  if (count->kind != ExprKind::kSubquery || number->kind != ExprKind::kInteger) return std::nullopt;
  const bool is_zero = number->text == "0", is_one = number->text == "1";
  if ((is_zero && (op == ">" || op == "<>")) || (is_one && op == ">=")) return true;
  if ((is_zero && (op == "=" || op == "<=" || op == "IS")) || (is_one && op == "<")) return false;
  return std::nullopt;
}

}  // namespace

void rewrite_count(Rewriter& rewriter, const Expr* condition) {
  const Expr* subquery = nullptr;
  const auto asked = asked_by(condition, subquery);
  if (!asked) return;
  const sql::Select* select = subquery->select;
  if (!has_only_where(select) || select->columns.size() != 1) return;
  const Expr* count = select->columns[0].expr;
  if (count == nullptr || count->kind != ExprKind::kFunction || !equal_words(count->text, "count") ||
      count->call->over != nullptr || count->call->filter != nullptr || count->list.size() > 1) {
    return;
  }
  std::string where = select->where == nullptr ? std::string() : rewriter.text_of(select->where);
  if (!count->list.empty()) {
    if (!where.empty()) where = fmt::format("({}) AND ", where);
    where += rewriter.operand(count->list[0]) + " IS NOT NULL";
  }
  rewriter.add({{condition->span, fmt::format("{}EXISTS (SELECT 1 FROM {}{})", *asked ? "" : "NOT ",
                                              from_text(rewriter, select), where_clause(where))}},
               *asked ? "EXISTS, which stops at the first row, in place of a count"
                      : "NOT EXISTS, which stops at the first row, in place of a count",
               {}, true);
  if (count->list.empty()) turn_exists_to_in(rewriter, condition, select, !*asked);
}

void rewrite_in_as_join(Rewriter& rewriter, const sql::Select* select) {
  if (select->where == nullptr || select->from.empty()) return;
  for (const Expr* condition : split(select->where, ExprKind::kAnd))
    turn_in_to_join(rewriter, select, condition);
}

void rewrite_subquery_condition(Rewriter& rewriter, const Expr* condition) {
  const Expr* exists = condition->kind == ExprKind::kExists ? condition : nullptr;
  const bool is_not = condition->kind == ExprKind::kNot && condition->left->kind == ExprKind::kExists;
  if (is_not) exists = condition->left;
  if (exists != nullptr && is_simple_subquery(exists->select))
    turn_exists_to_in(rewriter, condition, exists->select, is_not);
  if (condition->kind == ExprKind::kInSelect && is_simple_subquery(condition->select) &&
      condition->select->columns.size() == 1 && condition->select->columns[0].expr != nullptr) {
    const sql::Select* select = condition->select;
    const std::string item = rewriter.operand(select->columns[0].expr);
    const std::string left = rewriter.operand(condition->left);
    // `constant IN (correlated)`: the correlation becomes the comparison.
    if (is_constant(condition->left) && !condition->negated) {
      if (const auto correlation = find_correlation(rewriter, select)) {
        const std::string rest = fmt::format("{} = {}{}", item, left,
                                             correlation->rest.empty() ? "" : " AND " + correlation->rest);
        rewriter.add(condition,
                     fmt::format("{} IN (SELECT {} FROM {} WHERE {})", rewriter.text_of(correlation->outer),
                                 rewriter.text_of(correlation->inner), from_text(rewriter, select), rest),
                     "IN turned round: its left side is a column that can be searched",
                     presumed_of_turned(rewriter, select, *correlation));
      }
    } else if (condition->left->kind == ExprKind::kName &&
               !mentions_any_column_of(rewriter, select, condition->left)) {
      const std::string where =
          select->where == nullptr ? std::string() : " AND (" + rewriter.text_of(select->where) + ")";
      rewriter.add(
          condition,
          fmt::format("{}EXISTS (SELECT 1 FROM {} WHERE {} = {}{})", condition->negated ? "NOT " : "",
                      from_text(rewriter, select), left, item, where),
          condition->negated ? "NOT EXISTS, which stops at the first row"
                             : "EXISTS, which stops at the first row",
          condition->negated && !are_never_null(rewriter, select, select->columns[0].expr, condition->left)
              ? fmt::format("neither {} nor {} is NULL", left, item)
              : std::string());
    }
  }
  // (a, b) IN (VALUES (1, 2), (3, 4))
  const bool is_row_list = condition->kind == ExprKind::kInSelect &&
                           condition->left->kind == ExprKind::kRow && condition->select->is_values &&
                           condition->select->prior == nullptr && !condition->negated;
  if (!is_row_list) return;
  std::string text;
  for (const auto& row : condition->select->rows) {
    if (row.size() != condition->left->list.size()) return;
    std::string all;
    for (std::size_t i = 0; i < row.size(); ++i) {
      all += fmt::format("{}{} = {}", all.empty() ? "" : " AND ", rewriter.operand(condition->left->list[i]),
                         rewriter.operand(row[i]));
    }
    text += fmt::format("{}({})", text.empty() ? "" : " OR ", all);
  }
  rewriter.add(condition, "(" + text + ")", "the rows of the list joined by OR, each searched by itself");
}

}  // namespace leftmost::advice
