// storage/number_text.h - numbers to text and text to numbers, digit for digit as SQLite 3.40 does it.
//
// SQLite does not round correctly in either direction. It gathers up to 19 digits in a 64-bit integer and
// scales once by a power of ten in long double (80 bits on x86-64), and it prints reals by peeling digits off
// a long double. Both are reproduced here because a database that shows 0.1+0.2 differently by one digit is
// not the same database; tests/storage/number_text_test.cpp compares with the library over random values.
// Where long double has other widths (the browser, ARM) the last digit may differ from x86-64.
//
// A number in text is:  spaces sign? digits? ('.' digits?)? ([eE] sign? digits)? spaces, with at least one
// digit in front of the exponent. Spaces are " \t\n\v\f\r". Hexadecimal is never accepted here (only the SQL
// lexer does).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/value.h"

namespace leftmost::storage {

/// What the longest numeric prefix of a text says.
struct ParsedNumber {
  /// The number, 0.0 without digits.
  double real = 0.0;
  /// The leading integer part, saturated at the ends of int64; 0 without digits. `1e3` gives 1.
  std::int64_t integer = 0;
  /// The prefix has digits.
  bool has_digits = false;
  /// The prefix has a '.' or a valid exponent: it is no integer.
  bool has_point_or_exponent = false;
  /// Nothing but spaces stands around the number: the whole text "looks like a number".
  bool is_whole_text = false;
  /// `integer` was saturated.
  bool integer_overflows = false;
};
ParsedNumber parse_number(std::string_view text);

/// Affinity's rule: the number if the whole text is one (INTEGER if it has neither point nor exponent and
/// fits into 64 bits, otherwise REAL), else NULL.
Value number_of_whole_text(std::string_view text);

/// The rule of arithmetic operators: the longest numeric prefix, INTEGER 0 without one.
Value number_of_prefix(std::string_view text);

/// CAST(text AS INTEGER): integer prefix, saturated. CAST(text AS REAL): numeric prefix. CAST(text AS
/// NUMERIC): the prefix as an integer where it is one by value, else a real.
std::int64_t cast_text_to_integer(std::string_view text);
double cast_text_to_real(std::string_view text);
Value cast_text_to_numeric(std::string_view text);

/// CAST(real AS INTEGER): toward zero, saturated.
std::int64_t cast_real_to_integer(double value);

/// The integer of equal value when there is one strictly inside int64 (SQLite leaves both ends of the range
/// real), as NUMERIC and INTEGER columns store it; otherwise the real.
Value integer_if_integral(double value);

/// `-17`
std::string integer_to_text(std::int64_t value);

/// printf's %!.<digits>g in SQLite's dialect: always with a point or an exponent, `1.0`, `1.0e+300`, `Inf`,
/// `-Inf`. 15 digits is CAST AS TEXT and list mode. Requires: 1 <= significant_digits <= 40.
std::string real_to_text(double value, int significant_digits = 15);

/// Sign of (integer - real), exact for all values: never rounds the integer to a double.
int compare_integer_real(std::int64_t integer, double real);

}  // namespace leftmost::storage
