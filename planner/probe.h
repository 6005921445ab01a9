// planner/probe.h - what the planner knows of every FROM item: the b-trees through which it can be read
// (Probe, planner/relation.h; section 2 of docs/planner.md), and what its joins allow.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "planner/context.h"
#include "planner/item_set.h"
#include "planner/terms.h"

namespace leftmost::planner {

/// One FROM item with what the planner knows about it.
struct ItemFacts {
  const Item* item = nullptr;
  int position = 0;
  ItemSet self = 0;
  std::span<const Probe> probes;  ///< those of the relation; of a FROM subquery its rows alone
  storage::LogEst rows = 0;
  storage::LogEst width = 0;
  bool has_rowid = true;  ///< subqueries have one of their own
  bool is_subquery = false;
  bool is_correlated = false;  ///< a subquery that mentions an enclosing SELECT
  bool is_recursive = false;
  std::unique_ptr<Probe> subquery_rows;  ///< a FROM subquery's only probe
  const JoinType& join() const { return item->join; }
  bool is_left_of_right_join() const { return item->join.left_of_right; }
  bool is_outer() const { return item->join.left || item->join.right; }
  /// Only ON terms may drive searches (and how far is tells constraint_fits_outer_join()).
  bool needs_on_terms() const { return is_outer() || is_left_of_right_join(); }
};

/// The probes of a table. Requires: its other members are set and its indexes stay where they are.
std::vector<Probe> make_probes(const Relation& relation);

/// Facts about every item of a FROM clause.
LookasideVector<ItemFacts> gather_facts(std::span<Item* const> items, const Context& context);

/// The index holds every used column of the item (section 2.7).
bool covers(const Probe& probe, const Item& item);

/// The item is the right side of an outer join: only its own ON may drive a search of it (section 3.7).
bool constraint_fits_outer_join(const Term& term, const ItemFacts& facts);

/// The terms that constrain column `position` of the probe.
TermScan scan_probe_column(TermList& list, const ItemFacts& facts, const Probe& probe, int position,
                           std::uint16_t ops);

/// Section 4.10: some term of the list makes every conjunct of the partial index's WHERE true.
bool partial_index_usable(const Probe& probe, const ItemFacts& facts, const TermList& list,
                          const Context& context);
/// The same for one condition (about kSelfItem) instead of the index's WHERE.
bool partial_condition_met(const Expr* wanted, const ItemFacts& facts, const TermList& list,
                           const Context& context);
/// `expr` being true implies that `wanted` (about kSelfItem or `self`) is true.
bool expr_implies(const Expr* expr, const Expr* wanted, ItemId self, const Context& context);

}  // namespace leftmost::planner
