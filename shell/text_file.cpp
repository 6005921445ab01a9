#include "shell/text_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace leftmost::shell {
namespace {

// More than this is no file that somebody wrote.
constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Unexpected refuse(ErrorCode code, const std::string& path, std::string_view why) {
  return fail(code, fmt::format("{}: {}", path, why));
}

}  // namespace

Expected<std::string> read_text_file(const std::string& path) {
  const bool is_stdin = path == "-";
  std::error_code ignored;
  if (!is_stdin && std::filesystem::is_directory(path, ignored)) {
    return refuse(ErrorCode::kCantOpen, path, "is a folder, not a file");
  }
  std::unique_ptr<std::FILE, CloseFile> opened;
  if (!is_stdin) opened.reset(std::fopen(path.c_str(), "rb"));
  if (!is_stdin && !opened) return refuse(ErrorCode::kCantOpen, path, std::strerror(errno));
  std::FILE* const file = is_stdin ? stdin : opened.get();
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, count);
    if (text.size() >= kTextBytesMax)
      return refuse(ErrorCode::kTooBig, path, "is too large: a gigabyte at most");
  }
  if (std::ferror(file) != 0) return refuse(ErrorCode::kIoError, path, std::strerror(errno));
  return text;
}

Expected<void> write_text_file(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return {};
  }
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  // A device or a pipe is written to; putting a file in its place would take it away.
  const bool is_plain = !exists || std::filesystem::is_regular_file(path, ignored);
  const std::string target = is_plain ? path + ".new" : path;
  const auto give_up = [&](ErrorCode code) {
    const int why = errno;
    if (is_plain) std::remove(target.c_str());
    return refuse(code, path, std::strerror(why));
  };
  {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(target.c_str(), "wb"));
    if (!file) return refuse(ErrorCode::kCantOpen, path, std::strerror(errno));
    const bool is_written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    if (!is_written || std::fflush(file.get()) != 0) return give_up(ErrorCode::kIoError);
  }
  if (is_plain && std::rename(target.c_str(), path.c_str()) != 0) return give_up(ErrorCode::kCantOpen);
  return {};
}

}  // namespace leftmost::shell
