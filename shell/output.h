// shell/output.h - where results go: standard output, or the file that .output or .once names.
//
// Text is buffered as stdio does it. A pipe that closes early ends the program quietly, as SIGPIPE's default is.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace leftmost::shell {

class Output {
 public:
  Output() = default;
  ~Output() { reset(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }
  void flush() { std::fflush(file_); }

  /// Everything from here on goes to this file, which is emptied first. False: it cannot be written, and the text goes
  /// to standard output. `stdout` and `off` are names for standard output and nowhere.
  bool redirect(const std::string& path);
  /// Back to standard output.
  void reset();
  /// `stdout`, or the name of the file.
  const std::string& name() const { return name_; }

 private:
  std::FILE* file_ = stdout;
  std::string name_ = "stdout";
};

}  // namespace leftmost::shell
