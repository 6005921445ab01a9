// advice/upkeep.h - what every row that a statement writes costs beside its table: entries of indexes,
// searches for duplicates, conditions, foreign keys. It follows from the schema and the statement, not from
// the plan: INSERT ... VALUES has none.
#pragma once

#include <string_view>
#include <vector>

#include "advice/explanation.h"
#include "engine/database.h"

namespace leftmost::advice {

/// Empty for what does not write. Foreign keys that have a child table read from end to end are reasons
/// (engine/hidden_work.h), not upkeep.
std::vector<Upkeep> upkeep_of(const engine::Database& database, std::string_view sql);

}  // namespace leftmost::advice
