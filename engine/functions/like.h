// engine/functions/like.h - LIKE and GLOB.
//
//   LIKE  %  any characters   _  one character   an ESCAPE character takes the next one literally; ASCII case is ignored
//   GLOB  *  any characters   ?  one character   [abc] [a-z] [^abc] one of a set; case counts
//
// Matching goes back to the last % only: when the rest of the pattern does not fit after one %, no choice for an
// earlier one can help. So the time is at most pattern length times text length, and there is no recursion.
#pragma once

#include <cstdint>
#include <string_view>

namespace leftmost::engine {

struct PatternRules {
  std::uint32_t any = 0;     ///< matches any characters; 0: nothing does
  std::uint32_t one = 0;     ///< matches one character; 0: nothing does
  std::uint32_t set = 0;     ///< opens a set; 0: there are no sets
  std::uint32_t escape = 0;  ///< takes the next character literally; 0: nothing does
  bool ignore_case = false;
};
/// `escape` 0: none. An escape character that is % or _ itself loses that meaning.
PatternRules like_rules(std::uint32_t escape = 0);
PatternRules glob_rules();

/// Whether the whole of `text` fits `pattern`. Both end at their first NUL.
bool matches(std::string_view pattern, std::string_view text, const PatternRules& rules);

/// SQLite's SQLITE_MAX_LIKE_PATTERN_LENGTH, in bytes; longer patterns are refused.
inline constexpr std::size_t kPatternBytesMax = 50000;

}  // namespace leftmost::engine
