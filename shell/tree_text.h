// shell/tree_text.h - B+trees, their entries, and the way of a search through them, as a reader sees them.
//
//   users_name, index on users(last_name, first_name, rowid)
//
//     level   pages    entries   per page   full
//     1           1        409      409.0    71 %
//     0         409    100,000      244.5    69 %    pages of 4,096 bytes, 1.7 MB
//
// Nothing is decided here: all numbers are the tree's own.
#pragma once

#include <string>

#include "advice/seek_path.h"
#include "advice/tree_place.h"
#include "shell/terminal.h"

namespace leftmost::shell {

struct TreeStyle {
  Paint paint{false};
  std::size_t columns = 100;  ///< of the terminal
};

/// Trees of at most so many entries are drawn whole; of others the levels and the first pages.
inline constexpr std::uint64_t kWholeTreeEntries = 48;

/// Levels, fill, first and last key, and the pages. `tree` is place.tree, or the same entries in other pages.
std::string tree_text(const advice::TreePlace& place, const storage::BTree& tree, const TreeStyle& style);

/// A table of entries with their positions, and how many there are in all.
std::string entries_text(const advice::TreePlace& place, const advice::Entries& entries,
                         const TreeStyle& style);

/// The line of the plan, the pages from the root down, and the band of entries.
std::string path_text(const advice::LoopPath& path, const TreeStyle& style);

}  // namespace leftmost::shell
