#include "tests/shell/program_run.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace leftmost::shell::test {

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "leftmost-shell-XXXXXX").string();
  path_ = mkdtemp(name.data());
  fs::create_directory(path_ / "data");
  std::ofstream(path_ / "in");
}

Folder::~Folder() { fs::remove_all(path_); }

Run run_in(const Folder& folder, const std::string& program, const std::string& arguments) {
  const std::string data = (folder.path() / "data").string();
  const std::string command = fmt::format("cd {} && HOME={} {} {} < ../in > ../out 2> ../err", quoted(data),
                                          quoted(data), quoted(program), arguments);
  Run result;
  const int status = std::system(command.c_str());
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.out = read_file(folder.path() / "out");
  result.err = read_file(folder.path() / "err");
  return result;
}

}  // namespace leftmost::shell::test
