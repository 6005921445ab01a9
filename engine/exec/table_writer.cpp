#include "engine/exec/table_writer.h"

#include <algorithm>

#include "engine/exec/stored_reals.h"
#include "planner/generated_columns.h"
#include "storage/affinity.h"

namespace leftmost::engine {

using storage::ConflictAction;
using storage::Value;

namespace {

/// What the error says of a broken CHECK: its name, or its condition. SQLite keeps the condition as it keeps
/// names, so one that begins with a quoted word shows that word alone.
std::string shown_check(const storage::CheckConstraint& check) {
  if (!check.name.empty()) return check.name;
  const std::string& sql = check.sql;
  const char open = sql.empty() ? ' ' : sql.front();
  if (open != '"' && open != '\'' && open != '`' && open != '[') return sql;
  const char close = open == '[' ? ']' : open;
  std::string word;
  for (std::size_t i = 1; i < sql.size(); ++i) {
    if (sql[i] == close) {
      if (i + 1 == sql.size() || sql[i + 1] != close) break;
      ++i;
    }
    word += sql[i];
  }
  return word;
}

std::string_view type_name(const Value& value) {
  if (value.is_integer()) return "INT";
  if (value.is_real()) return "REAL";
  return value.is_text() ? "TEXT" : "BLOB";
}

}  // namespace

bool is_of_strict_type(std::string_view type, const Value& value) {
  if (value.is_null() || type == "ANY") return true;
  if (type == "INT" || type == "INTEGER") return value.is_integer();
  if (type == "REAL") return value.is_real();
  return type == "TEXT" ? value.is_text() : value.is_blob();
}

TableWriter::TableWriter(const planner::Relation& relation, const TableExpressions& expressions,
                         StreamBuilder& builder)
    : relation_(relation), runtime_(builder.runtime()) {
  const storage::TableDef& table = *relation.def;
  indexes_.reserve(relation.indexes.size());
  for (const planner::RelationIndex& source : relation.indexes) {
    Index& index = indexes_.emplace_back();
    index.def = source.def.get();
    index.is_table = source.def->is_table_itself;
    index.layout = &source.layout;
    index.columns = source.layout.tree_columns();
    for (std::size_t i = 0; i < source.key_expressions.size(); ++i) {
      const planner::Expr* expression = source.key_expressions[i];
      if (expression == nullptr) continue;
      index.expressions.resize(source.key_expressions.size(), nullptr);
      index.expressions[i] = builder.compile(*expression);
    }
    if (source.where != nullptr) index.where = builder.compile(*source.where);
  }
  runtime_.set_relation(planner::kSelfItem, relation, builder.arena());
  for (const int column : planner::order_for_writing(relation).columns) {
    const auto place = static_cast<std::size_t>(column);
    const bool is_stored = table.columns[place].generated == storage::GeneratedKind::kStored;
    Generated& generated = generated_.emplace_back(Generated{place, nullptr});
    if (!is_stored) continue;
    planner::Expr* value = planner::clone(relation.generated[place], builder.arena());
    if (table.columns[place].affinity == storage::Affinity::kBlob) {
      read_as_stored(value, [&table](const planner::Expr& operand) {
        return operand.column >= 0 && operand.affinity == storage::Affinity::kReal &&
               table.columns[static_cast<std::size_t>(operand.column)].generated ==
                   storage::GeneratedKind::kVirtual;
      });
    }
    generated.program = builder.compile(*value);
  }
  for (const planner::Expr* check : expressions.checks) checks_.push_back(builder.compile(*check));
  tests_ = {!checks_.empty(), !indexes_.empty()};
  const auto is_written = [](const planner::Expr* value) { return value != nullptr; };
  if (std::any_of(expressions.defaults.begin(), expressions.defaults.end(), is_written)) {
    defaults_.reserve(expressions.defaults.size());
    for (const planner::Expr* value : expressions.defaults) {
      defaults_.push_back(value == nullptr ? nullptr : builder.compile(*value));
    }
  }
  if (table.without_rowid) primary_key_ = storage::primary_key_columns(table);
  stored_.resize(storage::table_shape(table).columns);
}

std::string TableWriter::key_of(const RowImage& row) const {
  if (table().without_rowid) return storage::primary_key(table(), primary_key_, row.values);
  return std::string(storage::RowidKey(row.rowid).view());
}

bool TableWriter::read(const storage::DatabaseState& state, std::string_view key, RowImage& row) const {
  const storage::BTree* tree = state.tree(table().id);
  const storage::BTree::Found found = tree == nullptr ? storage::BTree::Found{} : tree->find(key);
  if (!found) return false;
  const storage::TableRow source(table(), found.leaf, found.slot);
  row.values.resize(table().columns.size());
  for (std::size_t i = 0; i < row.values.size(); ++i) row.values[i] = source.column(static_cast<int>(i));
  if (!table().without_rowid) row.rowid = source.rowid();
  return true;
}

void TableWriter::put_self(const RowImage& row) {
  runtime_.row(planner::kSelfItem)
      .set_stored_values(row.values, table().without_rowid ? Value::null() : Value::integer(row.rowid));
}

// Requires: put_self(row).
Value TableWriter::value_of(std::size_t column, const RowImage& row) {
  if (table().columns[column].generated != storage::GeneratedKind::kVirtual) return row.values[column];
  return runtime_.row(planner::kSelfItem).column(static_cast<int>(column));
}

// VIRTUAL columns are computed as well, though they are kept nowhere: one that cannot be is an error of the
// statement.
bool TableWriter::compute_generated(RowImage& row) {
  if (generated_.empty()) return true;
  put_self(row);
  for (const Generated& generated : generated_) {
    Value value;
    if (generated.program == nullptr) {
      value_of(generated.column, row);
    } else {
      const ClockForbidden forbidden(runtime_.run(), "a generated column");
      value = evaluate(*generated.program, runtime_.eval());
      value = storage::apply_affinity(value, table().columns[generated.column].affinity,
                                      runtime_.run().results());
      row.values[generated.column] = storage::copy_value(value, made_bytes_);
    }
    if (runtime_.failed()) return false;
  }
  return true;
}

bool TableWriter::check_types(const RowImage& row, bool with_generated, Check& check) {
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const storage::ColumnDef& column = table().columns[i];
    if (column.generated == storage::GeneratedKind::kVirtual || static_cast<int>(i) == table().rowid_alias)
      continue;
    if (column.generated == storage::GeneratedKind::kStored && !with_generated) continue;
    if (is_of_strict_type(column.declared_type, row.values[i])) continue;
    check.verdict = Verdict::kFail;
    check.action = Action::kAbort;
    check.is_datatype = true;
    check.error = Error{ErrorCode::kConstraint,
                        "cannot store " + std::string(type_name(row.values[i])) + " value in " +
                            column.declared_type + " column " + table().name + '.' + column.name,
                        std::nullopt,
                        {}};
    return false;
  }
  return true;
}

