// Second pass over one SELECT: the clauses in SQLite's order, which decides what each of them may see.
//
//   LIMIT (sees nothing), FROM subqueries (see what is around), result columns, HAVING, WHERE with ON and
//   USING, ORDER BY, GROUP BY (these two see nothing around). Compounds go from the last arm to the first; a
//   recursive CTE the other way, because its steps take their columns' types from the first arm.
#include <fmt/core.h>

#include "engine/bind/statement_binder.h"
#include "planner/expr_tools.h"
#include "planner/window_pass.h"

namespace leftmost::engine::bind {

using planner::Expr;

namespace {

std::string_view name_of(planner::CompoundOp op) {
  switch (op) {
    case planner::CompoundOp::kUnionAll:
      return "UNION ALL";
    case planner::CompoundOp::kUnion:
      return "UNION";
    case planner::CompoundOp::kIntersect:
      return "INTERSECT";
    default:
      return "EXCEPT";
  }
}

/// Whether the text being resolved is a view's, for as long as a frame is worked on.
struct InView {
  InView(bool& in_view, bool now) : in_view_(in_view), saved_(in_view) { in_view = now; }
  ~InView() { in_view_ = saved_; }
  InView(const InView&) = delete;
  InView& operator=(const InView&) = delete;
  bool& in_view_;
  bool saved_;
};

}  // namespace

bool StatementBinder::resolve_select(Frame* last, Scope* outer) {
  const Depth depth(*this);
  if (depth.too_deep()) return false;
  if (last->resolved) return true;
  const bool is_compound = last->prior != nullptr;
  boost::container::small_vector<Frame*, 4> arms;
  for (Frame* arm = last; arm != nullptr; arm = arm->prior) arms.push_back(arm);
  const auto check_width = [&](std::size_t left) {
    if (left == 0 || arms[left]->output.size() == arms[left - 1]->output.size()) return true;
    Frame& right = *arms[left - 1];
    if (right.syntax->is_values) {
      set_error("all VALUES must have the same number of terms");
    } else {
      set_error(
          fmt::format("SELECTs to the left and right of {} do not have the same number of result columns",
                      name_of(right.select->op)));
    }
    return false;
  };
  if (last->select->is_recursive) {
    for (std::size_t i = 1; i < arms.size(); ++i) {
      if (!check_width(i)) return false;
    }
    for (std::size_t i = arms.size(); i-- > 0;) {
      if (!resolve_core(*arms[i], outer, i == 0)) return false;
    }
  } else {
    for (std::size_t i = 0; i < arms.size(); ++i) {
      if (!resolve_core(*arms[i], outer, is_compound && i == 0) || !check_width(i)) return false;
    }
  }
  if (!is_compound) return true;
  const Frame& first = *arms.back();
  for (std::size_t i = 0; i < first.select->columns.size(); ++i) {
    last->select->columns[i].name = first.select->columns[i].name;
  }
  return resolve_compound_order(*last);
}

bool StatementBinder::resolve_limit(Frame& frame, const sql::Expr* limit, const sql::Expr* offset,
                                    planner::Select& select) {
  Scope nothing;
  nothing.owner = &frame;
  if (limit != nullptr) {
    select.limit = resolve_whole(limit, nothing);
    if (select.limit == nullptr) return false;
  }
  if (offset != nullptr) {
    select.offset = resolve_whole(offset, nothing);
    if (select.offset == nullptr) return false;
  }
  return true;
}

bool StatementBinder::resolve_core(Frame& frame, Scope* outer, bool defers_order) {
  const InView in_view(in_view_, frame.in_view);
  const sql::Select& syntax = *frame.syntax;
  planner::Select& select = *frame.select;
  if (!resolve_limit(frame, syntax.limit, syntax.offset, select)) return false;
  for (FromEntry& entry : frame.from) {
    if (entry.frame == nullptr || entry.frame->resolved) continue;
    const int before = outer != nullptr ? outer->references : 0;
    for (Frame* arm = entry.frame; arm != nullptr; arm = arm->prior) arm->is_in_from = true;
    if (!resolve_select(entry.frame, outer)) return false;
    entry.item->subquery->is_correlated = outer != nullptr && outer->references > before;
  }
  select.items = arena().make_span<planner::Item*>(frame.from.size());
  for (std::size_t i = 0; i < frame.from.size(); ++i) select.items[i] = frame.from[i].item;
  if (syntax.is_values && syntax.rows.size() > 1) return resolve_values(frame, outer);

  Scope scope;
  scope.outer = outer;
  scope.frame = &frame;
  scope.owner = &frame;
  scope.allows_aggregates = scope.allows_windows = !frame.is_insert_row;
  storage::LookasideVector<planner::ResultColumn> columns;
  if (!resolve_outputs(frame, scope, columns)) return false;
  select.columns = to_span(columns);
  frame.resolved = true;
  select.is_aggregate = !syntax.group_by.empty() || scope.has_aggregates;
  scope.allows_aggregates = select.is_aggregate;
  scope.allows_windows = false;
  scope.sees_aliases = true;
  if (syntax.having != nullptr) {
    if (!select.is_aggregate) {
      set_error("HAVING clause on a non-aggregate query");
      return false;
    }
    select.having = resolve_whole(syntax.having, scope);
    if (select.having == nullptr) return false;
  }
  if (!resolve_join_conditions(frame, scope, select.where) || failed() || !resolve_arguments(frame, scope))
    return false;

  if (context_.resolved_names != nullptr) {
    // ALTER TABLE ... RENAME asks for the names in definitions that no call uses, too.
    for (std::size_t i = syntax.windows.size(); i-- > 0;) {
      for (const sql::OrderTerm& term : syntax.windows[i].order_by) {
        if (resolve_window_term(term.expr, scope) == nullptr || failed()) return false;
      }
      for (const sql::Expr* term : syntax.windows[i].partition_by) {
        if (resolve_window_term(term, scope) == nullptr || failed()) return false;
      }
    }
  }

  scope.outer = nullptr;
  scope.allows_aggregates = scope.allows_windows = true;
  if (!defers_order && !syntax.order_by.empty()) {
    std::vector<const sql::Expr*> exprs;
    for (const sql::OrderTerm& term : syntax.order_by) exprs.push_back(term.expr);
    std::vector<planner::OrderTerm> terms;
    if (!resolve_terms(frame, scope, exprs, "ORDER", terms)) return false;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      terms[i].descending = syntax.order_by[i].descending;
      terms[i].nulls = static_cast<planner::NullsPlace>(syntax.order_by[i].nulls);
    }
    select.order_by = to_span(terms);
  }
  scope.allows_windows = false;
  if (!syntax.group_by.empty()) {
    std::vector<planner::OrderTerm> terms;
    if (!resolve_terms(frame, scope, syntax.group_by, "GROUP", terms)) return false;
    select.group_by = to_span(terms);
  }
  select.aggregates = to_span(frame.aggregates);
  select.windows = to_span(frame.windows);
  select.has_several_partitions = frame.has_several_partitions;
  return true;
}

