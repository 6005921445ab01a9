#include "shell/text_layout.h"

#include <algorithm>

#include "shell/terminal.h"

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
  for (std::size_t at = 0; at < line.size(); ++at) {
    if ((static_cast<unsigned char>(line[at]) & 0xc0) == 0x80) continue;  // inside a UTF-8 sequence
    if (columns >= width && width > 0) {
      begin = behind_space > begin ? behind_space : at;
      breaks.push_back(begin);
      columns = text_width(line.substr(begin, at - begin));
    }
    ++columns;
    if (line[at] == ' ') behind_space = at + 1;
  }
  return breaks;
}

}  // namespace leftmost::shell
