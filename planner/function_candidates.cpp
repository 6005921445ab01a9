// Ways to call a table function (section 4.12 of docs/planner.md; SQLite: whereLoopAddVirtual, src/where.c).
// The function is asked with all constraints first, then with fewer: once for each set of items that some
// constraint needs before it.
#include <algorithm>

#include "planner/candidate_builder.h"
#include "planner/table_function.h"

namespace leftmost::planner {

namespace {

constexpr ItemSet kAllItems = ~ItemSet{0};

bool is_constraint(const Term& term, const ItemFacts& facts) {
  return term.about_item == facts.item->id && (term.ops & kOpsSingle) != 0 && !term.is_not_null_bound &&
         (!facts.needs_on_terms() || constraint_fits_outer_join(term, facts));
}

}  // namespace

void CandidateBuilder::add_function(ItemFacts& facts, ItemSet prereq) {
  // Items that stay behind this one: those from the first outer or CROSS JOIN to the right on.
  ItemSet behind = 0;
  for (std::size_t i = static_cast<std::size_t>(facts.position) + 1; i < request_.items_planned; ++i) {
    const ItemFacts& other = request_.facts[i];
    if (behind != 0 || other.is_outer() || other.join().cross) behind |= other.self;
  }
  std::vector<Term*> constraints;
  for (Term* term : terms_->terms) {
    if (is_constraint(*term, facts) && (term->prereq & behind) == 0) constraints.push_back(term);
  }

  const FunctionTrial all = try_function(facts, prereq, kAllItems, false, constraints);
  const ItemSet best = all.prereq & ~prereq;
  if (best == 0 && !all.has_in) return;  // nothing else can be better
  bool seen_free = false, seen_free_without_in = false;
  ItemSet best_without_in = 0;
  if (all.has_in) {
    best_without_in = try_function(facts, prereq, kAllItems, true, constraints).prereq & ~prereq;
    if (best_without_in == 0) seen_free = seen_free_without_in = true;
  }
  const auto note = [&](const FunctionTrial& trial) {
    if (trial.prereq != prereq) return;
    seen_free = true;
    seen_free_without_in = seen_free_without_in || !trial.has_in;
  };
  std::vector<ItemSet> needed;
  for (const Term* term : constraints) needed.push_back(term->prereq & ~prereq);
  std::sort(needed.begin(), needed.end());
  needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
  for (const ItemSet items : needed) {
    if (items == 0 || items == best || items == best_without_in) continue;
    note(try_function(facts, prereq, items | prereq, false, constraints));
  }
  if (!seen_free) {
    const FunctionTrial trial = try_function(facts, prereq, prereq, false, constraints);
    seen_free_without_in = seen_free_without_in || !trial.has_in;
  }
  if (!seen_free_without_in) try_function(facts, prereq, prereq, true, constraints);
}

CandidateBuilder::FunctionTrial CandidateBuilder::try_function(ItemFacts& facts, ItemSet prereq,
                                                               ItemSet usable, bool without_in,
                                                               std::span<Term* const> constraints) {
  FunctionTrial trial{prereq, false};
  const TableFunction& function = *facts.item->function;
  std::vector<ArgumentConstraint> offered;
  std::vector<Term*> terms;
  for (Term* term : constraints) {
    if (term->about_column < function.first_argument()) continue;
    ArgumentConstraint& constraint = offered.emplace_back();
    constraint.argument = term->about_column - function.first_argument();
    constraint.is_equality = (term->ops & (kOpEq | kOpIn)) != 0;
    constraint.usable = (term->prereq & ~usable) == 0 && !(without_in && (term->ops & kOpIn) != 0);
    terms.push_back(term);
  }
  const std::optional<FunctionAccess> access = function.choose_access(offered);
  if (!access) return trial;
  const int tag = current_.tag;  // left over from the item before, as for automatic indexes
  Candidate& c = current_;
  c = Candidate{};
  c.position = facts.position;
  c.self = facts.self;
  c.tag = tag;
  c.kind = CandidateKind::kFunction;
  c.function_access = access->number;
  for (const int position : access->passed) {
    if (position < 0) break;
    Term* term = terms[static_cast<std::size_t>(position)];
    c.terms.push_back(term);
    trial.prereq |= term->prereq;
    trial.has_in = trial.has_in || (term->ops & kOpIn) != 0;
  }
  c.has_in = trial.has_in;
  c.prereq = trial.prereq;
  c.run = access->run;
  c.rows = access->rows;
  insert();
  return trial;
}

}  // namespace leftmost::planner
