// Writes down, right after the loops of a FROM clause have been decided, what became of every index and why
// (docs/reasons.md lists the codes). Columns: column_reasons.cpp; ordering: order_reasons.cpp; joins:
// join_reasons.cpp; why an index that could be searched is not: choice_reasons.cpp.

#include <algorithm>
#include <unordered_map>

#include "planner/choice_reasons.h"
#include "planner/coder.h"
#include "planner/column_reasons.h"
#include "planner/condition_reasons.h"
#include "planner/covering_reasons.h"
#include "planner/expr_text.h"
#include "planner/join_reasons.h"
#include "planner/order_reasons.h"
#include "planner/partial_index_reasons.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

std::string quoted(const RelationIndex* index) { return words_of_index(index); }

const ProbeSummary* summary_of(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe) {
  for (const ProbeSummary& summary : plan.candidates.probes) {
    if (summary.position == facts.position && summary.index == probe.index) return &summary;
  }
  return nullptr;
}

bool partial_unusable(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                      const Context& context) {
  const ProbeSummary* summary = summary_of(plan, facts, probe);
  if (summary != nullptr) return summary->partial_unusable;
  return probe.is_partial() &&
         !partial_index_usable(probe, facts, plan.terms, context);  // a shortcut asked no index
}

void add_general(PlanReasons& reasons, std::string_view code, std::string subject, Span span,
                 std::string text) {
  reasons.general.push_back({code, std::move(subject), span, std::move(text)});
}

/// That of the first column that has one.
std::string_view first_code(const IndexReason& index) {
  for (const ColumnReason& column : index.columns) {
    if (!column.code.empty()) return column.code;
  }
  return {};
}

/// The arms of a multi-index OR that search the index; null: the rowid.
void collect_arms(const Loop& loop, const RelationIndex* index, std::vector<const OrArm*>& arms) {
  for (const OrArm& arm : loop.or_arms) {
    if (arm.loop == nullptr) continue;
    const bool is_rowid = index == nullptr && arm.loop->access == AccessPath::kRowidSearch;
    if (is_rowid || (index != nullptr && arm.loop->index == index)) arms.push_back(&arm);
    collect_arms(*arm.loop, index, arms);
  }
}

/// Why the search does not hop over leading columns that nothing fixes; where the table is searched anyway it
/// would gain little.
void explain_no_hopping(PlanReasons& reasons, const ItemFacts& facts, const Probe& probe,
                        const Candidate* chosen, const std::vector<ColumnFacts>& columns, bool is_unusable) {
  constexpr storage::LogEst kRowsPerValueMin = 42;
  const bool is_searched =
      chosen != nullptr && (searches(*chosen) || chosen->kind == CandidateKind::kMultiIndexOr ||
                            chosen->kind == CandidateKind::kAutomaticIndex);
  if (chosen == nullptr || is_searched || is_unusable || probe.index == nullptr) return;
  if (probe.index->statistics.no_skip_scan) return;
  const auto first =
      std::find_if(columns.begin(), columns.end(), [](const ColumnFacts& c) { return c.has_term(); });
  if (first == columns.begin() || first == columns.end() || first->search == nullptr) return;
  const int free = static_cast<int>(first - columns.begin());
  std::string names;
  for (int i = 0; i < free; ++i)
    names += (i == 0 ? "" : i + 1 < free ? ", " : " and ") + std::string(probe.column_name(i, *facts.item));
  if (!probe.has_stat1()) {
    add_general(reasons, "skip-scan-no-stats", quoted(probe.index), {},
                "without ANALYZE nothing is known about the values of " + names + ", so hopping over " +
                    (free == 1 ? "it" : "them") + " is not tried");
  } else if (probe.rows(free) < kRowsPerValueMin) {
    add_general(
        reasons, "skip-scan-too-many-groups", quoted(probe.index), {},
        names + (free == 1 ? " has about " : " together have about ") +
            words_of_count(storage::log_est_to_count(probe.rows(0) - probe.rows(free))) +
            " values, too many to hop from one to the next: that pays when 18 rows or more share one");
  }
}

