// tests/engine/compare_tool.h - a SQL script on our engine and on the SQLite library, side by side.
//
// Every statement is put to both; rows (values and storage classes, in order), error texts, plans and change counts have
// to be the same. A statement that our engine does not support is counted and left out on both sides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leftmost::engine::test {

struct ComparisonResult {
  int statements = 0;
  int not_supported = 0;
  int plans_compared = 0;
  /// One text per difference: the statement and both answers.
  std::vector<std::string> differences;
  std::vector<std::string> plan_differences;
};

/// Runs the statements of `script` one after the other on two fresh databases.
ComparisonResult compare_script(std::string_view script);

}  // namespace leftmost::engine::test
