// shell/terminal.h - what a terminal can show: colours, its width, numbers for people.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "shell/text_width.h"

namespace leftmost::shell {

enum class Colour : std::uint8_t { kNone, kBold, kGrey, kRed, kGreen, kYellow, kBlue };

/// Puts a text in colour, or leaves it alone.
class Paint {
 public:
  explicit Paint(bool has_colour) : has_colour_(has_colour) {}
  /// In colour if `stream` is a terminal that knows colours and NO_COLOR is not set (https://no-color.org).
  static Paint of(std::FILE* stream);
  bool has_colour() const { return has_colour_; }
  std::string operator()(Colour colour, std::string_view text) const;

 private:
  bool has_colour_;
};

bool is_terminal(std::FILE* stream);
/// Columns of the terminal behind `stream`, 80 if it is none.
std::size_t terminal_columns(std::FILE* stream);

/// `100,000`
std::string with_thousands(std::uint64_t number);
/// `1 row`, `1,200 rows`
std::string with_plural(std::uint64_t number, std::string_view noun);

}  // namespace leftmost::shell
