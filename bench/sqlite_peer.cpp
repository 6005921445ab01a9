#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>

#include "bench/peer.h"
#include "bench/sql_text.h"

namespace leftmost::bench {
namespace {

class SqlitePeer final : public Peer {
 public:
  SqlitePeer() { check(sqlite3_open(":memory:", &connection_)); }
  ~SqlitePeer() override {
    for (sqlite3_stmt* statement : {age_of_, sum_of_pair_, count_of_last_, sum_of_last_, count_of_first_, sum_of_first_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(connection_);
  }

  std::string_view name() const override { return "SQLite"; }

  bool load(const Users& users, bool with_index) override {
    execute(kCreateTable);
    if (with_index) execute(kCreateIndex);
    execute("BEGIN");
    sqlite3_stmt* insert = prepare(kInsert);
    for (const User& user : users.rows) {
      sqlite3_bind_int64(insert, 1, user.id);
      bind_text(insert, 2, user.last_name);
      bind_text(insert, 3, user.first_name);
      sqlite3_bind_int64(insert, 4, user.age);
      bind_text(insert, 5, user.email);
      if (sqlite3_step(insert) != SQLITE_DONE) check(SQLITE_ERROR);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    execute("COMMIT");
    return true;
  }

  bool build_index() override {
    execute(kCreateIndex);
    return true;
  }

  std::int64_t age_of(std::int64_t id) override {
    sqlite3_stmt* statement = prepared(age_of_, kAgeOf);
    sqlite3_bind_int64(statement, 1, id);
    return answer(statement);
  }
  std::int64_t sum_of_pair(std::string_view last_name, std::string_view first_name) override {
    sqlite3_stmt* statement = prepared(sum_of_pair_, kSumOfPair);
    bind_text(statement, 1, last_name);
    bind_text(statement, 2, first_name);
    return answer(statement);
  }
  std::int64_t count_of_last_name(std::string_view name) override { return ask(count_of_last_, kCountOfLastName, name); }
  std::int64_t sum_of_last_name(std::string_view name) override { return ask(sum_of_last_, kSumOfLastName, name); }
  std::int64_t count_of_first_name(std::string_view name) override { return ask(count_of_first_, kCountOfFirstName, name); }
  std::int64_t sum_of_first_name(std::string_view name) override { return ask(sum_of_first_, kSumOfFirstName, name); }

 private:
  void check(int result) {
    if (result == SQLITE_OK) return;
    std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(connection_));
    std::exit(1);
  }
  void execute(const char* sql) { check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  sqlite3_stmt* prepared(sqlite3_stmt*& kept, const char* sql) {
    if (kept == nullptr) kept = prepare(sql);
    return kept;
  }
  static void bind_text(sqlite3_stmt* statement, int number, std::string_view text) {
    sqlite3_bind_text(statement, number, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  std::int64_t answer(sqlite3_stmt* statement) {
    const std::int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_reset(statement);
    return value;
  }
  std::int64_t ask(sqlite3_stmt*& kept, const char* sql, std::string_view name) {
    sqlite3_stmt* statement = prepared(kept, sql);
    bind_text(statement, 1, name);
    return answer(statement);
  }

  sqlite3* connection_ = nullptr;
  sqlite3_stmt* age_of_ = nullptr;
  sqlite3_stmt* sum_of_pair_ = nullptr;
  sqlite3_stmt* count_of_last_ = nullptr;
  sqlite3_stmt* sum_of_last_ = nullptr;
  sqlite3_stmt* count_of_first_ = nullptr;
  sqlite3_stmt* sum_of_first_ = nullptr;
};

}  // namespace

std::unique_ptr<Peer> make_sqlite_peer() { return std::make_unique<SqlitePeer>(); }

}  // namespace leftmost::bench
