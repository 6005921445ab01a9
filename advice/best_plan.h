// advice/best_plan.h - when there is nothing to better, said plainly.
#pragma once

#include <string>

#include "advice/explanation.h"

namespace leftmost::advice {

/// Why no other index and no other way to write it makes a query that ran less work: everything is searched
/// for, what is visited is what is returned, and no table row is looked up, sorted or kept aside. One
/// sentence; empty where that is not so. Requires: suggestions and work of the explanation are filled in.
std::string why_best(const Explanation& explanation);

}  // namespace leftmost::advice
