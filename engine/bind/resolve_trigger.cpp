#include "engine/bind/resolve_trigger.h"

#include "engine/bind/change_parts.h"

namespace leftmost::engine {
namespace {

using bind::Frame;
using bind::Scope;
using bind::StatementBinder;

/// One statement of the body.
class StepResolver {
 public:
  explicit StepResolver(StatementBinder& binder) : binder_(binder) {}

  bool resolve(const sql::Statement& statement) {
    switch (statement.kind) {
      case sql::StatementKind::kSelect:
        return query(sql::as<sql::SelectStatement>(statement).select) != nullptr;
      case sql::StatementKind::kInsert:
        return resolve_insert(sql::as<sql::Insert>(statement));
      case sql::StatementKind::kUpdate:
        return resolve_update(sql::as<sql::Update>(statement));
      case sql::StatementKind::kDelete: {
        const auto& del = sql::as<sql::Delete>(statement);
        Frame* const frame = query(target_query({}, del.target, {}));
        return frame != nullptr && resolve_in(*frame, del.where, nullptr);
      }
      default:
        return true;
    }
  }

 private:
  Frame* query(const sql::Select* select) {
    Frame* const frame = binder_.expand_select(select, nullptr, binder_.origin());
    if (frame == nullptr || binder_.failed() || !binder_.resolve_select(frame, nullptr)) return nullptr;
    return frame;
  }

  /// SELECT values FROM target, from; without values *.
  const sql::Select* target_query(const std::vector<const sql::Expr*>& values, const sql::Target& target,
                                  std::span<const sql::FromItem> from) {
    storage::Arena& arena = binder_.arena();
    std::vector<sql::ResultColumn> columns;
    for (const sql::Expr* value : values) columns.emplace_back().expr = value;
    if (columns.empty()) columns.emplace_back().kind = sql::ResultColumnKind::kStar;
    std::vector<sql::FromItem> items(1);
    items.front().name = target.name;
    items.front().alias = target.alias;
    items.front().span = target.name.span;
    for (const sql::FromItem& item : from) items.push_back(item);
    if (items.size() > 1 && !items[1].join.left && !items[1].join.right) items[1].join.comma = true;
    sql::Select* select = arena.make<sql::Select>();
    select->number = binder_.next_number();
    select->columns = arena.copy_span(columns);
    select->from = arena.copy_span(items);
    return select;
  }

  bool resolve_in(Frame& frame, const sql::Expr* expr, bind::FromEntry* excluded) {
    if (expr == nullptr) return true;
    Scope scope;
    scope.frame = &frame;
    scope.owner = &frame;
    scope.excluded = excluded;
    return bind::bind_expr(binder_, expr, nullptr, scope) != nullptr;
  }

  bool resolve_insert(const sql::Insert& insert) {
    if (insert.source != nullptr && query(insert.source) == nullptr) return false;
    Frame* const frame = query(target_query({}, insert.target, {}));
    if (frame == nullptr) return false;
    if (insert.upserts.empty()) return true;
    const auto object = binder_.context().relations->find(binder_.context().schema, insert.target.name.text);
    bind::FromEntry* const excluded =
        object && object->table ? binder_.make_excluded(object->table) : nullptr;
    for (const sql::Upsert& upsert : insert.upserts) {
      for (const sql::OrderTerm& term : upsert.target) {
        if (!resolve_in(*frame, term.expr, excluded)) return false;
      }
      for (const sql::Assignment& assignment : upsert.assignments) {
        if (!resolve_in(*frame, assignment.value, excluded)) return false;
      }
      if (!resolve_in(*frame, upsert.where, excluded) || !resolve_in(*frame, upsert.target_where, excluded))
        return false;
    }
    return true;
  }

  bool resolve_update(const sql::Update& update) {
    std::vector<const sql::Expr*> values;
    for (const sql::Assignment& assignment : update.assignments) {
      const sql::Expr& value = *assignment.value;
      if (value.kind == sql::ExprKind::kRow) {
        values.insert(values.end(), value.list.begin(), value.list.end());
      } else if (assignment.columns.size() > 1 && value.select != nullptr) {
        // Of a row-valued subquery only the names count.
        sql::Expr* exists = binder_.arena().make<sql::Expr>();
        exists->kind = sql::ExprKind::kExists;
        exists->select = value.select;
        values.push_back(exists);
      } else {
        values.push_back(&value);
      }
    }
    Frame* const frame = query(target_query(values, update.target, update.from));
    return frame != nullptr && resolve_in(*frame, update.where, nullptr);
  }

  StatementBinder& binder_;
};

}  // namespace

Expected<void> resolve_trigger(const sql::CreateTrigger& trigger, const BindContext& context) {
  if (trigger.when != nullptr) {
    StatementBinder binder(context);
    Scope scope;
    Frame& frame = *binder.make_frame();
    scope.frame = &frame;
    scope.owner = &frame;
    if (bind::bind_expr(binder, trigger.when, nullptr, scope) == nullptr)
      return Unexpected(binder.take_error());
  }
  for (const sql::Statement* statement : trigger.body) {
    StatementBinder binder(context);
    if (!StepResolver(binder).resolve(*statement)) return Unexpected(binder.take_error());
  }
  return {};
}

}  // namespace leftmost::engine
