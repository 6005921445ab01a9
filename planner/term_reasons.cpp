#include "planner/term_reasons.h"

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/implication.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

bool is_about_column(const Expr* expr, ItemId item, int column) {
  return expr != nullptr && expr->kind == ExprKind::kColumn && expr->item == item && expr->column == column;
}

/// The operations around the column, the innermost first; without the condition itself.
bool collect_holders(const Expr* expr, ItemId item, int column, std::vector<const Expr*>& holders) {
  bool found = false;
  for_each_child(expr, [&](const Expr* child) {
    if (found) return;
    const Expr* inner = skip_markers(child);
    found = is_about_column(inner, item, column);
    if (!found && collect_holders(inner, item, column, holders)) {
      found = true;
      holders.push_back(inner);
    }
  });
  return found;
}

int columns_joined(const Expr* concat) {
  if (concat->kind == ExprKind::kColumn) return 1;
  int count = 0;
  for_each_child(concat, [&](const Expr* child) { count += columns_joined(child); });
  return count;
}

/// The outermost || around `inner`.
const Expr* whole_concatenation(const Expr* expr, const Expr* inner) {
  if (expr == inner) return expr;
  const Expr* found = nullptr;
  for_each_child(expr, [&](const Expr* child) {
    if (found == nullptr) found = whole_concatenation(child, inner);
  });
  if (found != nullptr && expr->kind == ExprKind::kConcat) return expr;
  return found;
}

bool looks_like_date(std::string_view text) {
  // YYYY, YYYY-MM or YYYY-MM-DD
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (digit == (i == 4 || i == 7)) return false;
    if (!digit && text[i] != '-') return false;
  }
  return true;
}

/// `substr(day, 1, 7) = '2024-05'`: the start of a date that is stored as text.
bool is_date_prefix(const Expr* condition, const Expr* call) {
  if (call->function->name != "substr" && call->function->name != "substring") return false;
  if (call->list.size() != 3 || integer_literal(call->list[1]) != 1) return false;
  bool found = false;
  const auto look = [&](const Expr* expr) {
    found = found || (expr != nullptr && expr->kind == ExprKind::kLiteral && expr->value.is_text() &&
                      looks_like_date(expr->value.as_bytes()));
  };
  look(condition->right);
  for (const Expr* element : condition->list) look(element);
  return found;
}

template <std::size_t Count>
bool is_one_of(std::string_view name, const std::string_view (&names)[Count]) {
  for (const std::string_view candidate : names) {
    if (name == candidate) return true;
  }
  return false;
}

Explanation why_in_call(const Expr* condition, const Expr* call, const std::string& name) {
  static constexpr std::string_view kSubstitutes[] = {"coalesce", "ifnull", "nullif", "iif"};
  static constexpr std::string_view kDates[] = {"date",      "time",     "datetime",
                                                "julianday", "strftime", "unixepoch"};
  static constexpr std::string_view kSearches[] = {"instr", "regexp", "match"};
  const std::string_view function = call->function->name;
  const std::string written = to_text(call, 40);
  if (is_one_of(function, kSubstitutes)) {
    return {"column-inside-coalesce",
            written + " may be something else than " + name + ", and the index holds " + name + " alone"};
  }
  if (is_one_of(function, kDates) || is_date_prefix(condition, call)) {
    return {"date-function-on-column", written + " is computed for every row; as a range, " + name +
                                           " >= ... AND " + name + " < ..., it could be searched"};
  }
  if (is_one_of(function, kSearches)) {
    return {"regexp-or-function-match",
            written + " looks into " + name + " row by row: no order of the index helps it"};
  }
  return {"column-inside-function", "the index holds " + name + ", not " + written};
}

/// value IN (column, ...)
Explanation in_list_turned_round(const Expr* condition, const std::string& name) {
  return {"in-list-on-wrong-side", to_text(condition) + " has " + name +
                                       " inside the list: only what stands left of IN can be searched"};
}