bool StatementBinder::resolve_arguments(Frame& frame, Scope& scope) {
  for (FromEntry& entry : frame.from) {
    if (entry.arguments.empty()) continue;
    std::vector<Expr*> resolved;
    for (const sql::Expr* argument : entry.arguments) {
      resolved.push_back(resolve_whole(argument, scope));
      if (resolved.back() == nullptr) return false;
    }
    const std::size_t most =
        entry.table->columns.size() - static_cast<std::size_t>(entry.item->function->first_argument());
    if (resolved.size() > most) {
      set_error(fmt::format("too many arguments on {}() - max {}", entry.table->name, most));
      return false;
    }
    entry.item->arguments = to_span(resolved);
  }
  return true;
}

bool StatementBinder::resolve_values(Frame& frame, Scope* outer) {
  Scope scope;
  scope.outer = outer;
  scope.owner = &frame;
  std::vector<std::span<Expr*>> rows;
  for (const auto& row : frame.syntax->rows) {
    if (row.size() != frame.output.size()) {
      set_error("all VALUES must have the same number of terms");
      return false;
    }
    std::vector<Expr*> values;
    for (const sql::Expr* value : row) {
      Expr* made = resolve_whole(value, scope);
      if (made == nullptr) return false;
      values.push_back(made);
    }
    rows.push_back(to_span(values));
  }
  std::vector<planner::ResultColumn> columns;
  for (std::size_t i = 0; i < rows.front().size(); ++i) {
    columns.push_back({planner::clone(rows.front()[i], arena()), numbered_column(i + 1), {}});
  }
  frame.select->columns = to_span(columns);
  frame.resolved = true;
  constexpr std::size_t kArmsMax = 500;  // of one compound
  if (frame.is_followed && rows.size() <= kArmsMax) {
    chain_rows(*frame.select, rows);
  } else {
    frame.select->values_rows = to_span(rows);
  }
  return true;
}

