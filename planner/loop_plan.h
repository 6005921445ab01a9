// planner/loop_plan.h - one FROM clause with its WHERE, decided: terms, candidates, the chosen path, and what
// is done to the path afterwards (useless outer joins dropped, Bloom filters).
//
// What comes out is still about terms and candidates; coder.h turns it into the record that runs.
#pragma once

#include <algorithm>
#include <memory>

#include "planner/path_search.h"

namespace leftmost::planner {

struct LoopRequest {
  std::span<Item* const> items;
  std::size_t items_planned = 0;  ///< an OR arm plans the first item only
  Expr* where = nullptr;
  WantedOrder wanted;
  /// What the rows are used for; only then may a join that adds nothing be dropped (section 5.8).
  std::span<const ResultColumn> results;
  bool may_drop_joins = false;
  bool is_or_arm = false;
  bool is_right_join_pass = false;  ///< the loop that finds the rows of RIGHT JOIN that nothing matched
  bool wants_one_pass = false;      ///< UPDATE, DELETE
};

struct LoopPlan : storage::FromLookaside {
  LoopRequest request;
  LookasideVector<ItemFacts> facts;
  ItemNumbers numbers;
  TermList terms;
  Candidates candidates;
  PathChoice choice;
  WantedOrder wanted;
  bool by_shortcut = false;
  LookasideVector<Term*> constant_terms;  ///< decided before the loops
  LookasideVector<bool> bloom_filter;     ///< per loop
  ItemSet dropped = 0;                ///< items whose join adds nothing
  storage::LogEst runs_before = 0;    ///< how often the whole runs, as choice.rows counts it
  /// Rows that come out of one run.
  storage::LogEst rows_of_run() const {
    return static_cast<storage::LogEst>(std::max(choice.rows - runs_before, 0));
  }
};

/// What a reader may have written to hold the planner's hand.
enum class Hint : std::uint8_t {
  kCrossJoin,    ///< CROSS JOIN
  kIndexChoice,  ///< INDEXED BY, NOT INDEXED
  kLikelihood,   ///< likely(), unlikely(), likelihood()
};
/// replan.cpp: the same loops decided again on a copy, without one kind of hint, only to compare. Null if
/// that fails. `plan` and the record stay as they are.
std::unique_ptr<LoopPlan> replan_without(Hint hint, Context& context, const LoopPlan& plan);

/// Plans the loops. Errors go to the context; the result is then empty but not null.
std::unique_ptr<LoopPlan> plan_loops(Context& context, const LoopRequest& request);

}  // namespace leftmost::planner
