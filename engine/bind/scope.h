// engine/bind/scope.h - what names mean at one place of a statement.
//
//   SELECT a FROM t WHERE b IN (SELECT c FROM u WHERE u.d = t.b)
//
//   Frame of the outer SELECT: from [t], output [a]      Scope: frame = outer, outer = none
//   Frame of the inner SELECT: from [u], output [c]      Scope: frame = inner, outer = the scope above
//
// A Frame is one SELECT core while it is being bound. Expanding fills `from`, `output` and `subqueries`;
// resolving fills the planner::Select. A view or CTE body has a Frame per reference. A Scope is where an
// expression stands: which frame it sees first, what is allowed there, and the scopes around it. (SQLite's
// words: NameContext.)
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/sql/syntax.h"
#include "planner/query.h"
#include "storage/definitions.h"
#include "storage/lookaside.h"

namespace leftmost::engine::bind {

struct Frame;
struct WithScope;

/// schema.table.column as the insides of a parenthesised join are addressed from outside.
struct NestedName {
  std::string_view schema, table, column;
};

/// One column of a FROM subquery.
struct SourceColumn {
  std::string_view name;
  NestedName nested;
  bool no_expand = false;   ///< `*` leaves it out: a USING column that a column before it stands for
  bool using_term = false;  ///< the one column that stands for a USING name
};

/// One element of FROM.
struct FromEntry {
  planner::Item* item = nullptr;
  const storage::TableDef* table = nullptr;  ///< a real table; null: `columns`
  std::vector<SourceColumn> columns;
  Frame* frame = nullptr;         ///< last arm of the subquery, view or CTE
  Frame* type_frame = nullptr;    ///< the arm whose result columns give affinity and collation
  std::string_view exposed_name;  ///< alias, else name
  std::string_view schema_name;   ///< `main`, `temp`; `*` for what has no schema
  bool is_nested_join = false;
  bool types_of_first_column = false;  ///< SQLite's RETURNING: every column is typed as the table's first one
  bool null_extended = false;          ///< by any join: right of LEFT, left of RIGHT or FULL
  bool left_of_right_join = false;
  sql::JoinOperator join;
  bool has_using = false;
  bool using_from_natural = false;
  std::vector<std::string_view> using_columns;
  const sql::Expr* on = nullptr;
  std::span<const sql::Expr* const> arguments;  ///< of a table function

  int column_count() const {
    return table != nullptr ? static_cast<int>(table->columns.size()) : static_cast<int>(columns.size());
  }
  std::string_view column_name(int column) const;
  bool is_hidden(int column) const {
    return table != nullptr && table->columns[static_cast<std::size_t>(column)].hidden;
  }
  /// Number of the column with that name, or -1.
  int find_column(std::string_view name) const;
  /// A CTE has none, a view or subquery one that is NULL.
  bool has_rowid() const {
    if (table != nullptr) return !table->without_rowid;
    return item->shared == nullptr || item->shared->is_view;
  }
  bool is_using_column(std::string_view name) const;
};

/// One result column before it is resolved.
struct OutputColumn {
  const sql::Expr* expr = nullptr;  ///< null: a column that `*` stands for, addressed by `path`
  NestedName path;                  ///< schema and table empty: by its bare name
  std::string_view alias;           ///< written with AS, or the name of a column that * gave
  bool has_alias = false;
  std::string_view text;  ///< the original text, empty without
  NestedName nested;      ///< inside a parenthesised join: what it is called from outside
  bool using_term = false;
  bool no_expand = false;
  bool has_aggregate = false;  ///< set by resolving: an aggregate of this SELECT is in it
  bool has_window = false;     ///< the same for window calls
};

/// One USING name: left = right. Several columns on the left (of FULL and RIGHT joins) are coalesced.
struct UsingCondition {
  std::vector<std::pair<std::size_t, int>> left;  ///< entry, column
  std::size_t right = 0;
  int right_column = 0;
};

struct Frame {
  const sql::Select* syntax = nullptr;
  planner::Select* select = nullptr;
  Frame* prior = nullptr;
  bool is_in_from = false;  ///< a FROM subquery
  storage::LookasideVector<FromEntry> from;
  std::vector<UsingCondition> using_conditions;
  storage::LookasideVector<OutputColumn> output;
  /// Subqueries of this core's expressions, by their kSubquery, kExists, kInSelect, kInTable or kInList node.
  std::map<const sql::Expr*, Frame*> subqueries;
  std::vector<planner::AggregateCall> aggregates;
  /// As written and where, for complaints about aggregates[i].
  std::vector<std::pair<std::string_view, std::optional<std::size_t>>> aggregate_names;
  std::vector<planner::Expr*> windows;  ///< see planner::Select
  bool has_several_partitions = false;
  /// Terms of PARTITION BY and ORDER BY with a subquery, which several calls may share: the first that was
  /// made of each.
  std::unordered_map<const sql::Expr*, planner::Expr*> window_terms;
  std::unordered_set<const sql::Expr*> expanded_window_terms;
  bool in_view = false;  ///< its text is not the statement's
  bool resolved = false;
  bool is_followed = false;  ///< another arm of its compound comes after it
  /// UPDATE ... FROM: so many first outputs are the key of the target, from[0]. SQLite makes these references
  /// itself and forgets to note them, so that an index without these columns may cover.
  std::size_t key_output_count = 0;
  bool is_insert_row = false;  ///< VALUES of one row in an INSERT, where SQLite allows no aggregates
  /// A recursive step: where its FROM names the CTE, that is the rows so far, shaped as `recursive_entry`.
  std::string_view recursive_name;
  const FromEntry* recursive_entry = nullptr;
  planner::SharedQuery* recursive_shared = nullptr;

  Frame* leftmost() {
    Frame* frame = this;
    while (frame->prior != nullptr) frame = frame->prior;
    return frame;
  }
};

struct Scope {
  Scope* outer = nullptr;
  Frame* frame = nullptr;         ///< whose FROM is visible; null: none (LIMIT)
  Frame* owner = nullptr;         ///< whose `subqueries` the expressions' subqueries are in
  FromEntry* excluded = nullptr;  ///< visible as excluded.column only (upsert)
  bool allows_aggregates = false;
  bool has_aggregates = false;
  bool allows_windows = false;
  bool sees_aliases = false;  ///< result columns may be named (WHERE, HAVING, ORDER BY ...)
  bool forbids_subqueries = false;
  /// Set for expressions about one table; the word for error texts, `CHECK constraints`.
  std::string_view table_expression;
  bool forbids_rowid = false, forbids_parameters = false, forbids_volatile = false, forbids_dots = false,
       ignores_schema = false;
  int references = 0;  ///< names resolved here or further out, seen from inside
};

}  // namespace leftmost::engine::bind
