#include "oracle/own_function.h"

#include <sqlite3.h>

#include <vector>

#include "oracle/twin.h"

namespace leftmost::oracle {
namespace {

using storage::Value;

/// The outside world as the twin sees it: the draws of our engine, and its instant.
class ReplayedEnvironment final : public engine::Environment {
 public:
  explicit ReplayedEnvironment(std::shared_ptr<Replay> replay) : replay_(std::move(replay)) {}
  void random_bytes(std::span<std::uint8_t> bytes) override { replay_->replay_bytes(bytes); }
  std::int64_t julian_milliseconds() override { return replay_->julian_milliseconds(); }
  std::int64_t local_offset_milliseconds(std::int64_t julian_milliseconds) override {
    return replay_->local_offset_milliseconds(julian_milliseconds);
  }

 private:
  std::shared_ptr<Replay> replay_;
};

/// What sqlite3_user_data() points to; SQLite destroys it with the function.
struct Registered {
  Registered(std::shared_ptr<const OwnFunction> what, std::shared_ptr<engine::Environment> world)
      : function(std::move(what)), environment(std::move(world)), run(*environment, counters) {}
  std::shared_ptr<const OwnFunction> function;
  std::shared_ptr<engine::Environment> environment;
  engine::ConnectionCounters counters;
  engine::StatementRun run;
};

Value value_of(sqlite3_value* value) {
  const auto bytes = [value](const void* first) {
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    return first == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(first), size);
  };
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return Value::integer(sqlite3_value_int64(value));
    case SQLITE_FLOAT: return Value::real(sqlite3_value_double(value));
    case SQLITE_TEXT: return Value::text(bytes(sqlite3_value_text(value)));
    case SQLITE_BLOB: return Value::blob(bytes(sqlite3_value_blob(value)));
    default: return Value::null();
  }
}

void give(sqlite3_context* context, Value value) {
  if (value.is_null()) return sqlite3_result_null(context);
  if (value.is_integer()) return sqlite3_result_int64(context, value.as_integer());
  if (value.is_real()) return sqlite3_result_double(context, value.as_real());
  const std::string_view bytes = value.as_bytes();
  const char* first = bytes.data() == nullptr ? "" : bytes.data();
  if (value.is_text()) return sqlite3_result_text64(context, first, bytes.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  sqlite3_result_blob64(context, first, bytes.size(), SQLITE_TRANSIENT);
}

void call(sqlite3_context* context, int count, sqlite3_value** values) {
  auto& registered = *static_cast<Registered*>(sqlite3_user_data(context));
  std::vector<Value> arguments;
  for (int i = 0; i < count; ++i) arguments.push_back(value_of(values[i]));
  registered.run.start();
  engine::CallContext engine_call{registered.run, storage::Collation::kBinary, registered.function->name};
  const Value result = registered.function->call(engine_call, arguments);
  if (!registered.run.failed()) return give(context, result);
  const Error error = registered.run.take_error();
  sqlite3_result_error(context, error.message.c_str(), static_cast<int>(error.message.size()));
  sqlite3_result_error_code(context, static_cast<int>(error.code));
  sqlite3_result_error(context, error.message.c_str(), static_cast<int>(error.message.size()));
}

}  // namespace

Expected<void> register_function(sqlite3* connection, std::shared_ptr<const OwnFunction> function,
                                 std::shared_ptr<Replay> replay) {
  std::shared_ptr<engine::Environment> world = engine::system_environment();
  if (replay) world = std::make_shared<ReplayedEnvironment>(std::move(replay));
  const bool is_deterministic = function->determinism == engine::Determinism::kDeterministic;
  const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | (is_deterministic ? SQLITE_DETERMINISTIC : 0);
  const std::string name = function->name;
  const int argument_count = function->argument_count;
  auto registered = std::make_unique<Registered>(std::move(function), std::move(world));
  const int result =
      sqlite3_create_function_v2(connection, name.c_str(), argument_count, flags, registered.release(), call, nullptr,
                                 nullptr, [](void* data) { delete static_cast<Registered*>(data); });
  if (result != SQLITE_OK) return fail(error_code_of(result), sqlite3_errmsg(connection));
  return {};
}

}  // namespace leftmost::oracle
