// planner/query.h - a bound statement: what is asked, with every name resolved, and not yet how to do it.
//
// engine/bind fills it in, planner/ rewrites it (flattening, push-down ...) and plans it. All nodes live in
// the statement's arena; Select and Item are plain structs whose spans are replaced, never grown in place.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "planner/expr.h"
#include "planner/relation.h"

namespace leftmost::planner {

struct SelectPlan;
class TableFunction;
struct WindowPass;

struct ResultColumn {
  Expr* expr = nullptr;
  std::string_view name;           ///< as the result shows it
  std::string_view declared_type;  ///< of the column it shows, empty otherwise (CREATE TABLE AS)
};

enum class NullsPlace : std::uint8_t { kDefault, kFirst, kLast };

/// One term of ORDER BY or GROUP BY. Ordinals and aliases are already replaced by copies of the result
/// column.
struct OrderTerm {
  Expr* expr = nullptr;
  bool descending = false;
  NullsPlace nulls = NullsPlace::kDefault;
  int result_column = 0;  ///< from 1: the term is (a copy of) this result column; 0: it is none
};

/// NULLs come where an index in the term's direction does not have them: ASC NULLS LAST, DESC NULLS FIRST.
inline bool nulls_are_misplaced(const OrderTerm& term) {
  return term.descending ? term.nulls == NullsPlace::kFirst : term.nulls == NullsPlace::kLast;
}

enum class FrameUnit : std::uint8_t { kRange, kRows, kGroups };
enum class FrameBound : std::uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};
/// kNone: no EXCLUDE is written. With one, EXCLUDE NO OTHERS too, every frame is read anew, row by row.
enum class FrameExclude : std::uint8_t { kNone, kNoOthers, kCurrentRow, kGroup, kTies };

struct WindowFrame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start = FrameBound::kUnboundedPreceding;
  FrameBound end = FrameBound::kCurrentRow;
  Expr* start_offset = nullptr;  ///< kPreceding, kFollowing: of literals and parameters only
  Expr* end_offset = nullptr;
  FrameExclude exclude = FrameExclude::kNone;
};

/// What stands behind the function of a kWindow node, whose list holds all expressions: first the arguments,
/// then PARTITION BY, ORDER BY, and the FILTER if there is one. Shared by copies of the node.
struct WindowCall {
  std::size_t argument_count = 0;
  std::size_t partition_count = 0;
  std::span<const OrderTerm> order;  ///< directions only: the expressions are in the list
  bool has_filter = false;
  WindowFrame frame;
};
inline std::span<Expr* const> window_arguments(const Expr& call) {
  return std::span<Expr* const>(call.list).first(call.window->argument_count);
}
inline std::span<Expr* const> window_partition(const Expr& call) {
  return std::span<Expr* const>(call.list).subspan(call.window->argument_count, call.window->partition_count);
}
inline std::span<Expr* const> window_order(const Expr& call) {
  return std::span<Expr* const>(call.list).subspan(call.window->argument_count + call.window->partition_count,
                                                   call.window->order.size());
}
inline Expr* window_filter(const Expr& call) { return call.window->has_filter ? call.list.back() : nullptr; }

enum class ItemKind : std::uint8_t {
  kTable,
  kSubquery,            ///< a FROM subquery, a view or a CTE: `subquery` is its own bound copy
  kRecursiveReference,  ///< the name of a recursive CTE inside its recursive step
  kRow,                 ///< no loop: a row that the executor supplies (excluded.*, OLD/NEW, RETURNING)
  kFunction,  ///< a call of a table function, or its bare name: `function`, its `relation`, `arguments`
};

/// How an item is joined to what stands left of it.
struct JoinType {
  bool cross = false;  ///< CROSS JOIN: pins the order
  bool left = false;   ///< this item is null-extended: right side of LEFT or FULL
  bool right = false;  ///< what stands left of it is null-extended: right side of RIGHT or FULL
  /// A RIGHT or FULL JOIN follows in the FROM in which the item was written; what is merged into that FROM
  /// later does not change it (SQLite: JT_LTORJ).
  bool left_of_right = false;
};

/// MATERIALIZED, NOT MATERIALIZED or nothing.
enum class CteHint : std::uint8_t { kNone, kMaterialized, kNotMaterialized };

/// A common table expression or view as one thing with several references.
struct SharedQuery {
  std::string_view name;
  CteHint hint = CteHint::kNone;
  bool is_view = false;
  bool typed_by_last_arm =
      false;                ///< a view with a column list: of a compound, not the first arm has its types
  int reference_count = 0;  ///< in the statement as written
  ItemId materialized_as = kNoItem;  ///< planner/: the first reference that was materialised
};

