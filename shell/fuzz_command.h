// shell/fuzz_command.h - `leftmost fuzz`: random statements on both engines.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

/// Exit status: 0 everything that was compared is the same, 1 it is not, 2 bad usage or a folder that cannot be written.
int run_fuzz(std::span<const std::string> arguments);

}  // namespace leftmost::shell
