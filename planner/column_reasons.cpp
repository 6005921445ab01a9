#include "planner/column_reasons.h"

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/range_reasons.h"

namespace leftmost::planner {

namespace {

constexpr std::uint16_t kRangeOps = kOpsRangeLow | kOpsRangeHigh;

bool is_about_column(const Expr* expr, ItemId item, int column) {
  return expr != nullptr && expr->kind == ExprKind::kColumn && expr->item == item && expr->column == column;
}

bool mentions_column(const Expr* expr, ItemId item, int column) {
  if (expr == nullptr) return false;
  if (is_about_column(expr, item, column)) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || mentions_column(child, item, column); });
  return found;
}

/// The operation that directly holds the column; null when the column stands alone or is not there.
const Expr* holder_of(const Expr* expr, ItemId item, int column) {
  const Expr* found = nullptr;
  for_each_child(expr, [&](const Expr* child) {
    if (found != nullptr || child == nullptr) return;
    if (is_about_column(child, item, column)) {
      found = expr;
    } else {
      found = holder_of(child, item, column);
    }
  });
  return found;
}

std::string name_of(std::string_view name) { return std::string(name); }

}  // namespace

bool ColumnFacts::is_equality() const {
  return search != nullptr && (search->ops & (kOpEq | kOpIs | kOpIn | kOpIsNull)) != 0;
}

std::vector<ColumnFacts> column_facts(LoopPlan& plan, const ItemFacts& facts, const Probe& probe) {
  std::vector<ColumnFacts> all(static_cast<std::size_t>(probe.key_columns));
  for (int i = 0; i < probe.key_columns; ++i) {
    ColumnFacts& column = all[static_cast<std::size_t>(i)];
    const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(i)];
    TermScan scan = scan_probe_column(plan.terms, facts, probe, i, kOpsConstraint);
    while (Term* term = scan.next()) {
      if ((term->prereq & facts.self) != 0) continue;
      if (facts.needs_on_terms() && !constraint_fits_outer_join(*term, facts)) continue;
      if (term->is_not_null_bound) continue;
      if (probe.unordered() && (term->ops & kRangeOps) != 0) continue;
      const bool equality = (term->ops & kRangeOps) == 0;
      if (column.search == nullptr || (equality && !column.is_equality())) {
        column.search = term;
      } else if (!equality && !column.is_equality() && (term->ops & kOpsRangeHigh) != 0) {
        column.upper = term;
      }
    }
    if (column.search != nullptr) continue;
    for (const Term* term : plan.terms.terms) {
      if (term->is_virtual && !term->is_slice && term->ops != kOpRowValue) continue;
      const bool mentioned = indexed.expression != nullptr
                                 ? same_expr_skipping(term->expr->left, indexed.expression, facts.item->id)
                                 : mentions_column(term->expr, facts.item->id, indexed.query_column);
      if (!mentioned) continue;
      column.other = term;
      break;
    }
  }
  return all;
}

