// Puts every file of the repository to the rules of house_rules.h.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/catch.h"
#include "tests/house/house_rules.h"

using namespace leftmost::house;
namespace fs = std::filesystem;

namespace {

const fs::path kTop = LEFTMOST_SOURCE_DIR;

bool is_text(const std::string& bytes) { return bytes.find('\0') == std::string::npos; }

/// Every text file but what git keeps and what a build makes.
const std::vector<SourceFile>& repository() {
  static const std::vector<SourceFile> kFiles = [] {
    std::vector<SourceFile> found;
    for (fs::recursive_directory_iterator at(kTop), end; at != end; ++at) {
      const fs::path relative = fs::relative(at->path(), kTop);
      const std::string name = relative.filename().string();
      if (at->is_directory()) {
        const bool is_hidden = name.front() == '.' && name != ".ci";
        if (is_hidden || relative == "build") at.disable_recursion_pending();
        continue;
      }
      if (name == ".git") continue;  // in a worktree a file that says where git keeps the repository
      std::ifstream in(at->path(), std::ios::binary);
      std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (is_text(bytes)) found.push_back({relative.generic_string(), std::move(bytes)});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return found;
  }();
  return kFiles;
}

std::string joined(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations) text += violation.to_text() + "\n";
  return text;
}

}  // namespace

TEST_CASE("every file keeps the rules of the house", "[house]") {
  std::vector<Violation> violations;
  for (const SourceFile& file : repository()) {
    const std::vector<Violation> found = check_file(file);
    violations.insert(violations.end(), found.begin(), found.end());
  }
  REQUIRE(repository().size() > 10);
  INFO(joined(violations));
  CHECK(violations.empty());
}

TEST_CASE("every relative link of a document leads to a file", "[house]") {
  std::vector<Violation> violations;
  std::size_t link_count = 0;
  for (const SourceFile& file : repository()) {
    if (fs::path(file.path).extension() != ".md") continue;
    for (const Link& link : relative_links(file)) {
      ++link_count;
      if (fs::exists(kTop / fs::path(file.path).parent_path() / link.target)) continue;
      violations.push_back({file.path, link.line, "leads to " + link.target + ", which is not there"});
    }
  }
  REQUIRE(link_count > 0);
  INFO(joined(violations));
  CHECK(violations.empty());
}

TEST_CASE("every folder opens with a README", "[house]") {
  std::set<std::string> folders;
  for (const SourceFile& file : repository()) {
    const std::size_t slash = file.path.find('/');
    if (slash != std::string::npos && file.path.front() != '.') folders.insert(file.path.substr(0, slash));
  }
  // Their one reader comes from elsewhere: docs/HACKING.md describes them.
  for (const char* const exempt : {"cmake", "scripts", "docs"}) folders.erase(exempt);
  std::vector<Violation> violations;
  for (const std::string& folder : folders) {
    if (!fs::exists(kTop / folder / "README.md")) {
      violations.push_back({folder + "/README.md", 1, "missing: what comes in, what goes out, where to start reading"});
    }
  }
  INFO(joined(violations));
  CHECK(violations.empty());
}
