// planner/probe.h - the b-trees through which an item can be read: its rowid tree first, then its indexes,
// newest first, with every number the planner needs about them (section 2 of docs/planner.md).
#pragma once

#include <optional>
#include <vector>

#include "planner/context.h"
#include "planner/item_set.h"
#include "planner/terms.h"

namespace leftmost::planner {

struct ProbeColumn {
  int column = 0;        ///< as the index has it: kRowidColumn, kExpressionColumn or a column number
  int query_column = 0;  ///< how terms name it: the INTEGER PRIMARY KEY alias is kRowidColumn
  const Expr* expression = nullptr;
  storage::Collation collation = storage::Collation::kBinary;
  std::optional<storage::Affinity> affinity;
  bool descending = false;
  bool not_null = false;  ///< declared so (or the rowid of the tail)
};

struct Probe {
  const RelationIndex* index = nullptr;  ///< null: the rowid tree (or a FROM subquery's rows)
  std::vector<ProbeColumn> columns;      ///< key, then tail
  int key_columns = 0;
  storage::LogEst width = 0;
  storage::LogEst entries = 0;  ///< A[0]
  bool is_rowid = false;
  bool unique = false;
  bool unique_not_null = false;
  bool is_primary_key = false;  ///< implements PRIMARY KEY (its tail is never searched)

  /// A[k]: entries that share their first k columns.
  storage::LogEst rows(int prefix) const;
  bool unordered() const { return index != nullptr && index->statistics.unordered; }
  bool has_stat1() const { return index != nullptr && index->statistics.has_stat1; }
  bool is_partial() const { return index != nullptr && index->where != nullptr; }
  bool is_table_itself() const { return index != nullptr && index->def->is_table_itself; }
  int column_count() const { return static_cast<int>(columns.size()); }
  /// Key or tail has this column (kRowidColumn: the rowid).
  bool contains(int column) const;
  /// Every column of `item` that an expression mentions is in the index (insides of subqueries do not count).
  bool can_evaluate(const Expr* expr, const Item& item) const;
  /// Declared name, `<expr>` or `rowid`.
  std::string_view column_name(int position, const Item& item) const;
};

/// One FROM item with what the planner knows about it.
struct ItemFacts {
  const Item* item = nullptr;
  int position = 0;
  ItemSet self = 0;
  std::vector<Probe> probes;
  storage::LogEst rows = 0;
  storage::LogEst width = 0;
  bool has_rowid = true;  ///< subqueries have one of their own
  bool is_subquery = false;
  bool is_correlated = false;  ///< a subquery that mentions an enclosing SELECT
  bool is_recursive = false;
  bool is_left_of_right_join = false;
  const JoinType& join() const { return item->join; }
  bool is_outer() const { return item->join.left || item->join.right; }
  /// Only ON terms may drive searches (and how far is tells constraint_fits_outer_join()).
  bool needs_on_terms() const { return is_outer() || is_left_of_right_join; }
};

/// Facts about every item of a FROM clause.
std::vector<ItemFacts> gather_facts(std::span<Item* const> items, const Context& context);

/// The index holds every used column of the item (section 2.7).
bool covers(const Probe& probe, const Item& item);

/// The item is the right side of an outer join: only its own ON may drive a search of it (section 3.7).
bool constraint_fits_outer_join(const Term& term, const ItemFacts& facts);

/// The terms that constrain column `position` of the probe.
TermScan scan_probe_column(TermList& list, const ItemFacts& facts, const Probe& probe, int position,
                           std::uint16_t ops);

/// Section 4.10: some term of the list makes every conjunct of the partial index's WHERE true.
bool partial_index_usable(const Probe& probe, const ItemFacts& facts, const TermList& list, const Context& context);
/// The same for one condition (about kSelfItem) instead of the index's WHERE.
bool partial_condition_met(const Expr* wanted, const ItemFacts& facts, const TermList& list, const Context& context);
/// `expr` being true implies that `wanted` (about kSelfItem or `self`) is true.
bool expr_implies(const Expr* expr, const Expr* wanted, ItemId self, const Context& context);

}  // namespace leftmost::planner
