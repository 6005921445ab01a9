// Rewrites for a statement that wants rows in an order, and perhaps only the first of them: the loops in the
// other order, and conditions that leave the order's index alone.
#include <fmt/format.h>

#include <algorithm>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

constexpr std::size_t kConditionsMax = 4;

bool is_inner(const sql::FromItem& item) {
  return item.kind == sql::FromKind::kTable && !item.join.left && !item.join.right && !item.join.natural &&
         item.using_columns.empty();
}

/// FROM a JOIN b ORDER BY b.x -> FROM b CROSS JOIN a: an index on b.x then gives the order.
void drive_by_order(Rewriter& rewriter, const sql::Select* select) {
  if (select->from.size() != 2 || !is_inner(select->from[0]) || !is_inner(select->from[1])) return;
  const bool has_star = std::any_of(
      select->columns.begin(), select->columns.end(),
      [](const sql::ResultColumn& column) { return column.kind == sql::ResultColumnKind::kStar; });
  sql::Select inner = *select;
  inner.from = select->from.subspan(1);
  rewriter.enter(&inner);
  const bool is_of_inner =
      std::all_of(select->order_by.begin(), select->order_by.end(), [&](const sql::OrderTerm& term) {
        return term.expr->kind == ExprKind::kName && rewriter.is_of_innermost(term.expr);
      });
  rewriter.leave();
  if (has_star || !is_of_inner) return;
  const sql::FromItem& last = select->from[1];
  const std::string on = last.on == nullptr ? std::string() : " ON " + rewriter.text_of(last.on);
  rewriter.add({{{select->from[0].span.begin, end_of_from(rewriter, select)},
                 fmt::format("{} CROSS JOIN {}{}", rewriter.text_of(last.span),
                             rewriter.text_of(select->from[0].span), on)}},
               "the table of ORDER BY first, in the order that an index of it gives");
}

/// With a LIMIT it may be less to walk the index of the order until enough rows were met.
void hide_conditions(Rewriter& rewriter, const sql::Select* select) {
  if (select->limit == nullptr || select->where == nullptr) return;
  const auto conditions = split(select->where, ExprKind::kAnd);
  if (conditions.size() > kConditionsMax) return;
  for (const Expr* condition : conditions) {
    if (is_constant(condition)) continue;
    rewriter.add(
        {{rewriter.with_parentheses(condition->span), fmt::format("+({})", rewriter.text_of(condition))}},
        "a condition that no index is searched for, so that one is read in order until the LIMIT");
  }
}

}  // namespace

void rewrite_order(Rewriter& rewriter, const sql::Select* select) {
  if (select->order_by.empty() || select->prior != nullptr) return;
  drive_by_order(rewriter, select);
  hide_conditions(rewriter, select);
}

}  // namespace leftmost::advice
