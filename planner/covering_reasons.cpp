#include "planner/covering_reasons.h"

#include <algorithm>
#include <set>

#include "planner/expr_tools.h"

namespace leftmost::planner {

namespace {

/// What a SELECT needs of one item beside the expressions (and computed columns) that an index of it holds: a
/// column that stands in such an expression alone would not be needed, were the expression read from the
/// index.
class NeededColumns {
 public:
  /// `where`: of a partial index, whose conditions are not tested again; null: all are.
  NeededColumns(const ItemFacts& facts, const Probe& probe, const Expr* where)
      : item_(facts.item->id), probe_(probe), where_(where) {}

  std::set<int> of(const Select& select) {
    // The walk changes nothing.
    for_each_expr_of_core(const_cast<Select*>(&select), [&](const Expr* expr) { add(expr); });
    return std::move(columns_);
  }

 private:
  void add(const Expr* expr) {
    if (expr == nullptr) return;
    if (is_implied(expr, where_)) return;
    if (expr->kind == ExprKind::kColumn && expr->item == item_) columns_.insert(expr->column);
    const bool is_held =
        std::any_of(probe_.columns.begin(), probe_.columns.end(), [&](const ProbeColumn& column) {
          return column.expression != nullptr && same_expr_skipping(expr, column.expression, item_);
        });
    if (is_held) return;
    for_each_child(expr, [&](const Expr* child) { add(child); });
    if (expr->select != nullptr)
      for_each_expr_of_select(expr->select, [&](const Expr* inside) { add(inside); });
  }

  /// The condition is one of those that every entry of the partial index meets, and is not tested again.
  bool is_implied(const Expr* expr, const Expr* where) const {
    if (where == nullptr) return false;
    if (where->kind == ExprKind::kAnd) return is_implied(expr, where->left) || is_implied(expr, where->right);
    return same_expr_skipping(expr, where, item_);
  }

  ItemId item_;
  const Probe& probe_;
  const Expr* where_;
  std::set<int> columns_;
};

/// Those that the index lacks, by name; the fourth and later ones as a number.
std::string missing_columns(const std::set<int>& needed, const Probe& probe, const storage::TableDef& table) {
  constexpr int kNamesMax = 3;
  std::string names;
  int count = 0;
  for (const int column : needed) {
    if (column < 0 || column == table.rowid_alias || probe.contains(column)) continue;
    if (++count <= kNamesMax)
      names += (names.empty() ? "" : ", ") + table.columns[static_cast<std::size_t>(column)].name;
  }
  if (count > kNamesMax) names += " and " + std::to_string(count - kNamesMax) + " more";
  return names;
}

bool is_every_column(const std::set<int>& needed, const storage::TableDef& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto column = static_cast<int>(i);
    if (column != table.rowid_alias && needed.count(column) == 0) return false;
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
                          const Candidate& chosen, const Select* select) {
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
  if ((chosen.covering && select != nullptr) || probe.is_table_itself()) return {};
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
  if (select == nullptr || chosen.one_row) return {};
  if (is_every_column(NeededColumns(facts, probe, nullptr).of(*select), table)) return {};
  const Expr* const where = facts.is_outer() ? nullptr : probe.index->where;  // ON is tested all the same
  const std::set<int> needed = NeededColumns(facts, probe, where).of(*select);
  if (const std::string missing = missing_columns(needed, probe, table); !missing.empty())
    return {"not-covering", index + " lacks " + missing + ": each entry found costs a look-up in the table"};
  for (const ProbeColumn& column : probe.columns) {
    if (column.expression != nullptr) {
      return {"expression-index-not-covering",
              "the expression in " + index +
                  " is computed again from the table row, so each entry found costs a look-up"};
    }
    if (column.column < 0) continue;
    const storage::ColumnDef& generated = table.columns[static_cast<std::size_t>(column.column)];
    if (generated.generated == storage::GeneratedKind::kNone) continue;
    const bool is_virtual = generated.generated == storage::GeneratedKind::kVirtual;
    return {"expression-index-not-covering",
            generated.name + (is_virtual ? " is computed again from" : " is read from") +
                " the table row, although " + index + " holds it, so each entry found costs a look-up"};
  }
  return {};
}

}  // namespace leftmost::planner
