// Calls: which function, is it allowed here, and to which SELECT does an aggregate belong.
#include <fmt/core.h>

#include <algorithm>

#include "engine/bind/nearest_name.h"
#include "engine/bind/statement_binder.h"
#include "planner/expr_tools.h"
#include "storage/log_est.h"
#include "storage/number_text.h"

namespace leftmost::engine::bind {

using planner::Expr;
using planner::ExprKind;

namespace {

struct MentionedItems {
  std::unordered_set<planner::ItemId> items, inner;

  void add(const Expr* expr) {
    if (expr->kind == ExprKind::kColumn) items.insert(expr->item);
    planner::for_each_child(expr, [this](const Expr* child) { add(child); });
    if (expr->select == nullptr) return;
    for (const planner::Select* arm = expr->select; arm != nullptr; arm = arm->prior) add_items(arm);
    planner::for_each_expr_of_select(expr->select, [this](const Expr* part) {
      if (part != nullptr) add(part);
    });
  }
  void add_items(const planner::Select* select) {
    for (const planner::Item* item : select->items) {
      inner.insert(item->id);
      for (const planner::Select* arm = item->subquery; arm != nullptr; arm = arm->prior) add_items(arm);
    }
  }
};

/// LogEst of a probability that is given in parts of 2^27, as SQLite keeps it.
std::int16_t truth_of(std::int64_t parts) {
  return static_cast<std::int16_t>(storage::log_est(static_cast<std::uint64_t>(parts)) - 270);
}

}  // namespace

std::unordered_set<planner::ItemId> mentioned_items(std::span<Expr* const> exprs) {
  MentionedItems mentioned;
  for (const Expr* expr : exprs) {
    if (expr != nullptr) mentioned.add(expr);
  }
  for (const planner::ItemId item : mentioned.inner) mentioned.items.erase(item);
  return std::move(mentioned.items);
}

Expr* StatementBinder::resolve_call(const sql::Expr* expr, std::string_view name,
                                    std::span<const sql::Expr* const> arguments,
                                    const sql::FunctionCall* call, std::optional<std::size_t> offset,
                                    Scope& scope) {
  const planner::Span span = span_of(expr->span);
  const Expected<const Function*> found =
      context_.functions->find(name, arguments.size(), context_.case_sensitive_like);
  const Function* function = found ? *found : nullptr;
  const bool is_window_call = call != nullptr && call->over != nullptr;
  bool is_aggregate = false;
  std::int16_t truth = 0;
  if (function == nullptr) {
    Error error = found.error();
    error.sql_offset =
        error.code == ErrorCode::kNotSupported ? std::optional<std::size_t>(span.begin) : offset;
    if (error.code != ErrorCode::kNotSupported && !context_.functions->has_name(name)) {
      std::vector<std::string_view> names;
      for (const Function* known : context_.functions->list()) names.push_back(known->name);
      error.hint = nearest_name(name, names);
    }
    set_error(std::move(error));
  } else {
    is_aggregate = function->kind != planner::FunctionKind::kScalar;
    if (function->inline_form == InlineForm::kLikely) truth = truth_of(125'829'120);  // 15/16
    if (function->inline_form == InlineForm::kUnlikely) truth = truth_of(8'388'608);  // 1/16
    if (function->inline_form == InlineForm::kLikelihood) {
      const sql::Expr* probability = arguments[1];
      const double value =
          probability->kind == sql::ExprKind::kReal ? storage::parse_number(probability->text).real : 2.0;
      if (value > 1.0) {
        set_error(fmt::format("second argument to {}() must be a constant between 0.0 and 1.0", name),
                  offset);
      } else {
        truth = truth_of(static_cast<std::int64_t>(value * 134'217'728.0));
      }
    }
    if (function->prohibited_in_schema && scope.forbids_volatile) {
      set_error(fmt::format("non-deterministic functions prohibited in {}", scope.table_expression), offset);
    }
    const bool is_built_in_window = function->kind == planner::FunctionKind::kWindow;
    if (is_window_call && !function->can_be_windowed()) {
      set_error(fmt::format("{}() may not be used as a window function", name), offset);
    } else if (is_aggregate && (!scope.allows_aggregates || (is_built_in_window && !is_window_call) ||
                                (is_window_call && !scope.allows_windows))) {
      const bool is_window = is_built_in_window || is_window_call;
      set_error(fmt::format("misuse of {} function {}()", is_window ? "window" : "aggregate", name), offset);
      is_aggregate = false;
    } else if (!is_aggregate && call != nullptr && call->filter != nullptr) {
      set_error(fmt::format("FILTER may not be used with non-aggregate {}()", name), offset);
    }
  }
  // An aggregate may be the argument of a window function, and neither may be that of an aggregate.
  const bool allowed = scope.allows_aggregates;
  const bool allowed_windows = scope.allows_windows;
  if (is_aggregate) scope.allows_windows = false;
  if (is_aggregate && !is_window_call) scope.allows_aggregates = false;
  std::vector<Expr*> resolved;
  resolve_list(arguments, scope, resolved);
  Expr* filter = nullptr;
  Expr* window = nullptr;
  if (is_aggregate && is_window_call) {
    if (!failed()) window = resolve_window(*function, resolved, *call, span, scope);
  } else if (is_aggregate && call != nullptr && call->filter != nullptr) {
    filter = resolve(call->filter, scope);
  }
  scope.allows_aggregates = allowed;
  scope.allows_windows = allowed_windows;
  // A wrong call does not stop SQLite from looking at what stands beside it: something has to be returned.
  if (function == nullptr || failed()) return make(ExprKind::kLiteral, nullptr, nullptr, span);
  if (window != nullptr) return window;
  if (is_aggregate) {
    planner::AggregateCall aggregate;
    aggregate.function = function;
    aggregate.arguments = to_span(resolved);
    aggregate.distinct = call != nullptr && call->distinct;
    aggregate.filter = filter;
    aggregate.span = span;
    return make_aggregate(aggregate, name, offset, scope);
  }
  if (function->inline_form == InlineForm::kLikely || function->inline_form == InlineForm::kUnlikely ||
      function->inline_form == InlineForm::kLikelihood) {
    Expr* marker = make(ExprKind::kLikelihood, resolved[0], nullptr, span);
    marker->truth = truth;
    return marker;
  }
  if (function->inline_form == InlineForm::kNone) calls_function_ = true;
  Expr* made = make(ExprKind::kFunction, nullptr, nullptr, span);
  made->function = function;
  made->list = to_span(resolved);
  return made;
}

Expr* StatementBinder::make_aggregate(const planner::AggregateCall& call, std::string_view name,
                                      std::optional<std::size_t> offset, Scope& scope) {
  std::vector<Expr*> parts(call.arguments.begin(), call.arguments.end());
  parts.push_back(call.filter);
  std::unordered_set<planner::ItemId> mentioned = mentioned_items(parts);
  for (const FromEntry& entry : excluded_) mentioned.erase(entry.item->id);  // a value, no column
  // It belongs to the innermost SELECT whose columns it reads; to its own if it reads none.
  Scope* owner = &scope;
  bool is_lost = false;
  if (!mentioned.empty()) {
    while (owner != nullptr) {
      const bool reads =
          owner->frame != nullptr &&
          std::any_of(owner->frame->from.begin(), owner->frame->from.end(),
                      [&](const FromEntry& entry) { return mentioned.count(entry.item->id) != 0; });
      if (reads) break;
      // SQLite looks for the aggregates of a SELECT one level of FROM too high, so it never finds these.
      if (owner->frame != nullptr && owner->frame->is_in_from) is_lost = true;
      owner = owner->outer;
    }
  }
  if (owner == nullptr || is_lost || owner->frame == nullptr || owner->frame->select == nullptr) {
    set_error(fmt::format("misuse of aggregate: {}()", name), offset);
    return nullptr;
  }
  owner->has_aggregates = true;
  Frame& frame = *owner->frame;
  const auto same = [&](const planner::AggregateCall& other) {
    if (other.function != call.function || other.distinct != call.distinct ||
        other.arguments.size() != call.arguments.size() ||
        (other.filter == nullptr) != (call.filter == nullptr)) {
      return false;
    }
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      if (!planner::same_expr(other.arguments[i], call.arguments[i])) return false;
    }
    return call.filter == nullptr || planner::same_expr(other.filter, call.filter);
  };
  std::size_t slot = 0;
  while (slot < frame.aggregates.size() && !same(frame.aggregates[slot])) ++slot;
  if (slot == frame.aggregates.size()) {
    frame.aggregates.push_back(call);
    frame.aggregate_names.emplace_back(name, offset);
  }
  Expr* made = make(ExprKind::kAggregate, nullptr, nullptr, call.span);
  made->slot = static_cast<int>(slot);
  made->owner = frame.select;
  return made;
}

}  // namespace leftmost::engine::bind
