#include <fmt/format.h>

#include <algorithm>

#include "planner/column_reasons.h"
#include "planner/condition_reasons.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/reason_words.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

class TestedConditions {
 public:
  TestedConditions(PlanReasons& reasons, LoopPlan& plan, const Context& context)
      : reasons_(reasons), plan_(plan), context_(context) {}

  void run(const Loop& loop) {
    const int position = plan_.numbers.position(loop.item->id);
    const auto table = std::find_if(reasons_.tables.rbegin(), reasons_.tables.rend(),
                                    [&](const TableReason& each) { return each.item == loop.item; });
    if (position < 0 || table == reasons_.tables.rend()) return;
    const ItemFacts& facts = plan_.facts[static_cast<std::size_t>(position)];
    for (const Filter& filter : loop.filters) {
      const Term* term = term_of(filter.condition);
      const Expr* written = term == nullptr ? filter.condition : term->written;
      if (is_told(written)) continue;
      Explanation why = why_tested(facts, term, written);
      TestedCondition& tested = table->tested.emplace_back();
      if (filter.stage == FilterStage::kIndexEntry) tested.role = ColumnRole::kFilterInIndex;
      tested.term = written;
      tested.code = why.code;
      tested.text = std::move(why.text);
    }
  }

 private:
  const Term* term_of(const Expr* condition) const {
    for (const Term* term : plan_.terms.terms) {
      if (term->expr == condition || term->written == condition) return term;
    }
    return nullptr;
  }

  static bool is_same(const Expr* a, const Expr* b) {
    if (a == b) return true;
    return a != nullptr && !a->span.empty() && a->span.begin == b->span.begin && a->span.end == b->span.end;
  }
  bool is_told(const Expr* written) const {
    for (const TableReason& table : reasons_.tables) {
      for (const IndexReason& index : table.indexes) {
        for (const ColumnReason& column : index.columns) {
          if (is_same(column.term, written)) return true;
        }
      }
      for (const UnindexedCondition& condition : table.unindexed) {
        if (is_same(condition.term, written)) return true;
      }
      for (const TestedCondition& condition : table.tested) {
        if (is_same(condition.term, written)) return true;
      }
    }
    return std::any_of(reasons_.general.begin(), reasons_.general.end(), [&](const GeneralReason& reason) {
      return !reason.span.empty() && reason.span.begin == written->span.begin &&
             reason.span.end == written->span.end;
    });
  }

  Explanation why_tested(const ItemFacts& facts, const Term* term, const Expr* written) {
    const std::string name = words_of_item(*facts.item);
    if (facts.is_subquery || facts.item->kind == ItemKind::kFunction)
      return {{}, fmt::format("the rows of {} are made for this statement and have no index", name)};
    if (facts.item->kind != ItemKind::kTable) return {{}, "checked row by row"};
    if (term != nullptr) {
      const Candidate* chosen = chosen_for(facts);
      for (const bool is_used : {true, false}) {
        for (const Probe& probe : facts.probes) {
          if ((chosen != nullptr && chosen->probe == &probe) != is_used) continue;
          for (int i = 0; i < probe.key_columns; ++i) {
            if (mentions(*term, facts, probe, i)) return why_not_at(*term, facts, probe, i);
          }
        }
      }
    }
    if (const Expr* column = column_of(written, facts.item->id); column != nullptr) {
      for (const Probe& probe : facts.probes) {
        for (int i = 0; i < probe.key_columns; ++i) {
          const Expr* held = probe.columns[static_cast<std::size_t>(i)].expression;
          if (held == nullptr || !mentions_column(held, kSelfItem, column->column)) continue;
          return {"expression-index-mismatch", fmt::format("{} holds {}, not {}", words_of_index(probe.index),
                                                           to_text(held, 40), to_text(column))};
        }
      }
      return {{}, fmt::format("no index column of {} is {}", name, to_text(column))};
    }
    if (contains_subquery(written)) return {{}, "a subquery decides it, row by row"};
    return {{}, fmt::format("is about no column of {}: tested when its row has been read", name)};
  }
  /// The first column of the item in the expression, not in a subquery; null if there is none.
  static const Expr* column_of(const Expr* expr, ItemId item) {
    if (expr->kind == ExprKind::kColumn && expr->item == item) return expr;
    const Expr* found = nullptr;
    for_each_child(expr, [&](const Expr* child) {
      if (found == nullptr) found = column_of(child, item);
    });
    return found;
  }
  const Candidate* chosen_for(const ItemFacts& facts) const {
    for (const Candidate& loop : plan_.choice.loops) {
      if (loop.position == facts.position) return &loop;
    }
    return nullptr;
  }
  static bool mentions(const Term& term, const ItemFacts& facts, const Probe& probe, int i) {
    const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(i)];
    if (indexed.expression != nullptr)
      return side_like_expression(term.expr, indexed.expression, facts.item->id) != nullptr;
    return mentions_column(term.expr, facts.item->id, indexed.query_column);
  }

  /// Another condition stands at the column, or it would be told there.
  Explanation why_not_at(const Term& term, const ItemFacts& facts, const Probe& probe, int i) {
    TermScan scan = scan_probe_column(plan_.terms, facts, probe, i, kOpsConstraint);
    bool could_be_searched = false;
    while (const Term* found = scan.next()) could_be_searched |= found->written == term.written;
    const std::string column(probe.column_name(i, *facts.item));
    if (could_be_searched) {
      return {{}, fmt::format("checked beside the other condition on {}: a search goes by one", column)};
    }
    Explanation why = why_not_searchable(term, plan_, facts, probe, i, context_);
    if (why.text.empty()) why.text = "checked row by row";
    return why;
  }

  PlanReasons& reasons_;
  LoopPlan& plan_;
  const Context& context_;
};

}  // namespace

void explain_tested_conditions(PlanReasons& reasons, LoopPlan& plan, const LookasideVector<Loop>& loops,
                               const Context& context) {
  TestedConditions conditions(reasons, plan, context);
  for (const Loop& loop : loops) conditions.run(loop);
}

}  // namespace leftmost::planner