// Requires: put_self(row).
bool TableWriter::is_in_index(const Index& index, const RowImage&) {
  if (index.where == nullptr) return true;
  const ClockForbidden forbidden(runtime_.run(), "an index");
  return test(*index.where, runtime_.eval());
}

// Requires: put_self(row).
Value TableWriter::entry_value(const Index& index, std::size_t position, const RowImage& row) {
  const storage::IndexColumn& column = index.def->column(position);
  if (column.column == storage::kRowidColumn) return Value::integer(row.rowid);
  if (column.column != storage::kExpressionColumn)
    return value_of(static_cast<std::size_t>(column.column), row);
  const Program* program = position < index.expressions.size() ? index.expressions[position] : nullptr;
  if (program == nullptr) return Value::null();
  const ClockForbidden forbidden(runtime_.run(), "an index");
  return evaluate(*program, runtime_.eval());
}

bool TableWriter::make_entry(std::size_t number, const RowImage& row, storage::IndexEntry& entry) {
  const Index& index = indexes_[number];
  put_self(row);
  if (!is_in_index(index, row)) return false;
  entry_values_.resize(index.columns.size());
  for (std::size_t i = 0; i < entry_values_.size(); ++i) entry_values_[i] = entry_value(index, i, row);
  if (runtime_.failed()) return false;
  storage::make_index_entry(entry_values_, index.columns, entry);
  return true;
}

