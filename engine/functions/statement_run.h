// engine/functions/statement_run.h - what one running statement shares with every function and expression in
// it: the outside world (randomness, the clock), the connection's counters, memory for results, and the first
// error.
//
//   run.start();                                  once per execution: a new "now", old cached constants
//   forgotten Value v = evaluate(program, context);         many times; texts made on the way live in
//   run.results() if (run.failed()) return run.take_error();    errors are sticky: after one, everything is
//   NULL until taken run.results().reset();                        when the row's values have been handed out
//   or copied
//
// Not thread-safe: one per execution.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/environment.h"
#include "planner/expr.h"
#include "storage/arena.h"
#include "storage/error.h"
#include "storage/value.h"

namespace leftmost::engine {

/// What changes(), total_changes() and last_insert_rowid() answer. Kept up to date by the Database that owns
/// it.
struct ConnectionCounters {
  std::int64_t changes = 0;
  std::int64_t total_changes = 0;
  std::int64_t last_insert_rowid = 0;
};

class StatementRun {
 public:
  /// Both outlive the run.
  StatementRun(Environment& environment, const ConnectionCounters& counters)
      : environment_(environment), counters_(counters) {}
  StatementRun(const StatementRun&) = delete;
  StatementRun& operator=(const StatementRun&) = delete;

  /// Begins another execution: forgets the instant, the error and all values of the last one.
  void start() {
    results_.reset();
    constants_.reset();
    error_.reset();
    raised_.reset();
    now_.reset();
    ++number_;
  }
  /// Tells executions apart; what is cached per execution (constants, IN sets) is keyed by it.
  std::uint64_t number() const { return number_; }

  /// The instant that 'now' is in this execution, as Environment::julian_milliseconds() said when first
  /// asked.
  std::int64_t now() {
    if (!now_) now_ = environment_.julian_milliseconds();
    return *now_;
  }
  /// While expressions of the schema are evaluated, what depends on the clock or the time zone is an error:
  /// `non-deterministic use of date() in <place>`, with SQLite's places `an index`, `a CHECK constraint`,
  /// `a generated column`. Empty: allowed again. `place` outlives its use.
  void forbid_clock(std::string_view place) { clock_forbidden_in_ = place; }
  std::string_view clock_forbidden_in() const { return clock_forbidden_in_; }
  Environment& environment() { return environment_; }
  const ConnectionCounters& counters() const { return counters_; }

  /// Values made by functions and operators. Reset by the executor, never by a function.
  storage::Arena& results() { return results_; }
  /// Values that live as long as the execution.
  storage::Arena& constants() { return constants_; }
  /// Bytes that results() and constants() may hold together before a function fails with `out of memory`.
  void limit_memory(std::size_t bytes) { memory_bytes_max_ = bytes; }
  std::size_t memory_bytes_max() const { return memory_bytes_max_; }

  /// Room for a value of `bytes`, in results(). Null after failing with `string or blob too big` (over
  /// storage::kValueBytesMax) or `out of memory` (over the limit).
  char* allocate_bytes(std::size_t bytes);
  /// A copy of `text` in results() as a TEXT (BLOB) value; NULL after failing as allocate_bytes() does.
  storage::Value make_text(std::string_view text);
  storage::Value make_blob(std::string_view blob);

  /// Records the first error; later ones are dropped. Returns NULL, so that a function can `return
  /// run.fail(...)`.
  storage::Value fail(ErrorCode code, std::string message);
  storage::Value fail(Error error);
  /// RAISE(): fails with this message, and says what is to become of the statement that fired the trigger.
  storage::Value raise(planner::RaiseAction action, std::string_view message);
  /// What the first error asks for, if it came from raise().
  std::optional<planner::RaiseAction> raised() const { return raised_; }
  bool failed() const { return error_.has_value(); }
  /// Requires: failed(). Clears it.
  Error take_error();

 private:
  Environment& environment_;
  const ConnectionCounters& counters_;
  storage::Arena results_;
  storage::Arena constants_;
  std::size_t memory_bytes_max_ = std::size_t{4} << 30;
  std::optional<std::int64_t> now_;
  std::optional<Error> error_;
  std::optional<planner::RaiseAction> raised_;
  std::uint64_t number_ = 0;
  std::string_view clock_forbidden_in_;
};

}  // namespace leftmost::engine
