// .tree, .entries, .path and .candidates: what they say is what the tree holds.
#include <fstream>

#include "tests/catch.h"
#include "tests/shell/program_run.h"

namespace leftmost::shell::test {
namespace {

constexpr const char* kSetup =
    "CREATE TABLE users(id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT);\n"
    "CREATE INDEX users_name ON users(last_name, first_name);\n"
    "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i+1 FROM n WHERE i<1999)\n"
    "INSERT INTO users SELECT i, printf('L%02d', i%20), printf('F%02d', i/20%10) FROM n;\n";

Run run(const std::string& commands) {
  const Folder folder;
  std::ofstream(folder.path() / "in") << kSetup << commands;
  return run_in(folder, LEFTMOST_PROGRAM, ":memory:");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a tree is shown by level", "[tree]") {
  const Run shown = run(".tree users_name\n");
  INFO(shown.out << shown.err);
  CHECK(has(shown.out, "users_name, index on users(last_name, first_name, rowid)"));
  CHECK(has(shown.out, "        2,000 "));
  CHECK(has(shown.out, "first  'L00' | 'F00' | 0"));
  CHECK(has(shown.out, "last   'L19' | 'F09' | 1999"));
  const Run special =
      run("CREATE UNIQUE INDEX u2 ON users(last_name COLLATE NOCASE DESC, first_name, id) WHERE id > "
          "5;\n.tree u2\n"
          ".tree user_name\n");
  CHECK(has(special.out,
            "u2, unique index on users(last_name COLLATE NOCASE DESC, first_name, id, rowid) WHERE id > 5"));
  CHECK(has(special.err, "no such table or index: user_name\n  did you mean users_name?"));
  const Run small = run("DELETE FROM users WHERE id > 2; .tree users\n");
  CHECK(small.status != 0);  // a dot command begins a line
  const Run table = run("DELETE FROM users WHERE id > 2;\n.tree users --page-bytes 512\n");
  CHECK(has(table.out, "[leaf: 3 entries]"));
}

TEST_CASE("entries are found by a prefix of the columns", "[tree]") {
  const Run shown = run(".entries users_name L07 F03\n");
  INFO(shown.out << shown.err);
  CHECK(has(shown.out, "10 of 2,000 entries, one run"));
  CHECK(has(shown.out, "731  L07        F03         67"));
  CHECK(has(run(".entries users_name L7\n").out, "none of the 2,000 entries"));
  CHECK(has(run(".entries users 5\n").out, "L05"));
}

TEST_CASE("a search descends to its band", "[tree]") {
  const Run search = run(".path SELECT id FROM users WHERE last_name='L07' AND first_name>='F08'\n");
  INFO(search.out << search.err);
  CHECK(has(search.out, "SEARCH users USING COVERING INDEX users_name (last_name=? AND first_name>?)"));
  CHECK(has(search.out, "20 of 2,000 entries"));
  CHECK(
      has(run(".path SELECT * FROM users WHERE id BETWEEN 10 AND 19\n").out, "10 of 2,000 rows, in 1 leaf"));
  CHECK(has(run(".path SELECT * FROM users WHERE id IN (1,2,3)\n").out, "1 of 2,000 rows"));
  CHECK(has(run(".path SELECT * FROM users a, users b WHERE b.id=a.id+1\n").out, "row by row"));
  CHECK(has(run(".path SELECT * FROM users\n").out, "2,000 of 2,000 rows"));
}

TEST_CASE("candidates are printed with their costs", "[tree]") {
  const Run shown = run(".candidates SELECT * FROM users WHERE last_name='L07' AND id>5\n");
  INFO(shown.out << shown.err);
  CHECK(has(shown.out, "candidate"));
  CHECK(has(shown.out, "seek users_name 1 col"));
}

TEST_CASE("bad input to them is said, and the script goes on", "[tree]") {
  const Run shown = run(
      ".tree\n.tree nope\n.tree users_name --page-bytes 100\n.entries nope\n.entries users_name a b c d e\n"
      ".entries users x\n.path SELEC\n.path\n.candidates SELECT * FROM nope\n.candidates SELECT 1\nSELECT "
      "'end';\n");
  INFO(shown.err);
  CHECK(shown.out == "end\n");
  CHECK(has(shown.err, "no such table or index: nope"));
  CHECK(has(shown.err, "pages have a power of two"));
  CHECK(has(shown.err, "users_name has 3 columns, but 5 values were given"));
  CHECK(has(shown.err, "a rowid is an integer"));
  CHECK(has(shown.err, "no such table: nope"));
}

}  // namespace
}  // namespace leftmost::shell::test
