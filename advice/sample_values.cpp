#include "advice/sample_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "advice/runs.h"
#include "planner/expr_tools.h"

namespace leftmost::advice {
namespace {

using planner::Expr;
using planner::ExprKind;

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
    case ExprKind::kIn:
    case ExprKind::kBetween:
      return true;
    default:
      return false;
  }
}

class Sampler {
 public:
  Sampler(const planner::Plan& plan, oracle::Twin& twin,
          std::vector<std::optional<storage::OwnedValue>>& values)
      : twin_(twin), values_(values) {
    for (const planner::SelectPlan& select : plan.selects) {
      for (const planner::Loop& loop : select.loops) know(loop);
    }
    for (const planner::Loop& loop : plan.change_loops) know(loop);
  }

  void read(const planner::Plan& plan) {
    for (const planner::SelectPlan& select : plan.selects) {
      for (const planner::Loop& loop : select.loops) read(loop);
      if (select.select == nullptr) continue;
      give(select.select->limit, storage::OwnedValue(storage::Value::integer(10)));
      give(select.select->offset, storage::OwnedValue(storage::Value::integer(0)));
    }
    for (const planner::Loop& loop : plan.change_loops) read(loop);
  }

 private:
  void know(const planner::Loop& loop) {
    if (loop.item != nullptr && loop.item->relation != nullptr)
      items_[loop.item->id] = loop.item->relation->def.get();
  }

  void read(const planner::Loop& loop) {
    for (const planner::SeekColumn& seek : loop.equalities) read(seek.term);
    for (const planner::AutomaticColumn& column : loop.automatic_columns) read(column.seek.term);
    read(loop.lower.term);
    read(loop.upper.term);
    read(loop.or_term);
    for (const planner::Filter& filter : loop.filters) read(filter.condition);
  }

  void read(const Expr* expr) {
    if (expr == nullptr) return;
    if (is_comparison(expr->kind)) {
      const auto about = [&](const Expr* side) {
        return side == nullptr ? nullptr : planner::skip_markers(side);
      };
      std::vector<const Expr*> sides = {about(expr->left), about(expr->right)};
      for (const Expr* element : expr->list) sides.push_back(about(element));
      // A column before what is computed of one: a = ?, then lower(a) = lower(?).
      for (const bool is_bare : {true, false}) {
        for (const Expr* side : sides) {
          const Expr* column = side == nullptr ? nullptr : is_bare ? side : first_column(side);
          if (column == nullptr || column->kind != ExprKind::kColumn) continue;
          for (const Expr* other : sides) {
            if (other != nullptr && other != side) give_all(other, *column);
          }
        }
      }
    }
    const bool is_pattern = expr->kind == ExprKind::kFunction && expr->function != nullptr &&
                            (expr->function->role == planner::FunctionRole::kLike ||
                             expr->function->role == planner::FunctionRole::kGlob);
    if (is_pattern && expr->list.size() >= 2) {
      if (const Expr* column = first_column(expr->list[1])) give_all(expr->list[0], *column);
    }
    planner::for_each_child(expr, [&](const Expr* child) { read(child); });
  }

  static const Expr* first_column(const Expr* expr) {
    if (expr == nullptr || expr->kind == ExprKind::kColumn) return expr;
    const Expr* found = nullptr;
    planner::for_each_child(expr, [&](const Expr* child) {
      if (found == nullptr) found = first_column(child);
    });
    return found;
  }

  /// A value of the column to the parameters of an expression.
  void give_all(const Expr* expr, const Expr& column) {
    if (expr == nullptr) return;
    if (expr->kind == ExprKind::kParameter && is_missing(*expr)) give(expr, middle_of(column));
    planner::for_each_child(expr, [&](const Expr* child) { give_all(child, column); });
  }

  bool is_missing(const Expr& parameter) const {
    const auto number = static_cast<std::size_t>(parameter.parameter);
    return number >= 1 && number <= values_.size() && !values_[number - 1];
  }

  void give(const Expr* parameter, std::optional<storage::OwnedValue> value) {
    if (parameter == nullptr || parameter->kind != ExprKind::kParameter || !value || !is_missing(*parameter))
      return;
    values_[static_cast<std::size_t>(parameter->parameter) - 1] = std::move(*value);
  }

  std::optional<storage::OwnedValue> middle_of(const Expr& column) {
    const auto table = items_.find(column.item);
    if (table == items_.end() || column.column >= static_cast<int>(table->second->columns.size()))
      return std::nullopt;
    const std::string name =
        column.column >= 0 ? sql_name(table->second->columns[static_cast<std::size_t>(column.column)].name)
                           : "rowid";
    // Twice, for `a BETWEEN ? AND ?`, it is the same value: a range that is not empty.
    const auto rows =
        twin_.run(fmt::format("SELECT {0} FROM {1} WHERE {0} IS NOT NULL LIMIT 1 OFFSET (SELECT count(*) / 2 "
                              "FROM {1} WHERE {0} IS NOT NULL)",
                              name, sql_name(table->second->name)));
    if (!rows || rows->rows.empty()) return std::nullopt;
    return rows->rows.front().front();
  }

  oracle::Twin& twin_;
  std::vector<std::optional<storage::OwnedValue>>& values_;
  std::map<planner::ItemId, const storage::TableDef*> items_;
};

}  // namespace

bool sample_values(const planner::Plan& plan, oracle::Twin& twin,
                   std::vector<std::optional<storage::OwnedValue>>& values) {
  Sampler(plan, twin, values).read(plan);
  return std::all_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
}

}  // namespace leftmost::advice
