// Commands about files: scripts to read, where results go, which database is open; and leaving.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "shell/dot_commands.h"
#include "shell/shell.h"

namespace leftmost::shell {

namespace {

bool redirect(Shell& shell, const std::string& path) {
  if (path[0] == '|') return complain("Error: not supported: pipes to other programs");
  if (shell.output().redirect(path)) return true;
  complain(fmt::format("Error: cannot open \"{}\"", path));
  return complain(fmt::format("Error: cannot write to \"{}\"", path));
}

}  // namespace

bool dot_read(Shell& shell, const Arguments& arguments) {
  if (arguments.size() != 2) return complain_usage(arguments);
  const std::string& path = arguments[1];
  if (path[0] == '|') return complain("Error: not supported: pipes from other programs");
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return complain(fmt::format("Error: cannot open \"{}\"", path));
  LineReader lines(file);
  const bool ok = shell.run_nested_script(lines);
  std::fclose(file);
  return ok;
}

bool dot_output(Shell& shell, const Arguments& arguments) {
  if (arguments.size() > 2) return complain_usage(arguments);
  shell.output().reset();
  return arguments.size() < 2 || redirect(shell, arguments[1]);
}

bool dot_once(Shell& shell, const Arguments& arguments) {
  if (arguments.size() > 2) return complain_usage(arguments);
  shell.output().reset();
  if (arguments.size() < 2) return true;
  if (!redirect(shell, arguments[1])) return false;
  shell.redirect_once();
  return true;
}

bool dot_open(Shell& shell, const Arguments& arguments) {
  std::string path;
  bool is_readonly = false;
  bool is_new = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (is_option(argument, "readonly")) {
      is_readonly = true;
    } else if (is_option(argument, "new")) {
      is_new = true;
    } else if (argument[0] == '-') {
      return complain(fmt::format("unknown option: {}", argument));
    } else if (!path.empty()) {
      return complain(fmt::format("extra argument: \"{}\"", argument));
    } else {
      path = argument;
    }
  }
  if (is_new && !path.empty()) std::remove(path.c_str());
  if (shell.open(path, is_readonly)) return true;
  return complain(fmt::format("Error: cannot open '{}'", path));
}

bool dot_cd(Shell&, const Arguments& arguments) {
  if (arguments.size() != 2) return complain_usage(arguments);
  if (chdir(arguments[1].c_str()) == 0) return true;
  return complain(fmt::format("Cannot change to directory \"{}\"", arguments[1]));
}

bool dot_timeout(Shell& shell, const Arguments& arguments) {
  const int milliseconds = arguments.size() > 1 ? static_cast<int>(integer_of(arguments[1])) : 0;
  shell.settings().busy_milliseconds = milliseconds;
  if (oracle::Session* session = shell.session(); session != nullptr && session->twin() != nullptr) {
    const auto done = session->twin()->run(fmt::format("PRAGMA busy_timeout={}", milliseconds));
    if (!done) return complain(fmt::format("Error: {}", done.error().message));
  }
  return true;
}

bool dot_exit(Shell& shell, const Arguments& arguments) {
  const int status = arguments.size() > 1 ? static_cast<int>(integer_of(arguments[1])) : 0;
  shell.leave(status != 0 ? std::optional<int>(status & 0xff) : std::nullopt);
  return true;
}

bool dot_quit(Shell& shell, const Arguments&) {
  shell.leave();
  return true;
}

}  // namespace leftmost::shell
