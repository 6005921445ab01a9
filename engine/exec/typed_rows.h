// engine/exec/typed_rows.h - the types that a FROM subquery's columns give to its rows.
//
// A column of a subquery, view or CTE has the affinity of its expression in the leftmost arm; in the last arm
// when a view has a list of column names. Other arms may give values of other types, and SQLite 3.40.1
// changes some of them on the way:
//   - rows kept in memory (MATERIALIZE) are stored with the affinities, as rows of a table are; not those
//     that the arms of an ordered compound are merged into;
//   - a column of REAL affinity gives reals wherever it is read, in rows of a co-routine too.
#pragma once

#include <memory>
#include <vector>

#include "engine/exec/row_stream.h"
#include "planner/query.h"
#include "storage/affinity.h"
#include "storage/arena.h"

namespace leftmost::engine {

class ColumnTypes {
 public:
  /// Changes nothing.
  ColumnTypes() = default;
  /// Those of the subquery whose last arm is `last`.
  ColumnTypes(const planner::Select& last, bool is_materialized, bool typed_by_last_arm = false);

  bool changes_nothing() const { return affinities_.empty(); }
  /// The row with its columns' types. Valid until the next call, and as long as the bytes of `row` are.
  std::span<const storage::Value> apply(std::span<const storage::Value> row);

 private:
  bool is_materialized_ = false;
  std::vector<storage::Affinity> affinities_;
  std::vector<storage::Value> values_;
  storage::Arena bytes_;
};

/// `rows` of the subquery `item` with the types of its columns.
std::unique_ptr<RowStream> with_column_types(std::unique_ptr<RowStream> rows, const planner::Item& item,
                                             bool is_materialized);

}  // namespace leftmost::engine
