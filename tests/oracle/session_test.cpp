// Files opened, written and refused through a Session. SQLite itself looks at what is on disk afterwards.
#include "oracle/session.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/catch.h"
#include "tests/oracle/scripted_environment.h"
#include "tests/oracle/temporary_folder.h"

using namespace leftmost;
using namespace leftmost::oracle;
using storage::Value;

namespace {

std::unique_ptr<Session> open(const Session::Options& options) {
  auto session = Session::open(options);
  if (!session) FAIL(session.error().message);
  return std::move(*session);
}

std::unique_ptr<Session> open_file(const std::string& path, OpenMode mode = OpenMode::kReadWriteCreate) {
  Session::Options options;
  options.path = path;
  options.mode = mode;
  return open(options);
}

/// Rows as text, `1|'a'` joined by spaces, or `error: message`; a difference between the engines fails the
/// test.
std::string answer(Session& session, std::string_view sql) {
  PreparedNext next = session.prepare_next(sql);
  if (next.error) {
    CHECK(next.agreement.to_text().empty());
    return "error: " + next.error->message;
  }
  REQUIRE(next.statement);
  std::string text;
  const Outcome outcome = next.statement->run([&](std::span<const Value> row) {
    if (!text.empty()) text += ' ';
    text += row_to_text(row);
    return true;
  });
  CHECK(outcome.agreement.to_text().empty());
  return outcome.error ? "error: " + outcome.error->message : text;
}

/// The same, asked of SQLite in a connection of its own.
std::string on_disk(const std::string& path, std::string_view sql) {
  Twin::Options options;
  options.path = path;
  options.mode = OpenMode::kReadOnly;
  auto twin = Twin::open(options);
  if (!twin) return "error: " + twin.error().message;
  auto rows = twin->run(sql);
  if (!rows) return "error: " + rows.error().message;
  std::string text;
  for (const storage::Row& row : rows->rows) {
    std::vector<Value> values;
    for (const auto& value : row) values.push_back(value.view());
    if (!text.empty()) text += ' ';
    text += row_to_text(values);
  }
  return text;
}

void make_file(const std::string& path, std::string_view sql) {
  Twin::Options options;
  options.path = path;
  auto twin = Twin::open(options);
  REQUIRE(twin);
  const auto made = twin->execute(sql);
  if (!made) FAIL(made.error().message);
}

constexpr std::string_view kUsers =
    "CREATE TABLE users(id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, age INT);"
    "CREATE INDEX users_name ON users(last_name, first_name);"
    "INSERT INTO users VALUES (1, 'Smith', 'John', 41), (2, 'Smith', 'Ann', 30), (7, 'Doe', 'John', 22);";

}  // namespace

TEST_CASE("both engines answer a query in memory", "[oracle][session]") {
  const auto session = open({});
  REQUIRE(session->execute(kUsers));
  CHECK(answer(*session, "SELECT id, first_name FROM users WHERE last_name = 'Smith'") == "2|'Ann' 1|'John'");
  PreparedNext next = session->prepare_next("SELECT age FROM users WHERE last_name = ?1; SELECT 2");
  REQUIRE(next.statement);
  CHECK(next.bytes_consumed == 43);
  REQUIRE(next.statement->bind(1, Value::text("Doe")));
  const Outcome outcome = next.statement->run();
  CHECK(outcome.rows == 1);
  CHECK(outcome.agreement.plan_compared);
  CHECK(outcome.agreement.rows_compared);
  CHECK(outcome.agreement.order_compared);
  CHECK(outcome.agreement.agrees());
  REQUIRE(next.statement->bind(1, Value::text("Smith")));
  CHECK(next.statement->run().rows == 2);
}

TEST_CASE("errors are compared as well", "[oracle][session]") {
  const auto session = open({});
  REQUIRE(session->execute("CREATE TABLE t(a UNIQUE, b NOT NULL); INSERT INTO t VALUES (1, 2)"));
  CHECK(answer(*session, "SELECT nope FROM t") == "error: no such column: nope");
  CHECK(answer(*session, "SELEC 1") == "error: near \"SELEC\": syntax error");
  CHECK(answer(*session, "INSERT INTO t VALUES (1, 3)") == "error: UNIQUE constraint failed: t.a");
  CHECK(answer(*session, "INSERT INTO t VALUES (2, NULL)") == "error: NOT NULL constraint failed: t.b");
  CHECK(answer(*session, "CREATE TABLE t(a)") == "error: table t already exists");
  CHECK(answer(*session, "COMMIT") == "error: cannot commit - no transaction is active");
  CHECK(answer(*session, "SELECT * FROM t") == "1|2");
}