Error TableWriter::unique_error(const storage::IndexDef* index) const {
  std::string columns;
  if (index == nullptr) {
    columns = table().name + '.' +
              (table().rowid_alias < 0 ? "rowid"
                                       : table().columns[static_cast<std::size_t>(table().rowid_alias)].name);
  } else {
    for (const storage::IndexColumn& column : index->key_columns) {
      if (column.column < 0 && column.column == storage::kExpressionColumn) {
        columns = "index '" + index->name + "'";
        break;
      }
      if (!columns.empty()) columns += ", ";
      columns += table().name + '.';
      columns += column.column < 0 ? std::string("rowid")
                                   : table().columns[static_cast<std::size_t>(column.column)].name;
    }
  }
  return Error{ErrorCode::kConstraint, "UNIQUE constraint failed: " + columns, std::nullopt, {}};
}

// Requires: put_self(row). `wanted` is what a NULL leads to; kReplace is kAbort here.
bool TableWriter::check_not_null(std::size_t place, Action wanted, RowImage& row, Check& check) {
  if (!value_of(place, row).is_null()) return true;
  if (wanted == Action::kIgnore) {
    check.verdict = Verdict::kSkip;
    return false;
  }
  check.verdict = Verdict::kFail;
  check.action = wanted == Action::kReplace ? Action::kAbort : wanted;
  check.error = Error{ErrorCode::kConstraint,
                      "NOT NULL constraint failed: " + table().name + '.' + table().columns[place].name,
                      std::nullopt,
                      {}};
  return false;
}

// REPLACE puts in the DEFAULT. Generated columns, which may depend on it, and what is still NULL then come in
// a second pass.
bool TableWriter::check_not_null(RowImage& row, Action action, Check& check) {
  bool has_second_pass = false, has_replace = false;
  for (const bool is_second_pass : {false, true}) {
    if (is_second_pass && !has_second_pass) break;
    if (is_second_pass && has_replace && !compute_generated(row)) return false;
    put_self(row);
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      const storage::ColumnDef& column = table().columns[i];
      if (!column.not_null || static_cast<int>(i) == table().rowid_alias) continue;
      const bool is_generated = column.generated != storage::GeneratedKind::kNone;
      Action wanted = action != Action::kDefault ? action : column.not_null_conflict;
      if (wanted == Action::kDefault) wanted = Action::kAbort;
      const bool replaces = wanted == Action::kReplace && !is_generated && default_of(i) != nullptr;
      if (is_second_pass ? !is_generated && !replaces : is_generated) {
        has_second_pass = true;
        continue;
      }
      if (!is_second_pass && replaces) {
        has_second_pass = has_replace = true;
        if (!row.values[i].is_null()) continue;
        const Value value =
            storage::apply_affinity(evaluate(*default_of(i), runtime_.eval()), column.affinity, made_bytes_);
        row.values[i] = storage::copy_value(value, made_bytes_);
        if (runtime_.failed()) return false;
        continue;
      }
      if (!check_not_null(i, wanted, row, check)) return false;
      if (runtime_.failed()) return false;
    }
  }
  return true;
}

bool TableWriter::check_expressions(const RowImage& row, Action action, Check& check) {
  if (checks_.empty()) return true;
  put_self(row);
  const ClockForbidden forbidden(runtime_.run(), "a CHECK constraint");
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (test(*checks_[i], runtime_.eval(), true)) continue;
    if (action == Action::kIgnore && !runtime_.failed()) {
      check.verdict = Verdict::kSkip;
      return false;
    }
    check.verdict = Verdict::kFail;
    check.action = action == Action::kDefault || action == Action::kReplace ? Action::kAbort : action;
    if (runtime_.failed()) {
      check.error = runtime_.run().take_error();
      check.action = Action::kAbort;
    } else {
      check.error = Error{ErrorCode::kConstraint,
                          "CHECK constraint failed: " + shown_check(table().checks[i]),
                          std::nullopt,
                          {}};
    }
    return false;
  }
  return true;
}

