// planner/expr.h - a bound expression: names are resolved, what is left is meaning.
//
// engine/bind makes it from the syntax tree, planner/ analyses and rewrites it, engine/ evaluates it. Nodes
// live in the statement's arena and are trivially destructible. One node has one parent: whoever needs a
// subtree twice copies it (clone()), because planner/ writes into nodes and a subquery node owns its plan.
//
// Normal forms that bind/ establishes (section 3.1 of docs/planner.md, "what the parser already changes"):
//   x IS NULL, x ISNULL          -> kIsNull(x)           x NOT NULL, x IS NOT NULL -> kNotNull(x)
//   x NOT IN/BETWEEN/LIKE ...    -> kNot(kIn ...)        x LIKE p ESCAPE e         -> kFunction like(p, x, e)
//   x IN (c), c one constant     -> kEq(x, kPlus(c))     x IN ()                   -> literal 0, NOT IN () ->
//   literal 1 IS [NOT] DISTINCT FROM       -> kIsNot / kIs         A AND 0 (integer literal) -> literal 0
//   kIsNull/kNotNull of what cannot be null -> literal   likely(X) ...             -> kLikelihood(X)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "planner/function_info.h"
#include "storage/affinity.h"
#include "storage/arena.h"
#include "storage/collation.h"
#include "storage/value.h"

namespace leftmost::planner {

struct Select;
struct WindowCall;

/// A FROM item, numbered uniquely within a statement (not within one SELECT), so that a correlated reference
/// names its row without saying how far out it is.
using ItemId = int;
inline constexpr ItemId kNoItem = -1;
/// "the table that the expression is about": used in index expressions, partial-index WHEREs, CHECKs and
/// DEFAULTs, which are bound once per table; compare and evaluate them with the item that stands for it.
inline constexpr ItemId kSelfItem = -2;

/// Column number of the rowid (or of its INTEGER PRIMARY KEY alias: bind/ always writes kRowidColumn for
/// both).
inline constexpr int kRowidColumn = -1;

/// Byte range [begin, end) in the statement's text; empty for what no text stands for.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool empty() const { return begin >= end; }
};

enum class ExprKind : std::uint8_t {
  kLiteral,    ///< value; `is_true_false` tells the words TRUE/FALSE from 1/0
  kParameter,  ///< parameter (number from 1); `of_row`: a column of OLD or NEW, `column` and collation are
               ///< its own
  kRaise,      ///< RAISE(raise, value) in a trigger; IGNORE has no text
  kColumn,     ///< item, column; affinity and collation are the column's
  // One operand: left.
  kNegate,
  kPlus,
  kBitNot,
  kNot,
  kIsNull,
  kNotNull,
  kIsTrue,
  kIsFalse,
  kIsNotTrue,
  kIsNotFalse,
  kCast,        ///< affinity: of the type (CAST(x AS BLOB) has kBlob and really casts)
  kCollate,     ///< collation
  kLikelihood,  ///< truth: LogEst of the probability (<= 0); likely, unlikely, likelihood
  kIfNullRow,   ///< left, or NULL when the row of `item` is the all-NULL row of an outer join (made by
                ///< flattening)
  // Two operands: left, right.
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIs,
  kIsNot,
  kAnd,
  kOr,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kConcat,
  kBitAnd,
  kBitOr,
  kShiftLeft,
  kShiftRight,
  // More.
  kBetween,         ///< left BETWEEN list[0] AND list[1]
  kIn,              ///< left IN (list), or left IN (select) when select is set
  kCase,            ///< CASE [left] WHEN list[0] THEN list[1] ... ELSE right (null: NULL)
  kRow,             ///< (list[0], list[1], ...): a row value, two or more
  kFunction,        ///< function(list)
  kAggregate,       ///< the result of aggregate number `slot` of `owner`
  kWindow,          ///< function(...) OVER ...: `window` says what the parts of `list` are
  kSubquery,        ///< scalar subquery: first column of first row of `select`; a row value if it has several
                    ///< columns
  kSubqueryColumn,  ///< column number `column` of the row-valued subquery `left`
  kExists,          ///< EXISTS (select)
};

enum class RaiseAction : std::uint8_t { kIgnore, kRollback, kAbort, kFail };

/// Where an ON or USING condition came from (section 3.7 of docs/planner.md). On every node that SQLite would
/// mark.
enum class JoinMark : std::uint8_t { kNone, kInnerOn, kOuterOn };

struct Expr {
  ExprKind kind = ExprKind::kLiteral;
  JoinMark join_mark = JoinMark::kNone;
  RaiseAction raise = RaiseAction::kAbort;                     ///< kRaise
  storage::Affinity affinity = storage::Affinity::kBlob;       ///< kColumn, kCast
  storage::Collation collation = storage::Collation::kBinary;  ///< kColumn, kCollate
  bool is_true_false = false;                                  ///< kLiteral: written TRUE or FALSE
  bool can_be_null = true;   ///< kColumn: false when declared NOT NULL (and not null-extended) or the rowid
  bool has_affinity = true;  ///< kColumn: false if the expression of a FROM subquery has none; excluded.x
  bool replaced_by_constant =
      false;                 ///< kColumn: constant propagation put `right` in its place (section 3.8)
  bool of_row = false;       ///< kParameter
  bool as_stored = false;    ///< kColumn: integral reals up to 48 bits come as integers (RETURNING)
  bool commuted = false;     ///< a comparison whose operands planner/ swapped: its collation is still that of
                             ///< the order as written (comparison_collation() in planner/comparison.h knows)
  bool of_function = false;  ///< kColumn: of a table function
  bool implicit_collation =
      false;  ///< kCollate made by flattening: counts as a column's; kColumn: has none (excluded.x)
  std::int16_t truth = 1;      ///< kLikelihood
  ItemId join_item = kNoItem;  ///< with join_mark: the item whose ON it was
  ItemId item = kNoItem;       ///< kColumn, kIfNullRow
  int column = 0;              ///< kColumn (kRowidColumn: the rowid), kSubqueryColumn
  int parameter = 0;           ///< kParameter
  int slot = 0;                ///< kAggregate: index into owner->aggregates
  Span span;
  Expr* left = nullptr;
  Expr* right = nullptr;
  std::span<Expr*> list;
  const FunctionInfo* function = nullptr;  ///< kFunction, kWindow
  const WindowCall* window = nullptr;      ///< kWindow
  Select* select = nullptr;                ///< kIn, kSubquery, kExists
  Select* owner =
      nullptr;  ///< kAggregate; kColumn in a subquery: the aggregate query outside that keeps it of its rows
  storage::Value value;   ///< kLiteral; bytes live in the arena or the statement text
  std::string_view name;  ///< kColumn: the declared name, kParameter: as written
};

/// Deep copy, subqueries included (their numbers and item ids stay the same).
Expr* clone(const Expr* expr, storage::Arena& arena);

}  // namespace leftmost::planner
