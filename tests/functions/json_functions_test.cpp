// The JSON functions on random documents, paths and nested calls against the SQLite library.
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/functions/sqlite_reference.h"

namespace leftmost::engine {
namespace {

using storage::Value;

/// Documents, right and slightly wrong, and paths that often lead somewhere in them.
class RandomJson {
 public:
  explicit RandomJson(ValuePool& pool) : pool_(pool) {}

  std::string document() {
    std::string text = value(3);
    if (pool_.one_in(6) && !text.empty()) mutate(text);
    return text;
  }

  std::string path() {
    if (pool_.one_in(12))
      return one_of(
          {"", "$", "a", ".a", "[0]", "$.", "$[", "$a", "0", "-1", "$.\"a", "x'y", "$..a", "$[#]", "#"});
    std::string path = pool_.one_in(8) ? "" : "$";
    for (std::size_t left = pool_.below(4); left > 0; --left) {
      path += one_of({".a",   ".a",           ".b",    ".c",    ".\"a\"", ".\"a b\"", "[0]",  "[1]",
                      "[2]",  "[#]",          "[#-1]", "[#-2]", "[0]",    ".\\u0061", ".x",   "[",
                      "[00]", "[4294967297]", "[#-",   "[-1]",  ".\"\"",  ".a\"b",    "[1x]", ".\xc3\xa4"});
    }
    return path;
  }

 private:
  std::string one_of(std::initializer_list<const char*> choices) {
    return choices.begin()[pool_.below(choices.size())];
  }

  std::string space() { return pool_.one_in(6) ? one_of({" ", "  ", "\n", "\t", "\r", "\f", "\v"}) : ""; }

  std::string scalar() {
    switch (pool_.below(4)) {
      case 0:
        return one_of({"0",
                       "1",
                       "-1",
                       "12",
                       "1.50",
                       "-0.0",
                       "1e5",
                       "1.25E-3",
                       "9223372036854775807",
                       "9223372036854775808",
                       "-9223372036854775808",
                       "-9223372036854775809",
                       "123456789012345678901234567890",
                       "1e400",
                       "01",
                       "1.",
                       ".5",
                       "-",
                       "+1",
                       "1e",
                       "1e+",
                       "0x10",
                       "-01",
                       "00",
                       "1.5.5",
                       "-.5",
                       "2e5e5"});
      case 1:
        return one_of({"null", "true", "false", "null", "true", "nul", "True", "nullx", "NaN"});
      default:
        return text();
    }
  }

  std::string text() {
    std::string text = "\"";
    for (std::size_t left = pool_.below(5); left > 0; --left) {
      text += one_of({"a",
                      "b",
                      "\\n",
                      "\\\"",
                      "\\\\",
                      "\\/",
                      "\\u0041",
                      "\\u00e4",
                      "\\ud83d\\ude00",
                      "\\ud83d",
                      "\\udc00x",
                      "\\u0000",
                      "\xc3\xa4",
                      "'",
                      ",",
                      "]",
                      "}",
                      ":",
                      " ",
                      "\\b\\f\\r\\t",
                      "\\x",
                      "\\u12",
                      "\x01",
                      "\xff"});
      if (pool_.one_in(3)) break;
    }
    return text + "\"";
  }

  std::string label() {
    return pool_.one_in(4) ? text()
                           : one_of({"\"a\"", "\"a\"", "\"b\"", "\"c\"", "\"a b\"", "\"\\u0061\"", "\"\"",
                                     "\"\xc3\xa4\"", "a", "1"});
  }

  std::string value(int depth) {
    if (depth == 0 || pool_.one_in(4)) return space() + scalar() + space();
    const bool is_object = !pool_.one_in(3);
    std::string text = space() + (is_object ? "{" : "[");
    const std::size_t size = pool_.below(4);
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) text += ",";
      if (is_object) text += space() + label() + space() + ":";
      text += value(depth - 1);
    }
    return text + space() + (is_object ? "}" : "]") + space();
  }

  void mutate(std::string& text) {
    const std::size_t at = pool_.below(text.size());
    switch (pool_.below(4)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text[at] = "{}[],:\"\\0a \0"[pool_.below(12)];
        break;
      case 2:
        text.insert(at, 1, "{}[],:\"\\0a \0"[pool_.below(12)]);
        break;
      default:
        text.resize(at);
        break;
    }
  }

  ValuePool& pool_;
};

/// A call with its arguments, some of them calls: as text and bound.
class RandomCall {
 public:
  RandomCall(ValuePool& pool, ExprBuilder& build, const FunctionRegistry& registry)
      : pool_(pool), json_(pool), build_(build), registry_(registry) {}