void record_item(PlanReasons& reasons, const Select* select, LoopPlan& plan, const ItemFacts& facts,
                 const Candidate* chosen, const WithoutHints& without, const LookasideVector<Loop>& written,
                 const ArmReasons& arm_reasons, std::string_view grouping, const Context& context) {
  const Loop* loop = nullptr;
  for (const Loop& candidate : written) {
    if (candidate.item == facts.item) loop = &candidate;
  }
  TableReason& table = reasons.tables.emplace_back();
  table.item = facts.item;
  table.select = select;
  for (const Probe& probe : facts.probes) {
    const bool used = chosen != nullptr && chosen->probe == &probe;
    // Arms of a multi-index OR search their indexes in plans of their own: an index has an entry for each
    // arm.
    std::vector<const OrArm*> arms;
    if (loop != nullptr) collect_arms(*loop, probe.is_rowid ? nullptr : probe.index, arms);
    for (const OrArm* arm : arms) {
      const auto found = arm_reasons.find(arm->loop.get());
      if (found != arm_reasons.end()) table.indexes.push_back(found->second);
    }
    if (!arms.empty()) continue;
    // The rowid tree is the table itself: worth a word only when it is searched.
    if (probe.is_rowid && (!used || !searches(*chosen))) continue;
    IndexReason& index = table.indexes.emplace_back();
    index.index = probe.index;
    if (const ProbeSummary* summary = summary_of(plan, facts, probe);
        summary != nullptr && summary->best_run) {
      index.cost_estimated = *summary->best_run;
    }
    if (used && !index.cost_estimated) index.cost_estimated = chosen->run;

    const std::vector<ColumnFacts> columns = column_facts(plan, facts, probe);
    const bool searchable = !columns.empty() && columns.front().search != nullptr;
    const bool hinted_away = (facts.item->indexed_by != nullptr && facts.item->indexed_by != probe.index) ||
                             (facts.item->not_indexed && facts.has_rowid && !probe.is_rowid);
    if (used) {
      index.verdict = IndexVerdict::kUsed;
    } else if (partial_unusable(plan, facts, probe, context)) {
      index.verdict = IndexVerdict::kUnusable;
    } else if (hinted_away) {
      index.verdict = searchable ? IndexVerdict::kCostlier : IndexVerdict::kUnusable;
    } else {
      index.verdict = searchable || index.cost_estimated ? IndexVerdict::kCostlier : IndexVerdict::kUnusable;
    }
    const OrderUse order = order_use(plan, facts, probe, chosen, grouping);
    if (order.delivers && !used && !partial_unusable(plan, facts, probe, context))
      index.verdict = IndexVerdict::kCostlier;
    // A full scan that lost is no use of the index's order: its leading column is what matters.
    if (index.verdict == IndexVerdict::kCostlier && !searchable && !order.delivers) {
      bool any_term = false;
      for (const ColumnFacts& column : columns) any_term = any_term || column.has_term();
      if (any_term) index.verdict = IndexVerdict::kUnusable;
    }
    explain_columns(index, plan, facts, probe, chosen, order, context);
    index.code = first_code(index);
    // A search that SQLite can do and does not think worth it.
    if (index.code == "is-not-null" && index.verdict == IndexVerdict::kUnusable)
      index.verdict = IndexVerdict::kCostlier;
    if (used && probe.index != nullptr) {
      Explanation cost = why_use_costs(plan, facts, probe, *chosen, select);
      if (!cost.code.empty()) {
        if (index.code.empty()) {
          index.code = cost.code;
          // Of an index that is read from end to end no column has said why.
          if (!searches(*chosen) && !index.columns.empty()) {
            index.columns.front().code = cost.code;
            if (index.columns.front().text.empty()) index.columns.front().text = cost.text;
          }
        }
        add_general(reasons, cost.code, quoted(probe.index), {}, std::move(cost.text));
      }
    } else if (partial_unusable(plan, facts, probe, context)) {
      const PartialReason partial = why_partial_unusable(plan, facts, probe, context);
      const bool is_mentioned =
          partial.term != nullptr || order.is_mentioned ||
          std::any_of(columns.begin(), columns.end(), [](const auto& c) { return c.has_term(); });
      // Of an index that the query says nothing about, its WHERE is the least reason.
      if (is_mentioned && !index.columns.empty()) {
        index.code = partial.why.code;
        ColumnReason& first = index.columns.front();
        first.code = partial.why.code;
        first.text = partial.why.text;
        if (partial.term != nullptr) first.term = partial.term->written;
      }
    } else if (index.verdict == IndexVerdict::kCostlier && searchable && chosen != nullptr) {
      Explanation why = why_costlier(plan, without, facts, probe, *chosen, columns);
      const Span span = columns.front().search->written->span;
      if (!why.code.empty()) {
        index.code = why.code;
        add_general(reasons, why.code, quoted(probe.index), span, std::move(why.text));
      }
      if (is_coin_toss(plan, facts, probe, *chosen, columns)) {
        add_general(reasons, "stats-missing-wrong-index", quoted(probe.index), span,
                    "without ANALYZE " + quoted(probe.index) + " and " + quoted(chosen->probe->index) +
                        " look alike, both with " + words_of_rows(chosen->rows) + ": the choice is a guess");
      }
    }
    explain_no_hopping(reasons, facts, probe, chosen, columns, partial_unusable(plan, facts, probe, context));
  }
}

}  // namespace

void Coder::record_arm_reasons(LoopPlan& arm_plan, const OrArm& arm) {
  if (context_.options.record == PlanRecord::kDecisions) return;
  const Candidate& chosen = arm_plan.choice.loops.front();
  if (chosen.probe == nullptr) return;  // an OR within the arm: its arms speak for themselves
  IndexReason index;
  index.index = chosen.probe->index;
  index.verdict = IndexVerdict::kUsed;
  index.cost_estimated = chosen.run;
  explain_columns(index, arm_plan, arm_plan.facts.front(), *chosen.probe, &chosen, {}, context_);
  index.code = first_code(index);
  arm_reasons_[arm.loop.get()] = std::move(index);
}

