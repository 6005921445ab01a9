// A statement is planned again when a value changes that its plan depends on: the same statement, bound to
// one value after the other, has SQLite's plan for each, and its rows.
#include "oracle/session.h"
#include "tests/catch.h"
#include "tests/oracle/plan_lines.h"

using namespace leftmost;
using namespace leftmost::oracle;
using storage::Value;

namespace {

constexpr std::string_view kSchema = R"(
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, tag TEXT, state INT, amount REAL);
CREATE INDEX t_name ON t(name);
CREATE INDEX t_tag ON t(tag);
CREATE INDEX t_open ON t(amount) WHERE state = -1;
INSERT INTO t(name, tag, state, amount) VALUES ('Ann', 'x1', -1, 2.0), ('anna', 'x2', 2, 3.0), ('Bob', 'x', 8, 4.0);
)";

struct BoundPlans {
  std::unique_ptr<Session> session;

  BoundPlans() {
    auto opened = Session::open({});
    REQUIRE(opened);
    session = std::move(*opened);
    std::string_view rest = kSchema;
    while (!rest.empty()) {
      PreparedNext next = session->prepare_next(rest);
      REQUIRE(!next.error);
      if (next.statement) CHECK(next.statement->run().agreement.to_text().empty());
      if (next.bytes_consumed == 0) break;
      rest.remove_prefix(next.bytes_consumed);
    }
  }

  SessionStatement prepare(std::string_view sql) {
    PreparedNext next = session->prepare_next(sql);
    REQUIRE(next.statement);
    return std::move(*next.statement);
  }
};

/// The plan before the run; run and plan agree with SQLite.
std::string plan_with(SessionStatement& statement, std::initializer_list<Value> values) {
  int number = 0;
  for (const Value& value : values) REQUIRE(statement.bind(++number, value));
  const std::string plan = plan_to_text(statement.ours().plan_lines(), "");
  CHECK(statement.compare_plans().to_text().empty());
  const Outcome outcome = statement.run();
  CHECK_FALSE(outcome.error);
  CHECK(outcome.agreement.to_text().empty());
  return plan;
}

}  // namespace

TEST_CASE("the pattern of a LIKE is looked at when it is bound", "[oracle][plan]") {
  BoundPlans both;
  SessionStatement like = both.prepare("SELECT id FROM t WHERE name LIKE ?1");
  const std::string scan = "SCAN t USING COVERING INDEX t_name\n";
  const std::string search = "SEARCH t USING COVERING INDEX t_name (name>? AND name<?)\n";
  CHECK(plan_with(like, {}) == scan);
  CHECK(plan_with(like, {Value::text("an%")}) == search);
  CHECK(plan_with(like, {Value::text("b%")}) == search);
  CHECK(plan_with(like, {Value::text("%n")}) == scan);
  CHECK(plan_with(like, {Value::integer(7)}) == scan);
  CHECK(plan_with(like, {Value::text("a_na")}) == search);
  CHECK(plan_with(like, {Value::null()}) == scan);
}

TEST_CASE("a bound value that a partial index's WHERE names makes it usable", "[oracle][plan]") {
  BoundPlans both;
  SessionStatement state = both.prepare("SELECT id FROM t WHERE state = ?1 AND amount > ?2");
  CHECK(plan_with(state, {Value::integer(-1), Value::integer(1)}).find("t_open (amount>?)") !=
        std::string::npos);
  CHECK(plan_with(state, {Value::real(-1), Value::integer(3)}).find("t_open (amount>?)") !=
        std::string::npos);
  CHECK(plan_with(state, {Value::integer(2), Value::integer(1)}) == "SCAN t\n");
  CHECK(plan_with(state, {Value::text("-1"), Value::integer(1)}) == "SCAN t\n");
  CHECK(plan_with(state, {Value::null(), Value::null()}) == "SCAN t\n");

  SessionStatement change = both.prepare("DELETE FROM t WHERE state = ?1 AND amount > 3");
  CHECK(plan_with(change, {Value::integer(7)}) == "SCAN t\n");
  CHECK(plan_with(change, {Value::integer(-1)}) == "SEARCH t USING INDEX t_open (amount>?)\n");
}

TEST_CASE("values inside lists are never looked at", "[oracle][plan]") {
  BoundPlans both;
  SessionStatement list = both.prepare("SELECT id FROM t WHERE state IN (?1) AND amount > 3");
  CHECK(plan_with(list, {Value::integer(-1)}) == "SCAN t\n");
  SessionStatement between = both.prepare("SELECT id FROM t WHERE state BETWEEN ?1 AND ?1 AND amount > 3");
  CHECK(plan_with(between, {Value::integer(-1)}) == "SCAN t\n");
}
