// date, time, datetime, julianday, unixepoch, strftime and CURRENT_DATE and its relatives.
#include <optional>
#include <string>

#include "engine/functions/date_time.h"
#include "engine/functions/format.h"
#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::Value;
using Arguments = std::span<const Value>;

// The instant that the arguments describe: a time value and its modifiers; 'now' without any. Nothing when one of them
// is NULL or makes no sense.
std::optional<DateTime> instant_of(CallContext& call, Arguments a) {
  DateTime instant;
  if (a.empty()) {
    if (!instant.set_now(call)) return std::nullopt;
  } else if (a[0].is_number()) {
    instant.set_number(real_value(a[0]));
  } else if (a[0].is_null() || !instant.parse(until_nul(a[0].as_bytes()), call)) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < a.size(); ++i) {
    const std::string_view modifier = until_nul(text_value(a[i], call.run.results()));
    if (a[i].is_null() || !instant.apply_modifier(modifier, i, call)) return std::nullopt;
  }
  if (!instant.settle()) return std::nullopt;
  return instant;
}

// At least `width` digits with leading zeros, the sign in front of them and counted.
void append_number(std::int64_t number, std::size_t width, std::string& out) {
  std::string digits = storage::integer_to_text(number < 0 ? -number : number);
  if (number < 0) --width;
  if (number < 0) out += '-';
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_date(const DateTime& instant, std::string& out) {
  if (instant.year() < 0) out += '-';
  append_number(instant.year() < 0 ? -instant.year() : instant.year(), 4, out);
  out += '-';
  append_number(instant.month(), 2, out);
  out += '-';
  append_number(instant.day(), 2, out);
}

void append_time(const DateTime& instant, std::string& out) {
  append_number(instant.hour(), 2, out);
  out += ':';
  append_number(instant.minute(), 2, out);
  out += ':';
  append_number(static_cast<int>(instant.second()), 2, out);
}

enum Parts : int { kDate = 1, kTime = 2 };

template <int kParts>
Value date_time_function(CallContext& call, Arguments a) {
  std::optional<DateTime> instant = instant_of(call, a);
  if (!instant) return Value::null();
  instant->to_fields();
  std::string text;
  if (kParts & kDate) append_date(*instant, text);
  if (kParts == (kDate | kTime)) text += ' ';
  if (kParts & kTime) append_time(*instant, text);
  return call.run.make_text(text);
}

Value julianday_function(CallContext& call, Arguments a) {
  const std::optional<DateTime> instant = instant_of(call, a);
  return instant ? Value::real(instant->julian_day()) : Value::null();
}

Value unixepoch_function(CallContext& call, Arguments a) {
  const std::optional<DateTime> instant = instant_of(call, a);
  return instant ? Value::integer(instant->unix_seconds()) : Value::null();
}

// One %-letter of strftime; false for a letter that it does not know.
bool append_field(char letter, const DateTime& instant, std::string& out) {
  switch (letter) {
    case 'd': append_number(instant.day(), 2, out); return true;
    case 'H': append_number(instant.hour(), 2, out); return true;
    case 'm': append_number(instant.month(), 2, out); return true;
    case 'M': append_number(instant.minute(), 2, out); return true;
    case 'S': append_number(static_cast<int>(instant.second()), 2, out); return true;
    case 'Y': append_number(instant.year(), 4, out); return true;
    case 'j': append_number(instant.day_of_year() + 1, 3, out); return true;
    case 's': append_number(instant.unix_seconds(), 1, out); return true;
    case 'w': append_number(instant.weekday(), 1, out); return true;
    case 'W': {
      const int days_since_monday = (instant.weekday() + 6) % 7;
      append_number((instant.day_of_year() + 7 - days_since_monday) / 7, 2, out);
      return true;
    }
    case 'f': {
      RealFormat format;
      format.conversion = 'f';
      format.precision = 3;
      format.zero_pad_width = 6;
      out += format_real(instant.second() > 59.999 ? 59.999 : instant.second(), format);
      return true;
    }
    case 'J': {
      RealFormat format;
      format.precision = 16;
      out += format_real(instant.julian_day(), format);
      return true;
    }
    case '%': out += '%'; return true;
    default: return false;
  }
}

Value strftime_function(CallContext& call, Arguments a) {
  if (a.empty() || a[0].is_null()) return Value::null();
  const std::string_view pattern = until_nul(text_value(a[0], call.run.results()));
  std::optional<DateTime> instant = instant_of(call, a.subspan(1));
  if (!instant) return Value::null();
  instant->to_fields();
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%') {
      text += pattern[at];
    } else if (++at == pattern.size() || !append_field(pattern[at], *instant, text)) {
      return Value::null();
    }
    if (text.size() > storage::kValueBytesMax) return call.run.fail(ErrorCode::kTooBig, "string or blob too big");
  }
  return call.run.make_text(text);
}

Value current_date(CallContext& call, Arguments) { return date_time_function<kDate>(call, {}); }
Value current_time(CallContext& call, Arguments) { return date_time_function<kTime>(call, {}); }
Value current_timestamp(CallContext& call, Arguments) { return date_time_function<kDate | kTime>(call, {}); }

}  // namespace

void add_date_time_functions(FunctionTable& table) {
  constexpr int kAny = kFunctionArgumentsMax;
  table.scalar("date", 0, kAny, date_time_function<kDate>);
  table.scalar("time", 0, kAny, date_time_function<kTime>);
  table.scalar("datetime", 0, kAny, date_time_function<kDate | kTime>);
  table.scalar("julianday", 0, kAny, julianday_function);
  table.scalar("unixepoch", 0, kAny, unixepoch_function);
  table.scalar("strftime", 0, kAny, strftime_function);
  table.scalar("current_date", 0, 0, current_date).prohibited_in_schema = true;
  table.scalar("current_time", 0, 0, current_time).prohibited_in_schema = true;
  table.scalar("current_timestamp", 0, 0, current_timestamp).prohibited_in_schema = true;
}

}  // namespace leftmost::engine
