// planner/generated_columns.h - how generated columns depend on other columns of their table: in which order
// they can be computed, and which of them an UPDATE changes.
#pragma once

#include <span>
#include <vector>

#include "planner/relation.h"

namespace leftmost::planner {

/// Columns in an order in which each can be computed from what is there and from those before it.
struct ComputingOrder {
  std::vector<int> columns;
  /// A column that needs itself; -1: none. Which one of a loop it is, is SQLite's: `generated column loop on
  /// "a"`.
  int loop = -1;
};

/// What reading a VIRTUAL column takes: the VIRTUAL columns that it needs, itself last.
ComputingOrder order_for_reading(const Relation& relation, int column);
/// What writing a row takes: all generated columns.
ComputingOrder order_for_writing(const Relation& relation);

/// The columns that an UPDATE changes: those that are assigned to, and the generated ones that depend on
/// them.
class ChangedColumns {
 public:
  /// `assigned`: kRowidColumn for the rowid and its alias.
  ChangedColumns(const Relation& relation, std::span<const int> assigned);
  /// `column`: as in bound expressions.
  bool has(int column) const {
    return column < 0 ? rowid_
                      : static_cast<std::size_t>(column) < changed_.size() &&
                            changed_[static_cast<std::size_t>(column)];
  }
  /// Whether `expr`, about the table, depends on a changed column.
  bool touch(const Expr* expr) const;
  /// Whether entries of the index depend on a changed column, that of the rowid aside.
  bool touch(const RelationIndex& index) const;

 private:
  std::vector<bool> changed_;
  bool rowid_ = false;
};

}  // namespace leftmost::planner
