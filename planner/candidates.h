// planner/candidates.h - generates every way to read every item of a FROM clause (section 4 of
// docs/planner.md).
//
//   per item:  automatic indexes -> for each probe: full scan, then searches from the left -> multi-index OR
//
//   candidates.cpp       the frame, full scans, automatic indexes, what filters do to the rows that come out
//   seek_candidates.cpp  searches: column by column, every term, skip-scan
//   function_candidates.cpp  calls of table functions
//   multi_index_or.cpp   one search per arm of an OR
//   shortcut.cpp         a single item with a unique key: no candidates at all
#pragma once

#include "planner/candidate.h"

namespace leftmost::planner {

struct CandidateRequest {
  Context& context;
  LookasideVector<ItemFacts>& facts;
  std::size_t items_planned = 0;  ///< an OR arm plans the first item only, the others just exist
  TermList& where;
  std::span<const OrderTerm> wanted_order;
  bool order_may_help = true;  ///< false: the wanted order is an aggregate's argument (section 4.2)
  bool may_build_index =
      true;  ///< automatic indexes: not for an OR arm, nor for the second pass of RIGHT JOIN
  bool is_or_arm = false;
  bool wants_one_pass = false;  ///< UPDATE, DELETE: no covering full scans
};

/// What was generated for one probe of one item; for explanations.
struct ProbeSummary {
  int position = 0;
  const RelationIndex* index = nullptr;  ///< null: the rowid tree
  std::optional<storage::LogEst> best_run;
  bool partial_unusable = false;
};

struct Candidates {
  CandidateList list;
  LookasideVector<ProbeSummary> probes;
};

/// Errors go to the context.
Candidates generate_candidates(const CandidateRequest& request);

/// Section 4.9: a single item with = on the rowid or on all columns of a unique index. Nothing else is looked
/// at.
std::optional<Candidate> find_shortcut(ItemFacts& facts, TermList& where);

/// A term that an automatic index of the item could be searched by.
bool term_fits_automatic_index(const Term& term, const ItemFacts& facts, ItemSet not_ready);

}  // namespace leftmost::planner
