// FROM subqueries that were not merged: run as a co-routine beside the loop, or stored first (section 6.5 of
// docs/planner.md).

#include "planner/barrier_reasons.h"
#include "planner/coder.h"
#include "storage/collation.h"

namespace leftmost::planner {

namespace {

/// MATERIALIZED, or used at least twice and not NOT MATERIALIZED.
bool is_materialized_cte(const Item& item) {
  if (item.shared == nullptr || item.shared->is_view) return false;
  if (item.shared->hint == CteHint::kMaterialized) return true;
  return item.shared->hint == CteHint::kNone && item.shared->reference_count >= 2;
}

bool is_cte(const Item& item) { return item.shared != nullptr && !item.shared->is_view; }

}  // namespace

bool Coder::can_be_coroutine(const Select& select, std::size_t position) const {
  if (position != 0 || is_materialized_cte(*select.items[0]) || select.items[0]->join.left_of_right)
    return false;
  if (select.items.size() == 1) return true;
  const JoinType& next = select.items[1]->join;
  return next.left || next.right || next.cross;
}

const Item* Coder::earlier_twin(const Select& select, std::size_t position) const {
  const Item& item = *select.items[position];
  if (item.name.empty() || pushed_into_.count(&item) > 0) return nullptr;
  for (std::size_t i = 0; i < position; ++i) {
    const Item& other = *select.items[i];
    if (other.subquery == nullptr || coroutines_.count(&other) > 0 || other.name.empty()) continue;
    if (!storage::equals_ignoring_case(other.name, item.name) || pushed_into_.count(&other) > 0) continue;
    const bool both_ctes = is_cte(item) && is_cte(other), both_views = !is_cte(item) && !is_cte(other);
    if (!both_ctes && !both_views) continue;
    if (both_ctes && other.subquery->number != item.subquery->number) continue;
    return &other;
  }
  return nullptr;
}

void Coder::code_from_subqueries(Select* select, SelectPlan& plan) {
  for (std::size_t i = 0; i < select->items.size() && !context_.failed(); ++i) {
    Item* item = select->items[i];
    if (item->kind != ItemKind::kSubquery || item->subquery == nullptr) continue;
    const bool used_twice =
        is_cte(*item) && (item->shared->reference_count >= 2 || copied_ctes_.count(item->shared) > 0);
    const bool is_explained = explain_window_barrier(context_.plan.reasons, *select, *item);
    if (!is_materialized_cte(*item) && !used_twice && push_down_terms(select, item, context_)) {
      pushed_into_.insert(item);
    } else if (!is_explained) {
      explain_barrier(context_.plan.reasons, *select, *item);
    }

    if (item->is_parenthesised_join) item->subquery->mentioned = item->used;
    FromSubquery from;
    from.item = item;
    if (can_be_coroutine(*select, i)) {
      coroutines_.insert(item);
      from.use = SubqueryUse::kCoroutine;
      open_step({.kind = StepKind::kCoroutine, .select = &plan, .item = item});
      context_.set_rows(*item, code_select(item->subquery, Destination::kRows));
      close_step();
    } else if (is_cte(*item) && item->shared->materialized_as != kNoItem && !item->subquery->is_correlated) {
      if (lines_only_ == 0 && materialized_in_lines_only_.erase(item->shared) > 0) {
        // Its line is there, but nobody has the rows.
        from.use = SubqueryUse::kMaterialize;
        const std::size_t before = context_.plan.steps.size();
        code_select(item->subquery, Destination::kTable);
        for (std::size_t k = before; k < context_.plan.steps.size(); ++k)
          context_.plan.steps[k].hidden = true;
        item->shared->materialized_as = item->id;
      } else {
        from.use = SubqueryUse::kReuse;
        from.reused = item->shared->materialized_as;
      }
    } else if (const Item* twin = earlier_twin(*select, i)) {
      from.use = SubqueryUse::kReuse;
      from.reused = twin->id;
      context_.set_rows(*item, context_.rows_of(*twin));
    } else {
      from.use = SubqueryUse::kMaterialize;
      open_step({.kind = StepKind::kMaterialize, .select = &plan, .item = item});
      context_.set_rows(*item, code_select(item->subquery, Destination::kTable));
      close_step();
      if (is_cte(*item) && !item->subquery->is_correlated) {
        item->shared->materialized_as = item->id;
        if (lines_only_ > 0) materialized_in_lines_only_.insert(item->shared);
      }
    }
    plan.subqueries.push_back(from);
  }
}

}  // namespace leftmost::planner
