// tests/oracle/plan_lines.h - plans written as text in tests: one line each, two spaces of indent per level.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "planner/eqp_text.h"

namespace leftmost::oracle {

inline std::vector<planner::PlanLine> plan_lines(std::string_view text) {
  std::vector<planner::PlanLine> lines;
  std::vector<int> open;  // id of the line at each level
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t level = line.find_first_not_of(' ') / 2;
    open.resize(level);
    planner::PlanLine plan_line;
    plan_line.id = static_cast<int>(lines.size() + 1);
    plan_line.parent = level == 0 ? 0 : open[level - 1];
    plan_line.detail = std::string(line.substr(level * 2));
    open.push_back(static_cast<int>(lines.size() + 1));
    lines.push_back(std::move(plan_line));
  }
  return lines;
}

}  // namespace leftmost::oracle
