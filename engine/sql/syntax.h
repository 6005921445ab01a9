// engine/sql/syntax.h - the syntax tree: what a statement says, before any name means anything.
//
//   SELECT a+1 AS n FROM t WHERE b = ?1 ORDER BY n LIMIT 10
//
//   Select number 1
//     columns   [ kAdd(kName a, kInteger 1), alias n, text "a+1" ]
//     from      [ kTable t ]
//     where     kEq(kName b, kParameter 1)
//     order_by  [ kName n ]      limit  kInteger 10
//
// The tree is immutable once parsed: a view or CTE body is bound several times from one tree. Nodes live in
// the arena given to parse() and are trivially destructible; their string_views point into the statement's
// text or into the arena, so both must outlive the tree. A span of bytes, {begin, end}, counts from the start
// of the text given to parse(). Optional children are null pointers or empty spans.
//
// The language is that of SQLite 3.40.1 (https://www.sqlite.org/lang.html) with UPDATE/DELETE ... LIMIT, and
// one statement of ours, EXPLAIN WHY. Where SQLite's parser already changes a statement in a way that can be
// seen later (numbers of SELECTs, parenthesised joins, CREATE texts), the tree holds the changed form; each
// place says so.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace leftmost::engine::sql {

/// Bytes [begin, end) of the text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool empty() const { return begin >= end; }
};

enum class Quote : std::uint8_t { kNone, kSingle, kDouble, kBracket, kBacktick };

/// An identifier (or a string that stands where an identifier is wanted), without its quotes.
struct Name {
  std::string_view text;
  Span span;  ///< with the quotes
  Quote quote = Quote::kNone;
  bool empty() const {
    return span.empty();
  }  ///< not written; `""` is a name without letters, not an empty Name
};

struct Select;
struct Window;
struct FunctionCall;
struct Statement;

enum class ExprKind : std::uint8_t {
  // Leaves. `text` is as said.
  kNull,
  kInteger,  ///< digits or 0x..., as written; the value may not fit (decimal: it is then a real, hex: an
             ///< error).
             ///< `- 9223372036854775808` is kNegate(kInteger): give the pair its value together
  kReal,     ///< as written
  kString,   ///< content, '' undoubled
  kBlob,     ///< the hex digits between the quotes, an even number
  kCurrentTime,
  kCurrentDate,
  kCurrentTimestamp,
  kParameter,  ///< `text` as written (?, ?5, :a, @a, $a::b(c)); `parameter` its number from 1
  kName,       ///< column: `text`; `qualifiers`: table, or schema and table. `quote` tells how the column was
               ///< written:
               ///< kDouble and unresolved: a string; unquoted TRUE and FALSE, unresolved: 1 and 0
  // One operand: left.
  kNegate,
  kPlus,
  kBitNot,
  kNot,
  kIsNull,  ///< x ISNULL; also x IS NULL, exactly where SQLite rewrites it (right side is the bare word NULL)
  kNotNull,  ///< x NOTNULL, x NOT NULL; x IS NOT NULL likewise
  kCast,     ///< `text`: the type as declared_type() gives it; may be empty
  kCollate,  ///< `text`: the collation's name
  // Two operands: left, right.
  kAnd,
  kOr,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIs,
  kIsNot,  ///< IS DISTINCT FROM is kIsNot, IS NOT DISTINCT FROM is kIs
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
  kJsonArrow,      ///< ->
  kJsonArrowText,  ///< ->>
  // More. `negated` for NOT BETWEEN, NOT LIKE, NOT IN.
  kLike,
  kGlob,
  kRegexp,
  kMatch,     ///< left LIKE right [ESCAPE list[0]]; they are calls like(right, left[, escape])
  kBetween,   ///< left BETWEEN list[0] AND list[1]
  kInList,    ///< left IN (list); the list may be empty
  kInSelect,  ///< left IN (select)
  kInTable,  ///< left IN table, left IN schema.table, left IN function(list): `text`, `qualifiers`; call says
             ///< which
  kCase,     ///< CASE [left] WHEN list[0] THEN list[1] ... [ELSE right]
  kRow,      ///< (list[0], list[1], ...), two or more
  kFunction,  ///< `text`(list); DISTINCT, *, FILTER, OVER in `call` (never null)
  kSubquery,  ///< (select)
  kExists,    ///< EXISTS (select); NOT EXISTS is kNot(kExists)
  kRaise,     ///< RAISE(raise, `text`); IGNORE has no text
};

