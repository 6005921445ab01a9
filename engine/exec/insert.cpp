// INSERT and REPLACE, with UPSERT and RETURNING.
#include "engine/bind/view_table.h"
#include "engine/exec/change_action.h"
#include "engine/exec/expr_walk.h"
#include "engine/exec/rowid_source.h"
#include "engine/exec/statement_undo.h"
#include "engine/exec/stored_reals.h"
#include "engine/exec/transfer.h"
#include "planner/planner.h"
#include "storage/affinity.h"

namespace leftmost::engine {
namespace {

using storage::ConflictAction;
using storage::Value;

/// The foreign keys of each row that comes, goes or changes.
struct InsertKeys {
  ForeignKeys* own = nullptr;
  ForeignKeys* replaced = nullptr;
  std::vector<ForeignKeys*> updates;  ///< of ON CONFLICT DO UPDATE, by clause
};

class InsertAction final : public ChangeAction {
 public:
  InsertAction(CompileContext context, BoundInsert insert, const TableExpressions& expressions,
               Transfer transfer, RowTriggers triggers, InsertKeys keys)
      : ChangeAction(context),
        insert_(std::move(insert)),
        triggers_(std::move(triggers)),
        foreign_keys_(std::move(keys)),
        relation_(*insert_.target->relation),
        table_(*relation_.def),
        is_view_(is_view_table(table_)),
        writer_(relation_, expressions, builder_),
        own_rowids_(connection_, table_),
        rowids_(programs_ == nullptr ? own_rowids_ : programs_->rowids(connection_, table_)),
        action_(conflict_action(insert_.action)),
        transfer_(transfer),
        target_row_(runtime_.row(insert_.target->id)) {
    if (insert_.source != nullptr) source_ = build_source();
    std::vector<planner::Item*> rows{insert_.target};
    if (insert_.excluded != nullptr) rows.push_back(insert_.excluded);
    all_type_tests_ = {!expressions.checks.empty(), !relation_.indexes.empty()};
    for (const BoundUpsert& upsert : insert_.upserts) {
      Upsert& made = upserts_.emplace_back();
      made.do_nothing = upsert.do_nothing;
      made.type_tests = type_tests({relation_, expressions, ConflictAction::kAbort}, upsert.assignments);
      made.assignments = compile_assignments(upsert.assignments, rows, builder_);
      if (upsert.where != nullptr) made.where = builder_.compile(*upsert.where);
      upsert_targets_.push_back({upsert.conflict_index, upsert.on_rowid});
    }
    runtime_.set_relation(insert_.target->id, relation_, builder_.arena());
    if (insert_.excluded != nullptr) {
      excluded_row_ = &runtime_.row(insert_.excluded->id);
      runtime_.set_relation(insert_.excluded->id, relation_, builder_.arena());
    }
    fire_for_replaced(writer_, triggers_.replaced, foreign_keys_.replaced);
    if (insert_.excluded != nullptr) excluded_row_ = &runtime_.row(insert_.excluded->id);
    set_returning(insert_.returning, table_, true, builder_);
    set_may_abort(insert_.calls_function ||
                  (foreign_keys_.own != nullptr && foreign_keys_.own->may_abort()) ||
                  insert_may_abort({relation_, expressions, action_}, insert_));
    is_single_row_ =
        source_ == nullptr || (insert_.source->items.empty() && insert_.source->prior == nullptr &&
                               insert_.source->values_rows.empty());
    keeps_source_ = source_ != nullptr && !is_single_row_ && (!triggers_.own.empty() || mentions_target());
    find_sources_of_columns();
  }

  const StreamBuilder& builder() const { return builder_; }

 protected:
  bool needs_mark() const override {
    return !is_single_row_ || foreign_keys_.own != nullptr || has_returning() || !upserts_.empty() ||
           table_.autoincrement;
  }

