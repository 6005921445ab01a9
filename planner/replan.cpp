// What would the planner do if a hint were not there? A reason may blame a hint only if this comes out
// differently.

#include <algorithm>

#include "planner/loop_plan.h"

namespace leftmost::planner {

namespace {

/// likely(x), unlikely(x) and likelihood(x, p) become x.
Expr* without_likelihood(Expr* expr) {
  if (expr == nullptr) return nullptr;
  while (expr->kind == ExprKind::kLikelihood) {
    const JoinMark mark = expr->join_mark;
    const ItemId item = expr->join_item;
    expr = expr->left;
    if (expr->join_mark == JoinMark::kNone) expr->join_mark = mark, expr->join_item = item;
  }
  expr->left = without_likelihood(expr->left);
  expr->right = without_likelihood(expr->right);
  for (Expr*& element : expr->list) element = without_likelihood(element);
  return expr;
}

}  // namespace

std::unique_ptr<LoopPlan> replan_without(Hint hint, Context& context, const LoopPlan& plan) {
  constexpr int kPlansToSpare = 1'000;
  constexpr int kNodesToSpare = 10'000;
  if (context.failed() || context.plans_left < kPlansToSpare || context.budget.nodes_left < kNodesToSpare)
    return nullptr;
  Context scratch = context;
  LoopRequest request = plan.request;
  std::vector<Item*> items;
  for (const Item* item : request.items) {
    Item* copy = context.arena.make<Item>(*item);
    if (hint == Hint::kCrossJoin) copy->join.cross = false;
    if (hint == Hint::kIndexChoice) {
      copy->indexed_by = nullptr;
      copy->not_indexed = false;
    }
    items.push_back(copy);
  }
  request.items = context.arena.copy_span(items);
  Copier copier{.arena = context.arena, .budget = &scratch.budget, .items = {}, .selects = {}};
  if (request.where != nullptr) request.where = copier.copy(request.where);
  if (hint == Hint::kLikelihood) request.where = without_likelihood(request.where);

  const std::size_t traced = context.plan.reasons.candidates.size();
  auto made = plan_loops(scratch, request);
  context.plan.reasons.candidates.resize(traced);
  context.budget.nodes_left = std::max(scratch.budget.nodes_left, 0);
  context.plans_left = std::max(scratch.plans_left, 0);
  const bool is_whole = !scratch.failed() && !scratch.budget.exhausted && !made->choice.loops.empty();
  return is_whole ? std::move(made) : nullptr;
}

}  // namespace leftmost::planner
