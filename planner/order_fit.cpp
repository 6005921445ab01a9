#include "planner/order_fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/join_reasons.h"
#include "planner/reason_words.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

/// The wanted order beside the b-trees of the loop that decides it.
class OrderOfLoop {
 public:
  OrderOfLoop(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted,
              std::string_view clause = "ORDER BY")
      : plan_(plan),
        loop_(loop),
        facts_(plan.facts[static_cast<std::size_t>(loop.position)]),
        wanted_(wanted),
        clause_(clause) {}

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
    if (Fit plus = explain_plus(first); !plus.code.empty()) return plus;
    if (expr->kind == ExprKind::kColumn && expr->item != facts_.item->id) return explain_other_item(first);
    if (facts_.is_subquery) {
      return {first, expr->kind == ExprKind::kColumn ? "order-skips-column" : "order-by-expression",
              fmt::format("the rows of {} come in no known order of {}", words_of_item(*facts_.item),
                          words(expr))};
    }
    Fit used;
    if (loop_.probe != nullptr) used = fit(*loop_.probe, &loop_);
    if (used.code.empty() && loop_.probe != nullptr && used.matched == wanted_.size()) {
      if (Fit added = explain_added_rows(first); !added.code.empty()) return added;
    }
    Fit best;
    for (const Probe& probe : facts_.probes) {
      if (&probe == loop_.probe || probe.is_partial() || probe.unordered()) continue;
      Fit other = fit(probe, nullptr);
      if (other.code.empty()) return explain_sorted_but_costlier(probe);
      if (other.matched > best.matched || best.code.empty() || is_vague(best)) best = std::move(other);
    }
    if (!used.code.empty() && (used.matched > 0 || used.is_near || !is_vague(used))) return used;
    if (!best.code.empty() && (best.matched > 0 || !is_vague(best))) return best;
    return explain_no_index(first);
  }

  /// This b-tree has all of it, whatever is read now.
  bool delivers(const Probe& probe) const { return fit(probe, nullptr).code.empty(); }

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
        result.text = fmt::format("{} sorts {} as {}, {} wants {}", index, words(expr),
                                  storage::collation_name(column.collation), clause_,
                                  storage::collation_name(collation));
        return result;
      }
      if (nulls_are_misplaced(term) && !is_first) {
        result.code = "order-nulls-placement";
        result.text =
            fmt::format("{} has the NULLs of {} at the {}, {} wants them {}", index, words(expr),
                        term.descending ? "end" : "start", clause_, term.descending ? "first" : "last");
        return result;
      }
      const bool flip = column.descending != term.descending;
      if (flips && *flips != flip) {
        result.code = "order-mixed-direction";
        result.text = fmt::format("{} can be read forwards or backwards: {} then comes {}, {} wants it {}",
                                  index, words(expr), term.descending ? "ascending" : "descending", clause_,
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
  bool is_fixed(const Probe& probe, const Candidate* used, int position) const {
    return hold_on(probe, used, position) == Hold::kFixed;
  }

  /// The loops would give the order, but a RIGHT or FULL JOIN adds rows behind them.
  Fit explain_added_rows(std::size_t first) const {
    for (const ItemFacts& facts : plan_.facts) {
      if (!facts.join().right) continue;
      return {
          first, "order-from-inner-table",
          fmt::format("the rows of {} without a match come at the end, whatever the order of {} before them",
                      words_of_item(*facts.item), words(wanted_[first].expr))};
    }
    return {};
  }

 private:
  std::string words(const Expr* expr) const { return to_text(expr, plan_.request.items); }
  static bool is_vague(const Fit& fit) {
    return fit.code == "order-skips-column" || fit.code == "order-by-expression";
  }

  /// ORDER BY +x, where some b-tree is sorted by x.
  Fit explain_plus(std::size_t first) const {
    const Expr* expr = skip_markers(wanted_[first].expr);
    if (expr->kind != ExprKind::kPlus || !is_written_plus(expr)) return {};
    const Expr* column = skip_markers(expr->left);
    for (const Probe& probe : facts_.probes) {
      if (facts_.is_subquery || probe.is_partial() || !is_about(column, probe, 0)) continue;
      return {first, "unary-plus",
              fmt::format("the + of {} keeps ORDER BY from {}, which is sorted by {}", words(expr),
                          probe.index == nullptr ? words_of_item(*facts_.item) : words_of_index(probe.index),
                          words(column))};
    }
    return {};
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
    result.is_near = comes_later;
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
  std::string_view clause_;  ///< who wants it
};

/// Rows with equal wanted expressions are neighbours in the b-tree of the loop's item.
class GroupsOfLoop {
 public:
  GroupsOfLoop(LoopPlan& plan, const Candidate& loop, const OrderOfLoop& order)
      : plan_(plan), facts_(plan.facts[static_cast<std::size_t>(loop.position)]), order_(order) {}

  void explain(const Probe& probe, const Candidate* used, std::string_view code, OrderUse& use) const {
    std::vector<const Expr*> missing;
    for (const OrderTerm& term : plan_.wanted.terms) {
      const Expr* expr = skip_markers(term.expr);
      if (!order_.is_pinned(expr)) missing.push_back(expr);
    }
    int position = 0;
    for (; position < probe.column_count() && !missing.empty(); ++position) {
      const auto found = std::find_if(missing.begin(), missing.end(), [&](const Expr* expr) {
        return order_.is_about(expr, probe, position);
      });
      if (found != missing.end()) {
        const auto wanted = collation_of(*found).value_or(storage::Collation::kBinary);
        const ProbeColumn& column = probe.columns[static_cast<std::size_t>(position)];
        if (column.query_column != kRowidColumn && wanted != column.collation) {
          use.code = code;
          use.text = fmt::format("{} sorts {} as {}, and rows are equal as {}", words_of_index(probe.index),
                                 to_text(*found, plan_.request.items),
                                 storage::collation_name(column.collation), storage::collation_name(wanted));
          return;
        }
        missing.erase(found);
      } else if (!order_.is_fixed(probe, used, position)) {
        break;
      }
    }
    use.delivers = missing.empty();
    if (use.delivers) return;
    const std::string index = words_of_index(probe.index);
    const auto own = std::find_if(missing.begin(), missing.end(),
                                  [&](const Expr* expr) { return mentions_item(expr, facts_.item->id); });
    if (own == missing.end()) {
      // It does all that it can.
      use.delivers = static_cast<std::size_t>(plan_.choice.order_satisfied) == plan_.wanted.terms.size();
      if (use.delivers) return;
      use.code = code;
      use.text = fmt::format("{} is of another table, so no order of {} alone makes equal rows neighbours",
                             to_text(missing.front(), plan_.request.items), index);
      return;
    }
    const std::string wanted = to_text(*own, plan_.request.items);
    use.code = code;
    use.text =
        position < probe.column_count()
            ? fmt::format("{} is sorted by {} before {}, so rows with equal {} are no neighbours in it",
                          index, probe.column_name(position, *facts_.item), wanted, wanted)
            : fmt::format("{} is not sorted by {}", index, wanted);
  }

 private:
  LoopPlan& plan_;
  const ItemFacts& facts_;
  const OrderOfLoop& order_;
};

/// The expression is a key column of the b-tree, or the expression that one is on.
bool is_key(const Expr* expr, const Probe& probe, const Item& item) {
  for (int i = 0; i < probe.key_columns; ++i) {
    const ProbeColumn& column = probe.columns[static_cast<std::size_t>(i)];
    if (column.expression != nullptr
            ? same_expr_skipping(expr, column.expression, item.id)
            : expr->kind == ExprKind::kColumn && expr->item == item.id && expr->column == column.query_column)
      return true;
  }
  return false;
}
/// The same, somewhere in it.
bool mentions_key(const Expr* expr, const Probe& probe, const Item& item) {
  for (int i = 0; i < probe.key_columns; ++i) {
    const ProbeColumn& column = probe.columns[static_cast<std::size_t>(i)];
    if (column.expression != nullptr ? mentions_expression(expr, column.expression, item.id)
                                     : mentions_column(expr, item.id, column.query_column))
      return true;
  }
  return false;
}

}  // namespace

Fit why_sorted(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted, std::size_t first) {
  return OrderOfLoop(plan, loop, wanted).explain(first);
}

const Candidate& deciding_loop(const LoopPlan& plan) {
  for (const Candidate& loop : plan.choice.loops) {
    if (!loop.one_row) return loop;
  }
  return plan.choice.loops.front();
}

OrderUse order_use(LoopPlan& plan, const ItemFacts& facts, const Probe& probe, const Candidate* chosen,
                   std::string_view grouping) {
  OrderUse use;
  const WantedOrder& wanted = plan.wanted;
  if (wanted.terms.empty() || wanted.mode == OrderMatchMode::kInnerLoop) return use;
  if (facts.is_subquery || plan.choice.loops.empty()) return use;
  const Candidate& loop = deciding_loop(plan);
  const bool is_min_max = wanted.mode == OrderMatchMode::kMin || wanted.mode == OrderMatchMode::kMax;
  const OrderOfLoop order(plan, loop, wanted.terms,
                          !is_min_max                           ? "ORDER BY"
                          : wanted.mode == OrderMatchMode::kMin ? "min()"
                                                                : "max()");
  const Expr* mine = nullptr;  // the first that is not the same in all rows and mentions a key column
  for (const OrderTerm& term : wanted.terms) {
    const Expr* expr = skip_markers(term.expr);
    if (mine == nullptr && !order.is_pinned(expr) && mentions_key(expr, probe, *facts.item)) mine = expr;
  }
  if (mine == nullptr) return use;
  const bool is_used = chosen != nullptr && chosen->probe == &probe;
  const bool is_satisfied = static_cast<std::size_t>(plan.choice.order_satisfied) == wanted.terms.size();
  const bool is_group = wanted.mode == OrderMatchMode::kGroup || wanted.mode == OrderMatchMode::kDistinct;
  use.is_mentioned = loop.position == facts.position || is_used || !is_satisfied;
  if (loop.position != facts.position) {
    if (is_satisfied) return use;
    const std::string words = to_text(mine, plan.request.items);
    const std::string outer = words_of_item(*plan.facts[static_cast<std::size_t>(loop.position)].item);
    use.code = is_group                           ? grouping
               : is_key(mine, probe, *facts.item) ? "order-from-inner-table"
                                                  : "order-by-expression";
    use.text = !is_key(mine, probe, *facts.item)
                   ? fmt::format("{} is not sorted by {}", words_of_index(probe.index), words)
               : is_group
                   ? fmt::format("{} is read first, so rows with equal {} are no neighbours", outer, words)
                   : fmt::format("{} is read first, so {} starts over for each of its rows", outer, words);
    return use;
  }
  if (is_group) {
    GroupsOfLoop(plan, loop, order).explain(probe, is_used ? chosen : nullptr, grouping, use);
  } else {
    Fit fit = order.fit(probe, is_used ? chosen : nullptr);
    if (fit.code == "order-by-expression" && mine->kind == ExprKind::kPlus && is_written_plus(mine) &&
        is_key(skip_markers(mine->left), probe, *facts.item)) {
      fit.code = "unary-plus";
      fit.text =
          fmt::format("the + of {} keeps it out of the wanted order", to_text(mine, plan.request.items));
    }
    const bool ends_in_table = fit.code == "order-from-inner-table";
    use.delivers = fit.code.empty() || (ends_in_table && is_satisfied);
    if (!ends_in_table ||
        ((!is_used || fit.matched == 0 || plan.choice.order_satisfied <= 0) && !is_satisfied)) {
      use.code = fit.code;
      use.text = std::move(fit.text);
    }
  }
  if (is_used && is_satisfied) use.code = {};
  if (is_used && !is_satisfied && use.delivers) {
    Fit added = order.explain_added_rows(0);
    use.code = added.code;
    use.text = std::move(added.text);
  }
  if (use.delivers && !is_used && !is_satisfied && chosen != nullptr) {
    use.code = "filter-index-costs-a-sort";
    use.text = fmt::format(
        "its entries come in the wanted order, but {} is estimated to be cheaper, even with a sort",
        searches(*chosen) || chosen->kind == CandidateKind::kMultiIndexOr ? "a search"
                                                                          : "reading everything");
  }
  return use;
}

bool delivers_order(LoopPlan& plan, const Candidate& loop, std::span<const OrderTerm> wanted,
                    const Probe& probe) {
  return OrderOfLoop(plan, loop, wanted).delivers(probe);
}

}  // namespace leftmost::planner
