#include "planner/join_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

class JoinReasons {
 public:
  JoinReasons(PlanReasons& reasons, LoopPlan& plan, Context& context)
      : reasons_(reasons), plan_(plan), context_(context) {}

  void run() {
    explain_unindexed();
    explain_cross_joins();
    explain_left_joins();
    explain_late_conditions();
    for (const Term* term : plan_.terms.terms) {
      if (term->is_virtual) continue;
      explain_exists(*term);
      explain_turned_in(*term);
    }
  }

 private:
  std::string words(const Expr* expr) const { return to_text(expr, plan_.request.items); }
  void add(std::string_view code, std::string subject, Span span, std::string text) {
    reasons_.general.push_back({code, std::move(subject), span, std::move(text)});
  }
  const ItemFacts* facts_of(const Expr* column) const {
    if (column->kind != ExprKind::kColumn) return nullptr;
    const int position = plan_.numbers.position(column->item);
    return position < 0 ? nullptr : &plan_.facts[static_cast<std::size_t>(position)];
  }
  bool is_read_whole(const ItemFacts& facts) const {
    const Candidate* chosen = chosen_for(plan_, facts.position);
    return chosen != nullptr && chosen->is_full_scan();
  }

  /// Some b-tree of the item is sorted by the column first.
  static bool leads_a_tree(const ItemFacts& facts, int column) {
    return std::any_of(facts.probes.begin(), facts.probes.end(), [&](const Probe& probe) {
      return !facts.is_subquery && !probe.is_partial() && probe.columns.front().query_column == column;
    });
  }
  bool mentions_leading_column(const Expr* expr, const ItemFacts& facts) const {
    if (expr->kind == ExprKind::kColumn && expr->item == facts.item->id)
      return leads_a_tree(facts, expr->column);
    bool found = false;
    for_each_child(expr, [&](const Expr* child) { found = found || mentions_leading_column(child, facts); });
    return found;
  }

  void explain_unindexed() {
    storage::LogEst rows_before = 0;
    bool several_before = false;
    ItemSet before = 0;
    for (const Candidate& loop : plan_.choice.loops) {
      const ItemFacts& facts = plan_.facts[static_cast<std::size_t>(loop.position)];
      if (loop.kind == CandidateKind::kAutomaticIndex) {
        explain_automatic(facts, *loop.terms.front());
      } else if (loop.is_full_scan() && !facts.is_subquery) {
        if (several_before) {
          explain_rescan(facts, before, rows_before);
        } else {
          explain_rescan_in_subquery(facts);
        }
      }
      before |= loop.self;
      several_before = several_before || !loop.one_row;
      rows_before = static_cast<storage::LogEst>(rows_before + loop.rows);
    }
  }
  void explain_automatic(const ItemFacts& facts, const Term& term) {
    const std::string name = words_of_item(*facts.item);
    const std::string column(to_text(term.expr->left));
    add("join-column-unindexed", name, term.written->span,
        facts.is_subquery
            ? fmt::format("the rows of {} have no index on {}: one is built for this statement, over {}, and "
                          "thrown away",
                          name, column, words_of_rows(facts.rows))
            : fmt::format(
                  "no index of {} that starts with {} can be used: one is built for this statement, over "
                  "{}, and thrown away",
                  name, column, words_of_rows(facts.rows)));
  }
  /// A comparison with rows that are there already, whose column no b-tree is sorted by.
  void explain_rescan(const ItemFacts& facts, ItemSet before, storage::LogEst rows_before) {
    for (const Term* term : plan_.terms.terms) {
      if (term->about_item != facts.item->id || term->about_column == storage::kExpressionColumn) continue;
      if ((term->ops & kOpsSingle) == 0 || term->prereq == 0 || (term->prereq & ~before) != 0) continue;
      if (facts.needs_on_terms() && !constraint_fits_outer_join(*term, facts)) continue;
      if (leads_a_tree(facts, term->about_column)) continue;
      const std::string name = words_of_item(*facts.item);
      add("join-column-unindexed", name, term->written->span,
          fmt::format("no index of {} starts with {}, so it is read from end to end for each of {} before it",
                      name, to_text(term->expr->left), words_of_rows(rows_before)));
      return;
    }
  }

  /// The same of the first table of a correlated subquery, with a row of the query around it.
  void explain_rescan_in_subquery(const ItemFacts& facts) {
    for (const Term* term : plan_.terms.terms) {
      if (term->about_item != facts.item->id || term->about_column == storage::kExpressionColumn) continue;
      if ((term->ops & kOpsSingle) == 0 || term->prereq != 0 || !mentions_enclosing(term->expr)) continue;
      if (leads_a_tree(facts, term->about_column)) continue;
      const std::string name = words_of_item(*facts.item);
      add("join-column-unindexed", name, term->written->span,
          fmt::format(
              "no index of {} starts with {}, so it is read from end to end each time the subquery runs",
              name, to_text(term->expr->left)));
      return;
    }
  }
  bool mentions_enclosing(const Expr* expr) const {
    if (expr->kind == ExprKind::kColumn) return expr->item >= 0 && plan_.numbers.position(expr->item) < 0;
    bool found = false;
    for_each_child(expr, [&](const Expr* child) { found = found || mentions_enclosing(child); });
    return found;
  }

