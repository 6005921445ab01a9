// ORDER BY and GROUP BY terms: ordinals, aliases, copies of result columns, and the stricter rules of
// compounds.
#include <fmt/core.h>

#include <limits>

#include "engine/bind/statement_binder.h"
#include "planner/expr_tools.h"
#include "storage/collation.h"

namespace leftmost::engine::bind {

using planner::Expr;
using Syntax = sql::ExprKind;

namespace {

constexpr std::size_t kTermsMax = 2'000;  // SQLITE_MAX_COLUMN

/// An integer literal, also with signs; nothing when it does not fit 32 bits.
std::optional<std::int64_t> integer_of(const sql::Expr* expr) {
  if (expr->kind == Syntax::kPlus) return integer_of(expr->left);
  if (expr->kind == Syntax::kNegate) {
    const std::optional<std::int64_t> value = integer_of(expr->left);
    return value ? std::optional<std::int64_t>(-*value) : std::nullopt;
  }
  if (expr->kind != Syntax::kInteger || expr->text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  std::string_view digits = expr->text;
  const bool hexadecimal = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  if (hexadecimal) digits.remove_prefix(2);
  for (const char c : digits) {
    const int digit = c <= '9' ? c - '0' : storage::to_lower_ascii(c) - 'a' + 10;
    value = value * (hexadecimal ? 16 : 10) + digit;
    if (value > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  }
  return value;
}

/// Number from 1 of the result column with this alias, 0 if there is none.
int alias_number(std::span<const OutputColumn> output, const sql::Expr* expr) {
  if (expr->kind != Syntax::kName || !expr->qualifiers.empty()) return 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i].has_alias && storage::equals_ignoring_case(output[i].alias, expr->text))
      return static_cast<int>(i) + 1;
  }
  return 0;
}

}  // namespace

std::string ordinal(std::size_t number) {
  const std::size_t last_two = number % 100;
  const char* suffix = "th";
  if (last_two < 10 || last_two > 20) {
    if (number % 10 == 1) suffix = "st";
    if (number % 10 == 2) suffix = "nd";
    if (number % 10 == 3) suffix = "rd";
  }
  return fmt::format("{}{}", number, suffix);
}

Expr* StatementBinder::copy_of_column(Frame& frame, std::size_t column) {
  Expr* copy = planner::clone(frame.select->columns[column].expr, arena());
  separate_aggregates(copy, frame);
  return copy;
}

void StatementBinder::separate_aggregates(Expr* expr, Frame& frame) {
  planner::for_each_child(expr, [&](Expr* child) { separate_aggregates(child, frame); });
  if (expr->kind != planner::ExprKind::kAggregate || expr->owner != frame.select) return;
  const auto slot = static_cast<std::size_t>(expr->slot);
  planner::AggregateCall call = frame.aggregates[slot];
  bool has_subquery = call.filter != nullptr && planner::contains_subquery(call.filter);
  for (const Expr* argument : call.arguments)
    has_subquery = has_subquery || planner::contains_subquery(argument);
  if (!has_subquery) return;
  call.arguments = arena().copy_span(std::span<Expr* const>(call.arguments));
  for (Expr*& argument : call.arguments) argument = planner::clone(argument, arena());
  call.filter = planner::clone(call.filter, arena());
  expr->slot = static_cast<int>(frame.aggregates.size());
  frame.aggregates.push_back(call);
  frame.aggregate_names.push_back(frame.aggregate_names[slot]);
}

void StatementBinder::set_range_error(std::size_t position, std::string_view clause, std::size_t columns,
                                      const sql::Expr* at) {
  set_error(fmt::format("{} {} BY term out of range - should be between 1 and {}", ordinal(position), clause,
                        columns),
            at == nullptr ? std::nullopt : offset_of(at));
}

