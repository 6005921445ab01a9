// The floating-point conversions of SQLite's printf. The digits are peeled off a long double, as SQLite 3.40 does it:
// scale to 1 <= x < 10, add half of the last digit wanted, then take digit after digit.
#include <algorithm>
#include <cstring>

#include "engine/functions/format.h"

namespace leftmost::engine {
namespace {

/// SQLite's SQLITE_FP_PRECISION_LIMIT.
constexpr int kPrecisionMax = 100'000'000;
/// Significant digits that are peeled; zeros follow. `!` asks for more.
constexpr int kDigitsPeeled = 16;
constexpr int kDigitsPeeledMore = 26;
/// Exponents above are infinity.
constexpr int kExponentMax = 350;

// Half a unit of decimal number `precision`, computed the way SQLite does (the product of powers of 1e-10, not exact).
long double half_unit(int precision) {
  constexpr double kHalves[] = {5.0e-01, 5.0e-02, 5.0e-03, 5.0e-04, 5.0e-05,
                                5.0e-06, 5.0e-07, 5.0e-08, 5.0e-09, 5.0e-10};
  int left = precision & 0xfff;
  long double half = kHalves[left % 10];
  for (; left >= 10; left -= 10) half *= 1.0e-10;
  return half;
}

int binary_exponent(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<int>((bits >> 52) & 0x7ff) - 1023;
}

/// What is left of a number while its digits are taken.
class DigitSource {
 public:
  DigitSource(long double rest, int digits) : rest_(rest), digits_left_(digits) {}
  char next() {
    if (digits_left_ <= 0) return '0';
    --digits_left_;
    const int digit = static_cast<int>(rest_);
    rest_ = (rest_ - digit) * 10.0;
    return static_cast<char>('0' + digit);
  }

 private:
  long double rest_;
  int digits_left_;
};

// Scales to [1, 10) and says by which power of ten. Zero stays zero.
int normalize(long double& value) {
  int exponent = 0;
  if (!(value > 0.0L)) return exponent;
  long double scale = 1.0L;
  for (; value >= 1e100 * scale && exponent <= kExponentMax; exponent += 100) scale *= 1e100;
  for (; value >= 1e10 * scale && exponent <= kExponentMax; exponent += 10) scale *= 1e10;
  for (; value >= 10.0 * scale && exponent <= kExponentMax; ++exponent) scale *= 10.0;
  value /= scale;
  for (; value < 1e-8; exponent -= 8) value *= 1e8;
  for (; value < 1.0; --exponent) value *= 10.0;
  return exponent;
}

void append_exponent(int exponent, bool upper_case, std::string& text) {
  text += upper_case ? 'E' : 'e';
  text += exponent < 0 ? '-' : '+';
  exponent = std::abs(exponent);
  if (exponent >= 100) {
    text += static_cast<char>('0' + exponent / 100);
    exponent %= 100;
  }
  text += static_cast<char>('0' + exponent / 10);
  text += static_cast<char>('0' + exponent % 10);
}

}  // namespace

std::string format_real(double value, const RealFormat& format) {
  const bool generic = format.conversion == 'g' || format.conversion == 'G';
  const bool upper_case = format.conversion == 'E' || format.conversion == 'G';
  int precision = format.precision < 0 ? 6 : std::min(format.precision, kPrecisionMax);
  std::string text;
  if (value < 0.0) {
    text += '-';
  } else if (format.positive_sign != '\0') {
    text += format.positive_sign;
  }
  const std::size_t sign_size = text.size();
  long double rest = value < 0.0 ? -value : value;
  if (generic && precision > 0) --precision;
  long double half = half_unit(precision);
  if (format.conversion == 'f') {
    // A little more than half for numbers whose last digit is not noise, so that 0.15 rounds up although it is below.
    if (precision + binary_exponent(static_cast<double>(rest)) / 3 < 15) half += rest * 3e-16;
    rest += half;
  }
  int exponent = normalize(rest);
  if (exponent > kExponentMax) return text + "Inf";

  bool scientific = format.conversion == 'e' || format.conversion == 'E';
  if (scientific || generic) {
    rest += half;
    if (rest >= 10.0) {
      rest *= 0.1;
      ++exponent;
    }
  }
  bool drop_zeros = format.more_digits;
  if (generic) {
    drop_zeros = !format.alternate_form;
    if (exponent < -4 || exponent > precision) {
      scientific = true;
    } else {
      precision -= exponent;
    }
  }
  const bool has_point = precision > 0 || format.alternate_form || format.more_digits;
  DigitSource digits(rest, format.more_digits ? kDigitsPeeledMore : kDigitsPeeled);
  int place = scientific ? 0 : exponent;  // power of ten of the next digit
  if (place < 0) {
    text += '0';
  } else {
    for (; place >= 0; --place) text += digits.next();
  }
  if (has_point) text += '.';
  for (++place; place < 0; ++place, --precision) text += '0';
  for (; precision > 0; --precision) text += digits.next();
  if (drop_zeros && has_point) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') {
      if (format.more_digits) {
        text += '0';
      } else {
        text.pop_back();
      }
    }
  }
  if (scientific) append_exponent(exponent, upper_case, text);
  const auto width = static_cast<std::size_t>(std::max(format.zero_pad_width, 0));
  if (text.size() < width) text.insert(sign_size, width - text.size(), '0');
  return text;
}

}  // namespace leftmost::engine
