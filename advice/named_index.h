// advice/named_index.h - a proposed index as a statement that can be run, and what it takes once it is there.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "advice/index_proposals.h"
#include "advice/suggest.h"
#include "advice/trial.h"
#include "planner/eqp_text.h"
#include "storage/catalog.h"

namespace leftmost::advice {

struct NamedIndex {
  std::string name;  ///< as SQL needs it
  std::string table;
  std::string sql;  ///< CREATE INDEX, without semicolon
};

/// One for each index of the proposal, with names that neither the catalog nor `taken` has.
std::vector<NamedIndex> name_indexes(const IndexProposal& proposal, const storage::Catalog& catalog,
                                     std::set<std::string> taken = {});

/// Whether the plan reads the index of that name.
bool mentions(const std::vector<planner::PlanLine>& plan, const std::string& index);

/// Pages and entries of indexes that have just been made; `bytes_before` is what the trial's copy took
/// without them.
IndexPrice price_of(Trial& trial, std::uint64_t bytes_before, const std::vector<NamedIndex>& indexes);

}  // namespace leftmost::advice
