#include "planner/order_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/order_fit.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

void widen(Span& all, Span span) {
  if (span.empty()) return;
  if (all.empty()) all = span;
  all.begin = std::min(all.begin, span.begin);
  all.end = std::max(all.end, span.end);
}

Span span_of(std::span<const OrderTerm> terms) {
  Span all;
  for (const OrderTerm& term : terms) widen(all, term.expr->span);
  return all;
}

Span span_of(std::span<const ResultColumn> columns) {
  Span all;
  for (const ResultColumn& column : columns) widen(all, column.expr->span);
  return all;
}

/// `, so an estimated 96 rows are sorted`, or of a partial sort what is sorted at a time.
std::string what_is_sorted(const LoopPlan& plan, std::span<const OrderTerm> wanted, std::size_t delivered) {
  if (delivered == 0) return fmt::format(", so {} are sorted", words_of_rows(plan.rows_of_run()));
  std::string names;
  for (std::size_t i = 0; i < delivered && i < 3; ++i) {
    names += (i == 0 ? "" : ", ") + to_text(wanted[i].expr, plan.request.items);
  }
  return fmt::format(", so the rows with equal {} are sorted", names);
}

/// How the rows come now, for GROUP BY and DISTINCT: `people_lf is sorted by last_name first`.
std::string order_of_rows(const LoopPlan& plan, std::span<const OrderTerm> wanted) {
  const Candidate& loop = deciding_loop(plan);
  const ItemFacts& facts = plan.facts[static_cast<std::size_t>(loop.position)];
  const std::string name = words_of_item(*facts.item);
  const bool is_of_other_table = std::any_of(wanted.begin(), wanted.end(), [&](const OrderTerm& term) {
    const Expr* expr = skip_markers(term.expr);
    return expr->kind == ExprKind::kColumn && expr->item != facts.item->id;
  });
  if (is_of_other_table && plan.choice.loops.size() > 1)
    return fmt::format("the join gives its rows in the order of {}, which is read first", name);
  if (loop.kind == CandidateKind::kMultiIndexOr) return "the rows of several searches come in no order";
  if (facts.is_subquery || loop.kind == CandidateKind::kFunction)
    return fmt::format("the rows of {} come in no known order", name);
  if (loop.probe == nullptr || loop.probe->index == nullptr)
    return fmt::format("{} is read in order of its rowid", name);
  const int first = std::min(loop.equal_columns, loop.probe->key_columns - 1);
  return fmt::format("{} gives its entries sorted by {}", words_of_index(loop.probe->index),
                     loop.probe->column_name(first, *facts.item));
}

std::string list_of(std::span<const OrderTerm> terms, std::span<Item* const> items) {
  std::string text;
  for (std::size_t i = 0; i < terms.size() && i < 3; ++i)
    text += (i == 0 ? "" : ", ") + to_text(terms[i].expr, items);
  return terms.size() > 3 ? text + ", ..." : text;
}

class OrderReasons {
 public:
  OrderReasons(PlanReasons& reasons, const Select& select, const SelectPlan& plan, LoopPlan& loops)
      : reasons_(reasons), select_(select), plan_(plan), loops_(loops) {}

  void run() {
    explain_groups();
    explain_distinct();
    explain_order();
    explain_offset();
    explain_extremes();
  }

 private:
  void add(std::string_view code, std::string subject, Span span, std::string text) {
    reasons_.general.push_back({code, std::move(subject), span, std::move(text)});
  }
  std::span<Item* const> items() const { return loops_.request.items; }

  void explain_groups() {
    if (plan_.group != GroupMode::kSorted) return;
    const bool distinct = plan_.distinct_as_group_by;
    add(distinct ? "distinct-not-prefix" : "group-by-not-prefix", distinct ? "DISTINCT" : "GROUP BY",
        span_of(select_.group_by),
        fmt::format("{}, so rows with equal {} are no neighbours: {} are sorted first",
                    order_of_rows(loops_, select_.group_by), list_of(select_.group_by, items()),
                    words_of_rows(loops_.rows_of_run())));
  }

