// storage/collation.h - the three built-in collations and the order of SQL values.
//
//   NULL  <  INTEGER and REAL by value  <  TEXT by collation  <  BLOB by memcmp
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/value.h"

namespace leftmost::storage {

enum class Collation : std::uint8_t {
  kBinary,  ///< memcmp, then length.
  kNoCase,  ///< as kBinary after folding A-Z (ASCII only). Like SQLite, looks no further than the first NUL
            ///< byte that both texts have in the same place, and compares the lengths then.
  kRtrim,   ///< as kBinary after dropping trailing spaces (U+0020 only).
};

/// Case-insensitively; nothing for a name that is none of the three.
std::optional<Collation> find_collation(std::string_view name);
/// `BINARY`, `NOCASE`, `RTRIM`.
std::string_view collation_name(Collation collation);

/// Negative, 0 or positive, as text `a` sorts before, with or after `b`.
int compare_text(std::string_view a, std::string_view b, Collation collation);

/// SQLite's order of values. NULL equals NULL here; what a comparison operator makes of NULL is the caller's
/// business.
int compare(Value a, Value b, Collation collation = Collation::kBinary);

/// ASCII-only folding, which is all the case that SQLite knows for names and NOCASE.
constexpr char to_lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
/// Requires: both are of one size.
bool equal_letters_ignoring_case(std::string_view a, std::string_view b);
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_letters_ignoring_case(a, b);
}

}  // namespace leftmost::storage
