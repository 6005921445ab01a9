// INSERT, REPLACE and UPSERT.
#include <fmt/core.h>

#include <algorithm>

#include "engine/bind/change_parts.h"
#include "engine/bind/nearest_name.h"
#include "engine/bind/view_table.h"
#include "planner/expr_tools.h"
#include "storage/collation.h"

namespace leftmost::engine {

using bind::Frame;
using bind::FromEntry;
using bind::Scope;
using bind::StatementBinder;
using bind::WithScope;
using planner::Expr;
using planner::ExprKind;

namespace {

bool bind_columns(StatementBinder& binder, const sql::Insert& insert, const storage::TableDef& table,
                  std::vector<int>& out) {
  if (insert.columns.empty()) {
    if (insert.source == nullptr) return true;
    out.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].hidden || table.columns[i].generated != storage::GeneratedKind::kNone) continue;
      out.push_back(static_cast<int>(i) == table.rowid_alias ? planner::kRowidColumn : static_cast<int>(i));
    }
    return true;
  }
  for (const sql::Name& name : insert.columns) {
    const std::optional<int> column = bind::target_column(table, name.text);
    if (!column) {
      std::vector<std::string_view> names;
      for (const storage::ColumnDef& def : table.columns) names.push_back(def.name);
      binder.set_error(
          fmt::format("table {} has no column named {}", bind::target_text(insert.target), name.text),
          std::nullopt, bind::nearest_name(name.text, names));
      return false;
    }
    if (*column >= 0 &&
        table.columns[static_cast<std::size_t>(*column)].generated != storage::GeneratedKind::kNone) {
      binder.set_error(fmt::format("cannot INSERT into generated column \"{}\"",
                                   table.columns[static_cast<std::size_t>(*column)].name));
      return false;
    }
    out.push_back(*column);
  }
  if (insert.source != nullptr) return true;
  binder.set_error(fmt::format("0 values for {} columns", insert.columns.size()));
  return false;
}

bool bind_source(StatementBinder& binder, const sql::Insert& insert, WithScope* with,
                 const storage::TableDef& table, BoundInsert& bound) {
  if (insert.source == nullptr) return true;
  Frame* last = binder.expand_select(insert.source, with, binder.origin());
  if (last == nullptr || binder.failed()) return false;
  last->is_insert_row =
      insert.source->is_values && insert.source->rows.size() == 1 && insert.source->prior == nullptr;
  if (!binder.resolve_select(last, nullptr) || !binder.check_frames() || !binder.check_select(last->select))
    return false;
  bound.source = last->select;
  bound.is_values_row = last->is_insert_row;
  const std::size_t values = last->select->columns.size();
  if (values == bound.columns.size()) return true;
  if (insert.columns.empty()) {
    binder.set_error(fmt::format("table {} has {} columns but {} values were supplied",
                                 bind::target_text(insert.target), bound.columns.size(), values));
    if (values == table.columns.size() && !insert.source->is_values && insert.upserts.empty()) {
      bound.unless_transferred = binder.take_error();
      bound.columns.clear();
      for (std::size_t i = 0; i < values; ++i) {
        bound.columns.push_back(static_cast<int>(i) == table.rowid_alias ? planner::kRowidColumn
                                                                         : static_cast<int>(i));
      }
      return true;
    }
  } else {
    binder.set_error(fmt::format("{} values for {} columns", values, insert.columns.size()));
  }
  return false;
}

/// Whether a conflict target term is this index column: the same column or expression, under no other
/// collation.
bool is_key_column(const Expr* term, const planner::RelationIndex& index, std::size_t position,
                   planner::ItemId item) {
  const storage::IndexColumn& key = index.def->key_columns[position];
  const Expr* bare = term;
  if (term->kind == ExprKind::kCollate) {
    if (term->collation != key.collation) return false;
    bare = term->left;
  }
  if (key.column == storage::kExpressionColumn) {
    return planner::same_expr(planner::skip_collate(bare),
                              planner::skip_collate(index.key_expressions[position]), item);
  }
  if (bare->kind != ExprKind::kColumn || bare->item != item || bare->column != key.column) return false;
  return term != bare || bare->collation == key.collation;
}

bool matches_index(const std::vector<Expr*>& target, const planner::RelationIndex& index,
                   planner::ItemId item) {
  for (std::size_t i = 0; i < index.def->key_columns.size(); ++i) {
    bool found = false;
    for (const Expr* term : target) found = found || is_key_column(term, index, i, item);
    if (!found) return false;
  }
  return true;
}

bool bind_conflict_target(StatementBinder& binder, const sql::Upsert& upsert, std::size_t number,
                          std::size_t count, Scope& scope, const FromEntry& target, BoundUpsert& bound) {
  std::vector<Expr*> terms;
  for (const sql::OrderTerm& term : upsert.target) {
    Expr* made = bind_expr(binder, term.expr, nullptr, scope);
    if (made == nullptr) return false;
    terms.push_back(made);
  }
  Expr* where = nullptr;
  if (upsert.target_where != nullptr) {
    where = bind_expr(binder, upsert.target_where, nullptr, scope);
    if (where == nullptr) return false;
  }
  const planner::ItemId item = target.item->id;
  if (terms.size() == 1 && terms[0]->kind == ExprKind::kColumn && terms[0]->column == planner::kRowidColumn &&
      !target.table->without_rowid) {
    bound.on_rowid = true;
    return true;
  }
  for (const planner::RelationIndex& index : target.item->relation->indexes) {
    if (!index.def->unique || index.def->key_columns.size() != terms.size()) continue;
    if (index.where != nullptr && (where == nullptr || !planner::same_expr(where, index.where, item)))
      continue;
    if (!matches_index(terms, index, item)) continue;
    bound.conflict_index = index.def.get();
    return true;
  }
  binder.set_error(fmt::format("{}ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint",
                               count == 1 ? std::string() : bind::ordinal(number + 1) + " "));
  return false;
}