// A conflict with the row at `conflicting_key`. True: checking goes on.
bool TableWriter::resolve(const storage::IndexDef* index, std::string conflicting_key, Action action,
                          Action declared, std::span<const UpsertTarget> upserts, Check& check) {
  for (std::size_t i = 0; i < upserts.size(); ++i) {
    const UpsertTarget& target = upserts[i];
    if (!target.any() && (index == nullptr ? !target.on_rowid : target.index != index)) continue;
    check.verdict = Verdict::kUpsert;
    check.upsert = i;
    check.index = index;
    check.conflicting_key = std::move(conflicting_key);
    return false;
  }
  Action wanted = action != Action::kDefault ? action : declared;
  if (wanted == Action::kDefault) wanted = Action::kAbort;
  if (wanted == Action::kReplace && replacer_ != nullptr) {
    has_replaced_ = true;
    if (replacer_(conflicting_key)) return true;
    check.verdict = Verdict::kFail;
    return false;
  }
  if (wanted == Action::kReplace) {
    check.replaced.push_back(std::move(conflicting_key));
    return true;
  }
  if (wanted == Action::kIgnore) {
    check.verdict = Verdict::kSkip;
    return false;
  }
  check.verdict = Verdict::kFail;
  check.action = wanted;
  check.error = unique_error(index);
  return false;
}

bool TableWriter::check_rowid(const storage::DatabaseState& state, const RowImage& row,
                              std::optional<std::string_view> old_key, Action action,
                              std::span<const UpsertTarget> upserts, Check& check) {
  if (table().without_rowid) return true;
  const storage::RowidKey key(row.rowid);
  if (old_key && *old_key == key.view()) return true;
  const storage::BTree* tree = state.tree(table().id);
  if (tree == nullptr || !tree->contains(key.view())) return true;
  return resolve(nullptr, std::string(key.view()), action, table().primary_key_conflict, upserts, check);
}

bool TableWriter::check_index(const storage::DatabaseState& state, const Index& index, const RowImage& row,
                              std::optional<std::string_view> old_key, Action action,
                              std::span<const UpsertTarget> upserts, Check& check) {
  if (!index.def->unique) return true;
  std::string prefix;
  if (index.is_table) {
    prefix = key_of(row);
    if (old_key && *old_key == prefix) return true;
    const storage::BTree* tree = state.tree(table().id);
    if (tree == nullptr || !tree->contains(prefix)) return true;
    return resolve(index.def, std::move(prefix), action, index.def->conflict, upserts, check);
  }
  put_self(row);
  if (!is_in_index(index, row)) {
    if (!runtime_.failed()) return true;
  }
  for (std::size_t i = 0; i < index.def->key_columns.size() && !runtime_.failed(); ++i) {
    const Value value = entry_value(index, i, row);
    if (value.is_null() && !runtime_.failed()) return true;  // NULLs are distinct from each other
    storage::append_key_column(prefix, value, index.columns[i]);
  }
  if (runtime_.failed()) {
    check.verdict = Verdict::kFail;
    check.action = Action::kAbort;
    check.error = runtime_.run().take_error();
    return false;
  }
  const storage::BTree* tree = state.tree(index.def->id);
  if (tree == nullptr) return true;
  const storage::BTree::Found found = tree->find_first(storage::prefix_range(prefix));
  if (!found) return true;
  std::string scratch;
  std::string conflicting;
  if (table().without_rowid) {
    const storage::IndexLayout& layout = *index.layout;
    storage::Arena bytes;
    std::vector<Value> values(layout.columns().size());
    if (storage::decode_index_entry(found.leaf, found.slot, layout.columns(), bytes, values)) {
      conflicting = layout.primary_key(values);
    }
  } else if (const auto rowid =
                 storage::rowid_of_index_entry(found.leaf->key(found.slot, scratch), index.columns)) {
    conflicting = storage::RowidKey(*rowid).view();
  }
  if (old_key && *old_key == conflicting) return true;
  const bool goes_anyway =
      std::find(check.replaced.begin(), check.replaced.end(), conflicting) != check.replaced.end();
  if (goes_anyway) return true;
  return resolve(index.def, std::move(conflicting), action, index.def->conflict, upserts, check);
}

