// The modifiers of the date functions: what changes an instant, one after the other from left to right.
#include <cmath>

#include "engine/functions/date_time.h"
#include "storage/collation.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::equals_ignoring_case;

bool starts_with(std::string_view text, std::string_view prefix) {
  return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Milliseconds of 1970-01-01 after julian day 0.
constexpr double kUnixEpochMilliseconds = 210866760000000.0;

struct Unit {
  std::string_view name;
  double limit;    ///< |count| must be below: so many units span all valid dates
  double seconds;  ///< for months and years: of their fraction
};
constexpr Unit kUnits[] = {
    {"second", 4.6427e+14, 1.0}, {"minute", 7.7379e+12, 60.0},     {"hour", 1.2897e+11, 3600.0},
    {"day", 5373485.0, 86400.0}, {"month", 176546.0, 2592000.0}, {"year", 14713.0, 31536000.0},
};

}  // namespace

bool DateTime::apply_modifier(std::string_view modifier, std::size_t index, CallContext& call) {
  if (modifier.empty()) return false;
  const char first = storage::to_lower_ascii(modifier.front());
  if (first == '+' || first == '-' || is_digit(first)) return add(modifier);
  if (starts_with(modifier, "weekday ")) return advance_to_weekday(modifier.substr(8));
  if (starts_with(modifier, "start of ")) return start_of(modifier.substr(9));
  if (equals_ignoring_case(modifier, "localtime")) {
    if (!may_use_clock(call)) return false;
    to_local(call);
    return true;
  }
  if (equals_ignoring_case(modifier, "utc")) {
    if (!may_use_clock(call)) return false;
    if (!is_utc_) to_utc(call);
    return true;
  }
  // What says how to read the number must come first.
  if (equals_ignoring_case(modifier, "julianday")) {
    if (index > 1 || !has_julian_ || !is_number_) return false;
    is_number_ = false;
    return true;
  }
  if (equals_ignoring_case(modifier, "unixepoch")) {
    if (!is_number_ || index > 1) return false;
    const double milliseconds = second_ * 1000.0 + kUnixEpochMilliseconds;
    if (milliseconds < 0.0 || milliseconds >= static_cast<double>(kJulianMax + 1)) return false;
    set_unix_seconds(milliseconds);
    return true;
  }
  if (equals_ignoring_case(modifier, "auto")) {
    if (index > 1) return false;
    if (!is_number_ || has_julian_) {
      is_number_ = false;
      return true;
    }
    constexpr double kFirstSecond = -210866760000.0;  // -4713-11-24 12:00:00
    constexpr double kLastSecond = 253402300799.0;    // 9999-12-31 23:59:59
    if (second_ < kFirstSecond || second_ > kLastSecond) return false;
    set_unix_seconds(second_ * 1000.0 + kUnixEpochMilliseconds);
    return true;
  }
  return false;
}

void DateTime::set_unix_seconds(double milliseconds) {
  forget_fields();
  julian_ = static_cast<std::int64_t>(milliseconds + 0.5);
  has_julian_ = true;
  is_number_ = false;
}

// Far beyond all valid dates there is only the error.
void DateTime::add_milliseconds(std::int64_t milliseconds) {
  if (__builtin_add_overflow(julian_, milliseconds, &julian_) || julian_ > INT64_MAX / 2 || julian_ < INT64_MIN / 2) {
    become_error();
  }
}

// NNN units, or HH:MM:SS.SSS, with or without a sign.
bool DateTime::add(std::string_view modifier) {
  std::size_t end = 1;
  while (end < modifier.size() && modifier[end] != ':' && !is_space(modifier[end])) ++end;
  const std::string_view number = modifier.substr(0, end);
  if (storage::number_of_whole_text(number).is_null()) return false;
  if (end < modifier.size() && modifier[end] == ':') return add_time(modifier);
  std::string_view unit = modifier.substr(end);
  while (!unit.empty() && is_space(unit.front())) unit.remove_prefix(1);
  if (unit.size() > 10 || unit.size() < 3) return false;
  if (storage::to_lower_ascii(unit.back()) == 's') unit.remove_suffix(1);
  to_julian();
  const bool added = add_units(storage::cast_text_to_real(number), unit);
  forget_fields();
  return added;
}

bool DateTime::add_time(std::string_view modifier) {
  DateTime time;
  if (!time.parse_time(is_digit(modifier.front()) ? modifier : modifier.substr(1))) return false;
  time.to_julian();
  const std::int64_t since_midnight = (time.julian_ - kDay / 2) % kDay;
  to_julian();
  forget_fields();
  add_milliseconds(modifier.front() == '-' ? -since_midnight : since_midnight);
  return true;
}

