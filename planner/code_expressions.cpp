// Subqueries in expressions (section 6.10 of docs/planner.md): each prints its plan where the expression is
// evaluated.

#include <algorithm>

#include "planner/coder.h"
#include "planner/comparison.h"
#include "planner/in_lookup_reasons.h"
#include "planner/window_pass.h"

namespace leftmost::planner {

int Coder::add_step(Step step) {
  step.parent = parents_.empty() ? -1 : parents_.back();
  context_.plan.steps.push_back(std::move(step));
  return static_cast<int>(context_.plan.steps.size()) - 1;
}

void Coder::code_expr(const Expr* expr) {
  if (expr == nullptr || context_.failed()) return;
  switch (expr->kind) {
    case ExprKind::kIn:
      if (expr->select != nullptr) {
        code_in_list(expr, false);
        code_expr(expr->left);
        return;
      }
      break;
    case ExprKind::kSubquery:
    case ExprKind::kExists:
      code_subquery(expr);
      return;
    case ExprKind::kCase:
      code_copy(expr->left);
      for (const Expr* part : expr->list) code_expr(part);
      code_expr(expr->right);
      return;
    case ExprKind::kSubqueryColumn:
      // Its fields lie in registers once one of them has been asked for. The subroutine of a RIGHT JOIN does
      // not rely on those that were filled outside.
      if (expr->left->select == nullptr) break;
      if (expr->left->select->fields_depth < right_join_depth_) {
        code_subquery(expr->left);
        expr->left->select->fields_depth = right_join_depth_;
      }
      return;
    case ExprKind::kBetween:
      code_copy(expr->left);
      for (const Expr* bound : expr->list) code_expr(bound);
      return;
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kIs:
    case ExprKind::kIsNot:
      if (!is_row(expr->left)) break;
      code_row_comparison(expr);
      return;
    case ExprKind::kColumn:
      return;
    case ExprKind::kIfNullRow:
      if (kept_of_group_.count(expr) > 0) return;
      break;
    default:
      break;
  }
  code_expr(expr->left);
  code_expr(expr->right);
  for (const Expr* element : expr->list) code_expr(element);
}

void Coder::code_row_comparison(const Expr* expr) {
  for (const Expr* side : {expr->left, expr->right}) {
    if (side->kind == ExprKind::kSubquery) code_subquery(side);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(row_size(expr->left)); ++i) {
    for (const Expr* side : {expr->left, expr->right}) {
      if (side->kind == ExprKind::kRow && i < side->list.size()) code_expr(side->list[i]);
    }
  }
}

namespace {

/// X AND TRUE -> X, X OR FALSE -> X, X AND FALSE -> FALSE, X OR TRUE -> TRUE, also the other way round.
const Expr* simplified(const Expr* expr) {
  if (expr == nullptr || (expr->kind != ExprKind::kAnd && expr->kind != ExprKind::kOr)) return expr;
  const Expr* right = simplified(expr->right);
  const Expr* left = simplified(expr->left);
  const bool is_and = expr->kind == ExprKind::kAnd;
  if (is_always_true(left) || is_always_false(right)) return is_and ? right : left;
  if (is_always_true(right) || is_always_false(left)) return is_and ? left : right;
  return expr;
}

}  // namespace

void Coder::code_condition(const Expr* expr) {
  code_folded(expr);
  plan_left_over(expr);
}

void Coder::plan_left_over(const Expr* expr) {
  if (expr == nullptr || context_.failed()) return;
  if (expr->select != nullptr && expr->select->plan == nullptr && expr->select->subroutine == nullptr)
    plan_unlisted(expr->select);
  for_each_child(expr, [this](const Expr* child) { plan_left_over(child); });
}

void Coder::code_folded(const Expr* expr) {
  expr = simplified(expr);
  if (expr == nullptr) return;
  switch (expr->kind) {
    case ExprKind::kAnd:
    case ExprKind::kOr:
      code_folded(expr->left);
      code_folded(expr->right);
      return;
    case ExprKind::kNot:
      code_folded(expr->left);
      return;
    default:
      code_expr(expr);
  }
}

void Coder::code_subquery(const Expr* expr) {
  const int number = expr->select->number;
  if (expr->select->fields_depth < 0) expr->select->fields_depth = 0;
  if (expr->select->subroutine != nullptr) {
    add_step({.kind = StepKind::kReuseSubquery, .number = number});
    return;
  }
  Select* const select = expr->select->plan == nullptr ? expr->select : copy_of(expr->select);
  expr->select->subroutine = expr->select;
  open_step({.kind = StepKind::kScalarSubquery, .number = number, .correlated = expr->select->is_correlated});
  code_select(select, expr->kind == ExprKind::kExists ? Destination::kExists : Destination::kScalar);
  close_step();
}

Select* Coder::copy_of(const Select* select) {
  Copier copier{.arena = context_.arena, .budget = &context_.budget, .items = {}, .selects = {}};
  return copier.copy(select);
}

void Coder::code_copy(const Expr* expr) {
  std::vector<Select*> unknown;
  const auto collect = [&](const Expr* part, const auto& self) -> void {
    if (part == nullptr) return;
    if (part->select != nullptr && part->select->subroutine == nullptr) unknown.push_back(part->select);
    for_each_child(part, [&](const Expr* child) { self(child, self); });
  };
  collect(expr, collect);
  code_expr(expr);
  for (Select* select : unknown) {
    select->subroutine = nullptr;
    select->fields_depth = -1;
  }
}

void Coder::note_copied_ctes(const Select* select) {
  for (; select != nullptr; select = select->prior) {
    for (const Item* item : select->items) {
      if (item->shared != nullptr && !item->shared->is_view) copied_ctes_.insert(item->shared);
      if (item->subquery != nullptr) note_copied_ctes(item->subquery);
    }
  }
}

Expr* Coder::copy_as_written(const Expr* expr) {
  Expr* copy = clone(expr, context_.arena);
  restore_lists(expr, copy);
  return copy;
}

void Coder::restore_lists(const Expr* from, Expr* to) {
  if (from == nullptr || to == from) return;
  if (const auto found = written_.find(from->select); from->select != nullptr && found != written_.end()) {
    to->select = copy_of(found->second);
    to->select->subroutine = from->select->subroutine;
  }
  restore_lists(from->left, to->left);
  restore_lists(from->right, to->right);
  for (std::size_t i = 0; i < from->list.size(); ++i) restore_lists(from->list[i], to->list[i]);
}

void Coder::plan_unlisted(Select* select) {
  if (select->plan != nullptr) return;
  // SQLite does not run it: no hint of it can be wrong.
  for (Item* item : select->items) item->indexed_by = nullptr;
  const std::size_t before = context_.plan.steps.size();
  code_select(select, Destination::kSet);
  for (std::size_t i = before; i < context_.plan.steps.size(); ++i) context_.plan.steps[i].hidden = true;
}

void Coder::code_hidden(const Expr* expr) {
  const std::size_t before = context_.plan.steps.size();
  const auto parents = parents_;  // compounds may leave steps open (code_compound.cpp)
  const int next_number = context_.next_select_number;
  code_expr(expr);
  context_.next_select_number = next_number;
  parents_ = parents;
  for (std::size_t i = before; i < context_.plan.steps.size(); ++i) context_.plan.steps[i].hidden = true;
}

void Coder::code_in_list(const Expr* in, bool drives_search) {
  Select* select = in->select;
  if (select == nullptr) {
    for (const Expr* element : in->list) code_expr(element);
    return;
  }
  const auto known = written_.find(select);
  const Select& written = known == written_.end() ? *select : *known->second;
  if (!written.is_correlated && written.items.size() == 1 && written.items[0]->relation != nullptr) {
    const Item& item = *written.items[0];
    const bool is_plain = written.prior == nullptr && !written.distinct && !written.is_aggregate &&
                          written.limit == nullptr && written.where == nullptr &&
                          item.kind == ItemKind::kTable;
    bool all_columns = is_plain;
    for (const ResultColumn& column : written.columns) {
      all_columns = all_columns && column.expr->kind == ExprKind::kColumn;
    }
    if (all_columns) {
      if (written.columns.size() == 1 && written.columns[0].expr->column == kRowidColumn) {
        Step step{.kind = StepKind::kInRowid, .item = &item};
        step.name = item.relation->def->name;
        add_step(step);
        const std::size_t general_before = context_.plan.reasons.general.size();
        plan_unlisted(select);
        tell_lookup_by_in(context_.plan.reasons, *select->items[0], nullptr, 1, drives_search,
                          general_before);
        select->plan->in_lookup = InLookup::kRowid;
        return;
      }
      if (const RelationIndex* index = index_for_in(in, written, drives_search)) {
        add_step({.kind = StepKind::kInIndex, .item = &item, .index = index});
        const std::size_t general_before = context_.plan.reasons.general.size();
        plan_unlisted(select);
        tell_lookup_by_in(context_.plan.reasons, *select->items[0], index, select->columns.size(),
                          drives_search, general_before);
        select->plan->in_lookup = InLookup::kIndex;
        return;
      }
    }
  }
  if (select->subroutine != nullptr) {
    add_step({.kind = StepKind::kReuseListSubquery, .number = select->number});
    return;
  }
  // A row-value IN that drives a search reads a list of its own, reduced to the columns of the search.
  const bool is_reduced = drives_search && select->columns.size() > 1;
  if (!is_reduced && !select->is_correlated) select->subroutine = select;
  open_step({.kind = StepKind::kListSubquery, .number = select->number, .correlated = select->is_correlated});
  // The list is built once, whatever loops stand around it.
  const std::uint32_t factor = context_.loop_factor;
  if (drives_search) context_.loop_factor = 0;
  if (known == written_.end()) {
    // SQLite writes down a copy, so that the next time starts from the SELECT as it was written. Ours runs,
    // and the copy is kept for the next time.
    note_copied_ctes(select);
    written_[select] = copy_of(select);
    link_all_windows_anew(select, context_.arena);
    code_select(select, Destination::kSet);
  } else {
    PlanReasons reasons = context_.plan.reasons;
    code_select(copy_of(known->second), Destination::kSet);
    context_.plan.reasons = std::move(reasons);
  }
  context_.loop_factor = factor;
  close_step();
}

void Coder::code_search_list(const Candidate& candidate, const Expr* in) {
  if (in->select != nullptr &&
      in->select->subroutine != nullptr) {  // a list of all columns has been made: it serves
    code_in_list(in, true);
    return;
  }
  const auto copied = written_.find(in->select);
  const Select* const written = copied == written_.end() ? in->select : copied->second;
  std::vector<Expr*> fields;
  std::vector<ResultColumn> columns;
  std::vector<int> known;
  for (const Term* term : candidate.terms) {
    if (term == nullptr || term->expr != in || term->in_field == 0) continue;
    if (std::find(known.begin(), known.end(), term->in_field) != known.end()) continue;
    known.push_back(term->in_field);
    const auto field = static_cast<std::size_t>(term->in_field - 1);
    fields.push_back(in->left->list[field]);
    columns.push_back(written->columns[field]);
  }
  if (fields.empty() || columns.size() == written->columns.size()) {
    code_in_list(in, true);
    return;
  }
  // A copy of the SELECT without the other columns is planned for the lines alone; the filter that tests all
  // columns plans what runs.
  storage::Arena& arena = context_.arena;
  Select reduced = *written;
  reduced.subroutine = nullptr;
  reduced.columns = arena.copy_span(columns);
  Copier copier{.arena = arena, .budget = &context_.budget, .items = {}, .selects = {}};
  Expr* copy = arena.make<Expr>(*in);
  copy->select = copier.copy(&reduced);
  drop_unmentioned_aggregates(*copy->select, written, arena);
  for (OrderTerm& term : copy->select->order_by) term.result_column = 0;
  copy->left = fields.front();
  if (fields.size() > 1) {
    copy->left = arena.make<Expr>(*in->left);
    copy->left->list = arena.copy_span(fields);
  }
  const PlanReasons reasons = context_.plan.reasons;
  ++lines_only_;
  code_in_list(copy, true);
  --lines_only_;
  context_.plan.reasons = reasons;
}

const RelationIndex* Coder::index_for_in(const Expr* in, const Select& select, bool must_be_unique) const {
  const Item& item = *select.items[0];
  const std::size_t size = select.columns.size();
  const storage::TableDef& table = *item.relation->def;
  const auto field = [&](std::size_t i) -> const Expr* {
    return in->left->kind == ExprKind::kRow ? in->left->list[i] : in->left;
  };
  for (std::size_t i = 0; i < size; ++i) {
    const Expr* column = select.columns[i].expr;
    const storage::Affinity own = column->column == kRowidColumn
                                      ? storage::Affinity::kInteger
                                      : table.columns[static_cast<std::size_t>(column->column)].affinity;
    const storage::Affinity compared = comparison_affinity(affinity_of(field(i)), own);
    if (is_numeric_affinity(compared) && !is_numeric_affinity(own)) return nullptr;
  }
  for (const RelationIndex& index : item.relation->indexes) {
    const storage::IndexDef& def = *index.def;
    if (index.where != nullptr || def.column_count() < size) continue;
    if (must_be_unique && (def.key_columns.size() > size || (def.column_count() > size && !def.unique)))
      continue;
    std::uint64_t used = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const Expr* column = select.columns[i].expr;
      const auto required = comparison_collation(field(i), column);
      std::size_t j = 0;
      for (; j < size; ++j) {
        const storage::IndexColumn& indexed = def.column(j);
        // SQLite knows the rowid only in the tail: a key column that is another name of it does not fit.
        if (indexed.column != column->column) continue;
        if (required && *required != indexed.collation) continue;
        break;
      }
      if (j == size || (used >> j & 1) != 0) break;
      used |= std::uint64_t{1} << j;
    }
    if (used == (std::uint64_t{1} << size) - 1) return &index;
  }
  return nullptr;
}

}  // namespace leftmost::planner
