#include <fmt/core.h>

#include <algorithm>

#include "engine/bind/change_parts.h"
#include "engine/bind/nearest_name.h"
#include "engine/bind/view_table.h"
#include "planner/expr_tools.h"
#include "planner/generated_columns.h"
#include "storage/collation.h"

namespace leftmost::engine::bind {

using storage::equals_ignoring_case;

std::string target_text(const sql::Target& target) {
  if (!target.alias.empty()) return std::string(target.alias.text);
  if (!target.schema.empty()) return fmt::format("{}.{}", target.schema.text, target.name.text);
  return std::string(target.name.text);
}

namespace {

/// The view as a table, if SQLite lets it be written: it has triggers for it, or RETURNING, which is one to
/// SQLite.
storage::TablePtr writable_view(StatementBinder& binder, const storage::ViewPtr& view, const TargetUse& use) {
  const auto firing =
      binder.context().relations->firing_triggers(view->name, view->schema, use.event, use.assignments);
  if (!firing) {
    binder.set_error(firing.error());
    return nullptr;
  }
  auto table = view_table(view, binder.context());
  if (!table) {
    table.error().sql_offset.reset();
    binder.set_error(table.error());
    return nullptr;
  }
  if (!firing->empty() || use.has_returning) return *table;
  binder.set_error(fmt::format("cannot modify {} because it is a view", view->name));
  return nullptr;
}

}  // namespace

bool open_target(StatementBinder& binder, const sql::Target& target, const TargetUse& use, Frame& frame) {
  RelationCache& relations = *binder.context().relations;
  // The statements of a trigger in main write to main.
  const std::string_view schema = target.schema.empty() ? binder.context().schema : target.schema.text;
  const std::optional<NamedObject> object = relations.find(schema, target.name.text);
  const std::size_t offset = target.name.span.begin;
  if (!object) {
    if (const TableFunction* function = binder.context().functions->find_table_function(target.name.text)) {
      binder.set_error(fmt::format("table {} may not be modified", function->relation().def->name));
      return false;
    }
    std::vector<std::string_view> names;
    const std::vector<storage::TablePtr> tables = relations.catalog().tables(storage::SchemaName::kMain);
    for (const storage::TablePtr& table : tables) names.push_back(table->name);
    const std::string shown =
        schema.empty() ? std::string(target.name.text) : fmt::format("{}.{}", schema, target.name.text);
    binder.set_error(fmt::format("no such table: {}", shown), std::nullopt,
                     nearest_name(target.name.text, names));
    return false;
  }
  if (object->unsupported != nullptr) {
    binder.set_not_supported(fmt::format("writing to {} {}", object->unsupported->kind, target.name.text),
                             offset);
    return false;
  }
  const storage::TablePtr table =
      object->view == nullptr ? object->table : writable_view(binder, object->view, use);
  if (table == nullptr) return false;
  frame.from.reserve(1);
  FromEntry& entry = frame.from.emplace_back();
  if (!binder.make_table_entry(entry, table, use.kind)) return false;
  entry.item->schema = target.schema.text;
  entry.item->name = target.name.text;
  entry.item->alias = target.alias.text;
  entry.item->span = binder.span_of(target.name.span);
  if (!target.alias.empty()) entry.exposed_name = target.alias.text;
  binder.register_entry(entry);
  if (!binder.apply_index_hint(entry, target.indexed_by, target.not_indexed)) return false;
  if (table->id == kMainSchemaTable || table->id == kTempSchemaTable) {
    binder.set_error(fmt::format("table {} may not be modified", table->name));
    return false;
  }
  const std::vector<storage::UnsupportedPtr> attached =
      relations.catalog().unsupported_on(table->name, table->schema);
  if (!attached.empty()) {
    binder.set_not_supported(
        fmt::format("writing to {}, which has the {} {}", table->name, attached[0]->kind, attached[0]->name),
        offset);
    return false;
  }
  return true;
}

std::optional<int> target_column(const storage::TableDef& table, std::string_view name) {
  const int column = table.find_column(name);
  if (column >= 0) return column == table.rowid_alias ? planner::kRowidColumn : column;
  if (is_rowid_name(name) && !table.without_rowid) return planner::kRowidColumn;
  return std::nullopt;
}

bool check_assignable(StatementBinder& binder, const storage::TableDef& table, int column) {
  if (column < 0) return true;
  const storage::ColumnDef& def = table.columns[static_cast<std::size_t>(column)];
  if (def.generated == storage::GeneratedKind::kNone) return true;
  binder.set_error(fmt::format("cannot UPDATE generated column \"{}\"", def.name));
  return false;
}

bool check_generated(StatementBinder& binder, const planner::Relation& relation) {
  const int loop = planner::order_for_writing(relation).loop;
  if (loop < 0) return true;
  binder.set_error(fmt::format("generated column loop on \"{}\"",
                               relation.def->columns[static_cast<std::size_t>(loop)].name));
  return false;
}

planner::Expr* bind_expr(StatementBinder& binder, const sql::Expr* expr, WithScope* with, Scope& scope) {
  if (!binder.expand_expr(*scope.owner, expr, with, binder.origin()) || binder.failed()) return nullptr;
  return binder.resolve_whole(expr, scope);
}

namespace {

/// Of several values for one column the last one counts; the others are not even computed. The rest is
/// computed in the order of the table's columns, the rowid first.
void put_in_column_order(std::vector<BoundAssignment>& assignments) {
  if (assignments.size() < 2) return;
  for (std::size_t i = assignments.size(); i-- > 0;) {
    const auto is_overwritten = [&](int column) {
      return std::any_of(assignments.begin() + static_cast<std::ptrdiff_t>(i) + 1, assignments.end(),
                         [column](const BoundAssignment& later) {
                           return std::find(later.columns.begin(), later.columns.end(), column) !=
                                  later.columns.end();
                         });
    };
    const std::vector<int>& columns = assignments[i].columns;
    if (std::all_of(columns.begin(), columns.end(), is_overwritten))
      assignments.erase(assignments.begin() + static_cast<std::ptrdiff_t>(i));
  }
  // Where a row value keeps a column that is assigned again behind it, the order in which they are put in
  // matters.
  const auto has_several = [](const BoundAssignment& one) { return one.columns.size() > 1; };
  if (std::any_of(assignments.begin(), assignments.end(), has_several)) {
    std::vector<int> all;
    for (const BoundAssignment& one : assignments)
      all.insert(all.end(), one.columns.begin(), one.columns.end());
    std::sort(all.begin(), all.end());
    if (std::adjacent_find(all.begin(), all.end()) != all.end()) return;
  }
  const auto first_column = [](const BoundAssignment& one) {
    return *std::min_element(one.columns.begin(), one.columns.end());
  };
  std::stable_sort(
      assignments.begin(), assignments.end(),
      [&](const BoundAssignment& a, const BoundAssignment& b) { return first_column(a) < first_column(b); });
}

}  // namespace

bool bind_assignments(StatementBinder& binder, std::span<const sql::Assignment> assignments, WithScope* with,
                      Scope& scope, const storage::TableDef& table, std::vector<BoundAssignment>& out) {
  const auto column_of = [&](const sql::Name& name, std::vector<int>& columns) {
    const std::optional<int> column = target_column(table, name.text);
    if (column) {
      columns.push_back(*column);
      return check_assignable(binder, table, *column);
    }
    std::vector<std::string_view> names;
    for (const storage::ColumnDef& def : table.columns) names.push_back(def.name);
    binder.set_error(fmt::format("no such column: {}", name.text), std::nullopt,
                     nearest_name(name.text, names));
    return false;
  };
  for (const sql::Assignment& assignment : assignments) {
    const bool is_row = assignment.value->kind == sql::ExprKind::kRow && assignment.columns.size() > 1;
    if (!is_row) {
      BoundAssignment& bound = out.emplace_back();
      bound.value = bind_expr(binder, assignment.value, with, scope);
      if (bound.value == nullptr) return false;
      for (const sql::Name& name : assignment.columns) {
        if (!column_of(name, bound.columns)) return false;
      }
      const int width = planner::row_size(bound.value);
      if (bound.columns.size() > 1 && static_cast<std::size_t>(width) != bound.columns.size()) {
        binder.set_error(fmt::format("{} columns assigned {} values", bound.columns.size(), width));
        return false;
      }
      if (bound.columns.size() > 1 ? !binder.check_select(bound.value->select)
                                   : !binder.check_scalar(bound.value)) {
        return false;
      }
      continue;
    }
    for (std::size_t i = 0; i < assignment.columns.size() && i < assignment.value->list.size(); ++i) {
      BoundAssignment& bound = out.emplace_back();
      bound.value = bind_expr(binder, assignment.value->list[i], with, scope);
      if (bound.value == nullptr || !column_of(assignment.columns[i], bound.columns) ||
          !binder.check_scalar(bound.value)) {
        return false;
      }
    }
  }
  put_in_column_order(out);
  return true;
}

bool bind_returning(StatementBinder& binder, std::span<const sql::ResultColumn> returning,
                    const FromEntry& target, WithScope* with, BoundReturning& out) {
  if (returning.empty()) return true;
  for (const sql::ResultColumn& column : returning) {
    if (column.kind == sql::ResultColumnKind::kTableStar) {
      binder.set_error("RETURNING may not use \"TABLE.*\" wildcards");
      return false;
    }
  }
  sql::Select* syntax = binder.arena().make<sql::Select>();
  syntax->columns = returning;
  Frame& frame = *binder.make_frame();
  frame.syntax = syntax;
  frame.select = binder.arena().make<planner::Select>();
  FromEntry& entry = frame.from.emplace_back(target);
  entry.exposed_name = entry.table->name;
  entry.types_of_first_column = true;
  binder.begin_returning(with);
  if (!binder.expand_outputs(frame)) return false;
  for (const OutputColumn& output : frame.output) {
    if (output.expr != nullptr &&
        (!binder.expand_expr(frame, output.expr, with, binder.origin()) || binder.failed()))
      return false;
  }
  Scope scope;
  scope.frame = &frame;
  scope.owner = &frame;
  if (!binder.resolve_outputs(frame, scope, out.columns)) return false;
  for (const planner::ResultColumn& column : out.columns) {
    if (!binder.check_scalar(column.expr)) return false;
  }
  return true;
}

}  // namespace leftmost::engine::bind
