#include "planner/order_fit.h"

#include <fmt/format.h>

#include "planner/comparison.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/join_reasons.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

/// The wanted order beside the b-trees of the loop that decides it.
class OrderOfLoop {
 public:
  OrderOfLoop(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted)
      : plan_(plan),
        loop_(loop),
        facts_(plan.facts[static_cast<std::size_t>(loop.position)]),
        wanted_(wanted) {}

  /// Why the term number `first`, which is the first that does not come for free, has to be sorted.
  Fit explain(std::size_t first) const {
    if (loop_.kind == CandidateKind::kMultiIndexOr) {
      return {
          first, "order-after-multi-index-or",
          fmt::format(
              "the rows come from one search per branch of {}, one after the other, and so in no order of {}",
              words(loop_.terms.front()->written), words(wanted_[first].expr))};
    }
    const Expr* expr = skip_markers(wanted_[first].expr);
    if (expr->kind == ExprKind::kColumn && expr->item != facts_.item->id) return explain_other_item(first);
    if (facts_.is_subquery) {
      return {first, expr->kind == ExprKind::kColumn ? "order-skips-column" : "order-by-expression",
              fmt::format("the rows of {} come in no known order of {}", words_of_item(*facts_.item),
                          words(expr))};
    }
    Fit used;
    if (loop_.probe != nullptr) used = fit(*loop_.probe, &loop_);
    Fit best;
    for (const Probe& probe : facts_.probes) {
      if (&probe == loop_.probe || probe.is_partial() || probe.unordered()) continue;
      Fit other = fit(probe, nullptr);
      if (other.code.empty()) return explain_sorted_but_costlier(probe);
      if (other.matched > best.matched || best.code.empty() || is_vague(best)) best = std::move(other);
    }
    if (!used.code.empty() && (used.matched > 0 || !is_vague(used))) return used;
    if (!best.code.empty() && (best.matched > 0 || !is_vague(best))) return best;
    return explain_no_index(first);
  }

  /// This b-tree has all of it, whatever is read now.
  bool delivers(const Probe& probe) const { return fit(probe, nullptr).code.empty(); }

 private:
  std::string words(const Expr* expr) const { return to_text(expr, plan_.request.items); }
  static bool is_vague(const Fit& fit) {
    return fit.code == "order-skips-column" || fit.code == "order-by-expression";
  }

  Fit explain_other_item(std::size_t first) const {
    return {first, "order-from-inner-table",
            fmt::format("the join gives its rows in the order of {}, which is read first: {} starts over for "
                        "each of them",
                        words_of_item(*facts_.item), words(wanted_[first].expr))};
  }
  Fit explain_sorted_but_costlier(const Probe& probe) const {
    const std::string other = words_of_index(probe.index);
    if (searches(loop_)) {
      return {
          0, "filter-index-costs-a-sort",
          fmt::format(
              "{} finds the rows but not in order of {}, {} has the order but finds nothing: the search with "
              "a sort is estimated to be cheaper",
              words_of_index(loop_.probe == nullptr ? nullptr : loop_.probe->index), words(wanted_[0].expr),
              other)};
    }
    return {0, "filter-index-costs-a-sort",
            fmt::format(
                "reading {} in order of {} is estimated to cost more than reading everything and sorting it",
                other, words(wanted_[0].expr))};
  }
  Fit explain_no_index(std::size_t first) const {
    const Expr* expr = skip_markers(wanted_[first].expr);
    const std::string name = words_of_item(*facts_.item);
    if (expr->kind != ExprKind::kColumn) {
      for (const Probe& probe : facts_.probes) {
        const ProbeColumn& leading = probe.columns.front();
        if (probe.index == nullptr || leading.expression != nullptr || !mentions(expr, leading.query_column))
          continue;
        return {first, "order-by-expression",
                fmt::format("{} is sorted by {}, which tells nothing about the order of {}",
                            words_of_index(probe.index), probe.column_name(0, *facts_.item), words(expr))};
      }
      return {first, "order-by-expression", fmt::format("no index of {} is sorted by {}", name, words(expr))};
    }
    for (const Probe& probe : facts_.probes) {
      for (int i = 1; i < probe.key_columns; ++i) {
        if (!is_about(expr, probe, i)) continue;
        return {first, "order-skips-column",
                fmt::format("{} is sorted by {} before {}", words_of_index(probe.index),
                            probe.column_name(0, *facts_.item), words(expr))};
      }
    }
    return {first, "order-skips-column", fmt::format("no index of {} is sorted by {}", name, words(expr))};
  }

  bool mentions(const Expr* expr, int column) const {
    if (expr->kind == ExprKind::kColumn) return expr->item == facts_.item->id && expr->column == column;
    bool found = false;
    for_each_child(expr, [&](const Expr* child) { found = found || mentions(child, column); });
    return found;
  }
  bool is_about(const Expr* expr, const Probe& probe, int position) const {
    const ProbeColumn& column = probe.columns[static_cast<std::size_t>(position)];
    if (column.expression != nullptr) return same_expr_skipping(expr, column.expression, facts_.item->id);
    return expr->kind == ExprKind::kColumn && expr->item == facts_.item->id &&
           expr->column == column.query_column;
  }

  /// One value for all rows: a condition `column = constant`.
  bool is_pinned(const Expr* expr) const {
    if (expr->kind != ExprKind::kColumn || expr->item != facts_.item->id) return false;
    TermScan scan(plan_.terms, expr->item, expr->column, kOpEq | kOpIs | kOpIsNull);
    while (const Term* term = scan.next()) {
      if (term->prereq == 0) return true;
    }
    return false;
  }

