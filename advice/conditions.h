// advice/conditions.h - the conditions of a statement on one index, as SQL that can be asked of every entry
// by itself.
#pragma once

#include <string>
#include <vector>

#include "planner/reason.h"
#include "storage/value.h"

namespace leftmost::advice {

/// The terms that the record names for the columns of this index, each once, as written, with parameters
/// replaced by their values; and, where several columns have one, all of them joined by AND. Left out are
/// terms about other tables, with subqueries or with volatile functions, and terms without a text of their
/// own in `sql`.
std::vector<std::string> conditions_on(const planner::IndexReason& index, planner::ItemId item,
                                       std::string_view sql,
                                       const std::vector<storage::OwnedValue>& bindings);

}  // namespace leftmost::advice
