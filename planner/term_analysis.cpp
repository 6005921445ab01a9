#include "planner/term_analysis.h"

#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

std::uint16_t comparison_op(ExprKind kind) {
  switch (kind) {
    case ExprKind::kEq:
      return kOpEq;
    case ExprKind::kLt:
      return kOpLt;
    case ExprKind::kLe:
      return kOpLe;
    case ExprKind::kGt:
      return kOpGt;
    case ExprKind::kGe:
      return kOpGe;
    case ExprKind::kIn:
      return kOpIn;
    case ExprKind::kIs:
      return kOpIs;
    case ExprKind::kIsNull:
      return kOpIsNull;
    default:
      return 0;
  }
}

namespace {

struct About {
  ItemId item = kNoItem;
  int column = 0;
};

/// The indexed column or expression that one side of a comparison is, if it is one.
std::optional<About> indexable_side(Expr* side, ItemSet mentioned, std::uint16_t op, const TermScope& scope) {
  if (side == nullptr) return std::nullopt;
  const bool is_range = (op & (kOpsRangeLow | kOpsRangeHigh)) != 0;
  if (side->kind == ExprKind::kRow && is_range) side = side->list.front();
  // excluded.x, and a column of a group, are values to SQLite.
  const bool is_value = side->kind == ExprKind::kColumn && (side->implicit_collation || side->owner != nullptr);
  if (side->kind == ExprKind::kColumn && !is_value) return About{side->item, side->column};
  if (mentioned == 0 || (mentioned & (mentioned - 1)) != 0) return std::nullopt;  // exactly one item
  for (const Item* item : scope.items) {
    if (scope.numbers.bit(item->id) != mentioned || item->relation == nullptr) continue;
    for (const RelationIndex& index : item->relation->indexes) {
      for (const Expr* expression : index.key_expressions) {
        if (expression != nullptr && same_expr_skipping(side, expression, item->id)) {
          return About{item->id, storage::kExpressionColumn};
        }
      }
    }
  }
  return std::nullopt;
}

/// Both sides of the comparison are columns with equal values in every result row, of one kind and one order.
bool is_equivalence(const Expr* expr) {
  if (expr->kind != ExprKind::kEq && expr->kind != ExprKind::kIs) return false;
  if (expr->join_mark == JoinMark::kOuterOn) return false;
  const auto left = affinity_of(expr->left), right = affinity_of(expr->right);
  if (left != right && (!left || !right || !is_numeric_affinity(*left) || !is_numeric_affinity(*right)))
    return false;
  const auto collation = comparison_collation(expr);
  if (collation.value_or(storage::Collation::kBinary) == storage::Collation::kBinary) return true;
  return collation_of(expr->left) == collation_of(expr->right);
}

ExprKind swapped(ExprKind kind) {
  switch (kind) {
    case ExprKind::kLt:
      return ExprKind::kGt;
    case ExprKind::kLe:
      return ExprKind::kGe;
    case ExprKind::kGt:
      return ExprKind::kLt;
    case ExprKind::kGe:
      return ExprKind::kLe;
    default:
      return kind;
  }
}

bool meets_correlated_subquery(const Expr* expr);

/// Somewhere inside the SELECT, however deep.
bool meets_correlated_subquery(Select* select) {
  bool found = false;
  if (select == nullptr) return false;
  for_each_expr_of_select(select,
                          [&](const Expr* part) { found = found || meets_correlated_subquery(part); });
  return found;
}

/// A correlated subquery is met on the way through the expression and the subqueries in it, whatever it is
/// correlated with: that is what SQLite sees when it collects the items of a term.
bool meets_correlated_subquery(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->select != nullptr && (expr->select->is_correlated || meets_correlated_subquery(expr->select)))
    return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || meets_correlated_subquery(child); });
  return found;
}

