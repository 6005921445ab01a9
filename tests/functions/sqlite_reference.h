// tests/functions/sqlite_reference.h - one SQL expression, asked of our evaluator and of the SQLite library.
#pragma once

#include <sqlite3.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/functions/evaluator.h"
#include "engine/functions/function.h"

namespace leftmost::engine {

/// A value or an error's text, in a form that can be compared and printed.
inline std::string describe(const storage::Value& value) {
  char buffer[64];
  switch (value.storage_class()) {
    case storage::StorageClass::kNull: return "NULL";
    case storage::StorageClass::kInteger: return "int " + std::to_string(value.as_integer());
    case storage::StorageClass::kReal:
      // Zero has no sign in SQL; every other real must agree to the last bit.
      std::snprintf(buffer, sizeof buffer, "real %.17g", value.as_real() == 0.0 ? 0.0 : value.as_real());
      return buffer;
    case storage::StorageClass::kText:
    case storage::StorageClass::kBlob: break;
  }
  std::string text = value.is_text() ? "text " : "blob ";
  constexpr std::size_t kShown = 400;
  for (const char c : value.as_bytes().substr(0, kShown)) {
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      std::snprintf(buffer, sizeof buffer, "\\x%02x", static_cast<unsigned char>(c));
      text += buffer;
    }
  }
  if (value.as_bytes().size() > kShown) text += "... " + std::to_string(value.as_bytes().size()) + " bytes";
  return text;
}

/// A clock that stands still and randomness that repeats; local time is the C library's.
class FixedEnvironment : public Environment {
 public:
  void random_bytes(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next_++ * 37);
  }
  std::int64_t julian_milliseconds() override { return kNow; }
  std::int64_t local_offset_milliseconds(std::int64_t julian_milliseconds) override {
    const std::time_t seconds = julian_milliseconds / 1000 - 210866760000;
    std::tm local{};
    if (localtime_r(&seconds, &local) == nullptr) return 0;
    return local.tm_gmtoff * std::int64_t{1000};
  }
  static constexpr std::int64_t kNow = 212582300745678;  // 2024-05-12 19:05:45.678

 private:
  unsigned next_ = 1;
};

/// The SQLite library, in memory. Statements are prepared once and kept.
class SqliteReference {
 public:
  SqliteReference() { sqlite3_open(":memory:", &db_); }
  ~SqliteReference() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  SqliteReference(const SqliteReference&) = delete;
  SqliteReference& operator=(const SqliteReference&) = delete;

  std::string execute(const std::string& sql) {
    return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK ? "" : sqlite3_errmsg(db_);
  }

  /// The first column of the first row, or `error: <text>`.
  std::string ask(const std::string& sql, std::span<const storage::Value> parameters) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr && sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      return std::string("error: ") + sqlite3_errmsg(db_);
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) bind(statement, static_cast<int>(i) + 1, parameters[i]);
    std::string answer = "no row";
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) answer = describe(column(statement));
    if (code != SQLITE_ROW && code != SQLITE_DONE) answer = std::string("error: ") + sqlite3_errmsg(db_);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return answer;
  }

  /// Frees the statements; for tests that ask many different texts.
  void forget_statements() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    statements_.clear();
  }

  sqlite3* db() { return db_; }

 private:
  static void bind(sqlite3_stmt* statement, int number, storage::Value value) {
    switch (value.storage_class()) {
      case storage::StorageClass::kNull: sqlite3_bind_null(statement, number); break;
      case storage::StorageClass::kInteger: sqlite3_bind_int64(statement, number, value.as_integer()); break;
      case storage::StorageClass::kReal: sqlite3_bind_double(statement, number, value.as_real()); break;
      case storage::StorageClass::kText:
      case storage::StorageClass::kBlob: {
        const std::string_view bytes = value.as_bytes();
        const char* data = bytes.data() != nullptr ? bytes.data() : "";
        if (value.is_text()) {
          sqlite3_bind_text(statement, number, data, static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
        } else {
          sqlite3_bind_blob(statement, number, data, static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
        }
        break;
      }
    }
  }

  static storage::Value column(sqlite3_stmt* statement) {
    switch (sqlite3_column_type(statement, 0)) {
      case SQLITE_INTEGER: return storage::Value::integer(sqlite3_column_int64(statement, 0));
      case SQLITE_FLOAT: return storage::Value::real(sqlite3_column_double(statement, 0));
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        return storage::Value::text({text, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0))});
      }
      case SQLITE_BLOB: {
        const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement, 0));
        return storage::Value::blob({blob, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0))});
      }
      default: return storage::Value::null();
    }
  }

  sqlite3* db_ = nullptr;
  std::map<std::string, sqlite3_stmt*> statements_;
};