TEST_CASE("transactions end on both sides alike", "[oracle][session]") {
  const auto session = open({});
  REQUIRE(session->execute("CREATE TABLE t(a UNIQUE)"));
  SECTION("rolled back") {
    REQUIRE(session->execute("BEGIN; INSERT INTO t VALUES (1); ROLLBACK"));
    CHECK(answer(*session, "SELECT count(*) FROM t") == "0");
  }
  SECTION("savepoints") {
    REQUIRE(
        session->execute("SAVEPOINT a; INSERT INTO t VALUES (1); SAVEPOINT b; INSERT INTO t VALUES (2);"
                         "ROLLBACK TO b; RELEASE a"));
    CHECK(answer(*session, "SELECT a FROM t") == "1");
    CHECK(session->database().is_autocommit());
    CHECK(session->twin()->is_autocommit());
  }
  SECTION("OR ROLLBACK ends the transaction, OR FAIL keeps what it has done") {
    REQUIRE(session->execute("BEGIN; INSERT INTO t VALUES (1)"));
    CHECK(answer(*session, "INSERT OR ROLLBACK INTO t VALUES (1)") == "error: UNIQUE constraint failed: t.a");
    CHECK(session->database().is_autocommit());
    CHECK(session->twin()->is_autocommit());
    CHECK(answer(*session, "SELECT count(*) FROM t") == "0");
    REQUIRE(session->execute("INSERT INTO t VALUES (5)"));
    CHECK(answer(*session, "INSERT OR FAIL INTO t VALUES (4), (5), (6)") ==
          "error: UNIQUE constraint failed: t.a");
    CHECK(answer(*session, "SELECT a FROM t ORDER BY a") == "4 5");
  }
}

TEST_CASE("random values and the time are the same on both sides", "[oracle][session][replay]") {
  const auto session = open({});
  REQUIRE(session->execute("CREATE TABLE t(a, b DEFAULT (random()))"));
  REQUIRE(session->execute("INSERT INTO t(a) VALUES (randomblob(4)), (random()), (random() % 10)"));
  answer(*session, "SELECT *, random(), datetime('now'), CURRENT_TIMESTAMP FROM t");
}

TEST_CASE("a file of SQLite's is opened, written, and there afterwards", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path, std::string(kUsers) +
                      "CREATE TABLE pairs(a TEXT, b INT, PRIMARY KEY(a, b)) WITHOUT ROWID;"
                      "INSERT INTO pairs VALUES ('y', 1), ('x', 2); ANALYZE");
  {
    const auto session = open_file(path);
    CHECK(session->unheld().empty());
    CHECK(answer(*session, "SELECT id, first_name FROM users WHERE last_name = 'Smith'") ==
          "2|'Ann' 1|'John'");
    CHECK(answer(*session, "SELECT * FROM pairs") == "'x'|2 'y'|1");
    CHECK(answer(*session, "SELECT * FROM sqlite_stat1 WHERE idx = 'users_name'") ==
          "'users'|'users_name'|'3 2 1'");
    CHECK(answer(*session, "INSERT INTO users(last_name, age) VALUES ('Roe', 5)").empty());
    CHECK(session->execute("BEGIN; DELETE FROM users WHERE id = 1; COMMIT; CREATE TABLE more(x)"));
  }
  CHECK(on_disk(path, "SELECT id, last_name FROM users ORDER BY id") == "2|'Smith' 7|'Doe' 8|'Roe'");
  CHECK(on_disk(path, "SELECT count(*) FROM more") == "0");
  CHECK(on_disk(path, "PRAGMA integrity_check") == "'ok'");
}

