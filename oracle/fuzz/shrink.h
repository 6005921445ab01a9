// oracle/fuzz/shrink.h - makes a case that shows a difference as small as it goes.
//
// After Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002:
// first whole statements go, then what piece.h may leave out of each, again and again until nothing more can
// go or the bound on trials is reached.
#pragma once

#include <functional>
#include <vector>

#include "oracle/fuzz/schema.h"

namespace leftmost::oracle::fuzz {

/// Whether the last statement of these still shows the same difference.
using StillDiffers = std::function<bool(const std::vector<Step>&)>;

/// Requires: `steps` show the difference at their last statement. The result does too.
std::vector<Step> shrink(std::vector<Step> steps, const StillDiffers& still_differs,
                         std::size_t trials_max = 3000);

}  // namespace leftmost::oracle::fuzz