Explanation why_wrapped(const Expr* condition, const Expr* holder, const std::string& name) {
  const std::string written = to_text(holder, 40);
  switch (holder->kind) {
    case ExprKind::kAdd:
    case ExprKind::kSubtract:
    case ExprKind::kMultiply:
    case ExprKind::kDivide:
    case ExprKind::kRemainder:
    case ExprKind::kBitAnd:
    case ExprKind::kBitOr:
    case ExprKind::kShiftLeft:
    case ExprKind::kShiftRight:
    case ExprKind::kNegate:
    case ExprKind::kBitNot:
      return {"column-inside-arithmetic", "the index holds " + name + ", not " + written +
                                              ", and the planner does not solve for " + name};
    case ExprKind::kPlus:
      // value IN (column) became value = +column: nobody wrote that plus.
      if (!is_written_plus(holder)) return in_list_turned_round(condition, name);
      return {"unary-plus", "the + of " + written + " keeps " + name + " out of every index"};
    case ExprKind::kConcat: {
      const Expr* whole = whole_concatenation(condition, holder);
      const std::string glued = to_text(whole, 40);
      if (columns_joined(whole) < 2) {
        return {"column-inside-arithmetic",
                "the index holds " + name + ", not " + glued + ", and the planner does not take it apart"};
      }
      return {"columns-concatenated",
              glued + " is one text made of several columns; the index holds " + name + " by itself"};
    }
    case ExprKind::kCast:
      return {"column-inside-cast", "the index holds " + name + " as it is stored, not " + written};
    case ExprKind::kFunction:
      return why_in_call(condition, holder, name);
    case ExprKind::kCase:
      return {"column-inside-coalesce",
              "CASE may be something else than " + name + ", and the index holds " + name + " alone"};
    default:
      return {};
  }
}

/// NOT of something.
Explanation why_negated(const Expr* inner, const std::string& name) {
  switch (inner->kind) {
    case ExprKind::kIn:
      return {"not-in",
              "NOT IN leaves everything but a few values of " + name + ": that is not one run of the index"};
    case ExprKind::kEq:
    case ExprKind::kIs:
      if (inner->right->kind == ExprKind::kPlus && !is_written_plus(inner->right)) {
        return {"not-in",
                "NOT IN leaves everything but one value of " + name + ": that is not one run of the index"};
      }
      return {"not-equal", "NOT (" + to_text(inner) + ") leaves everything but one value of " + name +
                               ": that is not one run of the index"};
    case ExprKind::kColumn:
      return {"bare-boolean-column", "NOT " + name + " tests a truth and compares nothing; an index needs " +
                                         name + " = ... or a range"};
    case ExprKind::kFunction:
      return {"regexp-or-function-match",
              "what does not match " + to_text(inner, 40) + " is not one run of the index"};
    default:
      return {"negated-comparison", "NOT hides " + to_text(inner, 40) +
                                        " from the planner, which does not turn it into its opposite"};
  }
}

/// The two sides of the comparison that a condition makes of the column, as they stand in the query.
struct Sides {
  const Expr* left = nullptr;
  const Expr* right = nullptr;
  bool own_is_left = true;
  const Expr* own() const { return own_is_left ? left : right; }
  const Expr* other() const { return own_is_left ? right : left; }
};

template <typename IsColumn>
std::optional<Sides> sides_of(const Expr* expr, IsColumn&& is_column) {
  const auto paired = [&](const Expr* left, const Expr* right) -> std::optional<Sides> {
    if (is_column(left)) return Sides{left, right, true};
    if (is_column(right)) return Sides{left, right, false};
    return std::nullopt;
  };
  if (expr->kind == ExprKind::kBetween) {
    if (auto low = paired(expr->left, expr->list[0])) return low;
    return paired(expr->left, expr->list[1]);
  }
  if (expr->kind == ExprKind::kIn) {
    const bool has_column = expr->select != nullptr && !expr->select->columns.empty();
    return paired(expr->left, has_column ? expr->select->columns.front().expr : nullptr);
  }
  if (expr->left != nullptr && expr->right != nullptr && expr->left->kind == ExprKind::kRow &&
      expr->right->kind == ExprKind::kRow) {
    return paired(expr->left->list.front(), expr->right->list.front());
  }
  return expr->commuted ? paired(expr->right, expr->left) : paired(expr->left, expr->right);
}

