// planner/function_info.h - what a plan has to know about a SQL function; how it computes is engine/'s affair.
#pragma once

#include <cstdint>
#include <string_view>

namespace leftmost::planner {

enum class FunctionKind : std::uint8_t { kScalar, kAggregate, kWindow };

/// Functions that the planner looks at by meaning. Everything else is kOrdinary.
enum class FunctionRole : std::uint8_t {
  kOrdinary,
  kLike,         ///< like(pattern, x[, escape]); `x LIKE pattern` is the same call
  kGlob,         ///< glob(pattern, x)
  kCount,        ///< count(*) and count(x)
  kMin, kMax,    ///< the aggregates
  // What takes a value out of JSON: three functions to the matcher.
  kJsonExtract,    ///< json_extract(document, path), with one path
  kJsonArrow,      ///< document -> path
  kJsonArrowText,  ///< document ->> path
};

/// Lives as long as the registry that defines it (longer than any statement).
struct FunctionInfo {
  std::string_view name;  ///< the library's own spelling, lower case; printed in plan lines
  FunctionKind kind = FunctionKind::kScalar;
  FunctionRole role = FunctionRole::kOrdinary;
  /// Same arguments, same result, within one statement. False for random(), randomblob(), changes() ...
  bool deterministic = true;
};

}  // namespace leftmost::planner
