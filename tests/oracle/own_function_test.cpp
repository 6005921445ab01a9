// A function of one's own, registered once, answers alike on both engines; and files with odd tables.
#include "oracle/own_function.h"

#include "oracle/session.h"
#include "tests/catch.h"
#include "tests/oracle/temporary_folder.h"

using namespace leftmost;
using namespace leftmost::oracle;
using engine::CallContext;
using engine::Determinism;
using storage::Value;

namespace {

std::unique_ptr<Session> open(const std::string& path) {
  Session::Options options;
  options.path = path;
  auto session = Session::open(options);
  if (!session) FAIL(session.error().message);
  return std::move(*session);
}

/// First value of the rows, or the error; the engines have to agree on them.
std::string answer(Session& session, std::string_view sql) {
  PreparedNext next = session.prepare_next(sql);
  CHECK(next.agreement.to_text().empty());
  if (next.error) return "error: " + next.error->message;
  std::string text;
  const Outcome outcome = next.statement->run([&](std::span<const Value> row) {
    text += storage::to_sql_literal(row[0]) + ' ';
    return true;
  });
  CHECK(outcome.agreement.to_text().empty());
  return outcome.error ? "error: " + outcome.error->message : text;
}

void add_functions(Session& session) {
  const auto half = [](CallContext& call, std::span<const Value> a) {
    if (a[0].is_text()) return call.run.fail(ErrorCode::kError, "half of a text");
    return a[0].is_null() ? a[0] : Value::integer(a[0].as_integer() / 2);
  };
  const auto joined = [](CallContext& call, std::span<const Value> a) {
    std::string text;
    for (const Value& value : a) text += storage::to_sql_literal(value) + ';';
    return call.run.make_text(text);
  };
  REQUIRE(session.add_function("half", 1, Determinism::kDeterministic, half));
  REQUIRE(session.add_function("joined", -1, Determinism::kVolatile, joined));
}

}  // namespace

TEST_CASE("a function of one's own works on both engines", "[session][functions]") {
  const std::unique_ptr<Session> session = open(":memory:");
  CHECK(answer(*session, "SELECT half(10)") == "error: no such function: half");
  add_functions(*session);
  CHECK(answer(*session, "SELECT half(10) UNION ALL SELECT half(NULL)") == "5 NULL ");
  CHECK(answer(*session, "SELECT joined(1, 2.5, 'x', x'00ff', NULL)") == "'1;2.5;''x'';x''00ff'';NULL;' ");
  CHECK(answer(*session, "SELECT joined()") == "'' ");
  CHECK(answer(*session, "SELECT half('x')") == "error: half of a text");
  CHECK(answer(*session, "SELECT half(1, 2)") == "error: wrong number of arguments to function half()");
  REQUIRE(session->execute("CREATE TABLE t(a); CREATE INDEX t_half ON t(half(a)); INSERT INTO t VALUES (8), (9), (20)"));
  CHECK(answer(*session, "SELECT a FROM t WHERE half(a) = 4 ORDER BY a") == "8 9 ");
}

TEST_CASE("REGEXP calls regexp(), if there is one", "[session][functions]") {
  const std::unique_ptr<Session> session = open(":memory:");
  CHECK(answer(*session, "SELECT 'abc' REGEXP 'b'") == "error: no such function: REGEXP");
  const auto contains = [](CallContext&, std::span<const Value> a) {
    if (!a[0].is_text() || !a[1].is_text()) return Value::null();
    return Value::boolean(a[1].as_bytes().find(a[0].as_bytes()) != std::string_view::npos);
  };
  REQUIRE(session->add_function("regexp", 2, Determinism::kDeterministic, contains));
  REQUIRE(session->execute("CREATE TABLE t(a TEXT UNIQUE); INSERT INTO t VALUES ('abc'), ('xyz')"));
  CHECK(answer(*session, "SELECT a FROM t WHERE a REGEXP 'b'") == "'abc' ");
  CHECK(answer(*session, "SELECT a FROM t WHERE a NOT REGEXP 'b'") == "'xyz' ");
  CHECK(answer(*session, "SELECT regexp('b', 'abc')") == "1 ");
}

TEST_CASE("a table that hides all names of its rowid can be read", "[session][loading]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("hidden.db");
  auto twin = Twin::open({path, OpenMode::kReadWriteCreate, 0, nullptr});
  REQUIRE(twin);
  REQUIRE(twin->execute("CREATE TABLE h(rowid, oid, _rowid_, x); INSERT INTO h VALUES (1, 2, 3, 4), (5, 6, 7, 8);"
                        "CREATE INDEX h_x ON h(x); CREATE TABLE other(a); INSERT INTO other VALUES (9)"));
  const std::unique_ptr<Session> session = open(path);
  CHECK(answer(*session, "SELECT a FROM other") == "9 ");
  REQUIRE(session->execute("INSERT INTO h VALUES (1, 1, 1, 4)"));
  CHECK(answer(*session, "SELECT rowid || ',' || x FROM h") == "'1,4' '5,8' '1,4' ");
}

TEST_CASE("functions of one's own stay when the file is read again", "[session][functions]") {
  const TemporaryFolder folder;
  const std::unique_ptr<Session> session = open(folder.file("app.db"));
  add_functions(*session);
  REQUIRE(session->execute("CREATE TABLE t(a); INSERT INTO t VALUES (6)"));
  REQUIRE(session->reload());
  CHECK(answer(*session, "SELECT half(a) FROM t") == "3 ");
}
