#include "tests/golden/golden_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace leftmost::golden {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return lines;
}

Expected<std::vector<std::string>> read_lines(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kCantOpen, fmt::format("{}: cannot be read", path));
  return lines_of({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
}

}  // namespace

Expected<GoldenFile> read_golden_file(const std::string& path) {
  const auto read = read_lines(path);
  if (!read) return Unexpected(read.error());
  const std::vector<std::string>& lines = *read;

  GoldenFile file;
  file.path = path;
  std::string preamble;
  std::size_t at = 0;
  while (at < lines.size()) {
    if (lines[at].empty() || lines[at][0] == '#') {
      preamble += lines[at++] + "\n";
      continue;
    }
    Block block;
    block.line = at + 1;
    block.preamble = std::move(preamble);
    preamble.clear();
    block.command = lines[at++];
    while (at < lines.size() && lines[at] != "----") block.sql += lines[at++] + "\n";
    if (at == lines.size()) {
      return fail(ErrorCode::kError, fmt::format("{}:{}: no ---- after `{}`", path, block.line, block.command));
    }
    ++at;
    while (at < lines.size() && !lines[at].empty()) block.expected += lines[at++] + "\n";
    file.blocks.push_back(std::move(block));
  }
  file.tail = std::move(preamble);
  return file;
}

Expected<GoldenFile> read_document(const std::string& path) {
  const auto lines = read_lines(path);
  if (!lines) return Unexpected(lines.error());
  GoldenFile file;
  file.path = path;
  for (std::size_t at = 0; at < lines->size(); ++at) {
    const bool refuses = (*lines)[at] == "```sql not supported";
    if (!refuses && (*lines)[at] != "```sql") continue;
    for (++at; at < lines->size() && (*lines)[at] != "```"; ++at) {
      Block block;
      block.line = at + 1;
      block.command = refuses ? "unsupported" : "setup";
      block.sql = (*lines)[at] + "\n";
      file.blocks.push_back(std::move(block));
    }
  }
  return file;
}

std::string to_text(const GoldenFile& file, const std::vector<std::string>& outputs) {
  std::string text;
  for (std::size_t i = 0; i < file.blocks.size(); ++i) {
    const Block& block = file.blocks[i];
    text += block.preamble + block.command + "\n" + block.sql + "----\n" + outputs[i];
  }
  return text + file.tail;
}

}  // namespace leftmost::golden
