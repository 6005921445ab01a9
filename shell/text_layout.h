// shell/text_layout.h - breaking sentences and lines of SQL to the width of a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leftmost::shell {

/// No limit: what is no terminal gets each sentence and each line whole.
inline constexpr std::size_t kUnlimited = static_cast<std::size_t>(-1);

/// The words of `text` in lines of at most `width` columns; a longer word has a line of its own. White space
/// between words is one space. At least one line, which may be empty.
std::vector<std::string> broken_into_lines(std::string_view text, std::size_t width);

/// Where each piece of a line of SQL begins: nothing is left out, pieces end behind a space where there is
/// one.
std::vector<std::size_t> breaks_of_line(std::string_view line, std::size_t width);

}  // namespace leftmost::shell
