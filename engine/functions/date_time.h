// engine/functions/date_time.h - one instant while SQLite's date functions work on it
// (https://www.sqlite.org/lang_datefunc.html).
//
//   "2024-02-30 12:00+01:00"  --parse-->  year, month, day, hour, minute, second  <--to_fields/to_julian-->  julian
//                                                    modifiers change either side, one after the other
//
// An instant is known as a julian day (in milliseconds), as calendar fields, or as both; each is worked out from the
// other when needed. Fields are deliberately not normalised: February 30 stays so until the julian day is asked for.
// The calendar is the Gregorian one for all times, by the algorithm of Meeus, "Astronomical Algorithms", 2nd edition.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/functions/function.h"

namespace leftmost::engine {

class DateTime {
 public:
  /// The text of a time value: a date, a time, both, `now`, or a number (a julian day, or what a modifier makes of
  /// it). False for anything else.
  bool parse(std::string_view text, CallContext& call);
  /// HH:MM, HH:MM:SS, HH:MM:SS.SSS, with or without a time zone.
  bool parse_time(std::string_view text);
  void set_number(double number);
  /// False after failing where the clock is forbidden (StatementRun::forbid_clock()).
  bool set_now(CallContext& call);

  /// One modifier (`+1 day`, `start of month`, `localtime` ...), number `index` from 1. False if it is none or does
  /// not apply.
  bool apply_modifier(std::string_view modifier, std::size_t index, CallContext& call);

  /// Works out the julian day; false when there is none between -4713-11-24 and 9999-12-31.
  bool settle();

  // Requires for all: settle() was true.
  std::int64_t julian_milliseconds() const { return julian_; }
  std::int64_t unix_seconds() const { return julian_ / 1000 - kUnixEpochSeconds; }
  double julian_day() const { return static_cast<double>(julian_) / static_cast<double>(kDay); }
  int weekday() const { return static_cast<int>((julian_ + kDay + kDay / 2) / kDay % 7); }  ///< Sunday is 0
  /// Days since January 1 of the same year.
  int day_of_year() const;

  /// Works out the fields.
  void to_fields();
  // Requires for all: to_fields() was called.
  int year() const { return year_; }
  int month() const { return month_; }
  int day() const { return day_; }
  int hour() const { return hour_; }
  int minute() const { return minute_; }
  double second() const { return second_; }

  static constexpr std::int64_t kDay = 86'400'000;
  /// 1970-01-01 in seconds after julian day 0.
  static constexpr std::int64_t kUnixEpochSeconds = 210'866'760'000;
  /// 9999-12-31 23:59:59.999.
  static constexpr std::int64_t kJulianMax = 464'269'060'799'999;

 private:
  bool parse_date(std::string_view text);
  bool parse_zone(std::string_view text);
  void to_julian();
  void to_date();
  void to_time();
  void forget_fields() { has_date_ = has_time_ = has_zone_ = false; }
  void become_error() {
    *this = DateTime();
    is_error_ = true;
  }
  void set_unix_seconds(double milliseconds);
  void add_milliseconds(std::int64_t milliseconds);
  bool add(std::string_view modifier);
  bool add_time(std::string_view modifier);
  bool add_units(double count, std::string_view unit);
  bool start_of(std::string_view unit);
  bool advance_to_weekday(std::string_view number);
  void to_local(CallContext& call);
  void to_utc(CallContext& call);
  static bool may_use_clock(CallContext& call);

  std::int64_t julian_ = 0;
  int year_ = 0, month_ = 0, day_ = 0;
  int hour_ = 0, minute_ = 0;
  int zone_minutes_ = 0;
  double second_ = 0.0;  ///< or, with is_number_, the number as it was given
  bool has_julian_ = false;
  bool has_date_ = false;
  bool has_time_ = false;
  bool has_zone_ = false;
  bool is_number_ = false;
  bool is_utc_ = false;  ///< a time zone was stated: it is no local time
  bool is_error_ = false;
};

}  // namespace leftmost::engine
