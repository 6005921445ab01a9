#include "shell/output.h"

namespace leftmost::shell {

bool Output::redirect(const std::string& path) {
  reset();
  if (path == "stdout") return true;
  std::FILE* file = path == "off" ? std::fopen("/dev/null", "wb") : std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  file_ = file;
  name_ = path;
  return true;
}

void Output::reset() {
  std::fflush(file_);
  if (file_ != stdout) std::fclose(file_);
  file_ = stdout;
  name_ = "stdout";
}

}  // namespace leftmost::shell
