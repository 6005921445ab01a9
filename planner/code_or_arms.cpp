// A loop that is a multi-index OR: every arm is planned again, as a small statement over the one item,
// together with the other conditions that could narrow it (section 4.8 of docs/planner.md).

#include <algorithm>

#include "planner/coder.h"

namespace leftmost::planner {

namespace {

/// SQLite asks a flag that nodes inherit from their operands, but for COLLATE; nor do they from a subquery
/// that merging has put in the place of a column, as that comes with a COLLATE of its own.
bool shows_subquery(const Expr* expr) {
  if (expr == nullptr || expr->kind == ExprKind::kCollate) return false;
  if (expr->select != nullptr) return true;
  bool found = false;
  for_each_child(expr, [&](const Expr* child) { found = found || shows_subquery(child); });
  return found;
}

void collect_selects(const Expr* expr, std::vector<Select*>& selects) {
  if (expr == nullptr) return;
  if (expr->select != nullptr) selects.push_back(expr->select);
  for_each_child(expr, [&](const Expr* child) { collect_selects(child, selects); });
}

/// All arms test one and the same expression in SQLite: what the first wrote down, the next ones call.
void share_subroutines(const Expr* written, const Expr* others) {
  std::vector<Select*> from;
  collect_selects(written, from);
  if (from.empty()) return;
  std::vector<Select*> to;
  collect_selects(others, to);
  for (Select* select : to) {
    const auto same = std::find_if(from.begin(), from.end(),
                                   [&](const Select* other) { return other->number == select->number; });
    if (same != from.end()) select->subroutine = (*same)->subroutine;
  }
}

}  // namespace

void Coder::code_or_arms(LoopPlan& plan, Loop& loop, Term& or_term, std::size_t number, ItemSet not_ready,
                         const SelectPlan* select_plan) {
  loop.or_term = or_term.expr;
  open_step({.kind = StepKind::kMultiIndexOr, .select = select_plan, .loop = &loop});

  // The item, and behind it those of the loops further in: terms about them are not ready. An OR within an
  // arm has a single loop, and the items of that arm.
  std::vector<Item*> items{const_cast<Item*>(loop.item)};
  if (plan.request.is_or_arm) items.assign(plan.request.items.begin(), plan.request.items.end());
  for (std::size_t i = number + 1; i < plan.choice.loops.size(); ++i) {
    items.push_back(
        const_cast<Item*>(plan.facts[static_cast<std::size_t>(plan.choice.loops[i].position)].item));
  }

  Expr* others = nullptr;
  for (const Term* term : plan.terms.terms) {
    if (term == &or_term || term->is_virtual || term->coded || term->is_slice || term->ops == 0) continue;
    if (shows_subquery(term->expr)) continue;
    others = make_and(context_.arena, others, clone(term->expr, context_.arena));
  }

  bool arms_test_everything = true;
  int arm_number = 0;
  for (Term* arm : or_term.or_list->terms) {
    ++arm_number;
    if (arm->about_item != loop.item->id && (arm->ops & kOpAnd) == 0) continue;
    OrArm& made = loop.or_arms.emplace_back();
    made.number = arm_number;
    Expr* condition = clone(arm->expr, context_.arena);
    Expr* const tested = clone(others, context_.arena);
    if (tested != nullptr) condition = make_binary(context_.arena, ExprKind::kAnd, condition, tested);
    made.condition = condition;
    made.loop = std::make_unique<Loop>();
    open_step({.kind = StepKind::kOrArm, .select = select_plan, .loop = &loop, .number = arm_number});

    LoopRequest request;
    request.items = items;
    request.items_planned = 1;
    request.where = condition;
    request.is_or_arm = true;
    auto arm_plan = plan_loops(context_, request);
    if (context_.failed() || arm_plan->choice.loops.empty()) {
      close_step();
      break;
    }
    for (const Term* term : arm_plan->constant_terms) {
      code_condition(term->expr);
      made.loop->filters.push_back({term->expr, FilterStage::kRow, false});
    }
    raise_loop_factor(arm_plan->choice.rows);
    const Candidate& candidate = arm_plan->choice.loops.front();
    set_loop_facts(*arm_plan, *made.loop, candidate, 0);
    code_loop(*arm_plan, *made.loop, 0, ~ItemSet{0}, select_plan, true);
    record_arm_reasons(*arm_plan, made);
    // The line of an arm comes after those of the subqueries in it.
    if (candidate.kind != CandidateKind::kMultiIndexOr) {
      add_step({.kind = StepKind::kLoop, .select = select_plan, .loop = made.loop.get()});
    }
    // Within the arm only the item itself is ready.
    for (const Term* term : arm_plan->terms.terms) {
      if (!term->is_virtual && !term->coded && (term->all & ~ItemSet{1}) != 0) arms_test_everything = false;
    }
    restore_loop_factor();
    share_subroutines(tested, others);
    close_step();
  }
  close_step();
  const bool left_join = loop.item->join.left && plan.numbers.position(loop.item->id) > 0;
  if (arms_test_everything && !context_.failed()) mark_coded(or_term, left_join, not_ready);
}

}  // namespace leftmost::planner
