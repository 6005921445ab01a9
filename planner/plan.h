// planner/plan.h - the record of a decision: what the executor runs, what EXPLAIN QUERY PLAN prints, and what the
// explanation says are three readings of it. Nothing that reads it decides anything again.
//
//   Plan
//    `- SelectPlan                 one per SELECT core; found through Select::plan
//        |- subqueries             FROM subqueries: co-routine, materialised, reused
//        |- loops                  outermost first; each reads one item in one way
//        |   `- or_arms            a loop that is a multi-index OR has small plans of its own
//        |- group / distinct / order: done by the loops' order, or by sorting
//        `- steps                  everything that prints a line, in the order in which SQLite generates code
//
// Owned by Plan (stable addresses). Points into the bound statement's arena, which must outlive it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "planner/query.h"
#include "planner/reason.h"
#include "storage/log_est.h"
#include "storage/lookaside.h"

namespace leftmost::planner {

using storage::LookasideVector;

struct SelectPlan;
struct Loop;

/// One equality column of a search: index columns 0 .. equalities.size()-1, in order.
enum class SeekKind : std::uint8_t { kEqual, kIs, kIsNull, kIn, kSkip };
struct SeekColumn {
  SeekKind kind = SeekKind::kEqual;
  const Expr* term = nullptr;   ///< the condition it came from, as written; null for kSkip
  const Expr* value = nullptr;  ///< kEqual, kIs: what the column must equal (the other side of the comparison)
  const Expr* in = nullptr;     ///< kIn: the kIn node
  int in_field = 0;             ///< kIn with a row value on the left: which of its fields
  /// Applied to the value before it is looked up; kBlob: none.
  storage::Affinity key_affinity = storage::Affinity::kBlob;
};

/// A bound on the columns right after the equality columns. A row value may bound several of them at once.
struct SeekBound {
  LookasideVector<const Expr*> values;  ///< empty: no bound; usually one
  LookasideVector<storage::Affinity> key_affinities;
  bool inclusive = false;
  bool is_not_null = false;         ///< the bound is `> NULL`, made from IS NOT NULL
  const Expr* term = nullptr;
  bool present() const { return !values.empty() || is_not_null; }
};

enum class AccessPath : std::uint8_t {
  kTableScan,        ///< in rowid order; a WITHOUT ROWID table in primary-key order; a subquery in its order
  kIndexScan,        ///< a whole index
  kRowidSearch,      ///< rowid = or a rowid range
  kIndexSearch,      ///< equalities and/or bounds on a prefix of an index (the primary key of WITHOUT ROWID too)
  kAutomaticIndex,   ///< builds an index for this statement, then searches it
  kMultiIndexOr,
  kTableFunction,    ///< a call: `equalities` are the arguments that are passed
};

/// One column of an automatic index that is searched: `column` = value.
struct AutomaticColumn {
  int column = 0;
  std::string_view name;
  SeekColumn seek;
  storage::Collation collation = storage::Collation::kBinary;
};

struct OrArm {
  int number = 0;                    ///< n of `INDEX n`
  const Expr* condition = nullptr;   ///< the arm and the terms planned with it
  std::unique_ptr<Loop> loop;        ///< how the arm finds its rows (filters included)
};

/// A lone min(x) or max(x): the first row of the loops that has a non-NULL x is enough, if the loops deliver x in order.
enum class MinMaxMode : std::uint8_t { kNone, kMin, kMax };

enum class FilterStage : std::uint8_t {
  kIndexEntry,  ///< needs only columns of the index: tested before the table row is read
  kRow,
  kCorrelated,  ///< contains a correlated subquery: tested last
};
struct Filter {
  const Expr* condition = nullptr;
  FilterStage stage = FilterStage::kRow;
  /// Of the ON clause of a LEFT/FULL JOIN: decides whether the row matches. The others are tested after that, on
  /// the all-NULL row as well.
  bool is_outer_on = false;
};

/// How one item is read, inside the loops before it.
struct Loop {
  const Item* item = nullptr;
  AccessPath access = AccessPath::kTableScan;
  const RelationIndex* index = nullptr;  ///< kIndexScan, kIndexSearch (also for the key of a WITHOUT ROWID table)
  bool covering = false;                 ///< the table row is never read
  bool prints_covering = false;          ///< the word COVERING (it goes missing for one-pass changes, Bloom filters)
  bool reverse = false;                  ///< runs backwards
  bool one_row = false;                  ///< at most one row
  bool nulls_last_pass = false;          ///< NULLs of the first order column in a second pass (section 5.4)
  bool bloom_filter = false;
  bool automatic_partial = false;        ///< AUTOMATIC PARTIAL
  int function_access = 0;               ///< kTableFunction: FunctionAccess::number
  LookasideVector<SeekColumn> equalities;
  SeekBound lower, upper;
  MinMaxMode min_max = MinMaxMode::kNone;  ///< the statement wants only the first row (or the last, when reverse)
  int skipped_columns = 0;               ///< leading kSkip entries of `equalities`
  /// DISTINCT: behind a row that was taken, entries that agree with it in so many leading columns are jumped over with a
  /// search of their own; 0: they are stepped through.
  int jump_columns = 0;
  LookasideVector<AutomaticColumn> automatic_columns;
  LookasideVector<const Expr*> automatic_filter;  ///< terms that rows of a partial automatic index meet
  const Expr* or_term = nullptr;
  LookasideVector<OrArm> or_arms;
  LookasideVector<Filter> filters;           ///< in the order in which they are tested
  storage::LogEst rows_estimated;        ///< out of this loop, per run of it
  storage::LogEst run_cost;
  storage::LogEst setup_cost;
};

enum class SubqueryUse : std::uint8_t { kCoroutine, kMaterialize, kReuse };
struct FromSubquery {
  const Item* item = nullptr;
  SubqueryUse use = SubqueryUse::kCoroutine;
  ItemId reused = kNoItem;  ///< kReuse: the item whose rows are read again
};

enum class GroupMode : std::uint8_t { kNone, kOneGroup, kByLoops, kSorted };
enum class DistinctMode : std::uint8_t { kNone, kUnique, kOrdered, kTempBTree };
enum class OrderMode : std::uint8_t { kNone, kByLoops, kSortRightPart, kSort };

/// How an IN's right side is looked up when it is a SELECT: in a list that is made of its rows, or in the table that it
/// reads, by an index or by rowid.
enum class InLookup : std::uint8_t { kList, kIndex, kRowid };

/// One line of EXPLAIN QUERY PLAN, as data: what happens, at which depth, in emission order.
enum class StepKind : std::uint8_t {
  kLoop, kBloomFilter, kMultiIndexOr, kOrArm, kConstantRow, kConstantRows, kCountTable,
  kCoroutine, kMaterialize, kSetup, kRecursiveStep,
  kCompound, kLeftmostSubquery, kCompoundArm, kMerge, kMergeLeft, kMergeRight,
  kScalarSubquery, kListSubquery, kReuseSubquery, kReuseListSubquery, kInIndex, kInRowid,
  kSortOrderBy, kSortRightPart, kSortGroupBy, kSortDistinct, kSortAggregateDistinct, kRightJoin,
};
struct Step {
  StepKind kind = StepKind::kLoop;
  int parent = -1;                  ///< index into Plan::steps, -1: top level
  const SelectPlan* select = nullptr;
  const Loop* loop = nullptr;       ///< kLoop, kBloomFilter, kOrArm, kRightJoin
  const Item* item = nullptr;       ///< kCoroutine, kMaterialize, kCountTable
  const RelationIndex* index = nullptr;  ///< kCountTable, kInIndex
  int number = 0;                   ///< subquery number, INDEX n, number of constant rows
  bool correlated = false;
  CompoundOp op = CompoundOp::kNone;
  bool hidden = false;              ///< happens, but SQLite prints no line for it (section 7.7)
  std::string_view name = {};       ///< kSortAggregateDistinct: the function; kInRowid: the table; kRightJoin, kCountTable
};

struct SelectPlan {
  Select* select = nullptr;
  LookasideVector<FromSubquery> subqueries;
  LookasideVector<Loop> loops;
  /// Terms that mention no item and can be decided before any loop runs.
  LookasideVector<const Expr*> constant_filters;
  /// HAVING terms that were not moved to WHERE stay in select->having.
  GroupMode group = GroupMode::kNone;
  DistinctMode distinct = DistinctMode::kNone;
  bool distinct_as_group_by = false;    ///< section 6.7: DISTINCT + identical ORDER BY
  OrderMode order = OrderMode::kNone;
  int order_terms_by_loops = 0;         ///< leading ORDER BY terms that the loops deliver
  /// kSort, with the rows of each run of the last loop in order: under a LIMIT, a row that comes too late for it ends the
  /// run.
  bool inner_loop_orders = false;
  bool group_order_free = false;        ///< the ORDER BY comes with the grouping
  MinMaxMode min_max = MinMaxMode::kNone;
  LookasideVector<bool> aggregate_distinct_ordered;  ///< per aggregate: its DISTINCT needs no temp B-tree
  /// An arm of a compound: the ORDER BY that a merged FROM subquery brought, by which the arm sorts its own rows.
  std::span<const OrderTerm> arm_order;
  /// An arm of a compound with ORDER BY, which merges its arms: the order in which this one delivers its rows.
  std::span<const OrderTerm> merge_order;
  bool count_shortcut = false;          ///< count(*) of a whole table: count count_index, or the table when null
  const RelationIndex* count_index = nullptr;
  InLookup in_lookup = InLookup::kList;  ///< of the SELECT on the right side of an IN
  storage::LogEst rows_estimated;
};

/// A compound with ORDER BY merges two sides. How many of its arms, from the last, are the right side: one, but half of a
/// chain of more than three UNIONs, or of UNION ALLs. `ops`: of the arms from the left, the first counts for nothing.
std::size_t right_arms_of_merge(std::span<const CompoundOp> ops);

struct Plan : storage::FromLookaside {
  std::list<SelectPlan, storage::LookasideAllocator<SelectPlan>> selects;  ///< stable addresses; Select::plan points here
  std::vector<int> looked_at;      ///< parameters whose values the decision depends on (bound_values.h)
  int item_count = 0;              ///< every ItemId of the statement is below it (flattening makes new ones)
  SelectPlan* top = nullptr;       ///< of a SELECT (its last arm when compound); null for a change
  LookasideVector<Loop> change_loops;  ///< of UPDATE/DELETE: one loop, or none when every row goes (truncation)
  LookasideVector<const Expr*> change_constant_filters;  ///< decided before the loop
  bool change_one_pass = false;
  LookasideVector<Step> steps;         ///< in emission order
  /// Loops that some steps describe and that belong to no SelectPlan: Bloom filters, the second pass of RIGHT JOIN.
  LookasideVector<std::unique_ptr<Loop>> detached_loops;
  PlanReasons reasons;             ///< what was considered and why it was or was not taken
};

}  // namespace leftmost::planner
