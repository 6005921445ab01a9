// advice/suggestion_check.h - whether suggestions do what they say, over files of tests: for every query that
// scans or sorts, what is suggested is done once more on a fresh copy of SQLite's data, by other code than
// what proved it; and where nothing is suggested, every index on one column, on two, or on one and all others
// that the query needs is tried, to know what was missed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/session.h"
#include "storage/error.h"

namespace leftmost::advice {

struct SuggestionCheckOptions {
  std::uint64_t sample = 1;  ///< every n-th query that scans or sorts
  bool search_missed = true;
  std::function<bool(std::uint64_t asked)> on_progress;  ///< false: stop
};

struct SuggestionCheck {
  std::uint64_t queries = 0;
  std::uint64_t scanning = 0;                      ///< their plan reads a table or index whole, or sorts
  std::uint64_t asked = 0;                         ///< of these, by the sample
  std::uint64_t helped = 0;                        ///< something other than drop-index was suggested
  std::uint64_t missed = 0;                        ///< nothing was, but an index that was searched for helps
  std::map<std::string, std::uint64_t> suggested;  ///< by kind
  std::uint64_t working = 0;                       ///< suggestions that did on the fresh copy what they said
  std::vector<std::string> failures;               ///< suggestions that did not
  std::vector<std::string> misses;                 ///< the first few queries that were missed, and the index
  double seconds = 0;
};

/// Adds the records of one sqllogictest file. Errors: those of reading it, and of its statements on SQLite.
Expected<void> check_suggestions(std::string_view file_text, const SuggestionCheckOptions& options,
                                 SuggestionCheck& check);

/// The same for one query on a session; counts it as asked.
void check_query(oracle::Session& session, const std::string& sql, const SuggestionCheckOptions& options,
                 SuggestionCheck& check);

}  // namespace leftmost::advice
