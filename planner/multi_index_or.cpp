// An OR whose every arm can be searched in some index of one item: the rows of all arms, each once
// (section 4.8).

#include "planner/candidate_builder.h"

namespace leftmost::planner {

using storage::log_est_add;
using storage::LogEst;

void CandidateBuilder::add_multi_index_or(ItemFacts& facts, ItemSet prereq) {
  if (facts.item->join.right) return;
  TermList& list = *terms_;
  OrCosts* const outer_costs = arm_costs_;
  ProbeSummary* const outer_summary = summary_;
  summary_ = nullptr;
  for (std::size_t i = 0; i < list.terms.size() && !budget_spent_; ++i) {
    Term& term = *list.terms[i];
    if ((term.ops & kOpOr) == 0 || (term.or_items & facts.self) == 0) continue;
    OrCosts sum;
    bool first = true;
    for (Term* arm : term.or_list->terms) {
      TermList single;
      TermList* arm_terms = nullptr;
      if ((arm->ops & kOpAnd) != 0) {
        arm_terms = arm->and_list.get();
      } else if (arm->about_item == facts.item->id) {
        single.terms.push_back(arm);
        single.base_count = 1;
        single.outer = &list;
        arm_terms = &single;
      } else {
        continue;
      }
      OrCosts costs;
      arm_costs_ = &costs;
      terms_ = arm_terms;
      add_single_access(facts, prereq);
      if (arm_terms->has_or) add_multi_index_or(facts, prereq);
      terms_ = &list;
      arm_costs_ = outer_costs;
      if (costs.entries().empty()) {
        sum.clear();
        break;
      }
      if (first) {
        sum = costs;
        first = false;
        continue;
      }
      OrCosts combined;
      for (const OrCosts::Entry& a : sum.entries()) {
        for (const OrCosts::Entry& b : costs.entries()) {
          combined.insert({a.prereq | b.prereq, log_est_add(a.run, b.run), log_est_add(a.rows, b.rows)});
        }
      }
      sum = combined;
    }
    current_.tag = 0;  // also where nothing comes of the OR: see add_automatic()
    for (const OrCosts::Entry& entry : sum.entries()) {
      Candidate& c = current_;
      c = Candidate{};
      c.position = facts.position;
      c.self = facts.self;
      c.kind = CandidateKind::kMultiIndexOr;
      c.terms = {&term};
      c.run = static_cast<LogEst>(entry.run + 1);
      c.rows = entry.rows;
      c.prereq = entry.prereq;
      insert();
    }
  }
  summary_ = outer_summary;
}

}  // namespace leftmost::planner