enum class RaiseAction : std::uint8_t { kIgnore, kRollback, kAbort, kFail };

struct Expr {
  ExprKind kind = ExprKind::kNull;
  Quote quote = Quote::kNone;  ///< kName; kFunction, kInTable: how `text` was written
  bool negated = false;
  RaiseAction raise{};       ///< kRaise
  std::uint16_t height = 1;  ///< of the tree below, this node included; at most 1000, as SQLite
  Span span;                 ///< from the first token to the last, without parentheses around it
  std::string_view text;
  int parameter = 0;      ///< kParameter
  int select_number = 0;  ///< kInTable: it stands for IN (SELECT * FROM table), which takes a number
  const Expr* left = nullptr;
  const Expr* right = nullptr;
  std::span<const Expr* const> list;
  std::span<const Name> qualifiers;    ///< kName, kInTable
  const FunctionCall* call = nullptr;  ///< kFunction; kInTable when it is a table-valued function
  const Select* select = nullptr;      ///< kInSelect, kSubquery, kExists
};

struct FunctionCall {
  bool distinct = false;
  bool star = false;             ///< f(*)
  const Expr* filter = nullptr;  ///< FILTER (WHERE filter)
  const Window* over = nullptr;
};

enum class FrameUnit : std::uint8_t { kRange, kRows, kGroups };
enum class FrameBoundKind : std::uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing
};
/// kNone: nothing is written, which is not the same to SQLite as EXCLUDE NO OTHERS (every frame is then read
/// anew).
enum class FrameExclude : std::uint8_t { kNone, kNoOthers, kCurrentRow, kGroup, kTies };

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kUnboundedPreceding;
  const Expr* offset = nullptr;  ///< kPreceding, kFollowing
};

enum class NullsOrder : std::uint8_t { kDefault, kFirst, kLast };

/// One term of ORDER BY, of an index's columns or of a key constraint.
struct OrderTerm {
  const Expr* expr = nullptr;  ///< a COLLATE stands in it as kCollate
  bool descending = false;
  NullsOrder nulls = NullsOrder::kDefault;
};

/// OVER name, OVER (...) and WINDOW name AS (...).
struct Window {
  Name name;  ///< of the definition; or, with `is_reference`, the name that OVER mentions without parentheses
  bool is_reference = false;
  /// OVER (base ...). In a WINDOW clause it is settled already (extend_window()), but for the first
  /// definition, where SQLite does not look.
  Name base;
  std::span<const Expr* const> partition_by;
  std::span<const OrderTerm> order_by;
  bool has_frame = false;  ///< false: RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start{FrameBoundKind::kUnboundedPreceding, nullptr};
  FrameBound end{FrameBoundKind::kCurrentRow, nullptr};
  FrameExclude exclude = FrameExclude::kNone;
  Span span;
};

enum class ResultColumnKind : std::uint8_t { kExpr, kStar, kTableStar };

struct ResultColumn {
  ResultColumnKind kind = ResultColumnKind::kExpr;
  const Expr* expr = nullptr;  ///< kExpr
  Name name;                   ///< kExpr: the alias, empty without; kTableStar: the table
  /// kExpr: the original text up to the next token, trimmed: the column's name when it has no alias and is no
  /// column (`SELECT a+ b` names it `a+ b`).
  std::string_view text;
  Span span;
};

enum class FromKind : std::uint8_t { kTable, kFunction, kSubquery };

/// The operator between an item and those left of it. The first item has none of it.
struct JoinOperator {
  bool comma = false;
  bool cross = false;
  bool natural = false;
  bool left = false;   ///< LEFT, FULL
  bool right = false;  ///< RIGHT, FULL
};

/// One item of FROM. Parentheses are resolved as SQLite's parser does: `(a JOIN b)` first and alone
/// disappears; `(a)` is `a` (its inner alias and INDEXED BY are lost); any other becomes a subquery SELECT *
/// FROM a JOIN b with select->is_parenthesised_join, which takes a SELECT's number.
struct FromItem {
  FromKind kind = FromKind::kTable;
  JoinOperator join;
  Name schema;
  Name name;  ///< kTable, kFunction
  Name alias;
  std::span<const Expr* const> arguments;  ///< kFunction
  const Select* select = nullptr;          ///< kSubquery
  Name indexed_by;
  bool not_indexed = false;
  const Expr* on = nullptr;
  std::span<const Name> using_columns;  ///< never empty when USING was written
  /// Binding says `a NATURAL join may not have an ON or USING clause` (after the tables were found, as SQLite
  /// does).
  Span span;
};

