// DISTINCT where no two rows can be the same: a key of every table is in the result, or is fixed by what is.
//
//   SELECT DISTINCT o.oid, p.name FROM orders o JOIN people p ON p.id = o.pid
//
// oid tells the rows of orders apart, and p.id = o.pid leaves each of them one of people. SQLite sees it only
// for a table by itself.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

/// A column: the number of its table in FROM, its own in the table.
using Place = std::pair<std::size_t, int>;

class Keys {
 public:
  Keys(const Rewriter& rewriter, const sql::Select* select) : rewriter_(rewriter), select_(select) {}

  /// Whether rows with the same result columns come from the same rows of all tables.
  bool tell_all_rows_apart() {
    if (!collect_tables()) return false;
    collect_result();
    collect(select_->where, std::nullopt);
    for (std::size_t i = 0; i < select_->from.size(); ++i) {
      const sql::FromItem& item = select_->from[i];
      // The ON of a LEFT JOIN says nothing about rows of the tables before it.
      collect(item.on, item.join.left ? std::optional(i) : std::nullopt);
    }
    // From what is fixed already the next may follow.
    for (bool has_more = true; has_more;) {
      has_more = false;
      for (std::size_t i = 0; i < tables_.size(); ++i) {
        if (fixed_.count(i) == 0 && is_fixed(i)) has_more = fixed_.insert(i).second;
      }
    }
    return fixed_.size() == tables_.size();
  }

 private:
  struct Equality {
    Place column;
    std::optional<Place> other;     ///< none: a constant
    std::optional<std::size_t> of;  ///< counts for this table alone
  };

  bool collect_tables() {
    for (const sql::FromItem& item : select_->from) {
      const bool is_simple = item.kind == sql::FromKind::kTable && !item.join.natural && !item.join.right &&
                             item.using_columns.empty() && item.schema.empty();
      storage::TablePtr table = is_simple ? rewriter_.catalog().find_table(item.name.text) : nullptr;
      if (!table) return false;
      tables_.push_back(std::move(table));
    }
    return !tables_.empty();
  }

  std::string_view shown_name(std::size_t i) const {
    const sql::FromItem& item = select_->from[i];
    return item.alias.empty() ? item.name.text : item.alias.text;
  }