namespace {

Explanation why_pattern_fails(const Expr* call, const ProbeColumn& indexed, const std::string& name,
                              const Context& context) {
  const bool is_like = call->function->role == FunctionRole::kLike;
  const Expr* pattern = skip_collate(call->list[0]);
  if (pattern->kind == ExprKind::kParameter) {
    return {"pattern-parameter-unknown",
            "the pattern for " + name + " is a parameter: its prefix is not known while planning"};
  }
  if (pattern->kind != ExprKind::kLiteral || !pattern->value.is_text()) {
    return {"pattern-not-literal",
            "the pattern for " + name + " is not a literal: its prefix is not known while planning"};
  }
  const std::string_view text = pattern->value.as_bytes();
  const std::string_view wildcards = is_like ? "%_" : "*?[";
  if (text.empty() || wildcards.find(text.front()) != std::string_view::npos) {
    return {"like-leading-wildcard",
            "the pattern starts with a wildcard, so nothing is known about how " + name + " starts"};
  }
  if (affinity_of(call->list[1]) != storage::Affinity::kText) {
    return {"pattern-non-text-column",
            name + " is not declared TEXT: numbers in it would not sort as their text does"};
  }
  if (is_like && !context.options.case_sensitive_like && indexed.collation != storage::Collation::kNoCase) {
    return {"like-case-insensitive", "LIKE ignores case, but the index sorts " + name + " as " +
                                         name_of(storage::collation_name(indexed.collation)) +
                                         "; it would have to be NOCASE"};
  }
  return {"collation-mismatch-index",
          "the index sorts " + name + " in another collation than the pattern match uses"};
}

Explanation why_wrapped(const Expr* holder, const std::string& name) {
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
      return {"column-inside-arithmetic",
              name + " is part of an arithmetic expression; the index holds " + name + " itself"};
    case ExprKind::kPlus:
      return {"unary-plus",
              "+" + name + " is no longer the column: the plus sign keeps it out of every index"};
    case ExprKind::kConcat:
      return {"columns-concatenated",
              name + " is part of a concatenation; the index holds " + name + " itself"};
    case ExprKind::kCast:
      return {"column-inside-cast",
              name + " is cast before it is compared; the index holds it as it is stored"};
    case ExprKind::kFunction: {
      const std::string_view function = holder->function->name;
      if (function == "coalesce" || function == "ifnull") {
        return {"column-inside-coalesce",
                name + " is inside " + name_of(function) + "(); the index holds " + name + " itself"};
      }
      for (const std::string_view date : {"date", "time", "datetime", "julianday", "strftime", "unixepoch"}) {
        if (function == date) {
          return {"date-function-on-column",
                  name + " is inside " + name_of(function) + "(); compare " + name + " with a range instead"};
        }
      }
      return {"column-inside-function",
              name + " is inside " + name_of(function) + "(); the index holds " + name + " itself"};
    }
    case ExprKind::kCase:
      return {"column-inside-function", name + " is inside CASE; the index holds " + name + " itself"};
    default:
      return {};
  }
}

}  // namespace

