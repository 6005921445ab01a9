// tests/shell/program_run.h - runs a program in a folder of its own and catches what it says.
#pragma once

#include <filesystem>
#include <string>

namespace leftmost::shell::test {

namespace fs = std::filesystem;

struct Run {
  std::string out;
  std::string err;
  int status = -1;
};

/// Empty if it cannot be read.
std::string read_file(const fs::path& path);
/// For the command shell.
std::string quoted(const std::string& text);

/// A temporary folder, gone afterwards. Programs run in its folder `data` and read its file `in`.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// `arguments` as the command shell reads them.
Run run_in(const Folder& folder, const std::string& program, const std::string& arguments);

}  // namespace leftmost::shell::test
