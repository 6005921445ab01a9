// Why each index was or was not used, written down right after the loops have been decided (docs/reasons.md lists the
// codes).

#include "planner/coder.h"

namespace leftmost::planner {

void Coder::record_reasons(const Select& select, const SelectPlan& plan, const LoopPlan& loops) {
  static_cast<void>(plan);
  for (const Candidate& chosen : loops.choice.loops) {
    const ItemFacts& facts = loops.facts[static_cast<std::size_t>(chosen.position)];
    TableReason& table = context_.plan.reasons.tables.emplace_back();
    table.item = facts.item;
    table.select = &select;
    for (const Probe& probe : facts.probes) {
      IndexReason& index = table.indexes.emplace_back();
      index.index = probe.index;
      const bool used = chosen.probe == &probe;
      for (const ProbeSummary& summary : loops.candidates.probes) {
        if (summary.position == facts.position && summary.index == probe.index && summary.best_run) {
          index.cost_estimated = *summary.best_run;
        }
      }
      index.verdict = used ? IndexVerdict::kUsed
                           : index.cost_estimated ? IndexVerdict::kCostlier : IndexVerdict::kUnusable;
      if (used) index.seek_columns = chosen.equal_columns + (chosen.has_range() ? 1 : 0);
    }
  }
}

void Coder::record_change_reasons(const Item&, const LoopPlan&) {}

void Coder::record_count_reasons(const Select& select, const SelectPlan& plan) {
  TableReason& table = context_.plan.reasons.tables.emplace_back();
  table.item = plan.count_index == nullptr ? select.items.front() : select.items.front();
  table.select = &select;
}

}  // namespace leftmost::planner
