#include "planner/column_reasons.h"
#include "planner/choice_reasons.h"

#include <algorithm>

#include "planner/candidate_builder.h"
#include "planner/expr_tools.h"
#include "planner/range_reasons.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

constexpr std::uint16_t kRangeOps = kOpsRangeLow | kOpsRangeHigh;

bool is_about_column(const Expr* expr, ItemId item, int column) {
  return expr != nullptr && expr->kind == ExprKind::kColumn && expr->item == item && expr->column == column;
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
      if ((term->is_virtual && !term->is_slice) || term->ops == kOpRowValue) continue;
      const bool mentioned =
          indexed.expression != nullptr
              ? side_like_expression(term->expr, indexed.expression, facts.item->id) != nullptr
              : mentions_column(term->expr, facts.item->id, indexed.query_column) ||
                    spells_out_column(term->expr, facts, indexed.column);
      if (!mentioned) continue;
      column.other = term;
      break;
    }
  }
  return all;
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
      bounded = row_bound_length(facts, probe, equalities, *column.search);
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
  const Expr* blocking = nullptr;  ///< the condition that could not be searched
  std::string_view blocking_code;
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
        made.text = i + 1 < searched            ? "a range over several columns: searched"
                    : i + 1 < probe.key_columns ? "a range: searched, and the last column that can be"
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
        made.code = made.term == blocking ? blocking_code : blocked_by_code;
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
        const bool is_narrowed = used && probe.is_partial();  // by its own WHERE
        if (i == 0 && made.role == ColumnRole::kIdle && !is_narrowed) {
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
      if (Explanation why = why_in_left_out(used ? chosen : nullptr, i, *column.search); !why.code.empty()) {
        made.code = blocked_by_code = why.code;
        made.text = why.text + ": " + made.text;
        blocked_by = name;
      }
      continue;  // searchable, and why this index is not searched says its own code
    }
    Explanation why = why_not_searchable(*term, plan, facts, probe, i, context);
    if (const Keyset* keyset = keyset_at(i)) {
      why = {"keyset-or-form", keyset_text(*keyset)};
      made.term = keyset->term->written;
    }
    made.code = why.code;
    made.text = why.text;
    blocked_by = name;
    blocked_by_code = "column-blocked-mid-index";
    blocking = made.term;
    blocking_code = why.code;
  }
}

}  // namespace leftmost::planner
