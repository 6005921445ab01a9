#include "shell/tour_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>

#include "puzzles/library.h"
#include "puzzles/play.h"
#include "puzzles/puzzle.h"
#include "shell/interrupt.h"
#include "shell/terminal.h"
#include "shell/tour_text.h"

namespace leftmost::shell {
namespace {

// The puzzle that the tour is about.
constexpr std::string_view kSeed = "left_prefix";

int complain(const std::string& text) {
  std::fflush(stdout);
  std::fputs(fmt::format("leftmost tour: {}\n", text).c_str(), stderr);
  return 2;
}

/// Prints a part; in a paced tour waits for Enter behind it. False: the reader has left.
bool show(const std::string& text, bool paced) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  if (!paced) return true;
  std::fputs("\n  Enter goes on ", stdout);
  std::fflush(stdout);
  for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
    if (c == EOF) return false;
  }
  return true;
}

int play_all(const puzzles::Puzzle& puzzle, bool paced) {
  WhyStyle style;
  style.paint = Paint::of(stdout);
  style.columns = terminal_columns(stdout);
  auto board = puzzles::set_up(puzzle);
  if (!board) return complain(board.error().message);
  interrupt_goes_to(board->session.get());
  if (!show(opening_text(puzzle, *board, style), paced)) return 0;

  bool agrees = true;
  std::vector<puzzles::Played> played;
  for (const puzzles::Query& query : puzzle.queries) {
    auto result = puzzles::play(*board, query.name, query.sql, true);
    if (!result) return complain(fmt::format("query {}: {}", query.name, result.error().message));
    agrees = agrees && result->explanation.agreement.agrees();
    if (!show(played_text("Query " + query.name, *result, style), paced)) return 0;
    played.push_back(std::move(*result));
  }
  if (!show(answer_text(played, style), paced)) return 0;

  for (const puzzles::Variant& variant : puzzle.variants) {
    auto result = puzzles::play(*board, variant.name, variant.sql, false);
    if (!result) return complain(fmt::format("query {}: {}", variant.name, result.error().message));
    agrees = agrees && result->explanation.agreement.agrees();
    const auto original = std::find_if(
        played.begin(), played.end(), [&](const puzzles::Played& query) { return query.name == variant.of; });
    std::string text =
        played_text(fmt::format("What if {}?  {}", variant.title, variant.name), *result, style);
    if (original != played.end()) text += comparison_text(*original, *result);
    if (!show(text, paced)) return 0;
  }
  interrupt_goes_to(nullptr);
  std::fputs("\n", stdout);
  if (agrees) return 0;
  std::fputs("leftmost tour: the engines disagree, see above\n", stderr);
  return 1;
}

}  // namespace

int run_tour(std::span<const std::string> arguments) {
  CLI::App app("Plays the puzzle that leftmost was born from on both engines.", "leftmost tour");
  std::string file;
  bool paced = false;
  app.add_option("FILE", file, "another puzzle file to play");
  app.add_flag("--paced", paced, "wait for Enter after each part");
  app.footer("Exit status: 0 played, 1 the engines disagree, 2 bad usage or a puzzle that cannot be read.");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string toml;
  if (file.empty()) {
    const auto seed = puzzles::find_in_library(kSeed);
    if (!seed) return complain(fmt::format("the program was built without the puzzle {}", kSeed));
    toml = seed->toml;
    file = kSeed;
  } else {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return complain(fmt::format("cannot read {}", file));
    toml.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const auto puzzle = puzzles::read_puzzle(toml);
  if (!puzzle) return complain(fmt::format("{}: {}", file, puzzle.error().message));
  catch_interrupts();
  return play_all(*puzzle, paced);
}

}  // namespace leftmost::shell
