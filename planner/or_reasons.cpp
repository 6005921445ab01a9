// Why an OR is answered by no index (group B of docs/reasons.md). A multi-index OR needs a search in one and
// the same table for every branch (multi_index_or.cpp).

#include <algorithm>

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

/// What a search of the probe could use of this branch alone, about its first column.
const Term* searched_by(Term& branch, const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                        const Context& context) {
  if (probe.is_partial() && !partial_index_usable(probe, facts, plan.terms, context)) return nullptr;
  TermList single;
  TermList* list = branch.and_list.get();
  if (list == nullptr) {
    single.terms.push_back(&branch);
    list = &single;
  }
  TermList* const outer = list->outer;
  list->outer = nullptr;  // the branch by itself
  TermScan scan = scan_probe_column(*list, facts, probe, 0, kOpsConstraint);
  const Term* found = nullptr;
  while (const Term* term = scan.next()) {
    if (found == nullptr && (term->prereq & facts.self) == 0 && !term->is_not_null_bound) found = term;
  }
  list->outer = outer;
  return found;
}

/// Some index of the item can be searched by this branch alone.
bool branch_is_searchable(Term& branch, const LoopPlan& plan, const ItemFacts& facts,
                          const Context& context) {
  for (const Probe& probe : facts.probes) {
    if (searched_by(branch, plan, facts, probe, context) != nullptr) return true;
  }
  if (branch.and_list == nullptr) return false;
  for (const Term* inner : branch.and_list->terms) {
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
  const auto serves = [&](Term* branch) { return branch_is_searchable(*branch, plan, facts, context); };
  for (Term* branch : term.or_list->terms) {
    if (branch->is_virtual || serves(branch)) continue;
    // Of a comparison of two columns the copy the other way round may be the one about this table.
    const auto& terms = term.or_list->terms;
    if (std::any_of(terms.begin(), terms.end(),
                    [&](Term* copy) { return copy->parent == branch && serves(copy); }))
      continue;
    return {"or-unindexed-branch", "no index serves the branch " + to_text(branch->written, plan.facts) +
                                       ", so the OR cannot be searched"};
  }
  return {{},
          "every branch of the OR about " + name +
              " has an index, but searching them all is estimated to cost more"};
}

const Term* branch_for(const Term& term, const LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                       const Context& context) {
  if (term.or_list == nullptr) return nullptr;
  for (Term* branch : term.or_list->terms) {
    if (const Term* found = searched_by(*branch, plan, facts, probe, context); found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace leftmost::planner
