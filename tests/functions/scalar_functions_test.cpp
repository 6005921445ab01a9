// Every scalar function on random arguments against the SQLite library: value, storage class and error text.
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/functions/sqlite_reference.h"

namespace leftmost::engine {
namespace {

using storage::Value;

struct Subject {
  const char* name;
  int arguments_min;
  int arguments_max;
};

// What depends on the clock, on randomness or on a connection has tests of its own.
constexpr Subject kSubjects[] = {
    {"abs", 1, 1}, {"acos", 1, 1}, {"acosh", 1, 1}, {"asin", 1, 1}, {"asinh", 1, 1}, {"atan", 1, 1}, {"atan2", 2, 2},
    {"atanh", 1, 1}, {"ceil", 1, 1}, {"ceiling", 1, 1}, {"char", 0, 5}, {"coalesce", 2, 4}, {"cos", 1, 1}, {"cosh", 1, 1},
    {"degrees", 1, 1}, {"exp", 1, 1}, {"floor", 1, 1}, {"glob", 2, 2}, {"hex", 1, 1}, {"ifnull", 2, 2}, {"iif", 3, 3},
    {"instr", 2, 2}, {"length", 1, 1}, {"like", 2, 3}, {"ln", 1, 1}, {"log", 1, 2}, {"log10", 1, 1}, {"log2", 1, 1},
    {"lower", 1, 1}, {"ltrim", 1, 2}, {"max", 2, 4}, {"min", 2, 4}, {"mod", 2, 2}, {"nullif", 2, 2}, {"pi", 0, 0},
    {"pow", 2, 2}, {"power", 2, 2}, {"quote", 1, 1}, {"radians", 1, 1}, {"replace", 3, 3}, {"round", 1, 2}, {"rtrim", 1, 2},
    {"sign", 1, 1}, {"sin", 1, 1}, {"sinh", 1, 1}, {"soundex", 1, 1}, {"sqrt", 1, 1}, {"substr", 2, 3}, {"substring", 2, 3},
    {"subtype", 1, 1}, {"tan", 1, 1}, {"tanh", 1, 1}, {"trim", 1, 2}, {"trunc", 1, 1}, {"typeof", 1, 1}, {"unicode", 1, 1},
    {"upper", 1, 1}, {"sqlite_version", 0, 0}, {"sqlite_source_id", 0, 0}, {"sqlite_compileoption_used", 1, 1},
    {"sqlite_compileoption_get", 1, 1}, {"date", 1, 2}, {"julianday", 1, 2}, {"unixepoch", 1, 2}, {"format", 0, 3},
};

}  // namespace

TEST_CASE("scalar functions answer as the SQLite library does", "[functions][random]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ValuePool pool(random_seed());
  Agreement agreement;
  for (int i = random_calls(40000); i > 0; --i) {
    const Subject& subject = kSubjects[pool.below(std::size(kSubjects))];
    const std::size_t count = static_cast<std::size_t>(subject.arguments_min) +
                              pool.below(static_cast<std::size_t>(subject.arguments_max - subject.arguments_min) + 1);
    ExprBuilder build;
    std::vector<planner::Expr*> arguments;
    std::vector<Value> values;
    std::string call = std::string(subject.name) + "(";
    std::string question = call;
    for (std::size_t n = 0; n < count; ++n) {
      values.push_back(pool.one_in(3) ? pool.small_integer() : pool.any());
      arguments.push_back(build.parameter(static_cast<int>(n) + 1));
      call += (n > 0 ? ",?" : "?") + std::to_string(n + 1);
      question += (n > 0 ? ", " : "") + describe(values.back());
    }
    const auto function = registry.find(subject.name, count);
    REQUIRE(function);
    const planner::Expr* expr = build.call(**function, arguments);
    agreement.compare(question + ")", evaluate_and_describe(*expr, run, rows, values),
                      sqlite.ask("SELECT " + call + ")", values));
    pool.reset();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

TEST_CASE("format() answers as the SQLite library does", "[functions][random]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ValuePool pool(random_seed() + 1);
  Agreement agreement;
  const auto function = registry.find("format", 3);
  REQUIRE(function);
  for (int i = random_calls(40000); i > 0; --i) {
    std::string pattern;
    for (std::size_t left = 1 + pool.below(2); left > 0; --left) {
      if (pool.one_in(4)) pattern += pool.word();
      pattern += '%';
      for (std::size_t flags = pool.below(4); flags > 0; --flags) pattern += "-+ #!0,"[pool.below(7)];
      if (pool.one_in(3)) pattern += pool.one_in(6) ? "*" : std::to_string(pool.below(40));
      if (pool.one_in(3)) pattern += pool.one_in(6) ? ".*" : "." + std::to_string(pool.below(30));
      if (pool.one_in(9)) pattern += "l";
      pattern += "dduxXofeEgGsqQwcpri%ngfsz?T"[pool.below(27)];
    }
    std::vector<Value> values{Value::text(pool.keep(pattern))};
    // Widths and precisions are taken from arguments: small numbers, so that nothing is a gigabyte.
    for (int n = 0; n < 2; ++n) {
      values.push_back(pattern.find('*') != std::string::npos ? pool.small_integer() : pool.any());
    }
    ExprBuilder build;
    const planner::Expr* expr = build.call(**function, {build.parameter(1), build.parameter(2), build.parameter(3)});
    agreement.compare("format(" + describe(values[0]) + ", " + describe(values[1]) + ", " + describe(values[2]) + ")",
                      evaluate_and_describe(*expr, run, rows, values), sqlite.ask("SELECT format(?1,?2,?3)", values));
    pool.reset();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

TEST_CASE("LIKE and GLOB match as the SQLite library does", "[functions][random]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ValuePool pool(random_seed() + 2);
  Agreement agreement;
  const auto random_text = [&pool](const std::vector<std::string>& pieces, std::size_t length_max) {
    std::string text;
    for (std::size_t left = pool.below(length_max + 1); left > 0; --left) text += pieces[pool.below(pieces.size())];
    return text;
  };
  const std::vector<std::string> text_pieces{"a", "b", "A", "c", "]", "-", "^", "%", "_", "\\", "\xc3\xa4", "\x80", "\xff"};
  const std::vector<std::string> like_pieces{"a", "b", "A", "%", "%", "_", "\\", "\xc3\xa4", "\x80", "\xff"};
  const std::vector<std::string> glob_pieces{"a", "b", "A", "*", "*", "?", "[", "]", "^", "-", "c", "[a-c]", "[^b]", "\xc3\xa4", "\x80"};
  for (int i = random_calls(40000); i > 0; --i) {
    const bool is_glob = pool.one_in(2);
    const bool has_escape = !is_glob && pool.one_in(2);
    std::vector<Value> values{Value::text(pool.keep(random_text(is_glob ? glob_pieces : like_pieces, 8))),
                              Value::text(pool.keep(random_text(text_pieces, 10)))};
    if (has_escape) values.push_back(Value::text(pool.keep(std::string(pool.one_in(4) ? "%" : pool.one_in(4) ? "_" : "\\"))));
    const std::string name = is_glob ? "glob" : "like";
    const auto function = registry.find(name, values.size());
    REQUIRE(function);
    ExprBuilder build;
    std::vector<planner::Expr*> arguments{build.parameter(1), build.parameter(2)};
    if (has_escape) arguments.push_back(build.parameter(3));
    std::string question = name;
    for (const Value value : values) question += " " + describe(value);
    agreement.compare(question, evaluate_and_describe(*build.call(**function, arguments), run, rows, values),
                      sqlite.ask("SELECT " + name + (has_escape ? "(?1,?2,?3)" : "(?1,?2)"), values));
    pool.reset();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

}  // namespace leftmost::engine
