#include "engine/exec/trigger_names.h"

#include <optional>
#include <string>

#include "storage/collation.h"

namespace leftmost::engine {
namespace {

// Goes through a body in SQLite's order and stops at the first thing that is wrong.
class NameCheck {
 public:
  NameCheck(std::string_view trigger, storage::SchemaName schema)
      : trigger_(trigger), any_schema_(schema == storage::SchemaName::kTemp) {}

  const std::optional<Error>& error() const { return error_; }

  void look(const sql::Statement& statement) {
    switch (statement.kind) {
      case sql::StatementKind::kSelect:
        return look(sql::as<sql::SelectStatement>(statement).select);
      case sql::StatementKind::kInsert: {
        const auto& insert = sql::as<sql::Insert>(statement);
        look(insert.source);
        for (const sql::Upsert& upsert : insert.upserts) {
          look_at_terms(upsert.target);
          look(upsert.target_where);
          for (const sql::Assignment& assignment : upsert.assignments) look(assignment.value);
          look(upsert.where);
        }
        return;
      }
      case sql::StatementKind::kUpdate: {
        const auto& update = sql::as<sql::Update>(statement);
        look(update.where);
        for (const sql::Assignment& assignment : update.assignments) look(assignment.value);
        look_at_from(update.from);
        return;
      }
      case sql::StatementKind::kDelete:
        return look(sql::as<sql::Delete>(statement).where);
      default:
        return;
    }
  }

  void look(const sql::Expr* expr) {
    if (expr == nullptr || error_) return;
    if (expr->kind == sql::ExprKind::kParameter) return fail("trigger cannot use variables");
    if (expr->kind == sql::ExprKind::kInTable && !expr->qualifiers.empty())
      look_at_schema(expr->qualifiers.front());
    look(expr->left);
    look(expr->right);
    look(expr->list);
    look(expr->select);
    if (expr->call == nullptr) return;
    look(expr->call->filter);
    if (expr->call->over != nullptr) look(*expr->call->over);
  }

 private:
  void fail(std::string message) {
    if (!error_) error_ = Error{ErrorCode::kError, std::move(message), std::nullopt, {}};
  }

  void look_at_schema(const sql::Name& schema) {
    if (any_schema_ || schema.empty() || storage::equals_ignoring_case(schema.text, "main")) return;
    fail("trigger " + std::string(trigger_) + " cannot reference objects in database " +
         std::string(schema.text));
  }

  void look(std::span<const sql::Expr* const> list) {
    for (const sql::Expr* expr : list) look(expr);
  }

  void look_at_terms(std::span<const sql::OrderTerm> terms) {
    for (const sql::OrderTerm& term : terms) look(term.expr);
  }

  void look(const sql::Window& window) {
    look(window.partition_by);
    look_at_terms(window.order_by);
    look(window.start.offset);
    look(window.end.offset);
  }

  void look_at_from(std::span<const sql::FromItem> from) {
    for (const sql::FromItem& item : from) {
      look_at_schema(item.schema);
      look(item.on);
      look(item.select);
      look(item.arguments);
    }
  }

  void look(const sql::Select* last) {
    for (const sql::Select* select = last; select != nullptr && !error_; select = select->prior) {
      look_at_from(select->from);
      if (select->with != nullptr) {
        for (const sql::CommonTable& table : select->with->tables) look(table.select);
      }
      for (const std::span<const sql::Expr* const> row : select->rows) look(row);
      for (const sql::ResultColumn& column : select->columns) look(column.expr);
      look(select->where);
      look(select->group_by);
      look(select->having);
      for (const sql::Window& window : select->windows) look(window);
      look_at_terms(select->order_by);
      look(select->limit);
      look(select->offset);
    }
  }

  std::string_view trigger_;
  bool any_schema_;
  std::optional<Error> error_;
};

}  // namespace

Expected<void> check_trigger_names(const sql::CreateTrigger& create, storage::SchemaName schema) {
  NameCheck check(create.name.text, schema);
  for (const sql::Statement* statement : create.body) check.look(*statement);
  check.look(create.when);
  if (check.error()) return Unexpected(*check.error());
  return {};
}

}  // namespace leftmost::engine
