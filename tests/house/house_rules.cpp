#include "tests/house/house_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

namespace leftmost::house {
namespace {

/// From the bottom of the include direction to the top.
constexpr std::array<std::string_view, 8> kFolders = {"storage", "planner", "engine", "oracle",
                                                      "advice",  "puzzles", "shell",  "web"};

/// Headers that a browser build does not have, or that would let the library do what only the shell may.
constexpr std::array<std::string_view, 14> kNotInABrowser = {
    "thread", "future",    "mutex",  "condition_variable", "fstream",         "filesystem",      "iostream",
    "format", "ranges",    "syncstream", "stop_token",     "source_location", "memory_resource", "csignal"};

std::string top_folder(std::string_view path) {
  const std::size_t slash = path.find('/');
  return std::string(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
}

std::optional<std::size_t> rank(std::string_view folder) {
  const auto* const found = std::find(kFolders.begin(), kFolders.end(), folder);
  if (found == kFolders.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kFolders.begin());
}

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return path.size() >= ending.size() && path.substr(path.size() - ending.size()) == ending;
  });
}

bool is_cpp(std::string_view path) {
  return ends_with_any(path, {".cpp", ".h", ".hpp", ".y", ".yy", ".re", ".l", ".in"});
}

bool is_written_by_hand(std::string_view path) {
  return is_cpp(path) || ends_with_any(path, {".md", ".cmake", "CMakeLists.txt", ".sh", ".awk", ".js", ".ts", ".css"}) ||
         path.find('.') == std::string_view::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

struct Include {
  std::string header;
  std::size_t line;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re");
  std::vector<Include> includes;
  if (!is_cpp(file.path)) return includes;
  std::size_t line_number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++line_number;
    std::smatch match;
    if (line.find("include") != std::string::npos && std::regex_search(line, match, kInclude)) {
      includes.push_back({match[1].str(), line_number});
    }
  }
  return includes;
}

/// One violation per line of the file that `pattern` matches.
std::vector<Violation> forbid(const SourceFile& file, const std::regex& pattern, const std::string& message) {
  std::vector<Violation> violations;
  std::size_t line_number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++line_number;
    std::smatch match;
    if (std::regex_search(line, match, pattern)) {
      violations.push_back({file.path, line_number, message + match[match.size() - 1].str()});
    }
  }
  return violations;
}

}  // namespace

std::string Violation::to_text() const { return path + ":" + std::to_string(line) + ": " + message; }

std::vector<Violation> check_include_direction(const SourceFile& file) {
  std::vector<Violation> violations;
  const std::string from = top_folder(file.path);
  const std::optional<std::size_t> from_rank = rank(from);
  if (!from_rank) return violations;
  for (const Include& include : includes_of(file)) {
    const std::string to = top_folder(include.header);
    const std::optional<std::size_t> to_rank = rank(to);
    if ((to_rank && *to_rank > *from_rank) || to == "tests" || to == "bench") {
      violations.push_back({file.path, include.line,
                            "includes " + include.header + ": " + from + " must not know " + to});
    }
  }
  return violations;
}

std::vector<Violation> check_sqlite_stays_in_the_oracle(const SourceFile& file) {
  std::vector<Violation> violations;
  const std::string folder = top_folder(file.path);
  if (folder == "oracle" || folder == "tests" || folder == "bench") return violations;
  for (const Include& include : includes_of(file)) {
    if (include.header.find("sqlite3") == std::string::npos) continue;
    violations.push_back({file.path, include.line, "includes " + include.header + ": only oracle, tests and bench may"});
  }
  return violations;
}

std::vector<Violation> check_runs_in_a_browser(const SourceFile& file) {
  std::vector<Violation> violations;
  const std::optional<std::size_t> folder = rank(top_folder(file.path));
  if (!folder || *folder > *rank("engine")) return violations;
  for (const Include& include : includes_of(file)) {
    if (std::find(kNotInABrowser.begin(), kNotInABrowser.end(), include.header) == kNotInABrowser.end()) continue;
    violations.push_back({file.path, include.line, "includes <" + include.header + ">: storage, planner and engine also "
                                                   "run in a browser, without threads, files or output"});
  }
  return violations;
}

std::vector<Violation> check_length(const SourceFile& file) {
  if (!is_written_by_hand(file.path)) return {};
  const std::size_t line_count = lines_of(file.text).size();
  if (line_count <= kFileLinesMax) return {};
  return {{file.path, line_count,
           std::to_string(line_count) + " lines, more than " + std::to_string(kFileLinesMax) + ": split it by idea"}};
}

std::vector<Violation> check_header_guard(const SourceFile& file) {
  if (!ends_with_any(file.path, {".h", ".hpp"})) return {};
  const std::size_t guard = file.text.find("#pragma once");
  if (guard != std::string::npos && guard < file.text.find("#include")) return {};
  return {{file.path, 1, "no `#pragma once` before the first include"}};
}

std::vector<Violation> check_machine_paths(const SourceFile& file) {
  // An absolute path starts where no other path goes on: `src/home/x` is none. Web addresses are none either.
  static const std::regex kMachinePath(R"re((?:^|[^A-Za-z0-9_./\-])(/(?:work|home|root|Users|tmp/build)[/-][A-Za-z0-9_.]))re");
  return forbid(file, kMachinePath, "names a folder of one machine: ");
}

std::vector<Violation> check_nothing_left_for_later(const SourceFile& file) {
  if (!is_written_by_hand(file.path)) return {};
  static const std::regex kLeftForLater("\\b(TO" "DO|FIX" "ME|not imple" "mented)\\b");
  return forbid(file, kLeftForLater, "left for later: ");
}

std::vector<Link> relative_links(const SourceFile& file) {
  static const std::regex kLink(R"re(\]\(([^)\s]+)(?:\s+"[^"]*")?\))re");
  static const std::regex kInlineCode("`[^`]*`");
  std::vector<Link> links;
  bool in_code = false;
  std::size_t line_number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++line_number;
    if (line.rfind("```", 0) == 0) in_code = !in_code;
    if (in_code) continue;
    // Code inside a link's own text, [`planner/`](planner/), goes; the link stays.
    const std::string text = std::regex_replace(line, kInlineCode, "");
    for (std::sregex_iterator at(text.begin(), text.end(), kLink), end; at != end; ++at) {
      std::string target = (*at)[1].str();
      if (target.find("://") != std::string::npos || target.rfind("mailto:", 0) == 0) continue;
      target = target.substr(0, target.find('#'));
      if (!target.empty()) links.push_back({target, line_number});
    }
  }
  return links;
}

std::vector<Violation> check_file(const SourceFile& file) {
  std::vector<Violation> all;
  for (const auto rule : {check_include_direction, check_sqlite_stays_in_the_oracle, check_runs_in_a_browser, check_length,
                          check_header_guard, check_machine_paths, check_nothing_left_for_later}) {
    const std::vector<Violation> found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace leftmost::house
