#include "advice/reading.h"

#include <algorithm>

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

namespace {

bool searches_values_of(const Loop& loop, const planner::Item& item) {
  for (const planner::SeekColumn& seek : loop.equalities) {
    if (seek.in != nullptr && seek.in->select != nullptr && seek.in->select->items.size() == 1 &&
        seek.in->select->items[0]->id == item.id)
      return true;
  }
  return std::any_of(loop.or_arms.begin(), loop.or_arms.end(), [&](const planner::OrArm& arm) {
    return arm.loop != nullptr && searches_values_of(*arm.loop, item);
  });
}

}  // namespace

Reading find_reading(const planner::Plan& plan, const planner::Item* item) {
  for (const planner::Step& step : plan.steps) {
    const bool is_lookup =
        step.kind == planner::StepKind::kInIndex || step.kind == planner::StepKind::kInRowid;
    if (!is_lookup || step.item->id != item->id) continue;
    Reading reading;
    reading.in_lookup = &step;
    const auto searches = [&](const Loop& loop) { return searches_values_of(loop, *item); };
    reading.is_list_of_search =
        std::any_of(plan.change_loops.begin(), plan.change_loops.end(), searches) ||
        std::any_of(plan.selects.begin(), plan.selects.end(), [&](const auto& select) {
          return std::any_of(select.loops.begin(), select.loops.end(), searches);
        });
    return reading;
  }
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
  if (reading.in_lookup != nullptr) {
    const bool is_index = reading.in_lookup->kind == planner::StepKind::kInIndex;
    if (reading.is_list_of_search) return is_index ? "index-scan" : "scan";
    return is_index ? "search" : "rowid-search";
  }
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
  const planner::RelationIndex* index = reading.in_lookup != nullptr ? reading.in_lookup->index
                                        : reading.loop != nullptr    ? reading.loop->index
                                        : reading.select != nullptr  ? reading.select->count_index
                                                                     : nullptr;
  return index == nullptr ? std::string() : index->def->name;
}

}  // namespace leftmost::advice
