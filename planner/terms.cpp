#include "planner/terms.h"

#include "planner/comparison.h"
#include "planner/expr_tools.h"
#include "planner/substitution.h"
#include "planner/table_function.h"
#include "planner/term_analysis.h"

namespace leftmost::planner {

namespace {

void split(TermList& list, Expr* expr, ExprKind connective) {
  Expr* inner = skip_markers(expr);
  if (inner->kind != connective) {
    append_term(list, expr, TermOrigin::kBase);
    return;
  }
  split(list, inner->left, connective);
  split(list, inner->right, connective);
}

}  // namespace

Term& append_term(TermList& list, Expr* expr, TermOrigin origin) {
  Term& term = list.owned.emplace_back();
  term.index = list.terms.size();
  list.terms.push_back(&term);
  if (expr->kind == ExprKind::kLikelihood) term.truth = expr->truth;
  term.expr = skip_markers(expr);
  term.written = expr;
  term.is_virtual = origin == TermOrigin::kVirtual;
  if (!term.is_virtual) list.base_count = list.terms.size();
  return term;
}

void make_child(Term& child, Term& parent) {
  child.parent = &parent;
  child.truth = parent.truth;
  child.written = parent.written;
  ++parent.children;
}

namespace {

/// `hidden column = +argument` for every argument of a table function.
void append_arguments(TermList& list, const Item& item, const TermScope& scope) {
  storage::Arena& arena = scope.context.arena;
  for (std::size_t i = 0; i < item.arguments.size(); ++i) {
    Expr* column = arena.make<Expr>();
    column->kind = ExprKind::kColumn;
    column->item = item.id;
    column->column = item.function->first_argument() + static_cast<int>(i);
    column->name = item.relation->def->columns[static_cast<std::size_t>(column->column)].name;
    column->of_function = true;
    column->span = item.arguments[i]->span;
    Expr* value = make_binary(arena, ExprKind::kPlus, clone(item.arguments[i], arena), nullptr);
    Expr* equal = make_binary(arena, ExprKind::kEq, column, value);
    // Of the right side of a RIGHT JOIN that makes a term that drives nothing, in SQLite as here.
    set_join_mark(equal, item.id,
                  item.join.left || item.join.left_of_right ? JoinMark::kOuterOn : JoinMark::kInnerOn);
    append_term(list, equal, TermOrigin::kBase);
  }
}

/// From the last to the first; what is appended on the way is analysed at once and is not visited again.
void analyse_all(TermList& list, const TermScope& scope) {
  for (std::size_t i = list.terms.size(); i > 0; --i) analyse_term(list, *list.terms[i - 1], scope);
}

}  // namespace

void split_and_analyse(TermList& list, Expr* expr, ExprKind connective, const TermScope& scope) {
  list.is_or = connective == ExprKind::kOr;
  split(list, expr, connective);
  analyse_all(list, scope);
}

void build_terms(TermList& list, Expr* where, const TermScope& scope) {
  if (where != nullptr) split(list, where, ExprKind::kAnd);
  for (const Item* item : scope.items) append_arguments(list, *item, scope);
  analyse_all(list, scope);
}

TermScan::TermScan(TermList& list, ItemId item, int column, std::uint16_t ops)
    : first_(&list), list_(&list), ops_(ops) {
  columns_[0] = {item, column};
}

TermScan::TermScan(TermList& list, ItemId item, int column, std::uint16_t ops, const IndexColumnTest& test)
    : TermScan(list, item, column, ops) {
  tests_index_ = true;
  test_ = test;
}

bool index_affinity_fits(const Expr* comparison, std::optional<storage::Affinity> column) {
  return index_affinity_fits(comparison_affinity(comparison), column);
}

bool index_affinity_fits(storage::Affinity affinity, std::optional<storage::Affinity> column) {
  if (affinity == storage::Affinity::kBlob) return true;
  if (affinity == storage::Affinity::kText) return column && *column == storage::Affinity::kText;
  return column && is_numeric_affinity(*column);
}

bool TermScan::fits(const Term& term) const {
  if ((term.ops & ops_) == 0) return false;
  if (tests_index_ && (term.ops & kOpIsNull) == 0) {
    const storage::Affinity compared = comparison_affinity(term.expr);
    const bool fits = test_.has_affinity ? index_affinity_fits(compared, test_.affinity)
                                         : compared == storage::Affinity::kBlob;
    if (!fits) return false;
    if (comparison_collation(term.expr).value_or(storage::Collation::kBinary) != test_.collation)
      return false;
  }
  if ((term.ops & (kOpEq | kOpIs)) != 0) {
    const Expr* right = term.expr->right;
    if (right->kind == ExprKind::kColumn && right->item == columns_[0].item &&
        right->column == columns_[0].column) {
      return false;
    }
  }
  return true;
}

Term* TermScan::next() {
  for (;;) {
    const Column about = columns_[current_];
    for (; list_ != nullptr; list_ = list_->outer, next_ = 0) {
      while (next_ < list_->terms.size()) {
        Term& term = *list_->terms[next_++];
        if (term.about_item != about.item || term.about_column != about.column) continue;
        if (about.column == storage::kExpressionColumn &&
            !same_expr_skipping(term.expr->left, test_.expression, about.item)) {
          continue;
        }
        if (current_ > 0 && term.expr->join_mark == JoinMark::kOuterOn) continue;
        if ((term.ops & kOpEquivalent) != 0 && column_count_ < kColumnsMax) {
          const Expr* right = skip_markers(term.expr->right);
          if (right->kind == ExprKind::kColumn && !right->replaced_by_constant) {
            bool known = false;
            for (std::size_t i = 0; i < column_count_; ++i) {
              known = known || (columns_[i].item == right->item && columns_[i].column == right->column);
            }
            if (!known) columns_[column_count_++] = {right->item, right->column};
          }
        }
        if (fits(term)) return &term;
      }
    }
    if (++current_ >= column_count_) return nullptr;
    list_ = first_;
    next_ = 0;
  }
}

Term* find_term(TermList& list, ItemId item, int column, ItemSet ready, std::uint16_t ops) {
  Term* first_ready = nullptr;
  TermScan scan(list, item, column, ops);
  while (Term* term = scan.next()) {
    if ((term->prereq & ~ready) != 0) continue;
    if (term->prereq == 0 && (term->ops & (kOpEq | kOpIs) & ops) != 0) return term;
    if (first_ready == nullptr) first_ready = term;
  }
  return first_ready;
}

void mark_coded(Term& term, bool outer_on_only, ItemSet not_ready) {
  for (Term* t = &term; t != nullptr; t = t->parent) {
    if (t->coded || (t->all & not_ready) != 0) return;
    if (outer_on_only && t->expr->join_mark != JoinMark::kOuterOn) return;
    t->coded = true;
    if (t->parent == nullptr || --t->parent->children > 0) return;
  }
}

}  // namespace leftmost::planner