// Requires: the conflict targets are bound.
std::vector<std::size_t> updates_in_code_order(const BoundInsert& insert, bool has_source) {
  const storage::TableDef& table = *insert.target->relation->def;
  std::vector<std::size_t> updates;
  const auto add = [&](const storage::IndexDef* index) {
    const auto answers = [index](const BoundUpsert& upsert) {
      if (upsert.conflict_index == nullptr && !upsert.on_rowid) return true;
      return index == nullptr ? upsert.on_rowid : upsert.conflict_index == index;
    };
    const auto clause = std::find_if(insert.upserts.begin(), insert.upserts.end(), answers);
    if (clause == insert.upserts.end() || clause->do_nothing) return;
    updates.push_back(static_cast<std::size_t>(clause - insert.upserts.begin()));
  };
  const auto is_rowid = [&](int column) {
    return column == planner::kRowidColumn || column == table.rowid_alias;
  };
  const bool gives_rowid = has_source && std::any_of(insert.columns.begin(), insert.columns.end(), is_rowid);
  if (!table.without_rowid && gives_rowid) add(nullptr);
  std::vector<const storage::IndexDef*> named;
  for (const BoundUpsert& upsert : insert.upserts) {
    const storage::IndexDef* const index = upsert.conflict_index;
    if (index == nullptr || std::find(named.begin(), named.end(), index) != named.end()) continue;
    named.push_back(index);
    add(index);
  }
  for (const planner::RelationIndex& index : insert.target->relation->indexes) {
    if (!index.def->unique || std::find(named.begin(), named.end(), index.def.get()) != named.end()) continue;
    add(index.def.get());
  }
  return updates;
}

bool bind_upserts(StatementBinder& binder, const sql::Insert& insert, WithScope* with, Frame& frame,
                  const storage::TablePtr& table, BoundInsert& bound) {
  if (insert.upserts.empty()) return true;
  if (is_view_table(*table)) {
    binder.set_error("cannot UPSERT a view");
    return false;
  }
  FromEntry& target = frame.from.front();
  Scope scope;
  scope.frame = &frame;
  scope.owner = &frame;
  bound.upserts.resize(insert.upserts.size());
  for (std::size_t i = 0; i < insert.upserts.size(); ++i) {
    const sql::Upsert& upsert = insert.upserts[i];
    bound.upserts[i].do_nothing = upsert.do_nothing;
    if (!upsert.target.empty() &&
        !bind_conflict_target(binder, upsert, i, insert.upserts.size(), scope, target, bound.upserts[i])) {
      return false;
    }
  }
  FromEntry* excluded = binder.make_excluded(table);
  if (excluded == nullptr) return false;
  bound.excluded = excluded->item;
  scope.excluded = excluded;
  bound.updates_in_code_order = updates_in_code_order(bound, insert.source != nullptr);
  std::vector<bool> is_bound(insert.upserts.size(), false);
  for (const std::size_t i : bound.updates_in_code_order) {
    const sql::Upsert& upsert = insert.upserts[i];
    if (is_bound[i]) continue;
    is_bound[i] = true;
    if (!bind_assignments(binder, upsert.assignments, with, scope, *target.table,
                          bound.upserts[i].assignments)) {
      return false;
    }
    if (upsert.where == nullptr) continue;
    bound.upserts[i].where = bind_expr(binder, upsert.where, with, scope);
    if (bound.upserts[i].where == nullptr || !binder.check_scalar(bound.upserts[i].where)) return false;
  }
  return true;
}

}  // namespace

Expected<BoundInsert> bind_insert(const sql::Insert& insert, const BindContext& context) {
  StatementBinder binder(context);
  BoundInsert bound;
  bound.action = binder.action(insert.action);
  binder.note_number(insert.select_count);
  const auto run = [&]() {
    WithScope* with = binder.push_with(insert.with, nullptr, false);
    Frame& frame = *binder.make_frame();
    const bind::TargetUse use{
        planner::ItemKind::kRow, sql::TriggerEvent::kInsert, {}, !insert.returning.empty()};
    if (!open_target(binder, insert.target, use, frame)) return false;
    FromEntry& target = frame.from.front();
    bound.target = target.item;
    const storage::TablePtr& table = target.item->relation->def;
    return bind_columns(binder, insert, *target.table, bound.columns) &&
           bind_source(binder, insert, with, *target.table, bound) &&
           bind_upserts(binder, insert, with, frame, table, bound) &&
           bind_returning(binder, insert.returning, target, with, bound.returning) && binder.check_frames() &&
           check_generated(binder, *target.item->relation);
  };
  if (!run()) return Unexpected(binder.take_error());
  bound.calls_function = binder.calls_function();
  return bound;
}

}  // namespace leftmost::engine
