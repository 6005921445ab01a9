#include "advice/index_proposals.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/item_conditions.h"
#include "advice/runs.h"
#include "planner/expr_tools.h"

namespace leftmost::advice {
namespace {

using planner::Loop;
using Columns = std::vector<std::string>;

// A covering index with more columns than this is a second table.
constexpr std::size_t kCoveringColumnsMax = 6;
// A statement with dozens of ranges on one table: the first few have to do.
constexpr std::size_t kRangesMax = 4;
constexpr std::size_t kBranchesMax = 8;

/// `email COLLATE NOCASE DESC` -> `email`: what an index column is about.
std::string_view bare(std::string_view column) {
  for (const std::string_view suffix : {" DESC", " COLLATE BINARY", " COLLATE NOCASE", " COLLATE RTRIM"}) {
    if (column.size() > suffix.size() && column.substr(column.size() - suffix.size()) == suffix)
      column.remove_suffix(suffix.size());
  }
  return column;
}

Columns joined(Columns columns, const Columns& more) {
  for (const std::string& column : more) {
    const bool is_there = std::any_of(columns.begin(), columns.end(),
                                      [&](const std::string& there) { return bare(there) == bare(column); });
    if (!is_there) columns.push_back(column);
  }
  return columns;
}

/// An index on all rows that begins with these columns exists: another would be searched in the same way.
/// With `and_no_more`, only one that ends with them counts.
bool exists(const planner::Relation& relation, const Columns& columns, bool and_no_more = false) {
  return std::any_of(
      relation.indexes.begin(), relation.indexes.end(), [&](const planner::RelationIndex& index) {
        const auto& keys = index.def->key_columns;
        if (keys.size() < columns.size() || index.def->is_partial()) return false;
        if (and_no_more && keys.size() != columns.size()) return false;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (keys[i].column < 0) return false;
          const storage::ColumnDef& column = relation.def->columns[static_cast<std::size_t>(keys[i].column)];
          std::string text = sql_name(column.name);
          if (keys[i].collation != column.collation)
            text += fmt::format(" COLLATE {}", storage::collation_name(keys[i].collation));
          if (keys[i].descending) text += " DESC";
          if (text != columns[i]) return false;
        }
        return true;
      });
}

/// What the loop's SELECT wants in an order that it has to make itself now: ORDER BY, GROUP BY, DISTINCT, or
/// the end of one column.
OrderColumns wanted_order(const ItemConditions& conditions, const planner::SelectPlan& select) {
  const planner::Select& core = *select.select;
  if (select.group == planner::GroupMode::kSorted) return conditions.order_columns(core.group_by);
  const bool sorts =
      select.order == planner::OrderMode::kSort || select.order == planner::OrderMode::kSortRightPart;
  if (sorts && core.group_by.empty()) return conditions.order_columns(core.order_by);
  if (select.distinct == planner::DistinctMode::kTempBTree) {
    std::vector<planner::OrderTerm> terms;
    for (const planner::ResultColumn& column : core.columns) terms.push_back({column.expr, false, {}, 0});
    return conditions.order_columns(terms);
  }
  const bool is_min_max = core.aggregates.size() == 1 && core.group_by.empty() &&
                          core.aggregates[0].arguments.size() == 1 &&
                          (core.aggregates[0].function->role == planner::FunctionRole::kMin ||
                           core.aggregates[0].function->role == planner::FunctionRole::kMax);
  if (is_min_max) {
    const planner::OrderTerm term{core.aggregates[0].arguments[0], false, {}, 0};
    return conditions.order_columns({&term, 1});
  }
  return {};
}

class TableProposals {
 public:
  TableProposals(const ItemConditions& conditions, std::vector<IndexProposal>& all)
      : conditions_(conditions), all_(all) {}

