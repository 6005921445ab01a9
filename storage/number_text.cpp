#include "storage/number_text.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace leftmost::storage {
namespace {

constexpr std::int64_t kIntegerMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kIntegerMin = std::numeric_limits<std::int64_t>::min();
constexpr double kTwoTo63 = 9223372036854775808.0;

// A significand takes digits while another one is sure to fit: SQLite's limit, which drops some that would.
constexpr std::int64_t kSignificandFull = (kIntegerMax - 9) / 10;
// Larger exponents are zero or infinity anyway.
constexpr int kExponentMax = 10000;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 10^exponent by squaring: one of many ways to round, and the one to reproduce.
long double power_of_ten(int exponent) {
  long double square = 10.0L;
  long double power = 1.0L;
  while (true) {
    if (exponent & 1) power *= square;
    exponent >>= 1;
    if (exponent == 0) return power;
    square *= square;
  }
}

// significand * 10^exponent, significand > 0, as SQLite 3.40 rounds it: the decimal exponent is first moved
// into the significand as far as that is exact, then there is one scaling in long double (two at the far ends
// of the range).
double scale_by_power_of_ten(std::int64_t significand, bool negative, int exponent) {
  const bool divide = exponent < 0;
  if (divide) exponent = -exponent;
  for (; exponent > 0; --exponent) {
    if (divide) {
      if (significand % 10 != 0) break;
      significand /= 10;
    } else {
      if (significand >= kIntegerMax / 10) break;
      significand *= 10;
    }
  }
  if (negative) significand = -significand;
  if (exponent == 0) return static_cast<double>(significand);
  const auto wide = static_cast<long double>(significand);
  if (exponent <= 307) {
    const long double scale = power_of_ten(exponent);
    return static_cast<double>(divide ? wide / scale : wide * scale);
  }
  if (exponent < 342) {
    const long double scale = power_of_ten(exponent - 308);
    if (divide) return static_cast<double>(wide / scale) / 1.0e+308;
    return static_cast<double>(wide * scale) * 1.0e+308;
  }
  if (divide) return negative ? -0.0 : 0.0;
  return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

// The integer prefix of digits that begin at `at`.
void parse_integer_digits(std::string_view text, std::size_t at, bool negative, ParsedNumber& parsed) {
  std::uint64_t magnitude = 0;
  const std::uint64_t limit = static_cast<std::uint64_t>(kIntegerMax) + (negative ? 1 : 0);
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (magnitude > (limit - digit) / 10) {
      parsed.integer_overflows = true;
      parsed.integer = negative ? kIntegerMin : kIntegerMax;
      return;
    }
    magnitude = magnitude * 10 + digit;
  }
  parsed.integer = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

}  // namespace

ParsedNumber parse_number(std::string_view text) {
  ParsedNumber parsed;
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';

  parse_integer_digits(text, at, negative, parsed);
  std::int64_t significand = 0;
  int exponent = 0;  // digits that the significand did not take, and minus the decimals that it took
  for (; at < text.size() && is_digit(text[at]); ++at) {
    parsed.has_digits = true;
    if (significand < kSignificandFull) {
      significand = significand * 10 + (text[at] - '0');
    } else if (exponent < kExponentMax) {
      ++exponent;
    }
  }
  bool has_point = false;
  if (at < text.size() && text[at] == '.') {
    has_point = true;
    for (++at; at < text.size() && is_digit(text[at]); ++at) {
      parsed.has_digits = true;
      if (significand < kSignificandFull) {
        significand = significand * 10 + (text[at] - '0');
        if (exponent > -kExponentMax) --exponent;
      }
    }
  }
  bool has_exponent_letter = false;
  bool has_exponent_digits = false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    has_exponent_letter = true;
    ++at;
    bool exponent_negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) exponent_negative = text[at++] == '-';
    int written = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      has_exponent_digits = true;
      written = written < kExponentMax ? written * 10 + (text[at] - '0') : kExponentMax;
    }
    exponent += exponent_negative ? -written : written;
  }
  while (at < text.size() && is_space(text[at])) ++at;

  const bool exponent_is_sound = !has_exponent_letter || has_exponent_digits;
  parsed.is_whole_text = at == text.size() && parsed.has_digits && exponent_is_sound;
  parsed.has_point_or_exponent =
      parsed.has_digits && (has_point || (has_exponent_letter && has_exponent_digits));
  if (significand != 0) {
    parsed.real = scale_by_power_of_ten(significand, negative, exponent);
  } else {
    parsed.real = negative ? -0.0 : 0.0;
  }
  return parsed;
}

Value number_of_whole_text(std::string_view text) {
  const ParsedNumber parsed = parse_number(text);
  if (!parsed.is_whole_text) return Value::null();
  if (parsed.has_point_or_exponent || parsed.integer_overflows) return Value::real(parsed.real);
  return Value::integer(parsed.integer);
}

