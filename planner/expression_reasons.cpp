// Why an index on an expression does not serve a condition that is about the same columns (group I of
// docs/reasons.md): SQLite compares the two by structure and does no algebra.

#include <algorithm>
#include <set>

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/json_spelling.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

void collect_columns(const Expr* expr, ItemId item, std::set<int>& columns) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kColumn && (expr->item == item || expr->item == kSelfItem))
    columns.insert(expr->column);
  for_each_child(expr, [&](const Expr* child) { collect_columns(child, item, columns); });
}

bool is_reorderable(ExprKind kind) {
  return kind == ExprKind::kAdd || kind == ExprKind::kMultiply || kind == ExprKind::kBitAnd ||
         kind == ExprKind::kBitOr || kind == ExprKind::kAnd || kind == ExprKind::kOr;
}

/// The operands of a chain: a + (b + c) has three.
void collect_operands(const Expr* expr, ExprKind kind, std::vector<const Expr*>& operands) {
  expr = skip_markers(expr);
  if (expr->kind != kind) {
    operands.push_back(expr);
    return;
  }
  collect_operands(expr->left, kind, operands);
  collect_operands(expr->right, kind, operands);
}

/// The same expression once operands of +, *, = ... may change places.
bool same_reordered(const Expr* a, const Expr* b, ItemId item, int& steps_left) {
  if (a == nullptr || b == nullptr) return a == b;
  if (--steps_left < 0) return false;
  a = skip_markers(a);
  b = skip_markers(b);
  if (same_expr(a, b, item)) return true;
  if (a->kind != b->kind) return false;
  if (is_reorderable(a->kind)) {
    std::vector<const Expr*> left, right;
    collect_operands(a, a->kind, left);
    collect_operands(b, b->kind, right);
    if (left.size() != right.size()) return false;
    for (const Expr* operand : left) {
      const auto found = std::find_if(right.begin(), right.end(), [&](const Expr* other) {
        return same_reordered(operand, other, item, steps_left);
      });
      if (found == right.end()) return false;
      right.erase(found);
    }
    return true;
  }
  if (a->kind == ExprKind::kEq || a->kind == ExprKind::kNe || a->kind == ExprKind::kIs) {
    return same_reordered(a->left, b->right, item, steps_left) &&
           same_reordered(a->right, b->left, item, steps_left);
  }
  // Anything else only in its operands.
  if (a->left == nullptr && a->right == nullptr && a->list.empty()) return false;
  if (a->function != b->function || a->affinity != b->affinity || a->select != nullptr ||
      b->select != nullptr || a->list.size() != b->list.size()) {
    return false;
  }
  if (!same_reordered(a->left, b->left, item, steps_left) ||
      !same_reordered(a->right, b->right, item, steps_left))
    return false;
  for (std::size_t i = 0; i < a->list.size(); ++i) {
    if (!same_reordered(a->list[i], b->list[i], item, steps_left)) return false;
  }
  return true;
}

}  // namespace

const Expr* side_like_expression(const Expr* condition, const Expr* expression, ItemId item) {
  std::set<int> wanted;
  collect_columns(expression, item, wanted);
  const auto fits = [&](const Expr* side) {
    if (side == nullptr) return false;
    std::set<int> columns;
    collect_columns(side, item, columns);
    return !columns.empty() && columns == wanted;
  };
  switch (condition->kind) {
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kIs:
    case ExprKind::kIsNot:
      if (fits(condition->left)) return skip_markers(condition->left);
      return fits(condition->right) ? skip_markers(condition->right) : nullptr;
    case ExprKind::kBetween:
    case ExprKind::kIn:
    case ExprKind::kIsNull:
    case ExprKind::kNotNull:
      return fits(condition->left) ? skip_markers(condition->left) : nullptr;
    case ExprKind::kOr:
    case ExprKind::kAnd:
    case ExprKind::kNot:
      return nullptr;
    default:
      return fits(condition) ? condition : nullptr;
  }
}

bool spells_out_column(const Expr* condition, const ItemFacts& facts, int column) {
  const Relation* relation = facts.item->relation;
  if (relation == nullptr || relation->generated.empty() || column < 0) return false;
  const Expr* formula = relation->generated[static_cast<std::size_t>(column)];
  if (formula == nullptr) return false;
  const Expr* side = side_like_expression(condition, formula, facts.item->id);
  return side != nullptr && same_expr_skipping(side, formula, facts.item->id);
}

bool mentions_expression(const Expr* expr, const Expr* expression, ItemId item) {
  if (expr == nullptr) return false;
  if (same_expr_skipping(expr, expression, item)) return true;
  bool found = false;
  for_each_child(expr,
                 [&](const Expr* child) { found = found || mentions_expression(child, expression, item); });
  return found;
}

Explanation why_other_expression(const Expr* side, const Expr* expression, ItemId item) {
  constexpr int kStepsMax = 10'000;
  int steps_left = kStepsMax;
  const std::string asked = to_text(side), indexed = to_text(expression);
  if (same_reordered(side, expression, item, steps_left)) {
    return {"expression-index-reordered",
            "the index holds " + indexed + "; " + asked + " is equal, but SQLite does not reorder operands"};
  }
  const auto asked_json = json_extraction(side), indexed_json = json_extraction(expression);
  if (asked_json && indexed_json && same_json_place(*asked_json, *indexed_json, item)) {
    return {"json-operator-mismatch",
            "the index holds " + indexed + "; " + asked +
                (asked_json->gives_json == indexed_json->gives_json
                     ? " is the same value, but another spelling is another expression to SQLite"
                     : " takes the same place out of the document, but -> gives it as JSON, and to SQLite it "
                       "is another "
                       "expression")};
  }
  return {"expression-index-mismatch",
          "the index holds " + indexed + ", and " + asked + " is another expression"};
}

}  // namespace leftmost::planner