/// Builds bound expressions by hand, as the binder would.
class ExprBuilder {
 public:
  planner::Expr* node(planner::ExprKind kind, planner::Expr* left = nullptr, planner::Expr* right = nullptr) {
    planner::Expr* expr = arena_.make<planner::Expr>();
    expr->kind = kind;
    expr->left = left;
    expr->right = right;
    return expr;
  }
  planner::Expr* parameter(int number) {
    planner::Expr* expr = node(planner::ExprKind::kParameter);
    expr->parameter = number;
    return expr;
  }
  planner::Expr* literal(storage::Value value) {
    planner::Expr* expr = node(planner::ExprKind::kLiteral);
    expr->value = value;
    return expr;
  }
  planner::Expr* with_list(planner::Expr* expr, const std::vector<planner::Expr*>& list) {
    expr->list = arena_.copy_span(list);
    return expr;
  }
  planner::Expr* call(const Function& function, const std::vector<planner::Expr*>& arguments) {
    planner::Expr* expr = with_list(node(planner::ExprKind::kFunction), arguments);
    expr->function = &function;
    return expr;
  }
  storage::Arena& arena() { return arena_; }

 private:
  storage::Arena arena_;
};

/// Our side: evaluates an expression once and describes the outcome as SqliteReference::ask() does.
inline std::string evaluate_and_describe(const planner::Expr& expr, StatementRun& run, RowSource& rows,
                                         std::span<const storage::Value> parameters) {
  run.start();
  EvalContext context{run, rows, parameters};
  const storage::Value value = evaluate_once(expr, context);
  if (run.failed()) return "error: " + run.take_error().message;
  return describe(value);
}

/// How many random calls a test makes: LEFTMOST_RANDOM_CALLS, or the number given.
inline int random_calls(int usual) {
  const char* wanted = std::getenv("LEFTMOST_RANDOM_CALLS");
  return wanted != nullptr ? std::atoi(wanted) : usual;
}
inline unsigned random_seed() {
  const char* seed = std::getenv("LEFTMOST_SEED");
  return seed != nullptr ? static_cast<unsigned>(std::atoi(seed)) : 20240521U;
}

