#include "engine/exec/foreign_keys.h"

#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/foreign_key_sql.h"
#include "planner/generated_columns.h"
#include "storage/affinity.h"
#include "storage/collation.h"

namespace leftmost::engine {

using storage::Value;

/// One of the table's own keys: the parent is looked up.
struct ForeignKeys::Lookup {
  std::optional<ParentKey> parent;  // none: the table is dropped and its parent is not there
  std::vector<int> child_columns;   // of the key as declared, where there is no parent
  bool deferred = false;
  bool is_own_table = false;
  bool passes_new_rows = false;
  /// To SQLite 3.40.1 the new value of a REAL column is never the rowid of a parent, which a later look at
  /// the row (PRAGMA foreign_key_check) finds.
  bool misses_new_rows = false;

  std::span<const int> columns() const { return parent ? parent->child_columns() : child_columns; }
};

/// A key of another table, or of this one, that names this table: its rows are searched.
struct ForeignKeys::Search {
  Search(const storage::TablePtr& parent, std::string_view schema, TriggerPrograms& programs,
         std::vector<bool>* used)
      : body{{parent.get(), true, true, true, used}, schema, sql::ConflictAction::kAbort, programs} {}

  TriggerBody body;
  CompiledStatement statement;
  std::unique_ptr<ProgramStep> step;
  bool deferred = false;
};

ForeignKeys::ForeignKeys(const RowChange& change, TriggerPrograms& programs)
    : table_(change.relation.def), programs_(programs), used_(2 * (table_->columns.size() + 1), false) {}
ForeignKeys::~ForeignKeys() = default;

namespace {

std::string_view schema_of(const storage::TableDef& table) { return table.temporary() ? "temp" : "main"; }

/// The columns that a change touches; of INSERT and DELETE all.
class Touched {
 public:
  explicit Touched(const RowChange& change) : table_(*change.relation.def) {
    if (change.event == sql::TriggerEvent::kUpdate) columns_.emplace(change.relation, change.assigned);
  }
  bool has(int column) const {
    return !columns_ || columns_->has(column == table_.rowid_alias ? planner::kRowidColumn : column);
  }
  bool has_one_of(std::span<const int> columns) const {
    return std::any_of(columns.begin(), columns.end(), [this](int column) { return has(column); });
  }
  /// Of what `key`, which names this table, names in it.
  bool has_parent_column(const storage::ForeignKeyDef& key) const {
    if (!columns_) return true;  // even one that the table does not have
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const storage::ColumnDef& column = table_.columns[i];
      const bool is_named = key.parent_columns.empty()
                                ? column.in_primary_key
                                : std::any_of(key.parent_columns.begin(), key.parent_columns.end(),
                                              [&](const std::string& name) {
                                                return storage::equals_ignoring_case(name, column.name);
                                              });
      if (is_named && has(static_cast<int>(i))) return true;
    }
    return false;
  }

 private:
  const storage::TableDef& table_;
  std::optional<planner::ChangedColumns> columns_;
};

/// Whether SQLite looks at the keys of the table at all.
bool is_concerned(const RowChange& change, const storage::Catalog& catalog) {
  const storage::TableDef& table = *change.relation.def;
  const Touched touched(change);
  const std::vector<Reference> references = references_to(catalog, table);
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [&](const storage::ForeignKeyDef& key) { return touched.has_one_of(key.columns); }) ||
         std::any_of(references.begin(), references.end(),
                     [&](const Reference& reference) { return touched.has_parent_column(*reference.key); });
}

const std::string& action_of(const storage::ForeignKeyDef& key, sql::TriggerEvent event) {
  return event == sql::TriggerEvent::kUpdate ? key.on_update : key.on_delete;
}

/// The last mismatch that an UPDATE or DELETE comes to among the references to its table: of all of them,
/// which it goes through before anything else; or of those with an action for this change, which it goes
/// through at the end.
std::optional<Error> last_mismatch(const RowChange& change, const storage::Catalog& catalog,
                                   bool of_actions) {
  std::optional<Error> last;
  if (change.event == sql::TriggerEvent::kInsert || change.is_drop) return last;
  const Touched touched(change);
  for (const Reference& reference : references_to(catalog, *change.relation.def)) {
    const bool acts =
        touched.has_parent_column(*reference.key) && !action_of(*reference.key, change.event).empty();
    if (of_actions && !acts) continue;
    auto parent = ParentKey::find(catalog, *reference.child, *reference.key, change.relation.def);
    if (!parent) last = parent.error();
  }
  return last;
}

bool is_mismatch(const RowChange& change, const Expected<ParentKey>& parent) {
  return !parent && !change.is_drop;
}

}  // namespace

