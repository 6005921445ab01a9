// shell/lint_command.h - `leftmost lint DB QUERIES...`: the verdicts on every statement of an application.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

/// Exit status: 0 nothing that fails, 1 findings that do (or SQLite plans otherwise than we say), 2 bad
/// usage, a file that cannot be read, or statements that the database does not understand.
int run_lint(std::span<const std::string> arguments);

}  // namespace leftmost::shell
