// Every script in tests/engine/scripts, statement by statement, on our engine and on SQLite.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/catch.h"
#include "tests/engine/compare_tool.h"

namespace leftmost::engine::test {

TEST_CASE("scripts give the rows, errors and counts that SQLite gives", "[engine][scripts]") {
  std::vector<std::filesystem::path> scripts;
  for (const auto& entry : std::filesystem::directory_iterator(LEFTMOST_SOURCE_DIR "/tests/engine/scripts")) {
    if (entry.path().extension() == ".sql") scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  REQUIRE_FALSE(scripts.empty());
  for (const std::filesystem::path& path : scripts) {
    std::ifstream file(path);
    const std::string script((std::istreambuf_iterator<char>(file)), {});
    const ComparisonResult result = compare_script(script);
    INFO(path.filename().string());
    CHECK(result.statements > 0);
    for (const std::string& difference : result.differences) FAIL_CHECK(difference);
    for (const std::string& difference : result.plan_differences) FAIL_CHECK(difference);
    CHECK(result.not_supported == 0);
  }
}

}  // namespace leftmost::engine::test