  bool run() override {
    const bool copies_records =
        transfer_ == Transfer::kAlways || (transfer_ == Transfer::kIntoEmpty && is_target_empty());
    if (!insert_rows()) return false;
    // Records that are copied whole are not counted as a scan.
    if (copies_records) runtime_.work_of(insert_.source->items[0]->id).fullscan_steps = 0;
    return true;
  }

 private:
  bool is_target_empty() const {
    const storage::BTree* tree = connection_.data().tree(table_.id);
    return tree == nullptr || tree->size() == 0;
  }

  bool insert_rows() {
    if (programs_ == nullptr) rowids_.open();
    bool succeeded = true;
    if (source_ == nullptr) {
      succeeded = insert_row({});
    } else if (keeps_source_) {
      RowBuffer rows(source_->width());
      source_->open();
      while (source_->next()) {
        rows.add(source_->row());
        if ((rows.size() & 0xfff) == 0 && !runtime_.check_limits(rows.bytes_held())) break;
      }
      source_->close();
      for (std::size_t i = 0; i < rows.size() && succeeded && !runtime_.failed(); ++i)
        succeeded = insert_row(rows.row(i));
    } else {
      source_->open();
      while (succeeded && source_->next()) succeeded = insert_row(source_->row());
      source_->close();
    }
    if (!succeeded || runtime_.failed()) return false;
    if (programs_ == nullptr) rowids_.close();
    return true;
  }

  struct Upsert {
    bool do_nothing = false;
    TableWriter::TypeTests type_tests;
    std::vector<AssignmentProgram> assignments;
    const Program* where = nullptr;
  };

  std::unique_ptr<RowStream> build_source() {
    for (const planner::Select* arm = insert_.source; arm != nullptr; arm = arm->prior) {
      for (std::size_t i = 0; i < insert_.columns.size() && i < arm->columns.size(); ++i) {
        planner::Expr* value = arm->columns[i].expr;
        if (value != nullptr && keeps_any_type(table_, insert_.columns[i]))
          read_virtual_as_stored(value, arm->items);
      }
    }
    return builder_.build(*insert_.source);
  }

  bool mentions_target() const {
    bool found = false;
    const auto look = [&](const planner::Select* select, const auto& self) -> void {
      for (; select != nullptr; select = select->prior) {
        for (const planner::Item* item : select->items) {
          found = found || (item->relation != nullptr && item->relation->def->id == table_.id);
          self(item->subquery, self);
        }
      }
    };
    look(insert_.source, look);
    walk(insert_.source, [&](const planner::Expr& expr) {
      if (expr.select != nullptr) look(expr.select, look);
    });
    return found;
  }

  void find_sources_of_columns() {
    source_of_.assign(table_.columns.size(), -1);
    for (std::size_t i = 0; i < insert_.columns.size(); ++i) {
      const int column = insert_.columns[i];
      if (column == planner::kRowidColumn || column == table_.rowid_alias) {
        source_of_rowid_ = static_cast<int>(i);  // of several the last
      } else if (source_of_[static_cast<std::size_t>(column)] < 0) {
        source_of_[static_cast<std::size_t>(column)] = static_cast<int>(i);
      }
    }
  }

  bool make_values(std::span<const Value> source) {
    bytes_.reset();
    image_.values.assign(table_.columns.size(), Value::null());
    for (std::size_t i = 0; i < image_.values.size(); ++i) {
      Value value;
      if (source_of_[i] >= 0 && !source.empty()) {
        value = source[static_cast<std::size_t>(source_of_[i])];
        if (!insert_.is_values_row) value = value.with_subtype(0);
      } else if (source_of_[i] < 0 && static_cast<int>(i) != table_.rowid_alias) {
        if (const Program* written = writer_.default_of(i); written != nullptr)
          value = evaluate(*written, runtime_.eval());
      }
      image_.values[i] = is_view_ ? seen_in_view(value, table_.columns[i].affinity)
                                  : storage::apply_affinity(value, table_.columns[i].affinity, bytes_);
    }
    return !runtime_.failed();
  }

