// planner/explain.h - the words for what the record says: verdicts and roles as the JSON, EXPLAIN WHY and the golden
// files spell them.
#pragma once

#include <string_view>

#include "planner/reason.h"

namespace leftmost::planner {

/// `used`, `costlier`, `unusable`
constexpr std::string_view verdict_name(IndexVerdict verdict) {
  switch (verdict) {
    case IndexVerdict::kUsed: return "used";
    case IndexVerdict::kCostlier: return "costlier";
    case IndexVerdict::kUnusable: break;
  }
  return "unusable";
}

/// `seek-eq`, `filter-on-row` ...
constexpr std::string_view role_name(ColumnRole role) {
  switch (role) {
    case ColumnRole::kSeekEq: return "seek-eq";
    case ColumnRole::kSeekIn: return "seek-in";
    case ColumnRole::kSeekRange: return "seek-range";
    case ColumnRole::kSeekSkip: return "seek-skip";
    case ColumnRole::kFilterInIndex: return "filter-in-index";
    case ColumnRole::kFilterOnRow: return "filter-on-row";
    case ColumnRole::kOrder: return "order";
    case ColumnRole::kGroup: return "group";
    case ColumnRole::kCover: return "cover";
    case ColumnRole::kIdle: break;
  }
  return "idle";
}

}  // namespace leftmost::planner
