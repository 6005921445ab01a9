// puzzles/play.h - sets a puzzle up on both engines and puts its queries to them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "advice/explanation.h"
#include "oracle/session.h"
#include "puzzles/puzzle.h"

namespace leftmost::puzzles {

/// Both engines with the puzzle's tables.
struct Board {
  std::unique_ptr<oracle::Session> session;
  std::uint64_t rows = 0;         ///< of all tables
  std::int64_t milliseconds = 0;  ///< that making them took, on both engines together
};

/// Errors: those of the puzzle's statements; kInternal when the engines disagree about one.
Expected<Board> set_up(const Puzzle& puzzle);

struct Played {
  std::string name;
  advice::Explanation explanation;
  // Of one more run of the statement alone, the fastest of a few.
  std::int64_t nanoseconds_ours = 0;
  std::int64_t nanoseconds_sqlite = 0;
};

/// Explains a query with runs, and with suggestions if wanted, then times it. Errors: those of the query.
Expected<Played> play(Board& board, const std::string& name, const std::string& sql, bool suggestions);

}  // namespace leftmost::puzzles
