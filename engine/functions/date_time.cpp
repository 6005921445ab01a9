#include "engine/functions/date_time.h"

#include <optional>

#include "storage/collation.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

// A number of exactly `digits` digits between `least` and `most`; takes it off the text.
std::optional<int> take_number(std::string_view& text, std::size_t digits, int least, int most) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  if (number < least || number > most) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

// `Z`, `+01:00`, or nothing; false if something else stands there.
bool DateTime::parse_zone(std::string_view text) {
  skip_spaces(text);
  zone_minutes_ = 0;
  if (text.empty()) return true;
  const char c = text.front();
  text.remove_prefix(1);
  if (c == '+' || c == '-') {
    constexpr int kZoneHoursMax = 14;
    const auto hours = take_number(text, 2, 0, kZoneHoursMax);
    if (!hours || !take(text, ':')) return false;
    const auto minutes = take_number(text, 2, 0, 59);
    if (!minutes) return false;
    zone_minutes_ = (c == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  } else if (c != 'Z' && c != 'z') {
    return false;
  }
  skip_spaces(text);
  is_utc_ = true;
  return text.empty();
}

bool DateTime::parse_time(std::string_view text) {
  const auto hours = take_number(text, 2, 0, 24);
  if (!hours || !take(text, ':')) return false;
  const auto minutes = take_number(text, 2, 0, 59);
  if (!minutes) return false;
  int seconds = 0;
  double fraction = 0.0;
  if (take(text, ':')) {
    const auto whole = take_number(text, 2, 0, 59);
    if (!whole) return false;
    seconds = *whole;
    if (text.size() >= 2 && text[0] == '.' && is_digit(text[1])) {
      double scale = 1.0;
      text.remove_prefix(1);
      for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        fraction = fraction * 10.0 + (text.front() - '0');
        scale *= 10.0;
      }
      fraction /= scale;
    }
  }
  has_julian_ = false;
  is_number_ = false;
  has_time_ = true;
  hour_ = *hours;
  minute_ = *minutes;
  second_ = seconds + fraction;
  if (!parse_zone(text)) return false;
  has_zone_ = zone_minutes_ != 0;
  return true;
}

bool DateTime::parse_date(std::string_view text) {
  const bool negative = take(text, '-');
  constexpr int kYearMax = 14712;  // four digits never reach it
  const auto year = take_number(text, 4, 0, kYearMax);
  if (!year || !take(text, '-')) return false;
  const auto month = take_number(text, 2, 1, 12);
  if (!month || !take(text, '-')) return false;
  const auto day = take_number(text, 2, 1, 31);
  if (!day) return false;
  while (!text.empty() && (is_space(text.front()) || text.front() == 'T')) text.remove_prefix(1);
  if (!parse_time(text)) {
    if (!text.empty()) return false;
    has_time_ = false;
  }
  has_julian_ = false;
  has_date_ = true;
  year_ = negative ? -*year : *year;
  month_ = *month;
  day_ = *day;
  if (has_zone_) to_julian();
  return true;
}

bool DateTime::parse(std::string_view text, CallContext& call) {
  if (parse_date(text)) return true;
  if (parse_time(text)) return true;
  if (storage::equals_ignoring_case(text, "now")) return set_now(call);
  const storage::Value number = storage::number_of_whole_text(text);
  if (number.is_null()) return false;
  set_number(storage::cast_text_to_real(text));
  return true;
}

void DateTime::set_number(double number) {
  constexpr double kJulianDayEnd = 5373484.5;
  second_ = number;
  is_number_ = true;
  if (number >= 0.0 && number < kJulianDayEnd) {
    julian_ = static_cast<std::int64_t>(number * static_cast<double>(kDay) + 0.5);
    has_julian_ = true;
  }
}

bool DateTime::may_use_clock(CallContext& call) {
  const std::string_view place = call.run.clock_forbidden_in();
  if (place.empty()) return true;
  call.run.fail(ErrorCode::kError, "non-deterministic use of " + std::string(call.name) + "() in " + std::string(place));
  return false;
}

bool DateTime::set_now(CallContext& call) {
  if (!may_use_clock(call)) return false;
  julian_ = call.run.now();
  has_julian_ = true;
  return true;
}

void DateTime::to_julian() {
  if (has_julian_) return;
  int year = has_date_ ? year_ : 2000;
  int month = has_date_ ? month_ : 1;
  const int day = has_date_ ? day_ : 1;
  if (year < -4713 || year > 9999 || is_number_) {
    become_error();
    return;
  }
  if (month <= 2) {
    --year;
    month += 12;
  }
  const int century = year / 100;
  const int leap_correction = 2 - century + century / 4;
  const int days_of_years = 36525 * (year + 4716) / 100;
  const int days_of_months = 306001 * (month + 1) / 10000;
  julian_ = static_cast<std::int64_t>((days_of_years + days_of_months + day + leap_correction - 1524.5) *
                                      static_cast<double>(kDay));
  has_julian_ = true;
  if (!has_time_) return;
  julian_ += hour_ * std::int64_t{3'600'000} + minute_ * std::int64_t{60'000} +
             static_cast<std::int64_t>(second_ * 1000 + 0.5);
  if (has_zone_) {
    julian_ -= zone_minutes_ * std::int64_t{60'000};
    forget_fields();
  }
}

void DateTime::to_date() {
  if (has_date_) return;
  if (!has_julian_) {
    year_ = 2000;
    month_ = day_ = 1;
  } else if (julian_ < 0 || julian_ > kJulianMax) {
    become_error();
    return;
  } else {
    const int z = static_cast<int>((julian_ + kDay / 2) / kDay);
    const int alpha = static_cast<int>((z - 1867216.25) / 36524.25);
    const int b = z + 1 + alpha - alpha / 4 + 1524;
    const int c = static_cast<int>((b - 122.1) / 365.25);
    const int d = 36525 * (c & 32767) / 100;
    const int e = static_cast<int>((b - d) / 30.6001);
    day_ = b - d - static_cast<int>(30.6001 * e);
    month_ = e < 14 ? e - 1 : e - 13;
    year_ = month_ > 2 ? c - 4716 : c - 4715;
  }
  has_date_ = true;
}

void DateTime::to_time() {
  if (has_time_) return;
  to_julian();
  // The double steps are SQLite's: they decide how 59.9996 s prints.
  int seconds = static_cast<int>((julian_ + kDay / 2) % kDay);
  second_ = seconds / 1000.0;
  seconds = static_cast<int>(second_);
  second_ -= seconds;
  hour_ = seconds / 3600;
  seconds -= hour_ * 3600;
  minute_ = seconds / 60;
  second_ += seconds - minute_ * 60;
  is_number_ = false;
  has_time_ = true;
}

void DateTime::to_fields() {
  to_date();
  to_time();
}

bool DateTime::settle() {
  to_julian();
  return !is_error_ && julian_ >= 0 && julian_ <= kJulianMax;
}

int DateTime::day_of_year() const {
  DateTime first = *this;
  first.has_julian_ = false;
  first.month_ = 1;
  first.day_ = 1;
  first.to_julian();
  return static_cast<int>((julian_ - first.julian_ + kDay / 2) / kDay);
}

}  // namespace leftmost::engine