enum class CompoundOperator : std::uint8_t { kNone, kUnion, kUnionAll, kIntersect, kExcept };

enum class Materialized : std::uint8_t { kAny, kMaterialized, kNotMaterialized };

struct CommonTable {
  Name name;
  std::span<const Name> columns;
  const Select* select = nullptr;
  Materialized materialized = Materialized::kAny;
  Span span;
};

/// WITH. Names are distinct without case.
struct With {
  bool recursive = false;
  std::span<const CommonTable> tables;
  Span span;
};

/// One SELECT core or one VALUES. A compound is a chain from its last arm back through `prior`; ORDER BY,
/// LIMIT and WITH of the whole stand on the last arm, and a pointer to a compound points to it.
struct Select {
  /// As SQLite numbers it (SUBQUERY n): when the parser finishes it, inner before outer, left before right. A
  /// VALUES takes one number per row and keeps the last.
  int number = 0;
  int expression_height = 0;  ///< of the highest expression in it and its prior arms, FROM left out
  Span span;                  ///< of this arm
  const Select* prior = nullptr;
  CompoundOperator op = CompoundOperator::kNone;  ///< between prior and this
  const With* with = nullptr;

  bool is_values = false;
  std::span<const std::span<const Expr* const>>
      rows;  ///< VALUES: one or more; widths may differ (an error to bind)

  bool distinct = false;
  bool is_parenthesised_join = false;  ///< made from `(a JOIN b)` in FROM: columns are one kStar
  std::span<const ResultColumn> columns;
  std::span<const FromItem> from;
  const Expr* where = nullptr;
  std::span<const Expr* const> group_by;
  const Expr* having = nullptr;
  std::span<const Window> windows;
  std::span<const OrderTerm> order_by;
  const Expr* limit = nullptr;  ///< LIMIT a, b: limit is b and offset a
  const Expr* offset = nullptr;
};

// Statements.

enum class StatementKind : std::uint8_t {
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kCreateTable,
  kCreateIndex,
  kCreateView,
  kCreateTrigger,
  kCreateVirtualTable,
  kAlterTable,
  kDrop,
  kReindex,
  kAnalyze,
  kVacuum,
  kPragma,
  kAttach,
  kDetach,
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,
  kRelease,
  kRollbackTo,
};

enum class Explain : std::uint8_t { kNone, kBytecode, kQueryPlan, kWhy };

/// What every statement starts with; `kind` says which of the structs below it is.
struct Statement {
  StatementKind kind;
  Explain explain = Explain::kNone;
  int parameter_count = 0;  ///< the highest parameter number in it
  int select_count = 0;     ///< the highest number of a SELECT in it; 0 in the body of a trigger
  /// Name of parameter i + 1 as written (`:a`, `?5`); empty for `?` and for numbers never written.
  std::span<const std::string_view> parameter_names;
  Span span;  ///< from the first token (EXPLAIN included) to the last, without the semicolon
};

struct SelectStatement : Statement {
  static constexpr StatementKind kKind = StatementKind::kSelect;
  const Select* select = nullptr;
};

/// OR ROLLBACK, ON CONFLICT IGNORE ...; kNone: not written.
enum class ConflictAction : std::uint8_t { kNone, kRollback, kAbort, kFail, kIgnore, kReplace };

/// The table of INSERT, UPDATE, DELETE.
struct Target {
  Name schema;
  Name name;
  Name alias;
  Name indexed_by;
  bool not_indexed = false;
};

/// SET column = value, SET (a, b) = value.
struct Assignment {
  std::span<const Name> columns;
  /// For several columns: a kSubquery, or a kRow of as many values (checked here, as SQLite does).
  const Expr* value = nullptr;
};

/// ON CONFLICT [(target) [WHERE target_where]] DO NOTHING | DO UPDATE SET ... [WHERE where].
struct Upsert {
  std::span<const OrderTerm> target;
  const Expr* target_where = nullptr;
  bool do_nothing = false;
  std::span<const Assignment> assignments;
  const Expr* where = nullptr;
  Span span;
};

