// planner/context.h - what all parts of one planning run share.
#pragma once

#include <map>
#include <optional>

#include "planner/expr_tools.h"
#include "planner/planner.h"

namespace leftmost::planner {

struct Context {
  const PlannerOptions& options;
  storage::Arena& arena;
  Plan& plan;

  RewriteBudget budget = {};
  /// Rows of the enclosing loops, as the sum of their LogEst estimates: the seed of the path search
  /// (section 5.2). A negative sum wraps around and counts as huge, as in SQLite.
  std::uint32_t loop_factor = 0;
  int next_item = 0;           ///< next free ItemId
  int next_select_number = 1;  ///< next free subquery number
  int select_count = 0;
  int plans_left = 20'000;  ///< loop nests that one statement may plan, OR arms included
  /// Rows of FROM subqueries that have been coded; kDefaultTableRows before that.
  std::map<ItemId, storage::LogEst> item_rows = {};
  /// Copies that flattening made of an item share its number.
  std::map<ItemId, ItemId> copied_from = {};
  /// The same for views, by name: all references to a view share one number, that of the one coded last.
  std::map<std::string_view, storage::LogEst> view_rows = {};
  std::optional<Error> error = std::nullopt;

  storage::LogEst rows_of(const Item& item) const {
    if (item.shared != nullptr && item.shared->is_view) {
      const auto found = view_rows.find(item.shared->name);
      return found == view_rows.end() ? storage::kDefaultTableRows : found->second;
    }
    const auto found = item_rows.find(original_of(item.id));
    return found == item_rows.end() ? storage::kDefaultTableRows : found->second;
  }
  void set_rows(const Item& item, storage::LogEst rows) {
    item_rows[original_of(item.id)] = rows;
    if (item.shared != nullptr && item.shared->is_view) view_rows[item.shared->name] = rows;
  }
  ItemId original_of(ItemId item) const {
    const auto found = copied_from.find(item);
    return found == copied_from.end() ? item : found->second;
  }
  bool failed() const { return error.has_value(); }
  void fail(Error reason) {
    if (!error) error = std::move(reason);
  }
  /// Turns an exhausted budget into an error.
  void check_budget() {
    if (budget.exhausted)
      fail(not_supported("a statement that grows this much when its views are merged").value());
    if (plans_left < 0) fail(not_supported("a condition that needs this many plans").value());
  }
};

}  // namespace leftmost::planner
