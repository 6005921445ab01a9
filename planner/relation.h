// planner/relation.h - a table as the planner sees it: definition, indexes in the order in which they are tried,
// statistics, and the bound forms of index expressions and partial-index conditions.
//
// Made by engine/bind from the catalog once per table and schema version, shared by all items that name the table.
// Not owned by the planner; outlives every plan that points to it.
#pragma once

#include <memory>
#include <vector>

#include "planner/expr.h"
#include "storage/catalog.h"
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
};

struct Relation {
  std::shared_ptr<const storage::TableDef> def;
  storage::TableStatistics statistics;
  /// In trying order: newest first (section 2.4). A WITHOUT ROWID table's primary-key index is among them.
  std::vector<RelationIndex> indexes;
};

}  // namespace leftmost::planner