void Coder::record_reasons(const Select& select, const SelectPlan& plan, LoopPlan& loops) {
  if (context_.options.record == PlanRecord::kDecisions) return;
  PlanReasons& reasons = context_.plan.reasons;
  const WithoutHints without = plan_without_hints(context_, loops);
  const bool is_distinct = loops.wanted.mode == OrderMatchMode::kDistinct || plan.distinct_as_group_by ||
                           loops.wanted.aggregate_argument != nullptr;
  const std::string_view grouping = is_distinct ? "distinct-not-prefix" : "group-by-not-prefix";
  for (const ItemFacts& facts : loops.facts) {
    const Candidate* chosen = chosen_for(loops, facts.position);
    record_item(reasons, &select, loops, facts, chosen, without, plan.loops, arm_reasons_, grouping,
                context_);
    if (chosen == nullptr) continue;
    const std::string name(facts.item->alias.empty() ? facts.item->name : facts.item->alias);
    if (plan.min_max != MinMaxMode::kNone && chosen->is_full_scan() && plan.order_terms_by_loops == 0) {
      const AggregateCall& call = select.aggregates.front();
      const std::string asked(std::string(call.function->name) + "(" + to_text(call.arguments.front()) + ")");
      add_general(reasons, "minmax-search-is-a-scan", name, call.span,
                  "the plan says SEARCH " + name + ", but no index helps " + asked + ": every row is read");
    }
  }
  explain_conditions(reasons, loops, context_);
  explain_unindexed_conditions(reasons, loops);
  explain_joins(reasons, loops, context_);
  explain_order(reasons, select, plan, loops);
  explain_tested_conditions(reasons, loops, plan.loops, context_);
}

void Coder::record_change_reasons(const Item&, LoopPlan& loops) {
  if (context_.options.record == PlanRecord::kDecisions) return;
  const WithoutHints without = plan_without_hints(context_, loops);
  for (const ItemFacts& facts : loops.facts) {
    record_item(context_.plan.reasons, nullptr, loops, facts, chosen_for(loops, facts.position), without,
                context_.plan.change_loops, arm_reasons_, {}, context_);
  }
  explain_conditions(context_.plan.reasons, loops, context_);
  explain_unindexed_conditions(context_.plan.reasons, loops);
  explain_joins(context_.plan.reasons, loops, context_);
  explain_tested_conditions(context_.plan.reasons, loops, context_.plan.change_loops, context_);
}

void order_tables(Plan& plan) {
  std::unordered_map<const Item*, std::size_t> places;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (step.kind != StepKind::kLoop && step.kind != StepKind::kMultiIndexOr &&
        step.kind != StepKind::kCountTable && step.kind != StepKind::kInIndex &&
        step.kind != StepKind::kInRowid)
      continue;
    const Item* item = step.loop != nullptr ? step.loop->item : step.item;
    places.emplace(item, i);
  }
  const auto place = [&](const TableReason& table) {
    const auto found = places.find(table.item);
    return found == places.end() ? plan.steps.size() : found->second;
  };
  std::stable_sort(plan.reasons.tables.begin(), plan.reasons.tables.end(),
                   [&](const TableReason& a, const TableReason& b) { return place(a) < place(b); });
}

void Coder::record_count_reasons(const Select& select, const SelectPlan& plan) {
  if (context_.options.record == PlanRecord::kDecisions) return;
  PlanReasons& reasons = context_.plan.reasons;
  TableReason& table = reasons.tables.emplace_back();
  table.item = select.items.front();
  table.select = &select;
  for (const RelationIndex& index : table.item->relation->indexes) {
    IndexReason& made = table.indexes.emplace_back();
    made.index = &index;
    const bool used = plan.count_index == &index;
    made.verdict = used ? IndexVerdict::kUsed : IndexVerdict::kCostlier;
    made.code = used ? "full-scan-picks-narrowest-index" : "no-constraint";
    for (const storage::IndexColumn& column : index.def->key_columns) {
      ColumnReason& reason = made.columns.emplace_back();
      reason.column =
          column.column == storage::kExpressionColumn
              ? std::string_view("<expr>")
              : std::string_view(
                    table.item->relation->def->columns[static_cast<std::size_t>(column.column)].name);
      if (used) reason.role = ColumnRole::kCover;
    }
    if (!used && !made.columns.empty()) {
      made.columns.front().code = "no-constraint";
      made.columns.front().text = "no condition mentions a column of " + index.def->name;
    }
  }
  if (plan.count_index != nullptr) {
    add_general(reasons, "full-scan-picks-narrowest-index", plan.count_index->def->name, {},
                "count(*) needs no column: the entries of " + plan.count_index->def->name +
                    " are counted, the narrowest tree there is");
  }
}

}  // namespace leftmost::planner
