// storage/error.h - why something was refused, as a value. Nothing in the library throws on user input,
// prints, or aborts: every fallible function returns Expected<T>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace leftmost {

/// Why an operation was refused. The values are SQLite's primary result codes
/// (https://www.sqlite.org/rescode.html), because programs that drive a SQL shell compare exit codes.
enum class ErrorCode : std::uint8_t {
  // The reader's SQL. Nothing was changed.
  kError = 1,  ///< Syntax, unknown or ambiguous names, wrong argument counts, bad use of a function.
  kNotSupported =
      2,           ///< Correct SQL of SQLite that this engine does not speak (shown as `not supported: ...`).
  kInterrupt = 9,  ///< The caller asked to stop (Ctrl-C, a time or memory limit).
  kTooBig = 18,    ///< A string, row or SQL text above SQLite's limits.
  kConstraint =
      19,  ///< UNIQUE, NOT NULL, CHECK, PRIMARY KEY. The statement was undone (or as ON CONFLICT says).
  kMismatch = 20,  ///< `datatype mismatch`: a rowid that is no integer.
  kRange = 25,     ///< A parameter number that the statement does not have.
  // The machine or the file. What was committed stays committed.
  kBusy = 5,  ///< Another program holds the file's lock.
  kNoMemory = 7,
  kReadOnly = 8,
  kIoError = 10,
  kCorrupt = 11,  ///< Stored bytes break a rule; the message names the place.
  kFull = 13,     ///< Disk full.
  kCantOpen = 14,
  kAuth = 23,
  kNotADatabase = 26,
  kSchema = 17,     ///< The schema changed under a prepared statement; prepare it again.
  kInternal = 255,  ///< A rule of ours broke: a bug. Never reachable by design; reported, not hidden.
};

/// The number that the sqlite3 shell would exit with. kNotSupported counts as SQLITE_ERROR (1).
int sqlite_result_code(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kError;
  /// One sentence in SQLite's words where SQLite has words for it, with names and values in it.
  std::string message;
  /// Byte in the statement's text that caused it; none when no SQL is involved.
  std::optional<std::size_t> sql_offset;
  /// What the parser would have accepted, or what to do instead; may be empty.
  std::string hint;
};

template <typename T>
using Expected = tl::expected<T, Error>;
using Unexpected = tl::unexpected<Error>;

inline Unexpected fail(ErrorCode code, std::string message,
                       std::optional<std::size_t> sql_offset = std::nullopt) {
  return Unexpected(Error{code, std::move(message), sql_offset, {}});
}

/// `not supported: <feature>`, the one form in which this engine declines correct SQL.
Unexpected not_supported(std::string_view feature, std::optional<std::size_t> sql_offset = std::nullopt);

}  // namespace leftmost
