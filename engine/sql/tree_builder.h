// engine/sql/tree_builder.h - what the grammar's actions call: makes nodes, counts what SQLite counts, and
// keeps the first complaint.
//
// The grammar knows the order of words; this class knows what they become. A method that finds something
// wrong calls fail() and still returns a node, so that no action has to look; parse() looks between two
// tokens.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/sql/syntax.h"
#include "storage/arena.h"
#include "storage/error.h"
#include "storage/lookaside.h"

namespace leftmost::engine::sql {

/// A growing array in the arena. Doubling leaves the old halves there: at most as much again.
template <typename T>
struct List {
  T* items;
  std::uint32_t size;
  std::uint32_t capacity;
  std::span<const T> span() const { return {items, size}; }
};

/// A join operator, or what came before a FROM item.
struct JoinWords {
  Span words[3];
  int count;
  bool is_comma;
};

/// FROM items and the operator behind them.
struct FromPrefix {
  List<FromItem> items;
  JoinOperator join;
};

/// INDEXED BY name, or NOT INDEXED when `name` is empty.
struct IndexHint {
  bool is_written;
  Span name;
};

struct OnUsing {
  const Expr* on;
  List<Name> columns;
};

struct Limit {
  const Expr* limit;
  const Expr* offset;
};

struct ReturningTail {
  const Expr* where;
  std::span<const ResultColumn> returning;
};

struct UpsertTail {
  List<Upsert> upserts;  ///< the last one first
  std::span<const ResultColumn> returning;
};

struct TriggerHead {
  TriggerEvent event;
  std::span<const Name> columns;
};

struct FrameEnds {
  FrameBound start;
  FrameBound end;
};

class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, storage::Arena& arena) : text_(text), arena_(arena) {}

  storage::Arena& arena() { return arena_; }
  std::string_view text() const { return text_; }
  std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
  /// Bytes [begin, end) without white space at both ends.
  std::string_view trimmed(std::uint32_t begin, std::uint32_t end) const;

  // Complaints. The last one before the next token counts, as in SQLite.
  void fail(std::string message, std::optional<std::size_t> offset = std::nullopt);
  /// `near "X": syntax error` at `token`; `incomplete input` when it is empty, which is the end of the text.
  void fail_near(Span token);
  bool failed() const { return error_.has_value(); }
  /// Whether the complaint was made when the token behind was known already, and did not change it.
  bool failed_with_lookahead() const { return failed() && failed_with_lookahead_; }
  void set_lookahead(bool known) { has_lookahead_ = known; }
  Error take_error() { return std::move(*error_); }

  template <typename T>
  T* make(const T& node = {}) {
    return arena_.make<T>(node);
  }

  template <typename T>
  static List<T> empty_list() {
    return {nullptr, 0, 0};
  }
  template <typename T>
  List<T> append(List<T> list, const T& item) {
    if (list.size == list.capacity) {
      const std::uint32_t capacity = list.capacity == 0 ? 2 : list.capacity * 2;
      T* items = static_cast<T*>(arena_.allocate(sizeof(T) * capacity, alignof(T)));
      std::copy(list.items, list.items + list.size, items);
      list.items = items;
      list.capacity = capacity;
    }
    new (list.items + list.size++) T(item);
    return list;
  }
  template <typename T>
  List<T> one(const T& item) {
    return append(empty_list<T>(), item);
  }

  // Names.
  /// The name that the one token at `span` writes.
  Name name(Span span);
  /// Fails with `syntax error after column name "x"`: a COLLATE or direction in a list of mere names.
  void reject_decorated_name(Span name, bool has_collate, bool has_direction);

  // Expressions. Each returns a new node with the height that SQLite gives it.
  Expr* leaf(ExprKind kind, Span span);
  Expr* column(Span name);
  Expr* column(Span table, Span name);
  Expr* column(Span schema, Span table, Span name);
  Expr* parameter(Span span);
  Expr* unary(ExprKind kind, const Expr* operand, Span span);
  Expr* binary(ExprKind kind, const Expr* left, const Expr* right, Span span);
  /// IS and IS NOT: a bare NULL on the right makes it kIsNull or kNotNull.
  Expr* is(ExprKind kind, const Expr* left, const Expr* right, Span span);
  Expr* collate(const Expr* operand, Span collation, Span span);
  Expr* cast(const Expr* operand, std::string_view type, Span span);
  Expr* like(ExprKind kind, bool negated, const Expr* left, const Expr* right, const Expr* escape, Span span);
  Expr* between(bool negated, const Expr* left, const Expr* low, const Expr* high, Span span);
  Expr* in_list(bool negated, const Expr* left, List<const Expr*> list, Span span);
  Expr* in_select(bool negated, const Expr* left, const Select* select, Span span);
  /// Requires: schema.empty() without a schema; arguments.capacity == kNoCall for a table, not a function.
  Expr* in_table(bool negated, const Expr* left, Span schema, Span name, List<const Expr*> arguments,
                 Span span);
  Expr* case_of(const Expr* operand, List<const Expr*> whens, const Expr* otherwise, Span span);
  Expr* row(List<const Expr*> list, Span span);
  Expr* function(Span name, bool distinct, bool star, List<const Expr*> arguments, const FunctionCall* tail,
                 Span span);
  Expr* subquery(ExprKind kind, const Select* select, Span span);
  Expr* raise(RaiseAction action, Span message, Span span);
  Expr* current_time(Span word);
  ExprKind like_kind(Span word) const;
  /// The bare word of DEFAULT word: a string; TRUE and FALSE stay names.
  Expr* word_as_string(Span word);
  /// ATTACH and DETACH: a bare name is a string.
  Expr* bare_word_is_string(Expr* expr);
  /// Checks the frame; `unsupported frame specification` otherwise.
  /// One more definition of a WINDOW clause; it may continue an earlier one.
  List<Window> append_window(List<Window> list, const Window& window);
  Window* frame(FrameUnit unit, const FrameEnds& ends, FrameExclude exclude, Span span);

  // SELECT.
  /// Gives `select` the next number and its height.
  Select* finish_select(const Select& core);
  Select* values(List<const Expr*> row, Span span);
  Select* append_values(Select* values, List<const Expr*> row, Span span);
  /// `left` op `right`: returns what stands for the right arm now.
  Select* compound(Select* left, CompoundOperator op, Select* right);
  /// Checks what SQLite checks once a whole compound is read.
  Select* finish_compound(Select* last, const With* with);
  List<CommonTable> append_common_table(List<CommonTable> list, const CommonTable& table);
  JoinOperator join_operator(const JoinWords& words);
  FromItem from_table(Span name, Span schema_part);
  List<FromItem> append_from(const FromPrefix& before, FromItem item, Span alias, const OnUsing& tail);
  /// `(inside)`: what FromItem says about parentheses.
  List<FromItem> append_parenthesised(const FromPrefix& before, List<FromItem> inside, Span alias,
                                      const OnUsing& tail, Span span);
  ResultColumn result_column(const Expr* expr, Span alias, std::uint32_t begin, std::uint32_t end);

  // INSERT, UPDATE, DELETE.
  Target* target(Span name);
  Target* target(Span schema, Span name);
  Target hinted_target(Target target, const IndexHint& hint);
  Assignment assign(Span column, const Expr* value);
  /// `3 columns assigned 2 values` when a row value does not fit.
  Assignment assign_row(List<Name> columns, const Expr* value);
  UpsertTail add_upsert(UpsertTail tail, const Upsert& upsert);
  std::span<const Upsert> upserts_in_order(UpsertTail tail);
  /// RETURNING's columns; not allowed in a trigger.
  std::span<const ResultColumn> returning(List<ResultColumn> columns);
  /// `too many columns in <what>` above 2000.
  void check_list_length(std::size_t length, const char* what);

  ColumnDefinition* column_definition(Span name, Span type, Span span);

  // CREATE TABLE. A CONSTRAINT's name waits for the constraint that comes next.
  void set_constraint_name(Span name) { constraint_name_ = name; }
  Name take_constraint_name();
  ColumnConstraint* constraint(ColumnConstraintKind kind, int conflict);
  ColumnConstraint* column_default(Expr* value, std::string_view text);
  ColumnConstraint* generated(Expr* value, bool stored, std::string_view text);
  /// VIRTUAL or STORED behind a generated column.
  bool is_stored(Span word);
  /// DEFERRABLE ... speaks about the REFERENCES before it.
  void defer(List<ColumnConstraint> constraints, int deferral);
  TableConstraint& new_table_constraint(TableConstraintKind kind, int conflict, Span span);
  /// Appends the constraint made last, if one was made since.
  List<TableConstraint> add_table_constraint(List<TableConstraint> list);
  /// A type as written, from its first word to its last byte, in SQLite's form (ColumnDefinition::type).
  std::string_view column_type(Span words);
  std::string_view cast_type(Span words);

  // Other statements.
  /// `CREATE <what> <text from begin to end>`.
  std::string_view stored_text(const char* what, std::uint32_t begin, std::uint32_t end);
  /// The same with the end of the statement, once that is known, put into *stored.
  void store_text_from(const char* what, Span name, std::string_view* stored);
  Statement* drop(DropKind object, bool if_exists, const Target& name);
  AlterTable* alter(AlterKind action, const Target& table);
  Statement* pragma(Span name, Span schema_part, bool has_value, Span value, Span value_span);
  Statement* attach(Expr* file, Expr* name, Expr* key);
  void finish_module(Statement* create_virtual_table, std::uint32_t end);

  template <typename T>
  T* statement(const T& node) {
    T* made = make<T>(node);
    made->kind = T::kKind;
    return made;
  }

  // CREATE TRIGGER: what its body may not say.
  void enter_trigger() { in_trigger_ = true; }
  void leave_trigger() { in_trigger_ = false; }

  // CREATE VIRTUAL TABLE: between its parentheses any token is text.
  void set_module_arguments(bool on) { in_module_arguments_ = on; }
  bool in_module_arguments() const { return in_module_arguments_; }

  // Results.
  void finish(Statement* statement, Explain explain, Span span, std::uint32_t end_of_text);
  void finish_expression(const Expr* expr) { expression_ = expr; }
  const Expr* expression() const { return expression_; }
  const Statement* statement() const { return statement_; }

 private:
  Expr* node(ExprKind kind, Span span);
  /// Sets the node's height from its children; fails above the limit.
  Expr* finish(Expr* expr, int height_below);
  std::string_view unquoted(std::string_view token);
  static int height(const Expr* expr) { return expr == nullptr ? 0 : expr->height; }
  static int height(std::span<const Expr* const> list);
  void assign_parameter_number(Expr* expr, std::string_view token);

  std::string_view text_;
  storage::Arena& arena_;
  std::optional<Error> error_;
  bool has_lookahead_ = false;
  bool failed_with_lookahead_ = false;
  int select_count_ = 0;
  int parameter_count_ = 0;
  storage::LookasideVector<std::pair<int, std::string_view>> parameter_names_;
  std::map<std::string_view, int, std::less<>,
           storage::LookasideAllocator<std::pair<const std::string_view, int>>>
      parameter_numbers_;
  List<std::span<const Expr* const>> value_rows_{nullptr, 0, 0};  ///< of the VALUES read last
  Span constraint_name_;
  std::string_view column_name_;  ///< of the column definition being read
  TableConstraint* table_constraint_ = nullptr;
  const char* stored_what_ = nullptr;
  std::uint32_t stored_begin_ = 0;
  std::string_view* stored_ = nullptr;
  bool in_trigger_ = false;
  bool in_module_arguments_ = false;
  Statement* statement_ = nullptr;
  const Expr* expression_ = nullptr;
};

/// Bits of CREATE TABLE's options: 1 WITHOUT ROWID, 2 STRICT. `before` is "without" or empty.
int table_option(TreeBuilder& builder, std::string_view before, Span word);
RaiseAction raise_action(ConflictAction action);

}  // namespace leftmost::engine::sql
