#include "shell/text_layout.h"

#include "tests/catch.h"

namespace leftmost::shell {
namespace {

TEST_CASE("a sentence is broken between words") {
  CHECK(broken_into_lines("one two  three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(broken_into_lines("one two three", kUnlimited) == std::vector<std::string>{"one two three"});
  CHECK(broken_into_lines("unbreakable word", 4) == std::vector<std::string>{"unbreakable", "word"});
  CHECK(broken_into_lines("", 7) == std::vector<std::string>{""});
}

TEST_CASE("a line of SQL is broken behind spaces and keeps every byte") {
  CHECK(breaks_of_line("SELECT a FROM t", 9) == std::vector<std::size_t>{0, 9});
  CHECK(breaks_of_line("SELECT a FROM t", kUnlimited) == std::vector<std::size_t>{0});
  CHECK(breaks_of_line("abcdefgh", 3) == std::vector<std::size_t>{0, 3, 6});
  CHECK(breaks_of_line("\xc3\xa4\xc3\xb6 x", 3) == std::vector<std::size_t>{0, 5});
  CHECK(breaks_of_line("", 3) == std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace leftmost::shell
