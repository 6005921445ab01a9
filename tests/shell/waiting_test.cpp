// What is said while something takes long: that another program has the database, and what is being done.
#include <chrono>
#include <fstream>
#include <future>

#include "oracle/twin.h"
#include "tests/catch.h"
#include "tests/shell/program_run.h"

using namespace leftmost;
using namespace leftmost::shell::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A database file, and a connection of another program to it.
class Shared {
 public:
  Shared() {
    oracle::Twin::Options options;
    options.path = (folder_.path() / "data" / "a.db").string();
    auto other = oracle::Twin::open(options);
    REQUIRE(other);
    other_ = std::move(*other);
    say("CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES(1, 2), (2, 3);");
    std::ofstream(folder_.path() / "data" / "q.sql") << "SELECT id FROM t WHERE a = 2;\n";
  }
  void say(const std::string& sql) { REQUIRE(other_->execute(sql)); }
  Run run(const std::string& arguments) const { return run_in(folder_, LEFTMOST_PROGRAM, arguments); }
  const Folder& folder() const { return folder_; }

 private:
  Folder folder_;
  std::optional<oracle::Twin> other_;
};

TEST_CASE("a database that another program writes to is read, or waited for", "[shell][lock]") {
  Shared shared;
  const std::string why = "why a.db 'SELECT id FROM t WHERE a = 2'";
  SECTION("it means to write: reading goes on") {
    shared.say("BEGIN IMMEDIATE; INSERT INTO t VALUES (3, 4)");
    for (const std::string& command : {why, std::string("lint a.db q.sql --fail-on never"),
                                       std::string("advise a.db q.sql")}) {
      const Run run = shared.run(command);
      INFO(command << run.out << run.err);
      CHECK(run.status == 0);
    }
  }
  SECTION("it writes for longer than one waits: what to do is said") {
    shared.say("BEGIN EXCLUSIVE");
    for (const std::string& command : {why, std::string("lint a.db q.sql"), std::string("advise a.db q.sql")}) {
      const Run run = shared.run(command);
      INFO(command << run.out << run.err);
      CHECK(run.status == 2);
      CHECK(run.out.empty());
      CHECK(has(run.err, "a.db"));
      CHECK(has(run.err, "database is locked"));
      CHECK(has(run.err, "another program is writing to "));
    }
  }
  SECTION("it commits in the meantime") {
    shared.say("BEGIN EXCLUSIVE; INSERT INTO t VALUES (3, 2)");
    auto run_meanwhile = std::async(std::launch::async, [&] { return shared.run(why); });
    // Released while it waits, or before it began.
    run_meanwhile.wait_for(std::chrono::milliseconds(300));
    shared.say("COMMIT");
    const Run run = run_meanwhile.get();
    INFO(run.out << run.err);
    CHECK(run.status == 0);
    CHECK(has(run.out, "same 2 rows"));
  }
}

TEST_CASE("what takes long is shown on a terminal, and on no pipe", "[shell][progress]") {
  const Folder folder;
  const std::string slow =
      "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i < 3000000) SELECT max(i) FROM n";
  const Run piped = run_in(folder, LEFTMOST_PROGRAM, "why :memory: " + quoted(slow));
  CHECK(piped.status == 0);
  CHECK(piped.err.empty());
  const Run shown = run_in(
      folder, "script", "-qec " + quoted(LEFTMOST_PROGRAM " why :memory: " + quoted(slow)) + " /dev/null");
  CHECK(has(shown.out, "\r\x1b[Krunning it (0 s)"));
  const std::size_t erased = shown.out.rfind("\r\x1b[K");
  REQUIRE(erased != std::string::npos);
  CHECK(has(shown.out.substr(erased), "rows visited"));
}

TEST_CASE("a name that is not there has a near one", "[shell][what-if]") {
  const Folder folder;
  const std::string setup =
      "-cmd 'CREATE TABLE users(id INTEGER PRIMARY KEY, last_name TEXT); CREATE INDEX users_name ON users(last_name)' ";
  const auto hint = [&](const std::string& supposed) {
    return run_in(folder, LEFTMOST_PROGRAM,
                  "why :memory: " + setup + "--what-if " + quoted(supposed) + " 'SELECT * FROM users'");
  };
  for (const auto& [supposed, meant] : std::vector<std::pair<std::string, std::string>>{
           {"hide user_name", "users_name"},
           {"stat users_nam 10 2", "users_name"},
           {"rows user 1000", "users"},
           {"CREATE INDEX a ON user(last_name)", "users"},
           {"CREATE INDEX a ON users(lastname)", "last_name"}}) {
    const Run run = hint(supposed);
    INFO(supposed << "\n" << run.out << run.err);
    CHECK(run.status == 2);
    CHECK(has(run.err, "did you mean " + meant + "?"));
  }
  CHECK_FALSE(has(hint("hide something_else").err, "did you mean"));
}

}  // namespace
