#include "engine/exec/view_rows.h"

#include "engine/exec/change_action.h"

namespace leftmost::engine {

using storage::Value;

ViewRows::ViewRows(const planner::Select& rows, const planner::ChangeQuery& query, StreamBuilder& builder)
    : stream_(builder.build(rows)),
      row_(builder.runtime().row(query.target->id)),
      work_(builder.runtime().work_of(query.target->id)) {
  if (stream_ != nullptr) rows_ = RowBuffer(stream_->width());
  if (query.where != nullptr) where_ = builder.compile(*query.where);
}

bool ViewRows::find(Runtime& runtime) {
  rows_.clear();
  found_.clear();
  stream_->open();
  while (stream_->next()) {
    rows_.add(stream_->row());
    if ((rows_.size() & 0xfff) == 0 && !runtime.check_limits(rows_.bytes_held())) return false;
  }
  stream_->close();
  for (std::size_t i = 0; i < rows_.size() && runtime.step(); ++i) {
    ++work_.rows_visited;
    if (i > 0) ++work_.fullscan_steps;
    row_.set_values(rows_.row(i), Value::integer(static_cast<std::int64_t>(i) + 1));
    if (where_ == nullptr || test(*where_, runtime.eval())) found_.push_back(i);
    runtime.run().results().reset();
  }
  return !runtime.failed();
}

void ViewRows::read(std::size_t number, RowImage& row) const {
  const std::span<const Value> values = rows_.row(found_[number]);
  row.values.assign(values.begin(), values.end());
  row.rowid = static_cast<std::int64_t>(found_[number]) + 1;
}

Expected<void> plan_view_change(planner::Select* rows, const planner::ChangeQuery& query,
                                std::span<planner::Expr* const> row_expressions,
                                const planner::PlannerOptions& options, CompiledStatement& statement) {
  auto made = planner::plan_select(rows, options, statement.arena);
  if (!made) return Unexpected(made.error());
  statement.plan = std::move(*made);
  auto search = planner::plan_change(query, row_expressions, options, statement.arena);
  if (!search) return Unexpected(search.error());
  add_plan(std::move(*search), statement);
  return {};
}

}  // namespace leftmost::engine
