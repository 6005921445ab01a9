#include "advice/index_proposals.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/runs.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::advice {
namespace {

using planner::Expr;
using planner::ExprKind;
using planner::Loop;

// A covering index with more columns than this is a second table.
constexpr std::size_t kCoveringColumnsMax = 6;

enum class TermUse : std::uint8_t { kNone, kEquality, kRange };

struct ColumnTerm {
  TermUse use = TermUse::kNone;
  std::string column;
};

TermUse use_of(ExprKind kind) {
  switch (kind) {
    case ExprKind::kEq:
    case ExprKind::kIs:
    case ExprKind::kIn:
    case ExprKind::kIsNull:
      return TermUse::kEquality;
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kBetween:
      return TermUse::kRange;
    default:
      return TermUse::kNone;
  }
}

class LoopReader {
 public:
  LoopReader(const Loop& loop, std::string_view sql)
      : loop_(loop), table_(*loop.item->relation->def), sql_(sql) {}

  void read() {
    for (const planner::SeekColumn& seek : loop_.equalities) add(seek.term);
    add(loop_.lower.term);
    add(loop_.upper.term);
    for (const planner::Filter& filter : loop_.filters) {
      if (!filter.is_outer_on || loop_.item->join.left) add(filter.condition);
    }
  }

  /// The columns of an ORDER BY or GROUP BY, if all are plain columns of this item.
  std::vector<std::string> order_columns(std::span<const planner::OrderTerm> terms) const {
    std::vector<std::string> columns;
    for (const planner::OrderTerm& term : terms) {
      const Expr* column = planner::skip_collate(term.expr);
      if (column->kind != ExprKind::kColumn || column->item != loop_.item->id || column->column < 0)
        return {};
      std::string text = column_text(*column, planner::collation_of(term.expr));
      if (term.descending) text += " DESC";
      columns.push_back(std::move(text));
    }
    return columns;
  }

  std::vector<std::string> used_columns() const {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < loop_.item->used.size() && i < table_.columns.size(); ++i) {
      if (loop_.item->used[i] && static_cast<int>(i) != table_.rowid_alias) {
        columns.push_back(sql_name(table_.columns[i].name));
      }
    }
    return columns;
  }

  const std::vector<std::string>& equalities() const { return equalities_; }
  const std::vector<std::string>& ranges() const { return ranges_; }
  const storage::TableDef& table() const { return table_; }

 private:
  std::string column_text(const Expr& column, std::optional<storage::Collation> collation) const {
    std::string text = sql_name(table_.columns[static_cast<std::size_t>(column.column)].name);
    if (collation && *collation != table_.columns[static_cast<std::size_t>(column.column)].collation) {
      text += fmt::format(" COLLATE {}", storage::collation_name(*collation));
    }
    return text;
  }

  /// What an index would have to hold for this side of a comparison; empty if it is not about this table
  /// alone.
  std::string key_text(const Expr* side, const Expr* comparison) const {
    if (side == nullptr) return {};
    side = planner::skip_markers(side);
    if (side->kind == ExprKind::kColumn) {
      if (side->item != loop_.item->id || side->column < 0) return {};
      return column_text(*side, planner::comparison_collation(comparison));
    }
    // An expression on the table's columns, as an expression index would have it (without the name of the
    // table).
    if (side->kind != ExprKind::kFunction || !planner::is_deterministic(side) ||
        !planner::mentions_item(side, loop_.item->id) ||
        !planner::is_constant_or_of_item(side, loop_.item->id) || side->span.empty() ||
        side->span.end > sql_.size()) {
      return {};
    }
    const std::string_view text = sql_.substr(side->span.begin, side->span.end - side->span.begin);
    return text.find('.') == std::string_view::npos ? std::string(text) : std::string();
  }

  void add(const Expr* condition) {
    if (condition == nullptr) return;
    condition = planner::skip_markers(condition);
    if (condition->kind == ExprKind::kAnd) {
      add(condition->left);
      add(condition->right);
      return;
    }
    const TermUse use = use_of(condition->kind);
    if (use == TermUse::kNone) return;
    const bool has_right = condition->right != nullptr;
    const planner::ItemId id = loop_.item->id;
    std::string key;
    if (!has_right || !planner::mentions_item(condition->right, id))
      key = key_text(condition->left, condition);
    if (key.empty() && has_right && !planner::mentions_item(condition->left, id)) {
      key = key_text(condition->right, condition);
    }
    if (key.empty() || contains(equalities_, key)) return;
    auto& columns = use == TermUse::kEquality ? equalities_ : ranges_;
    if (!contains(columns, key)) columns.push_back(std::move(key));
  }

