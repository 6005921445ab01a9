// oracle/crosscheck.h - runs whole files on both engines and counts where they agree.
//
// A file is a .sql script or a sqllogictest file (.test); each starts with an empty database in memory. Every statement
// goes through a Session, so plans, rows, errors and changes are compared as agreement.h says; a query of a .test file
// is also compared with the result written there. A folder stands for all such files below it.
//
// Statements answered with `not supported` are counted by their cause and run on neither side. What they would have
// made is missing on both sides, so later statements that both engines refuse alike count as `follows: ...`, and the
// results written in the file no longer count.
//
// After a write about which the engines disagree our side reads the twin's data again: one difference is reported once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/error.h"

namespace leftmost::oracle {

/// How often something was compared, and how often it was the same.
struct Tally {
  std::uint64_t compared = 0;
  std::uint64_t agree = 0;
  void add(bool agrees) {
    ++compared;
    if (agrees) ++agree;
  }
  std::uint64_t differ() const { return compared - agree; }
};

struct CrosscheckCounts {
  std::uint64_t statements = 0;   ///< run, queries included
  std::uint64_t queries = 0;      ///< of these, statements that return rows
  std::uint64_t left_out = 0;     ///< not in the sample
  std::uint64_t dot_commands = 0; ///< of a shell, in a .sql script: not run
  Tally plans;
  Tally rows;
  Tally errors;    ///< whether there is an error
  Tally messages;  ///< the words, where both sides have an error
  Tally changes;
  Tally counters;  ///< full-scan steps, sorts and rows of automatic indexes, where the plans agree
  Tally expected;  ///< our rows and the result written in a .test file
  std::uint64_t not_supported = 0;
  std::map<std::string, std::uint64_t> not_supported_by_cause;
  std::uint64_t interrupted = 0;  ///< took longer than statement_seconds_max
  std::int64_t nanoseconds_ours = 0;
  std::int64_t nanoseconds_sqlite = 0;

  void add(const CrosscheckCounts& other);
  /// Everything that was compared is the same. Words of errors do not count: the statement failed on both sides. Nor do
  /// counters: the answer is the same.
  bool all_agree() const;
};

struct CrosscheckDifference {
  std::string path;
  std::size_t line = 0;
  std::string sql;
  std::string what;  ///< `plan`, `rows`, `error`, `changes`, `expected`, `counters`; the first of these that differs
  std::string text;  ///< both sides, several lines
};

struct CrosscheckFile {
  std::string path;
  std::optional<Error> error;  ///< the file could not be read, or is no sqllogictest file
  CrosscheckCounts counts;
};

struct CrosscheckResult {
  std::vector<CrosscheckFile> files;  ///< in the order in which they were given; a folder's by name
  CrosscheckCounts total;
  std::vector<CrosscheckDifference> differences;  ///< the first ones, differences_max at most
  std::uint64_t difference_count = 0;
  double seconds = 0;

  bool all_agree() const;
  /// Sums by the folder of each file, in path order.
  std::map<std::string, CrosscheckCounts> by_folder() const;
};

struct CrosscheckProgress {
  std::string path;
  std::size_t file_number = 0;  ///< from 1
  std::size_t file_count = 0;
  std::uint64_t statements_done = 0;   ///< of this file
  std::uint64_t statements_total = 0;
};

struct CrosscheckOptions {
  /// This many queries of each file, one from each of as many equal parts of it, drawn with `seed`. Statements that write are all run.
  std::optional<std::size_t> sample;
  std::uint64_t seed = 1;
  std::size_t differences_max = 10;
  bool report_counters = false;  ///< a difference of counters is one to report
  /// Of either engine, for one statement; it is then interrupted and counted. 0: no bound.
  double statement_seconds_max = 60;
  /// Called at the start of each file and every thousand statements; false stops after the current statement.
  std::function<bool(const CrosscheckProgress&)> on_progress;
};

/// Errors: kCantOpen for a path that is neither file nor folder, kError for a folder without such files. What is wrong
/// with one file stands in its CrosscheckFile.
Expected<CrosscheckResult> crosscheck(const std::vector<std::string>& paths, const CrosscheckOptions& options = {});

/// The same for a text already read. A name that ends in `.test` is read as a sqllogictest file.
CrosscheckResult crosscheck_text(const std::string& name, std::string_view text, const CrosscheckOptions& options = {});

/// {"version":1,"plans":{"compared":..,"agree":..},...,"not_supported_by_cause":{..},"folders":{..},"files":[..],
/// "differences":[..]}. Invalid UTF-8 is replaced.
std::string to_json(const CrosscheckResult& result);

}  // namespace leftmost::oracle
