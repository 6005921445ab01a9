// Each rule is shown a file that breaks it, and one beside it that does not.
#include "tests/house/house_rules.h"

#include "tests/catch.h"

using namespace leftmost::house;

namespace {

std::vector<std::string> texts(const std::vector<Violation>& violations) {
  std::vector<std::string> all;
  for (const Violation& violation : violations) all.push_back(violation.to_text());
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a folder includes itself and the folders below it", "[house]") {
  CHECK(texts(check_include_direction({"planner/cost.cpp", "#include \"storage/value.h\"\n#include \"engine/database.h\"\n"})) ==
        Texts{"planner/cost.cpp:2: includes engine/database.h: planner must not know engine"});
  CHECK(texts(check_include_direction({"storage/value.cpp", "#  include <tests/catch.h>\n"})) ==
        Texts{"storage/value.cpp:1: includes tests/catch.h: storage must not know tests"});
  CHECK(check_include_direction({"shell/main.cpp", "#include \"engine/database.h\"\n#include <vector>\n"}).empty());
  CHECK(check_include_direction({"tests/storage/value_test.cpp", "#include \"shell/shell.h\"\n"}).empty());
}

TEST_CASE("SQLite is included in the oracle, in tests and in benchmarks only", "[house]") {
  const std::string text = "#include <sqlite3.h>\n";
  CHECK(texts(check_sqlite_stays_in_the_oracle({"shell/main.cpp", text})) ==
        Texts{"shell/main.cpp:1: includes sqlite3.h: only oracle, tests and bench may"});
  CHECK(check_sqlite_stays_in_the_oracle({"oracle/twin.cpp", text}).empty());
  CHECK(check_sqlite_stays_in_the_oracle({"tests/storage/number_test.cpp", text}).empty());
}

TEST_CASE("the engine and what lies below it need no threads, files or output", "[house]") {
  CHECK(check_runs_in_a_browser({"storage/pages.h", "#include <cstdint>\n#include <fstream>\n"}).size() == 1);
  CHECK(check_runs_in_a_browser({"engine/exec/sorter.cpp", "#include <thread>\n"}).size() == 1);
  CHECK(check_runs_in_a_browser({"oracle/file.cpp", "#include <fstream>\n"}).empty());
}

TEST_CASE("code and documents have a bound on their length, data has none", "[house]") {
  const std::string text(kFileLinesMax + 1, '\n');
  CHECK(texts(check_length({"docs/all.md", text})) == Texts{"docs/all.md:901: 901 lines, more than 900: split it by idea"});
  CHECK(check_length({"check", text}).size() == 1);
  CHECK(check_length({"docs/all.md", text.substr(1)}).empty());
  CHECK(check_length({"tests/golden/joins.txt", text}).empty());
}

TEST_CASE("headers open with pragma once", "[house]") {
  CHECK(check_header_guard({"storage/value.h", "#include <vector>\n#pragma once\n"}).size() == 1);
  CHECK(check_header_guard({"storage/value.h", "int f();\n"}).size() == 1);
  CHECK(check_header_guard({"storage/value.h", "// Values.\n#pragma once\n#include <vector>\n"}).empty());
  CHECK(check_header_guard({"storage/value.cpp", "#include <vector>\n"}).empty());
}

TEST_CASE("no file names a folder of one machine", "[house]") {
  const std::string folder = std::string("/ho") + "me/ann/leftmost";
  CHECK(texts(check_machine_paths({"README.md", "Run\n`" + folder + "/start`\n"})) ==
        Texts{std::string("README.md:2: names a folder of one machine: /ho") + "me/a"});
  CHECK(check_machine_paths({"README.md", "https://example.org" + folder}).empty());
  CHECK(check_machine_paths({"README.md", "bench/work/plan"}).empty());
}

TEST_CASE("nothing in code is left for later", "[house]") {
  CHECK(check_nothing_left_for_later({"storage/value.cpp", std::string("// TO") + "DO: later\n"}).size() == 1);
  CHECK(check_nothing_left_for_later({"storage/value.cpp", "// the todos table\n"}).empty());
}

TEST_CASE("relative links are found outside code", "[house]") {
  const SourceFile file{"docs/a.md",
                        "[`x`](HACKING.md#build) and [y](https://example.org/z)\n"
                        "```\n[code](none.md)\n```\n"
                        "`[code](none.md)` [here](#below) [z](../README.md \"title\")\n"};
  const std::vector<Link> links = relative_links(file);
  REQUIRE(links.size() == 2);
  CHECK(links[0].target == "HACKING.md");
  CHECK(links[0].line == 1);
  CHECK(links[1].target == "../README.md");
  CHECK(links[1].line == 5);
}