  // Values for a view are not converted, but an integer in a REAL column is read as a real.
  static Value seen_in_view(Value value, storage::Affinity affinity) {
    if (affinity != storage::Affinity::kReal || !value.is_integer()) return value;
    return Value::real(static_cast<double>(value.as_integer()));
  }

  // The rowid that the statement gives, or NULL.
  Value written_rowid(std::span<const Value> source) {
    if (source_of_rowid_ < 0 || source.empty()) return Value::null();
    return storage::apply_affinity(source[static_cast<std::size_t>(source_of_rowid_)],
                                   storage::Affinity::kInteger, bytes_);
  }

  void set_rowid(Value rowid) {
    image_.rowid = rowid.as_integer();
    if (table_.rowid_alias >= 0) image_.values[static_cast<std::size_t>(table_.rowid_alias)] = rowid;
  }

  // BEFORE triggers see -1 in place of a rowid that is still to be found.
  bool fire_before(std::span<const Value> source, bool& passed_over) {
    if (triggers_.own.before.empty() && !is_view_) return true;
    if (!table_.without_rowid) {
      const Value rowid = written_rowid(source);
      if (!rowid.is_null() && !rowid.is_integer()) return fail_mismatch();
      set_rowid(rowid.is_null() ? Value::integer(-1) : rowid);
    }
    if (!writer_.compute_generated(image_)) return false;
    return fire(triggers_.own.before, nullptr, &image_, passed_over);
  }

  bool fail_mismatch() {
    runtime_.run().fail(ErrorCode::kMismatch, "datatype mismatch");
    return false;
  }

  bool make_rowid(std::span<const Value> source) {
    if (table_.without_rowid) return true;
    Value rowid = written_rowid(source);
    if (rowid.is_null()) {
      const auto next = rowids_.next(runtime_);
      if (!next) return false;
      rowid = Value::integer(*next);
    } else if (!rowid.is_integer()) {
      return fail_mismatch();
    }
    set_rowid(rowid);
    return true;
  }

  Value rowid_value(const RowImage& row) const {
    return table_.without_rowid ? Value::null() : Value::integer(row.rowid);
  }

  bool insert_row(std::span<const Value> source) {
    if (!runtime_.step() || !make_values(source)) return false;
    bool passed_over = false;
    if (!fire_before(source, passed_over)) return passed_over;
    if (is_view_) return row_is_stored(triggers_.own, nullptr, image_, passed_over) || passed_over;
    if (!make_rowid(source)) return false;
    if (!table_.without_rowid)
      rowids_.note(image_.rowid);  // a row that is then skipped has used its number up too
    storage::DatabaseState& state = connection_.data();
    TableWriter::Check check = writer_.check(state, image_, std::nullopt, action_, upsert_targets_);
    if (runtime_.failed()) return false;
    switch (check.verdict) {
      case TableWriter::Verdict::kFail:
        return fail_check(check);
      case TableWriter::Verdict::kSkip:
        return true;
      case TableWriter::Verdict::kUpsert:
        return upsert_row(check);
      case TableWriter::Verdict::kStore:
        break;
    }
    // The row of the same key is written over: what stays the same in it and in its entries is not touched.
    const std::string* same = nullptr;
    if (!check.replaced.empty()) {
      const std::string new_key = writer_.key_of(image_);
      for (const std::string& key : check.replaced) {
        if (key == new_key) {
          same = &key;
        } else {
          writer_.erase(state, key);
        }
      }
    }
    if (!row_comes(foreign_keys_.own, nullptr, image_)) return false;
    if (!(same != nullptr ? writer_.update(state, *same, image_) : writer_.insert(state, image_)))
      return false;
    if (!table_.without_rowid) {
      connection_.counters().last_insert_rowid = image_.rowid;
    }
    count_change();
    return row_is_stored(triggers_.own, nullptr, image_, passed_over) || passed_over;
  }

