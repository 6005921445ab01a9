#include "planner/term_obstacle.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {
namespace {

bool is_comparison(ExprKind kind) {
  return kind == ExprKind::kEq || kind == ExprKind::kIs || kind == ExprKind::kLt || kind == ExprKind::kLe ||
         kind == ExprKind::kGt || kind == ExprKind::kGe || kind == ExprKind::kBetween || kind == ExprKind::kIn ||
         kind == ExprKind::kIsNull;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int count_columns(const Expr* expr) {
  if (expr->kind == ExprKind::kColumn) return 1;
  int count = 0;
  for_each_child(expr, [&](const Expr* child) { count += count_columns(child); });
  return count;
}

/// What stands around the column on its side of the comparison.
Obstacle wrapper_obstacle(const Expr* side, std::string_view name) {
  switch (side->kind) {
    case ExprKind::kPlus:
      return {"unary-plus", fmt::format("+{0} is an expression to the planner: the plus keeps it from the index", name)};
    case ExprKind::kCast:
      return {"column-inside-cast", fmt::format("CAST makes a new value of {0}; the index is sorted by {0} itself", name)};
    case ExprKind::kCase:
      return {"column-inside-coalesce", fmt::format("CASE may give something else than {}", name)};
    case ExprKind::kConcat:
      if (count_columns(side) > 1) {
        return {"columns-concatenated", fmt::format("{} is glued to another column: compare the parts", name)};
      }
      [[fallthrough]];
    case ExprKind::kAdd: case ExprKind::kSubtract: case ExprKind::kMultiply: case ExprKind::kDivide:
    case ExprKind::kRemainder: case ExprKind::kNegate: case ExprKind::kBitAnd: case ExprKind::kBitOr:
    case ExprKind::kShiftLeft: case ExprKind::kShiftRight: case ExprKind::kBitNot:
      return {"column-inside-arithmetic", fmt::format("{} stands inside an expression; the planner solves no equations", name)};
    case ExprKind::kFunction: {
      const std::string_view function = side->function == nullptr ? std::string_view("the function") : side->function->name;
      if (is_one_of(function, {"coalesce", "ifnull", "nullif", "iif"})) {
        return {"column-inside-coalesce", fmt::format("{}() may give something else than {}", function, name)};
      }
      if (is_one_of(function, {"date", "datetime", "time", "strftime", "julianday", "unixepoch"})) {
        return {"date-function-on-column", fmt::format("{}() is computed for every row; a range of {} is what could be searched",
                                                       function, name)};
      }
      return {"column-inside-function", fmt::format("the index holds {}, not {}() of it", name, function)};
    }
    default:
      return {};
  }
}

Obstacle pattern_obstacle(const Expr* call, std::string_view name) {
  const std::string_view function = call->function->name;
  if (!is_one_of(function, {"like", "glob"})) {
    return {"regexp-or-function-match", fmt::format("{}() has to be asked of every {}", function, name)};
  }
  const Expr* pattern = call->list.empty() ? nullptr : call->list.front();
  if (pattern == nullptr) return {};
  if (pattern->kind == ExprKind::kParameter) {
    return {"pattern-parameter-unknown", "the pattern is a parameter without a value: it may begin with anything"};
  }
  if (pattern->kind != ExprKind::kLiteral || !pattern->value.is_text()) {
    return {"pattern-not-literal", "the pattern is computed: it may begin with anything"};
  }
  const std::string_view text = pattern->value.as_bytes();
  const std::string_view wild = function == "like" ? "%_" : "*?[";
  if (text.empty() || wild.find(text.front()) != std::string_view::npos) {
    return {"like-leading-wildcard", fmt::format("the pattern begins with a wildcard, so {} may begin with anything", name)};
  }
  if (function == "like") {
    return {"like-case-insensitive", fmt::format("LIKE ignores case, and {} is not sorted that way in the index", name)};
  }
  return {"pattern-non-text-column", fmt::format("{} is no TEXT column, so a pattern is no range of it", name)};
}

}  // namespace

bool mentions_column(const Expr* expr, ItemId item, int column) {
  if (expr->kind == ExprKind::kColumn && expr->item == item && expr->column == column) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || mentions_column(child, item, column); });
  return found;
}

