#include "shell/text_layout.h"

#include <algorithm>

#include "shell/text_width.h"

namespace leftmost::shell {

std::vector<std::string> broken_into_lines(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0;;) {
    const std::size_t begin = text.find_first_not_of(" \n", at);
    if (begin == std::string_view::npos) return lines;
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (text_width(line) + 1 + text_width(word) <= width) {
      line.append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
    at = end;
  }
}

std::vector<std::size_t> breaks_of_line(std::string_view line, std::size_t width) {
  std::vector<std::size_t> breaks = {0};
  std::size_t begin = 0, columns = 0, behind_space = 0;
  for (std::size_t at = 0; at < line.size();) {
    const Character character = first_character(line.substr(at));
    if (columns + character.columns > width && at > begin) {
      begin = behind_space > begin ? behind_space : at;
      breaks.push_back(begin);
      columns = text_width(line.substr(begin, at - begin));
    }
    columns += character.columns;
    if (line[at] == ' ') behind_space = at + 1;
    at += character.bytes;
  }
  return breaks;
}

}  // namespace leftmost::shell
