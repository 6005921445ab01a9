// Random expressions over columns of every affinity and collation, against the SQLite library.
#include <string>
#include <vector>

#include "engine/functions/in_set.h"
#include "tests/catch.h"
#include "tests/functions/random_expression.h"

namespace leftmost::engine {
namespace {

using storage::Value;

// Puts a row into both engines; ours stores what the column affinities make of the values.
void insert_row(SqliteReference& sqlite, RowUnderTest& row, ValuePool& pool, storage::Arena& arena) {
  row.values.clear();
  sqlite3_exec(sqlite.db(), "DELETE FROM t", nullptr, nullptr, nullptr);
  std::vector<Value> given;
  std::string sql = "INSERT INTO t VALUES(";
  for (std::size_t i = 0; i < std::size(kColumns); ++i) {
    given.push_back(pool.any());
    row.values.push_back(storage::apply_affinity(given.back(), kColumns[i].affinity, arena));
    sql += (i > 0 ? ",?" : "?") + std::to_string(i + 1);
  }
  sqlite.ask(sql + ")", given);
}

void create_table(SqliteReference& sqlite) {
  std::string sql = "CREATE TABLE t(";
  for (const ColumnUnderTest& column : kColumns) {
    sql += std::string(&column == kColumns ? "" : ", ") + column.name + " " + column.declaration;
  }
  REQUIRE(sqlite.execute(sql + ")") == "");
}

}  // namespace

TEST_CASE("expressions give what the SQLite library gives", "[functions][random]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  SqliteReference sqlite;
  create_table(sqlite);
  ValuePool pool(random_seed() + 4);
  Agreement values_agreement;
  Agreement where_agreement;
  for (int i = random_calls(40000) / 8; i > 0; --i) {
    ExprBuilder build;
    RowUnderTest row;
    insert_row(sqlite, row, pool, build.arena());
    std::vector<Value> parameters;
    for (int n = 0; n < RandomExpression::kParameters; ++n) parameters.push_back(pool.any());
    for (int n = 0; n < 8; ++n) {
      const auto [sql, expr] = RandomExpression(pool, build, registry).any(1 + static_cast<int>(pool.below(3)));
      std::string question = sql;
      for (std::size_t c = 0; c < row.values.size(); ++c) {
        if (sql.find(kColumns[c].name) != std::string::npos) question += std::string(" ") + kColumns[c].name + "=" + describe(row.values[c]);
      }
      for (std::size_t p = 0; p < parameters.size(); ++p) question += " ?" + std::to_string(p + 1) + "=" + describe(parameters[p]);
      values_agreement.compare(question, evaluate_and_describe(*expr, run, row, parameters),
                               sqlite.ask("SELECT " + sql + " FROM t", parameters));

      run.start();
      EvalContext context{run, row, parameters};
      const bool holds = test(*compile(*expr, build.arena()), context, false);
      const std::string ours = run.failed() ? "error: " + run.take_error().message : holds ? "int 1" : "no row";
      const std::string theirs = sqlite.ask("SELECT 1 FROM t WHERE " + sql, parameters);
      // The order in which the terms of an AND are tested, and so which error comes first, is the planner's choice.
      const bool is_about_order = expr->kind == planner::ExprKind::kAnd && theirs.rfind("error", 0) == 0;
      if (!is_about_order) where_agreement.compare("WHERE " + question, ours, theirs);
    }
    sqlite.forget_statements();
    pool.reset();
  }
  INFO("seed " << random_seed() << ", values: " << values_agreement.agreed << " of " << values_agreement.asked
               << values_agreement.differences);
  CHECK(values_agreement.agreed == values_agreement.asked);
  INFO("seed " << random_seed() << ", WHERE: " << where_agreement.agreed << " of " << where_agreement.asked
               << where_agreement.differences);
  CHECK(where_agreement.agreed == where_agreement.asked);
}

TEST_CASE("every operator and CAST on every pair of classes", "[functions][random]") {
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  SqliteReference sqlite;
  ValuePool pool(random_seed() + 5);
  Agreement agreement;
  using Kind = planner::ExprKind;
  struct Operator {
    const char* sql;
    Kind kind;
  };
  static constexpr Operator kOperators[] = {
      {"+", Kind::kAdd}, {"-", Kind::kSubtract}, {"*", Kind::kMultiply}, {"/", Kind::kDivide}, {"%", Kind::kRemainder},
      {"||", Kind::kConcat}, {"&", Kind::kBitAnd}, {"|", Kind::kBitOr}, {"<<", Kind::kShiftLeft}, {">>", Kind::kShiftRight},
      {"=", Kind::kEq}, {"<", Kind::kLt}, {"IS", Kind::kIs}, {"AND", Kind::kAnd}, {"OR", Kind::kOr}};
  struct Type {
    const char* sql;
    storage::Affinity affinity;
  };
  static constexpr Type kTypes[] = {{"BLOB", storage::Affinity::kBlob}, {"TEXT", storage::Affinity::kText},
                                    {"NUMERIC", storage::Affinity::kNumeric}, {"INT", storage::Affinity::kInteger},
                                    {"DOUBLE", storage::Affinity::kReal}};
  for (int i = random_calls(40000); i > 0; --i) {
    ExprBuilder build;
    const std::vector<Value> values{pool.any(), pool.any()};
    if (pool.one_in(4)) {
      const Type& type = kTypes[pool.below(std::size(kTypes))];
      planner::Expr* cast = build.node(Kind::kCast, build.parameter(1));
      cast->affinity = type.affinity;
      const std::string sql = std::string("CAST(?1 AS ") + type.sql + ")";
      agreement.compare(sql + " " + describe(values[0]), evaluate_and_describe(*cast, run, rows, values),
                        sqlite.ask("SELECT " + sql, std::span(values).first(1)));
    } else {
      const Operator& op = kOperators[pool.below(std::size(kOperators))];
      planner::Expr* expr = build.node(op.kind, build.parameter(1), build.parameter(2));
      agreement.compare(describe(values[0]) + " " + op.sql + " " + describe(values[1]),
                        evaluate_and_describe(*expr, run, rows, values),
                        sqlite.ask(std::string("SELECT ?1 ") + op.sql + " ?2", values));
    }
    pool.reset();
  }
  INFO("seed " << random_seed() << ": " << agreement.agreed << " of " << agreement.asked << agreement.differences);
  CHECK(agreement.agreed == agreement.asked);
}

TEST_CASE("AND, OR, CASE and coalesce stop where the outcome is known", "[functions]") {
  FunctionRegistry registry;
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  ExprBuilder build;
  const std::vector<Value> parameters{Value::integer(0), Value::integer(INT64_MIN), Value::integer(1)};
  using Kind = planner::ExprKind;
  const auto overflow = [&] { return build.call(**registry.find("abs", 1), {build.parameter(2)}); };
  const auto tested = [&](planner::Expr* expr) {
    run.start();
    EvalContext context{run, rows, parameters};
    const bool holds = test(*compile(*expr, build.arena()), context, false);
    if (run.failed()) return "error: " + run.take_error().message;
    return std::string(holds ? "true" : "false");
  };
  CHECK(tested(build.node(Kind::kAnd, build.parameter(1), overflow())) == "false");
  CHECK(tested(build.node(Kind::kAnd, overflow(), build.parameter(1))) == "error: integer overflow");
  CHECK(tested(build.node(Kind::kOr, build.parameter(3), overflow())) == "true");
  CHECK(tested(build.call(**registry.find("coalesce", 2), {build.parameter(3), overflow()})) == "true");
  CHECK(tested(build.call(**registry.find("iif", 3), {build.parameter(3), build.parameter(1), overflow()})) == "false");
}

TEST_CASE("an IN set answers 1, 0 or NULL", "[functions]") {
  storage::Arena scratch;
  InSet set({{storage::Affinity::kNumeric, storage::Collation::kBinary}, {storage::Affinity::kText, storage::Collation::kNoCase}});
  const auto add = [&](Value a, Value b) { set.add(std::vector<Value>{a, b}); };
  add(Value::text("7"), Value::text("Smith"));
  add(Value::real(7.0), Value::text("SMITH"));
  add(Value::integer(8), Value::null());
  set.seal();
  const auto contains = [&](Value a, Value b) { return describe(set.contains(std::vector<Value>{a, b}, scratch)); };
  CHECK(set.size() == 1);
  CHECK(describe(set.row(0)[1]) == "text Smith");
  CHECK(contains(Value::integer(7), Value::text("smith")) == "int 1");
  CHECK(contains(Value::integer(7), Value::text("jones")) == "int 0");
  CHECK(contains(Value::integer(8), Value::text("jones")) == "NULL");
  CHECK(contains(Value::null(), Value::text("smith")) == "NULL");
  CHECK(contains(Value::null(), Value::null()) == "NULL");
}

TEST_CASE("a constant is computed once per execution", "[functions]") {
  FunctionRegistry registry;
  int calls = 0;
  registry.add_scalar("counted", 1, Determinism::kDeterministic, [&calls](CallContext&, std::span<const Value> a) {
    ++calls;
    return a[0];
  });
  FixedEnvironment environment;
  ConnectionCounters counters;
  StatementRun run(environment, counters);
  NoRows rows;
  ExprBuilder build;
  std::vector<Value> parameters{Value::text("first")};
  const planner::Expr* expr = build.call(**registry.find("COUNTED", 1), {build.parameter(1)});
  const Program* program = compile(*expr, build.arena());
  for (int execution = 1; execution <= 2; ++execution) {
    run.start();
    EvalContext context{run, rows, parameters};
    for (int row = 0; row < 10; ++row) evaluate(*program, context);
    CHECK(describe(evaluate(*program, context)) == (execution == 1 ? "text first" : "text second"));
    CHECK(calls == execution);
    parameters[0] = Value::text("second");
  }
}

}  // namespace leftmost::engine
