// leftmost lint on a database that SQLite made, with 50 statements that say themselves what is to be found in
// them; what comments allow; plans that get worse; and files that are no SQL.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "oracle/twin.h"
#include "tests/catch.h"
#include "tests/shell/program_run.h"

using namespace leftmost;
using namespace leftmost::shell::test;
using Json = nlohmann::json;

namespace {

const fs::path kFiles = fs::path(LEFTMOST_SOURCE_DIR) / "tests/shell/lint";

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// A folder with shop.db as SQLite makes it of tests/shell/lint/shop.sql, and the file of statements.
class Shop {
 public:
  Shop() {
    auto twin =
        oracle::Twin::open({(data() / "shop.db").string(), oracle::OpenMode::kReadWriteCreate, 0, nullptr});
    REQUIRE(twin);
    const auto made = twin->execute("BEGIN;" + read_file(kFiles / "shop.sql") + "COMMIT;");
    INFO((made ? std::string() : made.error().message));
    REQUIRE(made);
    fs::copy_file(kFiles / "queries.sql", data() / "queries.sql");
  }
  fs::path data() const { return folder_.path() / "data"; }
  Run lint(const std::string& arguments) const {
    return run_in(folder_, LEFTMOST_PROGRAM, "lint " + arguments);
  }
  Run lint_text(std::string_view queries, const std::string& arguments = "") const {
    write(folder_.path() / "in", queries);
    return lint("shop.db - --queries-only " + arguments);
  }
  void execute(const std::string& sql) const {
    auto twin = oracle::Twin::open({(data() / "shop.db").string(), oracle::OpenMode::kReadWrite, 0, nullptr});
    REQUIRE(twin);
    REQUIRE(twin->execute(sql));
  }

 private:
  Folder folder_;
};

/// `queries.sql:5:28: error: code: text` -> `5:28 error code`
std::vector<std::string> verdicts(const std::string& out) {
  std::vector<std::string> found;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    for (std::size_t colon = line.find(':'); colon != std::string::npos && parts.size() < 5;
         colon = line.find(':', at)) {
      parts.push_back(line.substr(at, colon - at));
      at = colon + 1;
    }
    if (parts.size() == 5) found.push_back(parts[1] + ":" + parts[2] + parts[3] + parts[4]);
  }
  return found;
}

/// What the comments of queries.sql say: by the line of the statement, the codes; none for `fine`.
std::map<std::size_t, std::vector<std::string>> expectations() {
  std::map<std::size_t, std::vector<std::string>> all;
  std::ifstream file(kFiles / "queries.sql");
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line == "-- fine") all[number + 1];
    if (line.substr(0, 10) != "-- expect ") continue;
    std::istringstream codes(line.substr(10));
    for (std::string code; codes >> code;) all[number + 1].push_back(code);
  }
  return all;
}

}  // namespace

TEST_CASE("fifty statements of a shop get the verdicts that their comments ask for", "[shell][lint]") {
  const Shop shop;
  const auto expected = expectations();
  REQUIRE(expected.size() == 50);
  const Run run = shop.lint("shop.db queries.sql --format json -o findings.json");
  CHECK(run.status == 1);
  const Json json = Json::parse(read_file(shop.data() / "findings.json"));
  CHECK(json["summary"]["statements"] == 50);
  CHECK_FALSE(json.contains("disagreements"));

  std::map<std::size_t, std::multiset<std::string>> found;
  std::set<std::size_t> complained;
  std::set<std::string> about_schema;
  for (const Json& finding : json["findings"]) {
    if (!finding.contains("line")) {
      CHECK(finding["file"] == "shop.db");
      about_schema.insert(finding["code"].get<std::string>() + " " + finding.value("index", "-"));
      continue;
    }
    const std::size_t line = finding["line"];
    found[line].insert(finding["code"].get<std::string>());
    if (finding["severity"] != "note") complained.insert(line);
  }
  for (const auto& [line, codes] : expected) {
    INFO("line " << line);
    if (codes.empty()) CHECK(complained.count(line) == 0);
    for (const std::string& code : codes) {
      INFO(code);
      CHECK(found[line].count(code) == 1);
    }
  }
  CHECK(about_schema.count("unused-index supplier_country") == 1);
  CHECK(about_schema.count("statistics-missing -") == 1);
  CHECK(about_schema.count("unused-index orders_status") == 0);
}

