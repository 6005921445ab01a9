#include "planner/loop_plan.h"

#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

using storage::LogEst;

namespace {

/// Terms that mention no item, have no subquery and always say the same are decided once (section 3.9).
void set_constant_terms_aside(LoopPlan& plan) {
  for (std::size_t i = 0; i < plan.terms.base_count; ++i) {
    Term& term = *plan.terms.terms[i];
    if (term.is_virtual || term.all != 0) continue;
    if (plan.facts.empty() || is_deterministic(term.expr)) {
      plan.constant_terms.push_back(&term);
      term.coded = true;
    }
  }
}

/// Section 6.7: a single item whose rows differ in the result columns anyway.
bool is_distinct_redundant(LoopPlan& plan, std::span<const OrderTerm> results) {
  if (plan.facts.size() != 1) return false;
  const ItemFacts& facts = plan.facts.front();
  const auto is_column = [&](const Expr* expr, int column) {
    return expr->kind == ExprKind::kColumn && expr->item == facts.item->id && expr->column == column;
  };
  for (const OrderTerm& result : results) {
    if (is_column(skip_markers(result.expr), kRowidColumn)) return true;
  }
  for (const Probe& probe : facts.probes) {
    if (probe.is_rowid || !probe.unique || probe.is_partial()) continue;
    bool all = true;
    for (int i = 0; i < probe.key_columns && all; ++i) {
      const ProbeColumn& column = probe.columns[static_cast<std::size_t>(i)];
      TermScan scan = scan_probe_column(plan.terms, facts, probe, i, kOpEq);
      bool fixed = false;
      while (const Term* term = scan.next()) fixed = fixed || term->prereq == 0;
      if (fixed) continue;
      bool selected = false;
      for (const OrderTerm& result : results) {
        if (!is_column(skip_markers(result.expr), column.query_column)) continue;
        if (collation_of(result.expr).value_or(storage::Collation::kBinary) == column.collation)
          selected = true;
      }
      all = selected && column.not_null;
    }
    if (all) return true;
  }
  return false;
}

/// Section 5.8: from the innermost loop outward, an outer join that can neither add nor remove a row is
/// dropped.
void drop_useless_joins(LoopPlan& plan, const LoopRequest& request) {
  ItemSet used = 0;
  for (const ResultColumn& result : request.results) used |= plan.numbers.mentioned(result.expr);
  for (const OrderTerm& wanted : request.wanted.terms) used |= plan.numbers.mentioned(wanted.expr);
  LookasideVector<Candidate>& loops = plan.choice.loops;
  for (std::size_t i = loops.size(); i-- > 1;) {
    const Candidate& loop = loops[i];
    const Item& item = *plan.facts[static_cast<std::size_t>(loop.position)].item;
    if (!item.join.left || item.join.right) continue;
    if (!request.wanted.wants_distinct && !loop.one_row) continue;
    if ((used & loop.self) != 0) continue;
    bool only_own_on = true;
    for (const Term* term : plan.terms.terms) {
      if ((term->all & loop.self) == 0) continue;
      const Expr* expr = term->expr;
      only_own_on = only_own_on && expr->join_mark == JoinMark::kOuterOn && expr->join_item == item.id;
    }
    if (!only_own_on) continue;
    for (Term* term : plan.terms.terms) {
      if ((term->all & loop.self) != 0) term->coded = true;
    }
    plan.dropped |= loop.self;
    loops.erase(loops.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Section 5.9: inner loops whose search will often find nothing, because other conditions filter the item.
void choose_bloom_filters(LoopPlan& plan) {
  LookasideVector<Candidate>& loops = plan.choice.loops;
  plan.bloom_filter.assign(loops.size(), false);
  if (loops.size() < 2) return;
  int searches = loops.front().rows;
  for (std::size_t i = 1; i < loops.size(); ++i) {
    Candidate& loop = loops[i];
    const ItemFacts& facts = plan.facts[static_cast<std::size_t>(loop.position)];
    const bool has_tree = loop.kind == CandidateKind::kRowid || loop.kind == CandidateKind::kIndex;
    if (has_tree && loop.self_culling && loop.has_equal && !facts.is_subquery && searches > facts.rows &&
        facts.item->relation->statistics.has_stat1) {
      plan.bloom_filter[i] = true;
      loop.covering = false;
    }
    searches += loop.rows;
  }
}

}  // namespace

std::unique_ptr<LoopPlan> plan_loops(Context& context, const LoopRequest& request) {
  auto plan = std::make_unique<LoopPlan>();
  if (--context.plans_left < 0) {
    context.check_budget();
    return plan;
  }
  if (request.items.size() > kItemsMax) {
    context.fail({ErrorCode::kError, "at most 64 tables in a join", std::nullopt, {}});
    return plan;
  }
  plan->request = request;
  plan->facts = gather_facts(request.items, context);
  plan->numbers = ItemNumbers(request.items);
  plan->wanted = request.wanted;
  constexpr std::size_t kOrderTermsMax = 63;
  if (plan->wanted.terms.size() > kOrderTermsMax) {
    plan->wanted.terms = {};
    plan->wanted.wants_distinct = false;
  }
  build_terms(plan->terms, request.where, {context, plan->numbers, request.items});
  if (context.failed()) return plan;
  PathChoice& choice = plan->choice;

  if (request.items.empty()) {
    for (Term* term : plan->terms.terms) {
      if (!term->is_virtual && !term->coded) plan->constant_terms.push_back(term);
    }
    choice.rows = start_rows(context);
    choice.order_satisfied = static_cast<int>(plan->wanted.terms.size());
    if (plan->wanted.wants_distinct) choice.distinct = DistinctAnswer::kUnique;
    return plan;
  }
  set_constant_terms_aside(*plan);

  WantedOrder& wanted = plan->wanted;
  if (wanted.wants_distinct && wanted.mode != OrderMatchMode::kDistinct) {
    if (is_distinct_redundant(*plan, wanted.distinct)) {
      choice.distinct = DistinctAnswer::kUnique;
    } else if (wanted.terms.empty()) {
      wanted.terms = wanted.distinct;
      wanted.mode = OrderMatchMode::kDistinct;
      if (wanted.terms.size() > kOrderTermsMax) wanted.terms = {};
    }
  }

  if (request.items_planned == 1 && !request.is_or_arm) {
    if (auto shortcut = find_shortcut(plan->facts.front(), plan->terms)) {
      plan->by_shortcut = true;
      choice.loops.push_back(*shortcut);
      choice.rows = 1;
      choice.order_satisfied = static_cast<int>(wanted.terms.size());
      if (wanted.wants_distinct) choice.distinct = DistinctAnswer::kUnique;
      plan->bloom_filter = {false};
      return plan;
    }
  }

  const CandidateRequest candidates{context,
                                    plan->facts,
                                    request.items_planned,
                                    plan->terms,
                                    wanted.terms,
                                    wanted.helps_candidates,
                                    !request.is_or_arm && !request.is_right_join_pass,
                                    request.is_or_arm,
                                    request.wants_one_pass};
  plan->candidates = generate_candidates(candidates);
  if (context.failed()) return plan;
  const DistinctAnswer unique = choice.distinct;
  const PathRequest path{context, plan->facts, plan->numbers, plan->terms, request.items_planned, wanted};
  PathChoice found = search_path(path, plan->candidates.list.all());
  plan->runs_before = start_rows(context);
  if (unique == DistinctAnswer::kUnique) found.distinct = unique;
  choice = std::move(found);
  if (context.failed()) return plan;
  if (request.may_drop_joins && choice.loops.size() >= 2) drop_useless_joins(*plan, request);
  choose_bloom_filters(*plan);
  return plan;
}

}  // namespace leftmost::planner
