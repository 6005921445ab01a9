// golden_tests [--rewrite] [FILE or FOLDER...] - runs the golden files (golden_file.h) and says where they
// differ.
//
// Without places: tests/golden, and docs/sql.md, whose SQL blocks are run and have no expected output.
//   --rewrite   writes what came out into the files. Blocks on which the engines disagree still fail.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "oracle/reference_version.h"
#include "oracle/session.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/golden_run.h"

namespace {

using namespace leftmost;

struct Tally {
  int passed = 0;
  int failed = 0;
};

std::vector<std::string> golden_files(const std::vector<std::string>& places) {
  std::vector<std::string> files;
  for (const std::string& place : places) {
    if (!std::filesystem::is_directory(place)) {
      files.push_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
      if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
        files.push_back(entry.path().string());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void run_file(const std::string& path, bool rewrite, Tally& tally) {
  const bool is_document = std::filesystem::path(path).extension() == ".md";
  const auto file = is_document ? golden::read_document(path) : golden::read_golden_file(path);
  if (!file) {
    fmt::print("{}\n", file.error().message);
    ++tally.failed;
    return;
  }
  const auto session = oracle::Session::open({});
  if (!session) {
    fmt::print("{}: {}\n", path, session.error().message);
    ++tally.failed;
    return;
  }
  std::vector<std::string> outputs;
  bool changed = false;
  for (const golden::Block& block : file->blocks) {
    const golden::BlockResult result = golden::run_block(**session, block);
    outputs.push_back(result.output);
    const bool same = is_document || result.output == block.expected;
    changed = changed || !same;
    if (result.faults.empty() && (same || rewrite)) {
      ++tally.passed;
      continue;
    }
    ++tally.failed;
    fmt::print("{}:{}: {}\n{}", path, block.line, block.command, block.sql);
    for (const std::string& fault : result.faults) fmt::print("  FAULT {}\n", fault);
    if (!same) fmt::print("expected\n{}got\n{}\n", block.expected, result.output);
  }
  if (rewrite && changed) std::ofstream(path, std::ios::binary) << golden::to_text(*file, outputs);
}

}  // namespace

int main(int argc, char** argv) {
  bool rewrite = false;
  std::vector<std::string> places;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--rewrite") {
      rewrite = true;
    } else if (argument.empty() || argument[0] == '-') {
      fmt::print(stderr, "usage: golden_tests [--rewrite] [FILE or FOLDER...]\n");
      return 2;
    } else {
      places.push_back(argument);
    }
  }
  if (places.empty()) places = {LEFTMOST_SOURCE_DIR "/tests/golden", LEFTMOST_SOURCE_DIR "/docs/sql.md"};
  if (!oracle::is_reference_version(oracle::Twin::version())) {
    fmt::print("{} is linked: its plans and the words of its errors are not compared\n",
               oracle::engine_name(oracle::Twin::version()));
  }
  const std::vector<std::string> files = golden_files(places);
  Tally tally;
  for (const std::string& path : files) run_file(path, rewrite, tally);
  fmt::print("{} golden files\ncases: {} passed, {} failed\n", files.size(), tally.passed, tally.failed);
  return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