bool StatementBinder::resolve_terms(Frame& frame, Scope& scope, std::span<const sql::Expr* const> terms,
                                    std::string_view clause, std::vector<planner::OrderTerm>& out) {
  const std::span<planner::ResultColumn> columns = frame.select->columns;
  const bool is_group = clause == "GROUP";
  for (std::size_t i = 0; i < terms.size(); ++i) {
    planner::OrderTerm& term = out.emplace_back();
    const sql::Expr* bare = skip_collate(terms[i]);
    if (!is_group) term.result_column = alias_number(frame.output, bare);
    if (term.result_column > 0) continue;
    if (const std::optional<std::int64_t> number = integer_of(bare)) {
      if (*number < 1 || *number > 0xffff) {
        set_range_error(i + 1, clause, columns.size(), bare);
        return false;
      }
      term.result_column = static_cast<int>(*number);
      continue;
    }
    const bool had_aggregates = scope.has_aggregates;
    scope.has_aggregates = false;
    term.expr = resolve_whole(terms[i], scope);
    if (term.expr == nullptr) return false;
    if (is_group && scope.has_aggregates) {
      set_error("aggregate functions are not allowed in the GROUP BY clause");
      return false;
    }
    scope.has_aggregates = scope.has_aggregates || had_aggregates;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (!planner::same_expr(term.expr, columns[j].expr)) continue;
      unlink_windows(frame, term.expr);  // it is a copy of the column now
      term.result_column = static_cast<int>(j) + 1;
    }
    if (is_group && term.result_column > 0 &&
        frame.output[static_cast<std::size_t>(term.result_column) - 1].has_aggregate) {
      set_error("aggregate functions are not allowed in the GROUP BY clause");
      return false;
    }
  }
  if (terms.size() > kTermsMax) {
    set_error(fmt::format("too many terms in {} BY clause", clause));
    return false;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    planner::OrderTerm& term = out[i];
    if (term.expr != nullptr) continue;
    if (static_cast<std::size_t>(term.result_column) > columns.size()) {
      set_range_error(i + 1, clause, columns.size(), nullptr);
      return false;
    }
    const auto column = static_cast<std::size_t>(term.result_column) - 1;
    if (is_group && frame.output[column].has_aggregate) {
      set_error("aggregate functions are not allowed in the GROUP BY clause");
      return false;
    }
    term.expr = copy_of_column(frame, column);
    term.expr->span = span_of(terms[i]->span);
    if (terms[i]->kind == Syntax::kCollate) {
      const std::optional<storage::Collation> collation = storage::find_collation(terms[i]->text);
      if (!collation) {
        set_error(fmt::format("no such collation sequence: {}", terms[i]->text));
        return false;
      }
      term.expr = make(planner::ExprKind::kCollate, term.expr, nullptr, span_of(terms[i]->span));
      term.expr->collation = *collation;
    }
  }
  return true;
}

int StatementBinder::match_compound_term(Frame& arm, const sql::Expr* term) {
  Scope scope;
  scope.frame = &arm;
  scope.allows_aggregates = true;
  scope.sees_aliases = true;
  scope.forbids_subqueries = true;
  // The term is only compared: what it would add to the arm is taken back, and an unknown name is no error
  // yet.
  const std::size_t aggregates = arm.aggregates.size();
  const Expr* made = resolve_whole(term, scope);
  error_.reset();
  arm.aggregates.resize(aggregates);
  arm.aggregate_names.resize(aggregates);
  if (made == nullptr) return 0;
  for (std::size_t i = 0; i < arm.select->columns.size(); ++i) {
    if (planner::compare_exprs(arm.select->columns[i].expr, made) != planner::Sameness::kDifferent) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

bool StatementBinder::resolve_compound_order(Frame& last) {
  const sql::Select& syntax = *last.syntax;
  if (syntax.order_by.empty()) return true;
  if (syntax.order_by.size() > kTermsMax) {
    set_error("too many terms in ORDER BY clause");
    return false;
  }
  std::vector<planner::OrderTerm> terms(syntax.order_by.size());
  std::vector<Frame*> arms;
  for (Frame* arm = &last; arm != nullptr; arm = arm->prior) arms.push_back(arm);
  std::size_t open = terms.size();
  for (std::size_t a = arms.size(); a-- > 0 && open > 0;) {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (terms[i].result_column > 0) continue;
      const sql::Expr* bare = skip_collate(syntax.order_by[i].expr);
      if (const std::optional<std::int64_t> number = integer_of(bare)) {
        if (*number < 1 || static_cast<std::uint64_t>(*number) > last.output.size()) {
          set_range_error(i + 1, "ORDER", last.output.size(), bare);
          return false;
        }
        terms[i].result_column = static_cast<int>(*number);
      } else {
        terms[i].result_column = alias_number(arms[a]->output, bare);
        if (terms[i].result_column == 0) terms[i].result_column = match_compound_term(*arms[a], bare);
      }
      if (terms[i].result_column > 0) --open;
    }
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].result_column == 0) {
      set_error(fmt::format("{} ORDER BY term does not match any column in the result set", ordinal(i + 1)));
      return false;
    }
    const sql::OrderTerm& written = syntax.order_by[i];
    terms[i].expr = planner::clone(
        last.select->columns[static_cast<std::size_t>(terms[i].result_column) - 1].expr, arena());
    if (written.expr->kind == Syntax::kCollate) {
      const std::optional<storage::Collation> collation = storage::find_collation(written.expr->text);
      if (!collation) {
        set_error(fmt::format("no such collation sequence: {}", written.expr->text));
        return false;
      }
      terms[i].expr = make(planner::ExprKind::kCollate, terms[i].expr, nullptr, {});
      terms[i].expr->collation = *collation;
    }
    terms[i].descending = written.descending;
    terms[i].nulls = static_cast<planner::NullsPlace>(written.nulls);
  }
  last.select->order_by = to_span(terms);
  return true;
}

}  // namespace leftmost::engine::bind
