#include "shell/text_width.h"

#include <locale.h>
#include <clocale>
#include <cwchar>

namespace leftmost::shell {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// wcwidth() goes by the locale of its thread; ours is always C.UTF-8, whatever the user's is.
int columns_of(char32_t character) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int columns = wcwidth(static_cast<wchar_t>(character));
  uselocale(before);
  return columns;
}

bool turns_direction(char32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
         c == 0x061c;
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, 1, first >= 0x20 && first != 0x7f};
  const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return {1, 1, false};
  char32_t character = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {1, 1, false};
    character = character << 6U | (byte(i) & 0x3fU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (character < kLeast[bytes] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
    return {1, 1, false};
  if (character < 0xa0 || turns_direction(character)) return {bytes, 1, false};
  const int columns = columns_of(character);
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns), true};
}

std::size_t text_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    width += character.columns;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t taken = text_width(text);
  std::string out(text);
  if (taken < width) out.append(width - taken, ' ');
  return out;
}

std::string_view cut_to_width(std::string_view text, std::size_t width) {
  std::size_t end = 0, columns = 0;
  while (end < text.size()) {
    const Character character = first_character(text.substr(end));
    if (columns + character.columns > width) break;
    columns += character.columns;
    end += character.bytes;
  }
  return text.substr(0, end);
}

std::string on_one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.is_harmless) {
      out += text.substr(0, character.bytes);
    } else {
      const auto first = static_cast<unsigned char>(text.front());
      const bool is_control = first < 0x80 || (character.bytes == 2 && first == 0xc2);
      out += is_control ? std::string_view(" ") : kReplacement;
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

}  // namespace leftmost::shell