Obstacle find_obstacle(const Expr* condition, const ItemFacts& facts, const ProbeColumn& column, std::string_view name) {
  condition = skip_markers(condition);
  const ItemId item = facts.item->id;
  switch (condition->kind) {
    case ExprKind::kNe: case ExprKind::kIsNot:
      return {"not-equal", fmt::format("everything but one value of {} is two ranges, which SQLite does not search", name)};
    case ExprKind::kNotNull:
      return {"is-not-null", fmt::format("nearly every {} is not NULL: SQLite takes that for no restriction", name)};
    case ExprKind::kNot:
      if (condition->left->kind == ExprKind::kIn) {
        return {"not-in", fmt::format("NOT IN leaves all other values of {}, which are no range", name)};
      }
      return {"negated-comparison", fmt::format("NOT around a condition on {} is not turned into a range", name)};
    case ExprKind::kFunction:
      return condition->function == nullptr ? Obstacle{} : pattern_obstacle(condition, name);
    case ExprKind::kColumn:
      return {"bare-boolean-column", fmt::format("{} alone asks for any number that is not 0; {} = 1 could be searched", name, name)};
    case ExprKind::kOr:
      return {"or-unindexed-branch", "one arm of the OR has no index, so every row has to be looked at"};
    default:
      break;
  }
  if (!is_comparison(condition->kind)) return {};
  const Expr* side = condition->left;
  const Expr* other = condition->right;
  if (!mentions_column(side, item, column.query_column) && other != nullptr) std::swap(side, other);
  const Expr* bare = skip_collate(side);
  if (bare->kind == ExprKind::kRow) {
    if (condition->kind == ExprKind::kIn) {
      return {"row-value-in-list", "a list of row values is no place to search by; SQLite looks at every row"};
    }
    return {};
  }
  if (bare->kind != ExprKind::kColumn) return wrapper_obstacle(bare, name);
  if (other != nullptr && mentions_item(other, item)) {
    return {"column-vs-same-row-column", fmt::format("{} is compared with another column of the same row", name)};
  }
  const auto collation = comparison_collation(condition);
  if (collation && *collation != column.collation && column.affinity == storage::Affinity::kText) {
    return {"collation-mismatch-query", fmt::format("compared as {}, but sorted as {} in the index",
                                                    storage::collation_name(*collation),
                                                    storage::collation_name(column.collation))};
  }
  if (!index_affinity_fits(condition, column.affinity)) {
    return {"affinity-mismatch-join", fmt::format("{} is compared as a number, but sorted as text in the index", name)};
  }
  return {};
}

std::string value_text(const Expr* expr) {
  if (expr == nullptr) return "an expression";
  expr = skip_markers(expr);
  switch (expr->kind) {
    case ExprKind::kLiteral: {
      std::string text = storage::to_sql_literal(expr->value);
      constexpr std::size_t kShown = 40;
      if (text.size() > kShown) {
        text.resize(kShown);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
        text += "...";
      }
      return text;
    }
    case ExprKind::kParameter: return fmt::format("?{}", expr->parameter);
    case ExprKind::kColumn: return std::string(expr->name);
    case ExprKind::kSubquery: return "(SELECT ...)";
    case ExprKind::kPlus: return value_text(expr->left);
    case ExprKind::kNegate: return "-" + value_text(expr->left);
    default: return "an expression";
  }
}

std::string term_text(const Term& term) {
  const Expr* expr = term.expr;
  if ((term.ops & kOpIsNull) != 0) return "IS NULL";
  if (term.is_not_null_bound) return "IS NOT NULL";
  if ((term.ops & kOpIn) != 0) {
    if (expr->select != nullptr) return "IN (SELECT ...)";
    return fmt::format("IN ({} {})", expr->list.size(), expr->list.size() == 1 ? "value" : "values");
  }
  const std::string value = expr->right != nullptr && is_row(expr->right) ? "a row value" : value_text(expr->right);
  if ((term.ops & kOpEq) != 0) return "= " + value;
  if ((term.ops & kOpIs) != 0) return "IS " + value;
  if ((term.ops & kOpLt) != 0) return "< " + value;
  if ((term.ops & kOpLe) != 0) return "<= " + value;
  if ((term.ops & kOpGt) != 0) return "> " + value;
  return ">= " + value;
}

}  // namespace leftmost::planner
