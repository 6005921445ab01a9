#include "planner/barrier_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/coder.h"
#include "planner/expr_text.h"
#include "planner/reason_words.h"
#include "planner/window_pass.h"

namespace leftmost::planner {

namespace {

template <typename Visit>
void for_each_conjunct(const Expr* where, Visit&& visit) {
  for (; where != nullptr && where->kind == ExprKind::kAnd; where = where->left) {
    for_each_conjunct(where->right, visit);
  }
  if (where != nullptr) visit(where);
}

/// The first condition as written about columns of the item; with `alone`, about nothing else.
const Expr* waiting_condition(const Select& outer, const Item& item, bool alone) {
  const Expr* found = nullptr;
  for_each_conjunct(outer.where, [&](const Expr* condition) {
    if (!mentions_item(condition, item.id)) return;
    if (alone ? !is_about_item_alone(condition, item)
              : condition->kind != ExprKind::kEq && condition->kind != ExprKind::kIs)
      return;
    if (found == nullptr || condition->span.begin < found->span.begin) found = condition;
  });
  return found;
}

/// The operation that compares whole rows, if there is one.
CompoundOp comparing_operation(const Select* last) {
  for (const Select* arm = last; arm->prior != nullptr; arm = arm->prior) {
    if (arm->op != CompoundOp::kUnionAll) return arm->op;
  }
  return CompoundOp::kNone;
}

std::string_view name_of(CompoundOp op) {
  switch (op) {
    case CompoundOp::kUnion:
      return "UNION";
    case CompoundOp::kIntersect:
      return "INTERSECT";
    case CompoundOp::kExcept:
      return "EXCEPT";
    default:
      return "UNION ALL";
  }
}

/// A window call of some arm.
const Expr* window_call(const Select* last) {
  for (const Select* arm = last; arm != nullptr; arm = arm->prior) {
    if (!arm->windows.empty()) return arm->windows.front();
  }
  return nullptr;
}

/// Whether the condition asks for what windows compute, and whether all else it asks for is a PARTITION BY of
/// them.
struct WindowUse {
  bool of_results = false;
  bool of_partitions_only = true;
};

void look_at_columns(const Expr* condition, const Item& item, std::span<Expr* const> partition,
                     WindowUse& use) {
  if (condition->kind == ExprKind::kColumn && condition->item == item.id && condition->column >= 0) {
    const Expr* source = item.subquery->columns[static_cast<std::size_t>(condition->column)].expr;
    use.of_results = use.of_results || contains_window(source);
    use.of_partitions_only = use.of_partitions_only && is_constant_or_one_of(source, partition);
  }
  for_each_child(condition, [&](const Expr* child) { look_at_columns(child, item, partition, use); });
}

bool reads_a_table(const Select* select) {
  for (; select != nullptr; select = select->prior) {
    for (const Item* item : select->items) {
      if (item->kind == ItemKind::kTable || item->kind == ItemKind::kSubquery) return true;
    }
  }
  return false;
}

/// Merged into the query around it if the CTE were not stored: then join conditions could be searched as
/// well.
bool is_plain(const Select& inner) {
  return inner.prior == nullptr && !inner.is_aggregate && !inner.distinct && inner.limit == nullptr;
}

bool is_known(const PlanReasons& reasons, std::string_view code, std::string_view subject) {
  return std::any_of(reasons.general.begin(), reasons.general.end(), [&](const GeneralReason& reason) {
    return reason.code == code && reason.subject == subject;
  });
}

}  // namespace

bool explain_window_barrier(PlanReasons& reasons, const Select& outer, const Item& item) {
  const Select& inner = *item.subquery;
  const Expr* call = window_call(&inner);
  if (call == nullptr || inner.is_recursive || inner.limit != nullptr || item.join.right ||
      !reads_a_table(&inner))
    return false;
  const bool may_push = inner.prior == nullptr && !inner.has_several_partitions;
  const std::span<Expr* const> partition = may_push ? window_partition(*call) : std::span<Expr* const>();
  const Expr* waiting = nullptr;
  for_each_conjunct(outer.where, [&](const Expr* condition) {
    if (!mentions_item(condition, item.id) || !is_about_item_alone(condition, item)) return;
    WindowUse use;
    look_at_columns(condition, item, partition, use);
    if (use.of_results || (use.of_partitions_only && !partition.empty())) return;
    if (waiting == nullptr || condition->span.begin < waiting->span.begin) waiting = condition;
  });
  if (waiting == nullptr) return false;
  const std::string name = words_of_item(item);
  reasons.general.push_back(
      {"window-barrier", name, waiting->span,
       fmt::format("{}() inside {} needs the rows that {} leaves out, so that is tested on what comes "
                   "out; only conditions on what all its windows PARTITION BY go inside",
                   call->function->name, name, to_text(waiting, outer.items))});
  return true;
}

void explain_barrier(PlanReasons& reasons, const Select& outer, const Item& item) {
  const Select& inner = *item.subquery;
  if (inner.is_recursive || !inner.values_rows.empty() || item.join.right || !reads_a_table(&inner)) return;
  const std::string name = words_of_item(item);
  const Expr* alone = waiting_condition(outer, item, true);
  if (alone != nullptr && inner.limit != nullptr) {
    reasons.general.push_back(
        {"subquery-limit-barrier", name, alone->span,
         fmt::format("LIMIT {} inside {} settles first which rows there are, so {} is tested only on those",
                     to_text(inner.limit), name, to_text(alone, outer.items))});
    return;
  }
  if (const CompoundOp op = comparing_operation(&inner); alone != nullptr && op != CompoundOp::kNone) {
    reasons.general.push_back(
        {"set-operation-barrier", name, alone->span,
         fmt::format(
             "{} inside {} compares whole rows of both sides first, so {} is tested on what comes out",
             name_of(op), name, to_text(alone, outer.items))});
    return;
  }
  const SharedQuery* shared = item.shared;
  if (shared == nullptr || shared->is_view || shared->hint == CteHint::kNotMaterialized) return;
  const bool by_hint = shared->hint == CteHint::kMaterialized;
  if (!by_hint && shared->reference_count < 2) return;
  const Expr* waiting = alone != nullptr  ? alone
                        : is_plain(inner) ? waiting_condition(outer, item, false)
                                          : nullptr;
  if (waiting == nullptr || is_known(reasons, "cte-materialized", shared->name)) return;
  reasons.general.push_back(
      {"cte-materialized", std::string(shared->name), item.span,
       by_hint
           ? fmt::format("MATERIALIZED stores all rows of {} first, and what is stored has no index for {}",
                         shared->name, to_text(waiting, outer.items))
           : fmt::format("{} is used {} times, so all its rows are stored first, and what is stored has no "
                         "index for {}",
                         shared->name, shared->reference_count, to_text(waiting, outer.items))});
}

}  // namespace leftmost::planner
