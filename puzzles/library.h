// puzzles/library.h - the puzzles that come with the program. Their files (library/<name>/puzzle.toml) are
// part of it, so that they are found wherever it is installed.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace leftmost::puzzles {

struct LibraryFile {
  std::string_view name;  ///< of the folder
  std::string_view toml;
};

const std::vector<LibraryFile>& library();
std::optional<LibraryFile> find_in_library(std::string_view name);

}  // namespace leftmost::puzzles
