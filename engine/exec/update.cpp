// UPDATE: the rows are found first, then changed one after the other, so that no row is met twice.
#include <algorithm>
#include <map>

#include "engine/bind/view_table.h"
#include "engine/exec/change_action.h"
#include "engine/exec/key_map.h"
#include "engine/exec/loop_nest.h"
#include "engine/exec/statement_undo.h"
#include "engine/exec/view_rows.h"
#include "planner/generated_columns.h"
#include "planner/planner.h"
#include "planner/update_plan.h"

namespace leftmost::engine {
namespace {

using storage::ConflictAction;
using storage::Value;

struct RowKeys {
  ForeignKeys* own = nullptr;
  ForeignKeys* replaced = nullptr;  ///< of rows that UPDATE OR REPLACE takes away
};

class UpdateAction final : public ChangeAction {
 public:
  UpdateAction(CompileContext context, BoundUpdate update, const TableExpressions& expressions,
               RowTriggers triggers, RowKeys keys)
      : ChangeAction(context),
        update_(std::move(update)),
        triggers_(std::move(triggers)),
        foreign_keys_(keys),
        table_(*update_.query.target->relation->def),
        writer_(*update_.query.target->relation, expressions, builder_),
        action_(conflict_action(update_.action)),
        target_row_(runtime_.row(update_.query.target->id)) {
    runtime_.set_relation(update_.query.target->id, *update_.query.target->relation, builder_.arena());
    if (update_.source != nullptr) {
      source_ = builder_.build(*update_.source);
    } else if (update_.view_rows != nullptr) {
      view_rows_.emplace(*update_.view_rows, update_.query, builder_);
    } else {
      // Without WHERE every row is meant; the plan then still has its one loop.
      loops_ = std::make_unique<LoopNest>(context.statement.plan->change_loops,
                                          context.statement.plan->change_constant_filters, builder_);
      has_loops_ = !context.statement.plan->change_loops.empty();
    }
    assignments_ = compile_assignments(update_.assignments, std::span(&update_.query.target, 1), builder_);
    writer_.set_type_tests(
        type_tests({*update_.query.target->relation, expressions, action_}, update_.assignments));
    fire_for_replaced(writer_, triggers_.replaced, foreign_keys_.replaced);
    set_returning(update_.returning, table_, true, builder_);
    set_may_abort(
        update_.calls_function || (foreign_keys_.own != nullptr && foreign_keys_.own->may_abort()) ||
        update_may_abort({*update_.query.target->relation, expressions, action_}, update_.assignments));
  }

  const StreamBuilder& builder() const { return builder_; }

 protected:
  bool needs_mark() const override { return true; }

  bool run() override {
    if (is_view_table(table_)) return source_ ? run_on_joined_view() : run_on_view();
    keys_.clear();
    sources_ = RowBuffer(source_ ? source_->width() : 0);
    if (!(source_ ? find_through_source() : find_rows())) return false;
    runtime_.close_subqueries();
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (!runtime_.step()) return false;
      const std::span<const Value> source = source_ ? sources_.row(source_row_[i]) : std::span<const Value>();
      if (!update_row(keys_[i], source)) return false;
    }
    return true;
  }

 private:
  bool run_on_view() {
    if (!view_rows_->find(runtime_)) return false;
    for (std::size_t i = 0; i < view_rows_->count(); ++i) {
      if (!runtime_.step()) return false;
      RowImage old;
      view_rows_->read(i, old);
      if (!update_view_row(old, {})) return false;
    }
    return true;
  }

