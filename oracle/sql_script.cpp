#include "oracle/sql_script.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>

namespace leftmost::oracle {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Position behind the token, comment or quoted text at `at`. What is not closed reaches to the end.
std::size_t token_end(std::string_view text, std::size_t at) {
  const auto behind = [&](std::string_view closing, std::size_t from) {
    const std::size_t found = text.find(closing, from);
    return found == std::string_view::npos ? text.size() : found + closing.size();
  };
  const std::string_view two = text.substr(at, 2);
  if (two == "--") return behind("\n", at);
  if (two == "/*") return behind("*/", at + 2);
  switch (text[at]) {
    case '\'':
    case '"':
    case '`': return behind(text.substr(at, 1), at + 1);  // a doubled quote reads as two quoted texts
    case '[': return behind("]", at + 1);
    default: return at + 1;
  }
}

bool is_comment(std::string_view text, std::size_t at) {
  return text.compare(at, 2, "--") == 0 || text.compare(at, 2, "/*") == 0;
}

}  // namespace

Script read_sql_script(std::string_view text) {
  Script script;
  std::size_t at = 0;
  std::size_t line = 1;
  const auto advance_to = [&](std::size_t end) {
    line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at = end;
  };
  while (at < text.size()) {
    if (is_space(text[at]) || text[at] == ';' || text[at] == '\0') {
      advance_to(at + 1);
      continue;
    }
    if (is_comment(text, at)) {
      advance_to(token_end(text, at));
      continue;
    }
    const bool starts_line = at == 0 || text[at - 1] == '\n';
    if (text[at] == '.' && starts_line) {
      ++script.dot_commands;
      advance_to(std::min(text.find('\n', at), text.size()));
      continue;
    }
    const std::size_t begin = at;
    std::size_t end = begin;
    while (end < text.size()) {
      const bool is_semicolon = text[end] == ';';
      end = token_end(text, end);
      if (is_semicolon && sqlite3_complete(std::string(text.substr(begin, end - begin)).c_str()) != 0) break;
    }
    script.statements.push_back({text.substr(begin, end - begin), line});
    advance_to(end);
  }
  return script;
}

}  // namespace leftmost::oracle
