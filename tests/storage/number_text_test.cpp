// Conversions against the SQLite library itself, which is the definition of right here.
#include "storage/number_text.h"

#include <sqlite3.h>

#include <cmath>
#include <string>

#include "storage/affinity.h"
#include "storage/arena.h"
#include "tests/catch.h"
#include "tests/storage/random.h"

using namespace leftmost::storage;
using leftmost::storage::test::Random;

namespace {

// One statement of the library, asked again and again.
class Asked {
 public:
  /// `store`, if given, takes the argument first, and `sql` reads what was stored.
  explicit Asked(const char* sql, const char* store = nullptr) {
    REQUIRE(sqlite3_open(":memory:", &db_) == SQLITE_OK);
    REQUIRE(
        sqlite3_exec(
            db_,
            "CREATE TABLE t(n NUMERIC, i INTEGER, r REAL, x TEXT, b BLOB); INSERT INTO t VALUES(1,1,1,1,1);",
            nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(db_, sql, -1, &statement_, nullptr) == SQLITE_OK);
    if (store != nullptr) REQUIRE(sqlite3_prepare_v2(db_, store, -1, &store_, nullptr) == SQLITE_OK);
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() {
    sqlite3_finalize(statement_);
    sqlite3_finalize(store_);
    sqlite3_close(db_);
  }

  /// The first row, columns from 0; valid until the next call.
  void ask(Value argument) {
    sqlite3_reset(statement_);
    if (store_ == nullptr) {
      bind(statement_, argument);
    } else {
      bind(store_, argument);
      REQUIRE(sqlite3_step(store_) == SQLITE_DONE);
      sqlite3_reset(store_);
    }
    REQUIRE(sqlite3_step(statement_) == SQLITE_ROW);
  }
  Value column(int i) const {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, i));
    switch (sqlite3_column_type(statement_, i)) {
      case SQLITE_INTEGER:
        return Value::integer(sqlite3_column_int64(statement_, i));
      case SQLITE_FLOAT:
        return Value::real(sqlite3_column_double(statement_, i));
      case SQLITE_TEXT:
        return Value::text({reinterpret_cast<const char*>(sqlite3_column_text(statement_, i)), size});
      case SQLITE_BLOB:
        return Value::blob({static_cast<const char*>(sqlite3_column_blob(statement_, i)), size});
      default:
        return Value::null();
    }
  }

