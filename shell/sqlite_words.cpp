#include "shell/sqlite_words.h"

#include <fmt/format.h>

namespace leftmost::shell {

namespace {

// What the sqlite3 shell shows of a long statement: at most this much before the place and in all.
constexpr std::size_t kBytesBefore = 50;
constexpr std::size_t kBytesShown = 78;
// From here on the words stand to the left of the caret.
constexpr std::size_t kCaretColumnFar = 25;
constexpr std::size_t kErrorHereBytes = 14;  // "error here ---"

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string caret_lines(std::string_view sql, std::optional<std::size_t> offset) {
  sql = sql.substr(0, sql.find('\0'));
  if (!offset || *offset >= sql.size()) return {};
  std::size_t place = *offset;
  while (place > kBytesBefore) {
    --place;
    sql.remove_prefix(1);
    while (place > 0 && continues_character(sql.front())) {
      --place;
      sql.remove_prefix(1);
    }
  }
  std::size_t shown = sql.size();
  if (shown > kBytesShown) {
    shown = kBytesShown;
    while (shown > 0 && continues_character(sql[shown])) --shown;
  }
  std::string line(sql.substr(0, shown));
  for (char& c : line) {
    if (is_space(c)) c = ' ';
  }
  if (place < kCaretColumnFar) return fmt::format("\n  {}\n  {:{}}^--- error here", line, "", place);
  return fmt::format("\n  {}\n  {:{}}error here ---^", line, "", place - kErrorHereBytes);
}

std::string error_in_sqlite_words(const Error& error, std::string_view sql) {
  std::string text = error.message;
  const int code = sqlite_result_code(error.code);
  if (code > 1) text += fmt::format(" ({})", code);
  return text + caret_lines(sql, error.sql_offset);
}

}  // namespace leftmost::shell
