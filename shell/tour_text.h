// shell/tour_text.h - the paragraphs of the tour. Every number, name and verdict in them is read from what
// was played.
#pragma once

#include <string>
#include <vector>

#include "puzzles/play.h"
#include "puzzles/puzzle.h"
#include "shell/why_text.h"

namespace leftmost::shell {

/// Title, question, schema, and how many rows were made in what time.
std::string opening_text(const puzzles::Puzzle& puzzle, const puzzles::Board& board, const WhyStyle& style);
/// A query: its text, plan, runs, work and the time on both engines.
std::string played_text(std::string_view heading, const puzzles::Played& played, const WhyStyle& style);
/// Who is slow, by how much, and why: the reasons that the planner recorded for the query's terms.
std::string answer_text(const std::vector<puzzles::Played>& played, const WhyStyle& style);
/// What a variant changes against the query that it was made from.
std::string comparison_text(const puzzles::Played& before, const puzzles::Played& after);

}  // namespace leftmost::shell