TEST_CASE("all formats tell of the same findings", "[shell][lint]") {
  const Shop shop;
  const auto lint = [&](const std::string& format) {
    return shop.lint("shop.db queries.sql -q --format " + format);
  };
  const std::size_t count = Json::parse(lint("json").out)["findings"].size();
  REQUIRE(count > 35);
  const auto count_lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  CHECK(static_cast<std::size_t>(count_lines(lint("text").out)) == count);

  const std::string github = lint("github").out;
  CHECK(static_cast<std::size_t>(count_lines(github)) == count);
  CHECK(github.substr(0, 28) == "::error file=queries.sql,lin");

  const std::string junit = lint("junit").out;
  std::size_t cases = 0;
  for (std::size_t at = junit.find("<testcase "); at != std::string::npos;
       at = junit.find("<testcase ", at + 1))
    ++cases;
  CHECK(cases == count);

  const Json sarif = Json::parse(lint("sarif").out);
  CHECK(sarif["version"] == "2.1.0");
  const Json& run = sarif["runs"][0];
  const Json& rules = run["tool"]["driver"]["rules"];
  REQUIRE(run["results"].size() == count);
  std::set<std::string> fingerprints;
  for (const Json& result : run["results"]) {
    CHECK(rules.at(result["ruleIndex"].get<std::size_t>())["id"] == result["ruleId"]);
    CHECK(std::set<std::string>{"note", "warning", "error"}.count(result["level"]) == 1);
    fingerprints.insert(result["partialFingerprints"]["leftmostFinding/v1"]);
    const Json& place = result["locations"][0]["physicalLocation"];
    const Json& artifact = run["artifacts"].at(place["artifactLocation"]["index"].get<std::size_t>());
    CHECK(artifact["location"]["uri"] == place["artifactLocation"]["uri"]);
    if (!place.contains("region")) continue;
    CHECK(place["region"]["startLine"] >= 1);
    CHECK(place["region"]["startColumn"] >= 1);
    CHECK(place["region"]["endLine"] >= place["region"]["startLine"]);
  }
  CHECK(fingerprints.size() == count);
  for (const Json& rule : rules) {
    CHECK(rule["helpUri"].get<std::string>().substr(0, 8) == "https://");
    CHECK_FALSE(rule["help"]["text"].get<std::string>().empty());
  }
}

// What `leftmost lint --schema hostile.sql hostile_queries.sql --format ...` says, to the byte.
TEST_CASE("names and values that the formats would trip over are spelled as each of them wants",
          "[shell][lint]") {
  const Folder folder;
  const fs::path data = folder.path() / "data";
  for (const char* file : {"hostile.sql", "hostile_queries.sql"}) fs::copy_file(kFiles / file, data / file);
  for (const std::string format : {"text", "json", "sarif", "github", "junit"}) {
    const Run run = run_in(folder, LEFTMOST_PROGRAM,
                           "lint --schema hostile.sql hostile_queries.sql -q --format " + format);
    INFO(format);
    CHECK(run.status == 2);
    CHECK(run.err.empty());
    CHECK(run.out == read_file(kFiles / ("hostile." + format)));
  }
}

TEST_CASE("222 statements with joins get these findings and no others", "[shell][lint]") {
  const Folder folder;
  const fs::path data = folder.path() / "data";
  for (const char* file : {"records.sql", "records_queries.sql"}) fs::copy_file(kFiles / file, data / file);
  const Run run = run_in(folder, LEFTMOST_PROGRAM, "lint --schema records.sql records_queries.sql");
  CHECK(run.status == 1);
  CHECK(run.out == read_file(kFiles / "records_findings.txt"));
}