Explanation why_not_searchable(const Term& term, const ItemFacts& facts, const Probe& probe, int position,
                               const Context& context) {
  const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(position)];
  const ItemId id = facts.item->id;
  const std::string name = name_of(probe.column_name(position, *facts.item));
  const Expr* expr = term.expr;
  const Expr* subject = skip_collate(expr->left);

  if (expr->kind == ExprKind::kFunction && expr->function != nullptr && expr->list.size() >= 2 &&
      (expr->function->role == FunctionRole::kLike || expr->function->role == FunctionRole::kGlob) &&
      is_about_column(skip_collate(expr->list[1]), id, indexed.query_column)) {
    return why_pattern_fails(expr, indexed, name, context);
  }
  if (is_about_column(expr, id, indexed.query_column)) {
    return {"bare-boolean-column",
            name + " alone is a condition, but no comparison: an index needs " + name + " = ... or a range"};
  }
  switch (expr->kind) {
    case ExprKind::kNe:
    case ExprKind::kIsNot:
      if (is_about_column(subject, id, indexed.query_column) ||
          is_about_column(skip_collate(expr->right), id, indexed.query_column)) {
        return {"not-equal", "everything but one value of " + name + " is not one run of the index"};
      }
      break;
    case ExprKind::kNot: {
      const Expr* inner = skip_markers(expr->left);
      if (inner->kind == ExprKind::kIn)
        return {"not-in",
                "NOT IN leaves everything but a few values of " + name + ": not one run of the index"};
      if (inner->kind == ExprKind::kFunction)
        return {"regexp-or-function-match", "NOT of a match on " + name + " is not a run of the index"};
      return {"negated-comparison", "NOT (...) hides the comparison of " + name +
                                        " from the planner; write the opposite comparison"};
    }
    case ExprKind::kNotNull:
      return {
          "is-not-null",
          name + " IS NOT NULL is true of nearly every row: searching it would read nearly the whole index"};
    case ExprKind::kOr:
      return {"or-unindexed-branch",
              "another branch of the OR has no index to search, so every row is read anyway"};
    case ExprKind::kIn:
      if (expr->left->kind == ExprKind::kRow && expr->select != nullptr &&
          (expr->select->prior != nullptr || expr->select->values_rows.size() > 1)) {
        return {"row-value-in-list", to_text(expr->left) +
                                         " IN a list of rows is no search in this version: every row is "
                                         "looked up in the list"};
      }
      break;
    default:
      break;
  }
  if (const Expr* holder = holder_of(expr, id, indexed.query_column);
      holder != nullptr && holder != expr && indexed.expression == nullptr) {
    if (Explanation wrapped = why_wrapped(holder, name); !wrapped.code.empty()) return wrapped;
  }
  if (expr->kind == ExprKind::kFunction) {
    return {"regexp-or-function-match", "a function decides about " + name + " row by row"};
  }
  if ((term.prereq & facts.self) != 0 && (term.all & ~facts.self) == 0) {
    return {"column-vs-same-row-column",
            name + " is compared with another column of the same row: there is no value to search for"};
  }
  if (facts.needs_on_terms() && !constraint_fits_outer_join(term, facts)) {
    return {"outer-join-where-late",
            "this condition is decided after the outer join, so it cannot narrow the reading of " + name};
  }
  const auto collation = comparison_collation(expr).value_or(storage::Collation::kBinary);
  if (indexed.query_column != kRowidColumn && collation != indexed.collation) {
    const std::string compared = name_of(storage::collation_name(collation));
    const std::string sorted = name_of(storage::collation_name(indexed.collation));
    const bool explicit_one = has_explicit_collation(expr->left) || has_explicit_collation(expr->right);
    return {explicit_one ? std::string_view("collation-mismatch-query")
                         : std::string_view("collation-mismatch-index"),
            "the comparison is " + compared + ", but the index sorts " + name + " as " + sorted};
  }
  if (!index_affinity_fits(expr, indexed.affinity)) {
    if (indexed.affinity == storage::Affinity::kBlob || !indexed.affinity) {
      return {"affinity-none-column",
              name + " has no declared type, but the other side makes the comparison numeric"};
    }
    return {"affinity-mismatch-join",
            name + " and the value it is compared with have different types: the index order does not fit"};
  }
  return {"column-inside-function", "the condition is no comparison of " + name + " with a value"};
}

namespace {

ColumnRole seek_role(const Term& term) {
  if ((term.ops & kOpIn) != 0) return ColumnRole::kSeekIn;
  return (term.ops & kRangeOps) != 0 ? ColumnRole::kSeekRange : ColumnRole::kSeekEq;
}

}  // namespace

void explain_arm_columns(IndexReason& reason, const Loop& loop, const ItemFacts& facts, const Probe& probe) {
  const auto equalities = static_cast<int>(loop.equalities.size());
  const int bounded =
      loop.lower.present() || loop.upper.present()
          ? static_cast<int>(std::max({std::size_t{1}, loop.lower.values.size(), loop.upper.values.size()}))
          : 0;
  reason.seek_columns = std::min(equalities + bounded, probe.key_columns);
  for (int i = 0; i < probe.key_columns; ++i) {
    ColumnReason& made = reason.columns.emplace_back();
    made.column = probe.column_name(i, *facts.item);
    if (i < equalities) {
      const SeekColumn& seek = loop.equalities[static_cast<std::size_t>(i)];
      made.role = seek.kind == SeekKind::kIn     ? ColumnRole::kSeekIn
                  : seek.kind == SeekKind::kSkip ? ColumnRole::kSeekSkip
                                                 : ColumnRole::kSeekEq;
      made.term = seek.term;
      made.text = "searched for one branch of the OR";
    } else if (i < equalities + bounded) {
      made.role = ColumnRole::kSeekRange;
      made.term = loop.lower.present() ? loop.lower.term : loop.upper.term;
      made.text = "a range: searched for one branch of the OR";
    }
  }
}

