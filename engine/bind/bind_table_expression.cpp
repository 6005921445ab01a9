// Expressions that belong to a table: CHECK, DEFAULT, index columns, the WHERE of a partial index.
#include <fmt/core.h>

#include "engine/bind/statement_binder.h"

namespace leftmost::engine {

namespace {

std::string_view place_of(TableExpressionUse use) {
  switch (use) {
    case TableExpressionUse::kCheck:
      return "CHECK constraints";
    case TableExpressionUse::kIndexColumn:
      return "index expressions";
    case TableExpressionUse::kIndexWhere:
      return "partial index WHERE clauses";
    case TableExpressionUse::kGenerated:
      return "generated columns";
    case TableExpressionUse::kDefault:
      return "default values";
  }
  return "";
}

/// No column, no subquery; functions are welcome.
bool is_constant_or_function(const sql::Expr* expr) {
  switch (expr->kind) {
    case sql::ExprKind::kFunction:
    case sql::ExprKind::kCurrentDate:
    case sql::ExprKind::kCurrentTime:
    case sql::ExprKind::kCurrentTimestamp:
    case sql::ExprKind::kLike:
    case sql::ExprKind::kGlob:
      break;
    case sql::ExprKind::kParameter:
      return false;
    default: {
      if (expr->list.empty() && expr->left == nullptr) return bind::is_constant_at_parse(expr);
      if (expr->select != nullptr) return false;
    }
  }
  if (expr->left != nullptr && !is_constant_or_function(expr->left)) return false;
  if (expr->right != nullptr && !is_constant_or_function(expr->right)) return false;
  for (const sql::Expr* element : expr->list) {
    if (element != nullptr && !is_constant_or_function(element)) return false;
  }
  return true;
}

}  // namespace

Expected<planner::Expr*> bind_table_expression(const sql::Expr& expr, const storage::TableDef& table,
                                               TableExpressionUse use, const BindContext& context) {
  const bool is_default = use == TableExpressionUse::kDefault;
  if (is_default && expr.kind == sql::ExprKind::kName && expr.qualifiers.empty() &&
      !bind::is_constant_at_parse(&expr)) {
    // DEFAULT word: the word is a string.
    planner::Expr* text = context.arena->make<planner::Expr>();
    text->value = storage::Value::text(expr.text);
    return text;
  }
  const bool is_index_column = use == TableExpressionUse::kIndexColumn;
  const bool is_generated = use == TableExpressionUse::kGenerated;
  if (is_default && !is_constant_or_function(&expr)) {
    return fail(ErrorCode::kError, "default value of column is not constant", expr.span.begin);
  }
  bind::StatementBinder binder(context);
  bind::Frame* frame = binder.make_frame();
  if (!is_default) {
    bind::FromEntry& entry = frame->from.emplace_back();
    entry.item = context.arena->make<planner::Item>();
    entry.item->id = planner::kSelfItem;
    entry.item->kind = planner::ItemKind::kRow;
    entry.table = &table;
    entry.exposed_name = table.name;
    entry.schema_name = table.temporary() ? "temp" : "main";
    binder.register_entry(entry);
  }
  bind::Scope scope;
  scope.frame = frame;
  scope.owner = frame;
  scope.table_expression = place_of(use);
  scope.forbids_parameters = true;
  scope.forbids_rowid = is_index_column || is_generated;
  scope.forbids_dots = is_index_column || is_generated;
  scope.forbids_volatile = is_index_column || is_generated || use == TableExpressionUse::kIndexWhere;
  scope.ignores_schema = true;
  planner::Expr* bound = binder.resolve_whole(&expr, scope);
  if (bound == nullptr) return Unexpected(binder.take_error());
  if (!binder.check_scalar(bound)) {
    // SQLite says so when it wants the value.
    if (is_generated) return not_supported("a generated column of row values", expr.span.begin);
    return Unexpected(binder.take_error());
  }
  return bound;
}

}  // namespace leftmost::engine