TEST_CASE("a value that is far more common than the average is found in the file", "[shell][lint]") {
  const Shop shop;
  shop.execute(
      "CREATE TABLE job(id INTEGER PRIMARY KEY, state TEXT, payload TEXT);"
      "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
      "INSERT INTO job SELECT i, CASE WHEN i % 100 THEN 'done' ELSE 'open' || i % 7 END, 'p' || i FROM n;"
      "CREATE INDEX job_state ON job(state); ANALYZE;");
  const auto lint = [&](const std::string& sql) { return verdicts(shop.lint_text(sql).out); };
  const std::vector<std::string> skewed = {"1:27 note stats-average-hides-skew"};
  CHECK(lint("SELECT * FROM job j WHERE j.state = 'done';") == skewed);
  CHECK(lint("SELECT * FROM job j WHERE j.state = 'open1';").empty());
  CHECK(lint("SELECT id FROM job j WHERE j.state = 'done';").empty());  // covering
  CHECK(lint("SELECT * FROM job j WHERE j.state = ?;").empty());
}

TEST_CASE("nothing is found where an index is used against all belief", "[shell][lint]") {
  const Shop shop;
  fs::copy_file(kFiles / "beliefs.sql", shop.data() / "beliefs.sql");
  const Run run = shop.lint("shop.db beliefs.sql --queries-only");
  CHECK(run.out == "65 statements in 1 file: no findings\n");
  CHECK(run.status == 0);
}

TEST_CASE("line ends of Windows and a mark at the beginning are no part of the SQL", "[shell][lint]") {
  const Shop shop;
  const std::string unix =
      "SELECT 1;\n-- leftmost: allow P\nSELECT email FROM customer\nWHERE upper(last_name) = 'X';\n";
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : unix) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto found = verdicts(shop.lint_text(unix, "--no-suggestions").out);
  CHECK(found == std::vector<std::string>{"2:20 note unused-allow", "4:7 error column-inside-function"});
  CHECK(verdicts(shop.lint_text(windows, "--no-suggestions").out) == found);
}

TEST_CASE("a finding's fingerprint stays when lines are added above it", "[shell][lint]") {
  const Shop shop;
  const std::string query = "SELECT email FROM customer WHERE first_name = 'F1';\n";
  const Json one = Json::parse(shop.lint_text(query, "--format json").out);
  const Json two = Json::parse(shop.lint_text("-- more\n\n" + query, "--format json").out);
  REQUIRE_FALSE(one["findings"].empty());
  CHECK(one["findings"][0]["fingerprint"] == two["findings"][0]["fingerprint"]);
  CHECK(one["findings"][0]["line"] != two["findings"][0]["line"]);
}

TEST_CASE("comments allow findings, and are found out when there are none", "[shell][lint]") {
  const Shop shop;
  const auto lint = [&](const std::string& text) {
    return verdicts(shop.lint_text(text, "--no-suggestions").out);
  };
  const std::string query = "SELECT email FROM customer WHERE upper(last_name) = 'X'";
  using Found = std::vector<std::string>;
  CHECK(lint(query + ";") == Found{"1:34 error column-inside-function"});
  CHECK(lint("-- leftmost: allow column-inside-function\n" + query + ";").empty());
  CHECK(lint(query + "; -- leftmost: allow X because of what the importer does\n").empty());
  CHECK(lint("SELECT email FROM customer /* leftmost: allow prefix-gap, X */ WHERE upper(last_name) = 'X'") ==
        Found{"1:47 note unused-allow"});
  CHECK(lint("-- leftmost: allow-file X\n" + query + ";\n" + query + ";").empty());
  CHECK(lint(query + ";\n-- leftmost: allow X\n" + query + ";") ==
        Found{"1:34 error column-inside-function"});
  CHECK(lint("-- leftmost: allow nonsense\nSELECT 1;") == Found{"1:20 warning unknown-code"});
  CHECK(lint("-- leftmost: alow X\nSELECT 1;") == Found{"1:1 warning bad-comment"});
  CHECK(lint("SELECT 1;\n-- leftmost: allow X\n") == Found{"2:1 warning bad-comment"});
}

