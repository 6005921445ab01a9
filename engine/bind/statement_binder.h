// engine/bind/statement_binder.h - binds one statement: expand every FROM, resolve every name, check row
// values.
//
//   expand.cpp            FROM items, views, CTEs                 (first pass)
//   expand_star.cpp       * and t.*, names of subquery columns
//   join_conditions.cpp   NATURAL, USING, ON -> conditions of WHERE
//   resolve_select.cpp    the clauses of a SELECT in SQLite's order (second pass)
//   resolve_name.cpp      a name -> a column
//   resolve_expr.cpp      operators, literals, subqueries; resolve_function.cpp: calls
//   window_calls.cpp      OVER: which window, and what the function makes of it
//   order_terms.cpp       ORDER BY and GROUP BY terms
//   bind_trigger.cpp      OLD, NEW and RAISE in a trigger
//   check_rows.cpp        what SQLite notices while generating code: row sizes, misplaced aggregates (third
//   pass)
//
// Errors are kept in error(), the last one wins, as in SQLite: an unknown function does not stop its
// arguments from being resolved. Functions return false or null when the work has to stop.
#pragma once

#include <list>
#include <map>
#include <string>
#include <unordered_set>

#include <boost/container/small_vector.hpp>

#include "engine/bind/binder.h"
#include "engine/bind/relation_cache.h"
#include "engine/bind/scope.h"
#include "engine/functions/function.h"
#include "engine/functions/table_function.h"

namespace leftmost::engine::bind {

/// The CTEs that a place can see: those of one WITH, then those around it.
struct WithScope {
  struct Table {
    const sql::CommonTable* syntax = nullptr;
    /// Not null while its body is open: what to say when its name turns up then; {} stands for the name.
    const char* error = nullptr;
    planner::SharedQuery* shared = nullptr;
  };
  std::vector<Table> tables;
  WithScope* outer = nullptr;
  bool stops = false;  ///< a view's: names outside are not its business
};

/// The text that the syntax being opened came from.
struct TextOrigin {
  bool in_view = false;
  std::string_view schema;  ///< in_view: schema that tables without one belong to
};

/// A name to resolve. Empty parts are not written.
struct NamePath {
  std::string_view schema, table, column;
  bool double_quoted = false;
  bool bare_word = false;  ///< unquoted: TRUE and FALSE mean themselves when no column has the name
  planner::Span span;
  std::optional<std::size_t> offset;
};

class StatementBinder {
 public:
  explicit StatementBinder(const BindContext& context);

  // Expanding.
  const sql::Select* wrap_grouped_compound(const sql::Select* last);
  Frame* expand_select(const sql::Select* select, WithScope* with, const TextOrigin& origin);
  /// Expands the subqueries inside an expression, in the order in which SQLite walks.
  bool expand_expr(Frame& owner, const sql::Expr* expr, WithScope* with, const TextOrigin& origin);
  bool expand_from(Frame& frame, std::span<const sql::FromItem> from, WithScope* with,
                   const TextOrigin& origin);
  bool open_using(Frame& frame);
  bool expand_outputs(Frame& frame);
  WithScope* push_with(const sql::With* with, WithScope* outer, bool stops);
  /// An item for `table`, without its relation's indexes when `kind` is kRow.
  bool make_table_entry(FromEntry& entry, const storage::TablePtr& table, planner::ItemKind kind);
  /// The row that an upsert calls `excluded`; null on an error.
  FromEntry* make_excluded(const storage::TablePtr& table);
  bool apply_index_hint(FromEntry& entry, const sql::Name& indexed_by, bool not_indexed);
  Frame* make_frame();
  /// The `used` flags of a new item.
  std::span<bool> unused(std::size_t columns);

