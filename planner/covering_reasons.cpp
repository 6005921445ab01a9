#include "planner/covering_reasons.h"

#include <algorithm>

#include "planner/expr_tools.h"

namespace leftmost::planner {

namespace {

/// The used columns that the index lacks, by name; the fourth and later ones as a number.
std::string missing_columns(const ItemFacts& facts, const Probe& probe) {
  constexpr int kNamesMax = 3;
  const storage::TableDef& table = *facts.item->relation->def;
  std::string names;
  int count = 0;
  for (std::size_t i = 0; i < facts.item->used.size() && i < table.columns.size(); ++i) {
    if (!facts.item->used[i] || static_cast<int>(i) == table.rowid_alias ||
        probe.contains(static_cast<int>(i)))
      continue;
    if (++count <= kNamesMax) names += (names.empty() ? "" : ", ") + table.columns[i].name;
  }
  if (count > kNamesMax) names += " and " + std::to_string(count - kNamesMax) + " more";
  return names;
}

bool uses_every_column(const Item& item) {
  const storage::TableDef& table = *item.relation->def;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool is_key = static_cast<int>(i) == table.rowid_alias;
    if (!is_key && (i >= item.used.size() || !item.used[i])) return false;
  }
  return true;
}

/// Conditions that a search could use when the loop starts: on this table, or joining it to the loops before
/// it.
bool has_filter(const LoopPlan& plan, const ItemFacts& facts) {
  ItemSet known = facts.self;
  for (const Candidate& loop : plan.choice.loops) {
    if (loop.position == facts.position) break;
    known |= loop.self;
  }
  return std::any_of(plan.terms.terms.begin(), plan.terms.terms.end(), [&](const Term* term) {
    return !term->is_virtual && (term->all & facts.self) != 0 && (term->all & ~known) == 0 &&
           !contains_correlated_subquery(term->expr);
  });
}

}  // namespace

Explanation why_use_costs(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                          const Candidate& chosen, bool is_change) {
  const std::string& index = probe.index->def->name;
  if (chosen.equal_columns == 0 && !chosen.has_range()) {
    const bool gives_order = plan.choice.order_satisfied > 0;
    if (probe.is_partial() || probe.is_table_itself()) return {};
    if (plan.wanted.mode == OrderMatchMode::kMin || plan.wanted.mode == OrderMatchMode::kMax) {
      if (gives_order) return {};  // one step from an end
    }
    if (has_filter(plan, facts)) {
      return {"index-scan-not-search",
              "all entries of " + index +
                  " are read: the name of an index in the plan does not mean that it is searched"};
    }
    if (!chosen.covering || gives_order) return {};
    return {"full-scan-picks-narrowest-index",
            "everything has to be read, and " + index + " is the narrowest tree that has the needed columns"};
  }
  // A row that is changed is read and written in the table, whatever the index has.
  if ((chosen.covering && !is_change) || probe.is_table_itself()) return {};
  const storage::IndexDef& def = *probe.index->def;
  const storage::TableDef& table = *facts.item->relation->def;
  if (def.origin == storage::IndexOrigin::kPrimaryKey && def.key_columns.size() == 1 &&
      def.key_columns[0].column >= 0) {
    const storage::ColumnDef& key = table.columns[static_cast<std::size_t>(def.key_columns[0].column)];
    if (key.affinity == storage::Affinity::kInteger) {
      return {"int-primary-key-not-rowid",
              key.name + " is declared " + key.declared_type +
                  " PRIMARY KEY, not INTEGER PRIMARY KEY: it has an index of its own, "
                  "and each row found costs a second search"};
    }
  }
  if (is_change || chosen.one_row) return {};
  const std::string missing = missing_columns(facts, probe);
  for (const ProbeColumn& column : probe.columns) {
    const bool is_virtual =
        column.column >= 0 &&
        table.columns[static_cast<std::size_t>(column.column)].generated == storage::GeneratedKind::kVirtual;
    if (is_virtual) {
      return {"expression-index-not-covering", table.columns[static_cast<std::size_t>(column.column)].name +
                                                   " is computed again from the table row, although " +
                                                   index + " holds it, so each entry found costs a look-up"};
    }
    if (column.expression == nullptr) continue;
    return {"expression-index-not-covering",
            "the expression in " + index +
                " is computed again from the table row, so each entry found costs a look-up"};
  }
  if (missing.empty() || uses_every_column(*facts.item)) return {};
  return {"not-covering", index + " lacks " + missing + ": each entry found costs a look-up in the table"};
}

}  // namespace leftmost::planner
