#include "oracle/crosscheck.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/oracle/temporary_folder.h"

using namespace leftmost;
using namespace leftmost::oracle;

namespace {

constexpr std::string_view kTest =
    "statement ok\n"
    "CREATE TABLE t(a INTEGER, b TEXT)\n"
    "\n"
    "statement ok\n"
    "INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, '')\n"
    "\n"
    "query IT rowsort\n"
    "SELECT a, b FROM t\n"
    "----\n"
    "1\n"
    "x\n"
    "2\n"
    "NULL\n"
    "3\n"
    "(empty)\n"
    "\n"
    "statement error\n"
    "SELECT c FROM t\n";

}  // namespace

TEST_CASE("a sqllogictest file is counted", "[oracle][crosscheck]") {
  const CrosscheckResult result = crosscheck_text("a.test", kTest);
  for (const auto& difference : result.differences) WARN(difference.text);
  CHECK(result.all_agree());
  CHECK(result.total.statements == 4);
  CHECK(result.total.queries == 1);
  CHECK(result.total.plans.compared >= 1);
  CHECK(result.total.rows.compared >= 1);
  CHECK(result.total.errors.agree == result.total.errors.compared);
  CHECK(result.total.expected.compared == 1);
  CHECK(result.total.expected.agree == 1);
}

TEST_CASE("a wrong result in the file is a difference", "[oracle][crosscheck]") {
  std::string text(kTest);
  text.replace(text.find("NULL\n3"), 4, "nil!");
  const CrosscheckResult result = crosscheck_text("a.test", text);
  CHECK_FALSE(result.all_agree());
  REQUIRE(result.differences.size() == 1);
  CHECK(result.differences[0].what == "expected");
  CHECK(result.differences[0].line == 7);
  CHECK(result.differences[0].text == "the file expects 6 lines, here are 6 values\n"
                                      "line 4 expected: nil!\nline 4 here:     NULL\n");
}

TEST_CASE("a script is counted, dot-commands are not run", "[oracle][crosscheck]") {
  const CrosscheckResult result = crosscheck_text("a.sql",
                                                  ".mode csv\n"
                                                  "CREATE TABLE t(a);\n"
                                                  "INSERT INTO t VALUES (1), (2);\n"
                                                  "SELECT * FROM t WHERE a = 1; SELECT * FROM nowhere;\n");
  CHECK(result.all_agree());
  CHECK(result.total.dot_commands == 1);
  CHECK(result.total.statements == 4);
  CHECK(result.total.messages.agree == 1);
  CHECK(result.total.changes.agree == 1);
}

TEST_CASE("what is not supported is counted by cause, with what follows from it", "[oracle][crosscheck]") {
  const CrosscheckResult result = crosscheck_text("a.sql",
                                                  "CREATE VIRTUAL TABLE w USING fts5(word);\n"
                                                  "SELECT * FROM w;\n");
  CHECK(result.all_agree());
  CHECK(result.total.not_supported == 2);
  REQUIRE(result.total.not_supported_by_cause.count("follows: no such table: w") == 1);
}

TEST_CASE("a sample takes queries from all over a file and runs every write", "[oracle][crosscheck]") {
  std::string text = "CREATE TABLE t(a);\n";
  for (int i = 0; i < 100; ++i) text += "SELECT " + std::to_string(i) + " FROM t;\n";
  text += "INSERT INTO t VALUES (1);\n";
  CrosscheckOptions options;
  options.sample = 10;
  const CrosscheckResult result = crosscheck_text("a.sql", text, options);
  CHECK(result.total.queries == 10);
  CHECK(result.total.left_out == 90);
  CHECK(result.total.statements == 12);
  CHECK(result.all_agree());
}

TEST_CASE("folders are searched, and files that cannot be read are named", "[oracle][crosscheck]") {
  const TemporaryFolder folder;
  folder.file("b.sql", "SELECT 1;");
  folder.file("a.test", "what is this\n");
  folder.file("notes.txt", "not SQL");
  auto result = crosscheck({folder.file("")});
  REQUIRE(result);
  REQUIRE(result->files.size() == 2);
  CHECK(result->files[0].error->message == "line 1: `what` starts no record");
  CHECK(result->files[1].counts.queries == 1);
  CHECK_FALSE(result->all_agree());
  CHECK(crosscheck({folder.file("none.sql")}).error().code == ErrorCode::kCantOpen);
}

TEST_CASE("progress is told and can stop the run", "[oracle][crosscheck]") {
  std::vector<std::string> told;
  CrosscheckOptions options;
  options.on_progress = [&](const CrosscheckProgress& progress) {
    told.push_back(progress.path);
    return false;
  };
  const CrosscheckResult result = crosscheck_text("a.sql", "SELECT 1; SELECT 2;", options);
  CHECK(told == std::vector<std::string>{"a.sql"});
  CHECK(result.total.statements == 0);
}

TEST_CASE("the result is JSON, also with bytes that are no UTF-8", "[oracle][crosscheck]") {
  const CrosscheckResult result = crosscheck_text("a.sql", "SELECT '\xff'; SELECT nope;");
  const auto json = nlohmann::json::parse(to_json(result));
  CHECK(json["version"] == 1);
  CHECK(json["rows"]["compared"] == 1);
  CHECK(json["files"][0]["path"] == "a.sql");
  CHECK(json["differences"].empty());
}

TEST_CASE("a sample of the corpus agrees", "[oracle][crosscheck][corpus]") {
  const char* corpus = std::getenv("LEFTMOST_CORPUS");
  if (corpus == nullptr) return;
  CrosscheckOptions options;
  options.sample = 20;
  auto result = crosscheck({corpus}, options);
  REQUIRE(result);
  for (const auto& difference : result->differences) {
    INFO(difference.path << ":" << difference.line << " " << difference.what << "\n" << difference.sql << "\n" << difference.text);
    CHECK(difference.what == "");
  }
  CHECK(result->all_agree());
  CHECK(result->total.queries > 0);
}
