// DELETE: the rows are found first, then removed; without WHERE the trees are emptied.
#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/loop_nest.h"
#include "storage/cursor.h"

namespace leftmost::engine {
namespace {

using storage::Value;

class DeleteAction final : public ChangeAction {
 public:
  DeleteAction(CompileContext context, BoundDelete del, const TableExpressions& expressions)
      : ChangeAction(context),
        delete_(std::move(del)),
        table_(*delete_.query.target->relation->def),
        writer_(*delete_.query.target->relation, expressions, builder_),
        target_row_(runtime_.row(delete_.query.target->id)),
        truncates_(context.statement.plan->change_loops.empty() &&
                   context.statement.plan->change_constant_filters.empty()) {
    runtime_.set_relation(delete_.query.target->id, *delete_.query.target->relation, builder_.arena());
    if (!truncates_) {
      loops_ = std::make_unique<LoopNest>(context.statement.plan->change_loops,
                                          context.statement.plan->change_constant_filters, builder_);
    }
    set_returning(delete_.returning, table_, false, builder_);
  }

  const StreamBuilder& builder() const { return builder_; }

 protected:
  bool needs_mark() const override { return !truncates_ || has_returning(); }

  bool run() override {
    storage::DatabaseState& state = connection_.data();
    if (truncates_ && !has_returning()) {
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
      if (has_returning()) {
        if (!writer_.read(state, key, row)) continue;
        bytes.reset();
        runtime_.run().results().reset();
        for (Value& value : row.values) value = storage::copy_value(value, bytes);
        target_row_.set_stored_values(row.values,
                                      table_.without_rowid ? Value::null() : Value::integer(row.rowid));
        compute_virtual_columns(target_row_, table_);
      }
      if (!writer_.erase(state, key)) continue;
      if (has_returning()) {
        if (!add_returned()) return false;  // its subqueries no longer see the row
        runtime_.close_subqueries();
      }
      if (runtime_.failed()) return false;
      count_change();
    }
    return true;
  }

 private:
  BoundDelete delete_;
  const storage::TableDef& table_;
  TableWriter writer_;
  ItemRow& target_row_;
  bool truncates_;
  std::unique_ptr<LoopNest> loops_;
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

  const planner::PlannerOptions options = planner_options(context);
  std::vector<planner::Expr*> returning;
  collect_expressions(bound->returning, returning);
  auto plan = planner::plan_change(bound->query, returning, options, statement.arena);
  if (!plan) return Unexpected(plan.error());
  statement.plan = std::move(*plan);
  set_returning_columns(bound->returning, statement);
  return set_maker(statement,
                   [&connection = context.connection, &statement, bound = std::move(*bound),
                    expressions = *expressions]() mutable -> Expected<std::unique_ptr<Action>> {
                     auto action = std::make_unique<DeleteAction>(CompileContext{connection, statement},
                                                                  std::move(bound), *expressions);
                     if (action->builder().error()) return Unexpected(*action->builder().error());
                     return action;
                   });
}

}  // namespace leftmost::engine