void explain_columns(IndexReason& reason, LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                     const Candidate* chosen, const Context& context) {
  const bool used =
      chosen != nullptr && chosen->probe == &probe && chosen->kind != CandidateKind::kMultiIndexOr;
  const std::vector<ColumnFacts> columns = column_facts(plan, facts, probe);
  const std::string index_name = probe.index == nullptr ? "the rowid" : probe.index->def->name;
  const int skipped = used ? chosen->skipped : 0;

  // How far the prefix goes: for the index in use what the search really uses, else what it could use.
  int equalities = 0, bounded = 0;
  UsedRange range;
  if (used) {
    equalities = chosen->equal_columns;
    bounded = chosen->has_range() ? std::max({1, chosen->lower_length, chosen->upper_length}) : 0;
    for (std::size_t at = static_cast<std::size_t>(equalities); bounded > 0 && at < chosen->terms.size();
         ++at) {
      const Term* bound = chosen->terms[at];
      (bound != nullptr && (bound->ops & kOpsRangeLow) != 0 ? range.lower : range.upper) = bound;
    }
  } else {
    while (equalities < probe.key_columns && columns[static_cast<std::size_t>(equalities)].is_equality())
      ++equalities;
    if (equalities < probe.key_columns && columns[static_cast<std::size_t>(equalities)].search != nullptr) {
      const ColumnFacts& column = columns[static_cast<std::size_t>(equalities)];
      bounded = 1;
      ((column.search->ops & kOpsRangeLow) != 0 ? range.lower : range.upper) = column.search;
      if (column.upper != nullptr) range.upper = column.upper;
    }
  }
  range.first = equalities;
  range.length = bounded;
  // A page condition that starts where the equalities end would be one range as a row value.
  const std::vector<Keyset> keysets = find_keysets(plan, facts);
  const auto keyset_at = [&](int position) -> const Keyset* {
    for (const Keyset& keyset : keysets) {
      const int length = keyset_columns_in(keyset, probe, equalities);
      if (length >= 2 && position < equalities + length) return &keyset;
    }
    return nullptr;
  };
  const int searched = std::min(equalities + bounded, probe.key_columns);
  reason.seek_columns = used || reason.verdict == IndexVerdict::kCostlier ? searched : 0;

  const auto later_term = [&](int from) {
    for (int i = from; i < probe.key_columns; ++i) {
      if (columns[static_cast<std::size_t>(i)].has_term()) return true;
    }
    return false;
  };
  const auto filter_role = [&](const Term* term) {
    if (!used) return ColumnRole::kFilterOnRow;
    if (chosen->covering) return ColumnRole::kFilterInIndex;
    return term != nullptr && probe.can_evaluate(term->expr, *facts.item) ? ColumnRole::kFilterInIndex
                                                                          : ColumnRole::kFilterOnRow;
  };
  const auto orders = [&](const ProbeColumn& column) {
    std::size_t delivered = plan.wanted.terms.size();
    if (plan.wanted.mode == OrderMatchMode::kOrder)
      delivered = static_cast<std::size_t>(plan.choice.order_satisfied);
    for (std::size_t i = 0; i < delivered; ++i) {
      const Expr* expr = skip_markers(plan.wanted.terms[i].expr);
      if (is_about_column(expr, facts.item->id, column.query_column)) return true;
      if (column.expression != nullptr && same_expr_skipping(expr, column.expression, facts.item->id))
        return true;
    }
    return false;
  };
  const bool delivers_order = used && plan.choice.order_satisfied > 0;

  std::string_view blocked_by_code;
  std::string blocked_by;
  for (int i = 0; i < probe.key_columns; ++i) {
    const ColumnFacts& column = columns[static_cast<std::size_t>(i)];
    const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(i)];
    ColumnReason& made = reason.columns.emplace_back();
    made.column = probe.column_name(i, *facts.item);
    const std::string name = name_of(made.column);

    if (i < searched && (used || reason.verdict != IndexVerdict::kUnusable)) {
      const Term* term = used && static_cast<std::size_t>(i) < chosen->terms.size()
                             ? chosen->terms[static_cast<std::size_t>(std::min<int>(i, equalities))]
                             : column.search;
      if (used && i < skipped) {
        made.role = ColumnRole::kSeekSkip;
        made.text = "free, but it has few values: the search hops from one to the next";
        continue;
      }
      if (i >= equalities) {
        made.role = ColumnRole::kSeekRange;
        made.text = i + 1 < probe.key_columns ? "a range: searched, and the last column that can be"
                                              : "a range: searched";
        if (term != nullptr) made.term = term->written;
        continue;
      }
      made.role = term != nullptr ? seek_role(*term) : ColumnRole::kSeekEq;
      if (term != nullptr) made.term = term->written;
      made.text = made.role == ColumnRole::kSeekIn ? "one search for each value of the list"
                                                   : "fixed to one value: searched";
      continue;
    }

    const Term* term = column.search != nullptr ? column.search : column.other;
    if (term != nullptr) {
      made.role = filter_role(term);
      made.term = term->written;
    } else if (delivers_order && orders(indexed)) {
      made.role = plan.wanted.mode == OrderMatchMode::kOrder || plan.wanted.mode == OrderMatchMode::kMin ||
                          plan.wanted.mode == OrderMatchMode::kMax
                      ? ColumnRole::kOrder
                      : ColumnRole::kGroup;
    } else if (used && chosen->covering && indexed.column >= 0 &&
               static_cast<std::size_t>(indexed.column) < facts.item->used.size() &&
               facts.item->used[static_cast<std::size_t>(indexed.column)]) {
      made.role = ColumnRole::kCover;
      made.text = "read from the index instead of the table";
    }

    if (!blocked_by_code.empty()) {
      if (term != nullptr) {
        made.code = blocked_by_code;
        made.text = "blocked by " + blocked_by + ", checked " +
                    (made.role == ColumnRole::kFilterInIndex ? "on each index entry" : "row by row");
      }
      continue;
    }
    if (bounded > 0 && i >= searched) {
      // Behind a range the values of later columns start over for every value of the range.
      if (term == nullptr) continue;
      const std::string before = name_of(probe.column_name(range.first, *facts.item));
      if (const Keyset* keyset = keyset_at(i)) {
        made.code = "keyset-or-form";
        made.text = keyset_text(*keyset);
        made.term = keyset->term->written;
      } else {
        const Explanation why = why_behind_range(range, i, *term, facts, probe);
        made.code = why.code;
        made.text = why.text;
      }
      blocked_by_code = made.code;
      blocked_by = "the range on " + before;
      continue;
    }
    if (term == nullptr) {
      if (!later_term(i + 1)) {
        if (i == 0 && made.role == ColumnRole::kIdle) {
          made.code = "no-constraint";
          made.text = "no condition mentions a column of " + index_name;
        }
        continue;
      }
      blocked_by = name;
      if (i == 0) {
        const bool constraint =
            probe.index != nullptr && probe.index->def->origin != storage::IndexOrigin::kCreateIndex;
        made.code = constraint ? "composite-pk-second-column" : "prefix-leading-column-free";
        made.text = "free: nothing in the query fixes it, and " + index_name + " is sorted by it first";
      } else {
        made.code = "prefix-gap";
        made.text = "free: nothing in the query fixes it, so the search stops before it";
      }
      blocked_by_code = made.code;
      continue;
    }
    if (column.search != nullptr) {
      made.text = "checked " +
                  std::string(made.role == ColumnRole::kFilterInIndex ? "on each index entry" : "row by row");
      continue;  // searchable, and why this index is not searched says its own code
    }
    Explanation why = why_not_searchable(*term, facts, probe, i, context);
    if (const Keyset* keyset = keyset_at(i)) {
      why = {"keyset-or-form", keyset_text(*keyset)};
      made.term = keyset->term->written;
    }
    made.code = why.code;
    made.text = why.text;
    blocked_by = name;
    blocked_by_code = i + 1 < probe.key_columns ? std::string_view("column-blocked-mid-index") : why.code;
  }
}

}  // namespace leftmost::planner
