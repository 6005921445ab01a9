// shell/why_command.h - `leftmost why DB SQL...`: explains statements, and changes nothing.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

class Shell;

/// Exit status: 0 explained, 1 SQLite disagrees, 2 bad usage, a database that cannot be read, or an error in
/// the SQL.
int run_why(std::span<const std::string> arguments);

/// `.why SQL` of the prompt: explains on the shell's own database. False if it failed; the message is on
/// stderr.
bool explain_in_shell(Shell& shell, const std::string& sql);

}  // namespace leftmost::shell
