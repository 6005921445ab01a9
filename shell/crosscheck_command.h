// shell/crosscheck_command.h - `leftmost crosscheck FILE...`: files of SQL on both engines.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

/// Exit status: 0 everything that was compared is the same, 1 it is not, 2 bad usage or a file that cannot be read.
int run_crosscheck(std::span<const std::string> arguments);

}  // namespace leftmost::shell
