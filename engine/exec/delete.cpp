// DELETE: the rows are found first, then removed; without WHERE the trees are emptied.
#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/loop_nest.h"
#include "engine/exec/view_rows.h"
#include "storage/cursor.h"

namespace leftmost::engine {
namespace {

using storage::Value;

class DeleteAction final : public ChangeAction {
 public:
  DeleteAction(CompileContext context, BoundDelete del, const TableExpressions& expressions,
               TriggerSet triggers, ForeignKeys* keys)
      : ChangeAction(context),
        delete_(std::move(del)),
        triggers_(std::move(triggers)),
        foreign_keys_(keys),
        table_(*delete_.query.target->relation->def),
        writer_(*delete_.query.target->relation, expressions, builder_),
        target_row_(runtime_.row(delete_.query.target->id)),
        truncates_(context.statement.plan->change_loops.empty() &&
                   context.statement.plan->change_constant_filters.empty()) {
    runtime_.set_relation(delete_.query.target->id, *delete_.query.target->relation, builder_.arena());
    if (delete_.view_rows != nullptr) {
      view_rows_.emplace(*delete_.view_rows, delete_.query, builder_);
    } else if (!truncates_) {
      loops_ = std::make_unique<LoopNest>(context.statement.plan->change_loops,
                                          context.statement.plan->change_constant_filters, builder_);
    }
    set_returning(delete_.returning, table_, false, builder_);
  }

  const StreamBuilder& builder() const { return builder_; }

 protected:
  bool needs_mark() const override { return !truncates_ || has_returning(); }

  bool run() override {
    if (view_rows_) return run_on_view();
    storage::DatabaseState& state = connection_.data();
    if (truncates_ && !has_returning() && triggers_.empty() && foreign_keys_ == nullptr) {
      changes_ = static_cast<std::int64_t>(writer_.clear(state));
      return true;
    }
    std::vector<std::string> keys;
    if (truncates_) {
      std::string scratch;
      for (storage::Cursor cursor(*state.tree(table_.id)); cursor.valid(); cursor.next())
        keys.emplace_back(cursor.key());
    } else {
      std::string key;
      loops_->open();
      while (loops_->next()) {
        target_row_.copy_key(key);
        keys.push_back(key);
        if ((keys.size() & 0xfff) == 0 && !runtime_.check_limits(keys.size() * 48)) return false;
      }
      loops_->close();
      if (runtime_.failed()) return false;
      if (!statement_.plan->change_one_pass) std::sort(keys.begin(), keys.end());
    }
    runtime_.close_subqueries();
    storage::Arena bytes;
    for (const std::string& key : keys) {
      if (!runtime_.step()) return false;
      RowImage row;
      const bool reads_row = has_returning() || !triggers_.empty() || foreign_keys_ != nullptr;
      if (reads_row) {
        if (!writer_.read(state, key, row)) continue;
        bytes.reset();
        runtime_.run().results().reset();
        for (Value& value : row.values) value = storage::copy_value(value, bytes);
      }
      if (has_returning()) {
        target_row_.set_stored_values(row.values, rowid_value(row));
        compute_virtual_columns(target_row_, table_);
        if (runtime_.failed()) return false;
      }
      bool passed_over = false;
      if (!delete_row(key, row, passed_over) && !passed_over) return false;
    }
    return true;
  }

 private:
  bool run_on_view() {
    if (!view_rows_->find(runtime_)) return false;
    for (std::size_t i = 0; i < view_rows_->count(); ++i) {
      if (!runtime_.step()) return false;
      RowImage row;
      view_rows_->read(i, row);
      bool passed_over = false;
      const bool done = fire(triggers_.before, &row, nullptr, passed_over) && return_row(row);
      if (!done && !passed_over) return false;
    }
    return true;
  }

  // `row`: read if somebody looks at it.
  bool delete_row(const std::string& key, const RowImage& row, bool& passed_over) {
    if (!fire(triggers_.before, &row, nullptr, passed_over)) return false;
    if (!row_goes(foreign_keys_, row, nullptr)) return false;
    if (!writer_.erase(connection_.data(), key)) return !runtime_.failed();
    count_change();
    if (!act(foreign_keys_, row, nullptr)) return false;
    const std::span<TriggerProgram* const> after(triggers_.after);
    return fire(after.first(triggers_.after_first), &row, nullptr, passed_over) && return_row(row) &&
           fire(after.subspan(triggers_.after_first), &row, nullptr, passed_over);
  }

  Value rowid_value(const RowImage& row) const {
    return table_.without_rowid ? Value::null() : Value::integer(row.rowid);
  }

  bool return_row(const RowImage& row) {
    if (!has_returning()) return true;
    if (view_rows_) target_row_.set_stored_values(row.values, rowid_value(row));
    if (!add_returned()) return false;  // its subqueries no longer see the row
    runtime_.close_subqueries();
    return true;
  }

  BoundDelete delete_;
  TriggerSet triggers_;
  ForeignKeys* const foreign_keys_;
  const storage::TableDef& table_;
  TableWriter writer_;
  ItemRow& target_row_;
  bool truncates_;
  std::unique_ptr<LoopNest> loops_;
  std::optional<ViewRows> view_rows_;
};

}  // namespace

Expected<void> compile_delete(const sql::Delete& del, CompileContext context) {
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kDelete;
  statement.is_readonly = false;
  auto bound = bind_delete(del, bind_context(context));
  if (!bound) return Unexpected(bound.error());
  const storage::TablePtr& table = bound->query.target->relation->def;
  if (auto writable = check_writable(context.connection, *table); !writable) return writable;
  auto expressions = statement.relations->expressions(table);
  if (!expressions) return Unexpected(expressions.error());

  const bool is_drop = context.body != nullptr && context.body->is_drop;
  auto keys =
      find_foreign_keys({*bound->query.target->relation, sql::TriggerEvent::kDelete, {}, is_drop}, context);
  if (!keys) return Unexpected(keys.error());
  auto triggers = find_triggers(table, {sql::TriggerEvent::kDelete, sql::ConflictAction::kNone, {}}, context);
  if (!triggers) return Unexpected(triggers.error());
  if (!triggers->empty() || *keys != nullptr) bound->query.multi_row_one_pass_allowed = false;

  const planner::PlannerOptions options = planner_options(context);
  std::vector<planner::Expr*> returning;
  collect_expressions(bound->returning, returning);
  if (bound->view_rows != nullptr) {
    bound->query.multi_row_one_pass_allowed = false;
    auto planned = plan_view_change(bound->view_rows, bound->query, returning, options, statement);
    if (!planned) return planned;
  } else {
    // What foreign keys search is planned between the rows and RETURNING.
    std::span<planner::Expr* const> inside = returning;
    if (*keys != nullptr) inside = {};
    auto plan = planner::plan_change(bound->query, inside, options, statement.arena);
    if (!plan) return Unexpected(plan.error());
    statement.plan = std::move(*plan);
    if (*keys != nullptr) {
      (*keys)->print(statement);
      auto returned = planner::plan_expressions(returning, options, statement.arena);
      if (!returned) return Unexpected(returned.error());
      add_plan(std::move(*returned), statement);
    }
  }
  set_returning_columns(bound->returning, statement);
  return set_change_action<DeleteAction>(context, std::move(*bound), **expressions, std::move(*triggers),
                                         *keys);
}

}  // namespace leftmost::engine
