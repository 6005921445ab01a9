// What only a trigger has: WHEN, and in its body OLD, NEW and RAISE().
#include "engine/bind/change_parts.h"
#include "storage/collation.h"

namespace leftmost::engine {

Expected<planner::Expr*> bind_trigger_condition(const sql::Expr& when, const BindContext& context) {
  bind::StatementBinder binder(context);
  bind::Frame& frame = *binder.make_frame();
  bind::Scope scope;
  scope.frame = &frame;
  scope.owner = &frame;
  planner::Expr* bound = bind::bind_expr(binder, &when, nullptr, scope);
  if (bound == nullptr || !binder.check_scalar(bound) || !binder.check_frames())
    return Unexpected(binder.take_error());
  return bound;
}

}  // namespace leftmost::engine

namespace leftmost::engine::bind {

using planner::Expr;
using planner::ExprKind;
using storage::equals_ignoring_case;

// To SQLite OLD and NEW are registers: a column keeps its collation, but only the rowid has an affinity.
Expr* StatementBinder::trigger_value(const NamePath& path) {
  const TriggerRows* const rows = context_.trigger;
  if (rows == nullptr || !path.schema.empty()) return nullptr;
  const bool is_new = rows->has_new && equals_ignoring_case(path.table, "new");
  if (!is_new && !(rows->has_old && equals_ignoring_case(path.table, "old"))) return nullptr;
  const storage::TableDef& table = *rows->table;
  int column = table.find_column(path.column);
  if (column < 0 && (!is_rowid_name(path.column) || table.without_rowid)) return nullptr;
  if (context_.resolved_names != nullptr && !path.span.empty()) {
    context_.resolved_names->push_back({path.span.begin, table.id, column, true});
  }
  if (column < 0 || column == table.rowid_alias) column = planner::kRowidColumn;
  Expr* value = make(ExprKind::kParameter, nullptr, nullptr, path.span);
  value->of_row = true;
  value->column = column;
  value->parameter = rows->parameter(is_new, column);
  if (rows->used != nullptr) (*rows->used)[static_cast<std::size_t>(value->parameter) - 1] = true;
  value->has_affinity = column < 0 || rows->keep_affinity;
  value->affinity = storage::Affinity::kInteger;
  if (column >= 0) {
    value->affinity = table.columns[static_cast<std::size_t>(column)].affinity;
    value->collation = table.columns[static_cast<std::size_t>(column)].collation;
  }
  return value;
}

Expr* StatementBinder::resolve_raise(const sql::Expr* expr) {
  if (context_.trigger == nullptr) {
    set_error("RAISE() may only be used within a trigger-program");
    return nullptr;
  }
  Expr* raise = make(ExprKind::kRaise, nullptr, nullptr, span_of(expr->span));
  switch (expr->raise) {
    case sql::RaiseAction::kIgnore:
      raise->raise = planner::RaiseAction::kIgnore;
      return raise;
    case sql::RaiseAction::kRollback:
      raise->raise = planner::RaiseAction::kRollback;
      break;
    case sql::RaiseAction::kAbort:
      raise->raise = planner::RaiseAction::kAbort;
      break;
    case sql::RaiseAction::kFail:
      raise->raise = planner::RaiseAction::kFail;
      break;
  }
  raise->value = storage::Value::text(expr->text);
  return raise;
}

}  // namespace leftmost::engine::bind
