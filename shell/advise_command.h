// shell/advise_command.h - `leftmost advise DB QUERIES...`: the smallest set of indexes that serves a
// workload.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

/// Prints SQL that can be run, with what it is good for in comments. Exit status: 0 advice was given (also
/// that nothing is needed), 2 bad usage, a file that cannot be read, or statements that the database does not
/// understand.
int run_advise(std::span<const std::string> arguments);

}  // namespace leftmost::shell
