// planner/relation.h - a table as the planner sees it: definition, indexes in the order in which they are
// tried, statistics, and the bound forms of index expressions and partial-index conditions.
//
// Made by engine/bind from the catalog once per table and schema version, shared by all items that name the
// table. Not owned by the planner; outlives every plan that points to it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "planner/expr.h"
#include "storage/catalog.h"
#include "storage/index_layout.h"
#include "storage/log_est.h"
#include "storage/statistics.h"

namespace leftmost::planner {

struct RelationIndex {
  std::shared_ptr<const storage::IndexDef> def;
  storage::IndexStatistics statistics;
  /// One per key column: the bound expression (about kSelfItem) of an expression column, else null.
  std::vector<const Expr*> key_expressions;
  /// The partial index's WHERE (about kSelfItem); null when the index is not partial.
  const Expr* where = nullptr;
  /// For whoever runs the plan.
  storage::IndexLayout layout;
};

struct Item;

struct ProbeColumn {
  int column = 0;        ///< as the index has it: kRowidColumn, kExpressionColumn or a column number
  int query_column = 0;  ///< how terms name it: the INTEGER PRIMARY KEY alias is kRowidColumn
  const Expr* expression = nullptr;
  storage::Collation collation = storage::Collation::kBinary;
  std::optional<storage::Affinity> affinity;
  bool descending = false;
  bool not_null = false;  ///< declared so (or the rowid of the tail)
};

/// A b-tree through which a table can be read, with every number the planner needs about it (section 2 of
/// docs/planner.md).
struct Probe {
  const RelationIndex* index = nullptr;  ///< null: the rowid tree (or a FROM subquery's rows)
  std::vector<ProbeColumn> columns;      ///< key, then tail
  int key_columns = 0;
  storage::LogEst width = 0;
  storage::LogEst entries = 0;  ///< A[0]
  bool is_rowid = false;
  bool unique = false;
  bool unique_not_null = false;
  bool is_primary_key = false;  ///< implements PRIMARY KEY (its tail is never searched)

  /// A[k]: entries that share their first k columns.
  storage::LogEst rows(int prefix) const;
  bool unordered() const { return index != nullptr && index->statistics.unordered; }
  bool has_stat1() const { return index != nullptr && index->statistics.has_stat1; }
  bool is_partial() const { return index != nullptr && index->where != nullptr; }
  bool is_table_itself() const { return index != nullptr && index->def->is_table_itself; }
  int column_count() const { return static_cast<int>(columns.size()); }
  /// Key or tail has this column (kRowidColumn: the rowid).
  bool contains(int column) const;
  /// Every column of `item` that an expression mentions is in the index (insides of subqueries do not count).
  bool can_evaluate(const Expr* expr, const Item& item) const;
  /// Declared name, `<expr>` or `rowid`.
  std::string_view column_name(int position, const Item& item) const;
};

struct Relation {
  std::shared_ptr<const storage::TableDef> def;
  storage::TableStatistics statistics;
  /// In trying order: newest first (section 2.4). A WITHOUT ROWID table's primary-key index is among them.
  std::vector<RelationIndex> indexes;
  /// The rowid tree first, then the indexes: planner/probe.h makes them.
  std::vector<Probe> probes;
  /// What generated columns are computed from, about kSelfItem: one per column, null for an ordinary one.
  /// Empty if the table has no generated columns.
  std::vector<const Expr*> generated;
};

}  // namespace leftmost::planner
