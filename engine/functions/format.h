// engine/functions/format.h - SQLite's printf: format(), printf(), and the digits that other parts show.
//
// After the documentation (https://www.sqlite.org/printf.html) and measured against 3.40.1, whose floating-point digits
// come from long double arithmetic (storage/number_text.h tells that story).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "storage/value.h"

namespace leftmost::engine {

/// One floating-point conversion, `%<flags><width>.<precision><conversion>`.
struct RealFormat {
  char conversion = 'g';           ///< f, e, E, g or G
  int precision = 6;               ///< negative: 6
  bool alternate_form = false;     ///< `#`: keeps the point, and for g the trailing zeros
  bool more_digits = false;        ///< `!`: up to 26 significant digits, always a digit after the point
  char positive_sign = '\0';       ///< `+` or ` ` in front of what is not negative
  int zero_pad_width = 0;          ///< `0` with a width: zeros between sign and digits
};
/// `1.5`, `-Inf`, `1.0e+300`. Does not pad to a width except with zeros.
std::string format_real(double value, const RealFormat& format);

/// format(pattern, arguments...) into `out`. Missing arguments are NULL; an unknown conversion ends the text. False when
/// SQL's result is NULL: nothing was written, not even an empty text, or more than `bytes_max` bytes.
bool format_values(std::string_view pattern, std::span<const storage::Value> arguments, std::string& out,
                   std::size_t bytes_max = storage::kValueBytesMax);

/// quote(value): the SQL literal, with reals as SQLite 3.40 writes them (15 digits, 20 when those do not round-trip).
std::string quote(storage::Value value);

}  // namespace leftmost::engine
