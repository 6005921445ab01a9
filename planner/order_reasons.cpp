#include "planner/order_reasons.h"

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

namespace {

Span span_of(std::span<const OrderTerm> terms) {
  Span all;
  for (const OrderTerm& term : terms) {
    const Span span = term.expr->span;
    if (span.empty()) continue;
    if (all.empty()) {
      all = span;
    } else {
      all.begin = std::min(all.begin, span.begin);
      all.end = std::max(all.end, span.end);
    }
  }
  return all;
}

std::string name_of(const Expr* expr) {
  const Expr* column = skip_markers(expr);
  if (column->kind == ExprKind::kColumn && !column->name.empty()) return std::string(column->name);
  return "the expression";
}

/// The first wanted term that the outermost loop does not deliver, and why.
GeneralReason why_sorted(std::span<const OrderTerm> terms, std::size_t first, const LoopPlan& plan) {
  const OrderTerm& term = terms[first];
  const Expr* expr = skip_markers(term.expr);
  const std::string name = name_of(term.expr);
  GeneralReason reason;
  reason.subject = "ORDER BY";
  reason.span = term.expr->span;
  const Candidate& outer = plan.choice.loops.front();
  const ItemFacts& facts = plan.facts[static_cast<std::size_t>(outer.position)];
  if (outer.kind == CandidateKind::kMultiIndexOr) {
    reason.code = "order-after-multi-index-or";
    reason.text = "the rows of several searches are put together: they come in no order";
    return reason;
  }
  if (expr->kind != ExprKind::kColumn) {
    reason.code = "order-by-expression";
    reason.text = "no index that is read here is sorted by this expression";
    return reason;
  }
  if (expr->item != facts.item->id) {
    reason.code = "order-from-inner-table";
    reason.text = name + " belongs to an inner loop: the order of the outer loop comes first";
    return reason;
  }
  const Probe* probe = outer.probe;
  // The index in use, or any other that has the column.
  const auto position_in = [&](const Probe& candidate) {
    for (int i = 0; i < candidate.key_columns; ++i) {
      if (candidate.columns[static_cast<std::size_t>(i)].query_column == expr->column) return i;
    }
    return -1;
  };
  int position = probe != nullptr ? position_in(*probe) : -1;
  if (position < 0) {
    for (const Probe& other : facts.probes) {
      position = position_in(other);
      if (position >= 0) {
        probe = &other;
        break;
      }
    }
  }
  if (position < 0 || probe == nullptr) {
    reason.code = "order-skips-column";
    reason.text = "no index is sorted by " + name;
    return reason;
  }
  const ProbeColumn& indexed = probe->columns[static_cast<std::size_t>(position)];
  const std::string index = probe->index == nullptr ? "the table" : probe->index->def->name;
  if (indexed.query_column != kRowidColumn &&
      collation_of(term.expr).value_or(storage::Collation::kBinary) != indexed.collation) {
    reason.code = "order-collation-mismatch";
    reason.text = index + " sorts " + name + " in another collation than ORDER BY asks for";
    return reason;
  }
  if (nulls_are_misplaced(term)) {
    reason.code = "order-nulls-placement";
    reason.text = "the index has the NULLs of " + name + " at the other end";
    return reason;
  }
  if (probe == outer.probe) {
    const bool in_search = std::any_of(outer.terms.begin(), outer.terms.end(),
                                       [](const Term* t) { return t != nullptr && (t->ops & kOpIn) != 0; });
    if (in_search) {
      reason.code = "order-after-in-list";
      reason.text =
          "each value of the IN list is a search of its own: " + name + " starts over for every value";
      return reason;
    }
    if (outer.has_range() && position > outer.equal_columns) {
      reason.code = "order-after-range";
      reason.text = "behind the range the entries are sorted by its column first, then by " + name;
      return reason;
    }
    if (first > 0) {
      const bool flips = indexed.descending != term.descending;
      const Expr* before = skip_markers(terms[first - 1].expr);
      for (int i = 0; i < position; ++i) {
        const ProbeColumn& earlier = probe->columns[static_cast<std::size_t>(i)];
        if (before->kind == ExprKind::kColumn && earlier.query_column == before->column &&
            (earlier.descending != terms[first - 1].descending) != flips) {
          reason.code = "order-mixed-direction";
          reason.text = index + " can be read forwards or backwards, but not one column one way and " + name +
                        " the other";
          return reason;
        }
      }
    }
    reason.code = "order-skips-column";
    reason.text = "the entries of " + index + " are sorted by its earlier columns before " + name;
    return reason;
  }
  reason.code = position == 0 ? "filter-index-costs-a-sort" : "order-skips-column";
  reason.text = position == 0
                    ? "another way to the rows is cheaper than reading " + index + " in order, sort included"
                    : index + " is sorted by its earlier columns before " + name;
  return reason;
}

}  // namespace

void explain_order(PlanReasons& reasons, const Select& select, const SelectPlan& plan,
                   const LoopPlan& loops) {
  if (loops.choice.loops.empty()) return;
  if (plan.group == GroupMode::kSorted) {
    reasons.general.push_back({plan.distinct_as_group_by ? "distinct-not-prefix" : "group-by-not-prefix",
                               plan.distinct_as_group_by ? "DISTINCT" : "GROUP BY", span_of(select.group_by),
                               "no index delivers equal groups side by side: the rows are sorted first"});
  }
  if (plan.distinct == DistinctMode::kTempBTree && plan.group != GroupMode::kOneGroup) {
    reasons.general.push_back(
        {"distinct-not-prefix",
         "DISTINCT",
         {},
         "no index delivers equal rows side by side: a temporary b-tree remembers all rows seen"});
  }
  if ((plan.order == OrderMode::kSort || plan.order == OrderMode::kSortRightPart) && !select.is_aggregate) {
    const auto first = static_cast<std::size_t>(plan.order_terms_by_loops);
    if (first < select.order_by.size()) reasons.general.push_back(why_sorted(select.order_by, first, loops));
  }
  if (select.offset != nullptr) {
    reasons.general.push_back({"offset-walks-rows", "OFFSET", select.offset->span,
                               "the rows that OFFSET leaves out are read all the same"});
  }
  if (select.aggregates.size() > 1 && select.group_by.empty()) {
    int extremes = 0;
    for (const AggregateCall& call : select.aggregates) {
      if (call.function->role == FunctionRole::kMin || call.function->role == FunctionRole::kMax) ++extremes;
    }
    if (extremes == static_cast<int>(select.aggregates.size())) {
      reasons.general.push_back(
          {"min-max-together", "min(), max()", select.aggregates.front().span,
           "only a min() or max() that stands alone is answered from one end of an index"});
    }
  }
}

}  // namespace leftmost::planner