  std::optional<Place> find(const Expr* name) const {
    if (name == nullptr || name->kind != ExprKind::kName || name->qualifiers.size() > 1) return std::nullopt;
    std::optional<Place> found;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (!name->qualifiers.empty() && !equal_words(name->qualifiers[0].text, shown_name(i))) continue;
      const int number = tables_[i]->find_column(name->text);
      if (number < 0) continue;
      if (found) return std::nullopt;
      found = Place{i, number};
    }
    return found;
  }

  void collect_result() {
    for (const sql::ResultColumn& column : select_->columns) {
      if (column.kind == sql::ResultColumnKind::kExpr) {
        if (const auto place = find(column.expr)) result_.insert(*place);
        continue;
      }
      const bool is_all = column.kind == sql::ResultColumnKind::kStar;
      for (std::size_t i = 0; i < tables_.size(); ++i) {
        if (!is_all && !equal_words(column.name.text, shown_name(i))) continue;
        for (std::size_t c = 0; c < tables_[i]->columns.size(); ++c)
          result_.insert({i, static_cast<int>(c)});
      }
    }
  }

  void collect(const Expr* condition, std::optional<std::size_t> of) {
    for (const Expr* part : split(condition, ExprKind::kAnd)) {
      if (part->kind != ExprKind::kEq) continue;
      const auto left = find(part->left), right = find(part->right);
      if (left && right) {
        equalities_.push_back({*left, right, of});
        equalities_.push_back({*right, left, of});
      } else if (left && is_plain_constant(part->right)) {
        equalities_.push_back({*left, std::nullopt, of});
      } else if (right && is_plain_constant(part->left)) {
        equalities_.push_back({*right, std::nullopt, of});
      }
    }
  }
  /// Not one that names a collation, which would take more than one value to be equal.
  static bool is_plain_constant(const Expr* expr) {
    return expr->kind == ExprKind::kInteger || expr->kind == ExprKind::kReal ||
           expr->kind == ExprKind::kString || expr->kind == ExprKind::kParameter;
  }

  const storage::ColumnDef& definition(const Place& place) const {
    return tables_[place.first]->columns[static_cast<std::size_t>(place.second)];
  }

  bool is_column_fixed(const Place& place) const {
    const bool is_never_null =
        definition(place).not_null || place.second == tables_[place.first]->rowid_alias;
    if (is_never_null && result_.count(place) > 0) return true;
    return std::any_of(equalities_.begin(), equalities_.end(), [&](const Equality& equality) {
      if (equality.column != place || (equality.of && *equality.of != place.first)) return false;
      if (!equality.other) return true;
      // Under another collation or type more than one value could be equal.
      return fixed_.count(equality.other->first) > 0 &&
             definition(*equality.other).collation == definition(place).collation &&
             definition(*equality.other).affinity == definition(place).affinity;
    });
  }

  bool is_fixed(std::size_t i) const {
    const storage::TableDef& table = *tables_[i];
    if (table.rowid_alias >= 0 && is_column_fixed({i, table.rowid_alias})) return true;
    const auto indexes = rewriter_.catalog().indexes_of(table.id);
    return std::any_of(indexes.begin(), indexes.end(), [&](const storage::IndexPtr& index) {
      return index->unique && !index->is_partial() &&
             std::all_of(index->key_columns.begin(), index->key_columns.end(),
                         [&](const storage::IndexColumn& key) {
                           return key.column >= 0 &&
                                  key.collation == definition({i, key.column}).collation &&
                                  is_column_fixed({i, key.column});
                         });
    });
  }

  const Rewriter& rewriter_;
  const sql::Select* select_;
  std::vector<storage::TablePtr> tables_;
  std::set<Place> result_;
  std::vector<Equality> equalities_;
  std::set<std::size_t> fixed_;
};

void drop_word(Rewriter& rewriter, sql::Span within, std::string what) {
  for (const Word& word : words_of(rewriter.text(), within.begin, within.end)) {
    if (!equal_words(word.text, "distinct")) continue;
    std::uint32_t end = word.span.end;
    while (end < rewriter.text().size() && rewriter.text()[end] == ' ') ++end;
    rewriter.add({{{word.span.begin, end}, ""}}, std::move(what));
    return;
  }
}

/// count(DISTINCT id)
void drop_from_counts(Rewriter& rewriter, const sql::Select* select) {
  if (select->from.size() != 1) return;
  for (const sql::ResultColumn& column : select->columns) {
    const Expr* count = column.expr;
    if (count == nullptr || count->kind != ExprKind::kFunction || !equal_words(count->text, "count") ||
        !count->call->distinct || count->list.size() != 1 || !rewriter.is_of_innermost(count->list[0])) {
      continue;
    }
    const auto counted = rewriter.find_column(count->list[0]);
    if (counted && is_unique(rewriter, *counted))
      drop_word(rewriter, count->span,
                fmt::format("without DISTINCT: no two rows have the same {}",
                            rewriter.text_of(count->list[0])));
  }
}

}  // namespace

void rewrite_distinct(Rewriter& rewriter, const sql::Select* select) {
  if (select->prior != nullptr || select->is_values || select->from.empty()) return;
  drop_from_counts(rewriter, select);
  if (!select->distinct || !select->group_by.empty() || select->having != nullptr || select->limit != nullptr ||
      select->columns.empty()) {
    return;
  }
  sql::Select plain = *select;
  plain.distinct = false;
  if (!is_plain(&plain) || !Keys(rewriter, select).tell_all_rows_apart()) return;
  drop_word(rewriter, {select->span.begin, select->columns.front().span.begin},
            "without DISTINCT: the keys in it tell all rows apart");
}

}  // namespace leftmost::advice