struct Insert : Statement {
  static constexpr StatementKind kKind = StatementKind::kInsert;
  const With* with = nullptr;
  ConflictAction action{};  ///< REPLACE INTO is kReplace
  Target target;
  std::span<const Name> columns;
  const Select* source = nullptr;  ///< null: DEFAULT VALUES
  std::span<const Upsert> upserts;
  std::span<const ResultColumn> returning;
};

struct Update : Statement {
  static constexpr StatementKind kKind = StatementKind::kUpdate;
  const With* with = nullptr;
  ConflictAction action{};
  Target target;
  std::span<const Assignment> assignments;
  std::span<const FromItem> from;
  const Expr* where = nullptr;
  std::span<const OrderTerm> order_by;
  const Expr* limit = nullptr;
  const Expr* offset = nullptr;
  std::span<const ResultColumn> returning;
};

struct Delete : Statement {
  static constexpr StatementKind kKind = StatementKind::kDelete;
  const With* with = nullptr;
  Target target;
  const Expr* where = nullptr;
  std::span<const OrderTerm> order_by;
  const Expr* limit = nullptr;
  const Expr* offset = nullptr;
  std::span<const ResultColumn> returning;
};

enum class ForeignKeyAction : std::uint8_t { kNoAction, kSetNull, kSetDefault, kCascade, kRestrict };

/// REFERENCES and its tail.
struct References {
  Name table;
  std::span<const Name> columns;
  ForeignKeyAction on_delete{};
  ForeignKeyAction on_update{};
  bool deferrable = false;
  bool initially_deferred = false;
  Span span;
};

enum class ColumnConstraintKind : std::uint8_t {
  kNull,  ///< means nothing
  kNotNull,
  kPrimaryKey,
  kUnique,
  kCheck,
  kDefault,
  kCollate,
  kReferences,
  kGenerated
};

struct ColumnConstraint {
  ColumnConstraintKind kind{};
  Name name;  ///< CONSTRAINT name
  ConflictAction conflict{};
  bool descending = false;     ///< kPrimaryKey
  bool autoincrement = false;  ///< kPrimaryKey
  /// kCheck, kGenerated; kDefault (the bare word of DEFAULT word is a kString).
  const Expr* expr = nullptr;
  /// kCheck, kGenerated, kDefault: what stands between the parentheses, or the default as written, trimmed.
  std::string_view text;
  std::string_view collation;              ///< kCollate
  const References* references = nullptr;  ///< kReferences
  bool stored = false;                     ///< kGenerated: STORED; otherwise VIRTUAL
  Span span;
};

struct ColumnDefinition {
  Name name;
  /// As SQLite keeps it: the original text without quotes and GENERATED ALWAYS; the six standard types (ANY,
  /// BLOB, INT, INTEGER, REAL, TEXT) in capitals. Empty without a type.
  std::string_view type;
  std::span<const ColumnConstraint> constraints;
  Span span;
};

enum class TableConstraintKind : std::uint8_t { kPrimaryKey, kUnique, kCheck, kForeignKey };

struct TableConstraint {
  TableConstraintKind kind{};
  Name name;
  ConflictAction conflict{};
  bool autoincrement = false;              ///< kPrimaryKey
  std::span<const OrderTerm> key;          ///< kPrimaryKey, kUnique
  const Expr* check = nullptr;             ///< kCheck
  std::string_view text;                   ///< kCheck: what stands between the parentheses
  std::span<const Name> columns;           ///< kForeignKey
  const References* references = nullptr;  ///< kForeignKey
  Span span;
};

struct CreateTable : Statement {
  static constexpr StatementKind kKind = StatementKind::kCreateTable;
  bool temporary = false;
  bool if_not_exists = false;
  Name schema;
  Name name;
  std::span<const ColumnDefinition> columns;
  std::span<const TableConstraint> constraints;
  bool without_rowid = false;
  bool strict = false;
  const Select* as_select = nullptr;  ///< then there are no columns, and SQLite makes up the stored text
  std::string_view
      stored_text;  ///< what sqlite_schema.sql holds: `CREATE TABLE t(...)`, TEMP and schema left out
};

struct CreateIndex : Statement {
  static constexpr StatementKind kKind = StatementKind::kCreateIndex;
  bool unique = false;
  bool if_not_exists = false;
  Name schema;
  Name name;
  Name table;
  std::span<const OrderTerm> columns;
  const Expr* where = nullptr;
  std::string_view stored_text;
};

