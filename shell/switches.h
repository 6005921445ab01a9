// shell/switches.h - the command line of the shell itself, `leftmost [SWITCHES] [DB [SQL...]]`.
//
// The switches are sqlite3's, with one dash or two. They are read twice, as sqlite3 reads them: once for what must be
// known before the database is opened, once in their order for what changes the output or runs something.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace leftmost::shell {

/// Runs the shell with these arguments (without the program's name). Returns the exit status.
int run_shell(std::span<const std::string> arguments);

}  // namespace leftmost::shell
