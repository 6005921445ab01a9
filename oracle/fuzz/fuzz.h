// oracle/fuzz/fuzz.h - random schemas and statements on both engines, counted by kind; differences made
// small.
//
// A round is a fresh database in memory: a schema (schema.h) and then statements (generator.h), each put to a
// Session. Round r of seed S is round 0 of seed S + r, and depends on nothing else.
//
// Counted is what agreement.h compares. Where the plans differ, rows and changes are not counted: a LIMIT, a
// group_concat or a sum of reals may then differ rightly. After a write about which the engines disagree our
// side reads the twin's data again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "oracle/crosscheck.h"
#include "oracle/fuzz/trial.h"

namespace leftmost::oracle::fuzz {

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
  std::string what;                     ///< as in Verdict; or `crash`, `hang` (isolated.h)
  std::vector<std::string> statements;  ///< made small; the last one differs
  std::string text;                     ///< both sides, several lines
  std::string finding;                  ///< the same for differences that probably have one cause

  /// As a golden file that says what SQLite says: the golden runner fails on it as long as ours differs.
  std::string to_golden() const;
};

struct FuzzResult {
  std::map<std::string, FuzzCounts> by_kind;
  std::map<std::string, std::uint64_t> not_supported_by_cause;
  std::vector<FuzzDifference> differences;
  std::uint64_t difference_count = 0;
  std::uint64_t crash_count = 0;  ///< hangs included; isolated.h
  double seconds = 0;

  FuzzCounts total() const;
  /// Adds what a later part of the run has found.
  void add(FuzzResult&& part);
};

/// Where a run is.
struct FuzzPlace {
  std::uint64_t seed = 0;
  std::uint64_t statement = 0;  ///< of the round, from 0
  bool is_shrinking = false;
  std::string_view script;  ///< the statements of a shrinking attempt; else the statement
};

struct FuzzOptions {
  std::uint64_t seed = 1;
  std::uint64_t statement_count = 1000;             ///< those that make the schemas included
  Comparison comparison = Comparison::kEverything;  ///< of the statements behind the schema
  bool is_hostile = false;                          ///< hostile.h: on our engine alone, nothing is compared
  std::size_t differences_max = 10;                 ///< how many are made small and kept
  double statement_seconds_max = 5;                 ///< of either engine
  std::set<std::string> known_findings;             ///< not kept again
  /// Called after each round with what it has added and its seed; false stops.
  std::function<bool(FuzzResult&&, std::uint64_t)> on_round;
  /// Called before each statement, and before each attempt at making a difference smaller.
  std::function<void(const FuzzPlace&)> on_statement;
};

/// The statements of a round. `schema_steps`: how many make the schema.
std::vector<Step> random_round(const FuzzOptions& options, std::uint64_t seed, std::size_t& schema_steps);

/// The whole run in this process. With `on_round` the result holds what that was not given: nothing.
/// Errors: those of Session::open.
Expected<FuzzResult> run_fuzz(const FuzzOptions& options);

/// {"version":1,"statements":..,"kinds":{..},"not_supported_by_cause":{..},"differences":[..]}. Invalid UTF-8
/// is replaced.
std::string to_json(const FuzzResult& result);

}  // namespace leftmost::oracle::fuzz