  void propose(const OrderColumns& wanted_order, bool wants_covering) {
    const Columns& order = wanted_order.columns;
    const KeyColumns& keys = conditions_.keys();
    std::vector<Columns> leads = {keys.equal};
    if (!keys.equal_join.empty()) {
      leads.insert(leads.begin(), joined(keys.equal_join, keys.equal));
      leads.insert(leads.begin() + 1, joined(keys.equal, keys.equal_join));
    }
    std::vector<Columns> wanted;
    for (const Columns& lead : leads) {
      const Columns with_in = joined(lead, keys.in);
      if (!order.empty()) wanted.push_back(joined(lead, order));
      if (wanted_order.ends_with_rowid) add(joined(lead, order), false, true);
      for (std::size_t i = 0; i < keys.ranges.size() && i < kRangesMax; ++i)
        wanted.push_back(joined(with_in, keys.ranges[i]));
      if (keys.ranges.empty() || !order.empty()) wanted.push_back(with_in);
      // Of several INs each by itself: all together may be more searches than they save.
      for (std::size_t i = 0; keys.in.size() > 1 && i < keys.in.size() && i < kRangesMax; ++i) {
        const Columns with_one = joined(lead, {keys.in[i]});
        wanted.push_back(keys.ranges.empty() ? with_one : joined(with_one, keys.ranges.front()));
      }
    }
    if (!order.empty()) {
      wanted.push_back(order);
      Columns filters = joined(keys.equal, keys.in);
      for (const Columns& range : keys.ranges) filters = joined(filters, range);
      if (!filters.empty()) wanted.push_back(joined(order, filters));
    }
    for (const Columns& columns : wanted) add(columns, false);
    propose_branches(wants_covering);
    propose_partial(order);
    if (!wants_covering) return;
    propose_filters();
    const Columns used = conditions_.used_columns();
    if (wanted.empty()) wanted.push_back({});
    for (const Columns& columns : wanted) {
      const Columns covering = joined(columns, used);
      if (is_narrow(covering) && covering.size() > columns.size()) add(covering, true);
    }
  }

  void propose_each_column(const OrderColumns& wanted_order) {
    constexpr std::size_t kColumnsMax = 5;
    const KeyColumns& keys = conditions_.keys();
    Columns columns = joined(joined(keys.equal, keys.equal_join), keys.in);
    for (const Columns& range : keys.ranges) columns = joined(columns, {range.front()});
    columns = joined(columns, wanted_order.columns);
    if (columns.size() > kColumnsMax) columns.resize(kColumnsMax);
    for (const std::string& first : columns) {
      add({first}, false);
      for (const std::string& second : columns) add(joined({first}, {second}), false);
    }
  }

  /// The index that is read now gives the order already: one that tests more before it looks into the table.
  void propose_beside_order(const Columns& order) {
    if (order.empty()) return;
    const KeyColumns& keys = conditions_.keys();
    Columns filters = joined(joined(joined(keys.equal, keys.equal_join), order), keys.in);
    for (const Columns& range : keys.ranges) filters = joined(filters, range);
    if (filters.size() > order.size()) add(filters, true);
    const Columns covering = joined(filters, conditions_.used_columns());
    if (is_narrow(covering) && covering.size() > order.size()) add(covering, true);
  }

 private:
  /// Not a second table.
  bool is_narrow(const Columns& columns) const {
    return columns.size() <= kCoveringColumnsMax && columns.size() < conditions_.table().columns.size();
  }

  void add(const Columns& columns, bool is_covering, bool ends_with_rowid = false) {
    if (columns.empty() || exists(*conditions_.item().relation, columns, ends_with_rowid)) return;
    add({{ProposedIndex{conditions_.table().name, columns, {}}},
         is_covering,
         false,
         ends_with_rowid && exists(*conditions_.item().relation, columns)});
  }

  void add(IndexProposal proposal) {
    const auto same = [](const ProposedIndex& a, const ProposedIndex& b) {
      return a.table == b.table && a.columns == b.columns && a.where == b.where;
    };
    const bool is_known = std::any_of(all_.begin(), all_.end(), [&](const IndexProposal& known) {
      return known.indexes.size() == proposal.indexes.size() &&
             std::equal(known.indexes.begin(), known.indexes.end(), proposal.indexes.begin(), same);
    });
    if (!is_known) all_.push_back(std::move(proposal));
  }

  /// Each OR whose every branch could be searched: the indexes that its branches lack.
  void propose_branches(bool wants_covering) {
    for (const std::vector<KeyColumns>& branches : conditions_.branches()) {
      if (branches.size() > kBranchesMax) continue;
      std::vector<Columns> each;
      for (const KeyColumns& branch : branches) each.push_back(columns_of(branch));
      add_together(each, false);
      const std::vector<Columns> shared = share(branches);
      add_together(shared, false);
      std::vector<Columns> first, covering;
      for (const Columns& columns : shared) {
        first.push_back({columns.front()});
        covering.push_back(joined(columns, conditions_.used_columns()));
        if (!is_narrow(covering.back())) wants_covering = false;
      }
      add_together(first, false);
      if (wants_covering) add_together(covering, true);
    }
  }

  static Columns columns_of(const KeyColumns& branch) {
    const Columns columns = joined(joined(branch.equal, branch.equal_join), branch.in);
    return branch.ranges.empty() ? columns : joined(columns, branch.ranges.front());
  }

