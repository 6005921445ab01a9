// shell/subcommands.h - the list of subcommands: words that, as the first argument, choose something else than the shell.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leftmost::shell {

struct Subcommand {
  std::string_view name;
  std::string_view summary;  ///< one line of `leftmost --help`
  /// Gets the arguments behind the name; returns the exit status: 0 fine, 1 the answer is no, 2 bad usage or input.
  int (*run)(std::span<const std::string> arguments);
};

const std::vector<Subcommand>& subcommands();

}  // namespace leftmost::shell