struct Item {
  ItemId id = kNoItem;
  ItemKind kind = ItemKind::kTable;
  JoinType join;
  const Relation* relation = nullptr;       ///< kTable, kRow, kFunction: columns, indexes, statistics
  const TableFunction* function = nullptr;  ///< kFunction
  std::span<Expr*> arguments;               ///< kFunction; may mention the other items
  Select* subquery = nullptr;               ///< kSubquery; a compound is its last arm
  SharedQuery* shared = nullptr;            ///< kSubquery that came from a view or CTE; kRecursiveReference
  std::string_view schema;                  ///< as written, empty if not
  std::string_view name;   ///< as written in the query (table, view, CTE); empty for a bare subquery
  std::string_view alias;  ///< as written, empty if none
  bool is_parenthesised_join = false;  ///< `(a JOIN b)` that became a subquery: named (join-n)
  const RelationIndex* indexed_by = nullptr;
  bool not_indexed = false;
  /// Columns of this item that the statement mentions anywhere (section 2.7); the rowid never counts.
  /// One entry per column of the relation or subquery.
  std::span<bool> used;
  Span span;
};

struct AggregateCall {
  const FunctionInfo* function = nullptr;
  std::span<Expr*> arguments;  ///< empty for count(*)
  bool distinct = false;
  Expr* filter = nullptr;
  Span span;
};

enum class CompoundOp : std::uint8_t { kNone, kUnionAll, kUnion, kIntersect, kExcept };

/// One SELECT core. A compound is a chain: the last arm points to the arm before it; ORDER BY, LIMIT and
/// OFFSET of the whole stand on the last arm.
struct Select {
  int number = 0;  ///< SQLite's number of this SELECT (section 7.3); shown as SUBQUERY n
  std::span<ResultColumn> columns;
  std::span<Item*> items;
  Expr* where = nullptr;  ///< ON and USING are ANDed to it, marked
  std::span<OrderTerm> group_by;
  Expr* having = nullptr;
  std::span<OrderTerm> order_by;
  bool distinct = false;
  Expr* limit = nullptr;
  Expr* offset = nullptr;
  bool is_aggregate = false;  ///< has aggregates or GROUP BY
  std::span<AggregateCall> aggregates;
  /// Its window calls (kWindow nodes of its columns and ORDER BY) that one pass over its rows computes, the
  /// one written last first. Others, and copies of these, take passes of their own over rows that are made
  /// before.
  std::span<Expr*> windows;
  bool has_several_partitions = false;  ///< some call of another pass has another PARTITION BY
  /// VALUES with two or more rows: then `columns` describes them and nothing else is set.
  std::span<std::span<Expr*>> values_rows;

  Select* prior = nullptr;            ///< the arm to the left
  CompoundOp op = CompoundOp::kNone;  ///< joins this arm to `prior`
  bool is_recursive = false;   ///< last arm of a recursive CTE; its arms that mention themselves are the step
  bool is_correlated = false;  ///< mentions a column of an enclosing SELECT
  Span span;
  bool is_update_from = false;  ///< the SELECT of an UPDATE ... FROM: its input keeps its order
  // Set by planner/ before it rewrites anything.
  bool is_in_definition = false;    ///< inside the body of a view or CTE
  bool has_complex_result = false;  ///< a result column calls a function or holds a subquery (section 6.2)
  bool keeps_subquery_order =
      false;  ///< its result has an aggregate other than count, min, max: the order of its input shows
  bool is_compound_arm = false;  ///< is or was one of several arms
  bool ignores_order =
      false;  ///< nobody sees the order of its rows: ORDER BY of what is merged into it goes too
  /// The columns of a parenthesised join that something mentions; empty: all.
  std::span<const bool> mentioned;
  const WindowPass* window_pass =
      nullptr;                 ///< set by planner/ (window_pass.h), when it takes the windows apart
  SelectPlan* plan = nullptr;  ///< set by planner/; owned by the Plan
  /// A scalar subquery or EXISTS, and an IN without correlation, is written down once, as a subroutine that
  /// every later use calls. Copies made afterwards call it too: this points to the SELECT that was written
  /// down.
  Select* subroutine = nullptr;
  /// Row-valued: the fields lie in registers, for uses under this many RIGHT JOINs. -1: not yet.
  int fields_depth = -1;
};

enum class ChangeKind : std::uint8_t { kUpdate, kDelete };

/// The search part of UPDATE and DELETE: which rows of `target` are meant (section 6.12).
struct ChangeQuery {
  ChangeKind kind = ChangeKind::kDelete;
  Item* target = nullptr;
  Expr* where = nullptr;
  /// Several rows may be changed while the loop runs (no RETURNING or triggers, no change of the key ...).
  bool multi_row_one_pass_allowed = false;
};

}  // namespace leftmost::planner