 private:
  static void bind(sqlite3_stmt* statement, Value argument) {
    const std::string_view bytes =
        argument.is_text() || argument.is_blob() ? argument.as_bytes() : std::string_view();
    const int size = static_cast<int>(bytes.size());
    switch (argument.storage_class()) {
      case StorageClass::kNull:
        sqlite3_bind_null(statement, 1);
        break;
      case StorageClass::kInteger:
        sqlite3_bind_int64(statement, 1, argument.as_integer());
        break;
      case StorageClass::kReal:
        sqlite3_bind_double(statement, 1, argument.as_real());
        break;
      case StorageClass::kText:
        sqlite3_bind_text(statement, 1, bytes.data(), size, SQLITE_STATIC);
        break;
      case StorageClass::kBlob:
        sqlite3_bind_blob(statement, 1, bytes.data(), size, SQLITE_STATIC);
        break;
    }
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  sqlite3_stmt* store_ = nullptr;
};

std::string random_number_text(Random& random) {
  const auto digits = [&random](std::size_t most) {
    std::string text;
    for (std::size_t i = random.below(most + 1); i > 0; --i)
      text += static_cast<char>('0' + random.below(10));
    return text;
  };
  std::string text;
  if (random.one_in(6)) text += random.one_in(2) ? " " : "\t\v\f ";
  if (random.one_in(3)) text += random.one_in(4) ? "+" : "-";
  if (random.one_in(9))
    text.append("922337203685477580").append(digits(2));
  else
    text += digits(random.one_in(4) ? 25 : 6);
  if (random.one_in(2)) text.append(".").append(digits(random.one_in(3) ? 25 : 4));
  if (random.one_in(3)) {
    text += random.one_in(2) ? "e" : "E";
    if (random.one_in(2)) text += random.one_in(2) ? "-" : "+";
    text += digits(random.one_in(8) ? 5 : 3);
  }
  if (random.one_in(6)) text += "  ";
  if (random.one_in(12)) text += random.bytes(3);
  return text;
}

std::string shown(Value value) {
  return std::to_string(static_cast<int>(value.storage_class())) + ":" + to_sql_literal(value);
}

}  // namespace

TEST_CASE("reals become text as SQLite prints them", "[number_text][sqlite]") {
  const std::uint64_t seed = GENERATE(1u, 2u, 3u);
  Random random(seed);
  Asked asked("SELECT CAST(?1 AS TEXT), printf('%!.17g', ?1), printf('%!.20g', ?1)");
  for (int round = 0; round < 100000; ++round) {
    const double real = random.real();
    asked.ask(Value::real(real));
    if (asked.column(0).as_bytes() != real_to_text(real) ||
        asked.column(1).as_bytes() != real_to_text(real, 17) ||
        asked.column(2).as_bytes() != real_to_text(real, 20)) {
      FAIL("seed " << seed << ": " << asked.column(0).as_bytes() << " " << real_to_text(real) << " "
                   << asked.column(1).as_bytes() << " " << real_to_text(real, 17) << " "
                   << asked.column(2).as_bytes() << " " << real_to_text(real, 20));
    }
  }
}

TEST_CASE("text becomes a number by the rules of casts and of arithmetic", "[number_text][sqlite]") {
  const std::uint64_t seed = GENERATE(4u, 5u, 6u);
  Random random(seed);
  Asked asked("SELECT CAST(?1 AS REAL), CAST(?1 AS INTEGER), CAST(?1 AS NUMERIC), ?1 + 0");
  for (int round = 0; round < 100000; ++round) {
    const std::string text = random_number_text(random);
    asked.ask(Value::text(text));
    const Value ours[] = {Value::real(cast_text_to_real(text)), Value::integer(cast_text_to_integer(text)),
                          cast_text_to_numeric(text), number_of_prefix(text)};
    for (int i = 0; i < 4; ++i) {
      if (!identical(asked.column(i), ours[i])) {
        FAIL("seed " << seed << ": '" << text << "' column " << i << ": SQLite " << shown(asked.column(i))
                     << ", here " << shown(ours[i]));
      }
    }
  }
}

TEST_CASE("columns convert what they store by their affinity", "[affinity][sqlite]") {
  const std::uint64_t seed = GENERATE(7u, 8u);
  Random random(seed);
  Asked asked("SELECT n, i, r, x, b FROM t", "UPDATE t SET n=?1, i=?1, r=?1, x=?1, b=?1");
  constexpr Affinity kAffinities[] = {Affinity::kNumeric, Affinity::kInteger, Affinity::kReal,
                                      Affinity::kText, Affinity::kBlob};
  Arena arena;
  for (int round = 0; round < 50000; ++round) {
    arena.reset();
    std::string store;
    Value value;
    if (random.one_in(2)) {
      store = random_number_text(random);
      value = Value::text(store);
    } else {
      value = random.value(store);
    }
    asked.ask(value);
    for (int i = 0; i < 5; ++i) {
      const Value ours = apply_affinity(value, kAffinities[i], arena);
      if (!identical(asked.column(i), ours)) {
        FAIL("seed " << seed << ": " << shown(value) << " as " << affinity_name(kAffinities[i]) << ": SQLite "
                     << shown(asked.column(i)) << ", here " << shown(ours));
      }
    }
  }
}

TEST_CASE("integers and reals compare by exact value", "[number_text][sqlite]") {
  Random random(9);
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(db, "SELECT (?1 > ?2) - (?1 < ?2)", -1, &statement, nullptr) == SQLITE_OK);
  int differences = 0;
  for (int round = 0; round < 200000; ++round) {
    const std::int64_t integer = random.integer();
    const double real = random.one_in(2)
                            ? std::nextafter(static_cast<double>(integer), random.one_in(2) ? 1e300 : -1e300)
                        : random.one_in(2) ? static_cast<double>(integer)
                                           : random.real();
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, integer);
    sqlite3_bind_double(statement, 2, real);
    sqlite3_step(statement);
    differences += sqlite3_column_int(statement, 0) != compare_integer_real(integer, real);
  }
  CHECK(differences == 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
}

TEST_CASE("a cast from a real saturates", "[number_text]") {
  CHECK(cast_real_to_integer(1e300) == std::numeric_limits<std::int64_t>::max());
  CHECK(cast_real_to_integer(-1e300) == std::numeric_limits<std::int64_t>::min());
  CHECK(cast_real_to_integer(-2.9) == -2);
  CHECK(integer_to_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("a declared type means an affinity and a width", "[affinity]") {
  struct Expected {
    const char* type;
    Affinity affinity;
    int width;
  };
  const Expected expected =
      GENERATE(Expected{"", Affinity::kBlob, 1}, Expected{"int", Affinity::kInteger, 1},
               Expected{"TEXT", Affinity::kText, 5}, Expected{"blob", Affinity::kBlob, 5},
               Expected{"ANY", Affinity::kNumeric, 1}, Expected{"VARCHAR(100)", Affinity::kText, 26},
               Expected{"NVARCHAR(2000)", Affinity::kText, 255}, Expected{"BLOB(40)", Affinity::kBlob, 11},
               Expected{"CHAR", Affinity::kText, 1}, Expected{"TINYTEXT", Affinity::kText, 5},
               Expected{"DECIMAL(10,2)", Affinity::kNumeric, 1}, Expected{"CHARINT", Affinity::kInteger, 1},
               Expected{"FLOATING POINT", Affinity::kInteger, 1}, Expected{"DOUBLE", Affinity::kReal, 1},
               Expected{"STRING", Affinity::kNumeric, 1});
  CAPTURE(expected.type);
  CHECK(describe_type(expected.type).affinity == expected.affinity);
  CHECK(int{describe_type(expected.type).width} == expected.width);
}