TEST_CASE("severities and what fails are the user's to say", "[shell][lint]") {
  const Shop shop;
  const std::string scan = "SELECT email FROM customer WHERE upper(last_name) = 'X';";
  const std::string sort = "SELECT order_id FROM orders WHERE status = 'open' ORDER BY employee_id;";
  CHECK(shop.lint_text(scan).status == 1);
  CHECK(shop.lint_text(scan, "--fail-on never").status == 0);
  CHECK(shop.lint_text(scan, "--allow column-inside-function").status == 0);
  CHECK(shop.lint_text(scan, "--allow X,L").out == "1 statement in 1 file: no findings\n");
  CHECK(shop.lint_text(scan, "--warn X").status == 0);
  CHECK(shop.lint_text(scan, "--warn X --error column-inside-function").status == 1);
  CHECK(shop.lint_text(sort).status == 0);
  CHECK(shop.lint_text(sort, "--fail-on warning").status == 1);
  CHECK(shop.lint_text(sort, "--fail-on O").status == 1);
  CHECK(shop.lint_text(sort, "--severity error -q").out.empty());
  CHECK(shop.lint_text(scan, "--min-rows 2000").status == 1);
  CHECK(shop.lint_text(scan, "--min-rows 2001").status == 0);
  CHECK(shop.lint_text(scan, "--min-scan 2001").status == 0);
  CHECK(shop.lint_text(scan, "--allow nonsense").status == 2);
  CHECK(shop.lint("shop.db").status == 2);
  CHECK(shop.lint("").status == 2);
  CHECK(shop.lint("--explain prefix-gap").status == 0);
  CHECK(shop.lint("--explain nonsense").status == 2);
}

TEST_CASE("a statement that is no SQL does not hide the others", "[shell][lint]") {
  const Shop shop;
  const Run run = shop.lint_text(
      "SELEC 1;\nSELECT email FROM customer WHERE upper(last_name) = 'X';\n  SELECT x FROM nothing;\n"
      "SELECT \xC3\xA9mail FROM customer;\nSELECT 'open",
      "--no-suggestions");
  CHECK(run.status == 2);
  CHECK(verdicts(run.out) ==
        std::vector<std::string>{"1:1 error sql-error", "2:34 error column-inside-function",
                                 "3:17 error sql-error", "4:8 error sql-error", "5:8 error sql-error"});
}

TEST_CASE("definitions and settings in the file of statements count for what follows", "[shell][lint]") {
  const Shop shop;
  const std::string query = "SELECT email FROM customer WHERE born = 1970;";
  CHECK(shop.lint_text(query).status == 1);
  CHECK(shop.lint_text("CREATE INDEX customer_born ON customer(born);" + query).status == 0);
  CHECK(shop.lint_text("CREATE TABLE customer(x);" + query).status == 1);  // it is there already
  CHECK(shop.lint_text("BEGIN; ANALYZE; COMMIT; SELECT 1;").status == 0);
  CHECK(shop.lint_text("SELECT email FROM customer WHERE customer_id = :id; -- leftmost: bind :id = 7")
            .status == 0);
  CHECK(verdicts(shop.lint_text("SELECT 1; -- leftmost: bind :id = 7").out) ==
        std::vector<std::string>{"1:1 warning bad-comment"});
}

TEST_CASE("a deleted parent has its children looked for", "[shell][lint]") {
  const Shop shop;
  const std::string query = "DELETE FROM category WHERE category_id = 3;";
  CHECK(verdicts(shop.lint_text(query).out) ==
        std::vector<std::string>{"1:13 error foreign-key-child-unindexed"});
  CHECK(shop.lint_text(query, "--allow H").status == 0);
}

