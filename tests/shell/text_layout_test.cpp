#include "shell/text_layout.h"
#include "shell/text_width.h"

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

TEST_CASE("a character takes the columns that a terminal gives it", "[shell][text]") {
  CHECK(text_width("abc") == 3);
  CHECK(text_width("M\xC3\xBCller") == 6);
  CHECK(text_width("\xE4\xB8\xAD\xE6\x96\x87") == 4);  // two Chinese characters
  CHECK(text_width("e\xCC\x81") == 1);                 // e and a combining acute
  CHECK(text_width("\xF0\x9F\x98\x80") == 2);          // an emoji
  CHECK(text_width("\xFF\xC3") == 2);                  // no UTF-8
  CHECK(padded("\xE4\xB8\xAD", 4) == "\xE4\xB8\xAD  ");
  CHECK(cut_to_width("a\xE4\xB8\xAD"
                     "b",
                     2) == "a");
  CHECK(cut_to_width("ae\xCC\x81"
                     "b",
                     2) == "ae\xCC\x81");
}

TEST_CASE("nothing that a terminal obeys is printed, and what is printed is as wide", "[shell][text]") {
  CHECK(on_one_line("a\nb\x1b[2J") == "a b [2J");
  CHECK(on_one_line("a\xC2\x9B"
                    "2J") == "a 2J");  // CSI in one character
  CHECK(on_one_line("\xE2\x80\xAE"
                    "abc") ==
        "\xEF\xBF\xBD"
        "abc");  // right-to-left override
  CHECK(on_one_line("\xC3(\xED\xA0\x80") == "\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  for (const std::string text : {"\xE4\xB8\xAD\t\xE2\x80\xAE", "\xFF\xFE", "e\xCC\x81\x7f"})
    CHECK(text_width(on_one_line(text)) == text_width(text));
}

TEST_CASE("a line of wide characters breaks before one that does not fit", "[shell][text]") {
  const std::string line = "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD";
  CHECK(breaks_of_line(line, 5) == std::vector<std::size_t>{0, 6});
}

}  // namespace
}  // namespace leftmost::shell