  void explain_distinct() {
    if (plan_.group == GroupMode::kNone && plan_.distinct == DistinctMode::kTempBTree) {
      std::vector<OrderTerm> columns;
      for (const ResultColumn& column : select_.columns) columns.push_back({.expr = column.expr});
      add("distinct-not-prefix", "DISTINCT", span_of(select_.columns),
          fmt::format(
              "{}, so rows with equal {} are no neighbours: a temporary b-tree remembers all that were seen",
              order_of_rows(loops_, columns), list_of(columns, items())));
    }
    const bool is_ordered =
        plan_.distinct == DistinctMode::kOrdered ||
        (plan_.distinct_as_group_by && plan_.group == GroupMode::kByLoops) ||
        (plan_.group == GroupMode::kOneGroup && plan_.aggregate_distinct_ordered.size() == 1 &&
         plan_.aggregate_distinct_ordered.front());
    if (!is_ordered) return;
    // Only the innermost loop is moved on, and only in an index.
    const Candidate& last = loops_.choice.loops.back();
    if (last.kind != CandidateKind::kIndex || last.probe == nullptr || last.probe->has_stat1()) return;
    std::vector<OrderTerm> columns;
    if (plan_.group == GroupMode::kOneGroup) {
      columns.push_back({.expr = select_.aggregates.front().arguments.front()});
    } else {
      for (const ResultColumn& column : select_.columns) columns.push_back({.expr = column.expr});
    }
    const ItemId read = loops_.facts[static_cast<std::size_t>(last.position)].item->id;
    if (std::none_of(columns.begin(), columns.end(),
                     [&](const OrderTerm& column) { return mentions_item(column.expr, read); }))
      return;
    add("distinct-skip-ahead-no-stats", words_of_index(last.probe->index), span_of(columns),
        fmt::format("without ANALYZE nothing tells how many entries of {} share a {}: all are stepped "
                    "through, with no "
                    "jump to the next value",
                    words_of_index(last.probe->index), list_of(columns, items())));
  }

  void explain_order() {
    if (plan_.order != OrderMode::kSort && plan_.order != OrderMode::kSortRightPart) return;
    if (select_.is_aggregate) return explain_order_of_groups();
    const auto first = static_cast<std::size_t>(plan_.order_terms_by_loops);
    if (first >= select_.order_by.size()) return;
    const Candidate& loop = deciding_loop(loops_);
    Fit fit = why_sorted(loops_, loop, select_.order_by, first);
    const OrderTerm& term =
        select_.order_by[std::min(std::max(first, fit.matched), select_.order_by.size() - 1)];
    add(fit.code, "ORDER BY", term.expr->span, fit.text + what_is_sorted(loops_, select_.order_by, first));
  }
  void explain_order_of_groups() {
    if (select_.group_by.empty() || select_.order_by.empty()) return;
    const OrderTerm& term = select_.order_by.front();
    const Expr* expr = skip_markers(term.expr);
    const std::string groups = list_of(select_.group_by, items());
    if (expr->kind != ExprKind::kColumn) {
      add("order-by-expression", "ORDER BY", term.expr->span,
          fmt::format(
              "{} is known only when a group of equal {} is complete, so the groups are sorted once more",
              to_text(expr, items()), groups));
      return;
    }
    add("order-skips-column", "ORDER BY", span_of(select_.order_by),
        fmt::format("the groups come in order of {}, so they are sorted once more by {}", groups,
                    list_of(select_.order_by, items())));
  }

  void explain_offset() {
    // A short way is no reason to complain.
    constexpr int kOffsetMin = 100;
    if (select_.offset == nullptr) return;
    const auto count = integer_literal(select_.offset);
    if (count && *count < kOffsetMin) return;
    if (plan_.order == OrderMode::kSort || plan_.order == OrderMode::kSortRightPart) return;
    add("offset-walks-rows", "OFFSET", select_.offset->span,
        count
            ? fmt::format("the {} rows that OFFSET leaves out are read all the same", words_of_count(*count))
            : fmt::format("the rows that OFFSET {} leaves out are read all the same",
                          to_text(select_.offset)));
  }

  /// Several aggregates, all of them min or max, and an index has an end at each of their columns.
  void explain_extremes() {
    if (select_.aggregates.size() < 2 || !select_.group_by.empty() || loops_.facts.size() != 1) return;
    const ItemFacts& facts = loops_.facts.front();
    for (const AggregateCall& call : select_.aggregates) {
      const bool is_extreme =
          call.function->role == FunctionRole::kMin || call.function->role == FunctionRole::kMax;
      if (!is_extreme || call.arguments.size() != 1 || call.filter != nullptr || !comes_sorted(facts, call))
        return;
    }
    std::string calls;
    Span span;
    for (const AggregateCall& call : select_.aggregates) {
      calls += (calls.empty() ? "" : " and ") +
               fmt::format("{}({})", call.function->name, to_text(call.arguments.front()));
      widen(span, call.span);
    }
    add("min-max-together", "min(), max()", span,
        fmt::format(
            "{} are asked for together: each alone is one step from an end of an index, together {} are read",
            calls, words_of_rows(loops_.rows_of_run())));
  }
  bool comes_sorted(const ItemFacts& facts, const AggregateCall& call) {
    const OrderTerm wanted[] = {{.expr = call.arguments.front()}};
    if (facts.is_subquery) return false;
    return std::any_of(facts.probes.begin(), facts.probes.end(), [&](const Probe& probe) {
      return !probe.is_partial() && !probe.unordered() &&
             delivers_order(loops_, loops_.choice.loops.front(), wanted, probe);
    });
  }

  PlanReasons& reasons_;
  const Select& select_;
  const SelectPlan& plan_;
  LoopPlan& loops_;
};

}  // namespace

void explain_order(PlanReasons& reasons, const Select& select, const SelectPlan& plan, LoopPlan& loops) {
  if (loops.choice.loops.empty()) return;
  OrderReasons(reasons, select, plan, loops).run();
}

}  // namespace leftmost::planner