  // AFTER triggers and RETURNING.
  bool row_is_stored(const TriggerSet& triggers, const RowImage* old, const RowImage& row,
                     bool& passed_over) {
    const std::span<TriggerProgram* const> after(triggers.after);
    if (!fire(after.first(triggers.after_first), old, &row, passed_over)) return false;
    if (has_returning()) {
      target_row_.set_stored_values(row.values, rowid_value(row));
      if (!add_returned()) return false;
    }
    return fire(after.subspan(triggers.after_first), old, &row, passed_over);
  }

  // ON CONFLICT ... DO: the row that is there is updated, or nothing happens.
  bool upsert_row(const TableWriter::Check& conflict) {
    const Upsert& upsert = upserts_[conflict.upsert];
    if (upsert.do_nothing) return true;
    storage::DatabaseState& state = connection_.data();
    RowImage row;
    if (!writer_.read(state, conflict.conflicting_key, row)) return true;
    storage::Arena row_bytes;
    for (Value& value : row.values) value = storage::copy_value(value, row_bytes);
    const RowImage old = row;
    target_row_.set_stored_values(old.values, rowid_value(old));
    if (has_returning()) compute_virtual_columns(target_row_, table_);
    if (excluded_row_ != nullptr) excluded_row_->set_stored_values(image_.values, rowid_value(image_));
    if (upsert.where != nullptr && !test(*upsert.where, runtime_.eval())) return !runtime_.failed();
    if (!apply_assignments(upsert.assignments, {}, table_, runtime_, row_bytes, row)) return false;
    runtime_.close_subqueries();
    bool passed_over = false;
    const TriggerSet& triggers = triggers_.updates[conflict.upsert];
    if (!triggers.before.empty()) {
      if (!writer_.compute_generated(row)) return false;
      if (!fire(triggers.before, &old, &row, passed_over)) return passed_over;
      if (!reload_row(writer_, connection_.data(), conflict.conflicting_key, upsert.assignments, row_bytes,
                      row))
        return true;
    }
    writer_.set_type_tests(upsert.type_tests);
    TableWriter::Check check = writer_.check(state, row, conflict.conflicting_key, ConflictAction::kAbort);
    writer_.set_type_tests(all_type_tests_);
    if (runtime_.failed()) return false;
    if (check.verdict != TableWriter::Verdict::kStore) return fail_check(check);
    ForeignKeys* const keys = foreign_keys_.updates[conflict.upsert];
    if (!store_changed(writer_, keys, conflict.conflicting_key, old, row)) return false;
    count_change();
    if (!act(keys, old, &row)) return false;
    return row_is_stored(triggers, &old, row, passed_over) || passed_over;
  }

