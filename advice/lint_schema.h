// advice/lint_schema.h - what is said of a database's indexes and statistics as a whole.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "advice/lint.h"

namespace leftmost::advice {

/// `unused-index`, `redundant-prefix-index`, `statistics-missing`: without file and severity. `used` names
/// the indexes that some statement reads. Indexes that a constraint makes, and UNIQUE ones, are never called
/// unused or redundant.
std::vector<Finding> findings_about_schema(oracle::Session& session, const std::set<std::string>& used);

}  // namespace leftmost::advice
