// Aggregates over random groups, and the registry's errors, against the SQLite library.
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/functions/sqlite_reference.h"

namespace leftmost::engine {
namespace {
using storage::Value;
}  // namespace

TEST_CASE("aggregates give what the SQLite library gives", "[functions][random]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  SqliteReference sqlite;
  ValuePool pool(random_seed() + 6);
  Agreement agreement;
  static const char* const kNames[] = {"count", "sum", "total", "avg", "min", "max", "group_concat"};
  REQUIRE(sqlite.execute("CREATE TABLE g(x, s)") == "");
  for (int i = random_calls(40000) / 20; i > 0; --i) {
    std::vector<std::vector<Value>> group;
    sqlite3_exec(sqlite.db(), "DELETE FROM g", nullptr, nullptr, nullptr);
    const bool small = pool.one_in(2);
    for (std::size_t left = pool.below(6); left > 0; --left) {
      group.push_back({small ? pool.small_integer() : pool.any(), pool.any()});
      sqlite.ask("INSERT INTO g VALUES(?1, ?2)", group.back());
    }
    for (const char* name : kNames) {
      const bool has_separator = std::string(name) == "group_concat" && pool.one_in(2);
      const std::size_t count = has_separator ? 2 : 1;
      const auto function = registry.find(name, count);
      REQUIRE(function);
      run.start();
      AggregateState state(**function);
      CallContext call{run};
      std::string question = name;
      for (const std::vector<Value>& row : group) {
        state.step(call, std::span(row).first(count));
        question += " " + describe(row[0]);
      }
      const Value result = state.finish(call);
      const std::string ours = run.failed() ? "error: " + run.take_error().message : describe(result);
      agreement.compare(question, ours, sqlite.ask(std::string("SELECT ") + name + (has_separator ? "(x, s)" : "(x)") + " FROM g", {}));
    }
    pool.reset();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

TEST_CASE("min and max say which row is shown beside them", "[functions]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  CallContext call{run, storage::Collation::kNoCase};
  AggregateState max(**registry.find("max", 1));
  const auto step = [&](Value value) { return max.step(call, std::vector<Value>{value}); };
  CHECK(step(Value::null()));
  CHECK(step(Value::text("b")));
  CHECK_FALSE(step(Value::text("B")));
  CHECK_FALSE(step(Value::null()));
  CHECK(step(Value::text("C")));
  CHECK(describe(max.finish(call)) == "text C");
}

TEST_CASE("every function of the library is known, and refused with its words", "[functions]") {
  FunctionRegistry registry;
  SqliteReference sqlite;
  const auto message = [&](std::string_view name, std::size_t arguments) {
    const auto function = registry.find(name, arguments);
    return function ? std::string("found") : function.error().message;
  };
  SECTION("names and numbers of arguments") {
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(sqlite.db(), "SELECT name, narg FROM pragma_function_list", -1, &statement, nullptr) == SQLITE_OK);
    int functions = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const std::string name = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
      const int arguments = sqlite3_column_int(statement, 1);
      CAPTURE(name, arguments);
      ++functions;
      CHECK(registry.has_name(name));
      const std::string answer = message(name, arguments < 0 ? 2 : static_cast<std::size_t>(arguments));
      CHECK((answer == "found" || answer == "not supported: " + name + "()"));
    }
    sqlite3_finalize(statement);
    CHECK(functions > 100);
  }
  SECTION("errors") {
    for (const auto& [name, arguments] : std::vector<std::pair<std::string, std::size_t>>{
             {"nope", 1}, {"ABS", 0}, {"abs", 2}, {"Substr", 1}, {"substr", 4}, {"coalesce", 1}, {"min", 0}, {"iif", 2},
             {"count", 2}, {"group_concat", 3}, {"sum", 0}, {"like", 4}, {"random", 1}, {"max", 0}, {"likelihood", 1}}) {
      std::string sql = "SELECT " + name + "(";
      for (std::size_t i = 0; i < arguments; ++i) sql += i > 0 ? ",1" : "1";
      CHECK("error: " + message(name, arguments) == sqlite.ask(sql + ")", {}));
    }
  }
  SECTION("what is not supported says so") { CHECK(message("fts5", 0) == "not supported: fts5()"); }
}

TEST_CASE("results above the limit are refused", "[functions]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ExprBuilder build;
  const std::vector<Value> parameters{Value::integer(1000000001), Value::text("%1000000001d"), Value::text("a%b")};
  const auto same = [&](const char* name, int parameter) {
    const planner::Expr* expr = build.call(**registry.find(name, 1), {build.parameter(parameter)});
    const std::string sql = std::string("SELECT ") + name + "(?" + std::to_string(parameter) + ")";
    CHECK(evaluate_and_describe(*expr, run, rows, parameters) == sqlite.ask(sql, parameters));
  };
  same("zeroblob", 1);
  same("randomblob", 1);
  same("format", 2);
}

TEST_CASE("hostile patterns end in time", "[functions]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  ExprBuilder build;
  std::string pattern;
  for (int i = 0; i < 10000; ++i) pattern += "a%";
  const std::string text(100000, 'a');
  const auto like = [&](const std::string& wanted) {
    const std::vector<Value> parameters{Value::text(wanted), Value::text(text)};
    return evaluate_and_describe(*build.call(**registry.find("like", 2), {build.parameter(1), build.parameter(2)}), run,
                                 rows, parameters);
  };
  CHECK(like(pattern + "b") == "int 0");
  CHECK(like("%" + std::string(500, 'a') + "b") == "int 0");
  CHECK(like(std::string(50001, 'a')) == "error: LIKE or GLOB pattern too complex");
}

}  // namespace leftmost::engine