  /// Few indexes for many branches: one for all that can begin with the same column, the most wanted first.
  static std::vector<Columns> share(const std::vector<KeyColumns>& branches) {
    std::vector<Columns> shared;
    std::vector<const KeyColumns*> left;
    for (const KeyColumns& branch : branches) left.push_back(&branch);
    const auto firsts = [](const KeyColumns& branch) {
      Columns columns = joined(joined(branch.equal, branch.equal_join), branch.in);
      for (const Columns& range : branch.ranges) columns.push_back(range.front());
      return columns;
    };
    const auto begins_with = [&](const KeyColumns& branch, const std::string& column) {
      const Columns columns = firsts(branch);
      return std::find(columns.begin(), columns.end(), column) != columns.end();
    };
    while (!left.empty()) {
      std::string best;
      std::ptrdiff_t best_count = 0;
      for (const std::string& column : firsts(*left.front())) {
        const auto count = std::count_if(
            left.begin(), left.end(), [&](const KeyColumns* branch) { return begins_with(*branch, column); });
        if (count > best_count) best = column, best_count = count;
      }
      Columns columns = {best};
      for (const KeyColumns* branch : left) {
        if (begins_with(*branch, best)) columns = joined(columns, columns_of(*branch));
      }
      shared.push_back(std::move(columns));
      left.erase(std::remove_if(left.begin(), left.end(),
                                [&](const KeyColumns* branch) { return begins_with(*branch, best); }),
                 left.end());
    }
    return shared;
  }

  /// Those of several indexes that do not exist, as one proposal.
  void add_together(const std::vector<Columns>& indexes, bool is_covering) {
    IndexProposal proposal;
    proposal.is_covering = is_covering;
    for (const Columns& columns : indexes) {
      const bool is_there = exists(*conditions_.item().relation, columns) ||
                            std::any_of(proposal.indexes.begin(), proposal.indexes.end(),
                                        [&](const ProposedIndex& index) { return index.columns == columns; });
      if (!is_there) proposal.indexes.push_back({conditions_.table().name, columns, {}});
    }
    if (!proposal.indexes.empty()) add(std::move(proposal));
  }

  /// A range to search by, and the column of another behind it: tested on the entry, before the row is read.
  void propose_filters() {
    const KeyColumns& keys = conditions_.keys();
    const Columns lead = joined(joined(keys.equal, keys.equal_join), keys.in);
    for (std::size_t i = 0; i < keys.ranges.size() && i < kRangesMax; ++i) {
      for (std::size_t j = 0; j < keys.ranges.size() && j < kRangesMax; ++j) {
        const Columns columns = joined(joined(lead, keys.ranges[i]), keys.ranges[j]);
        if (i != j && columns.size() > lead.size() + 1) add(columns, true);
      }
    }
  }

  /// The rows that meet a condition of which nothing can be searched.
  void propose_partial(const Columns& order) {
    const KeyColumns& keys = conditions_.keys();
    for (const ItemConditions::RowCondition& condition : conditions_.row_conditions()) {
      Columns columns = joined(keys.equal, order);
      if (order.empty() && !keys.ranges.empty()) columns = joined(columns, keys.ranges.front());
      if (columns.empty() && !condition.column.empty()) columns = {condition.column};
      if (columns.empty()) continue;
      add({{ProposedIndex{conditions_.table().name, columns, condition.text}}, false, true, false});
    }
  }

  const ItemConditions& conditions_;
  std::vector<IndexProposal>& all_;
};

void propose_for(const Loop& loop, const planner::SelectPlan* select, std::string_view sql,
                 const ProposalOptions& options, std::vector<IndexProposal>& proposals) {
  if (loop.item == nullptr || loop.item->kind != planner::ItemKind::kTable || loop.item->relation == nullptr)
    return;
  if (loop.one_row && loop.min_max == planner::MinMaxMode::kNone) return;
  ItemConditions conditions(*loop.item, sql);
  conditions.add_loop(loop);
  if (select != nullptr) conditions.add_where(select->select->where);
  const OrderColumns order = select == nullptr ? OrderColumns() : wanted_order(conditions, *select);
  TableProposals proposed(conditions, proposals);
  // What is read in full now has all columns too, if it is an index: only a narrower search of such a one is
  // better.
  const bool is_searched = loop.access == planner::AccessPath::kIndexSearch;
  proposed.propose(order, select != nullptr && (!loop.covering || !is_searched || order.is_wanted()));
  if (select != nullptr && !loop.covering && !order.is_wanted())
    proposed.propose_beside_order(conditions.order_columns(select->select->order_by).columns);
  if (options.each_column) proposed.propose_each_column(order);
}

}  // namespace

std::vector<IndexProposal> propose_indexes(const planner::Plan& plan, std::string_view sql,
                                           const ProposalOptions& options) {
  std::vector<IndexProposal> proposals;
  for (const planner::SelectPlan& select : plan.selects) {
    for (const Loop& loop : select.loops) propose_for(loop, &select, sql, options, proposals);
  }
  for (const Loop& loop : plan.change_loops) propose_for(loop, nullptr, sql, options, proposals);
  return proposals;
}

}  // namespace leftmost::advice
