// engine/exec/view_rows.h - the rows of a view that an UPDATE or DELETE is about: all are made, then WHERE is
// put to each once more, as SQLite does with the table that it has made of the view.
#pragma once

#include <memory>

#include "engine/exec/compiled_statement.h"
#include "engine/exec/row_buffer.h"
#include "engine/exec/stream_builder.h"
#include "engine/exec/table_writer.h"
#include "planner/planner.h"

namespace leftmost::engine {

class ViewRows {
 public:
  /// Both SELECT and condition are planned.
  ViewRows(const planner::Select& rows, const planner::ChangeQuery& query, StreamBuilder& builder);
  /// Makes the rows and finds those that are meant. False after an error.
  bool find(Runtime& runtime);
  std::size_t count() const { return found_.size(); }
  /// Values belong to this object. The rowid counts all rows that were made.
  void read(std::size_t number, RowImage& row) const;

 private:
  std::unique_ptr<RowStream> stream_;
  const Program* where_ = nullptr;
  ItemRow& row_;
  ItemWork& work_;
  RowBuffer rows_;
  std::vector<std::size_t> found_;
};

/// Plans an UPDATE or DELETE of a view: the making of its rows, then the search among them. `row_expressions`
/// as planner::plan_change().
Expected<void> plan_view_change(planner::Select* rows, const planner::ChangeQuery& query,
                                std::span<planner::Expr* const> row_expressions,
                                const planner::PlannerOptions& options, CompiledStatement& statement);

}  // namespace leftmost::engine
