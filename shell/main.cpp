// The program: a subcommand if the first argument names one, otherwise the shell.
#include "shell/subcommands.h"
#include "shell/switches.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (!arguments.empty()) {
    for (const leftmost::shell::Subcommand& subcommand : leftmost::shell::subcommands()) {
      if (subcommand.name == arguments[0]) return subcommand.run(std::span(arguments).subspan(1));
    }
  }
  return leftmost::shell::run_shell(arguments);
}
