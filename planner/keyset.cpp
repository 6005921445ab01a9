#include "planner/keyset.h"

#include <algorithm>

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/term_analysis.h"

namespace leftmost::planner {

namespace {

constexpr std::size_t kArmsMax = 16;
constexpr std::size_t kConjunctsMax = 16;

/// column op value, the column on the left.
struct Comparison {
  const Expr* column = nullptr;
  const Expr* value = nullptr;
  const Expr* expr = nullptr;
  std::uint16_t op = 0;
};

std::uint16_t mirrored(std::uint16_t op) {
  switch (op) {
    case kOpLt:
      return kOpGt;
    case kOpGt:
      return kOpLt;
    case kOpLe:
      return kOpGe;
    case kOpGe:
      return kOpLe;
    default:
      return op;
  }
}

std::optional<Comparison> as_comparison(const Expr* expr, ItemId item) {
  expr = skip_markers(expr);
  const std::uint16_t op = comparison_op(expr->kind);
  if ((op & (kOpEq | kOpIs | kOpsRangeLow | kOpsRangeHigh)) == 0) return std::nullopt;
  const Expr* left = skip_collate(expr->left);
  const Expr* right = skip_collate(expr->right);
  if (left->kind == ExprKind::kColumn && left->item == item && !mentions_item(right, item)) {
    return Comparison{left, right, expr, op};
  }
  if (right->kind == ExprKind::kColumn && right->item == item && !mentions_item(left, item)) {
    return Comparison{right, left, expr, mirrored(op)};
  }
  return std::nullopt;
}

using Arm = std::vector<Comparison>;

/// The condition as an OR of ANDs of comparisons; empty if it is not made of these, or of too many.
std::vector<Arm> arms_of(const Expr* expr, ItemId item) {
  expr = skip_markers(expr);
  if (expr->kind == ExprKind::kOr) {
    std::vector<Arm> all = arms_of(expr->left, item);
    const std::vector<Arm> more = arms_of(expr->right, item);
    if (all.empty() || more.empty() || all.size() + more.size() > kArmsMax) return {};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  if (expr->kind == ExprKind::kAnd) {
    const std::vector<Arm> left = arms_of(expr->left, item);
    const std::vector<Arm> right = arms_of(expr->right, item);
    if (left.size() * right.size() > kArmsMax) return {};
    std::vector<Arm> all;
    for (const Arm& one : left) {
      for (const Arm& other : right) {
        Arm& both = all.emplace_back(one);
        both.insert(both.end(), other.begin(), other.end());
        if (both.size() > kConjunctsMax) return {};
      }
    }
    return all;
  }
  if (const auto comparison = as_comparison(expr, item)) return {{*comparison}};
  return {};
}

bool same_column(const Expr* a, const Expr* b) { return a->item == b->item && a->column == b->column; }

/// The list says that the column is at least (at most) the value.
bool has_floor(const TermList& list, const Comparison& first, ItemId item) {
  const std::uint16_t wanted = (first.op & kOpsRangeLow) != 0 ? kOpGe : kOpLe;
  for (const Term* term : list.terms) {
    if (term->ops != wanted) continue;
    const auto floor = as_comparison(term->expr, item);
    if (floor && same_column(floor->column, first.column) && may_be_same_value(floor->value, first.value))
      return true;
  }
  return false;
}

}  // namespace

bool may_be_same_value(const Expr* a, const Expr* b) {
  a = skip_markers(a);
  b = skip_markers(b);
  if (a->kind == ExprKind::kParameter && b->kind == ExprKind::kParameter) return true;
  return same_expr(a, b);
}

std::optional<Keyset> as_keyset(const Term& term, const TermList& list, ItemId item) {
  if (term.expr->kind != ExprKind::kOr) return std::nullopt;
  std::vector<Arm> arms = arms_of(term.expr, item);
  if (arms.size() < 2) return std::nullopt;
  std::stable_sort(arms.begin(), arms.end(), [](const Arm& a, const Arm& b) { return a.size() < b.size(); });
  if (arms.front().size() != 1) return std::nullopt;
  const Comparison first = arms.front().front();
  const bool with_floor = has_floor(list, first, item);

  Keyset keyset;
  keyset.term = &term;
  keyset.ascending = (first.op & kOpsRangeLow) != 0;
  const std::uint16_t range = keyset.ascending ? kOpsRangeLow : kOpsRangeHigh;
  for (std::size_t k = 0; k < arms.size(); ++k) {
    // Arm k pins the columns before it to the values that the arms before it start from, and opens one
    // column.
    std::vector<bool> pinned(k, false);
    const Comparison* opened = nullptr;
    for (const Comparison& part : arms[k]) {
      if ((part.op & (kOpEq | kOpIs)) == 0) {
        if (opened != nullptr || (part.op & range) == 0) return std::nullopt;
        opened = &part;
        continue;
      }
      std::size_t at = 0;
      while (at < k && !same_column(keyset.columns[at], part.column)) ++at;
      if (at == k || !may_be_same_value(keyset.values[at], part.value)) return std::nullopt;
      pinned[at] = true;
    }
    if (opened == nullptr) return std::nullopt;
    if (k > 0 && !pinned[0] && with_floor) pinned[0] = true;
    if (std::find(pinned.begin(), pinned.end(), false) != pinned.end()) return std::nullopt;
    for (const Expr* column : keyset.columns) {
      if (same_column(column, opened->column)) return std::nullopt;
    }
    const bool is_last = k + 1 == arms.size();
    if (!is_last && (opened->op & (kOpGt | kOpLt)) == 0) return std::nullopt;
    keyset.columns.push_back(opened->column);
    keyset.values.push_back(opened->value);
    keyset.comparisons.push_back(opened->expr);
  }
  return keyset;
}

std::string to_row_value(const Keyset& keyset) {
  std::string columns, values;
  for (std::size_t i = 0; i < keyset.columns.size(); ++i) {
    columns += (i > 0 ? ", " : "") + to_text(keyset.columns[i]);
    values += (i > 0 ? ", " : "") + to_text(keyset.values[i], 30);
  }
  const ExprKind last = keyset.comparisons.back()->kind;
  const bool inclusive = last == ExprKind::kGe || last == ExprKind::kLe;
  return "(" + columns + (keyset.ascending ? ") >" : ") <") + (inclusive ? "= (" : " (") + values + ")";
}

}  // namespace leftmost::planner