namespace {

// Whether the rowid's turn is after the check of this index: after the last clause about an index.
bool rowid_is_next(std::span<const TableWriter::UpsertTarget> upserts, const storage::IndexDef* index) {
  if (!index->unique) return false;
  for (std::size_t i = 0; i < upserts.size(); ++i) {
    if (!upserts[i].any() && upserts[i].index != index) continue;
    return i + 1 == upserts.size() || upserts[i + 1].any() || upserts[i + 1].on_rowid;
  }
  return false;
}

}  // namespace

TableWriter::Check TableWriter::check(const storage::DatabaseState& state, RowImage& row,
                                      std::optional<std::string_view> old_key, Action action,
                                      std::span<const UpsertTarget> upserts) {
  Check check;
  made_bytes_.reset();
  has_replaced_ = false;
  if (check_constraints(state, row, old_key, action, upserts, check) && has_replaced_) {
    check_again(state, row, old_key, action, check);
  }
  return check;
}

// After triggers of replaced rows have run: what REPLACE made room for may be taken again.
bool TableWriter::check_again(const storage::DatabaseState& state, const RowImage& row,
                              std::optional<std::string_view> old_key, Action action, Check& check) {
  if (!check_rowid(state, row, old_key, Action::kAbort, {}, check)) return false;
  for (const Index& index : indexes_) {
    const Action wanted = action != Action::kDefault ? action : index.def->conflict;
    if (wanted == Action::kReplace && !check_index(state, index, row, old_key, Action::kAbort, {}, check))
      return false;
  }
  return true;
}

bool TableWriter::check_constraints(const storage::DatabaseState& state, RowImage& row,
                                    std::optional<std::string_view> old_key, Action action,
                                    std::span<const UpsertTarget> upserts, Check& check) {
  if (table().strict && !generated_.empty() && !check_types(row, false, check)) return false;
  if (!compute_generated(row)) return false;
  if (!check_not_null(row, action, check)) return false;
  bool types_are_checked = !table().strict;
  if (tests_.before_checks && !types_are_checked) {
    if (!check_types(row, true, check)) return false;
    types_are_checked = true;
  }
  if (!check_expressions(row, action, check)) return false;
  if (upserts.empty()) {
    // A rowid whose own clause is REPLACE comes last, which only the triggers of replaced rows can see.
    const bool rowid_waits = replacer_ != nullptr && action == Action::kDefault &&
                             table().primary_key_conflict == Action::kReplace;
    if (!rowid_waits && !check_rowid(state, row, old_key, action, upserts, check)) return false;
    if (!types_are_checked && !check_types(row, tests_.before_indexes, check)) return false;
    for (const Index& index : indexes_) {
      if (!check_index(state, index, row, old_key, action, upserts, check)) return false;
    }
    return !rowid_waits || check_rowid(state, row, old_key, action, upserts, check);
  }
  // Indexes that an ON CONFLICT names come first, in its order, each once.
  std::vector<std::size_t> order;
  const auto add = [&](std::size_t i) {
    if (std::find(order.begin(), order.end(), i) == order.end()) order.push_back(i);
  };
  for (const UpsertTarget& target : upserts) {
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
      if (target.index != nullptr && indexes_[i].def == target.index) add(i);
    }
  }
  for (std::size_t i = 0; i < indexes_.size(); ++i) add(i);
  // The rowid goes before them unless the first clause is about an index; then it waits for its turn.
  bool rowid_is_checked = upserts[0].any() || upserts[0].on_rowid;
  if (rowid_is_checked && !check_rowid(state, row, old_key, action, upserts, check)) return false;
  if (!types_are_checked && !check_types(row, tests_.before_indexes, check)) return false;
  for (const std::size_t i : order) {
    if (!check_index(state, indexes_[i], row, old_key, action, upserts, check)) return false;
    if (rowid_is_checked || !rowid_is_next(upserts, indexes_[i].def)) continue;
    rowid_is_checked = true;
    if (!check_rowid(state, row, old_key, action, upserts, check)) return false;
  }
  if (rowid_is_checked) return true;
  // Its turn never came, because an index is named twice: SQLite 3.40.1 puts a row over another one then and
  // leaves that one's index entries.
  if (!check_rowid(state, row, old_key, Action::kAbort, {}, check)) {
    check.error = not_supported("a conflict of rowids when ON CONFLICT names one constraint twice").value();
    return false;
  }
  return true;
}

