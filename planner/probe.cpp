#include "planner/probe.h"

#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

using storage::LogEst;

LogEst Probe::rows(int prefix) const {
  if (index != nullptr) return index->statistics.rows(static_cast<std::size_t>(prefix));
  return prefix == 0 ? entries : LogEst{0};
}

bool Probe::contains(int column) const {
  if (column >= 63) return index != nullptr && index->def->covers_table;
  for (const ProbeColumn& c : columns) {
    if (c.column >= kRowidColumn && c.query_column == column) return true;
  }
  return false;
}

bool Probe::can_evaluate(const Expr* expr, const Item& item) const {
  if (expr == nullptr) return true;
  if (expr->kind == ExprKind::kColumn && expr->item == item.id && !contains(expr->column)) return false;
  bool all = true;
  for_each_child(expr, [&](const Expr* child) { all = all && can_evaluate(child, item); });
  return all;
}

std::string_view Probe::column_name(int position, const Item& item) const {
  const ProbeColumn& column = columns[static_cast<std::size_t>(position)];
  if (column.column == storage::kExpressionColumn) return "<expr>";
  if (column.column == kRowidColumn) return "rowid";
  return item.relation->def->columns[static_cast<std::size_t>(column.column)].name;
}

bool covers(const Probe& probe, const Item& item) {
  if (probe.index == nullptr) return true;
  const storage::IndexDef& def = *probe.index->def;
  if (def.covers_table || def.is_table_itself) return true;
  // The automatic index of a UNIQUE constraint of a WITHOUT ROWID table counts its declared columns only.
  const bool key_only = item.relation->def->without_rowid && def.origin != storage::IndexOrigin::kCreateIndex;
  for (std::size_t column = 0; column < item.used.size(); ++column) {
    if (!item.used[column]) continue;
    if (column >= 63) return false;
    bool found = false;
    const std::size_t count = key_only ? static_cast<std::size_t>(probe.key_columns) : probe.columns.size();
    for (std::size_t i = 0; i < count; ++i) {
      const int held = probe.columns[i].column;
      found = found || (held == static_cast<int>(column) &&
                        item.relation->def->columns[column].generated != storage::GeneratedKind::kVirtual);
    }
    if (!found) return false;
  }
  return true;
}

namespace {

Probe rowid_probe(LogEst rows, LogEst width) {
  Probe probe;
  probe.is_rowid = true;
  probe.unique = true;
  probe.width = width;
  probe.entries = rows;
  ProbeColumn& rowid = probe.columns.emplace_back();
  rowid.column = rowid.query_column = kRowidColumn;
  rowid.affinity = storage::Affinity::kInteger;
  rowid.not_null = true;
  probe.key_columns = 1;
  return probe;
}

Probe index_probe(const RelationIndex& index, const storage::TableDef& table) {
  const storage::IndexDef& def = *index.def;
  Probe probe;
  probe.index = &index;
  probe.key_columns = static_cast<int>(def.key_columns.size());
  probe.width = index.statistics.width;
  probe.entries = index.statistics.rows(0);
  probe.unique = def.unique;
  probe.unique_not_null = def.unique_not_null;
  probe.is_primary_key = def.origin == storage::IndexOrigin::kPrimaryKey;
  probe.columns.reserve(def.column_count());
  for (std::size_t i = 0; i < def.column_count(); ++i) {
    const storage::IndexColumn& from = def.column(i);
    ProbeColumn& column = probe.columns.emplace_back();
    column.column = column.query_column = from.column;
    column.collation = from.collation;
    column.descending = from.descending;
    if (from.column == storage::kExpressionColumn) {
      column.expression = i < index.key_expressions.size() ? index.key_expressions[i] : nullptr;
      if (column.expression != nullptr) column.affinity = affinity_of(column.expression);
    } else if (from.column == storage::kRowidColumn) {
      column.affinity = storage::Affinity::kInteger;
      column.not_null = true;
    } else {
      const storage::ColumnDef& declared = table.columns[static_cast<std::size_t>(from.column)];
      if (from.column == table.rowid_alias) column.query_column = kRowidColumn;
      column.affinity = declared.affinity;
      column.not_null = declared.not_null || (table.without_rowid && declared.in_primary_key);
    }
  }
  return probe;
}

}  // namespace

std::vector<Probe> make_probes(const Relation& relation) {
  std::vector<Probe> probes;
  const bool has_rowid = !relation.def->without_rowid;
  probes.reserve(relation.indexes.size() + (has_rowid ? 1 : 0));
  if (has_rowid) probes.push_back(rowid_probe(relation.statistics.rows, relation.statistics.width));
  for (const RelationIndex& index : relation.indexes) probes.push_back(index_probe(index, *relation.def));
  return probes;
}

LookasideVector<ItemFacts> gather_facts(std::span<Item* const> items, const Context& context) {
  LookasideVector<ItemFacts> all;
  all.reserve(items.size());
  for (const Item* item : items) {
    ItemFacts& facts = all.emplace_back();
    facts.item = item;
    facts.position = static_cast<int>(all.size()) - 1;
    facts.self = ItemSet{1} << facts.position;
    if (item->relation != nullptr && item->kind == ItemKind::kTable) {
      facts.rows = item->relation->statistics.rows;
      facts.width = item->relation->statistics.width;
      facts.has_rowid = !item->relation->def->without_rowid;
      facts.probes = item->relation->probes;
      continue;
    }
    if (item->kind == ItemKind::kFunction) {
      facts.rows = item->relation->statistics.rows;
      facts.width = item->relation->statistics.width;
      continue;
    }
    facts.is_subquery = true;
    facts.is_recursive = item->kind == ItemKind::kRecursiveReference;
    facts.is_correlated = item->subquery != nullptr && item->subquery->is_correlated;
    facts.rows = context.rows_of(*item);
    facts.subquery_rows = std::make_unique<Probe>(rowid_probe(facts.rows, facts.width));
    facts.probes = {facts.subquery_rows.get(), 1};
  }
  return all;
}

bool constraint_fits_outer_join(const Term& term, const ItemFacts& facts) {
  const Expr* expr = term.expr;
  if (expr->join_mark == JoinMark::kNone || expr->join_item != facts.item->id) return false;
  return !(facts.is_outer() && expr->join_mark == JoinMark::kInnerOn);
}

TermScan scan_probe_column(TermList& list, const ItemFacts& facts, const Probe& probe, int position,
                           std::uint16_t ops) {
  const ProbeColumn& column = probe.columns[static_cast<std::size_t>(position)];
  if (column.query_column == kRowidColumn) return {list, facts.item->id, kRowidColumn, ops};
  TermScan::IndexColumnTest test;
  test.has_affinity = column.affinity.has_value();
  test.affinity = column.affinity.value_or(storage::Affinity::kBlob);
  test.collation = column.collation;
  test.expression = column.expression;
  return {list, facts.item->id, column.column, ops, test};
}

}  // namespace leftmost::planner
