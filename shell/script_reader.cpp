#include "shell/script_reader.h"

namespace leftmost::shell {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::optional<std::string> LineReader::next(bool) {
  std::string line;
  bool has_bytes = false;
  std::size_t nul = std::string::npos;
  for (;;) {
    const int c = std::getc(file_);
    if (c == EOF) {
      if (!has_bytes) return std::nullopt;
      if (nul != std::string::npos) line.resize(nul);
      return line;
    }
    has_bytes = true;
    if (c != '\n') {
      if (c == '\0' && nul == std::string::npos) nul = line.size();
      if (nul == std::string::npos) line += static_cast<char>(c);
      continue;
    }
    if (nul != std::string::npos) {  // the next line goes on here
      nul = std::string::npos;
      continue;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
  }
}

void StatementScan::add_line(std::string_view line) {
  const auto byte = [&](std::size_t i) { return i < line.size() ? line[i] : '\0'; };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (open_ == '*') {
      if (c == '*' && byte(i + 1) == '/') {
        open_ = '\0';
        ++i;
      }
      continue;
    }
    if (open_ != '\0') {
      if (c != open_) continue;
      if (open_ != ']' && byte(i + 1) == open_) {  // doubled: stands for itself
        ++i;
      } else {
        open_ = '\0';
      }
      continue;
    }
    if (is_space(c)) continue;
    if (c == '-' && byte(i + 1) == '-') return;
    if (c == '/' && byte(i + 1) == '*') {
      open_ = '*';
      ++i;
      continue;
    }
    if (c == ';') {
      ends_with_semicolon_ = true;
      continue;
    }
    has_content_ = true;
    ends_with_semicolon_ = false;
    if (c == '\'' || c == '"' || c == '`') open_ = c;
    if (c == '[') open_ = ']';
  }
}

bool is_terminator_line(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  if (line == "/") return true;
  return line.size() == 2 && (line[0] == 'g' || line[0] == 'G') && (line[1] == 'o' || line[1] == 'O');
}

}  // namespace leftmost::shell