TEST_CASE("a missing file is made where that is wanted", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("new.db");
  SECTION("by the shell") {
    CHECK(open_file(path)->execute("CREATE TABLE t(a); INSERT INTO t VALUES (1)"));
    CHECK(on_disk(path, "SELECT a FROM t") == "1");
  }
  SECTION("not for a question, and not without a twin") {
    Session::Options options;
    options.path = path;
    options.mode = OpenMode::kReadOnly;
    CHECK(Session::open(options).error().code == ErrorCode::kCantOpen);
    options.mode = OpenMode::kReadWriteCreate;
    options.twin = false;
    CHECK(Session::open(options).error().code == ErrorCode::kCantOpen);
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("what cannot be written is not written on either side", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path, kUsers);
  const std::string refusal = "error: attempt to write a readonly database";
  SECTION("opened read-only") {
    const auto session = open_file(path, OpenMode::kReadOnly);
    CHECK(session->is_readonly());
    CHECK(answer(*session, "DELETE FROM users") == refusal);
    CHECK(answer(*session, "SELECT count(*) FROM users") == "3");
  }
  SECTION("without a twin") {
    Session::Options options;
    options.path = path;
    options.twin = false;
    const auto session = open(options);
    CHECK(session->twin() == nullptr);
    CHECK(answer(*session, "DELETE FROM users") == refusal);
    CHECK(answer(*session, "SELECT count(*) FROM users") == "3");
  }
  CHECK(on_disk(path, "SELECT count(*) FROM users") == "3");
}

TEST_CASE("a file that is no database, or damaged, is refused", "[oracle][session][file]") {
  const TemporaryFolder folder;
  Session::Options options;
  SECTION("no database") {
    options.path = folder.file("text.db", std::string(5000, 'x'));
    CHECK(Session::open(options).error().message == "file is not a database");
  }
  SECTION("damaged pages") {
    options.path = folder.file("app.db");
    make_file(options.path,
              "CREATE TABLE t(a);"
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
              " INSERT INTO t SELECT hex(randomblob(20)) FROM n");
    std::fstream file(options.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);  // the table's root page
    file << std::string(4096, '\xff');
    file.close();
    const auto session = Session::open(options);
    REQUIRE_FALSE(session);
    CHECK(session.error().code == ErrorCode::kCorrupt);
    CHECK(session.error().message == "database disk image is malformed");
  }
}

TEST_CASE("a file locked elsewhere", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path, kUsers);
  Twin::Options options;
  options.path = path;
  auto other = Twin::open(options);
  REQUIRE(other);
  SECTION("cannot be opened while it is locked altogether") {
    REQUIRE(other->execute("BEGIN EXCLUSIVE"));
    Session::Options ours;
    ours.path = path;
    const auto session = Session::open(ours);
    REQUIRE_FALSE(session);
    CHECK(session.error().code == ErrorCode::kBusy);
    CHECK(session.error().message == "database is locked");
  }
  SECTION("can be read but not written beside a writer") {
    const auto session = open_file(path);
    REQUIRE(other->execute("BEGIN IMMEDIATE"));
    CHECK(answer(*session, "SELECT count(*) FROM users") == "3");
    CHECK(answer(*session, "DELETE FROM users") == "error: database is locked");
    CHECK(answer(*session, "BEGIN IMMEDIATE") == "error: database is locked");
    CHECK(session->database().is_autocommit());
    CHECK(answer(*session, "SELECT count(*) FROM users") == "3");
    REQUIRE(other->execute("ROLLBACK"));
    CHECK(answer(*session, "DELETE FROM users").empty());
    CHECK(on_disk(path, "SELECT count(*) FROM users") == "0");
  }
  SECTION("a commit that has to wait for a reader can be repeated") {
    const auto session = open_file(path);
    REQUIRE(session->execute("BEGIN; DELETE FROM users WHERE id = 1"));
    auto reader = other->prepare("SELECT * FROM users");
    REQUIRE(reader->step());
    CHECK(answer(*session, "COMMIT") == "error: database is locked");
    CHECK_FALSE(session->database().is_autocommit());
    reader->reset();
    CHECK(answer(*session, "COMMIT").empty());
    CHECK(on_disk(path, "SELECT count(*) FROM users") == "2");
  }
}

TEST_CASE("what another program writes is seen", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path, kUsers);
  const auto session = open_file(path);
  PreparedNext count = session->prepare_next("SELECT count(*) FROM users WHERE age > ?1");
  REQUIRE(count.statement);
  REQUIRE(count.statement->bind(1, Value::integer(25)));
  std::string rows;
  const auto read = [&](std::span<const Value> row) {
    rows += row_to_text(row) + " ";
    return true;
  };
  count.statement->run(read);
  make_file(path, "INSERT INTO users(age) VALUES (50); CREATE INDEX users_age ON users(age)");
  CHECK(count.statement->run(read).agreement.to_text().empty());
  CHECK(rows == "2 3 ");
  CHECK(session->reload_count() == 1);
  SECTION("also after BEGIN") {
    REQUIRE(session->execute("BEGIN"));
    make_file(path, "INSERT INTO users(age) VALUES (60)");
    CHECK(answer(*session, "SELECT count(*) FROM users") == "5");
    CHECK_FALSE(session->database().is_autocommit());
    REQUIRE(session->execute("DELETE FROM users; ROLLBACK"));
    CHECK(answer(*session, "SELECT count(*) FROM users") == "5");
  }
  SECTION("a statement may have become impossible") {
    make_file(path, "DROP TABLE users");
    CHECK(count.statement->run().error->message == "no such table: users");
  }
}

