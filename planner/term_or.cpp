// OR as something an index can use (section 3.5 of docs/planner.md):
//   case 1  a = 1 OR a = 2        a virtual term a IN (1, 2)
//   case 2  a < 5 OR a = 5        a virtual term a <= 5 (exactly two arms; the OR is still evaluated)
//   case 3  a = 1 OR c = 2        one search per arm, if every arm offers one for the same item:
//   multi_index_or.cpp

#include "planner/comparison.h"
#include "planner/expr_tools.h"
#include "planner/term_analysis.h"

namespace leftmost::planner {

namespace {

/// An arm that is no single comparison becomes a list of its own. Returns the items that its terms are about.
ItemSet make_and_arm(TermList& list, Term& arm, const TermScope& scope) {
  arm.and_list = std::make_unique<TermList>();
  arm.ops = kOpAnd;
  arm.about_item = kNoItem;
  split_and_analyse(*arm.and_list, arm.expr, ExprKind::kAnd, scope);
  arm.and_list->outer = &list;
  ItemSet items = 0;
  for (const Term* term : arm.and_list->terms) {
    if (comparison_op(term->expr->kind) != 0) items |= scope.numbers.bit(term->about_item);
  }
  return items;
}

void combine_two(TermList& list, Term& or_term, const Term& one, const Term& two, const TermScope& scope) {
  constexpr std::uint16_t kComparable = kOpEq | kOpLt | kOpLe | kOpGt | kOpGe;
  if (one.is_not_null_bound || two.is_not_null_bound) return;
  if ((one.ops & kComparable) == 0 || (two.ops & kComparable) == 0) return;
  const std::uint16_t ops = one.ops | two.ops;
  if ((ops & (kOpEq | kOpLt | kOpLe)) != ops && (ops & (kOpEq | kOpGt | kOpGe)) != ops) return;
  if (!same_expr(one.expr->left, two.expr->left) || !same_expr(one.expr->right, two.expr->right)) return;
  Expr* weakest = clone(one.expr, scope.context.arena);
  if ((ops & (ops - 1)) != 0) {
    weakest->kind = (ops & kOpsRangeHigh) != 0 ? ExprKind::kLe : ExprKind::kGe;
  }
  weakest->span = or_term.expr->span;
  Term& made = append_term(list, weakest, TermOrigin::kVirtual);
  made.written = or_term.written;
  analyse_term(list, made, scope);
}

/// What an arm offers for case 2: itself, or each term of its list.
std::vector<const Term*> parts(const Term& arm) {
  if (arm.ops != kOpAnd) return {&arm};
  return {arm.and_list->terms.begin(), arm.and_list->terms.end()};
}

/// Case 1: the column of one item that every arm compares by =, with the arms to take; empty if there is
/// none.
std::vector<const Term*> arms_about_one_column(const TermList& arms, ItemSet items, const TermScope& scope) {
  ItemId item = kNoItem;
  for (int attempt = 0; attempt < 2; ++attempt) {
    // The first arm about a possible item proposes the column; the second attempt takes another item's.
    auto at = arms.terms.begin();
    for (; at != arms.terms.end(); ++at) {
      if ((*at)->about_item == item) continue;
      if ((items & scope.numbers.bit((*at)->about_item)) != 0) break;
    }
    if (at == arms.terms.end()) return {};
    item = (*at)->about_item;
    const int column = (*at)->about_column;
    const Expr* left = (*at)->expr->left;
    bool all_agree = true;
    std::vector<const Term*> taken;
    for (; at != arms.terms.end() && all_agree; ++at) {
      if ((*at)->about_item != item) continue;
      if ((*at)->about_column != column ||
          (column == storage::kExpressionColumn && !same_expr((*at)->expr->left, left))) {
        all_agree = false;
        continue;
      }
      const auto right = affinity_of((*at)->expr->right);
      // A column without affinity (of a FROM subquery) fits only its like.
      const bool right_is_column = skip_collate((*at)->expr->right)->kind == ExprKind::kColumn;
      if ((right || right_is_column) && right != affinity_of((*at)->expr->left)) {
        all_agree = false;
      } else {
        taken.push_back(*at);
      }
    }
    if (all_agree) return taken;
  }
  return {};
}

void make_in(TermList& list, Term& term, const std::vector<const Term*>& arms, const TermScope& scope) {
  storage::Arena& arena = scope.context.arena;
  Expr* in = arena.make<Expr>();
  in->kind = ExprKind::kIn;
  in->span = term.expr->span;
  in->left = clone(arms.back()->expr->left, arena);
  std::vector<Expr*> values;
  values.reserve(arms.size());
  for (const Term* arm : arms) values.push_back(clone(arm->expr->right, arena));
  in->list = arena.copy_span(values);
  copy_join_mark(in, term.expr);
  Term& made = append_term(list, in, TermOrigin::kVirtual);
  analyse_term(list, made, scope);
  make_child(made, term);
}

}  // namespace

void analyse_or(TermList& list, Term& term, const TermScope& scope) {
  term.or_list = std::make_unique<TermList>();
  TermList& arms = *term.or_list;
  split_and_analyse(arms, term.expr, ExprKind::kOr, scope);

  ItemSet items = ~ItemSet{0};
  ItemSet in_items = ~ItemSet{0};
  for (std::size_t i = 0; i < arms.terms.size() && items != 0; ++i) {
    Term& arm = *arms.terms[i];
    if ((arm.ops & kOpsSingle) == 0) {
      in_items = 0;
      items &= make_and_arm(list, arm, scope);
      continue;
    }
    if (arm.is_copied) continue;  // its commuted copy speaks for both
    ItemSet about = scope.numbers.bit(arm.about_item);
    if (arm.is_virtual && arm.parent != nullptr) about |= scope.numbers.bit(arm.parent->about_item);
    items &= about;
    if ((arm.ops & kOpEq) == 0) {
      in_items = 0;
    } else {
      in_items &= about;
    }
  }
  term.or_items = items;
  term.ops = kOpOr;
  term.about_item = kNoItem;
  if (items != 0) list.has_or = true;

  if (items != 0 && arms.terms.size() == 2) {
    for (const Term* one : parts(*arms.terms[0])) {
      for (const Term* two : parts(*arms.terms[1])) combine_two(list, term, *one, *two, scope);
    }
  }
  if (in_items != 0) {
    const auto taken = arms_about_one_column(arms, in_items, scope);
    if (!taken.empty()) make_in(list, term, taken, scope);
  }
}

}  // namespace leftmost::planner