/// A comparison of the bare column with a value from elsewhere: collation and types.
Explanation why_comparison_differs(const Expr* expr, const Sides& sides, const LoopPlan& plan,
                                   const ProbeColumn& indexed, const std::string& name) {
  const Expr* other = sides.other();
  const bool is_in = expr->kind == ExprKind::kIn;
  const auto collation =
      comparison_collation(sides.left, is_in ? nullptr : sides.right).value_or(storage::Collation::kBinary);
  const std::string against = other == nullptr || is_in ? "the list" : to_text(other, plan.facts, 30);
  if (indexed.query_column != kRowidColumn && collation != indexed.collation) {
    const std::string compared(storage::collation_name(collation));
    const std::string sorted(storage::collation_name(indexed.collation));
    if (has_explicit_collation(sides.left) || (!is_in && has_explicit_collation(sides.right))) {
      return {"collation-mismatch-query",
              "COLLATE makes the comparison " + compared + ", but the index sorts " + name + " as " + sorted};
    }
    if (!sides.own_is_left && collation_of(sides.own()) == indexed.collation) {
      return {"collation-left-operand", against + " stands on the left, so the comparison is " + compared +
                                            ", but the index sorts " + name + " as " + sorted};
    }
    return {"collation-mismatch-index",
            name + " is compared as " + compared + ", but the index sorts it as " + sorted};
  }
  const storage::Affinity affinity =
      is_in ? comparison_affinity(expr)
            : comparison_affinity(affinity_of(sides.left), affinity_of(sides.right));
  if (index_affinity_fits(affinity, indexed.affinity)) return {};
  const std::string compared(storage::affinity_name(affinity));
  if (!indexed.affinity || *indexed.affinity == storage::Affinity::kBlob) {
    const std::string_view lacks =
        indexed.expression != nullptr ? " has no type of its own, and " : " has no declared type, and ";
    return {"affinity-none-column", name + std::string(lacks) + against + " makes the comparison " +
                                        compared + ": values that are equal then may lie apart in the index"};
  }
  return {"affinity-mismatch-join", "the index sorts " + name + " as " +
                                        std::string(storage::affinity_name(*indexed.affinity)) + ", but " +
                                        against + " makes the comparison " + compared};
}

/// A condition that an outer join keeps from searching the table: it decides only about matches, or after the
/// join.
Explanation why_decided_after_join(const Term& term, const LoopPlan& plan, const ItemFacts& facts) {
  const Expr* expr = term.expr;
  const std::string condition = to_text(expr, plan.facts);
  const std::string table = words_of_item(*facts.item);
  if (expr->join_mark == JoinMark::kOuterOn && expr->join_item != facts.item->id) {
    return {"left-join-on-filters-left", condition +
                                             " stands in the ON of an outer join, which removes no row of " +
                                             table + ", so " + table + " cannot be searched by it"};
  }
  if (!facts.needs_on_terms() || constraint_fits_outer_join(term, facts)) return {};
  if (facts.is_left_of_right_join() || facts.join().right) {
    return {"outer-join-where-late",
            condition + " is decided after the outer join, so " + table + " cannot be searched by it"};
  }
  return {"left-join-null-test", condition + " may be true where the LEFT JOIN finds no row of " + table +
                                     ", so it is decided after the join and " + table +
                                     " cannot be searched by it"};
}

}  // namespace

bool mentions_column(const Expr* expr, ItemId item, int column) {
  if (expr == nullptr) return false;
  if (is_about_column(expr, item, column)) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || mentions_column(child, item, column); });
  return found;
}

