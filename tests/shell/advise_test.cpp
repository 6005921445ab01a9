// leftmost advise: what it says can be run, does what it says, and is no more than is needed.
#include <fstream>
#include <nlohmann/json.hpp>

#include "oracle/twin.h"
#include "tests/catch.h"
#include "tests/shell/program_run.h"

using namespace leftmost;
using namespace leftmost::shell::test;
using Json = nlohmann::json;

namespace {

/// A small shop in a file: 3000 orders of 300 customers.
class Orders {
 public:
  Orders() {
    execute(
        "CREATE TABLE customer(id INTEGER PRIMARY KEY, email TEXT UNIQUE, city TEXT);"
        "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT REFERENCES customer(id), day INT, "
        "status TEXT, total INT);"
        "CREATE INDEX orders_total ON orders(total);"
        "CREATE INDEX orders_status ON orders(status);"
        "CREATE INDEX orders_status_day ON orders(status, day);"
        "CREATE INDEX customer_of_order ON orders(customer_id);"
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        " INSERT INTO customer SELECT i, 'u' || i, 'City' || (i % 30) FROM n;"
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
        " INSERT INTO orders SELECT i, i % 300 + 1, i * 7 % 365, 's' || (i % 50), i * 13 % 1000 FROM n;");
  }
  void execute(const std::string& sql) {
    auto twin = oracle::Twin::open({path(), oracle::OpenMode::kReadWriteCreate, 0, nullptr});
    REQUIRE(twin);
    const auto done = twin->execute(sql);
    INFO((done ? std::string() : done.error().message));
    REQUIRE(done);
  }
  std::string path() const { return (folder_.path() / "data" / "app.db").string(); }
  Run advise(const std::string& queries, const std::string& options = "") const {
    std::ofstream(folder_.path() / "in", std::ios::binary) << queries;
    return run_in(folder_, LEFTMOST_PROGRAM, "advise app.db - " + options);
  }
  Json advise_json(const std::string& queries, const std::string& options = "") const {
    const Run run = advise(queries, "--json " + options);
    REQUIRE(run.status == 0);
    return Json::parse(run.out);
  }

 private:
  Folder folder_;
};

std::vector<std::string> names(const Json& indexes) {
  std::vector<std::string> found;
  for (const Json& index : indexes) found.push_back(index["name"]);
  return found;
}

}  // namespace

TEST_CASE("one index serves two statements where one can", "[shell][advise]") {
  const Orders orders;
  const Json advice = orders.advise_json(
      "SELECT id FROM orders WHERE day = 7 AND total = 91;\n"
      "SELECT id FROM orders WHERE day = 9;\n"
      "SELECT email FROM customer WHERE id = 4;\n");
  REQUIRE(advice["create"].size() == 1);
  CHECK(advice["create"][0]["sql"].get<std::string>().substr(0, 60).find("ON orders(day") !=
        std::string::npos);
  CHECK(advice["create"][0]["bytes"] > 0);
  CHECK(advice["create"][0]["entries"] == 3000);
  CHECK(advice["search"]["exact"] == true);
  CHECK(advice["drop"].empty());
  const Json& statement = advice["statements"][1];
  CHECK(statement["rows_before"] == 3000);
  CHECK(statement["rows_after"] < 20);
  CHECK(statement["after"].get<std::string>().find("SEARCH orders USING") == 0);
}

TEST_CASE("the advice is SQL that can be run, and then there is nothing more to advise", "[shell][advise]") {
  Orders orders;
  const std::string queries =
      "SELECT email FROM customer WHERE city = 'City7';\n"
      "SELECT o.id FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.city = 'City8' AND o.day = "
      "7;\n"
      "SELECT total FROM orders WHERE status = 's3' ORDER BY total DESC LIMIT 3;\n"
      "DELETE FROM orders WHERE day = :day AND total < 100;\n";
  const Run first = orders.advise(queries);
  CHECK(first.status == 0);
  CHECK(first.out.find("CREATE INDEX") != std::string::npos);
  orders.execute(first.out);
  const Run second = orders.advise(queries);
  CHECK(second.status == 0);
  CHECK(second.out.find("CREATE INDEX") == std::string::npos);
  CHECK(second.out.find("no new index would help") != std::string::npos);
}

TEST_CASE("a database is only read", "[shell][advise]") {
  const Orders orders;
  const std::string before = read_file(orders.path());
  CHECK(orders
            .advise("UPDATE orders SET total = 0 WHERE day = 7; DELETE FROM customer WHERE city = 'City1';",
                    "--drop")
            .status == 0);
  CHECK(read_file(orders.path()) == before);
}

TEST_CASE("indexes that no statement needs are named, those of constraints and foreign keys never",
          "[shell][advise]") {
  const Orders orders;
  const Json advice =
      orders.advise_json("SELECT id FROM orders WHERE status = 's3' AND day > 100;", "--drop");
  CHECK(names(advice["drop"]) == std::vector<std::string>{"orders_status", "orders_total"});
  CHECK(advice["drop"][0]["bytes"] > 0);
  const Json used = orders.advise_json(
      "SELECT id FROM orders WHERE status = 's3'; SELECT id FROM orders WHERE total = 7;", "--drop");
  CHECK(names(used["drop"]).size() == 1);  // one of the two on status
}

TEST_CASE("weights add up, also by repetition", "[shell][advise]") {
  const Orders orders;
  const Json advice = orders.advise_json(
      "-- leftmost: weight 10\nSELECT id FROM orders WHERE day = 7;\nselect id from orders where "
      "day=7;\nSELECT 1;");
  CHECK(advice["statements"][0]["weight"] == 11);
  CHECK(advice["statements"][0]["occurrences"] == 2);
}

TEST_CASE("statements that the database does not understand are named, the others served",
          "[shell][advise]") {
  const Orders orders;
  const Run run = orders.advise("SELEC 1;\nSELECT id FROM orders WHERE day = 7;\n");
  CHECK(run.status == 2);
  CHECK(run.err == "leftmost advise: <stdin>:1:1: near \"SELEC\": syntax error; expected a statement\n");
  CHECK(run.out.find("CREATE INDEX orders_day") != std::string::npos);
  CHECK(orders.advise("").status == 2);
}

TEST_CASE("an index that a trigger, a view or a statement we do not support may use is not dropped",
          "[shell][advise]") {
  Orders orders;
  CHECK(names(orders.advise_json("SELECT email FROM customer WHERE id = 4;", "--drop")["drop"]) ==
        std::vector<std::string>{"orders_status_day", "orders_status", "orders_total"});
  orders.execute("CREATE VIEW totals AS SELECT * FROM orders INDEXED BY orders_total WHERE total > 5");
  CHECK(names(orders.advise_json("SELECT email FROM customer WHERE id = 4;", "--drop")["drop"]) ==
        std::vector<std::string>{"orders_status_day", "orders_status"});
  orders.execute(
      "CREATE TRIGGER counts AFTER DELETE ON customer BEGIN UPDATE orders SET day = 1 WHERE status = 's1'; "
      "END");
  CHECK(orders.advise_json("SELECT email FROM customer WHERE id = 4;", "--drop")["drop"].empty());
}