  // UPDATE view ... FROM: every row of the join has the view's columns, then the new values.
  bool run_on_joined_view() {
    RowBuffer rows(source_->width());
    source_->open();
    while (source_->next()) {
      rows.add(source_->row());
      if ((rows.size() & 0xfff) == 0 && !runtime_.check_limits(rows.bytes_held())) return false;
    }
    source_->close();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!runtime_.step()) return false;
      RowImage old;
      old.has_rowid = false;
      const auto values = rows.row(i).first(table_.columns.size());
      old.values.assign(values.begin(), values.end());
      if (!update_view_row(old, rows.row(i))) return false;
    }
    return !runtime_.failed();
  }

  bool update_view_row(const RowImage& old, std::span<const Value> source) {
    bytes_.reset();
    runtime_.run().results().reset();
    RowImage row = old;
    target_row_.set_stored_values(old.values, Value::integer(old.rowid));
    if (!apply_assignments(assignments_, source, table_, runtime_, bytes_, row)) return false;
    bool passed_over = false;
    if (!fire(triggers_.own.before, &old, &row, passed_over)) return passed_over;
    return row_is_changed(old, row, passed_over) || passed_over;
  }

  bool find_rows() {
    std::string key;
    loops_->open();
    while (has_loops_ && loops_->next()) {
      target_row_.copy_key(key);
      keys_.push_back(key);
      if ((keys_.size() & 0xfff) == 0 && !runtime_.check_limits(keys_.size() * 48)) return false;
    }
    loops_->close();
    // Unless rows are changed while they are found, SQLite gathers their keys in a sorted set.
    if (!statement_.plan->change_one_pass) std::sort(keys_.begin(), keys_.end());
    return !runtime_.failed();
  }

  // UPDATE ... FROM: the target's key, then the new values; of several matches of one row the last one
  // counts.
  bool find_through_source() {
    const std::vector<storage::KeyColumn> primary_key =
        table_.without_rowid ? storage::primary_key_columns(table_) : std::vector<storage::KeyColumn>();
    std::map<std::string, std::size_t> row_of_key;
    source_->open();
    while (source_->next()) {
      const std::span<const Value> row = source_->row();
      std::string key;
      if (table_.without_rowid) {
        storage::append_key(key, row.first(primary_key.size()), primary_key);
      } else if (row[0].is_integer()) {
        key = storage::RowidKey(row[0].as_integer()).view();
      } else {
        continue;
      }
      row_of_key[std::move(key)] = sources_.size();
      sources_.add(row);
      if ((sources_.size() & 0xfff) == 0 && !runtime_.check_limits(sources_.bytes_held())) return false;
    }
    source_->close();
    source_row_.clear();
    for (const auto& [key, row] : row_of_key) {
      keys_.push_back(key);
      source_row_.push_back(row);
    }
    return !runtime_.failed();
  }

  Value rowid_value(const RowImage& row) const {
    return table_.without_rowid ? Value::null() : Value::integer(row.rowid);
  }

  bool update_row(const std::string& key, std::span<const Value> source) {
    storage::DatabaseState& state = connection_.data();
    RowImage row;
    if (!writer_.read(state, key, row)) return true;  // a REPLACE of this statement took it away
    bytes_.reset();
    runtime_.run().results().reset();
    for (Value& value : row.values) value = storage::copy_value(value, bytes_);
    const RowImage old = row;
    target_row_.set_stored_values(old.values, rowid_value(old));
    if (has_returning()) compute_virtual_columns(target_row_, table_);
    if (!apply_assignments(assignments_, source, table_, runtime_, bytes_, row)) return false;
    bool passed_over = false;
    if (!triggers_.own.before.empty()) {
      if (!writer_.compute_generated(row)) return false;
      if (!fire(triggers_.own.before, &old, &row, passed_over)) return passed_over;
      if (!reload_row(writer_, state, key, assignments_, bytes_, row)) return true;
    }
    TableWriter::Check check = writer_.check(state, row, key, action_);
    if (runtime_.failed()) return false;
    if (check.verdict == TableWriter::Verdict::kFail) return fail_check(check);
    if (check.verdict == TableWriter::Verdict::kSkip) return true;
    for (const std::string& replaced : check.replaced) writer_.erase(state, replaced);
    const bool may_be_gone = !triggers_.replaced.empty() || foreign_keys_.replaced != nullptr;
    if (RowImage current; may_be_gone && !writer_.read(state, key, current)) return true;
    if (!store_changed(writer_, foreign_keys_.own, key, old, row)) return false;
    count_change();
    if (!act(foreign_keys_.own, old, &row)) return false;
    return row_is_changed(old, row, passed_over) || passed_over;
  }

  // AFTER triggers and RETURNING.
  bool row_is_changed(const RowImage& old, const RowImage& row, bool& passed_over) {
    const std::span<TriggerProgram* const> after(triggers_.own.after);
    if (!fire(after.first(triggers_.own.after_first), &old, &row, passed_over)) return false;
    if (has_returning()) {
      target_row_.set_stored_values(row.values, rowid_value(row));
      if (!add_returned()) return false;
    }
    return fire(after.subspan(triggers_.own.after_first), &old, &row, passed_over);
  }

  BoundUpdate update_;
  RowTriggers triggers_;
  RowKeys foreign_keys_;
  const storage::TableDef& table_;
  TableWriter writer_;
  ConflictAction action_;
  ItemRow& target_row_;
  std::unique_ptr<LoopNest> loops_;
  bool has_loops_ = false;
  std::unique_ptr<RowStream> source_;
  std::optional<ViewRows> view_rows_;
  std::vector<AssignmentProgram> assignments_;
  std::vector<std::string> keys_;
  std::vector<std::size_t> source_row_;
  RowBuffer sources_;
  storage::Arena bytes_;
};