  struct Pair {
    std::string sql;
    planner::Expr* expr;
  };

  Pair call(int depth) {
    switch (pool_.below(15)) {
      case 0:
        return made("json", {document(depth)});
      case 1:
        return made("json_valid", {document(depth)});
      case 2:
        return made("json_quote", {any(depth)});
      case 3:
        return made("json_type",
                    pool_.one_in(2) ? std::vector{document(depth)} : std::vector{document(depth), path()});
      case 4:
        return made("json_array_length",
                    pool_.one_in(2) ? std::vector{document(depth)} : std::vector{document(depth), path()});
      case 5:
        return made("json_array", several(depth, pool_.below(4), false, false));
      case 6:
        return made("json_object",
                    several(depth, 2 * pool_.below(3) + (pool_.one_in(20) ? 1 : 0), true, false));
      case 7:
        return made("json_patch", {document(depth), document(depth)});
      case 8:
        return made("->", {document(depth), path()});
      case 9:
        return made("->>", {document(depth), path()});
      case 10:
        return made("json_remove", with_document(depth, pool_.below(4), false));
      case 11:
        return made("json_extract", with_document(depth, pool_.below(4), false));
      default:
        break;
    }
    const char* const names[] = {"json_insert", "json_replace", "json_set"};
    return made(names[pool_.below(3)],
                with_document(depth, 2 * pool_.below(4) + (pool_.one_in(20) ? 1 : 0), true));
  }

  const std::vector<Value>& values() const { return values_; }

 private:
  Pair made(const std::string& name, std::vector<Pair> arguments) {
    std::string sql = "\"" + name + "\"(";
    std::vector<planner::Expr*> list;
    for (const Pair& argument : arguments) {
      sql += (list.empty() ? "" : ",") + argument.sql;
      list.push_back(argument.expr);
    }
    const auto function = registry_.find(name, arguments.size());
    return {sql + ")", build_.call(**function, list)};
  }

  Pair parameter(Value value) {
    values_.push_back(value);
    const int number = static_cast<int>(values_.size());
    return {"?" + std::to_string(number), build_.parameter(number)};
  }
  Pair text(std::string text) { return parameter(Value::text(pool_.keep(std::move(text)))); }
  Pair path() {
    if (pool_.one_in(10)) return parameter(pool_.one_in(3) ? Value::null() : pool_.small_integer());
    return text(json_.path());
  }
  Pair document(int depth) {
    if (depth > 0 && pool_.one_in(3)) return call(depth - 1);
    if (pool_.one_in(15)) return parameter(pool_.any());
    return text(json_.document());
  }
  Pair any(int depth) {
    if (depth > 0 && pool_.one_in(2)) return call(depth - 1);
    return pool_.one_in(3) ? text(json_.document())
                           : parameter(pool_.one_in(10) ? pool_.any() : pool_.small_integer());
  }
  // Labels and values, paths and values, or values.
  std::vector<Pair> several(int depth, std::size_t count, bool has_labels, bool has_paths) {
    std::vector<Pair> list;
    for (std::size_t i = 0; i < count; ++i) {
      const bool is_even = i % 2 == 0;
      if (has_paths && is_even) {
        list.push_back(path());
      } else if (has_labels && is_even) {
        list.push_back(pool_.one_in(15) ? any(0) : text(pool_.word()));
      } else {
        list.push_back(any(depth));
      }
    }
    return list;
  }
  std::vector<Pair> with_document(int depth, std::size_t count, bool has_values) {
    std::vector<Pair> list{document(depth)};
    for (Pair& pair : several(depth, has_values ? count : 0, false, has_values))
      list.push_back(std::move(pair));
    for (std::size_t i = 0; !has_values && i < count; ++i) list.push_back(path());
    return list;
  }

  ValuePool& pool_;
  RandomJson json_;
  ExprBuilder& build_;
  const FunctionRegistry& registry_;
  std::vector<Value> values_;
};

}  // namespace

TEST_CASE("JSON functions answer as the SQLite library does", "[functions][json][random]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ValuePool pool(random_seed() + 3);
  Agreement agreement;
  for (int i = random_calls(40000); i > 0; --i) {
    ExprBuilder build;
    RandomCall random(pool, build, registry);
    const RandomCall::Pair call = random.call(pool.one_in(2) ? 0 : 2);
    std::string question = call.sql;
    for (const Value value : random.values()) question += "  " + describe(value);
    agreement.compare(question, evaluate_and_describe(*call.expr, run, rows, random.values()),
                      sqlite.ask("SELECT " + call.sql, random.values()));
    pool.reset();
    if (i % 1000 == 0) sqlite.forget_statements();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked
               << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

}  // namespace leftmost::engine