void commute(Expr* expr) {
  // The flag is set only where it matters, so that `5 = a` equals `a = 5` in every later comparison of
  // expressions.
  const bool matters =
      is_row(expr->left) || is_row(expr->right) ||
      comparison_collation(expr->left, expr->right) != comparison_collation(expr->right, expr->left);
  if (matters) expr->commuted = !expr->commuted;
  std::swap(expr->left, expr->right);
  expr->kind = swapped(expr->kind);
}

void analyse_comparison(TermList& list, Term& term, ItemSet left_items, ItemSet extra_prereq,
                        const TermScope& scope) {
  Expr* expr = term.expr;
  const std::uint16_t op = comparison_op(expr->kind);
  // Sides that share an item cannot drive a search, but may still say that two columns are equal.
  const std::uint16_t usable = (term.prereq & left_items) == 0 ? 0xffff : std::uint16_t{kOpEquivalent};
  Expr* left = skip_collate(expr->left);
  Expr* right = expr->kind == ExprKind::kIn ? nullptr : skip_collate(expr->right);
  if (term.in_field > 0) left = skip_collate(left->list[static_cast<std::size_t>(term.in_field - 1)]);

  if (const auto about = indexable_side(left, left_items, op, scope)) {
    term.about_item = about->item;
    term.about_column = about->column;
    term.ops = op & usable;
  }
  const auto about = right == nullptr || right->replaced_by_constant
                         ? std::nullopt
                         : indexable_side(right, term.prereq, op, scope);
  if (about) {
    Term* commuted = &term;
    std::uint16_t equivalent = 0;
    if (term.about_item != kNoItem) {
      commuted = &append_term(list, clone(expr, scope.context.arena), TermOrigin::kVirtual);
      make_child(*commuted, term);
      term.is_copied = true;
      if (is_equivalence(expr)) {
        equivalent = kOpEquivalent;
        term.ops |= kOpEquivalent;
      }
    }
    const ItemSet all = term.all;
    commute(commuted->expr);
    commuted->about_item = about->item;
    commuted->about_column = about->column;
    commuted->prereq = left_items | extra_prereq;
    commuted->all = all;
    commuted->is_correlated = term.is_correlated;
    commuted->ops = (comparison_op(commuted->expr->kind) | equivalent) & usable;
  } else if (expr->kind == ExprKind::kIsNull && expr->join_mark != JoinMark::kOuterOn && !can_be_null(left)) {
    expr->kind = ExprKind::kLiteral;
    expr->value = storage::Value::integer(0);
    expr->is_true_false = true;  // what it was about stays below it: it is no constant term
    term.all = 0;
    term.ops = 0;
  }
}

void analyse_between(TermList& list, Term& term, const TermScope& scope) {
  Expr* between = term.expr;
  const ExprKind kinds[] = {ExprKind::kGe, ExprKind::kLe};
  for (std::size_t side = 0; side < 2; ++side) {
    Expr* bound = make_binary(scope.context.arena, kinds[side], clone(between->left, scope.context.arena),
                              clone(between->list[side], scope.context.arena));
    bound->span = between->span;
    copy_join_mark(bound, between);
    Term& child = append_term(list, bound, TermOrigin::kVirtual);
    analyse_term(list, child, scope);
    make_child(child, term);
  }
}

void analyse_not_null(TermList& list, Term& term, const TermScope& scope) {
  Expr* column = term.expr->left;
  if (column->kind != ExprKind::kColumn || column->column < 0 || term.expr->join_mark == JoinMark::kOuterOn)
    return;
  Expr* above_null = make_binary(scope.context.arena, ExprKind::kGt, clone(column, scope.context.arena),
                                 scope.context.arena.make<Expr>());
  above_null->span = term.expr->span;
  Term& child = append_term(list, above_null, TermOrigin::kVirtual);
  child.is_not_null_bound = true;
  child.about_item = column->item;
  child.about_column = column->column;
  child.ops = kOpGt;
  child.all = term.all;
  make_child(child, term);
  term.is_copied = true;
}

