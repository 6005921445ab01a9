// Calls with OVER: the window they mean, and the frame that the function insists on.
#include <algorithm>

#include "engine/bind/statement_binder.h"
#include "engine/sql/window_names.h"
#include "planner/expr_tools.h"
#include "planner/window_pass.h"

namespace leftmost::engine::bind {

using planner::Expr;
using planner::ExprKind;

namespace {

planner::FrameUnit unit_of(sql::FrameUnit unit) {
  switch (unit) {
    case sql::FrameUnit::kRange:
      return planner::FrameUnit::kRange;
    case sql::FrameUnit::kRows:
      return planner::FrameUnit::kRows;
    case sql::FrameUnit::kGroups:
      break;
  }
  return planner::FrameUnit::kGroups;
}

}  // namespace

bool StatementBinder::expand_window(Frame& owner, const sql::Window& window, WithScope* with,
                                    const TextOrigin& origin) {
  // A definition and those that continue it have the same terms.
  const auto expand = [&](const sql::Expr* term) {
    return owner.expanded_window_terms.insert(term).second ? expand_expr(owner, term, with, origin) : true;
  };
  for (const sql::OrderTerm& term : window.order_by) {
    if (!expand(term.expr)) return false;
  }
  for (const sql::Expr* term : window.partition_by) {
    if (!expand(term)) return false;
  }
  return true;
}

Expr* StatementBinder::resolve_window_term(const sql::Expr* term, Scope& scope) {
  auto& known = scope.frame->window_terms;
  if (const auto found = known.find(term); found != known.end())
    return planner::clone(found->second, arena());
  Expr* made = resolve(term, scope);
  if (made != nullptr && planner::contains_subquery(made)) known.emplace(term, made);
  return made;
}

Expr* StatementBinder::resolve_frame_offset(const sql::Expr* offset) {
  if (offset == nullptr) return nullptr;
  Scope nothing;
  // What is no constant is NULL to SQLite, and a complaint when the statement runs.
  if (!is_constant_at_parse(offset)) return make(ExprKind::kLiteral, nullptr, nullptr, span_of(offset->span));
  return resolve(offset, nothing);
}

Expr* StatementBinder::resolve_window(const Function& function, const std::vector<Expr*>& arguments,
                                      const sql::FunctionCall& call, planner::Span span, Scope& scope) {
  for (const Expr* argument : arguments) {
    // SQLite computes these arguments when they are stepped and sees which of them are JSON; rows that are
    // kept do not say so any more.
    const bool is_plain = argument->kind == ExprKind::kColumn || argument->kind == ExprKind::kLiteral;
    if (!function.reads_subtypes || is_plain) continue;
    set_not_supported(std::string(function.name) + "() of an expression as a window function", span.begin);
    return nullptr;
  }
  const std::span<const sql::Window> definitions =
      scope.frame->syntax != nullptr ? scope.frame->syntax->windows : std::span<const sql::Window>();
  sql::Window window = *call.over;
  if (window.is_reference) {
    const sql::Window* definition = sql::find_window(definitions, window.name.text);
    if (definition == nullptr) {
      set_error(sql::no_such_window(window.name.text));
    } else {
      window = *definition;
    }
  } else if (const std::string error = sql::extend_window(window, definitions); !error.empty()) {
    set_error(error);
  }
  const bool has_offset = window.start.offset != nullptr || window.end.offset != nullptr;
  if (window.unit == sql::FrameUnit::kRange && has_offset && window.order_by.size() != 1) {
    set_error("RANGE with offset PRECEDING/FOLLOWING requires one ORDER BY expression");
  } else if (function.kind == planner::FunctionKind::kWindow && call.filter != nullptr) {
    set_error("FILTER clause may only be used with aggregate window functions");
  }

  planner::WindowCall* made = arena().make<planner::WindowCall>();
  made->argument_count = arguments.size();
  made->partition_count = window.partition_by.size();
  made->has_filter = call.filter != nullptr;
  planner::WindowFrame& frame = made->frame;
  if (function.own_frame != nullptr) {
    frame = *function.own_frame;
    if (function.own_frame_starts_after) frame.start_offset = planner::make_integer(arena(), 1);
  } else {
    frame.unit = unit_of(window.unit);
    frame.start = static_cast<planner::FrameBound>(window.start.kind);
    frame.end = static_cast<planner::FrameBound>(window.end.kind);
    frame.start_offset = resolve_frame_offset(window.start.offset);
    frame.end_offset = resolve_frame_offset(window.end.offset);
    frame.exclude = static_cast<planner::FrameExclude>(window.exclude);
  }

  std::vector<Expr*> list = arguments;
  for (const sql::Expr* term : window.partition_by) list.push_back(resolve_window_term(term, scope));
  std::vector<planner::OrderTerm> order;
  for (const sql::OrderTerm& term : window.order_by) {
    planner::OrderTerm& added = order.emplace_back();
    added.descending = term.descending;
    added.nulls = static_cast<planner::NullsPlace>(term.nulls);
    list.push_back(resolve_window_term(term.expr, scope));
  }
  made->order = to_span(order);
  if (call.filter != nullptr) list.push_back(resolve(call.filter, scope));
  if (failed()) return nullptr;

  Expr* expr = make(ExprKind::kWindow, nullptr, nullptr, span);
  expr->function = &function;
  expr->window = made;
  expr->list = to_span(list);
  planner::link_window(scope.frame->windows, scope.frame->has_several_partitions, expr);
  return expr;
}

void StatementBinder::unlink_windows(Frame& frame, const Expr* expr) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kWindow)
    frame.windows.erase(std::remove(frame.windows.begin(), frame.windows.end(), expr), frame.windows.end());
  planner::for_each_child(expr, [&](const Expr* child) { unlink_windows(frame, child); });
}

}  // namespace leftmost::engine::bind
