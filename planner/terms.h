// planner/terms.h - WHERE as a list of terms: what each could do for an index (sections 3.2 - 3.7 of
// docs/planner.md).
//
//   WHERE a = 5 AND b BETWEEN 1 AND 3 AND (c = 1 OR c = 2)
//
//   [0] a = 5             base        about a, =
//   [1] b BETWEEN 1 AND 3 base        a filter ...
//   [2] c = 1 OR c = 2    base        a filter ...
//   [3] c IN (1, 2)       virtual     child of [2]: a search by it makes [2] superfluous
//   [4] b >= 1            virtual     child of [1]
//   [5] b <= 3            virtual     child of [1]: both used, [1] is superfluous
//
// Terms are analysed from the last to the first and what analysis adds goes to the end of the list at once:
// the order of the list is visible in ties, in INDEX numbers and in the order of filters, so it is SQLite's.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "planner/context.h"
#include "planner/item_set.h"
#include "storage/log_est.h"

namespace leftmost::planner {

/// What a term is, as bits. The single ones say "column op value".
enum TermOp : std::uint16_t {
  kOpIn = 1,
  kOpEq = 2,
  kOpLt = 4,
  kOpLe = 8,
  kOpGt = 16,
  kOpGe = 32,
  kOpIs = 64,
  kOpIsNull = 128,
  kOpOr = 256,           ///< an OR: or_list
  kOpAnd = 512,          ///< an arm of an OR that is a list of its own: and_list
  kOpEquivalent = 1024,  ///< both sides are columns that are equal in every result row
  kOpRowValue = 2048,    ///< row value = row value, replaced by its slices
};
inline constexpr std::uint16_t kOpsSingle = 255;
inline constexpr std::uint16_t kOpsRangeLow = kOpGt | kOpGe;
inline constexpr std::uint16_t kOpsRangeHigh = kOpLt | kOpLe;
inline constexpr std::uint16_t kOpsConstraint = kOpsSingle;

struct TermList;

struct Term {
  Expr* expr = nullptr;         ///< COLLATE and likelihood on top are gone; may have been commuted
  Expr* written = nullptr;      ///< what to show: the condition in the query that this came from
  ItemId about_item = kNoItem;  ///< the column on the left: its item (of an enclosing SELECT, possibly)
  int about_column = 0;         ///< kRowidColumn, kExpressionColumn, or a column number
  std::uint16_t ops = 0;
  ItemSet prereq = 0;         ///< items of the other side
  ItemSet all = 0;            ///< items mentioned anywhere
  storage::LogEst truth = 1;  ///< <= 0: probability by likelihood(); 1: no hint
  Term* parent = nullptr;
  std::size_t index = 0;  ///< in its own list
  int children = 0;       ///< children that are not coded yet
  int in_field = 0;       ///< row-value IN: which element this slice is about, from 1
  bool is_virtual = false;
  bool is_slice = false;           ///< element of a row-value comparison
  bool is_copied = false;          ///< a commuted copy (or the > NULL of IS NOT NULL) exists
  bool is_not_null_bound = false;  ///< `x > NULL`, made from x IS NOT NULL
  bool is_pattern_bound = false;   ///< half of a LIKE/GLOB range
  Term* pattern_pair = nullptr;    ///< lower half -> upper half
  bool is_correlated = false;      ///< holds a correlated subquery
  bool coded = false;              ///< needs no (further) evaluation
  std::unique_ptr<TermList> or_list;
  ItemSet or_items = 0;  ///< items for which every arm of the OR offers something
  std::unique_ptr<TermList> and_list;
};

struct TermList : storage::FromLookaside {
  std::list<Term, storage::LookasideAllocator<Term>> owned;
  boost::container::small_vector<Term*, 6>
      terms;  ///< usually all of `owned`; the list of a single OR arm borrows its term
  /// Terms before this count are base terms and slices (or came before the last of those).
  std::size_t base_count = 0;
  TermList* outer = nullptr;  ///< of an AND arm of an OR: the list that the OR stands in
  bool is_or = false;         ///< the arms of an OR
  bool has_or = false;        ///< some OR in it may become a multi-index OR
};

/// What analysis needs to know of the FROM clause.
struct TermScope {
  Context& context;
  const ItemNumbers& numbers;
  std::span<Item* const> items;
};

/// Appends the conjuncts of `where` (null: none) as base terms, and analyses them from the last to the first.
void build_terms(TermList& list, Expr* where, const TermScope& scope);

/// The search of section 3.10: the terms that constrain one column, equivalent columns included.
class TermScan {
 public:
  /// The terms about a column of an item that have one of `ops`. `column` may be kRowidColumn.
  TermScan(TermList& list, ItemId item, int column, std::uint16_t ops);
  /// The same for an index column: affinity and collation of the comparison must fit it too.
  struct IndexColumnTest {
    storage::Affinity affinity = storage::Affinity::kBlob;
    bool has_affinity = true;
    storage::Collation collation = storage::Collation::kBinary;
    const Expr* expression = nullptr;  ///< of an expression column
  };
  TermScan(TermList& list, ItemId item, int column, std::uint16_t ops, const IndexColumnTest& test);

  /// The next term, or null.
  Term* next();
  /// True if the term returned last is about an equivalent column, not the one asked for.
  bool through_equivalence() const { return current_ > 0; }

 private:
  struct Column {
    ItemId item;
    int column;
  };
  bool fits(const Term& term) const;

  TermList* first_;
  TermList* list_;
  std::size_t next_ = 0;
  static constexpr std::size_t kColumnsMax = 11;  ///< with equivalent ones; SQLite's WhereScan.aiCur
  std::array<Column, kColumnsMax> columns_;       // the first column_count_ are set
  std::size_t column_count_ = 1;
  std::size_t current_ = 0;
  std::uint16_t ops_;
  bool tests_index_ = false;
  IndexColumnTest test_;
};

/// True if an index column of this affinity gives the right answer for the comparison.
bool index_affinity_fits(const Expr* comparison, std::optional<storage::Affinity> column);
/// The same for the affinity that a comparison gives to its sides.
bool index_affinity_fits(storage::Affinity comparison, std::optional<storage::Affinity> column);

/// Section 3.10, "finding one term": the first with no prerequisites and = or IS, else the first whose
/// prerequisites are within `ready`.
Term* find_term(TermList& list, ItemId item, int column, ItemSet ready, std::uint16_t ops);

/// Marks the term as superfluous, and its parent too when all its children are.
/// With `outer_on_only` set only terms from an outer join's ON may be marked.
void mark_coded(Term& term, bool outer_on_only, ItemSet not_ready);

}  // namespace leftmost::planner
