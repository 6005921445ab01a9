// planner/candidate_builder.h - the state that the parts of candidate generation share; see candidates.h.
#pragma once

#include "planner/candidates.h"

namespace leftmost::planner {

/// How many columns of the probe, from `column` on, a range bounds: more than one for a row value whose
/// fields go on as the index does.
int row_bound_length(const ItemFacts& facts, const Probe& probe, int column, const Term& term);

class CandidateBuilder {
 public:
  explicit CandidateBuilder(const CandidateRequest& request) : request_(request) {}
  Candidates run();

 private:
  using LogEst = storage::LogEst;

  // candidates.cpp
  void add_item(ItemFacts& facts, ItemSet prereq);
  void add_single_access(ItemFacts& facts, ItemSet prereq);
  void add_btree(ItemFacts& facts, ItemSet prereq);
  void add_automatic(ItemFacts& facts, ItemSet prereq);
  void add_full_scan(ItemFacts& facts, const Probe& probe, int number, ItemSet prereq, bool helps_order);
  bool helps_wanted_order(const ItemFacts& facts, const Probe& probe) const;
  LogEst lookups_of_scan(const ItemFacts& facts, const Probe& probe) const;
  void adjust_rows(Candidate& candidate, LogEst rows_before) const;
  void insert();
  bool keeps_record() const { return request_.context.options.record == PlanRecord::kCandidates; }
  void record(const Candidate& candidate, std::string outcome);

  // seek_candidates.cpp
  void add_seeks(ItemFacts& facts, const Probe& probe, LogEst in_multiplier);
  void add_seek_by(ItemFacts& facts, const Probe& probe, LogEst in_multiplier, Term& term,
                   bool through_equivalence, const Candidate& saved);
  /// The next column of the current candidate may be left out, with every value of it looked up in turn.
  bool may_skip_column(const Probe& probe) const;
  void add_skip_scan(ItemFacts& facts, const Probe& probe, LogEst in_multiplier, const Candidate& saved);
  LogEst range_rows(LogEst rows, const Term* lower, const Term* upper) const;

  // function_candidates.cpp
  /// What a set of usable constraints led to.
  struct FunctionTrial {
    ItemSet prereq = 0;
    bool has_in = false;
  };
  void add_function(ItemFacts& facts, ItemSet prereq);
  FunctionTrial try_function(ItemFacts& facts, ItemSet prereq, ItemSet usable, bool without_in,
                             std::span<Term* const> constraints);

  // multi_index_or.cpp
  void add_multi_index_or(ItemFacts& facts, ItemSet prereq);

  const CandidateRequest& request_;
  TermList* terms_ = nullptr;     ///< the current list: the whole WHERE, or one arm of an OR
  OrCosts* arm_costs_ = nullptr;  ///< inside an arm: where costs go instead of the list
  Candidate current_;  ///< the candidate in the making; its tag survives from item to item, as in SQLite
  ProbeSummary* summary_ = nullptr;
  bool budget_spent_ = false;
  int budget_ = 20'000;  ///< insertions; 1 000 more per item (SQLite's SQLITE_QUERY_PLANNER_LIMIT)
  Candidates result_;
};

}  // namespace leftmost::planner
