// Why an OR is answered by no index (group B of docs/reasons.md). A multi-index OR needs a search in one and
// the same table for every branch (multi_index_or.cpp).

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

/// Some index of the item can be searched by this branch alone.
bool branch_is_searchable(Term& branch, const LoopPlan& plan, const ItemFacts& facts,
                          const Context& context) {
  TermList single;
  TermList* list = branch.and_list.get();
  if (list == nullptr) {
    single.terms.push_back(&branch);
    list = &single;
  }
  for (const Probe& probe : facts.probes) {
    if (probe.is_partial() && !partial_index_usable(probe, facts, plan.terms, context)) continue;
    TermList* const outer = list->outer;
    list->outer = nullptr;  // the branch by itself
    TermScan scan = scan_probe_column(*list, facts, probe, 0, kOpsConstraint);
    bool found = false;
    while (const Term* term = scan.next()) {
      found = found || ((term->prereq & facts.self) == 0 && !term->is_not_null_bound);
    }
    list->outer = outer;
    if (found) return true;
  }
  for (const Term* inner : list->terms) {
    if (inner->or_list == nullptr) continue;
    bool all = true;
    for (Term* part : inner->or_list->terms) all = all && branch_is_searchable(*part, plan, facts, context);
    if (all) return true;
  }
  return false;
}

}  // namespace

Explanation why_or_fails(const Term& term, const LoopPlan& plan, const ItemFacts& facts,
                         const std::string& name, const Context& context) {
  const std::string table(facts.item->alias.empty() ? facts.item->name : facts.item->alias);
  if (term.or_list == nullptr) return {};
  for (const Term* branch : term.or_list->terms) {
    if (branch->is_virtual || (branch->all & facts.self) != 0 || branch->all == 0) continue;
    return {"or-across-tables", to_text(branch->written, plan.facts) +
                                    " is about another table, so the OR says nothing about " + table +
                                    " alone"};
  }
  for (Term* branch : term.or_list->terms) {
    if (branch->is_virtual || branch_is_searchable(*branch, plan, facts, context)) continue;
    if (branch->is_copied) continue;
    return {"or-unindexed-branch", "no index serves the branch " + to_text(branch->written, plan.facts) +
                                       ", so every row is read anyway"};
  }
  return {{},
          "every branch of the OR about " + name +
              " has an index, but searching them all is estimated to cost more"};
}

}  // namespace leftmost::planner
