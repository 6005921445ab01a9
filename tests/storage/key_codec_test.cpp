// The codec's one promise - byte order is row order - against compare() on random rows of all types,
// collations and directions.
#include "storage/key_codec.h"

#include <vector>

#include "storage/arena.h"
#include "tests/catch.h"
#include "tests/storage/random.h"

using namespace leftmost::storage;
using leftmost::storage::test::Random;

namespace {

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int byte_order(const std::string& a, const std::string& b) { return sign(a.compare(b)); }

KeyColumn random_column(Random& random) {
  constexpr Collation kCollations[] = {Collation::kBinary, Collation::kNoCase, Collation::kRtrim};
  constexpr Affinity kAffinities[] = {Affinity::kBlob, Affinity::kText, Affinity::kNumeric,
                                      Affinity::kInteger, Affinity::kReal};
  return {kCollations[random.below(3)], random.one_in(2), kAffinities[random.below(5)]};
}

struct RandomRow {
  std::vector<std::string> stores;
  std::vector<Value> values;
  RandomRow(Random& random, std::size_t columns) : stores(columns), values(columns) {
    for (std::size_t i = 0; i < columns; ++i) values[i] = random.value(stores[i]);
  }
};

std::string to_text(const std::vector<Value>& values) {
  std::string text;
  for (const Value value : values)
    text += to_sql_literal(value) + " (" + std::to_string(static_cast<int>(value.storage_class())) + ") ";
  return text;
}

int compare_rows(const std::vector<Value>& a, const std::vector<Value>& b,
                 const std::vector<KeyColumn>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int order = sign(compare(a[i], b[i], columns[i].collation));
    if (order != 0) return columns[i].descending ? -order : order;
  }
  return 0;
}

}  // namespace

TEST_CASE("byte order of keys is the order of rows", "[key_codec][property]") {
  const std::uint64_t seed = GENERATE(11u, 12u, 13u, 14u);
  Random random(seed);
  for (int round = 0; round < 60000; ++round) {
    std::vector<KeyColumn> columns;
    for (std::size_t i = 1 + random.below(3); i > 0; --i) columns.push_back(random_column(random));
    RandomRow a(random, columns.size());
    RandomRow b(random, columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (random.one_in(2)) b.values[i] = a.values[i];  // or the columns behind the first would never matter
    }
    const int expected = compare_rows(a.values, b.values, columns);
    const int actual = byte_order(encode_key(a.values, columns), encode_key(b.values, columns));
    if (expected != actual) {
      FAIL("seed " << seed << ": " << to_text(a.values) << "| " << to_text(b.values) << expected << " "
                   << actual);
    }
  }
}

TEST_CASE("numbers of all kinds are ordered by value", "[key_codec][property]") {
  const std::uint64_t seed = GENERATE(21u, 22u);
  Random random(seed);
  for (int round = 0; round < 300000; ++round) {
    const Value a = random.one_in(2) ? Value::integer(random.integer()) : Value::real(random.real());
    const Value b = random.one_in(2) ? Value::integer(random.integer()) : Value::real(random.real());
    std::string key_a, key_b;
    append_key_column(key_a, a, {});
    append_key_column(key_b, b, {});
    if (sign(compare(a, b)) != byte_order(key_a, key_b)) {
      FAIL("seed " << seed << ": " << to_sql_literal(a) << " " << to_sql_literal(b));
    }
  }
}

TEST_CASE("a key and what it lost give the row back", "[key_codec][property]") {
  const std::uint64_t seed = GENERATE(31u, 32u);
  Random random(seed);
  Arena arena;
  for (int round = 0; round < 60000; ++round) {
    arena.reset();
    std::vector<KeyColumn> columns;
    for (std::size_t i = 1 + random.below(4); i > 0; --i) columns.push_back(random_column(random));
    RandomRow row(random, columns.size());
    const std::string key = encode_key(row.values, columns);
    const std::string payload = lost_by_key(row.values, columns);
    std::vector<Value> decoded(columns.size());
    if (!decode_key(key, payload, columns, arena, decoded))
      FAIL("seed " << seed << ": " << to_text(row.values));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!identical(decoded[i], row.values[i])) {
        FAIL("seed " << seed << ": " << to_text(row.values) << "| " << to_text(decoded));
      }
    }
    REQUIRE(key_prefix_bytes(key, columns) == key.size());
  }
}

