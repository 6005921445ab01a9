// planner/reason.h - why, as data: for every table reference, every index and every index column of a plan, what it
// did and, on the first column that is not a plain seek, the code of the reason.
//
// Recorded while the planner decides; printed by planner/explain.h, the JSON, EXPLAIN WHY and the grader.
// Codes are an interface (never renamed, never reused): docs/reasons.md lists them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "planner/query.h"
#include "storage/log_est.h"

namespace leftmost::planner {

enum class IndexVerdict : std::uint8_t { kUsed, kCostlier, kUnusable };
enum class ColumnRole : std::uint8_t {
  kSeekEq, kSeekIn, kSeekRange, kSeekSkip, kFilterInIndex, kFilterOnRow, kOrder, kGroup, kCover, kIdle,
};

struct ColumnReason {
  std::string_view column;     ///< declared name, `<expr>`, or `rowid`
  ColumnRole role = ColumnRole::kIdle;
  const Expr* term = nullptr;  ///< the condition about it, if any (its span is the caret)
  std::string_view code;       ///< empty on a plain seek
  std::string text;            ///< one sentence with this query's names and values
};

struct IndexReason {
  const RelationIndex* index = nullptr;  ///< null: the table's own b-tree (rowid)
  IndexVerdict verdict = IndexVerdict::kUnusable;
  int seek_columns = 0;
  std::string_view code;
  std::optional<int> cost_estimated;     ///< LogEst of the best candidate of this index, if there was one
  std::vector<ColumnReason> columns;     ///< one per key column
};

/// A condition on columns of one table that are in none of its indexes: no index column can tell why it is not searched.
struct UnindexedCondition {
  std::string column;  ///< the first that it mentions, as declared
  const Expr* term = nullptr;
  std::string text;    ///< one sentence
};

/// A condition that is tested on each row of a table and that no index column tells: another condition stands at its
/// column, or no index has a column of it.
struct TestedCondition {
  ColumnRole role = ColumnRole::kFilterOnRow;  ///< or kFilterInIndex
  const Expr* term = nullptr;
  std::string_view code;  ///< empty: nothing is wrong with the condition
  std::string text;       ///< one sentence
};

struct TableReason {
  const Item* item = nullptr;
  const Select* select = nullptr;
  std::vector<IndexReason> indexes;
  std::vector<UnindexedCondition> unindexed;  ///< in the order of the statement
  std::vector<TestedCondition> tested;        ///< in the order in which they are tested
};

/// A reason that belongs to no index column: ordering, grouping, joins, subqueries, hints.
struct GeneralReason {
  std::string_view code;
  std::string subject;
  Span span;
  std::string text;
};

/// One candidate as it was generated, with what became of it (--trace).
struct CandidateRecord {
  const Item* item = nullptr;
  std::string what;          ///< `seek t1ab 1 col`, `table scan`, `automatic index` ...
  int setup = 0, run = 0, rows = 0;
  std::string outcome;       ///< `kept`, `dropped (dominated by ...)`, `replaces ...`
};

struct PlanReasons {
  std::vector<TableReason> tables;
  std::vector<GeneralReason> general;
  std::vector<CandidateRecord> candidates;
};

}  // namespace leftmost::planner
