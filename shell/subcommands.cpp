#include "shell/subcommands.h"

#include "shell/crosscheck_command.h"

namespace leftmost::shell {

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> list = {
      {"crosscheck", "run files of SQL on both engines and count where they agree", run_crosscheck},
  };
  return list;
}

}  // namespace leftmost::shell
