// advice/item_conditions.h - the conditions of a statement on one table reference, as columns of an index
// that would serve them.
//
//   city = 'Rome' AND o.pid = p.id AND born > 1990 AND status IN ('a', 'b') AND email LIKE 'x%'
//
//   on p:  equal city    equal_join id    in status    ranges born; email COLLATE NOCASE
//
// A column is written as CREATE INDEX wants it: its collation is the comparison's, an expression stands as in
// the statement but without the table's name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "planner/plan.h"

namespace leftmost::advice {

struct KeyColumns {
  std::vector<std::string> equal;                ///< =, IS, IS NULL with a value known before the row is read
  std::vector<std::string> equal_join;           ///< with a value of another table's row
  std::vector<std::string> in;                   ///< IN, which ends an order
  std::vector<std::vector<std::string>> ranges;  ///< one column each; several for a row value
  bool empty() const { return equal.empty() && equal_join.empty() && in.empty() && ranges.empty(); }
};

/// An order that an index would give.
struct OrderColumns {
  std::vector<std::string> columns;
  /// The rowid comes after `columns`: an index with other columns between does not give this order.
  bool ends_with_rowid = false;
  bool is_wanted() const { return ends_with_rowid || !columns.empty(); }
};

class ItemConditions {
 public:
  /// Requires: a table; it and `sql`, which its spans point into, outlive this.
  ItemConditions(const planner::Item& item, std::string_view sql);

  void add_loop(const planner::Loop& loop);
  /// The WHERE of its SELECT (the ON clauses are in it); may be null.
  void add_where(const planner::Expr* where);

  const planner::Item& item() const { return item_; }
  const storage::TableDef& table() const { return table_; }
  const KeyColumns& keys() const { return keys_; }
  /// For each OR of which every branch has a condition on this item: what each branch asks for.
  const std::vector<std::vector<KeyColumns>>& branches() const { return branches_; }
  struct RowCondition {
    std::string text;
    std::string column;  ///< one that it is about; empty: an index cannot have it
  };
  /// Conditions on this item alone that no index on columns can be searched with and that say what kind of
  /// row is meant: `flag`, `status <> 'done'`, `a = b`, `c IS NOT NULL`. No patterns and no ranges: an index
  /// on the rows that meet `NOT born > 1942` is of use for this year alone.
  const std::vector<RowCondition>& row_conditions() const { return row_conditions_; }

  /// The columns of an ORDER BY or GROUP BY if all are of this item, up to the rowid, which every index ends
  /// with, ascending. Backwards if the last of them is descending and is the rowid, or if the first is: an
  /// index is read in either direction.
  OrderColumns order_columns(std::span<const planner::OrderTerm> terms) const;
  /// All that the statement mentions, in the order of the table.
  std::vector<std::string> used_columns() const;

 private:
  void add(const planner::Expr* condition, KeyColumns& keys, bool is_top);
  void add_comparison(const planner::Expr* condition, KeyColumns& keys);
  void add_key(const planner::Expr* side, const planner::Expr* other, const planner::Expr* comparison,
               KeyColumns& keys);
  bool add_pattern(const planner::Expr* call, KeyColumns& keys);
  void add_or(const planner::Expr* condition);
  void add_row_condition(const planner::Expr* condition);
  std::string column_text(const planner::Expr& column, std::optional<storage::Collation> collation) const;
  std::string key_text(const planner::Expr* side, const planner::Expr* comparison) const;
  std::string text_without_qualifiers(planner::Span span) const;

  const planner::Item& item_;
  const storage::TableDef& table_;
  std::string_view sql_;
  KeyColumns keys_;
  std::vector<std::vector<KeyColumns>> branches_;
  std::vector<RowCondition> row_conditions_;
};

}  // namespace leftmost::advice