// VALUES in front of another arm is no list of rows to SQLite, but a UNION ALL of them.
void StatementBinder::chain_rows(planner::Select& last, const std::vector<std::span<Expr*>>& rows) {
  const std::span<planner::ResultColumn> names = last.columns;
  planner::Select* prior = nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    planner::Select* arm = i + 1 < rows.size() ? arena().make<planner::Select>() : &last;
    std::vector<planner::ResultColumn> columns(names.begin(), names.end());
    for (std::size_t k = 0; k < columns.size(); ++k) columns[k].expr = rows[i][k];
    arm->columns = to_span(columns);
    arm->number = last.number;
    arm->is_correlated = last.is_correlated;
    arm->span = last.span;
    arm->prior = prior;
    if (prior != nullptr) arm->op = planner::CompoundOp::kUnionAll;
    prior = arm;
  }
}

std::string_view StatementBinder::numbered_column(std::size_t number) {
  // VALUES has one of these per value.
  static constexpr std::string_view kNames[] = {"column1", "column2", "column3", "column4", "column5",
                                                "column6", "column7", "column8", "column9", "column10"};
  if (number <= std::size(kNames)) return kNames[number - 1];
  return arena().copy(fmt::format("column{}", number));
}

/// What null_rowid() makes: of NULLs only this one is said never to be NULL.
static bool is_null_rowid(const Expr& expr) {
  return expr.kind == planner::ExprKind::kLiteral && expr.value.is_null() && !expr.can_be_null;
}

bool StatementBinder::resolve_outputs(Frame& frame, Scope& scope,
                                      storage::LookasideVector<planner::ResultColumn>& out) {
  const bool had_aggregates = scope.has_aggregates;
  bool any = had_aggregates;
  out.reserve(frame.output.size());
  for (std::size_t i = 0; i < frame.output.size(); ++i) {
    OutputColumn& output = frame.output[i];
    scope.has_aggregates = false;
    planner::ResultColumn column;
    if (output.expr != nullptr) {
      column.expr = resolve_whole(output.expr, scope);
    } else {
      NamePath path;
      path.schema = output.path.schema;
      path.table = output.path.table;
      path.column = output.path.column;
      column.expr = resolve_name(path, scope);
    }
    if (column.expr == nullptr || failed()) return false;
    if (i + 1 == frame.key_output_count) {
      for (bool& used : frame.from.front().item->used) used = false;
    }
    output.has_aggregate = scope.has_aggregates;
    output.has_window = planner::contains_window(column.expr);
    any = any || scope.has_aggregates;
    if (output.has_alias) {
      column.name = output.alias;
    } else if (column.expr->kind == planner::ExprKind::kColumn) {
      column.name = column.expr->name;
    } else if (is_null_rowid(*column.expr)) {
      column.name = "rowid";
    } else if (!output.text.empty()) {
      column.name = output.text;
    } else {
      column.name = numbered_column(i + 1);
    }
    column.declared_type = declared_type(column.expr);
    out.push_back(column);
  }
  scope.has_aggregates = any;
  return true;
}

std::string_view StatementBinder::declared_type(const Expr* expr) const {
  if (expr->kind == planner::ExprKind::kSubquery && expr->select->columns.size() == 1) {
    return expr->select->columns.front().declared_type;
  }
  if (expr->kind != planner::ExprKind::kColumn) return {};
  const FromEntry* entry = entry_of(expr->item);
  if (entry == nullptr) return {};
  if (entry->table != nullptr) {
    const int column = expr->column == planner::kRowidColumn ? entry->table->rowid_alias : expr->column;
    return column < 0
               ? std::string_view("INTEGER")
               : std::string_view(entry->table->columns[static_cast<std::size_t>(column)].declared_type);
  }
  const Frame* shown = entry->frame != nullptr ? entry->frame : entry->type_frame;
  if (shown == nullptr || static_cast<std::size_t>(expr->column) >= shown->select->columns.size()) return {};
  return shown->select->columns[static_cast<std::size_t>(expr->column)].declared_type;
}

}  // namespace leftmost::engine::bind