  BoundInsert insert_;
  RowTriggers triggers_;
  InsertKeys foreign_keys_;
  const planner::Relation& relation_;
  const storage::TableDef& table_;
  bool is_view_;
  TableWriter writer_;
  RowidSource own_rowids_;
  RowidSource& rowids_;
  ConflictAction action_;
  Transfer transfer_;
  ItemRow& target_row_;
  ItemRow* excluded_row_ = nullptr;
  std::unique_ptr<RowStream> source_;
  std::vector<Upsert> upserts_;
  TableWriter::TypeTests all_type_tests_;
  std::vector<TableWriter::UpsertTarget> upsert_targets_;
  std::vector<int> source_of_;  // per table column its place in the source row, or -1
  int source_of_rowid_ = -1;
  bool is_single_row_ = false;
  bool keeps_source_ = false;  // all its rows are made before the first one is put in
  RowImage image_;
  storage::Arena bytes_;
};

Expected<RowTriggers> insert_triggers(const sql::Insert& insert, const BoundInsert& bound,
                                      CompileContext context) {
  const planner::Relation& relation = *bound.target->relation;
  RowTriggers triggers;
  auto own = find_triggers(relation.def, {sql::TriggerEvent::kInsert, bound.action, {}}, context);
  if (!own) return Unexpected(own.error());
  triggers.own = std::move(*own);
  auto replaced = find_replace_triggers(relation, bound.action, context);
  if (!replaced) return Unexpected(replaced.error());
  triggers.replaced = std::move(*replaced);
  triggers.updates.resize(bound.upserts.size());
  for (const std::size_t number : bound.updates_in_code_order) {
    const TriggerCause cause{sql::TriggerEvent::kUpdate, sql::ConflictAction::kAbort,
                             insert.upserts[number].assignments, true};
    auto update = find_triggers(relation.def, cause, context);
    if (!update) return Unexpected(update.error());
    triggers.updates[number] = std::move(*update);
  }
  return triggers;
}

bool gives_rowid(const BoundInsert& bound) {
  const int alias = bound.target->relation->def->rowid_alias;
  return std::any_of(bound.columns.begin(), bound.columns.end(),
                     [alias](int column) { return column == planner::kRowidColumn || column == alias; });
}

/// Uniqueness checks that REPLACE answers: not those that ON CONFLICT answers. `rowids`: of them the rowid's.
std::size_t replacing_checks(const BoundInsert& bound, bool rowids = false) {
  const auto is_made = [&](const planner::RelationIndex* index) {
    if (index == nullptr ? !gives_rowid(bound) : rowids) return false;
    return std::none_of(bound.upserts.begin(), bound.upserts.end(), [index](const BoundUpsert& upsert) {
      const bool is_any = upsert.conflict_index == nullptr && !upsert.on_rowid;
      return is_any || (index == nullptr ? upsert.on_rowid : upsert.conflict_index == index->def.get());
    });
  };
  return engine::replacing_checks(*bound.target->relation, bound.action, is_made);
}

/// `writes_one_row`: INSERT of one row without triggers or RETURNING, at the top. Of several errors SQLite
/// reports the last.
Expected<InsertKeys> insert_keys(const sql::Insert& insert, const BoundInsert& bound, bool writes_one_row,
                                 CompileContext context) {
  const planner::Relation& relation = *bound.target->relation;
  InsertKeys keys;
  keys.updates.resize(bound.upserts.size());
  if (!context.connection.settings().foreign_keys || is_view_table(*relation.def)) return keys;
  std::optional<Error> error;
  const auto find = [&](const RowChange& change) -> ForeignKeys* {
    auto found = find_foreign_keys(change, context);
    if (!found) error = std::move(found.error());
    return found ? *found : nullptr;
  };
  if (replacing_checks(bound) > 0) keys.replaced = find({relation, sql::TriggerEvent::kDelete});
  bool does_more = keys.replaced != nullptr;
  for (const std::size_t number : bound.updates_in_code_order) {
    if (keys.updates[number] != nullptr) continue;
    const std::vector<int> assigned = assigned_columns(bound.upserts[number].assignments);
    keys.updates[number] = find({relation, sql::TriggerEvent::kUpdate, assigned});
    const auto fired = context.statement.relations->firing_triggers(relation.def->name, relation.def->schema,
                                                                    sql::TriggerEvent::kUpdate,
                                                                    insert.upserts[number].assignments);
    does_more = does_more || keys.updates[number] != nullptr || (fired && !fired->empty());
  }
  keys.own = find({relation, sql::TriggerEvent::kInsert, {}, false, writes_one_row && !does_more});
  if (error) return Unexpected(std::move(*error));
  return keys;
}

/// One row of VALUES or DEFAULT VALUES.
bool is_single_row(const sql::Insert& insert) {
  const sql::Select* const source = insert.source;
  return source == nullptr || (source->is_values && source->rows.size() == 1 && source->prior == nullptr);
}

// INSERT ... VALUES with one row loops over nothing and prints no line of its own.
void drop_constant_row_line(planner::Plan& plan) {
  planner::LookasideVector<planner::Step>& steps = plan.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind != planner::StepKind::kConstantRow || steps[i].parent != -1) continue;
    steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
    for (planner::Step& step : steps) {
      if (step.parent > static_cast<int>(i)) --step.parent;
    }
    return;
  }
}

}  // namespace

