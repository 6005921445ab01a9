// Which rows an UPDATE or DELETE is about (section 6.12 of docs/planner.md).

#include <algorithm>

#include "planner/coder.h"

namespace leftmost::planner {

void Coder::code_change(const ChangeQuery& change, std::span<Expr* const> row_expressions,
                        std::span<const RelationIndex* const> changed) {
  Plan& plan = context_.plan;
  // DELETE without WHERE empties the table in one go, unless something has to see the rows.
  const bool truncates =
      change.kind == ChangeKind::kDelete && change.where == nullptr && change.multi_row_one_pass_allowed;
  if (!truncates) {
    LoopRequest request;
    Item* const items[] = {change.target};
    request.items = items;
    request.items_planned = 1;
    request.where = change.where;
    request.wants_one_pass = true;
    auto loops = plan_loops(context_, request);
    if (context_.failed()) return;
    const Candidate& loop = loops->choice.loops.front();
    bool several = change.multi_row_one_pass_allowed;
    if (change.kind == ChangeKind::kDelete && contains_correlated_subquery(change.where)) several = false;
    const bool may_repeat_rows = change.kind == ChangeKind::kDelete;
    plan.change_one_pass =
        loop.one_row || (several && (loop.kind != CandidateKind::kMultiIndexOr || may_repeat_rows));
    begin_loops(*loops, plan.change_loops, &plan.change_constant_filters, nullptr, MinMaxMode::kNone,
                plan.change_one_pass);
    record_change_reasons(*change.target, *loops);
    // Where rows are gathered first, and where an UPDATE changes one row at most, the loop is over by now.
    // Rows are gathered as well when the loop walks through an index whose entries change.
    bool inside = plan.change_one_pass;
    if (inside && change.kind == ChangeKind::kUpdate) {
      const RelationIndex* const index = plan.change_loops.front().index;
      const bool is_moved = std::find(changed.begin(), changed.end(), index) != changed.end();
      const bool gathers = index != nullptr && !index->def->is_table_itself && is_moved;
      inside = !loop.one_row && !gathers;
      plan.change_one_pass = loop.one_row || !gathers;
    }
    if (!inside) end_loops(*loops, plan.change_loops, nullptr);
    for (const Expr* expr : row_expressions) code_expr(expr);
    if (inside) end_loops(*loops, plan.change_loops, nullptr);
    return;
  }
  for (const Expr* expr : row_expressions) code_expr(expr);
}

}  // namespace leftmost::planner
