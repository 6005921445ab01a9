// engine/sql/limits.h - how much a statement may say: the limits of SQLite 3.40.1 as Debian builds it
// (https://www.sqlite.org/limits.html), and the character classes of its lexer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace leftmost::engine::sql {

inline constexpr std::size_t kTextBytesMax = 1'000'000'000;
inline constexpr int kExpressionHeightMax = 1000;
inline constexpr int kCompoundArmsMax = 500;
inline constexpr int kColumnsMax = 2000;
inline constexpr std::uint32_t kFunctionArgumentsMax = 127;
inline constexpr std::uint32_t kFromItemsMax = 200;
inline constexpr int kParameterMax = 250'000;

constexpr bool is_space(char c) { return c == ' ' || ('\t' <= c && c <= '\r'); }
constexpr bool is_digit(char c) { return '0' <= c && c <= '9'; }
constexpr char lower(char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Equal but for the case of ASCII letters.
constexpr bool equals_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace leftmost::engine::sql