Explanation why_not_searchable(const Term& term, const LoopPlan& plan, const ItemFacts& facts,
                               const Probe& probe, int position, const Context& context) {
  const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(position)];
  const ItemId id = facts.item->id;
  const Expr* expr = term.expr;
  std::string name(probe.column_name(position, *facts.item));
  const auto is_subject = [&](const Expr* side) {
    if (side == nullptr) return false;
    side = skip_markers(side);
    return indexed.expression != nullptr ? same_expr_skipping(side, indexed.expression, id)
                                         : is_about_column(side, id, indexed.query_column);
  };

  if (!mentions_column(expr, id, indexed.query_column) && spells_out_column(expr, facts, indexed.column)) {
    const Expr* formula = facts.item->relation->generated[static_cast<std::size_t>(indexed.column)];
    return {"generated-column-bypassed", name + " is computed from " + to_text(formula, 40) +
                                             ", but SQLite finds its index only where the query says " +
                                             name};
  }
  if (indexed.expression != nullptr) {
    name = to_text(indexed.expression, 40);
    if (!mentions_expression(expr, indexed.expression, id)) {
      if (const Expr* side = side_like_expression(expr, indexed.expression, id); side != nullptr)
        return why_other_expression(side, indexed.expression, id);
    }
  }
  if (expr->kind == ExprKind::kFunction && expr->function != nullptr && expr->list.size() >= 2 &&
      (expr->function->role == FunctionRole::kLike || expr->function->role == FunctionRole::kGlob) &&
      is_subject(expr->list[1])) {
    return why_pattern_fails(expr, indexed, name, context);
  }
  if (is_subject(expr)) {
    return {"bare-boolean-column", name + " by itself tests a truth and compares nothing; an index needs " +
                                       name + " = ... or a range"};
  }
  switch (expr->kind) {
    case ExprKind::kIsTrue:
    case ExprKind::kIsFalse:
    case ExprKind::kIsNotTrue:
    case ExprKind::kIsNotFalse:
      if (is_subject(expr->left)) {
        return {"bare-boolean-column", to_text(expr) +
                                           " tests a truth and compares nothing; an index needs " + name +
                                           " = ... or a range"};
      }
      break;
    case ExprKind::kNe:
    case ExprKind::kIsNot:
      if (mentions_item(expr->left, id) && mentions_item(expr->right, id)) break;
      return {"not-equal",
              to_text(expr) + " leaves everything but one value: that is not one run of the index"};
    case ExprKind::kNot:
      return why_negated(skip_markers(expr->left), name);
    case ExprKind::kNotNull:
      if (is_subject(expr->left)) {
        return {"is-not-null",
                to_text(expr) +
                    " is taken to be true of nearly every row, so searching it would read nearly everything"};
      }
      break;
    case ExprKind::kOr: {
      Explanation why = why_or_fails(term, plan, facts, name, context);
      if (Explanation late = why_decided_after_join(term, plan, facts);
          why.code.empty() && !late.code.empty())
        return late;
      return why;
    }
    case ExprKind::kIn:
      if (expr->left->kind == ExprKind::kRow && expr->select != nullptr &&
          (expr->select->prior != nullptr || expr->select->values_rows.size() > 1)) {
        return {"row-value-in-list", to_text(expr->left) +
                                         " IN a list of rows is no search in SQLite 3.40: each row is "
                                         "looked up in the list"};
      }
      if (!mentions_item(expr->left, id)) return in_list_turned_round(expr, name);
      break;
    default:
      break;
  }
  if (indexed.expression == nullptr) {
    std::vector<const Expr*> holders;
    collect_holders(expr, id, indexed.query_column, holders);
    for (const Expr* holder : holders) {
      if (Explanation wrapped = why_wrapped(expr, holder, name); !wrapped.code.empty()) return wrapped;
    }
  }
  if (expr->kind == ExprKind::kFunction) {
    const Explanation in_call = why_in_call(expr, expr, name);
    if (in_call.code == "column-inside-coalesce") return in_call;
    return {"regexp-or-function-match",
            to_text(expr, 40) + " decides about " + name + " row by row: no order of the index helps it"};
  }
  const auto sides = sides_of(expr, is_subject);
  if (expr->kind == ExprKind::kIn && expr->select != nullptr && (term.prereq & facts.self) != 0) {
    return {"column-vs-same-row-column",
            "the list for " + name +
                " depends on the row itself: there is nothing to search for before the row is read"};
  }
  if (expr->kind == ExprKind::kIn &&
      std::any_of(expr->list.begin(), expr->list.end(),
                  [&](const Expr* element) { return mentions_item(element, id); })) {
    return {"column-vs-same-row-column",
            "the list for " + name +
                " holds values of the row itself: there is nothing to search for before "
                "the row is read"};
  }
  if (sides && sides->other() != nullptr && mentions_item(sides->other(), id)) {
    return {"column-vs-same-row-column",
            to_text(expr, plan.facts) +
                " compares values of one row: there is nothing to search for before it is read"};
  }
  if (Explanation decided_late = why_decided_after_join(term, plan, facts); !decided_late.code.empty())
    return decided_late;
  if (sides) {
    if (Explanation differs = why_comparison_differs(expr, *sides, plan, indexed, name);
        !differs.code.empty())
      return differs;
  } else if (expr->left != nullptr && expr->left->kind == ExprKind::kRow) {
    return {"prefix-range-stops", to_text(expr) + " is a range of " + to_text(expr->left->list.front()) +
                                      " first: " + name + " starts over for every value of it"};
  }
  return {"column-inside-function", to_text(expr) + " is no comparison of " + name + " with a value"};
}

}  // namespace leftmost::planner