/// Indexes that hold a column which changes, in their key or their WHERE.
std::vector<const planner::RelationIndex*> changed_indexes(const planner::Relation& relation,
                                                           const std::vector<BoundAssignment>& assignments) {
  const planner::ChangedColumns columns(relation, assigned_columns(assignments));
  std::vector<const planner::RelationIndex*> changed;
  for (const planner::RelationIndex& index : relation.indexes) {
    if (columns.touch(index)) changed.push_back(&index);
  }
  return changed;
}

}  // namespace

Expected<void> compile_update(const sql::Update& update, CompileContext context) {
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kUpdate;
  statement.is_readonly = false;
  auto bound = bind_update(update, bind_context(context));
  if (!bound) return Unexpected(bound.error());
  const storage::TablePtr& table = bound->query.target->relation->def;
  if (auto writable = check_writable(context.connection, *table); !writable) return writable;
  auto expressions = statement.relations->expressions(table);
  if (!expressions) return Unexpected(expressions.error());

  // First of all: of several errors SQLite reports those of foreign keys.
  const planner::Relation& relation = *bound->query.target->relation;
  const std::vector<int> assigned = assigned_columns(bound->assignments);
  RowKeys keys;
  auto own_keys = find_foreign_keys({relation, sql::TriggerEvent::kUpdate, assigned}, context);
  if (!own_keys) return Unexpected(own_keys.error());
  keys.own = *own_keys;
  const planner::ChangedColumns changed_columns(relation, assigned);
  const bool sets_rowid = changed_columns.has(planner::kRowidColumn);
  const bool sets_key =
      sets_rowid || std::any_of(relation.indexes.begin(), relation.indexes.end(), [&](const auto& index) {
        return index.def->is_table_itself && changed_columns.touch(index);
      });
  const bool writes_all = sets_key || (keys.own != nullptr && keys.own->takes_row_out());
  const std::size_t replacing =
      replacing_checks(relation, bound->action, [&](const planner::RelationIndex* index) {
        if (index == nullptr) return sets_rowid;
        return (writes_all && !index->def->is_table_itself) || changed_columns.touch(*index);
      });
  if (replacing > 0) {
    auto replaced_keys = find_foreign_keys({relation, sql::TriggerEvent::kDelete}, context);
    if (!replaced_keys) return Unexpected(replaced_keys.error());
    keys.replaced = *replaced_keys;
  }

  RowTriggers triggers;
  auto own = find_triggers(table, {sql::TriggerEvent::kUpdate, bound->action, update.assignments}, context);
  if (!own) return Unexpected(own.error());
  auto replaced = find_replace_triggers(*bound->query.target->relation, bound->action, context);
  if (!replaced) return Unexpected(replaced.error());
  triggers.own = std::move(*own);
  triggers.replaced = std::move(*replaced);
  if (!triggers.own.empty() || keys.own != nullptr) bound->query.multi_row_one_pass_allowed = false;

  const planner::PlannerOptions options = planner_options(context);
  std::vector<planner::Expr*> row_expressions;
  collect_expressions(bound->assignments, row_expressions);
  std::vector<planner::Expr*> returning;
  collect_expressions(bound->returning, returning);
  if (bound->source != nullptr) {
    auto plan = planner::plan_select(bound->source, options, statement.arena);
    if (!plan) return Unexpected(plan.error());
    statement.plan = std::move(*plan);
    returning.insert(returning.end(), row_expressions.begin(), row_expressions.end());
  } else if (bound->view_rows != nullptr) {
    bound->query.multi_row_one_pass_allowed = false;
    auto planned = plan_view_change(bound->view_rows, bound->query, row_expressions, options, statement);
    if (!planned) return planned;
  } else {
    const auto changed = changed_indexes(*bound->query.target->relation, bound->assignments);
    auto plan = planner::plan_update(bound->query, row_expressions, changed, options, statement.arena);
    if (!plan) return Unexpected(plan.error());
    statement.plan = std::move(*plan);
  }
  for (std::size_t i = 0; keys.replaced != nullptr && i < replacing; ++i) keys.replaced->print(statement);
  if (keys.own != nullptr) keys.own->print(statement);
  if (!returning.empty()) {
    auto plan = planner::plan_expressions(returning, options, statement.arena);
    if (!plan) return Unexpected(plan.error());
    add_plan(std::move(*plan), statement);
  }
  set_returning_columns(bound->returning, statement);
  return set_change_action<UpdateAction>(context, std::move(*bound), **expressions, std::move(triggers),
                                         keys);
}

}  // namespace leftmost::engine
