// advice/reading.h - how a plan reads one of its tables, looked up in the record.
#pragma once

#include <string>

#include "planner/plan.h"

namespace leftmost::advice {

/// The loop that reads an item, and the SELECT it belongs to (null for UPDATE and DELETE). No loop: count(*)
/// counts a whole tree, or the item is not read at all. `in_lookup`: the item stands under an IN for which no
/// list is made, and its loop does not run.
struct Reading {
  const planner::Loop* loop = nullptr;
  const planner::SelectPlan* select = nullptr;
  const planner::Step* in_lookup = nullptr;
  bool is_list_of_search =
      false;  ///< with in_lookup: all its values are searched for; else each row looks up its own
};

Reading find_reading(const planner::Plan& plan, const planner::Item* item);

/// `scan`, `index-scan`, `search` ...: docs/why-json.md lists them.
std::string access_name(const Reading& reading);
/// Name of the index that is read; empty if none.
std::string index_of(const Reading& reading);

}  // namespace leftmost::advice
