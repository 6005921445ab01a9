// oracle/statement_text.h - the little that the oracle has to know about the text of a statement. Our parser is the
// engine's business; here only the first words matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leftmost::oracle {

/// Behind white space and comments from `at` on.
std::size_t skip_blanks(std::string_view sql, std::size_t at = 0);

/// The word (letters, digits, underscores) at or behind `at`, in upper case, and moves `at` behind it. Empty if
/// something else stands there.
std::string next_word(std::string_view sql, std::size_t& at);

/// The `number`-th word (from 0) when the statement starts with that many words; empty if not.
std::string word_of(std::string_view sql, std::size_t number);

/// The statement without its first `count` words.
std::string_view without_words(std::string_view sql, std::size_t count);

/// How a PRAGMA concerns the two sides.
enum class PragmaRole : std::uint8_t {
  kCompared,  ///< about the schema or the data: both sides answer, and the answers are compared
  kSetting,   ///< a setting of the connection or of SQLite's files: both sides hear it, the answers are not compared
  kPlanning,  ///< a setting as well, which shapes plans: copies of the twin need it too
};

struct PragmaText {
  std::string name;            ///< lower case, without schema
  bool has_argument = false;   ///< `= x` or `(x)`
  PragmaRole role = PragmaRole::kSetting;
};
/// Requires: `sql` is a PRAGMA statement.
PragmaText read_pragma(std::string_view sql);

}  // namespace leftmost::oracle