TEST_CASE("a full disk undoes the statement on both sides", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string disk = folder.file("disk");
  REQUIRE(mkdir(disk.c_str(), 0700) == 0);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k") != 0) {
    WARN("no right to mount a small disk: left out");
    return;
  }
  struct Unmount {
    std::string path;
    ~Unmount() { umount2(path.c_str(), MNT_DETACH); }
  } const unmount{disk};
  const std::string path = disk + "/app.db";
  {
    const auto session = open_file(path);
    REQUIRE(session->execute("CREATE TABLE t(a); INSERT INTO t VALUES ('kept')"));
    CHECK(answer(*session, "INSERT INTO t SELECT hex(zeroblob(400000))") ==
          "error: database or disk is full");
    CHECK(answer(*session, "SELECT a FROM t") == "'kept'");
    SECTION("and a whole transaction") {
      REQUIRE(session->execute("BEGIN; INSERT INTO t VALUES ('lost')"));
      std::string error;
      for (int i = 0; i < 100 && error.empty(); ++i) {
        const auto filled = session->execute("INSERT INTO t SELECT hex(zeroblob(40000))");
        if (!filled) error = filled.error().message;
      }
      if (error.empty()) {  // SQLite's page cache held it all: the disk is found full when committing
        const auto committed = session->execute("COMMIT");
        REQUIRE_FALSE(committed);
        error = committed.error().message;
        if (!session->database().is_autocommit()) REQUIRE(session->execute("ROLLBACK"));
      }
      CHECK(error == "database or disk is full");
      CHECK(session->database().is_autocommit() == session->twin()->is_autocommit());
      if (!session->database().is_autocommit()) REQUIRE(session->execute("ROLLBACK"));
      CHECK(answer(*session, "SELECT a FROM t") == "'kept'");
    }
    CHECK(session->execute("INSERT INTO t VALUES ('later')"));
  }
  CHECK(on_disk(path, "SELECT a FROM t") == "'kept' 'later'");
  CHECK(on_disk(path, "PRAGMA integrity_check") == "'ok'");
}

TEST_CASE("what we cannot hold is named and does not stop the rest", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path,
            std::string(kUsers) +
                "CREATE VIRTUAL TABLE words USING fts5(word);"
                "CREATE TABLE log(x);"
                "CREATE TRIGGER users_log AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END");
  {
    const auto session = open_file(path);
    std::vector<std::string> named;
    for (const Unheld& thing : session->unheld()) named.push_back(thing.kind + " " + thing.name);
    CHECK(std::find(named.begin(), named.end(), "virtual table words") != named.end());
    CHECK(named.size() == 1);  // the tables that fts5 made are tables like others
    CHECK(answer(*session, "SELECT count(*) FROM users") == "3");
    CHECK(answer(*session, "INSERT INTO words VALUES ('x')").find("error: not supported: ") == 0);
    CHECK(answer(*session, "INSERT INTO log VALUES (1)").empty());
  }
  CHECK(on_disk(path, "SELECT count(*) FROM log") == "1");
}

