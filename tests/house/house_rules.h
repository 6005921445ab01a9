// tests/house/house_rules.h - the rules that every file of the repository keeps, as functions of its path and text.
//
// A rule looks at one file and answers the places that break it. repository_test.cpp puts every file of the
// repository to every rule; house_rules_test.cpp shows each rule one file that breaks it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leftmost::house {

/// One file, as a rule sees it. `path` is relative to the top of the repository, with `/` between folders.
struct SourceFile {
  std::string path;
  std::string text;
};

struct Violation {
  std::string path;
  std::size_t line = 0;  ///< From 1.
  std::string message;
  /// `planner/cost.cpp:12: includes engine/database.h: planner may include storage only`
  std::string to_text() const;
};

inline constexpr std::size_t kFileLinesMax = 900;

/// storage <- planner <- engine <- oracle <- advice <- puzzles <- shell <- web: a folder includes itself and those
/// before it. tests/ and bench/ may include all; nobody includes them.
std::vector<Violation> check_include_direction(const SourceFile& file);

/// sqlite3.h in oracle/, tests/ and bench/ only: our answers never come from the twin.
std::vector<Violation> check_sqlite_stays_in_the_oracle(const SourceFile& file);

/// storage/, planner/ and engine/ run in a browser too: no threads, files, streams, and nothing that Clang 14's
/// library lacks.
std::vector<Violation> check_runs_in_a_browser(const SourceFile& file);

/// Code, scripts and documents have at most kFileLinesMax lines. Golden files and other data may be longer.
std::vector<Violation> check_length(const SourceFile& file);

/// Headers open with `#pragma once` before any include.
std::vector<Violation> check_header_guard(const SourceFile& file);

/// No file names a folder of somebody's machine.
std::vector<Violation> check_machine_paths(const SourceFile& file);

/// Nothing in code is left for later.
std::vector<Violation> check_nothing_left_for_later(const SourceFile& file);

/// The relative links of a Markdown file, outside code: `[text](path#anchor)` gives path. `line` is where it stands.
struct Link {
  std::string target;
  std::size_t line = 0;
};
std::vector<Link> relative_links(const SourceFile& file);

/// All rules above that need one file only.
std::vector<Violation> check_file(const SourceFile& file);

}  // namespace leftmost::house
