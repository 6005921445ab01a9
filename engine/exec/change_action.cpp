#include "engine/exec/change_action.h"

#include <algorithm>
#include <iterator>

#include "engine/exec/stored_reals.h"
#include "engine/functions/expr_rules.h"
#include "planner/comparison.h"
#include "planner/planner.h"
#include "storage/affinity.h"

namespace leftmost::engine {

using storage::ConflictAction;
using storage::Value;

ChangeAction::ChangeAction(CompileContext context)
    : connection_(context.connection),
      statement_(context.statement),
      runtime_(connection_.environment(), connection_.counters()),
      builder_(runtime_, statement_.arena),
      programs_(context.body != nullptr ? &context.body->programs : statement_.triggers.get()) {
  builder_.set_plan(statement_.plan.get());
}

bool ChangeAction::begin(std::span<const Value> parameters) {
  returned_.clear();
  returned_at_ = 0;
  changes_ = 0;
  on_error_ = ConflictAction::kAbort;
  failed_on_datatype_ = false;
  runtime_.start(connection_.data(), connection_.limits(), parameters);
  const bool succeeded = run() && !runtime_.failed();
  runtime_.close_subqueries();
  return succeeded;
}

StepOutcome ChangeAction::run_step(std::span<const Value> rows, StepFailure& failure) {
  StepOutcome outcome = StepOutcome::kDone;
  if (!begin(rows)) outcome = end_of_failed_step(runtime_.run(), on_error_, failure);
  if (outcome != StepOutcome::kFailed) {
    connection_.counters().changes = changes_;
    connection_.counters().total_changes += changes_;
  }
  return outcome;
}

// OLD and NEW as TriggerRows has them, those VIRTUAL columns computed that somebody reads.
template <typename Reads>
std::vector<Value> ChangeAction::images(const storage::TableDef& table, const RowImage* old_row,
                                        const RowImage* new_row, Reads reads, storage::Arena& bytes) {
  const std::size_t columns = table.columns.size();
  std::vector<Value> rows(2 * (columns + 1));
  const bool has_virtual = table.has_generated(storage::GeneratedKind::kVirtual);
  const auto put = [&](const RowImage* row, std::size_t at) {
    if (row == nullptr) return;
    if (row->has_rowid) rows[at] = Value::integer(row->rowid);
    std::copy(row->values.begin(), row->values.end(), rows.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    if (!has_virtual) return;
    ItemRow& self = runtime_.row(planner::kSelfItem);
    self.set_stored_values(row->values, rows[at]);
    for (std::size_t i = 0; i < columns; ++i) {
      const std::size_t place = at + 1 + i;
      if (table.columns[i].generated != storage::GeneratedKind::kVirtual || !reads(place)) continue;
      rows[place] = storage::copy_value(self.column(static_cast<int>(i)), bytes);
    }
  };
  put(old_row, 0);
  put(new_row, columns + 1);
  return rows;
}

bool ChangeAction::fire(std::span<TriggerProgram* const> programs, const RowImage* old_row,
                        const RowImage* new_row, bool& passed_over) {
  if (programs.empty()) return true;
  runtime_.close_subqueries();
  storage::Arena bytes;
  const auto reads = [&](std::size_t at) {
    return std::any_of(programs.begin(), programs.end(),
                       [at](const TriggerProgram* program) { return program->reads(at); });
  };
  const std::vector<Value> rows = images(programs.front()->table(), old_row, new_row, reads, bytes);
  if (runtime_.failed()) return false;
  for (TriggerProgram* program : programs) {
    if (!runtime_.check_limits(0)) return false;
    StepFailure failure;
    switch (program->run(rows, connection_, runtime_, failure)) {
      case StepOutcome::kDone:
        break;
      case StepOutcome::kIgnored:
        passed_over = true;
        return false;
      case StepOutcome::kFailed:
        on_error_ = failure.action;
        runtime_.run().fail(std::move(failure.error));
        return false;
    }
  }
  return true;
}

bool ChangeAction::row_goes(ForeignKeys* keys, const RowImage& old_row, const RowImage* new_row) {
  if (keys == nullptr) return true;
  runtime_.close_subqueries();
  storage::Arena bytes;
  const auto reads = [keys](std::size_t at) { return keys->reads(at); };
  const std::vector<Value> rows = images(keys->table(), &old_row, new_row, reads, bytes);
  return !runtime_.failed() && keys->row_goes(rows, connection_, runtime_);
}

bool ChangeAction::row_comes(ForeignKeys* keys, const RowImage* old_row, const RowImage& new_row) {
  if (keys == nullptr) return true;
  runtime_.close_subqueries();
  storage::Arena bytes;
  const auto reads = [keys](std::size_t at) { return keys->reads(at); };
  const std::vector<Value> rows = images(keys->table(), old_row, &new_row, reads, bytes);
  return !runtime_.failed() && keys->row_comes(rows, connection_, runtime_);
}

bool ChangeAction::act(const ForeignKeys* keys, const RowImage& old_row, const RowImage* new_row) {
  bool passed_over = false;  // no action says RAISE(IGNORE)
  return keys == nullptr || fire(keys->actions(), &old_row, new_row, passed_over);
}

bool ChangeAction::store_changed(TableWriter& writer, ForeignKeys* keys, std::string_view key,
                                 const RowImage& old_row, const RowImage& new_row) {
  storage::DatabaseState& state = connection_.data();
  if (keys == nullptr) return writer.update(state, key, new_row);
  if (!row_goes(keys, old_row, &new_row) || !writer.erase(state, key)) return false;
  return row_comes(keys, &old_row, new_row) && writer.insert(state, new_row);
}

void ChangeAction::fire_for_replaced(TableWriter& writer, const TriggerSet& triggers, ForeignKeys* keys) {
  if (triggers.empty() && keys == nullptr) return;
  writer.set_replacer([this, &writer, &triggers, keys](const std::string& key) {
    RowImage row;
    if (!writer.read(connection_.data(), key, row)) return true;
    storage::Arena bytes;
    for (Value& value : row.values) value = storage::copy_value(value, bytes);
    bool passed_over = false;
    if (!fire(triggers.before, &row, nullptr, passed_over)) return passed_over;
    if (!row_goes(keys, row, nullptr)) return false;
    if (!writer.erase(connection_.data(), key)) return !runtime_.failed();
    if (!act(keys, row, nullptr)) return false;
    return fire(triggers.after, &row, nullptr, passed_over) || passed_over;
  });
}

Expected<void> ChangeAction::start(std::span<const Value> parameters) {
  std::optional<ConnectionState> mark;
  if (programs_ != nullptr || needs_mark() || connection_.commits_may_fail()) mark = connection_.mark();
  if (programs_ != nullptr) programs_->begin();
  bool succeeded = begin(parameters);
  const bool ends = succeeded || on_error_ == ConflictAction::kFail;
  if (ends && programs_ != nullptr && programs_->violations > 0) {
    succeeded = false;
    on_error_ = ConflictAction::kAbort;
    if (runtime_.failed()) (void)runtime_.run().take_error();  // what OR FAIL asked for no longer counts
    runtime_.run().fail(ErrorCode::kConstraint, "FOREIGN KEY constraint failed");
  }
  if (succeeded && programs_ != nullptr) programs_->close_sequences();
  ConnectionCounters& counters = connection_.counters();
  if (succeeded) {
    if (auto committed = connection_.statement_succeeded(); !committed) {
      if (mark) connection_.restore(std::move(*mark));
      counters.changes = 0;
      return committed;
    }
    counters.changes = changes_;
    counters.total_changes += changes_;
    return {};
  }
  Error error = runtime_.run().take_error();
  const bool is_mismatch = error.code == ErrorCode::kMismatch || failed_on_datatype_;
  const bool keeps_rows = keeps_rows_on_mismatch_ && (programs_ == nullptr || !programs_->may_abort);
  if (keeps_rows && is_mismatch && !connection_.is_autocommit()) {
    counters.changes = 0;  // the rows stay, but they do not count
    return Unexpected(std::move(error));
  }
  if (on_error_ == ConflictAction::kFail) {
    counters.changes = changes_;
    counters.total_changes += changes_;
    if (auto committed = connection_.statement_succeeded(); !committed) {
      if (mark) connection_.restore(std::move(*mark));
      counters.changes = 0;
      return committed;
    }
    return Unexpected(std::move(error));
  }
  counters.changes = 0;
  if (mark) connection_.restore(std::move(*mark));
  if (on_error_ == ConflictAction::kRollback && !connection_.is_autocommit()) {
    if (auto undone = connection_.rollback(); !undone) return undone;
  }
  return Unexpected(std::move(error));
}

Expected<bool> ChangeAction::next() {
  if (returned_at_ >= returned_.size()) return false;
  ++returned_at_;
  ++runtime_.work().rows_returned;
  return true;
}

void ChangeAction::finish() { runtime_.close_subqueries(); }

void ChangeAction::set_returning(const BoundReturning& returning, const storage::TableDef& table,
                                 bool shows_stored_reals, StreamBuilder& builder) {
  const auto is_real = [&table, shows_stored_reals](const planner::Expr& column) {
    if (column.column < 0 || static_cast<std::size_t>(column.column) >= table.columns.size()) return false;
    const storage::ColumnDef& def = table.columns[static_cast<std::size_t>(column.column)];
    return def.affinity == storage::Affinity::kReal &&
           (shows_stored_reals || def.generated == storage::GeneratedKind::kVirtual);
  };
  for (const planner::ResultColumn& column : returning.columns) {
    Returned& returned = returning_.emplace_back();
    returned.is_real = planner::affinity_of(column.expr) == storage::Affinity::kReal;
    if (!returned.is_real) read_as_stored(column.expr, is_real);
    returned.program = builder.compile(*column.expr);
  }
  returned_ = RowBuffer(returning_.size());
}

bool ChangeAction::add_returned() {
  if (returning_.empty()) return true;
  std::vector<Value> row(returning_.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = evaluate(*returning_[i].program, runtime_.eval());
    if (returning_[i].is_real && row[i].is_integer())
      row[i] = Value::real(static_cast<double>(row[i].as_integer()));
  }
  if (runtime_.failed()) return false;
  returned_.add(row);
  return true;
}

bool ChangeAction::fail_check(const TableWriter::Check& check) {
  on_error_ = check.action;
  failed_on_datatype_ = check.is_datatype;
  runtime_.run().fail(check.error);
  return false;
}

ConflictAction conflict_action(sql::ConflictAction action) {
  switch (action) {
    case sql::ConflictAction::kRollback:
      return ConflictAction::kRollback;
    case sql::ConflictAction::kAbort:
      return ConflictAction::kAbort;
    case sql::ConflictAction::kFail:
      return ConflictAction::kFail;
    case sql::ConflictAction::kIgnore:
      return ConflictAction::kIgnore;
    case sql::ConflictAction::kReplace:
      return ConflictAction::kReplace;
    case sql::ConflictAction::kNone:
      break;
  }
  return ConflictAction::kDefault;
}

bool keeps_any_type(const storage::TableDef& table, int column) {
  return column >= 0 && table.columns[static_cast<std::size_t>(column)].affinity == storage::Affinity::kBlob;
}

std::vector<AssignmentProgram> compile_assignments(const std::vector<BoundAssignment>& assignments,
                                                   std::span<planner::Item* const> rows,
                                                   StreamBuilder& builder) {
  std::vector<AssignmentProgram> programs;
  programs.reserve(assignments.size());
  for (const BoundAssignment& assignment : assignments) {
    if (assignment.value != nullptr && assignment.columns.size() == 1 &&
        keeps_any_type(*rows.front()->relation->def, assignment.columns.front())) {
      read_virtual_as_stored(assignment.value, rows);
    }
    programs.push_back({assignment.columns,
                        assignment.value == nullptr ? nullptr : builder.compile(*assignment.value),
                        assignment.source_column});
  }
  return programs;
}

bool apply_assignments(const std::vector<AssignmentProgram>& assignments, std::span<const Value> source,
                       const storage::TableDef& table, Runtime& runtime, storage::Arena& bytes,
                       RowImage& row) {
  // All right sides see the old row, so new values are put in only when all are known.
  std::vector<std::pair<int, Value>> values;
  for (const AssignmentProgram& assignment : assignments) {
    const std::size_t width = assignment.columns.size();
    std::vector<Value> fields(width);
    if (assignment.value == nullptr) {
      for (std::size_t i = 0; i < width; ++i) {
        const std::size_t place = static_cast<std::size_t>(assignment.source_column) + i;
        if (place < source.size()) fields[i] = source[place];
      }
    } else if (width == 1) {
      fields[0] = evaluate(*assignment.value, runtime.eval());
    } else {
      evaluate_row(*assignment.value, runtime.eval(), fields);
    }
    if (runtime.failed()) return false;
    for (std::size_t i = 0; i < width; ++i) {
      values.emplace_back(assignment.columns[i], storage::copy_value(fields[i], bytes));
    }
  }
  for (const auto& [column, assigned] : values) {
    if (column == planner::kRowidColumn || column == table.rowid_alias) {
      const Value rowid = storage::apply_affinity(assigned, storage::Affinity::kInteger, bytes);
      if (!rowid.is_integer()) {
        runtime.run().fail(ErrorCode::kMismatch, "datatype mismatch");
        return false;
      }
      row.rowid = rowid.as_integer();
      if (table.rowid_alias >= 0) row.values[static_cast<std::size_t>(table.rowid_alias)] = rowid;
    } else {
      const auto place = static_cast<std::size_t>(column);
      row.values[place] = storage::apply_affinity(assigned, table.columns[place].affinity, bytes);
    }
  }
  return true;
}

bool reload_row(const TableWriter& writer, const storage::DatabaseState& state, const std::string& key,
                const std::vector<AssignmentProgram>& assignments, storage::Arena& bytes, RowImage& row) {
  RowImage current;
  if (!writer.read(state, key, current)) return false;
  const auto is_assigned = [&](int column) {
    return std::any_of(assignments.begin(), assignments.end(), [column](const AssignmentProgram& one) {
      return std::find(one.columns.begin(), one.columns.end(), column) != one.columns.end();
    });
  };
  for (int i = 0; i < static_cast<int>(row.values.size()); ++i) {
    if (i == writer.table().rowid_alias || is_assigned(i)) continue;
    const auto place = static_cast<std::size_t>(i);
    row.values[place] = storage::copy_value(current.values[place], bytes);
  }
  return true;
}

void collect_expressions(const std::vector<BoundAssignment>& assignments,
                         std::vector<planner::Expr*>& expressions) {
  for (const BoundAssignment& assignment : assignments) {
    if (assignment.value != nullptr) expressions.push_back(assignment.value);
  }
}

void collect_expressions(const BoundReturning& returning, std::vector<planner::Expr*>& expressions) {
  for (const planner::ResultColumn& column : returning.columns) expressions.push_back(column.expr);
}

void set_returning_columns(const BoundReturning& returning, CompiledStatement& statement) {
  for (const planner::ResultColumn& column : returning.columns) {
    statement.columns.push_back({column.name, column.declared_type});
  }
}

const planner::Plan* keep_plan(std::unique_ptr<planner::Plan> plan, CompiledStatement& statement) {
  planner::Plan& kept = *statement.other_plans.emplace_back(std::move(plan));
  if (kept.selects.empty()) return &kept;
  if (statement.plan == nullptr) statement.plan = std::make_unique<planner::Plan>();
  planner::Plan& whole = *statement.plan;
  whole.item_count = std::max(whole.item_count, kept.item_count);
  whole.selects.splice(whole.selects.end(), kept.selects);
  const auto append = [](auto& to, auto& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
    from.clear();
  };
  append(whole.reasons.tables, kept.reasons.tables);
  append(whole.reasons.general, kept.reasons.general);
  append(whole.reasons.candidates, kept.reasons.candidates);
  return &kept;
}

void print_steps(const planner::Plan& plan, CompiledStatement& statement) {
  if (plan.steps.empty()) return;
  if (statement.plan == nullptr) statement.plan = std::make_unique<planner::Plan>();
  planner::LookasideVector<planner::Step>& steps = statement.plan->steps;
  const int offset = static_cast<int>(steps.size());
  for (planner::Step step : plan.steps) {
    if (step.parent >= 0) step.parent += offset;
    steps.push_back(step);
  }
}

void add_plan(std::unique_ptr<planner::Plan> plan, CompiledStatement& statement) {
  print_steps(*keep_plan(std::move(plan), statement), statement);
}

BindContext bind_context(CompileContext context) {
  BindContext bind;
  bind.relations = context.statement.relations.get();
  bind.functions = &context.connection.functions();
  bind.arena = &context.statement.arena;
  bind.sql = context.statement.text;
  bind.case_sensitive_like = context.connection.settings().case_sensitive_like;
  if (context.body != nullptr) {
    bind.schema = context.body->schema;
    bind.trigger = &context.body->rows;
    bind.outer_action = context.body->outer_action;
  }
  return bind;
}

planner::PlannerOptions planner_options(CompileContext context) {
  planner::PlannerOptions options;
  const Settings& settings = context.connection.settings();
  options.automatic_index = settings.automatic_index;
  options.case_sensitive_like = settings.case_sensitive_like;
  options.reverse_unordered_selects = settings.reverse_unordered_selects;
  options.record = settings.plan_record;
  options.parameters = context.parameters;
  return options;
}

Expected<void> check_writable(const Connection& connection, const storage::TableDef& table) {
  if (connection.is_read_only()) return fail(ErrorCode::kReadOnly, "attempt to write a readonly database");
  const auto hanging = connection.data().catalog.unsupported_on(table.name, table.schema);
  for (const storage::UnsupportedPtr& object : hanging) {
    return not_supported("writing to " + table.name + ", which has the " + object->kind + ' ' + object->name);
  }
  return {};
}

}  // namespace leftmost::engine
