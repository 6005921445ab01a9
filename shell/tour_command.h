// shell/tour_command.h - `leftmost tour`: plays the seed's puzzle on both engines and ends.
#pragma once

#include <span>
#include <string>

namespace leftmost::shell {

/// Exit status: 0 played, 1 the engines disagree, 2 bad usage or a puzzle that cannot be read.
int run_tour(std::span<const std::string> arguments);

}  // namespace leftmost::shell