  static bool contains(const std::vector<std::string>& columns, const std::string& column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  }

  const Loop& loop_;
  const storage::TableDef& table_;
  std::string_view sql_;
  std::vector<std::string> equalities_;
  std::vector<std::string> ranges_;
};

std::vector<std::string> joined(std::vector<std::string> columns, const std::vector<std::string>& more) {
  for (const std::string& column : more) {
    const std::string bare = column.substr(0, column.find(' '));
    const bool is_there = std::any_of(columns.begin(), columns.end(), [&](const std::string& there) {
      return there.substr(0, there.find(' ')) == bare;
    });
    if (!is_there) columns.push_back(column);
  }
  return columns;
}

/// An index that begins with these columns exists: another would be searched in the same way.
bool exists(const planner::Relation& relation, const std::vector<std::string>& columns) {
  return std::any_of(
      relation.indexes.begin(), relation.indexes.end(), [&](const planner::RelationIndex& index) {
        const auto& keys = index.def->key_columns;
        if (keys.size() < columns.size() || index.def->is_partial()) return false;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (keys[i].column < 0 || keys[i].descending) return false;
          const storage::ColumnDef& column = relation.def->columns[static_cast<std::size_t>(keys[i].column)];
          if (keys[i].collation != column.collation || sql_name(column.name) != columns[i]) return false;
        }
        return true;
      });
}

void propose_for(const Loop& loop, const planner::SelectPlan* select, std::string_view sql,
                 std::vector<IndexProposal>& proposals) {
  if (loop.item == nullptr || loop.item->kind != planner::ItemKind::kTable || loop.item->relation == nullptr)
    return;
  if (loop.one_row) return;
  LoopReader reader(loop, sql);
  reader.read();
  const auto add = [&](std::vector<std::string> columns, bool is_covering) {
    if (columns.empty() || exists(*loop.item->relation, columns)) return;
    const bool is_known = std::any_of(proposals.begin(), proposals.end(), [&](const IndexProposal& known) {
      return known.table == reader.table().name && known.columns == columns;
    });
    if (!is_known) proposals.push_back({reader.table().name, std::move(columns), is_covering});
  };

  std::vector<std::string> order;
  if (select != nullptr && &loop == &select->loops.front()) {
    const planner::Select& core = *select->select;
    const bool sorts =
        select->order == planner::OrderMode::kSort || select->order == planner::OrderMode::kSortRightPart;
    if (sorts && core.group_by.empty()) order = reader.order_columns(core.order_by);
    if (select->group == planner::GroupMode::kSorted) order = reader.order_columns(core.group_by);
  }
  const std::vector<std::string> range(reader.ranges().begin(),
                                       reader.ranges().begin() + !reader.ranges().empty());
  const std::vector<std::string> by_order = joined(reader.equalities(), order);
  const std::vector<std::string> by_range = joined(reader.equalities(), range);
  if (!order.empty()) add(by_order, false);
  add(by_range, false);
  if (loop.access != planner::AccessPath::kTableScan && loop.access != planner::AccessPath::kAutomaticIndex)
    return;
  for (const std::vector<std::string>& key : {by_range, by_order}) {
    const std::vector<std::string> covering = joined(key, reader.used_columns());
    const bool is_narrow =
        covering.size() <= kCoveringColumnsMax && covering.size() < reader.table().columns.size();
    if (is_narrow && covering.size() > key.size()) add(covering, true);
  }
}

}  // namespace

std::vector<IndexProposal> propose_indexes(const planner::Plan& plan, std::string_view sql) {
  std::vector<IndexProposal> proposals;
  for (const planner::SelectPlan& select : plan.selects) {
    for (const Loop& loop : select.loops) propose_for(loop, &select, sql, proposals);
  }
  for (const Loop& loop : plan.change_loops) propose_for(loop, nullptr, sql, proposals);
  return proposals;
}

}  // namespace leftmost::advice