Expected<void> compile_insert(const sql::Insert& insert, CompileContext context) {
  CompiledStatement& statement = context.statement;
  statement.kind = StatementKind::kInsert;
  statement.is_readonly = false;
  auto bound = bind_insert(insert, bind_context(context));
  if (!bound) return Unexpected(bound.error());
  const storage::TableDef& table = *bound->target->relation->def;
  if (auto writable = check_writable(context.connection, table); !writable) return writable;
  auto expressions = statement.relations->expressions(bound->target->relation->def);
  if (!expressions) return Unexpected(expressions.error());

  const auto firing =
      statement.relations->firing_triggers(table.name, table.schema, sql::TriggerEvent::kInsert, {});
  const bool writes_one_row = context.body == nullptr && (!firing || firing->empty()) &&
                              bound->returning.columns.empty() && is_single_row(insert);
  auto keys = insert_keys(insert, *bound, writes_one_row, context);
  if (!keys) return Unexpected(keys.error());
  auto triggers = insert_triggers(insert, *bound, context);
  if (!triggers) return Unexpected(triggers.error());

  const planner::PlannerOptions options = planner_options(context);
  Transfer transfer = Transfer::kNever;
  if (bound->source != nullptr) {
    // Asked first: planning may rewrite the source.
    const bool has_parents = keys->own != nullptr && !table.foreign_keys.empty();
    if (triggers->own.empty() && !has_parents) transfer = transfer_of(insert, *bound);
    if (transfer != Transfer::kAlways && bound->unless_transferred)
      return Unexpected(*bound->unless_transferred);
    auto plan = planner::plan_select(bound->source, options, statement.arena);
    if (!plan) return Unexpected(plan.error());
    statement.plan = std::move(*plan);
    if (is_single_row(insert)) drop_constant_row_line(*statement.plan);
    if (transfer == Transfer::kAlways) statement.plan->steps.clear();
  }
  std::vector<const planner::Plan*> upsert_plans(bound->upserts.size(), nullptr);
  for (std::size_t i = 0; i < bound->upserts.size(); ++i) {
    std::vector<planner::Expr*> values;
    collect_expressions(bound->upserts[i].assignments, values);
    auto plan = planner::plan_expressions(values, options, statement.arena, bound->upserts[i].where);
    if (!plan) return Unexpected(plan.error());
    upsert_plans[i] = keep_plan(std::move(*plan), statement);
  }
  std::vector<planner::Expr*> returning;
  collect_expressions(bound->returning, returning);
  const planner::Plan* returned = nullptr;
  if (!returning.empty()) {
    auto plan = planner::plan_expressions(returning, options, statement.arena);
    if (!plan) return Unexpected(plan.error());
    returned = keep_plan(std::move(*plan), statement);
  }
  // In the order of the checks: the rowid's, those that ON CONFLICT names, the others.
  const auto print_replaced = [&](std::size_t checks) {
    for (std::size_t i = 0; keys->replaced != nullptr && i < checks; ++i) keys->replaced->print(statement);
  };
  const std::size_t replacing_rowid = replacing_checks(*bound, true);
  print_replaced(replacing_rowid);
  for (const std::size_t upsert : bound->updates_in_code_order) {
    print_steps(*upsert_plans[upsert], statement);
    if (keys->updates[upsert] != nullptr) keys->updates[upsert]->print(statement);
    if (returned != nullptr) print_steps(*returned, statement);
  }
  print_replaced(replacing_checks(*bound) - replacing_rowid);
  if (keys->own != nullptr) keys->own->print(statement);
  if (returned != nullptr) print_steps(*returned, statement);
  set_returning_columns(bound->returning, statement);
  return set_change_action<InsertAction>(context, std::move(*bound), **expressions, transfer,
                                         std::move(*triggers), std::move(*keys));
}

}  // namespace leftmost::engine
