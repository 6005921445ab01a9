// oracle/reference_version.h - what a comparison with another SQLite than ours is worth.
//
// leftmost plans, and words its errors, as SQLite 3.40.1 does. Another version may decide better and say so
// differently, and be right: with one linked, plans and the words of errors are shown, but only rows, changes
// and whether there is an error count.
#pragma once

#include <string>
#include <string_view>

#include "oracle/agreement.h"

namespace leftmost::oracle {

/// The version whose decisions ours are.
inline constexpr std::string_view kReferenceVersion = "3.40.1";

bool is_reference_version(std::string_view version);

/// The agreement as far as `version` can be held against us: all of it for the reference version.
Agreement what_counts(const Agreement& agreement, std::string_view version);

/// `SQLite 3.40.1`; another version with what that means: `SQLite 3.46.0 (plans here are those of 3.40.1)`.
std::string engine_name(std::string_view version);

}  // namespace leftmost::oracle
