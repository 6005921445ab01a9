// advice/seek_path.h - the pages that a statement's searches descend through, and the band of entries they
// read.
//
//   SEARCH users USING INDEX users_name (last_name=?)
//     level 2   child 2 of 3      'Gomez' .. 'Ortiz'
//     level 1   child 61 of 140   'Smith' | 'Paul' .. 'Smith' | 'Zoe'
//     level 0   918 of 100,000 entries, in 5 of 412 leaves     ..................................#.....
//
// The band is computed from the plan's record and the tree itself (rank and count, one page per level):
// nothing runs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "advice/tree_place.h"
#include "engine/database.h"

namespace leftmost::advice {

/// One page on the way down.
struct PathStep {
  std::size_t level = 0;  ///< above 0: the leaf is described by the band
  std::size_t child = 0;  ///< the one that is entered, from 0
  std::size_t children = 0;
  std::uint64_t entries = 0;  ///< below the child
  std::string from, to;       ///< separators around the child; empty at the edge of the page
};

/// A contiguous part of a tree.
struct Band {
  std::vector<PathStep> steps;  ///< from the root to the leaf of its first entry
  std::uint64_t first = 0;      ///< entries in front of it
  std::uint64_t entries = 0;
  std::uint64_t leaves = 0;  ///< pages that its entries lie in
};

/// What one loop of the plan does with its tree.
struct LoopPath {
  std::string detail;              ///< its line of EXPLAIN QUERY PLAN
  std::optional<TreePlace> place;  ///< none: no tree of the database is read (a subquery, an automatic index)
  std::vector<Band> bands;         ///< one; several for IN lists, none where `why_none` says why
  std::uint64_t bands_total = 0;   ///< more than bands.size() for a long IN list
  std::string why_none;
};

inline constexpr std::size_t kBandsMax = 4;

/// Of every loop of the statement's plan, in the order of its lines. `bindings`: values of parameters 1, 2,
/// ...
std::vector<LoopPath> seek_paths(const engine::Database& database, const engine::Statement& statement,
                                 std::span<const storage::OwnedValue> bindings);

/// The tree from its first entry to its last in `width` characters: `.` outside of the bands, `:` partly, `#`
/// wholly inside.
std::string band_strip(const LoopPath& path, std::size_t width);

}  // namespace leftmost::advice
