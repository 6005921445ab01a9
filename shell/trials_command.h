// shell/trials_command.h - `leftmost trials FILE...`: suggestions for the queries of sqllogictest files, each
// done once more to see that it does what it says.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

/// Exit status: 0 every suggestion works, 1 one does not, 2 bad usage or a file that cannot be read.
int run_trials(std::span<const std::string> arguments);

}  // namespace leftmost::shell