void analyse_row_equality(TermList& list, Term& term, const TermScope& scope) {
  Expr* expr = term.expr;
  const int size = row_size(expr->left);
  if (size < 2 || row_size(expr->right) != size) return;
  if (expr->left->kind == ExprKind::kSubquery && expr->right->kind == ExprKind::kSubquery) return;
  for (int field = 0; field < size; ++field) {
    storage::Arena& arena = scope.context.arena;
    // The slices test copies, the fields of a row-valued subquery aside: those are parts of one thing.
    Expr* slice = make_binary(arena, expr->kind, clone(row_field(arena, expr->left, field), arena),
                              clone(row_field(arena, expr->right, field), arena));
    slice->span = expr->span;
    copy_join_mark(slice, expr);
    Term& made = append_term(list, slice, TermOrigin::kBase);
    made.is_slice = true;
    made.written = term.written;
    analyse_term(list, made, scope);
  }
  term.coded = true;
  term.is_virtual = true;
  term.ops = kOpRowValue;
}

void analyse_row_in(TermList& list, Term& term, const TermScope& scope) {
  const Select* select = term.expr->select;
  if (select == nullptr || select->prior != nullptr || select->values_rows.size() > 1) return;
  for (int field = 1; field <= row_size(term.expr->left); ++field) {
    Term& slice = append_term(list, term.expr, TermOrigin::kVirtual);
    slice.is_slice = true;
    slice.in_field = field;
    analyse_term(list, slice, scope);
    make_child(slice, term);
  }
}

}  // namespace

void analyse_term(TermList& list, Term& term, const TermScope& scope) {
  Expr* expr = term.expr;
  const ItemNumbers& numbers = scope.numbers;
  const ItemSet left_items = numbers.mentioned(expr->left);
  ItemSet all = 0;
  if (expr->kind == ExprKind::kIn) {
    if (expr->select != nullptr) {
      term.prereq = numbers.mentioned(expr->select);
    } else {
      for (const Expr* element : expr->list) term.prereq |= numbers.mentioned(element);
    }
    all = left_items | term.prereq;
    // The IN's own SELECT does not make the term a correlated one; that decides when the filter is tested.
    term.is_correlated = meets_correlated_subquery(expr->left) || meets_correlated_subquery(expr->select);
    for (const Expr* element : expr->list) {
      term.is_correlated = term.is_correlated || meets_correlated_subquery(element);
    }
  } else {
    term.prereq = numbers.mentioned(expr->right);
    all = numbers.mentioned(expr);
    term.is_correlated = meets_correlated_subquery(expr);
  }

  ItemSet extra_prereq = 0;
  if (expr->join_mark != JoinMark::kNone) {
    const ItemSet join_item = numbers.bit(expr->join_item);
    if (expr->join_mark == JoinMark::kOuterOn) {
      all |= join_item;
      if (join_item != 0)
        extra_prereq = join_item - 1;  // an ON never drives a search on the left side of its join
    } else if (join_item != 0 && (all >> 1) >= join_item) {
      expr->join_mark = JoinMark::kNone;  // an inner ON about an item further right is as good as WHERE
    }
  }
  term.all = all;

  const std::uint16_t op = comparison_op(expr->kind);
  if (op != 0) {
    analyse_comparison(list, term, left_items, extra_prereq, scope);
  } else if (expr->kind == ExprKind::kBetween) {
    if (!list.is_or) analyse_between(list, term, scope);
  } else if (expr->kind == ExprKind::kOr) {
    analyse_or(list, term, scope);
  } else if (expr->kind == ExprKind::kNotNull) {
    analyse_not_null(list, term, scope);
  } else if (expr->kind == ExprKind::kFunction) {
    if (!list.is_or) analyse_pattern(list, term, scope);
  }
  if (!list.is_or) {
    if (expr->kind == ExprKind::kEq || expr->kind == ExprKind::kIs) {
      analyse_row_equality(list, term, scope);
    } else if (expr->kind == ExprKind::kIn && term.in_field == 0 && expr->left->kind == ExprKind::kRow) {
      analyse_row_in(list, term, scope);
    }
  }
  term.prereq |= extra_prereq;
}

}  // namespace leftmost::planner