  enum class Hold : std::uint8_t { kFixed, kFree, kIn, kRange };
  Hold hold_on(const Probe& probe, const Candidate* used, int position) const {
    if (used != nullptr) {
      if (position < used->equal_columns) {
        const Term* term = used->terms[static_cast<std::size_t>(position)];
        if (term == nullptr) return Hold::kFree;
        return (term->ops & kOpIn) != 0 ? Hold::kIn : Hold::kFixed;
      }
      return used->has_range() && position == used->equal_columns ? Hold::kRange : Hold::kFree;
    }
    const ProbeColumn& column = probe.columns[static_cast<std::size_t>(position)];
    if (column.expression != nullptr || position >= probe.key_columns) return Hold::kFree;
    Expr probe_expr;
    probe_expr.kind = ExprKind::kColumn;
    probe_expr.item = facts_.item->id;
    probe_expr.column = column.query_column;
    return is_pinned(&probe_expr) ? Hold::kFixed : Hold::kFree;
  }

  Fit fit(const Probe& probe, const Candidate* used) const {
    const std::string index =
        probe.index == nullptr ? words_of_item(*facts_.item) : words_of_index(probe.index);
    std::optional<bool> flips;
    bool is_first = true;
    int position = 0;
    Fit result;
    for (const OrderTerm& term : wanted_) {
      const Expr* expr = skip_markers(term.expr);
      if (is_pinned(expr)) {
        ++result.matched;
        continue;
      }
      while (position < probe.column_count() && !is_about(expr, probe, position) &&
             hold_on(probe, used, position) == Hold::kFixed)
        ++position;
      if (position >= probe.column_count() || !is_about(expr, probe, position)) {
        explain_gap(result, probe, used, index, expr, position);
        return result;
      }
      const ProbeColumn& column = probe.columns[static_cast<std::size_t>(position)];
      const auto collation = collation_of(term.expr).value_or(storage::Collation::kBinary);
      if (column.query_column != kRowidColumn && collation != column.collation) {
        result.code = "order-collation-mismatch";
        result.text =
            fmt::format("{} sorts {} as {}, ORDER BY wants {}", index, words(expr),
                        storage::collation_name(column.collation), storage::collation_name(collation));
        return result;
      }
      if (nulls_are_misplaced(term) && !is_first) {
        result.code = "order-nulls-placement";
        result.text =
            fmt::format("{} has the NULLs of {} at the {}, ORDER BY wants them {}", index, words(expr),
                        term.descending ? "end" : "start", term.descending ? "first" : "last");
        return result;
      }
      const bool flip = column.descending != term.descending;
      if (flips && *flips != flip) {
        result.code = "order-mixed-direction";
        result.text =
            fmt::format("{} can be read forwards or backwards: {} then comes {}, ORDER BY wants it {}", index,
                        words(expr), term.descending ? "ascending" : "descending",
                        term.descending ? "descending" : "ascending");
        return result;
      }
      flips = flip;
      is_first = false;
      ++result.matched;
      ++position;
    }
    return result;
  }

  /// The term is not the next column of the b-tree.
  void explain_gap(Fit& result, const Probe& probe, const Candidate* used, const std::string& index,
                   const Expr* expr, int position) const {
    if (expr->kind != ExprKind::kColumn) {
      result.code = "order-by-expression";
      result.text = fmt::format("{} is not sorted by {}", index, words(expr));
      return;
    }
    if (expr->item != facts_.item->id) {
      result.code = "order-from-inner-table";
      result.text = fmt::format("{} starts over for every row of {}, which is read before it", words(expr),
                                words_of_item(*facts_.item));
      return;
    }
    bool comes_later = false;
    for (int i = position + 1; i < probe.column_count(); ++i)
      comes_later = comes_later || is_about(expr, probe, i);
    if (!comes_later) {
      result.code = "order-skips-column";
      result.text = fmt::format("{} is not sorted by {}", index, words(expr));
      return;
    }
    const std::string before(probe.column_name(position, *facts_.item));
    switch (hold_on(probe, used, position)) {
      case Hold::kIn: {
        const Term* term = used->terms[static_cast<std::size_t>(position)];
        const std::string values = term->expr->select == nullptr
                                       ? fmt::format("each of the {} values", term->expr->list.size())
                                       : std::string("each value");
        result.code = "order-after-in-list";
        result.text = fmt::format("{} of {} is searched by itself, and {} starts over for each", values,
                                  words(term->written), words(expr));
        return;
      }
      case Hold::kRange: {
        const Term* term = used->terms[static_cast<std::size_t>(position)];
        result.code = "order-after-range";
        result.text = fmt::format(
            "within {} the entries of {} are sorted by {} first, and {} starts over for each value",
            words(term->written), index, before, words(expr));
        return;
      }
      default:
        result.code = "order-skips-column";
        result.text = fmt::format("the entries of {} are sorted by {} before {}", index, before, words(expr));
    }
  }

  LoopPlan& plan_;
  const Candidate& loop_;
  const ItemFacts& facts_;
  std::span<const OrderTerm> wanted_;
};

}  // namespace

Fit why_sorted(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted, std::size_t first) {
  return OrderOfLoop(plan, loop, wanted).explain(first);
}

bool delivers_order(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted,
                    const Probe& probe) {
  return OrderOfLoop(plan, loop, wanted).delivers(probe);
}

}  // namespace leftmost::planner
