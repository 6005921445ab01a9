#include "planner/condition_reasons.h"

#include <algorithm>

#include "planner/column_reasons.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/range_reasons.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

bool is_told(const PlanReasons& reasons, std::string_view code, const Expr* term) {
  for (const TableReason& table : reasons.tables) {
    for (const IndexReason& index : table.indexes) {
      for (const ColumnReason& column : index.columns) {
        if (column.code == code && column.term == term) return true;
      }
    }
  }
  return false;
}

void add(PlanReasons& reasons, const Expr* term, Explanation why) {
  reasons.general.push_back({why.code, to_text(term), term->span, std::move(why.text)});
}

std::string table_name(const ItemFacts& facts) {
  return std::string(facts.item->alias.empty() ? facts.item->name : facts.item->alias);
}

const Candidate* chosen_for(const LoopPlan& plan, const ItemFacts& facts) {
  for (const Candidate& loop : plan.choice.loops) {
    if (loop.position == facts.position) return &loop;
  }
  return nullptr;
}

void explain_or(PlanReasons& reasons, const LoopPlan& plan, const Term& term, const Context& context) {
  if (term.expr->kind != ExprKind::kOr || is_told(reasons, "or-across-tables", term.written)) return;
  for (const ItemFacts& facts : plan.facts) {
    if ((term.all & facts.self) == 0) continue;
    Explanation why = why_or_fails(term, plan, facts, table_name(facts), context);
    if (why.code == "or-across-tables") return add(reasons, term.written, std::move(why));
  }
}

void explain_keysets(PlanReasons& reasons, LoopPlan& plan, const ItemFacts& facts, const Context& context) {
  for (const Keyset& keyset : find_keysets(plan, facts)) {
    if (is_told(reasons, "keyset-or-form", keyset.term->written)) continue;
    const bool helps = std::any_of(facts.probes.begin(), facts.probes.end(), [&](const Probe& probe) {
      if (probe.is_partial() && !partial_index_usable(probe, facts, plan.terms, context)) return false;
      const std::vector<ColumnFacts> columns = column_facts(plan, facts, probe);
      int from = 0;
      while (from < probe.key_columns && columns[static_cast<std::size_t>(from)].is_equality()) ++from;
      return keyset_columns_in(keyset, probe, from) >= 2;
    });
    if (helps) add(reasons, keyset.term->written, {"keyset-or-form", keyset_text(keyset)});
  }
}

void explain_interval(PlanReasons& reasons, const LoopPlan& plan, const ItemFacts& facts) {
  const auto interval = find_interval(plan, facts);
  const Candidate* chosen = chosen_for(plan, facts);
  if (!interval || chosen == nullptr || chosen->probe == nullptr) return;
  if (chosen->has_lower && chosen->has_upper) return;  // bounded on the other side as well
  const auto is_used = [&](const Term* term) {
    return std::find(chosen->terms.begin(), chosen->terms.end(), term) != chosen->terms.end();
  };
  if (!is_used(interval->low) && !is_used(interval->high)) return;
  const Term* checked = is_used(interval->low) ? interval->high : interval->low;
  if (is_told(reasons, "interval-two-columns", checked->written)) return;
  add(reasons, checked->written,
      {"interval-two-columns", to_text(interval->low->expr->right, plan.facts) + " between " +
                                   to_text(interval->low->expr->left) + " and " +
                                   to_text(interval->high->expr->left) +
                                   " is a range on each of them, and one index search bounds only one"});
}

}  // namespace

void explain_conditions(PlanReasons& reasons, LoopPlan& plan, const Context& context) {
  for (const Term* term : plan.terms.terms) {
    if (term->is_virtual) continue;
    explain_or(reasons, plan, *term, context);
  }
  for (const ItemFacts& facts : plan.facts) {
    explain_keysets(reasons, plan, facts, context);
    explain_interval(reasons, plan, facts);
  }
}

}  // namespace leftmost::planner
