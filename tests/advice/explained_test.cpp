// Random statements over random tables: whatever is asked, what `why` tells of it is true of the plan, and
// tells of everything that is asked.
#include <fmt/format.h>

#include <cstdlib>

#include "advice/explanation.h"
#include "advice/explanation_check.h"
#include "oracle/fuzz/generator.h"
#include "tests/catch.h"

using namespace leftmost;
namespace fuzz = leftmost::oracle::fuzz;

namespace {

struct Round {
  std::size_t explained = 0;
  std::vector<std::string> faults;
};

/// Every broken rule about what is told of one statement.
std::vector<std::string> faults_of(oracle::Session& session, const std::string& sql) {
  advice::ExplainOptions options;
  options.run = options.runs = options.suggestions = false;
  const auto next = advice::explain_next(session, sql, options);
  if (!next || !next->explanation) return {};
  std::vector<std::string> faults = advice::broken_rules(*next->explanation, session.database().catalog());
  const auto again = session.database().prepare(next->explanation->sql);
  if (!again || again->plan() == nullptr) return faults;
  for (std::string& fault : advice::untold(*again->plan())) faults.push_back(std::move(fault));
  if (!faults.empty()) {
    std::string plan;
    for (const planner::PlanLine& line : next->explanation->plan) plan += "\n    " + line.detail;
    faults.back() += plan;
  }
  return faults;
}

Round explain_round(std::uint64_t seed, std::size_t count) {
  Round round;
  oracle::Session::Options options;
  options.twin = false;
  const auto session = oracle::Session::open(options);
  REQUIRE(session);
  fuzz::Random random(seed);
  fuzz::Schema schema = fuzz::random_schema(random);
  for (const fuzz::Step& step : schema.steps) static_cast<void>((*session)->execute(fuzz::to_sql(step.sql)));
  // What foreign keys search is a line of the plan, and told as work that the statement does not mention.
  static_cast<void>((*session)->execute("PRAGMA foreign_keys = off"));
  fuzz::Generator generator(random, schema);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string sql = fuzz::to_sql((random.percent(85) ? generator.query() : generator.write()).sql);
    ++round.explained;
    INFO(sql);
    for (const std::string& fault : faults_of(**session, sql)) round.faults.push_back(sql + "\n  " + fault);
  }
  return round;
}

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

TEST_CASE("what is told of random statements is true, and nothing asked for is left out",
          "[advice][explained]") {
  // LEFTMOST_EXPLAINED_SEED and LEFTMOST_EXPLAINED_COUNT (schemas, each with 40 statements) look at others.
  const std::uint64_t first = number("LEFTMOST_EXPLAINED_SEED", 1);
  const std::uint64_t rounds = number("LEFTMOST_EXPLAINED_COUNT", 200);
  std::size_t explained = 0;
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    INFO("seed " << seed);
    const Round round = explain_round(seed, 40);
    explained += round.explained;
    for (const std::string& fault : round.faults) UNSCOPED_INFO(fault);
    CHECK(round.faults.empty());
  }
  CHECK(explained == rounds * 40);
}
