#include "shell/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace leftmost::shell {

namespace {

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::kBold:
      return "1";
    case Colour::kGrey:
      return "90";
    case Colour::kRed:
      return "31";
    case Colour::kGreen:
      return "32";
    case Colour::kYellow:
      return "33";
    case Colour::kBlue:
      return "34";
    case Colour::kNone:
      break;
  }
  return "";
}

}  // namespace

Paint Paint::of(std::FILE* stream) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool is_asked_not_to = no_colour != nullptr && *no_colour != '\0';
  const bool is_dumb = term == nullptr || std::string_view(term) == "dumb";
  return Paint(is_terminal(stream) && !is_asked_not_to && !is_dumb);
}

std::string Paint::operator()(Colour colour, std::string_view text) const {
  if (!has_colour_ || colour == Colour::kNone || text.empty()) return std::string(text);
  return std::string("\033[").append(code_of(colour)).append("m").append(text).append("\033[0m");
}

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) != 0; }

std::size_t terminal_columns(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string with_thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string with_plural(std::uint64_t number, std::string_view noun) {
  std::string out = with_thousands(number) + " " + std::string(noun);
  if (number != 1) out += 's';
  return out;
}

}  // namespace leftmost::shell