TEST_CASE("a prefix of the columns is a prefix of the bytes, and no other key begins with it",
          "[key_codec][property]") {
  const std::uint64_t seed = GENERATE(41u, 42u);
  Random random(seed);
  for (int round = 0; round < 60000; ++round) {
    const std::vector<KeyColumn> columns{random_column(random), random_column(random)};
    RandomRow a(random, 2);
    RandomRow b(random, 2);
    if (random.one_in(3)) b.values[0] = a.values[0];
    const std::string prefix = encode_key(std::span(a.values).first(1), columns);
    const std::string key = encode_key(b.values, columns);
    const bool same_first = compare(a.values[0], b.values[0], columns[0].collation) == 0;
    const bool begins = key.compare(0, prefix.size(), prefix) == 0;
    const ByteRange range = prefix_range(prefix);
    const bool in_range = key >= range.lower && (!range.has_upper || key < range.upper);
    if (same_first != begins || in_range != begins)
      FAIL("seed " << seed << ": " << to_text(a.values) << to_text(b.values));
  }
}

TEST_CASE("a byte range holds exactly the keys that satisfy the bounds", "[key_codec][property]") {
  const std::uint64_t seed = GENERATE(51u, 52u);
  Random random(seed);
  for (int round = 0; round < 100000; ++round) {
    const std::vector<KeyColumn> columns{random_column(random), random_column(random), random_column(random)};
    RandomRow row(random, 3);
    RandomRow bounds(random, 3);
    if (random.one_in(4)) bounds.values[1] = row.values[1];
    const Collation collation = columns[1].collation;
    std::optional<KeyBound> lower, upper;
    if (random.one_in(2)) lower = KeyBound{bounds.values[1], random.one_in(2)};
    if (random.one_in(2)) upper = KeyBound{bounds.values[2], random.one_in(2)};
    bool expected = true;
    if (lower || upper) expected = !row.values[1].is_null();
    if (lower) {
      const int order = compare(row.values[1], lower->value, collation);
      expected &= !lower->value.is_null() && (lower->inclusive ? order >= 0 : order > 0);
    }
    if (upper) {
      const int order = compare(row.values[1], upper->value, collation);
      expected &= !upper->value.is_null() && (upper->inclusive ? order <= 0 : order < 0);
    }
    const std::string prefix = encode_key(std::span(row.values).first(1), columns);
    const ByteRange range = column_range(prefix, columns[1], lower, upper);
    const std::string key = encode_key(row.values, columns);
    const bool actual = key >= range.lower && (!range.has_upper || key < range.upper);
    if (expected != actual) FAIL("seed " << seed << ": " << to_text(row.values) << to_text(bounds.values));
  }
}

TEST_CASE("small numbers and text are short", "[key_codec]") {
  std::string key;
  append_key_column(key, Value::integer(100), {});
  CHECK(key.size() == 2);
  key.clear();
  append_rowid(key, 1000000);
  CHECK(key.size() == 4);
  CHECK(decode_rowid(key, 0) == 1000000);
  key.clear();
  append_key_column(key, Value::text("Smith"), {});
  CHECK(key == std::string("\x30Smith\0", 7));
  CHECK(key_to_text(key, std::vector<KeyColumn>(1)) == "'Smith'");
  CHECK(key_to_text(std::string_view(key).substr(0, 4), std::vector<KeyColumn>(1)) == "'Smi'...");
  CHECK(key_to_text("\x30\x53", {}) == "x'3053'");
}

TEST_CASE("1 and 1.0 have the same bytes", "[key_codec]") {
  std::string integer, real;
  append_key_column(integer, Value::integer(1), {});
  append_key_column(real, Value::real(1.0), {});
  CHECK(integer == real);
  const Value one[] = {Value::real(1.0)};
  const KeyColumn plain[] = {{}};
  CHECK(lost_by_key(one, plain).size() == 3);
  const KeyColumn of_reals[] = {{Collation::kBinary, false, Affinity::kReal}};
  CHECK(lost_by_key(one, of_reals).empty());
}

TEST_CASE("bytes that are no key are refused and never read beyond their end", "[key_codec]") {
  Random random(61);
  Arena arena;
  for (int round = 0; round < 100000; ++round) {
    arena.reset();
    const std::vector<KeyColumn> columns{random_column(random), random_column(random)};
    RandomRow row(random, 2);
    std::string key = encode_key(row.values, columns);
    std::string payload = lost_by_key(row.values, columns);
    key.resize(random.below(key.size() + 1));
    if (!key.empty() && random.one_in(2)) key[random.below(key.size())] = static_cast<char>(random.word());
    if (!payload.empty() && random.one_in(2))
      payload[random.below(payload.size())] = static_cast<char>(random.word());
    std::vector<Value> decoded(2);
    std::string exact_key(key.begin(), key.end());
    decode_key(exact_key, payload, columns, arena, decoded);
    decode_rowid(exact_key, random.below(4));
    CHECK_NOTHROW(key_to_text(exact_key, columns));
  }
}
