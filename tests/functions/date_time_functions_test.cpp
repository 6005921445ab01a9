// The date functions on random time values and modifiers against the SQLite library, in a zone with summer time.
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/functions/sqlite_reference.h"

namespace leftmost::engine {
namespace {

using storage::Value;

std::string two_digits(std::size_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string random_time_value(ValuePool& pool) {
  static const char* const kOdd[] = {"now ", "2024-13-01", "2024-1-1", "24:00", "25:00", "12:60", "2024-02-30", "-4713-11-24 12:00",
                                     "9999-12-31 23:59:59.999", "0000-01-01", "2024-01-01T10:20:30Z", "2024-01-01 10:20 +14:00",
                                     "2024-01-01 10:20-15:00", "12:34:56.789123456", "2024-06-15 23:59:59.9996", "", "2024-01-01 ",
                                     "2024-01-01x", "10:20z", "-0001-02-03", "1e3", "2451545", "1700000000", "-1", " 5"};
  if (pool.one_in(3)) return kOdd[pool.below(std::size(kOdd))];
  std::string text = std::to_string(1960 + pool.below(90)) + "-" + two_digits(1 + pool.below(12)) + "-" +
                     two_digits(1 + pool.below(31));
  if (pool.one_in(10)) text = "0" + std::to_string(100 + pool.below(900)) + text.substr(4);
  if (pool.one_in(3)) return text;
  text += (pool.one_in(2) ? " " : "T") + two_digits(pool.below(24)) + ":" + two_digits(pool.below(60));
  if (pool.one_in(2)) text += ":" + two_digits(pool.below(60));
  if (text.size() > 17 && pool.one_in(2)) text += "." + std::to_string(pool.below(100000));
  if (pool.one_in(6)) text += pool.one_in(2) ? "+01:30" : "-05:00";
  return text;
}

std::string random_modifier(ValuePool& pool) {
  static const char* const kFixed[] = {"start of month", "start of year", "start of day", "START OF DAY", "start of hour", "weekday 0",
                                       "weekday 3", "weekday 6", "weekday 7", "weekday 2.5", "unixepoch", "julianday", "auto",
                                       "localtime", "localtime ", "+1", "bogus", "", "+10:30", "-00:00:30.5", "12:00",
                                       "-25:00", "+1e2 days", "+ 1 day", "1 day", "5  hours", "+1 dayss", "+99999999 years",
                                       "-464269060799 seconds", "weekday x", "subsec", "ceiling"};
  if (pool.one_in(2)) return kFixed[pool.below(std::size(kFixed))];
  static const char* const kUnits[] = {"second", "seconds", "minute", "hours", "day", "days", "DAYS", "month", "months", "year", "years"};
  std::string text = pool.one_in(2) ? "+" : "-";
  text += std::to_string(pool.below(pool.one_in(3) ? 5000 : 40));
  if (pool.one_in(3)) text += "." + std::to_string(pool.below(1000));
  return text + " " + kUnits[pool.below(std::size(kUnits))];
}

}  // namespace

TEST_CASE("date functions answer as the SQLite library does", "[functions][random]") {
  // Central European time, spelled out so that no zone files are needed.
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ValuePool pool(random_seed() + 3);
  Agreement agreement;
  static const char* const kNames[] = {"date", "time", "datetime", "julianday", "unixepoch", "strftime"};
  static const char* const kFormats[] = {"%Y-%m-%d %H:%M:%S", "%f|%S", "%j %W %w", "%J", "%s", "%%", "%q", "x%", "", "%Y%Y%d text"};
  for (int i = random_calls(40000); i > 0; --i) {
    const std::string name = kNames[pool.below(std::size(kNames))];
    std::vector<Value> values;
    if (name == "strftime") values.push_back(Value::text(kFormats[pool.below(std::size(kFormats))]));
    if (pool.one_in(5)) {
      values.push_back(pool.one_in(2) ? Value::real(pool.real()) : Value::integer(pool.integer()));
    } else {
      values.push_back(Value::text(pool.keep(random_time_value(pool))));
    }
    // Of an instant outside of all valid dates 'utc' makes garbage in SQLite and NULL here: it is asked of valid ones.
    if (values.back().is_text() && values.back().as_bytes().substr(0, 2) == "20" && pool.one_in(6)) {
      values.push_back(Value::text("utc"));
    }
    for (std::size_t left = pool.below(4); left > 0; --left) {
      values.push_back(Value::text(pool.keep(random_modifier(pool))));
    }
    if (pool.one_in(50)) values.push_back(Value::null());
    ExprBuilder build;
    std::vector<planner::Expr*> arguments;
    std::string call = name + "(";
    std::string question = name;
    for (std::size_t n = 0; n < values.size(); ++n) {
      arguments.push_back(build.parameter(static_cast<int>(n) + 1));
      call += (n > 0 ? ",?" : "?") + std::to_string(n + 1);
      question += " " + describe(values[n]);
    }
    const auto function = registry.find(name, values.size());
    REQUIRE(function);
    agreement.compare(question, evaluate_and_describe(*build.call(**function, arguments), run, rows, values),
                      sqlite.ask("SELECT " + call + ")", values));
    pool.reset();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

TEST_CASE("'now' is the environment's instant, the same for a whole execution", "[functions]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  ExprBuilder build;
  const std::vector<Value> parameters{Value::text("now"), Value::text("%Y-%m-%d %H:%M:%f")};
  const auto call = [&](const char* name, const std::vector<planner::Expr*>& arguments) {
    const auto function = registry.find(name, arguments.size());
    REQUIRE(function);
    return evaluate_and_describe(*build.call(**function, arguments), run, rows, parameters);
  };
  CHECK(call("strftime", {build.parameter(2), build.parameter(1)}) == "text 2024-05-12 19:05:45.678");
  CHECK(call("date", {}) == "text 2024-05-12");
  CHECK(call("current_timestamp", {}) == "text 2024-05-12 19:05:45");
  CHECK(call("current_time", {}) == "text 19:05:45");

  run.forbid_clock("an index");
  CHECK(call("date", {build.parameter(1)}) == "error: non-deterministic use of date() in an index");
  CHECK(call("datetime", {}) == "error: non-deterministic use of datetime() in an index");
  run.forbid_clock({});
  CHECK(call("date", {build.parameter(1)}) == "text 2024-05-12");
}

}  // namespace leftmost::engine