bool DateTime::add_units(double count, std::string_view unit_name) {
  for (const Unit& unit : kUnits) {
    if (!equals_ignoring_case(unit.name, unit_name) || !(count > -unit.limit) || !(count < unit.limit)) continue;
    const double half = count < 0 ? -0.5 : 0.5;
    if (unit.name == "month") {
      to_fields();
      month_ += static_cast<int>(count);
      const int years = month_ > 0 ? (month_ - 1) / 12 : (month_ - 12) / 12;
      year_ += years;
      month_ -= years * 12;
      has_julian_ = false;
      count -= static_cast<int>(count);
    } else if (unit.name == "year") {
      to_fields();
      year_ += static_cast<int>(count);
      has_julian_ = false;
      count -= static_cast<int>(count);
    }
    to_julian();
    add_milliseconds(static_cast<std::int64_t>(count * 1000.0 * unit.seconds + half));
    return true;
  }
  return false;
}

bool DateTime::start_of(std::string_view unit) {
  if (!has_julian_ && !has_date_ && !has_time_) return false;
  to_date();
  has_time_ = true;
  hour_ = minute_ = 0;
  second_ = 0.0;
  is_number_ = false;
  has_zone_ = false;
  has_julian_ = false;
  if (equals_ignoring_case(unit, "day")) return true;
  if (equals_ignoring_case(unit, "month")) {
    day_ = 1;
    return true;
  }
  if (equals_ignoring_case(unit, "year")) {
    month_ = day_ = 1;
    return true;
  }
  return false;
}

// Forward to the next such day; stays where it is on that day. Sunday is 0.
bool DateTime::advance_to_weekday(std::string_view number) {
  if (storage::number_of_whole_text(number).is_null()) return false;
  const double wanted = storage::cast_text_to_real(number);
  if (!(wanted >= 0.0) || wanted >= 7.0 || std::trunc(wanted) != wanted) return false;
  to_fields();
  has_zone_ = false;
  has_julian_ = false;
  to_julian();
  std::int64_t today = (julian_ + kDay + kDay / 2) / kDay % 7;
  const auto target = static_cast<std::int64_t>(wanted);
  if (today > target) today -= 7;
  add_milliseconds((target - today) * kDay);
  forget_fields();
  return true;
}

// Time zones are known for 1970 to 2037; another year borrows the rules of a year that has as many days.
void DateTime::to_local(CallContext& call) {
  constexpr std::int64_t kFirst = 210'866'760'000'000;  // 1970-01-01
  constexpr std::int64_t kLast = 213'014'145'600'000;   // 2038-01-18
  to_julian();
  std::int64_t instant = julian_;
  int years_moved = 0;
  if (julian_ < kFirst || julian_ > kLast) {
    DateTime moved = *this;
    moved.to_fields();
    years_moved = 2000 + moved.year_ % 4 - moved.year_;
    moved.year_ += years_moved;
    moved.has_julian_ = false;
    moved.to_julian();
    instant = moved.julian_;
  }
  DateTime local;
  local.julian_ = instant / 1000 * 1000;
  local.julian_ += call.run.environment().local_offset_milliseconds(local.julian_);
  local.has_julian_ = true;
  local.to_fields();
  year_ = local.year_ - years_moved;
  month_ = local.month_;
  day_ = local.day_;
  hour_ = local.hour_;
  minute_ = local.minute_;
  second_ = static_cast<int>(local.second_ + 0.5) + static_cast<double>(julian_ % 1000) * 0.001;
  has_date_ = has_time_ = true;
  has_julian_ = is_number_ = has_zone_ = is_error_ = false;
}

// Guesses the instant whose local time this is, and corrects the guess by what to_local() makes of it.
void DateTime::to_utc(CallContext& call) {
  constexpr int kGuessesMax = 4;
  to_julian();
  const std::int64_t wanted = julian_;
  std::int64_t guess = wanted;
  for (int tries = 0; tries < kGuessesMax; ++tries) {
    DateTime local;
    local.julian_ = guess;
    local.has_julian_ = true;
    local.to_local(call);
    local.to_julian();
    const std::int64_t off = local.julian_ - wanted;
    if (off == 0 || tries + 1 == kGuessesMax) break;
    guess -= off;
  }
  *this = DateTime();
  julian_ = guess;
  has_julian_ = true;
  is_utc_ = true;
}

}  // namespace leftmost::engine
