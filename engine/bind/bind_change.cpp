// UPDATE and DELETE (section 6.12 of docs/planner.md).
#include <fmt/core.h>

#include <algorithm>

#include "engine/bind/change_parts.h"
#include "engine/bind/view_table.h"
#include "planner/expr_tools.h"
#include "planner/generated_columns.h"
#include "storage/collation.h"

namespace leftmost::engine {

using bind::Frame;
using bind::FromEntry;
using bind::Scope;
using bind::StatementBinder;
using bind::WithScope;
using planner::Expr;

namespace {

const sql::Expr* make_name(storage::Arena& arena, std::string_view table, std::string_view column) {
  sql::Expr* name = arena.make<sql::Expr>();
  name->kind = sql::ExprKind::kName;
  name->text = column;
  if (!table.empty()) {
    sql::Name qualifier;
    qualifier.text = table;
    name->qualifiers = arena.copy_span(std::span<const sql::Name>(&qualifier, 1));
  }
  return name;
}

/// A name of the rowid that no column of the table hides; empty if all three are taken.
std::string_view free_rowid_name(const storage::TableDef& table) {
  for (const std::string_view name : {"rowid", "_rowid_", "oid"}) {
    if (table.find_column(name) < 0) return name;
  }
  return {};
}

/// What identifies a row: the rowid, or the primary-key columns; of a view all columns.
bool key_names(StatementBinder& binder, const storage::TableDef& table, std::string_view qualifier,
               std::vector<const sql::Expr*>& out) {
  if (is_view_table(table)) {
    for (const storage::ColumnDef& column : table.columns)
      out.push_back(make_name(binder.arena(), qualifier, column.name));
    return true;
  }
  if (table.without_rowid) {
    for (const storage::PrimaryKeyColumn& column : table.primary_key) {
      out.push_back(
          make_name(binder.arena(), qualifier, table.columns[static_cast<std::size_t>(column.column)].name));
    }
    return true;
  }
  const std::string_view rowid = free_rowid_name(table);
  if (rowid.empty()) {
    binder.set_not_supported("a table whose columns hide all names of the rowid", 0);
    return false;
  }
  out.push_back(make_name(binder.arena(), qualifier, rowid));
  return true;
}

sql::FromItem from_item_of(const sql::Target& target) {
  sql::FromItem item;
  item.schema = target.schema;
  item.name = target.name;
  item.alias = target.alias;
  item.indexed_by = target.indexed_by;
  item.not_indexed = target.not_indexed;
  item.span = target.name.span;
  return item;
}

std::span<const sql::ResultColumn> as_columns(storage::Arena& arena,
                                              const std::vector<const sql::Expr*>& exprs) {
  std::vector<sql::ResultColumn> columns;
  for (const sql::Expr* expr : exprs) {
    sql::ResultColumn& column = columns.emplace_back();
    column.expr = expr;
    column.text = expr->text;
  }
  return arena.copy_span(columns);
}

/// `WHERE w ORDER BY o LIMIT n` of a change -> `key IN (SELECT key FROM target WHERE w ORDER BY o LIMIT n)`.
template <typename Statement>
const sql::Expr* condition_of(StatementBinder& binder, const Statement& statement, const FromEntry& target,
                              std::string_view verb) {
  if (statement.limit == nullptr) {
    if (!statement.order_by.empty()) binder.set_error(fmt::format("ORDER BY without LIMIT on {}", verb));
    return statement.where;
  }
  storage::Arena& arena = binder.arena();
  std::vector<const sql::Expr*> key;
  if (!key_names(binder, *target.table, {}, key)) return nullptr;
  const sql::FromItem from = from_item_of(statement.target);
  sql::Select* select = arena.make<sql::Select>();
  select->number = binder.next_number();
  select->columns = as_columns(arena, key);
  select->from = arena.copy_span(std::span<const sql::FromItem>(&from, 1));
  select->where = statement.where;
  select->order_by = statement.order_by;
  select->limit = statement.limit;
  select->offset = statement.offset;
  target.item->indexed_by = nullptr;  // the hint is about the inner loop
  target.item->not_indexed = false;
  sql::Expr* in = arena.make<sql::Expr>();
  in->kind = sql::ExprKind::kInSelect;
  in->select = select;
  if (key.size() == 1) {
    in->left = key.front();
  } else {
    sql::Expr* row = arena.make<sql::Expr>();
    row->kind = sql::ExprKind::kRow;
    row->list = arena.copy_span(key);
    in->left = row;
  }
  return in;
}

/// The rows of a view that a change is about: SELECT * FROM view WHERE w ORDER BY o LIMIT n. It has no alias
/// there.
template <typename Statement>
bool bind_view_rows(StatementBinder& binder, const Statement& statement, std::string_view verb,
                    WithScope* with, const storage::TableDef& view, planner::Select*& out) {
  if (statement.limit == nullptr && !statement.order_by.empty()) {
    binder.set_error(fmt::format("ORDER BY without LIMIT on {}", verb));
    return false;
  }
  storage::Arena& arena = binder.arena();
  sql::FromItem from;
  from.schema.text = view.schema == storage::SchemaName::kMain ? "main" : "temp";
  from.name.text = arena.copy(view.name);
  sql::ResultColumn star;
  star.kind = sql::ResultColumnKind::kStar;
  sql::Select* select = arena.make<sql::Select>();
  select->number = binder.next_number();
  select->columns = arena.copy_span(std::span<const sql::ResultColumn>(&star, 1));
  select->from = arena.copy_span(std::span<const sql::FromItem>(&from, 1));
  select->where = statement.where;
  select->order_by = statement.order_by;
  select->limit = statement.limit;
  select->offset = statement.offset;
  Frame* frame = binder.expand_select(select, with, binder.origin());
  if (frame == nullptr || binder.failed() || !binder.resolve_select(frame, nullptr)) return false;
  out = frame->select;
  return binder.check_select(out);
}

/// The target's `used` set counts only what WHERE mentions.
bool bind_where(StatementBinder& binder, const sql::Expr* where, WithScope* with, Scope& scope, Expr*& out) {
  for (bool& used : scope.frame->from.front().item->used) used = false;
  if (where == nullptr) return true;
  out = bind_expr(binder, where, with, scope);
  return out != nullptr && binder.check_scalar(out);
}

struct UsedKeeper {
  explicit UsedKeeper(planner::Item& item) : item_(item), saved_(item.used.begin(), item.used.end()) {}
  ~UsedKeeper() { std::copy(saved_.begin(), saved_.end(), item_.used.begin()); }
  UsedKeeper(const UsedKeeper&) = delete;
  UsedKeeper& operator=(const UsedKeeper&) = delete;
  planner::Item& item_;
  std::vector<bool> saved_;
};

bool changes_key(const storage::TableDef& table, const std::vector<BoundAssignment>& assignments) {
  for (const BoundAssignment& assignment : assignments) {
    for (const int column : assignment.columns) {
      if (column == planner::kRowidColumn) return true;
      if (table.without_rowid && table.columns[static_cast<std::size_t>(column)].in_primary_key) return true;
    }
  }
  return false;
}

/// Whether a row may be replaced on the way: OR REPLACE, or an ON CONFLICT REPLACE constraint on a changed
/// column.
bool may_replace(const planner::Relation& relation, sql::ConflictAction action,
                 const std::vector<BoundAssignment>& assignments) {
  if (action == sql::ConflictAction::kReplace) return true;
  if (action != sql::ConflictAction::kNone) return false;
  const planner::ChangedColumns changed(relation, assigned_columns(assignments));
  for (const planner::RelationIndex& index : relation.indexes) {
    if (index.def->conflict != storage::ConflictAction::kReplace) continue;
    for (const storage::IndexColumn& key : index.def->key_columns) {
      if (key.column >= 0 && changed.has(key.column)) return true;
    }
  }
  return false;
}

/// UPDATE ... FROM as a SELECT of the target's key and the new values.
bool bind_update_from(StatementBinder& binder, const sql::Update& update, WithScope* with,
                      const FromEntry& target, BoundUpdate& bound) {
  storage::Arena& arena = binder.arena();
  std::vector<const sql::Expr*> columns;
  if (!key_names(binder, *target.table, target.exposed_name, columns)) return false;
  const std::size_t key_size = columns.size();
  for (const sql::Assignment& assignment : update.assignments) {
    const bool is_row = assignment.columns.size() > 1;
    if (is_row && assignment.value->kind != sql::ExprKind::kRow) {
      binder.set_not_supported("a row-valued subquery in the SET of UPDATE ... FROM",
                               assignment.value->span.begin);
      return false;
    }
    for (std::size_t i = 0; i < assignment.columns.size(); ++i) {
      const std::optional<int> column = bind::target_column(*target.table, assignment.columns[i].text);
      if (!column) {
        binder.set_error(fmt::format("no such column: {}", assignment.columns[i].text));
        return false;
      }
      if (!bind::check_assignable(binder, *target.table, *column)) return false;
      BoundAssignment& one = bound.assignments.emplace_back();
      one.columns.push_back(*column);
      one.source_column = static_cast<int>(columns.size());
      columns.push_back(is_row ? assignment.value->list[i] : assignment.value);
    }
  }
  std::vector<sql::FromItem> from{from_item_of(update.target)};
  if (update.from.size() == 1) {
    from.push_back(update.from.front());
  } else {
    sql::ResultColumn star;
    star.kind = sql::ResultColumnKind::kStar;
    sql::Select* joined = arena.make<sql::Select>();
    joined->number = binder.next_number();
    joined->is_parenthesised_join = true;
    joined->columns = arena.copy_span(std::span<const sql::ResultColumn>(&star, 1));
    joined->from = update.from;
    sql::FromItem& item = from.emplace_back();
    item.kind = sql::FromKind::kSubquery;
    item.select = joined;
  }
  from.back().join = {};
  from.back().join.comma = true;
  sql::Select* select = arena.make<sql::Select>();
  select->number = binder.next_number();
  select->columns = as_columns(arena, columns);
  select->from = arena.copy_span(from);
  select->where = update.where;
  // With LIMIT a row counts once, however many rows of FROM it meets.
  if (update.limit != nullptr) {
    select->group_by = arena.copy_span(std::span<const sql::Expr* const>(columns.data(), key_size));
  }
  select->order_by = update.order_by;
  select->limit = update.limit;
  select->offset = update.offset;
  Frame* frame = binder.expand_select(select, with, binder.origin());
  if (frame == nullptr || binder.failed()) return false;
  frame->key_output_count = key_size;
  const auto is_target = [&](const FromEntry& entry) {
    return entry.table == target.table && entry.item->alias == target.item->alias;
  };
  const FromEntry& other = frame->from[1];
  if (is_target(other) ||
      (other.is_nested_join && std::any_of(other.frame->from.begin(), other.frame->from.end(), is_target))) {
    binder.set_error(
        fmt::format("target object/alias may not appear in FROM clause: {}", target.exposed_name));
    return false;
  }
  if (!binder.resolve_select(frame, nullptr)) return false;
  bound.source = frame->select;
  bound.source->is_update_from = true;
  return binder.check_select(bound.source);
}

}  // namespace

std::vector<int> assigned_columns(std::span<const BoundAssignment> assignments) {
  std::vector<int> columns;
  for (const BoundAssignment& one : assignments)
    columns.insert(columns.end(), one.columns.begin(), one.columns.end());
  return columns;
}

Expected<BoundUpdate> bind_update(const sql::Update& update, const BindContext& context) {
  StatementBinder binder(context);
  binder.note_number(update.select_count);
  BoundUpdate bound;
  bound.action = binder.action(update.action);
  const auto run = [&]() {
    WithScope* with = binder.push_with(update.with, nullptr, false);
    Frame& frame = *binder.make_frame();
    const bind::TargetUse use{planner::ItemKind::kTable, sql::TriggerEvent::kUpdate, update.assignments,
                              !update.returning.empty()};
    if (!open_target(binder, update.target, use, frame)) return false;
    FromEntry& target = frame.from.front();
    bound.query.kind = planner::ChangeKind::kUpdate;
    bound.query.target = target.item;
    Scope scope;
    scope.frame = &frame;
    scope.owner = &frame;
    if (!update.from.empty()) {
      if (update.limit == nullptr && !update.order_by.empty()) {
        binder.set_error("ORDER BY without LIMIT on UPDATE");
        return false;
      }
      if (!bind_update_from(binder, update, with, target, bound)) return false;
    } else {
      const bool is_view = is_view_table(*target.table);
      const sql::Expr* where = is_view ? update.where : condition_of(binder, update, target, "UPDATE");
      if (binder.failed() ||
          !bind_assignments(binder, update.assignments, with, scope, *target.table, bound.assignments) ||
          (is_view && !bind_view_rows(binder, update, "UPDATE", with, *target.table, bound.view_rows)) ||
          !bind_where(binder, where, with, scope, bound.query.where)) {
        return false;
      }
    }
    bound.query.multi_row_one_pass_allowed =
        update.returning.empty() && !changes_key(*target.table, bound.assignments) &&
        !may_replace(*target.item->relation, bound.action, bound.assignments);
    const UsedKeeper keeper(*target.item);
    return bind_returning(binder, update.returning, target, with, bound.returning) && binder.check_frames() &&
           check_generated(binder, *target.item->relation);
  };
  if (!run()) return Unexpected(binder.take_error());
  bound.calls_function = binder.calls_function();
  return bound;
}

Expected<BoundDelete> bind_delete(const sql::Delete& del, const BindContext& context) {
  StatementBinder binder(context);
  binder.note_number(del.select_count);
  BoundDelete bound;
  const auto run = [&]() {
    WithScope* with = binder.push_with(del.with, nullptr, false);
    Frame& frame = *binder.make_frame();
    const bind::TargetUse use{
        planner::ItemKind::kTable, sql::TriggerEvent::kDelete, {}, !del.returning.empty()};
    if (!open_target(binder, del.target, use, frame)) return false;
    FromEntry& target = frame.from.front();
    bound.query.kind = planner::ChangeKind::kDelete;
    bound.query.target = target.item;
    Scope scope;
    scope.frame = &frame;
    scope.owner = &frame;
    const bool is_view = is_view_table(*target.table);
    const sql::Expr* where = is_view ? del.where : condition_of(binder, del, target, "DELETE");
    if (is_view && !bind_view_rows(binder, del, "DELETE", with, *target.table, bound.view_rows)) return false;
    if (binder.failed() || !bind_where(binder, where, with, scope, bound.query.where)) return false;
    bound.query.multi_row_one_pass_allowed =
        del.returning.empty() &&
        (bound.query.where == nullptr || !planner::contains_correlated_subquery(bound.query.where));
    const UsedKeeper keeper(*target.item);
    return bind_returning(binder, del.returning, target, with, bound.returning) && binder.check_frames();
  };
  if (!run()) return Unexpected(binder.take_error());
  return bound;
}

}  // namespace leftmost::engine
