#include "puzzles/puzzle.h"

#include <fmt/format.h>

#include "puzzles/library.h"
#include "puzzles/play.h"
#include "puzzles/verdict.h"
#include "tests/catch.h"

using namespace leftmost;

namespace {

constexpr std::string_view kSmall = R"toml(
format = 1
name = "small"
title = "Small"
question = "Which?"
asks = "which-is-slow"
choices = ["A", "B", "both", "neither"]
schema = ["CREATE TABLE t(a INTEGER, b TEXT, c INTEGER)"]
indexes = ["CREATE INDEX t_ab ON t(a, b)"]
[[data]]
table = "t"
rows = 2000
seed = 5
[[data.column]]
name = "a"
kind = "integer"
min = 0
max = 99
[[data.column]]
name = "b"
kind = "words"
common = [["x", 1], ["y", 1]]
parts_weight = 38
parts = [["p", "q"], ["r", "s", "t"]]
[[data.column]]
name = "c"
kind = "sequence"
[[query]]
name = "A"
sql = "SELECT c FROM t WHERE a = 7"
[[query]]
name = "B"
sql = "SELECT c FROM t WHERE b = 'x'"
)toml";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kSmall);
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("every puzzle of the library can be read", "[puzzles]") {
  CHECK_FALSE(puzzles::library().empty());
  for (const puzzles::LibraryFile& file : puzzles::library()) {
    const auto puzzle = puzzles::read_puzzle(file.toml);
    INFO(file.name << ": " << (puzzle ? std::string() : puzzle.error().message));
    REQUIRE(puzzle);
    CHECK(puzzle->name == file.name);
  }
}

TEST_CASE("the answer is computed from what the queries do", "[puzzles]") {
  const auto answer = [](std::string_view toml) {
    const auto puzzle = puzzles::read_puzzle(toml);
    REQUIRE(puzzle);
    auto board = puzzles::set_up(*puzzle);
    REQUIRE(board);
    std::vector<puzzles::Played> played;
    for (const puzzles::Query& query : puzzle->queries) {
      auto result = puzzles::play(*board, query.name, query.sql, false);
      REQUIRE(result);
      CHECK(result->explanation.agreement.agrees());
      played.push_back(std::move(*result));
    }
    return puzzles::right_choice(played);
  };
  CHECK(answer(kSmall) == "B");
  CHECK(answer(with("t(a, b)", "t(b, a)")) == "A");
  CHECK(answer(with("\"CREATE INDEX t_ab ON t(a, b)\"", "")) == "both");
  CHECK(answer(with("t_ab ON t(a, b)\"", "t_a ON t(a)\", \"CREATE INDEX t_b ON t(b)\"")) == "neither");
}

TEST_CASE("a seed makes the same rows, column by column", "[puzzles][data]") {
  const auto puzzle = puzzles::read_puzzle(kSmall);
  REQUIRE(puzzle);
  puzzles::DataGenerator first(puzzle->data[0]), second(puzzle->data[0]);
  puzzles::TableData fewer = puzzle->data[0];
  fewer.columns.erase(fewer.columns.begin());
  puzzles::DataGenerator third(fewer);
  for (int row = 0; row < 100; ++row) {
    const auto& a = first.next();
    const auto& b = second.next();
    const auto& c = third.next();
    CHECK(a[0].view().as_integer() == b[0].view().as_integer());
    CHECK(a[1].view().as_bytes() == c[0].view().as_bytes());
    CHECK(a[2].view().as_integer() == row + 1);
  }
  // The published first outputs of SplitMix64 for the seed 1234567.
  puzzles::Random random(1234567);
  CHECK(random.next() == 6457827717110365317U);
  CHECK(random.next() == 3203168211198807973U);
}

TEST_CASE("a puzzle file that is wrong says where", "[puzzles]") {
  const auto refused = [](const std::string& toml, std::string_view message) {
    const auto puzzle = puzzles::read_puzzle(toml);
    REQUIRE_FALSE(puzzle);
    CHECK(puzzle.error().message.find(message) != std::string::npos);
  };
  refused("format = ", "line 1");
  refused(with("title =", "titel ="), "line 4: the format has no key `titel` here");
  refused(with("asks = \"which-is-slow\"", "asks = \"who\""), "`asks` is to be which-is-slow");
  refused(with("rows = 2000", "rows = -1"), "`rows` is to be an integer from 0");
  refused(with("\"A\", \"B\", \"both\"", "\"A\", \"Z\""), "the choice Z is no query");
  refused(with("kind = \"sequence\"", "kind = \"dates\""), "`kind` is to be sequence, integer or words");
  refused(with("max = 99", "max = -1"), "`max` is to be an integer from 0");
}
