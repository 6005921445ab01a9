#include "advice/conditions.h"

#include <algorithm>

#include "planner/expr_tools.h"

namespace leftmost::advice {
namespace {

using planner::Expr;
using planner::ExprKind;

/// The text of the term with values in place of parameters; empty if it cannot be asked of an entry by
/// itself.
std::string asked_alone(const Expr& term, planner::ItemId item, std::string_view sql,
                        const std::vector<storage::OwnedValue>& bindings) {
  if (term.span.empty() || term.span.end > sql.size()) return {};
  if (planner::contains_subquery(&term) || !planner::is_deterministic(&term)) return {};
  if (!planner::mentions_item(&term, item) || !planner::is_constant_or_of_item(&term, item)) return {};

  std::vector<const Expr*> parameters;
  std::vector<const Expr*> open = {&term};
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    if (expr->kind == ExprKind::kParameter) parameters.push_back(expr);
    planner::for_each_child(expr, [&](const Expr* child) { open.push_back(child); });
  }
  std::sort(parameters.begin(), parameters.end(),
            [](const Expr* a, const Expr* b) { return a->span.begin < b->span.begin; });

  std::string text;
  std::size_t at = term.span.begin;
  for (const Expr* parameter : parameters) {
    const auto number = static_cast<std::size_t>(parameter->parameter);
    if (parameter->span.empty() || parameter->span.begin < at || parameter->span.end > term.span.end)
      return {};
    if (number == 0 || number > bindings.size()) return {};
    text += sql.substr(at, parameter->span.begin - at);
    text += storage::to_sql_literal(bindings[number - 1].view());
    at = parameter->span.end;
  }
  return text.append(sql.substr(at, term.span.end - at));
}

}  // namespace

std::vector<std::string> conditions_on(const planner::IndexReason& index, planner::ItemId item,
                                       std::string_view sql,
                                       const std::vector<storage::OwnedValue>& bindings) {
  std::vector<std::string> conditions;
  std::string all;
  for (const planner::ColumnReason& column : index.columns) {
    if (column.term == nullptr) continue;
    std::string text = asked_alone(*column.term, item, sql, bindings);
    if (text.empty() || std::find(conditions.begin(), conditions.end(), text) != conditions.end()) continue;
    all += (all.empty() ? "" : " AND ") + text;
    conditions.push_back(std::move(text));
  }
  if (conditions.size() > 1) conditions.push_back(std::move(all));
  return conditions;
}

}  // namespace leftmost::advice
