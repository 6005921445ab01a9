// The sqlite3 contract: the same script put to both programs gives the same stdout and the same exit status, byte for
// byte; and the same stderr.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/shell/program_run.h"

using namespace leftmost::shell::test;

namespace {

/// Runs `program` with `arguments` (as the command shell reads them) and this text as standard input.
Run run(const std::string& program, const std::string& arguments, const std::string& input) {
  const Folder folder;
  const fs::path data = folder.path() / "data";
  std::ofstream(folder.path() / "in", std::ios::binary) << input;
  std::ofstream(data / "inner.sql") << "select 'inner';\n\nselec;\n";
  std::ofstream(data / "people.csv") << "name,age\nSmith,30\n\"O'Hara, \"\"Jo\"\"\",31\nx\ny,1,2\n";
  return run_in(folder, program, arguments);
}

/// sqlite3 of the version that the contract names. Another one prints otherwise: then there is nothing to compare with.
bool has_sqlite3() {
  static const bool found = run("sqlite3", "-version", "").out.substr(0, 7) == "3.40.1 ";
  return found;
}

/// The first line that differs, on both sides; empty if none does.
std::string first_difference(const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return "";
  std::size_t start = 0;
  std::size_t line = 1;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()) && ours[i] == theirs[i]; ++i) {
    if (ours[i] != '\n') continue;
    start = i + 1;
    ++line;
  }
  const auto line_at = [&](const std::string& text) { return text.substr(start, text.find('\n', start) - start); };
  return fmt::format("line {}\nleftmost: {}\nsqlite3:  {}\n", line, line_at(ours), line_at(theirs));
}

void compare(const std::string& arguments, const std::string& input) {
  const Run theirs = run("sqlite3", arguments, input);
  const Run ours = run(LEFTMOST_PROGRAM, arguments, input);
  INFO("arguments: " << arguments);
  CHECK(first_difference(ours.out, theirs.out) == "");
  CHECK(ours.status == theirs.status);
  // Where the name of the program is part of the message, it is ours.
  std::string err = theirs.err;
  if (err.substr(0, 9) == "sqlite3: ") err.replace(0, 7, "leftmost");
  CHECK(first_difference(ours.err, err) == "");
}

}  // namespace

TEST_CASE("scripts on a pipe give what sqlite3 gives", "[shell][contract]") {
  if (!has_sqlite3()) {
    WARN("no sqlite3 3.40.1 here: scripts are not compared");
    return;
  }
  std::vector<fs::path> scripts;
  for (const auto& entry : fs::directory_iterator(fs::path(LEFTMOST_SOURCE_DIR) / "tests/shell/scripts")) {
    scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  REQUIRE(scripts.size() >= 9);
  for (const fs::path& script : scripts) {
    DYNAMIC_SECTION(script.filename().string()) { compare("-batch :memory:", read_file(script)); }
  }
}

TEST_CASE("SQL and switches as arguments give what sqlite3 gives", "[shell][contract]") {
  if (!has_sqlite3()) {
    WARN("no sqlite3 3.40.1 here: arguments are not compared");
    return;
  }
  const std::string arguments = GENERATE(as<std::string>(),  //
      ":memory: 'select 1; selec 2' 'select 3'",             //
      ":memory: 'select 1' 'select 3'",                      //
      ":memory: 'create table t(a unique); insert into t values(1),(1)' 'select 1'",
      "-foo :memory:", ":memory: -separator", ":memory: .foo 'select 1'", "-readonly nosuch.db 'select 6'",
      "-cmd 'select 5' :memory: 'select 6'", "-cmd 'selec 5' :memory: 'select 6'",
      "-bail -cmd 'selec 5' :memory: 'select 6'", "-csv -header :memory: \"select 1 as a, 'b c' as b\"",
      "--column :memory: \"select 1 as a, 'b c' as b\"", "-json -box :memory: \"select 1 as a, 'b c' as b\"",
      "-line -nullvalue N -separator ';' -newline X :memory: 'select 1 as a, null as b'",
      "-list -header -nullvalue N -separator ';' -newline X :memory: 'select 1 as a, null as b'",
      "-init none.sql :memory: 'select 1'", "-init inner.sql :memory: 'select 1'", "-quote :memory: \"select 'a''b'\"",
      "-tabs -noheader :memory: 'select 1, 2'", "-html -header :memory: \"select '<' as a\"", "-echo :memory: 'select 1'",
      "-markdown :memory: 'select 1 as a'", "-table :memory: 'select 1 as a'", "-ascii :memory: 'select 1, 2'",
      ":memory: '.mode csv' 'select 1, 2' .quit 'select 3'", ":memory: ''");
  compare(arguments, "select 'input';\n");
}

TEST_CASE("a database file is one that sqlite3 can read", "[shell][file]") {
  if (!has_sqlite3()) {
    WARN("no sqlite3 3.40.1 here: the file is not read");
    return;
  }
  const Folder folder;
  const std::string path = quoted((folder.path() / "app.db").string());
  const Run made = run(LEFTMOST_PROGRAM, path,
                       "create table t(a, b); create index tb on t(b);\ninsert into t values(1,'x'),(2,null);\n"
                       "begin; insert into t values(3,'y'); rollback; update t set a=a+1;");
  CHECK(made.err == "");
  CHECK(made.status == 0);
  const std::string questions = "select * from t order by a;\n.schema\npragma integrity_check;\n";
  CHECK(run("sqlite3", path, questions).out ==
        "2|x\n3|\nCREATE TABLE t(a, b);\nCREATE INDEX tb on t(b);\nok\n");
  CHECK(run(LEFTMOST_PROGRAM, path, "select * from t order by a;\n.schema").out ==
        run("sqlite3", path, "select * from t order by a;\n.schema").out);
}

TEST_CASE("what is no database is refused with a message", "[shell][file]") {
  const Folder folder;
  std::ofstream(folder.path() / "junk.db") << std::string(4096, 'j');
  const Run refused = run(LEFTMOST_PROGRAM, quoted((folder.path() / "junk.db").string()), "select * from t;");
  CHECK(refused.out == "");
  CHECK(refused.err == "Parse error near line 1: file is not a database (26)\n");
  CHECK(refused.status == 1);
}

TEST_CASE("a pipe that closes early ends the program quietly", "[shell]") {
  const Folder folder;
  const std::string err = (folder.path() / "err").string();
  std::string input = "create table t(a);\n";
  for (int i = 0; i < 12; ++i) input += i == 0 ? "insert into t values(1);\n" : "insert into t select a from t;\n";
  for (int i = 0; i < 100; ++i) input += "select 'a long line of text that fills the pipe' from t;\n";
  std::ofstream(folder.path() / "in") << input;
  const std::string command = fmt::format("{} < {} 2> {} | head -1 > /dev/null", quoted(LEFTMOST_PROGRAM),
                                          quoted((folder.path() / "in").string()), quoted(err));
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(read_file(err) == "");
}
