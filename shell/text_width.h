// shell/text_width.h - how many columns of a terminal a text takes, and texts made to fit.
//
// A character takes what C's wcwidth() says of it: none (combining marks, joiners), one, or two (East Asian
// wide, most emoji). A byte that is not UTF-8 takes one column, as the sign that terminals show for it does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leftmost::shell {

/// One character at the start of `text`, which may not be empty: its bytes and columns.
struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
  bool is_harmless = true;  ///< no control character, no override of the writing direction, valid UTF-8
};
Character first_character(std::string_view text);

/// Columns of a UTF-8 text without colours.
std::size_t text_width(std::string_view text);
/// `text` and spaces up to `width` columns.
std::string padded(std::string_view text, std::size_t width);
/// The longest beginning of `text` that takes at most `width` columns; combining marks stay with their
/// letter.
std::string_view cut_to_width(std::string_view text, std::size_t width);

/// As wide as `text`, on one line, and nothing in it that a terminal obeys: control characters are blanks,
/// what is not UTF-8 and what turns the writing direction is U+FFFD.
std::string on_one_line(std::string_view text);

}  // namespace leftmost::shell
