#include <algorithm>
#include <set>

#include "planner/condition_reasons.h"
#include "planner/expr_tools.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

void add_columns(const Expr* expr, ItemId item, std::set<int>& columns) {
  if (expr->kind == ExprKind::kColumn && expr->item == item) columns.insert(expr->column);
  for_each_child(expr, [&](const Expr* child) { add_columns(child, item, columns); });
}

/// Every column that some index of the table has, alone, in an expression or in its WHERE; and the rowid.
std::set<int> indexed_columns(const ItemFacts& facts) {
  std::set<int> columns{kRowidColumn};
  for (const Probe& probe : facts.probes) {
    for (int i = 0; i < probe.key_columns; ++i) {
      const ProbeColumn& column = probe.columns[static_cast<std::size_t>(i)];
      columns.insert(column.query_column);
      if (column.expression != nullptr) add_columns(column.expression, kSelfItem, columns);
    }
    if (probe.is_partial()) add_columns(probe.index->where, kSelfItem, columns);
  }
  return columns;
}

std::string names_of(const std::set<int>& columns, const storage::TableDef& table) {
  std::string text;
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (!text.empty()) text += std::next(column) == columns.end() ? " or " : ", ";
    text += table.columns[static_cast<std::size_t>(*column)].name;
  }
  return text;
}

/// By the index of a generated column that is computed from the same.
bool is_told(const TableReason& table, const Expr* written) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const IndexReason& index) {
    return std::any_of(index.columns.begin(), index.columns.end(),
                       [&](const ColumnReason& column) { return column.term == written; });
  });
}

/// An argument of the table function, or a condition on a hidden column that became one.
bool is_passed(const LoopPlan& plan, const ItemFacts& facts, const Term* term) {
  return std::any_of(plan.choice.loops.begin(), plan.choice.loops.end(), [&](const Candidate& loop) {
    return loop.position == facts.position &&
           std::find(loop.terms.begin(), loop.terms.end(), term) != loop.terms.end();
  });
}

}  // namespace

void explain_unindexed_conditions(PlanReasons& reasons, const LoopPlan& plan) {
  for (const ItemFacts& facts : plan.facts) {
    if (facts.item->relation == nullptr) continue;
    const auto table = std::find_if(reasons.tables.rbegin(), reasons.tables.rend(),
                                    [&](const TableReason& each) { return each.item == facts.item; });
    if (table == reasons.tables.rend()) continue;
    const storage::TableDef& def = *facts.item->relation->def;
    const std::set<int> indexed = indexed_columns(facts);
    const bool is_function = facts.item->kind == ItemKind::kFunction;
    for (const Term* term : plan.terms.terms) {
      if (term->is_virtual || term->is_slice || term->all != facts.self || contains_subquery(term->expr))
        continue;
      if (is_told(*table, term->written)) continue;
      std::set<int> columns;
      add_columns(term->expr, facts.item->id, columns);
      const bool has_index =
          std::any_of(columns.begin(), columns.end(), [&](int column) { return indexed.count(column) > 0; });
      if (columns.empty() || has_index || (is_function && is_passed(plan, facts, term))) continue;
      table->unindexed.push_back(
          {def.columns[static_cast<std::size_t>(*columns.begin())].name, term->written,
           is_function ? "the rows of " + words_of_item(*facts.item) +
                             " are made as they are read: nothing is sorted by " + names_of(columns, def)
                       : "no index of " + def.name + " has " + names_of(columns, def)});
    }
  }
}

}  // namespace leftmost::planner