TEST_CASE("a file of definitions does instead of a database", "[shell][lint]") {
  const Shop shop;
  fs::copy_file(kFiles / "shop.sql", shop.data() / "shop.sql");
  const Run from_script = shop.lint("--schema shop.sql queries.sql --queries-only");
  CHECK(from_script.status == 1);
  CHECK(from_script.out == shop.lint("shop.db queries.sql --queries-only").out);
  write(shop.data() / "bad.sql", "CREATE TABLE t(a);\nCREATE INDEX t_b ON t(b);\n");
  const Run bad = shop.lint("--schema bad.sql queries.sql");
  CHECK(bad.status == 2);
  CHECK(bad.err.substr(0, 25) == "leftmost lint: bad.sql:2:");
}

TEST_CASE("files that are no SQL are refused by name", "[shell][lint]") {
  const Shop shop;
  fs::create_directory(shop.data() / "folder");
  write(shop.data() / "empty.sql", "");
  write(shop.data() / "comment.sql", "-- nothing here\n");
  write(shop.data() / "nul.sql", std::string_view("SELECT 1;\nSELECT \0;", 19));
  const auto complaint = [&](const std::string& arguments) {
    const Run run = shop.lint(arguments);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    return run.err;
  };
  CHECK(complaint("shop.db missing.sql") == "leftmost lint: missing.sql: No such file or directory\n");
  CHECK(complaint("shop.db folder") == "leftmost lint: folder: is a folder, not a file\n");
  CHECK(complaint("shop.db empty.sql") == "leftmost lint: empty.sql: there is no statement in it\n");
  CHECK(complaint("shop.db comment.sql") == "leftmost lint: comment.sql: there is no statement in it\n");
  CHECK(complaint("shop.db nul.sql") == "leftmost lint: nul.sql:2: is not SQL text: it has a NUL byte\n");
  CHECK(complaint("shop.db shop.db") == "leftmost lint: shop.db: is a database, not a file of SQL\n");
  CHECK(complaint("missing.db queries.sql").find("missing.db") != std::string::npos);
  CHECK(complaint("queries.sql queries.sql").find("not a database") != std::string::npos);
  CHECK(complaint("shop.db queries.sql --check-plans missing.plans").find("missing.plans") !=
        std::string::npos);
  CHECK(
      complaint("shop.db queries.sql --check-plans queries.sql").find("queries.sql:1: is no file of plans") !=
      std::string::npos);
}

TEST_CASE("a plan that got worse fails, another or a better one does not", "[shell][lint][plans]") {
  const Shop shop;
  const std::string quiet = "shop.db queries.sql --queries-only -q --fail-on never ";
  CHECK(shop.lint(quiet + "--save-plans shop.plans").status == 0);
  const auto check = [&] {
    return shop.lint(
        "shop.db queries.sql --queries-only --no-suggestions --allow P,X,L,B,I,J,H,O,C,S "
        "--check-plans shop.plans");
  };
  CHECK(check().status == 0);
  // The order of the statements and their layout are nobody's business.
  const std::string queries = read_file(shop.data() / "queries.sql");
  write(shop.data() / "queries.sql",
        "SELECT\n  2; SELECT   customer_id,email -- two\n from customer where customer_id=:id;" + queries);
  CHECK(check().status == 0);

  shop.execute("DROP INDEX orders_customer");
  const Run worse = check();
  CHECK(worse.status == 1);
  CHECK(
      worse.out.find("plan-worse: orders was searched (SEARCH orders USING COVERING INDEX orders_customer") !=
      std::string::npos);
  shop.execute("CREATE INDEX orders_customer ON orders(customer_id, placed_on)");
  CHECK(check().status == 0);
  shop.execute("CREATE INDEX orders_employee ON orders(employee_id)");
  const Run better = check();
  CHECK(better.status == 0);
  CHECK(better.out.find(
            "note: plan-changed: now SEARCH orders USING INDEX orders_employee (employee_id=?), before "
            "SCAN orders") != std::string::npos);
  CHECK(better.out.find("changed, not worse") != std::string::npos);
}