TEST_CASE("triggers of a file fire on both sides", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path, std::string(kUsers) +
                      "CREATE TABLE log(n INTEGER PRIMARY KEY, what, id);"
                      "CREATE VIEW names AS SELECT id, age FROM users;"
                      "CREATE TRIGGER users_log AFTER INSERT ON users BEGIN INSERT INTO log(what, id) VALUES "
                      "('new', new.id); END;"
                      "CREATE TRIGGER users_first BEFORE UPDATE ON users WHEN new.age < 0 BEGIN SELECT "
                      "RAISE(ABORT, 'too young'); END;"
                      "CREATE TRIGGER names_gone INSTEAD OF DELETE ON names BEGIN DELETE FROM users WHERE id "
                      "= old.id; END;");
  {
    const auto session = open_file(path);
    CHECK(session->unheld().empty());
    CHECK(answer(*session, "INSERT INTO users(age) VALUES (1), (2)").empty());
    CHECK(answer(*session, "UPDATE users SET age = -1").find("error: too young") == 0);
    CHECK(answer(*session, "DELETE FROM names WHERE age = 1").empty());
    CHECK(answer(*session, "SELECT count(*) FROM users") == "4");
    CHECK(answer(*session,
                 "CREATE TRIGGER users_gone AFTER DELETE ON users BEGIN INSERT INTO log(what, id) VALUES "
                 "('gone', old.id); END")
              .empty());
    CHECK(answer(*session, "DELETE FROM users WHERE age = 2").empty());
  }
  CHECK(on_disk(path, "SELECT what FROM log ORDER BY n") == "'new' 'new' 'gone'");
  CHECK(on_disk(path, "SELECT count(*) FROM users") == "3");
}

TEST_CASE("a table without rowid is loaded in the order of its key, whatever indexes it has",
          "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("pairs.db");
  make_file(path,
            "CREATE TABLE pairs(a INT, b TEXT COLLATE NOCASE, PRIMARY KEY(a, b DESC)) WITHOUT ROWID;"
            "CREATE INDEX pairs_b ON pairs(b, a);"
            "INSERT INTO pairs VALUES (2, 'A'), (1, 'b'), (1, 'C'), (3, 'a')");
  const auto session = open_file(path);
  CHECK(session->unheld().empty());
  CHECK(answer(*session, "SELECT * FROM pairs ORDER BY a, b") == "1|'b' 1|'C' 2|'A' 3|'a'");
}

TEST_CASE("generated columns and STRICT tables of a file are loaded and written", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("boxes.db");
  // abs() of the last row cannot be computed, which is no reason not to load it.
  make_file(path,
            "CREATE TABLE box(w INT, area INT AS (w * w), label TEXT AS (w || 'm') STORED) STRICT;"
            "CREATE INDEX box_area ON box(area);"
            "CREATE TABLE pair(a INT, b TEXT, both TEXT AS (a || b), PRIMARY KEY(b)) WITHOUT ROWID;"
            "CREATE TABLE limits(a INT);"
            "INSERT INTO box VALUES (2), (3); INSERT INTO pair VALUES (1, 'x');"
            "INSERT INTO limits VALUES (-9223372036854775808); ALTER TABLE limits ADD COLUMN b AS (abs(a))");
  {
    const auto session = open_file(path);
    CHECK(session->unheld().empty());
    CHECK(answer(*session, "SELECT * FROM box WHERE area = 9") == "3|9|'3m'");
    CHECK(answer(*session, "SELECT both FROM pair") == "'1x'");
    CHECK(answer(*session, "SELECT count(*), a FROM limits") == "1|-9223372036854775808");
    CHECK(answer(*session, "INSERT INTO box VALUES (4) RETURNING area, label") == "16|'4m'");
    CHECK(answer(*session, "UPDATE pair SET a = 2 RETURNING both") == "'2x'");
  }
  const auto again = open_file(path);
  CHECK(answer(*again, "SELECT area, label FROM box ORDER BY area") == "4|'2m' 9|'3m' 16|'4m'");
  CHECK(answer(*again, "SELECT both FROM pair") == "'2x'");
}

TEST_CASE("text that is not UTF-8 and blobs come through a file byte for byte", "[oracle][session][file]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("app.db");
  make_file(path,
            "CREATE TABLE t(a, b); INSERT INTO t VALUES (CAST(x'ff00fe' AS TEXT), x'00ff'), (1.0, '1')");
  const auto session = open_file(path);
  CHECK(answer(*session, "SELECT hex(a), typeof(a), hex(b), typeof(b) FROM t") ==
        "'FF00FE'|'text'|'00FF'|'blob' '312E30'|'real'|'31'|'text'");
}

TEST_CASE("a stopped statement leaves both engines ready", "[oracle][session]") {
  const auto session = open({});
  REQUIRE(session->execute(kUsers));
  PreparedNext next = session->prepare_next("SELECT id FROM users");
  const Outcome outcome = next.statement->run([](std::span<const Value>) { return false; });
  CHECK(outcome.stopped);
  CHECK(outcome.rows == 1);
  CHECK_FALSE(outcome.agreement.rows_compared);
  CHECK(session->execute("DROP TABLE users"));
}
