// shell/sqlite_words.h - errors in the sqlite3 shell's words, with the two lines that point at the place.
#pragma once

#include <string>
#include <string_view>

#include "storage/error.h"

namespace leftmost::shell {

/// `near "FOO": syntax error`, ` (19)` behind codes other than 1, and below it the caret lines where the error has a
/// place in `sql`:
///
///   SELECT a FROM t WHERE b = 1
///          ^--- error here
///
/// `sql` is the text that was handed to prepare(), which may go on after the statement. No newline at the end.
std::string error_in_sqlite_words(const Error& error, std::string_view sql = {});

/// The caret lines alone, each after a newline; empty if the offset is none or beyond the text.
std::string caret_lines(std::string_view sql, std::optional<std::size_t> offset);

}  // namespace leftmost::shell
