// advice/sample_values.h - values for parameters that nobody gave, so that a statement can be run and
// measured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "oracle/twin.h"
#include "planner/plan.h"
#include "storage/value.h"

namespace leftmost::advice {

/// Fills in what is missing in `values` (one per parameter, from 1): for a parameter that is compared with a
/// column the value in the middle of that column, in the table's order; for one of LIMIT ten, of OFFSET none.
/// True if every parameter has a value then. Reads `twin`.
bool sample_values(const planner::Plan& plan, oracle::Twin& twin,
                   std::vector<std::optional<storage::OwnedValue>>& values);

}  // namespace leftmost::advice