Value number_of_prefix(std::string_view text) {
  const ParsedNumber parsed = parse_number(text);
  if (parsed.has_point_or_exponent || parsed.integer_overflows) return Value::real(parsed.real);
  return Value::integer(parsed.integer);
}

std::int64_t cast_text_to_integer(std::string_view text) { return parse_number(text).integer; }
double cast_text_to_real(std::string_view text) { return parse_number(text).real; }

Value cast_text_to_numeric(std::string_view text) {
  const ParsedNumber parsed = parse_number(text);
  if (!parsed.has_point_or_exponent && !parsed.integer_overflows) return Value::integer(parsed.integer);
  // SQLite trusts an integral real only within 2^51, where neighbours are closer than 1 apart.
  constexpr double kTrusted = 2251799813685248.0;
  const double real = parsed.real;
  if (real >= -kTrusted && real < kTrusted && std::trunc(real) == real) {
    return Value::integer(static_cast<std::int64_t>(real));
  }
  return Value::real(real);
}

std::int64_t cast_real_to_integer(double value) {
  if (!(value > -kTwoTo63)) return kIntegerMin;
  if (value >= kTwoTo63) return kIntegerMax;
  return static_cast<std::int64_t>(value);
}

Value integer_if_integral(double value) {
  if (value > -kTwoTo63 && value < kTwoTo63 && std::trunc(value) == value) {
    return Value::integer(static_cast<std::int64_t>(value));
  }
  return Value::real(value);
}

std::string integer_to_text(std::int64_t value) {
  char digits[24];
  char* first = digits + sizeof digits;
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) magnitude = 0 - magnitude;
  do {
    *--first = static_cast<char>('0' + magnitude % 10);
    magnitude /= 10;
  } while (magnitude != 0);
  if (value < 0) *--first = '-';
  return {first, static_cast<std::size_t>(digits + sizeof digits - first)};
}

// Digits are peeled off a long double that was scaled to 1 <= x < 10 and rounded up by half of the last
// digit, which is where SQLite's digits differ from a correctly rounding printf.
std::string real_to_text(double value, int significant_digits) {
  constexpr int kDigitsPeeledMax = 26;  // SQLite prints zeros after so many
  constexpr double kHalves[] = {5.0e-01, 5.0e-02, 5.0e-03, 5.0e-04, 5.0e-05,
                                5.0e-06, 5.0e-07, 5.0e-08, 5.0e-09, 5.0e-10};
  std::string text;
  if (value < 0.0) text += '-';
  auto rest = static_cast<long double>(value < 0.0 ? -value : value);
  int decimals = significant_digits - 1;
  int steps = decimals;
  long double half = kHalves[steps % 10];
  for (; steps >= 10; steps -= 10) half *= 1.0e-10;

  int exponent = 0;
  if (rest > 0.0L) {
    long double scale = 1.0L;
    for (; rest >= 1e100 * scale && exponent <= 350; exponent += 100) scale *= 1e100;
    for (; rest >= 1e10 * scale && exponent <= 350; exponent += 10) scale *= 1e10;
    for (; rest >= 10.0 * scale && exponent <= 350; ++exponent) scale *= 10.0;
    if (exponent > 350) return text + "Inf";
    rest /= scale;
    for (; rest < 1e-8; exponent -= 8) rest *= 1e8;
    for (; rest < 1.0; --exponent) rest *= 10.0;
  }
  rest += half;
  if (rest >= 10.0) {
    rest *= 0.1;
    ++exponent;
  }

  int peeled = 0;
  const auto next_digit = [&rest, &peeled] {
    if (peeled++ >= kDigitsPeeledMax) return '0';
    const int digit = static_cast<int>(rest);
    rest = (rest - digit) * 10.0;
    return static_cast<char>('0' + digit);
  };
  const bool scientific = exponent < -4 || exponent > decimals;
  if (!scientific) decimals -= exponent;
  int leading = scientific ? 0 : exponent;  // digits in front of the point, minus 1
  if (leading < 0) {
    text += '0';
  } else {
    for (; leading >= 0; --leading) text += next_digit();
  }
  text += '.';
  for (++leading; leading < 0; ++leading, --decimals) text += '0';
  for (; decimals > 0; --decimals) text += next_digit();
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text += '0';
  if (scientific) {
    text += exponent < 0 ? "e-" : "e+";
    const int magnitude = exponent < 0 ? -exponent : exponent;
    if (magnitude >= 100) text += static_cast<char>('0' + magnitude / 100);
    text += static_cast<char>('0' + magnitude / 10 % 10);
    text += static_cast<char>('0' + magnitude % 10);
  }
  return text;
}

int compare_integer_real(std::int64_t integer, double real) {
  if (real < -kTwoTo63) return 1;
  if (real >= kTwoTo63) return -1;
  const auto truncated = static_cast<std::int64_t>(real);
  if (integer != truncated) return integer < truncated ? -1 : 1;
  const auto back = static_cast<double>(truncated);  // exact: it came from a double
  return back < real ? -1 : back > real ? 1 : 0;
}

}  // namespace leftmost::storage