// All entries are made before anything is written: an expression that fails leaves the trees as they were.
bool TableWriter::make_entries(const RowImage& row, std::vector<Entry>& entries) {
  entries.resize(indexes_.size());
  for (std::size_t i = 0; i < indexes_.size(); ++i) {
    entries[i].is_in_index = !indexes_[i].is_table && make_entry(i, row, entries[i].entry);
  }
  return !runtime_.failed();
}

bool TableWriter::insert(storage::DatabaseState& state, const RowImage& row) {
  if (!make_entries(row, new_entries_)) return false;
  storage::stored_values(table(), row.values, stored_);
  state.tree(table().id)->insert_or_replace(key_of(row), stored_);
  for (std::size_t i = 0; i < indexes_.size(); ++i) {
    if (!new_entries_[i].is_in_index) continue;
    const Value payload = new_entries_[i].entry.payload_value();
    state.tree(indexes_[i].def->id)->insert_or_replace(new_entries_[i].entry.key, std::span(&payload, 1));
  }
  return true;
}

bool TableWriter::update(storage::DatabaseState& state, std::string_view old_key, const RowImage& row) {
  const std::string new_key = key_of(row);
  storage::BTree& tree = *state.tree(table().id);
  RowImage old;
  if (!read(state, old_key, old)) return !runtime_.failed();
  // Index entries first: the old row's values lie in the table's pages.
  if (!make_entries(old, old_entries_) || !make_entries(row, new_entries_)) return false;
  for (std::size_t i = 0; i < indexes_.size(); ++i) {
    if (indexes_[i].is_table) continue;
    const bool was_in = old_entries_[i].is_in_index, is_in = new_entries_[i].is_in_index;
    const storage::IndexEntry &before = old_entries_[i].entry, &after = new_entries_[i].entry;
    if (was_in && is_in && before.key == after.key && before.payload == after.payload) continue;
    storage::BTree& index_tree = *state.tree(indexes_[i].def->id);
    if (was_in && (!is_in || before.key != after.key)) index_tree.erase(before.key);
    if (is_in) {
      const Value payload = after.payload_value();
      index_tree.insert_or_replace(after.key, std::span(&payload, 1));
    }
  }
  if (new_key != old_key) tree.erase(old_key);
  storage::stored_values(table(), row.values, stored_);
  if (new_key != old_key) {
    tree.insert_or_replace(new_key, stored_);
    return true;
  }
  std::vector<storage::ColumnChange> changes;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const int stored = storage::stored_column(table(), static_cast<int>(i));
    if (stored < 0 || storage::identical(old.values[i], row.values[i])) continue;
    changes.push_back({static_cast<std::size_t>(stored), row.values[i]});
  }
  if (!changes.empty()) tree.update(old_key, changes);
  return true;
}

bool TableWriter::erase(storage::DatabaseState& state, std::string_view key) {
  RowImage old;
  if (!read(state, key, old)) return false;
  if (!make_entries(old, old_entries_)) return false;
  for (std::size_t i = 0; i < indexes_.size(); ++i) {
    if (old_entries_[i].is_in_index) state.tree(indexes_[i].def->id)->erase(old_entries_[i].entry.key);
  }
  return state.tree(table().id)->erase(key);
}

std::uint64_t TableWriter::clear(storage::DatabaseState& state) {
  storage::BTree& tree = *state.tree(table().id);
  const std::uint64_t rows = tree.size();
  tree.clear();
  for (const Index& index : indexes_) {
    if (!index.is_table) state.tree(index.def->id)->clear();
  }
  return rows;
}

}  // namespace leftmost::engine