  // Resolving.
  bool resolve_select(Frame* last, Scope* outer);
  planner::Expr* resolve(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_whole(const sql::Expr* expr, Scope& scope);  ///< null on any error
  planner::Expr* resolve_name(const NamePath& path, Scope& scope);
  planner::Expr* null_rowid(planner::Span span);
  bool resolve_arguments(Frame& frame, Scope& scope);
  /// bind_trigger.cpp: a column of OLD or NEW; null if the name is none.
  planner::Expr* trigger_value(const NamePath& path);
  planner::Expr* resolve_raise(const sql::Expr* expr);
  bool resolve_join_conditions(Frame& frame, Scope& scope, planner::Expr*& where);
  planner::Expr* column_of(FromEntry& entry, int column, planner::Span span);

  // Checking.
  bool check_select(planner::Select* select);
  bool check_scalar(planner::Expr* expr);
  /// Aggregates in WHERE, ON conditions that look to the right: over all SELECTs of the statement.
  bool check_frames();

  // Errors.
  void set_error(std::string message, std::optional<std::size_t> offset = std::nullopt,
                 std::string hint = {});
  void set_not_supported(std::string_view feature, std::optional<std::size_t> offset);
  void set_error(Error error) { error_ = std::move(error); }
  bool failed() const { return error_.has_value(); }
  Error take_error() {
    Error error = std::move(*error_);
    error_.reset();
    return error;
  }
  /// Where SQLite points for an error about `expr`.
  std::optional<std::size_t> offset_of(const sql::Expr* expr) const;
  std::optional<std::size_t> offset_of(const sql::Span& span) const;

  storage::Arena& arena() { return *context_.arena; }
  const BindContext& context() const { return context_; }
  /// Of the statement's own text.
  TextOrigin origin() const { return {false, context_.schema}; }
  /// The conflict clause that counts: that of the statement which fired the trigger goes before `written`.
  sql::ConflictAction action(sql::ConflictAction written) const {
    return context_.outer_action == sql::ConflictAction::kNone ? written : context_.outer_action;
  }
  planner::Span span_of(const sql::Span& span) const;
  template <typename T, typename Allocator>
  std::span<T> to_span(const std::vector<T, Allocator>& items) {
    return arena().copy_span(items);
  }
  int next_number() { return ++highest_number_; }
  /// What follows is RETURNING: SQLite opens it when the rest has been planned, and twice, so that a CTE of the
  /// statement's WITH counts as used several times there, and only there if the rest mentions it once.
  void begin_returning(const WithScope* with) { returning_with_ = with; }
  void note_number(int number) { highest_number_ = std::max(highest_number_, number); }
  planner::ItemId next_item() { return next_item_++; }
  FromEntry* entry_of(planner::ItemId item) const;
  /// Whether the statement calls a function that is no aggregate and not computed in place (coalesce, likely
  /// ...).
  bool calls_function() const { return calls_function_; }
  void register_entry(FromEntry& entry) {
    if (entry.item->id < 0) {
      self_entry_ = &entry;
      return;
    }
    const auto item = static_cast<std::size_t>(entry.item->id);
    if (entries_.size() <= item) entries_.resize(item + 1, nullptr);
    entries_[item] = &entry;
  }
  planner::Expr* make(planner::ExprKind kind, planner::Expr* left, planner::Expr* right, planner::Span span);
  /// What the result column shows: the declared type of a table's column, empty for the rest.
  std::string_view declared_type(const planner::Expr* expr) const;
  /// Number of values of a row value or subquery; 1 for the rest.
  int row_size(const sql::Expr* expr, const Scope& scope) const;
  bool resolve_limit(Frame& frame, const sql::Expr* limit, const sql::Expr* offset, planner::Select& select);
  /// Result columns, as RETURNING has them too.
  bool resolve_outputs(Frame& frame, Scope& scope, storage::LookasideVector<planner::ResultColumn>& out);

 private:
  /// Counts how deep the recursion is, which views and CTEs can make deeper than the parser allows.
  struct Depth {
    explicit Depth(StatementBinder& binder) : binder_(binder) { ++binder_.depth_; }
    ~Depth() { --binder_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    bool too_deep() const;
    StatementBinder& binder_;
  };

  bool expand_core(Frame& frame, WithScope* with, const TextOrigin& origin, bool renumber);
  bool expand_exprs_of_core(Frame& frame, WithScope* with, const TextOrigin& origin, bool with_limits);
  Frame* make_arms(const sql::Select* last, const sql::Select* end, Frame* prior);
  bool expand_arms(Frame* last, const Frame* end, WithScope* with, const TextOrigin& origin);
  bool open_item(Frame& frame, FromEntry& entry, const sql::FromItem& from, WithScope* with,
                 const TextOrigin& origin);
  void adopt_subquery(FromEntry& entry, Frame* last);
  bool open_cte(FromEntry& entry, const sql::FromItem& from, WithScope& scope, WithScope::Table& table,
                const TextOrigin& origin);
  bool open_view(FromEntry& entry, const storage::ViewPtr& view);
  void open_function(FromEntry& entry, const sql::FromItem& from, const TableFunction& function);
  void name_columns(FromEntry& entry, Frame& leftmost, std::span<const sql::Name> names, bool resolved);
  void expand_star(Frame& frame, std::string_view only_table, bool has_table,
                   storage::LookasideVector<OutputColumn>& out);
  Frame* add_subquery(Frame& owner, const sql::Expr* key, const sql::Select* select, WithScope* with,
                      const TextOrigin& origin);
  const sql::Select* select_of_in_table(const sql::Expr* expr);
  const sql::Select* values_of_in_list(const sql::Expr* expr);

  bool resolve_core(Frame& frame, Scope* outer, bool defers_order);
  bool resolve_values(Frame& frame, Scope* outer);
  /// `column1`, `column2` ...: what columns without a text are called.
  std::string_view numbered_column(std::size_t number);
  void chain_rows(planner::Select& last, const std::vector<std::span<planner::Expr*>>& rows);
  bool resolve_terms(Frame& frame, Scope& scope, std::span<const sql::Expr* const> terms,
                     std::string_view clause, std::vector<planner::OrderTerm>& out);
  bool resolve_compound_order(Frame& last);
  int match_compound_term(Frame& arm, const sql::Expr* term);
  void set_range_error(std::size_t position, std::string_view clause, std::size_t columns,
                       const sql::Expr* at);

  planner::Expr* resolve_kind(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_literal(const sql::Expr* expr);
  planner::Expr* resolve_null_test(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_is(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_in(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_case(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_subquery_node(const sql::Expr* expr, planner::ExprKind kind, Scope& scope);
  planner::Select* resolve_subselect(const sql::Expr* key, Scope& scope);
  bool resolve_list(std::span<const sql::Expr* const> list, Scope& scope, std::vector<planner::Expr*>& out);
  bool check_same_size(const sql::Expr* expr, const Scope& scope);
  planner::Expr* resolve_call(const sql::Expr* expr, std::string_view name,
                              std::span<const sql::Expr* const> arguments, const sql::FunctionCall* call,
                              std::optional<std::size_t> offset, Scope& scope);
  planner::Expr* make_aggregate(const planner::AggregateCall& call, std::string_view name,
                                std::optional<std::size_t> offset, Scope& scope);
  /// A call with OVER whose function and arguments are resolved.
  planner::Expr* resolve_window(const Function& function, const std::vector<planner::Expr*>& arguments,
                                const sql::FunctionCall& call, planner::Span span, Scope& scope);
  planner::Expr* resolve_window_term(const sql::Expr* term, Scope& scope);
  planner::Expr* resolve_frame_offset(const sql::Expr* offset);
  /// `expr` is not computed after all.
  void unlink_windows(Frame& frame, const planner::Expr* expr);
  bool expand_window(Frame& owner, const sql::Window& window, WithScope* with, const TextOrigin& origin);
  planner::Expr* resolve_comparison(const sql::Expr* expr, planner::ExprKind kind, Scope& scope);
  planner::Expr* resolve_between(const sql::Expr* expr, Scope& scope);
  planner::Expr* resolve_like(const sql::Expr* expr, std::string_view name, Scope& scope);
  planner::Expr* negate_if(const sql::Expr* expr, planner::Expr* made);
  planner::Expr* integer_literal(std::string_view text, bool negative, const sql::Expr* at);
  planner::Expr* alias_copy(const NamePath& path, Scope& scope, const Scope& innermost, bool& stop);
  /// A copy of a result column, for a term that names it. Aggregates in it stay the same ones, except those
  /// with a subquery inside: no two subqueries are the same to SQLite, so it computes such an aggregate once
  /// more.
  planner::Expr* copy_of_column(Frame& frame, std::size_t column);
  void separate_aggregates(planner::Expr* expr, Frame& frame);
  std::string similar_name(const NamePath& path, const Scope& scope) const;

  bool check_core(planner::Select* select);
  bool check_elements(planner::Expr* expr);
  bool check_on_terms(const Frame& frame);
  void note_generated(FromEntry& entry, int column);

  BindContext context_;
  std::optional<Error> error_;
  std::list<Frame, storage::LookasideAllocator<Frame>> frames_;
  std::list<WithScope> with_scopes_;
  std::list<FromEntry> excluded_;
  boost::container::small_vector<FromEntry*, 8> entries_;  // by item
  FromEntry* self_entry_ = nullptr;                        // of planner::kSelfItem
  std::map<const storage::ViewDef*, planner::SharedQuery*> views_;
  std::vector<std::string_view> open_views_;
  planner::ItemId next_item_ = 0;
  int highest_number_ = 0;
  const WithScope* returning_with_ = nullptr;
  int depth_ = 0;
  bool calls_function_ = false;
  bool in_view_ = false;
  /// A generated column that needs itself and was mentioned.
  std::optional<std::string_view> loop_column_;
  bool in_on_ = false;  // inside an ON clause, where SQLite keeps no offsets
};

// Small helpers shared by the parts.
bool is_rowid_name(std::string_view name);
/// `1st`, `2nd`, `11th`.
std::string ordinal(std::size_t number);
/// The integer literal 0, `x IN ()`, or an AND with one: SQLite's parser makes the whole 0.
bool is_false_literal(const sql::Expr* expr);
/// Without COLLATE.
const sql::Expr* skip_collate(const sql::Expr* expr);
/// Without COLLATE and likely(), unlikely(), likelihood(): SQLite sees through these calls only where it has
/// resolved the expression before.
const sql::Expr* skip_markers(const sql::Expr* expr);
/// Items mentioned anywhere in an expression, without those that belong to subqueries in it.
std::unordered_set<planner::ItemId> mentioned_items(std::span<planner::Expr* const> exprs);
/// Made of literals and parameters only.
bool is_constant_at_parse(const sql::Expr* expr);

}  // namespace leftmost::engine::bind