Expected<void> ForeignKeys::find_lookups(const RowChange& change, CompileContext context) {
  const RelationCache& relations = *context.statement.relations;
  const Touched touched(change);
  for (std::size_t i = table_->foreign_keys.size(); i-- > 0;) {  // SQLite: the last one declared first
    const storage::ForeignKeyDef& key = table_->foreign_keys[i];
    const bool is_own_table = storage::equals_ignoring_case(key.parent_table, table_->name);
    if (!is_own_table && !touched.has_one_of(key.columns)) continue;
    if (is_own_table && touched.has_one_of(key.columns)) takes_row_out_ = true;
    Lookup lookup;
    lookup.child_columns = key.columns;
    lookup.deferred = key.deferred;
    lookup.is_own_table = is_own_table;
    lookup.passes_new_rows = programs_.begun_last_is_set_null(*table_, i);
    const auto named = relations.find(schema_of(*table_), key.parent_table);
    if (named && named->table != nullptr) {
      auto parent = ParentKey::find(relations.catalog(), *table_, key, named->table);
      if (is_mismatch(change, parent)) return Unexpected(parent.error());
      if (!parent) continue;
      lookup.parent = std::move(*parent);
    } else if (named && named->view != nullptr) {
      if (change.is_drop) continue;
      return fail(ErrorCode::kError,
                  "foreign key mismatch - \"" + table_->name + "\" referencing \"" + key.parent_table + '"');
    } else if (!change.is_drop) {
      return fail(ErrorCode::kError,
                  "no such table: " + std::string(schema_of(*table_)) + '.' + key.parent_table);
    }
    if (lookup.parent && lookup.parent->is_rowid()) {
      const auto child_column = static_cast<std::size_t>(key.columns.front());
      lookup.misses_new_rows = table_->columns[child_column].affinity == storage::Affinity::kReal;
    }
    for (const int column : lookup.columns()) {
      const auto place = static_cast<std::size_t>(column) + 1;
      used_[place] = used_[place + table_->columns.size() + 1] = true;
    }
    if (lookup.parent && lookup.is_own_table) {
      for (const int column : lookup.parent->parent_columns())
        used_[static_cast<std::size_t>(column) + table_->columns.size() + 2] = true;
    }
    may_abort_ = may_abort_ || !key.deferred;
    lookups_.push_back(std::move(lookup));
  }
  return {};
}

Expected<void> ForeignKeys::find_searches(const RowChange& change, CompileContext context) {
  const storage::Catalog& catalog = context.statement.relations->catalog();
  const Touched touched(change);
  for (const Reference& reference : references_to(catalog, *table_)) {
    const storage::ForeignKeyDef& key = *reference.key;
    if (!touched.has_parent_column(key)) continue;
    const bool is_put_off = key.deferred || context.connection.settings().defer_foreign_keys;
    if (change.writes_one_row && !is_put_off) continue;
    const auto parent = ParentKey::find(catalog, *reference.child, key, table_);
    if (is_mismatch(change, parent)) return Unexpected(parent.error());
    if (!parent) continue;
    const std::string& action = action_of(key, change.event);
    if (!action.empty()) takes_row_out_ = true;
    const bool repairs = action == "CASCADE" || action == "SET NULL";
    if (change.event != sql::TriggerEvent::kInsert && !key.deferred && !repairs) may_abort_ = true;
    const std::string& child_name = reference.child->name;
    if (storage::equals_ignoring_case(child_name, "old") || storage::equals_ignoring_case(child_name, "new"))
      return not_supported("a foreign key of a table called " + child_name);
    const KeyPair pair{*table_, *reference.child, *parent};
    const auto add = [&](bool is_new) -> Expected<void> {
      auto search = std::make_unique<Search>(table_, schema_of(*table_), programs_, &used_);
      search->deferred = key.deferred;
      auto step = compile_own_step(children_of_row(pair, is_new), search->body, search->statement, context);
      if (!step) return Unexpected(step.error());
      search->step = std::move(*step);
      (is_new ? new_searches_ : old_searches_).push_back(std::move(search));
      return {};
    };
    if (change.event != sql::TriggerEvent::kDelete) {
      if (auto added = add(true); !added) return added;
    }
    if (change.event == sql::TriggerEvent::kInsert) continue;
    if (auto added = add(false); !added) return added;
    if (action == "RESTRICT" && context.connection.settings().defer_foreign_keys) continue;
    const auto program = programs_.action(pair, reference, change.event, context);
    if (!program) return Unexpected(program.error());
    if (*program != nullptr) actions_.push_back(*program);
  }
  return {};
}

