// WHERE a = 5 AND b = a: a is 5 everywhere else in WHERE, so that b can be searched (section 3.8 of
// docs/planner.md; SQLite: propagateConstants, src/select.c).

#include "planner/coder.h"
#include "planner/comparison.h"

namespace leftmost::planner {

namespace {

struct KnownValue {
  Expr* column;
  Expr* value;
};

class Propagation {
 public:
  Propagation(Select* select, storage::Arena& arena) : select_(select), arena_(arena) {
    has_right_join_ = !select->items.empty() && select->items.front()->join.left_of_right;
  }

  /// One round; true if something was replaced.
  bool run() {
    known_.clear();
    changes_ = 0;
    has_untyped_column_ = false;
    collect(select_->where);
    if (!known_.empty()) rewrite(select_->where);
    return changes_ > 0;
  }

 private:
  bool is_excluded(const Expr* expr) const {
    return expr->join_mark == JoinMark::kOuterOn ||
           (has_right_join_ && expr->join_mark == JoinMark::kInnerOn);
  }

  void collect(Expr* expr) {
    if (is_excluded(expr)) return;
    if (expr->kind == ExprKind::kAnd) {
      collect(expr->right);
      collect(expr->left);
      return;
    }
    if (expr->kind != ExprKind::kEq) return;
    if (expr->right->kind == ExprKind::kColumn && is_constant(expr->left)) add(expr->right, expr->left, expr);
    if (expr->left->kind == ExprKind::kColumn && is_constant(expr->right)) add(expr->left, expr->right, expr);
  }

  void add(Expr* column, Expr* value, const Expr* comparison) {
    if (column->replaced_by_constant || affinity_of(value) || skip_collate(value)->kind == ExprKind::kColumn)
      return;
    if (comparison_collation(comparison).value_or(storage::Collation::kBinary) != storage::Collation::kBinary)
      return;
    for (const KnownValue& known : known_) {
      if (known.column->item == column->item && known.column->column == column->column) return;
    }
    if (affinity_of(column) == storage::Affinity::kBlob) has_untyped_column_ = true;
    known_.push_back({column, value});
  }

  void replace(Expr* expr, bool typed_only) {
    if (expr->kind != ExprKind::kColumn || expr->replaced_by_constant || is_excluded(expr)) return;
    for (const KnownValue& known : known_) {
      if (known.column == expr || known.column->item != expr->item || known.column->column != expr->column)
        continue;
      if (typed_only && affinity_of(known.column) == storage::Affinity::kBlob) return;
      expr->replaced_by_constant = true;
      expr->right = clone(known.value, arena_);
      ++changes_;
      return;
    }
  }

  void rewrite(Expr* expr) {
    if (expr == nullptr) return;
    if (has_untyped_column_) {
      // An untyped column keeps the value's own type only as a direct operand of a comparison.
      switch (expr->kind) {
        case ExprKind::kEq:
        case ExprKind::kLt:
        case ExprKind::kLe:
        case ExprKind::kGt:
        case ExprKind::kGe:
        case ExprKind::kIs:
          replace(expr->left, false);
          if (affinity_of(expr->left) != storage::Affinity::kText) replace(expr->right, false);
          break;
        default:
          break;
      }
    }
    if (expr->kind == ExprKind::kColumn) {
      replace(expr, has_untyped_column_);
      return;
    }
    for_each_child(expr, [this](Expr* child) { rewrite(child); });
    if (expr->select != nullptr) {
      for_each_expr_of_select(expr->select, [this](Expr* part) { rewrite(part); });
    }
  }

  Select* select_;
  storage::Arena& arena_;
  std::vector<KnownValue> known_;
  int changes_ = 0;
  bool has_untyped_column_ = false;
  bool has_right_join_ = false;
};

}  // namespace

void propagate_constants(Select* select, Context& context) {
  if (select->where == nullptr || select->where->kind != ExprKind::kAnd) return;
  Propagation propagation(select, context.arena);
  while (propagation.run()) {
  }
}

}  // namespace leftmost::planner
