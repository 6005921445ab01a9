// engine/exec/virtual_columns.h - the VIRTUAL columns of one item's current row. They are stored nowhere: one
// is computed when it is first asked for, with those that it needs before it, and kept until the row changes.
#pragma once

#include <vector>

#include "engine/functions/evaluator.h"
#include "planner/relation.h"

namespace leftmost::engine {

class ItemRow;

/// While it lives, what depends on the clock is an error (StatementRun::forbid_clock()).
class ClockForbidden {
 public:
  ClockForbidden(StatementRun& run, std::string_view place) : run_(run), before_(run.clock_forbidden_in()) {
    run_.forbid_clock(place);
  }
  ~ClockForbidden() { run_.forbid_clock(before_); }
  ClockForbidden(const ClockForbidden&) = delete;
  ClockForbidden& operator=(const ClockForbidden&) = delete;

 private:
  StatementRun& run_;
  std::string_view before_;
};

class VirtualColumns final : private NoRows {
 public:
  /// All outlive it; programs are made in `arena` when they are needed.
  VirtualColumns(const planner::Relation& relation, ItemRow& row, StatementRun& run, storage::Arena& arena);

  const planner::Relation& relation() const { return relation_; }
  bool has(int column) const { return column >= 0 && is_virtual_[static_cast<std::size_t>(column)]; }
  /// The item has another row.
  void forget();
  /// Requires: has(column). The value stays until forget(). NULL after an error, which is in the run.
  storage::Value value(int column);

 private:
  struct Known {
    const Program* program = nullptr;
    std::vector<int> needs;  ///< itself last; empty: not looked up yet
    bool is_known = false;
    storage::Value value;
  };

  storage::Value column(const planner::Expr& column) override;
  void compute(int column);

  const planner::Relation& relation_;
  ItemRow& row_;
  StatementRun& run_;
  storage::Arena& arena_;
  std::vector<bool> is_virtual_;
  std::vector<Known> columns_;
  bool has_known_ = false;
  storage::Arena bytes_;
};

/// Computes all VIRTUAL columns of the current row, as SQLite does with the row before a change when there is
/// RETURNING: one that cannot be computed is an error of the statement.
void compute_virtual_columns(ItemRow& row, const storage::TableDef& table);

}  // namespace leftmost::engine