  /// WHERE under a RIGHT or FULL JOIN: conditions that an index would serve, were the join an inner one.
  void explain_late_conditions() {
    for (const ItemFacts& facts : plan_.facts) {
      if (!facts.is_left_of_right_join() && !facts.join().right) continue;
      for (const Term* term : plan_.terms.terms) {
        if (term->is_virtual || term->about_item != facts.item->id || (term->ops & kOpsSingle) == 0) continue;
        if (term->expr->join_mark == JoinMark::kOuterOn || constraint_fits_outer_join(*term, facts)) continue;
        if (!leads_a_tree(facts, term->about_column) || is_told("outer-join-where-late", term->written))
          continue;
        const std::string name = words_of_item(*facts.item);
        add("outer-join-where-late", name, term->written->span,
            fmt::format("{} is decided after the outer join, so {} cannot be searched by it",
                        words(term->expr), name));
      }
    }
  }
  bool is_told(std::string_view code, const Expr* term) const {
    for (const TableReason& table : reasons_.tables) {
      for (const IndexReason& index : table.indexes) {
        for (const ColumnReason& column : index.columns) {
          if (column.code == code && column.term == term) return true;
        }
      }
    }
    return false;
  }

  void explain_cross_joins() {
    const bool any = std::any_of(plan_.facts.begin(), plan_.facts.end(), [](const ItemFacts& facts) {
      return facts.join().cross && !facts.is_outer();
    });
    if (!any || plan_.choice.loops.size() < 2) return;
    const auto other = replan_without(Hint::kCrossJoin, context_, plan_);
    if (other == nullptr) return;
    const LookasideVector<Candidate>& loops = other->choice.loops;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      const ItemFacts& facts = plan_.facts[static_cast<std::size_t>(loops[i].position)];
      if (!facts.join().cross) continue;
      for (std::size_t later = i + 1; later < loops.size(); ++later) {
        if (loops[later].position > loops[i].position) continue;
        const Candidate* gains = reaches_more(loops[i])       ? &loops[i]
                                 : reaches_more(loops[later]) ? &loops[later]
                                                              : nullptr;
        if (gains == nullptr) continue;
        const ItemFacts& behind = plan_.facts[static_cast<std::size_t>(loops[later].position)];
        const ItemFacts& gaining = plan_.facts[static_cast<std::size_t>(gains->position)];
        const std::string name = words_of_item(*facts.item);
        const std::string reach = words_of_index(gains->probe->index);
        add("cross-join-fixed-order", name, facts.item->span,
            &gaining == &facts
                ? fmt::format("CROSS JOIN keeps {} behind {}; with a plain JOIN it would come first, "
                              "searched through {}",
                              name, words_of_item(*behind.item), reach)
                : fmt::format("CROSS JOIN keeps {} behind {}; with a plain JOIN it would come first, and {} "
                              "be searched "
                              "through {}",
                              name, words_of_item(*behind.item), words_of_item(*gaining.item), reach));
        return;
      }
    }
  }
  /// The item is searched through a b-tree that it is not searched through now.
  bool reaches_more(const Candidate& other) const {
    if (other.probe == nullptr || !searches(other)) return false;
    const Candidate* now = chosen_for(plan_, other.position);
    return now == nullptr || now->probe == nullptr || !searches(*now) ||
           now->probe->index != other.probe->index;
  }

  void explain_left_joins() {
    const bool any_right = std::any_of(plan_.facts.begin(), plan_.facts.end(),
                                       [](const ItemFacts& facts) { return facts.join().right; });
    for (const ItemFacts& facts : plan_.facts) {
      if (!facts.join().left) continue;
      bool null_test_said =
          any_right || chosen_for(plan_, facts.position) == nullptr || !follows_a_scan(facts);
      for (const Term* term : plan_.terms.terms) {
        if (term->is_virtual) continue;
        const Expr* expr = term->expr;
        const ItemSet mentioned = plan_.numbers.mentioned(expr);
        const std::string name = words_of_item(*facts.item);
        if (expr->join_mark == JoinMark::kOuterOn) {
          if (expr->join_item != facts.item->id || mentioned == 0 || (mentioned & facts.self) != 0) continue;
          add("left-join-on-filters-left", name, term->written->span,
              fmt::format(
                  "{} in ON only decides which rows of {} match: it removes no row of {}, so no index of "
                  "{} can be searched by it",
                  words(expr), name, names(mentioned), names(mentioned)));
        } else if (!null_test_said && (mentioned & facts.self) != 0 && mentions_leading_column(expr, facts)) {
          null_test_said = true;
          add("left-join-null-test", name, term->written->span,
              fmt::format(
                  "{} may be true where {} has no match, so the LEFT JOIN stays and {} cannot be read first",
                  words(expr), name, name));
        }
      }
    }
  }
  bool follows_a_scan(const ItemFacts& facts) const {
    return std::any_of(plan_.facts.begin(), plan_.facts.begin() + facts.position,
                       [&](const ItemFacts& left) { return is_read_whole(left); });
  }
  std::string names(ItemSet items) const {
    std::string text;
    for (const ItemFacts& facts : plan_.facts) {
      if ((facts.self & items) != 0) text += (text.empty() ? "" : ", ") + words_of_item(*facts.item);
    }
    return text;
  }

  /// In the WHERE of a correlated subquery: `inner column = column of ours`, with our table read from end to
  /// end although a b-tree of it is sorted by that column.
  struct Link {
    const ItemFacts* facts = nullptr;
    const Expr* outer_column = nullptr;
    bool has_own_condition = false;  ///< the subquery has a condition about its own tables alone
  };
  Link find_link(const Select& inner) const {
    Link link;
    if (inner.prior != nullptr || inner.limit != nullptr || inner.is_aggregate) return link;
    const ItemNumbers inner_numbers(inner.items);
    for (const Expr* rest = inner.where; rest != nullptr;) {
      const Expr* condition = rest->kind == ExprKind::kAnd ? rest->right : rest;
      rest = rest->kind == ExprKind::kAnd ? rest->left : nullptr;
      if (plan_.numbers.mentioned(condition) == 0) {
        link.has_own_condition = link.has_own_condition || inner_numbers.mentioned(condition) != 0;
        continue;
      }
      if (condition->kind != ExprKind::kEq && condition->kind != ExprKind::kIs) continue;
      for (const auto& [ours, theirs] :
           {std::pair{condition->left, condition->right}, std::pair{condition->right, condition->left}}) {
        const ItemFacts* facts = facts_of(skip_collate(ours));
        if (facts == nullptr || inner_numbers.mentioned(theirs) == 0 || plan_.numbers.mentioned(theirs) != 0)
          continue;
        if (!is_read_whole(*facts) || !leads_a_tree(*facts, skip_collate(ours)->column)) continue;
        link.facts = facts;
        link.outer_column = skip_collate(ours);
      }
    }
    return link;
  }
  void explain_exists(const Term& term) {
    const Expr* expr = skip_markers(term.expr);
    if (expr->kind != ExprKind::kExists || !expr->select->is_correlated) return;
    const Link link = find_link(*expr->select);
    if (link.facts == nullptr || !link.has_own_condition) return;
    const std::string name = words_of_item(*link.facts->item);
    add("correlated-exists-drives-outer", name, term.written->span,
        fmt::format(
            "EXISTS is asked once for each of {} of {}, however few rows its own conditions find; {} IN "
            "(SELECT ...) could be searched",
            words_of_rows(link.facts->rows), name, words(link.outer_column)));
  }
  /// `constant IN (SELECT ... about the row)`. (Of a plain list the columns in it say it: term_reasons.cpp.)
  void explain_turned_in(const Term& term) {
    const Expr* expr = skip_markers(term.expr);
    if (expr->kind != ExprKind::kIn || expr->select == nullptr || !expr->select->is_correlated) return;
    if (plan_.numbers.mentioned(expr->left) != 0) return;
    const Link link = find_link(*expr->select);
    if (link.facts == nullptr) return;
    const std::string name = words_of_item(*link.facts->item);
    add("in-list-on-wrong-side", name, term.written->span,
        fmt::format("{} is on the left of IN, so the list is made for every row of {}; {} IN (SELECT ...) "
                    "could be searched",
                    words(expr->left), name, words(link.outer_column)));
  }

  PlanReasons& reasons_;
  LoopPlan& plan_;
  Context& context_;
};

}  // namespace

const Candidate* chosen_for(const LoopPlan& plan, int position) {
  for (const Candidate& loop : plan.choice.loops) {
    if (loop.position == position) return &loop;
  }
  return nullptr;
}

bool searches(const Candidate& candidate) { return candidate.equal_columns > 0 || candidate.has_range(); }

void explain_joins(PlanReasons& reasons, LoopPlan& plan, Context& context) {
  JoinReasons(reasons, plan, context).run();
}

}  // namespace leftmost::planner
