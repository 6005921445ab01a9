#include "advice/reading.h"

namespace leftmost::advice {

using planner::AccessPath;
using planner::Loop;

namespace {

std::string access_of_subquery(const Reading& reading) {
  if (reading.select != nullptr) {
    for (const planner::FromSubquery& subquery : reading.select->subqueries) {
      if (subquery.item != reading.loop->item) continue;
      if (subquery.use == planner::SubqueryUse::kCoroutine) return "co-routine";
      return "materialized";
    }
  }
  return "subquery-scan";
}

}  // namespace

Reading find_reading(const planner::Plan& plan, const planner::Item* item) {
  for (const planner::SelectPlan& select : plan.selects) {
    for (const Loop& loop : select.loops) {
      if (loop.item == item) return {&loop, &select};
    }
    if (select.count_shortcut && !select.select->items.empty() && select.select->items.front() == item) {
      return {nullptr, &select};
    }
  }
  for (const Loop& loop : plan.change_loops) {
    if (loop.item == item) return {&loop, nullptr};
  }
  return {};
}

std::string access_name(const Reading& reading) {
  if (reading.loop == nullptr) {
    return reading.select != nullptr && reading.select->count_index != nullptr ? "index-scan" : "scan";
  }
  const Loop& loop = *reading.loop;
  if (loop.min_max != planner::MinMaxMode::kNone) return "min-max";
  switch (loop.access) {
    case AccessPath::kTableScan:
      return loop.item->kind == planner::ItemKind::kTable ? "scan" : access_of_subquery(reading);
    case AccessPath::kIndexScan:
      return "index-scan";
    case AccessPath::kRowidSearch:
      return "rowid-search";
    case AccessPath::kIndexSearch:
      if (loop.skipped_columns > 0) return "skip-scan";
      return loop.index != nullptr && loop.index->def->is_table_itself ? "primary-key-search" : "search";
    case AccessPath::kAutomaticIndex:
      return "automatic-index";
    case AccessPath::kMultiIndexOr:
      return "multi-index-or";
    case AccessPath::kTableFunction:
      return "table-function";
  }
  return "scan";
}

std::string index_of(const Reading& reading) {
  const planner::RelationIndex* index = reading.loop != nullptr     ? reading.loop->index
                                        : reading.select != nullptr ? reading.select->count_index
                                                                    : nullptr;
  return index == nullptr ? std::string() : index->def->name;
}

}  // namespace leftmost::advice
