#include <cstdio>
#include <cstdlib>
#include <optional>

#include "bench/peer.h"
#include "bench/sql_text.h"
#include "engine/database.h"

namespace leftmost::bench {
namespace {

using storage::Value;

class EnginePeer final : public Peer {
 public:
  std::string_view name() const override { return "leftmost"; }

  bool load(const Users& users, bool with_index) override {
    execute(kCreateTable);
    if (with_index) execute(kCreateIndex);
    execute("BEGIN");
    {
      engine::Statement insert = prepare(kInsert);
      for (const User& user : users.rows) {
        bind(insert, 1, Value::integer(user.id));
        bind(insert, 2, Value::text(user.last_name));
        bind(insert, 3, Value::text(user.first_name));
        bind(insert, 4, Value::integer(user.age));
        bind(insert, 5, Value::text(user.email));
        require(insert.step());
        insert.reset();
      }
    }
    execute("COMMIT");
    return true;
  }

  bool build_index() override {
    execute(kCreateIndex);
    return true;
  }

  std::int64_t age_of(std::int64_t id) override {
    engine::Statement& statement = prepared(age_of_, kAgeOf);
    bind(statement, 1, Value::integer(id));
    return answer(statement);
  }
  std::int64_t sum_of_pair(std::string_view last_name, std::string_view first_name) override {
    engine::Statement& statement = prepared(sum_of_pair_, kSumOfPair);
    bind(statement, 1, Value::text(last_name));
    bind(statement, 2, Value::text(first_name));
    return answer(statement);
  }
  std::int64_t count_of_last_name(std::string_view name) override { return ask(count_of_last_, kCountOfLastName, name); }
  std::int64_t sum_of_last_name(std::string_view name) override { return ask(sum_of_last_, kSumOfLastName, name); }
  std::int64_t count_of_first_name(std::string_view name) override { return ask(count_of_first_, kCountOfFirstName, name); }
  std::int64_t sum_of_first_name(std::string_view name) override { return ask(sum_of_first_, kSumOfFirstName, name); }

 private:
  template <typename T>
  static T require(Expected<T> result) {
    if (result) return std::move(*result);
    std::fprintf(stderr, "leftmost: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  static void bind(engine::Statement& statement, int number, Value value) {
    if (auto bound = statement.bind(number, value); !bound) std::exit(1);
  }
  void execute(const char* sql) {
    if (auto done = database_->execute(sql); !done) {
      std::fprintf(stderr, "leftmost: %s: %s\n", sql, done.error().message.c_str());
      std::exit(1);
    }
  }
  engine::Statement prepare(const char* sql) { return require(database_->prepare(sql)); }
  engine::Statement& prepared(std::optional<engine::Statement>& kept, const char* sql) {
    if (!kept) kept.emplace(prepare(sql));
    return *kept;
  }
  static std::int64_t answer(engine::Statement& statement) {
    const bool has_row = require(statement.step()) == engine::StepResult::kRow;
    const Value value = has_row ? statement.value(0) : Value::integer(-1);
    const std::int64_t number = value.is_integer() ? value.as_integer() : 0;
    statement.reset();
    return number;
  }
  std::int64_t ask(std::optional<engine::Statement>& kept, const char* sql, std::string_view name) {
    engine::Statement& statement = prepared(kept, sql);
    bind(statement, 1, Value::text(name));
    return answer(statement);
  }

  std::unique_ptr<engine::Database> database_ = engine::Database::in_memory();
  std::optional<engine::Statement> age_of_, sum_of_pair_, count_of_last_, sum_of_last_, count_of_first_, sum_of_first_;
};

}  // namespace

std::unique_ptr<Peer> make_engine_peer() { return std::make_unique<EnginePeer>(); }

}  // namespace leftmost::bench
