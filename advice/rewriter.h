// advice/rewriter.h - what the rules of rewrite.h share: the statement's tree and text, the tables in reach
// of a condition, and the list of changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advice/rewrite.h"
#include "engine/sql/syntax.h"
#include "storage/catalog.h"

namespace leftmost::advice {

namespace sql = engine::sql;

struct Edit {
  sql::Span span;
  std::string text;
};

/// A comparison seen from its column's side: `5 < a` is `a > 5`.
struct Comparison {
  const sql::Expr* subject = nullptr;  ///< what mentions a column
  std::string op;                      ///< = < <= > >= IS
  const sql::Expr* constant = nullptr;
};

class Rewriter {
 public:
  Rewriter(std::string_view text, engine::Database& database) : text_(text), database_(database) {}

  void add(std::vector<Edit> edits, std::string what, std::string presumes = {},
           bool helps_within_plan = false);
  void add(const sql::Expr* expr, std::string replacement, std::string what, std::string presumes = {}) {
    add({{expr->span, std::move(replacement)}}, std::move(what), std::move(presumes));
  }

  std::string_view text() const { return text_; }
  std::string text_of(sql::Span span) const {
    return std::string(text_.substr(span.begin, span.end - span.begin));
  }
  std::string text_of(const sql::Expr* expr) const { return text_of(expr->span); }
  /// In parentheses unless it is a name, a literal or a call.
  std::string operand(const sql::Expr* expr) const;
  /// Bytes [begin, end), widened to the parentheses right around them.
  sql::Span with_parentheses(sql::Span span) const;

  // Tables in reach, innermost SELECT last.
  void enter(const sql::Select* select) { scopes_.push_back({select->from, nullptr}); }
  void enter(const sql::Target& target) { scopes_.push_back({{}, &target}); }
  void leave() { scopes_.pop_back(); }
  /// The table and column that a name means; null if it is none, or hard to tell.
  struct Column {
    storage::TablePtr table;
    const storage::ColumnDef* definition = nullptr;
  };
  std::optional<Column> find_column(const sql::Expr* name) const;
  /// Whether the name belongs to the innermost SELECT.
  bool is_of_innermost(const sql::Expr* name) const;
  /// A column that never is NULL, and of a table that no outer join fills up with NULLs.
  bool is_never_null(const sql::Expr* name) const;
  const storage::Catalog& catalog() const { return database_.catalog(); }
  engine::Database& database() { return database_; }

  /// The value of a SQL expression without columns, as a literal; empty if it has none.
  std::string value_of(const std::string& expression) const;
  std::vector<Rewrite> take();

 private:
  struct Scope {
    std::span<const sql::FromItem> items;
    const sql::Target* target = nullptr;
  };
  std::optional<Column> find_in(const Scope& scope, const sql::Expr* name) const;

  std::string_view text_;
  engine::Database& database_;
  std::vector<Scope> scopes_;
  std::vector<Rewrite> rewrites_;
  std::vector<Edit> all_;  ///< the first change of each place, for doing them all at once
};

// What the rules ask of expressions.
bool equal_words(std::string_view a, std::string_view b);
/// Holds integers and NULL only, whatever is written to it: a rowid, a column of a STRICT table.
bool holds_integers(const Rewriter::Column& column);
/// A key of one column: no two rows have the same value.
bool is_unique(const Rewriter& rewriter, const Rewriter::Column& column);
/// Without columns and subqueries.
bool is_constant(const sql::Expr* expr);
bool is_call(const sql::Expr* expr, std::string_view name, std::size_t arguments);
std::optional<Comparison> comparison_of(const sql::Expr* expr);
std::string quoted(std::string_view text);
/// Without compound, DISTINCT, groups, aggregates and windows: each row of the FROM that meets the WHERE is a
/// row.
bool is_plain(const sql::Select* select);
/// Behind the FROM clause with its last ON. Requires: a FROM.
std::uint32_t end_of_from(const Rewriter& rewriter, const sql::Select* select);
struct Word {
  std::string_view text;
  sql::Span span;
};
/// The tokens of [begin, end) but space and comments.
std::vector<Word> words_of(std::string_view text, std::uint32_t begin, std::uint32_t end);
/// The conditions that AND joins.
std::vector<const sql::Expr*> split(const sql::Expr* expr, sql::ExprKind connective);

// The rules. Each looks at one condition or SELECT and adds what it knows.
void rewrite_condition(Rewriter& rewriter, const sql::Expr* condition);  ///< rewrite_conditions.cpp
void respell_json(Rewriter& rewriter, const sql::Expr* condition,
                  const Comparison& comparison);                                  ///< rewrite_json.cpp
void rewrite_pattern_or_date(Rewriter& rewriter, const sql::Expr* condition);     ///< rewrite_patterns.cpp
void rewrite_subquery_condition(Rewriter& rewriter, const sql::Expr* condition);  ///< rewrite_subqueries.cpp
void rewrite_count(Rewriter& rewriter, const sql::Expr* condition);
void rewrite_in_as_join(Rewriter& rewriter, const sql::Select* select);
void rewrite_disjunction(Rewriter& rewriter, const sql::Expr* condition);  ///< rewrite_shapes.cpp
void rewrite_select(Rewriter& rewriter, const sql::Select* select, bool is_whole_statement);
void rewrite_distinct(Rewriter& rewriter, const sql::Select* select);  ///< rewrite_distinct.cpp
void rewrite_order(Rewriter& rewriter, const sql::Select* select);  ///< rewrite_order.cpp
void rewrite_from(Rewriter& rewriter, const sql::Select* select);   ///< rewrite_from.cpp
void rewrite_with(Rewriter& rewriter, const sql::With* with);

}  // namespace leftmost::advice