struct CreateView : Statement {
  static constexpr StatementKind kKind = StatementKind::kCreateView;
  bool temporary = false;
  bool if_not_exists = false;
  Name schema;
  Name name;
  std::span<const Name> columns;
  const Select* select = nullptr;
  std::string_view stored_text;
};

enum class TriggerTime : std::uint8_t { kBefore, kAfter, kInsteadOf };
enum class TriggerEvent : std::uint8_t { kDelete, kInsert, kUpdate };

struct CreateTrigger : Statement {
  static constexpr StatementKind kKind = StatementKind::kCreateTrigger;
  bool temporary = false;
  bool if_not_exists = false;
  Name schema;
  Name name;
  TriggerTime time{};  ///< nothing written: kBefore
  TriggerEvent event{};
  std::span<const Name> update_of;
  Name table_schema;
  Name table;
  const Expr* when = nullptr;
  std::span<const Statement* const> body;  ///< SelectStatement, Insert, Update, Delete
  std::string_view stored_text;
};

struct CreateVirtualTable : Statement {
  static constexpr StatementKind kKind = StatementKind::kCreateVirtualTable;
  bool if_not_exists = false;
  Name schema;
  Name name;
  Name module;
  std::span<const std::string_view> arguments;  ///< trimmed texts between the commas
  std::string_view stored_text;
};

enum class AlterKind : std::uint8_t { kRenameTable, kAddColumn, kRenameColumn, kDropColumn };

struct AlterTable : Statement {
  static constexpr StatementKind kKind = StatementKind::kAlterTable;
  AlterKind action{};
  Name schema;
  Name table;
  Name column;                                   ///< kRenameColumn, kDropColumn
  Name new_name;                                 ///< kRenameTable, kRenameColumn
  const ColumnDefinition* new_column = nullptr;  ///< kAddColumn
};

enum class DropKind : std::uint8_t { kTable, kIndex, kView, kTrigger };

struct Drop : Statement {
  static constexpr StatementKind kKind = StatementKind::kDrop;
  DropKind object{};
  bool if_exists = false;
  Name schema;
  Name name;
};

/// REINDEX and ANALYZE: everything, or a schema, table, index or (REINDEX) collation called `name`.
struct Reindex : Statement {
  static constexpr StatementKind kKind = StatementKind::kReindex;
  Name schema;
  Name name;
};
struct Analyze : Statement {
  static constexpr StatementKind kKind = StatementKind::kAnalyze;
  Name schema;
  Name name;
};

struct Vacuum : Statement {
  static constexpr StatementKind kKind = StatementKind::kVacuum;
  Name schema;
  const Expr* into = nullptr;
};

struct Pragma : Statement {
  static constexpr StatementKind kKind = StatementKind::kPragma;
  Name schema;
  Name name;
  bool has_value = false;  ///< `= value` or `(value)`; SQLite does not tell them apart
  std::string_view
      value;  ///< a number with its sign (+ left out), a word, or a name or string without its quotes
  Span value_span;
};

struct Attach : Statement {
  static constexpr StatementKind kKind = StatementKind::kAttach;
  const Expr* file = nullptr;  ///< a bare word counts as a string: so does `name`
  const Expr* name = nullptr;
  const Expr* key = nullptr;
};
struct Detach : Statement {
  static constexpr StatementKind kKind = StatementKind::kDetach;
  const Expr* name = nullptr;
};

enum class TransactionMode : std::uint8_t { kDeferred, kImmediate, kExclusive };

struct Begin : Statement {
  static constexpr StatementKind kKind = StatementKind::kBegin;
  TransactionMode mode{};
};
struct Commit : Statement {  ///< COMMIT, END
  static constexpr StatementKind kKind = StatementKind::kCommit;
};
struct Rollback : Statement {
  static constexpr StatementKind kKind = StatementKind::kRollback;
};
struct Savepoint : Statement {
  static constexpr StatementKind kKind = StatementKind::kSavepoint;
  Name name;
};
struct Release : Statement {
  static constexpr StatementKind kKind = StatementKind::kRelease;
  Name name;
};
struct RollbackTo : Statement {
  static constexpr StatementKind kKind = StatementKind::kRollbackTo;
  Name name;
};

/// The statement as the struct of its kind. Requires: statement.kind == T::kKind.
template <typename T>
const T& as(const Statement& statement) {
  return static_cast<const T&>(statement);
}

}  // namespace leftmost::engine::sql