/// Values that have broken something somewhere.
class ValuePool {
 public:
  explicit ValuePool(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  /// Valid until the next call of reset().
  storage::Value any() {
    switch (below(12)) {
      case 0: return storage::Value::null();
      case 1: case 2: return storage::Value::integer(integer());
      case 3: case 4: return storage::Value::real(real());
      case 5: return storage::Value::blob(keep(bytes()));
      case 6: return storage::Value::text(keep(bytes()));
      case 7: case 8: return storage::Value::text(keep(number_like()));
      default: return storage::Value::text(keep(word()));
    }
  }
  storage::Value small_integer() { return storage::Value::integer(static_cast<std::int64_t>(below(21)) - 10); }

  std::int64_t integer() {
    static constexpr std::int64_t kEdges[] = {
        0, 1, -1, 2, 3, 7, 10, -10, 63, 64, 65, -63, -64, 100, 255, 1000, 65535, 65536, 123456789, 2147483647, 2147483648,
        -2147483648, -2147483649, 4294967295, 4294967296, 4503599627370496, 4503599627370497, 9007199254740991,
        9007199254740992, 9007199254740993, 9223372036854775806, INT64_MAX, INT64_MIN, INT64_MIN + 1, 2440588, 2460000,
        1700000000, 1114111, 1114112, 55296};
    if (one_in(4)) return static_cast<std::int64_t>(random_()) >> below(64);
    return kEdges[below(std::size(kEdges))];
  }

  double real() {
    static constexpr double kEdges[] = {
        0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, 0.1, 0.15, 0.3, 1.005, 2.675, 1e15, 1e16, 123456789.987654321, 1e-5,
        0.0001, 1e-8, 1e100, 1e-100, 1e307, 1e308, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, 9.5, 99.995,
        999999.5, 4503599627370495.5, 4503599627370496.5, 9007199254740992.0, 9223372036854775807.0,
        -9223372036854775808.0, 1e19, 2451545.0, 2440587.5, 5373484.49999, 253402300799.0, 3.14159265358979, 59.9995};
    if (one_in(16)) return HUGE_VAL;
    if (one_in(16)) return -HUGE_VAL;
    if (one_in(3)) {
      const double magnitude = static_cast<double>(random_()) * std::pow(10.0, static_cast<double>(below(60)) - 40.0);
      return one_in(2) ? magnitude : -magnitude;
    }
    return kEdges[below(std::size(kEdges))];
  }

  std::string number_like() {
    static const char* const kTexts[] = {"0", "-0", "1", "-1", " 12 ", "12abc", "abc", "", " ", "1.5", "-1.5e3", "1e", "1e+", ".5",
                                         "5.", ".", "+7", "0x10", "1_000", "9223372036854775807", "9223372036854775808",
                                         "-9223372036854775808", "-9223372036854775809", "1e308", "1e309", "-1e400",
                                         "1e-400", "123456789012345678901234567890", "0.1", "3.0", "3.5xyz", "\t42\n",
                                         "1e3", "00012", "1 2", "inf", "nan", "- 5", "--5", "9007199254740993",
                                         "0.30000000000000004", "100000000000000000000", "1e5 x"};
    return kTexts[below(std::size(kTexts))];
  }

  std::string word() {
    static const char* const kTexts[] = {"abc", "ABC", "aBc", "abcabc", "a", "b", "hello world", "  pad  ", "x'y", "\"q\"", "%", "_",
                                         "a%b_c", "\xc3\xa4\xc3\xb6\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "na\xc3\xafve", "Robert", "Rupert", "Tymczak",
                                         "2024-02-29", "12:34:56", "2000-01-01 00:00:00", "[a-c]", "*", "?", "a*c"};
    if (one_in(8)) return std::string(below(300), static_cast<char>('a' + below(26)));
    return kTexts[below(std::size(kTexts))];
  }

  /// Any bytes: embedded NULs, broken UTF-8.
  std::string bytes() {
    static const char kAlphabet[] = "\0\0ab1 %_\x80\xbf\xc0\xc3\xa9\xe2\x82\xac\xed\xa0\x80\xef\xbf\xbe\xf0\x9f\xf8\xfe\xff'";
    std::string text;
    for (std::size_t left = below(9); left > 0; --left) text += kAlphabet[below(sizeof kAlphabet - 1)];
    return text;
  }

  std::string_view keep(std::string text) {
    kept_.push_back(std::make_unique<std::string>(std::move(text)));
    return *kept_.back();
  }
  void reset() { kept_.clear(); }

 private:
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<std::string>> kept_;
};

/// Counts agreement and keeps the first differences.
struct Agreement {
  long asked = 0;
  long agreed = 0;
  std::string differences;

  void compare(const std::string& question, const std::string& ours, const std::string& theirs) {
    // SQLite 3.40.1 fails so on some nested IN lists of an undamaged database: no answer to compare with.
    if (theirs == "error: database disk image is malformed") return;
    ++asked;
    if (ours == theirs) {
      ++agreed;
      return;
    }
    constexpr std::size_t kShownMax = 6000;
    if (differences.size() < kShownMax) {
      differences += "\n  " + question + "\n    ours   " + ours + "\n    SQLite " + theirs;
    }
  }
};

}  // namespace leftmost::engine
