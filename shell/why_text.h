// shell/why_text.h - an explanation as a reader sees it.
//
//     SCAN users                                          SQLite 3.40.1: same plan, same 812 rows
//
//     SELECT age FROM users WHERE first_name = 'John'
//                                 ^^^^^^^^^^^^^^^^^^^  no index of users starts with first_name
//
//     users_name    last_name     idle             free: nothing in the query fixes it
//                   first_name    filter-on-row    blocked by last_name, checked row by row
//
//     first_name = 'John'   ::::::::::::::::::::::::::::::::::   790 runs, 812 entries
//
//     100,000 rows visited for 812 returned
//     try  CREATE INDEX users_first_name ON users(first_name);
//
// Nothing is decided here: every word is in the Explanation, or follows from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "advice/explanation.h"
#include "shell/terminal.h"

namespace leftmost::shell {

struct WhyStyle {
  Paint paint{false};
  std::size_t columns = 100;  ///< of the terminal; so many where there is none
  bool wraps = true;          ///< break what is longer than that
  bool suggestions = true;
};

/// All of it, each part after an empty line, indented by two columns.
std::string why_text(const advice::Explanation& explanation, const WhyStyle& style);

/// What stands under a part of the statement.
struct Note {
  planner::Span span;
  std::string text;
};
/// Each line of the statement, with carets and words under the parts that have a note.
std::string sql_with_notes(std::string_view sql, const std::vector<Note>& notes, const WhyStyle& style);

/// `SQLite 3.40.1: same plan, same 812 rows`; empty if SQLite had no say.
std::string what_sqlite_says(const advice::Explanation& explanation);
/// What was weighed, with costs (1 is about one step of a loop) and what became of it.
std::string candidates_text(const advice::Explanation& explanation);
/// The strips of all indexes, one under the other.
std::string runs_text(const advice::Explanation& explanation, const WhyStyle& style);

}  // namespace leftmost::shell
