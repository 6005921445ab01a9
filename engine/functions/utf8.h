// engine/functions/utf8.h - characters of text that may not be UTF-8, as SQLite steps over them.
//
// A character is a byte below 0xC0 alone, or a byte from 0xC0 on with all continuation bytes (10xxxxxx) behind it,
// however many there are. What that spells is decided afterwards; nothing is ever rejected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leftmost::engine {

inline constexpr std::uint32_t kReplacementCharacter = 0xfffd;

/// The part before the first NUL: what functions see that take their text as a C string.
inline std::string_view until_nul(std::string_view text) {
  const std::size_t nul = text.find('\0');
  return nul == std::string_view::npos ? text : text.substr(0, nul);
}

/// Offset behind the character that begins at `at`. Requires: at < text.size().
std::size_t next_character(std::string_view text, std::size_t at);

/// Number of characters.
std::size_t count_characters(std::string_view text);

/// Bytes of the first `count` characters, or of the whole text when it has fewer.
std::size_t bytes_of_characters(std::string_view text, std::size_t count);

/// The code point at `at`, which moves behind it; 0 at the end and for NUL (`at` then stays at the end).
/// Overlong forms, surrogates and U+FFFE/U+FFFF read as U+FFFD.
std::uint32_t read_character(std::string_view text, std::size_t& at);

/// Appends a code point in 1 to 4 bytes. Requires: code_point <= 0x1fffff.
void append_character(std::uint32_t code_point, std::string& out);

}  // namespace leftmost::engine