Expected<std::unique_ptr<ForeignKeys>> ForeignKeys::find(const RowChange& change, CompileContext context) {
  if (!context.connection.settings().foreign_keys) return nullptr;
  const storage::Catalog& catalog = context.statement.relations->catalog();
  if (!is_concerned(change, catalog)) return nullptr;
  std::unique_ptr<ForeignKeys> keys(new ForeignKeys(change, programs_of(context)));
  auto found = keys->find_lookups(change, context);
  if (found) found = keys->find_searches(change, context);
  // Of several errors SQLite reports the last that it comes to.
  if (auto last = last_mismatch(change, catalog, true)) return Unexpected(std::move(*last));
  if (!found) return Unexpected(std::move(found.error()));
  if (auto first = last_mismatch(change, catalog, false)) return Unexpected(std::move(*first));
  const bool is_empty = keys->lookups_.empty() && keys->old_searches_.empty() && keys->new_searches_.empty();
  if (is_empty) return nullptr;
  return keys;
}

Expected<ForeignKeys*> find_foreign_keys(const RowChange& change, CompileContext context) {
  auto keys = ForeignKeys::find(change, context);
  if (!keys) return Unexpected(keys.error());
  if (*keys == nullptr) return nullptr;
  return context.statement.foreign_keys.emplace_back(std::move(*keys)).get();
}

void ForeignKeys::count(bool deferred, std::int64_t step, Connection& connection) {
  ViolationCounts& counts = connection.violations();
  if (connection.settings().defer_foreign_keys) {
    counts.put_off += step;
  } else if (deferred) {
    counts.deferred += step;
  } else {
    programs_.violations += step;
  }
}

bool ForeignKeys::has_open_violations(bool deferred, Connection& connection) const {
  const ViolationCounts& counts = connection.violations();
  return counts.put_off != 0 || (deferred ? counts.deferred : programs_.violations) != 0;
}

// Whether the row's parent is missing.
bool ForeignKeys::look_up(const Lookup& lookup, bool is_new, std::span<const Value> rows,
                          Connection& connection) {
  const std::span<const Value> row = is_new ? rows.subspan(table_->columns.size() + 1) : rows;
  std::vector<Value> values;
  for (const int column : lookup.columns()) {
    values.push_back(row[static_cast<std::size_t>(column) + 1]);
    if (values.back().is_null()) return false;
  }
  if (!lookup.parent || (is_new && lookup.misses_new_rows)) return true;
  storage::Arena bytes;
  if (lookup.parent->is_rowid())
    values.front() = storage::apply_affinity(values.front(), storage::Affinity::kInteger, bytes);
  if (lookup.is_own_table && is_new) {
    bool is_own_parent = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Value& own = row[static_cast<std::size_t>(lookup.parent->parent_columns()[i]) + 1];
      is_own_parent = is_own_parent && !own.is_null() && storage::compare(values[i], own) == 0;
    }
    if (is_own_parent) return false;
  }
  return !lookup.parent->has_row(connection.data(), values);
}

bool ForeignKeys::search(Search& search, int step, std::span<const Value> rows, Connection& connection,
                         Runtime& outer) {
  if (step < 0 && !has_open_violations(search.deferred, connection)) return true;
  StepFailure failure;
  const StepOutcome outcome = search.step->run_step(rows, failure);
  const Work& work = *search.step->work();
  outer.add_program_work(work);
  if (outcome == StepOutcome::kFailed) {
    outer.run().fail(std::move(failure.error));
    return false;
  }
  count(search.deferred, step * static_cast<std::int64_t>(work.rows_returned), connection);
  return true;
}

bool ForeignKeys::row_goes(std::span<const Value> rows, Connection& connection, Runtime& outer) {
  for (const Lookup& lookup : lookups_) {
    if (!has_open_violations(lookup.deferred, connection)) continue;
    if (look_up(lookup, false, rows, connection)) count(lookup.deferred, -1, connection);
  }
  for (const std::unique_ptr<Search>& one : old_searches_) {
    if (!search(*one, 1, rows, connection, outer)) return false;
  }
  return true;
}

bool ForeignKeys::row_comes(std::span<const Value> rows, Connection& connection, Runtime& outer) {
  for (const Lookup& lookup : lookups_) {
    if (!lookup.passes_new_rows && look_up(lookup, true, rows, connection))
      count(lookup.deferred, 1, connection);
  }
  for (const std::unique_ptr<Search>& one : new_searches_) {
    if (!search(*one, -1, rows, connection, outer)) return false;
  }
  return true;
}

void ForeignKeys::print(CompiledStatement& statement) const {
  for (const std::unique_ptr<Search>& one : old_searches_) print_steps(*one->statement.plan, statement);
  for (const std::unique_ptr<Search>& one : new_searches_) {
    print_steps(*one->statement.plan, statement);
  }
}

}  // namespace leftmost::engine
