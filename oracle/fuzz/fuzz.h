// oracle/fuzz/fuzz.h - random schemas and statements on both engines, counted by kind; differences made small.
//
// A round is a fresh database in memory: a schema (schema.h) and then statements (generator.h), each put to a Session. Round r
// of seed S is round 0 of seed S + r, and depends on nothing else.
//
// Counted is what agreement.h compares. Where the plans differ, rows and changes are not compared: a LIMIT, a group_concat or a sum of
// reals may then differ rightly. After a write about which the engines disagree our side reads the twin's data again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "oracle/crosscheck.h"

namespace leftmost::oracle::fuzz {

struct FuzzOptions {
  std::uint64_t seed = 1;
  std::uint64_t statement_count = 1000;  ///< those that make the schemas included
  bool plans_only = false;               ///< statements after the schema are planned and not run
  std::size_t differences_max = 10;      ///< how many are made small and kept
  double statement_seconds_max = 5;      ///< of either engine
  /// Called after each round with the statements done; false stops.
  std::function<bool(std::uint64_t)> on_progress;
};

struct FuzzCounts {
  std::uint64_t statements = 0;
  Tally plans;
  Tally rows;
  Tally errors;    ///< whether there is an error
  Tally messages;  ///< its words, where both have one
  Tally changes;
  std::uint64_t not_supported = 0;
  std::uint64_t interrupted = 0;

  void add(const FuzzCounts& other);
};

struct FuzzDifference {
  std::uint64_t seed = 0;               ///< of a run whose first round shows it
  std::string kind;                     ///< of statement
  std::string what;                     ///< `plan`, `error`, `rows`, `changes`
  std::vector<std::string> statements;  ///< made small; the last one differs
  std::string text;                     ///< both sides, several lines

  /// As a golden file, which fails until both engines say the same; its output is filled in by the golden runner's --rewrite then.
  std::string to_golden() const;
};

struct FuzzResult {
  std::map<std::string, FuzzCounts> by_kind;
  std::map<std::string, std::uint64_t> not_supported_by_cause;
  std::vector<FuzzDifference> differences;
  std::uint64_t difference_count = 0;
  double seconds = 0;

  FuzzCounts total() const;
};

/// Errors: those of Session::open.
Expected<FuzzResult> run_fuzz(const FuzzOptions& options);

/// {"version":1,"statements":..,"kinds":{..},"not_supported_by_cause":{..},"differences":[..]}. Invalid UTF-8 is replaced.
std::string to_json(const FuzzResult& result);

}  // namespace leftmost::oracle::fuzz
