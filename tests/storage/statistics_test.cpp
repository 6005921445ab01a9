#include "storage/statistics.h"

#include <sqlite3.h>

#include <string>
#include <vector>

#include "storage/arena.h"
#include "storage/cursor.h"
#include "storage/key_codec.h"
#include "tests/catch.h"
#include "tests/storage/random.h"

using namespace leftmost::storage;
using leftmost::storage::test::Random;

namespace {

ColumnDef column(const std::string& name, const std::string& type) {
  ColumnDef def;
  def.name = name;
  def.declared_type = type;
  def.affinity = describe_type(type).affinity;
  def.width = describe_type(type).width;
  return def;
}

IndexDef index_on(const TableDef& table, const std::string& name, const std::vector<int>& columns) {
  IndexDef index;
  index.name = name;
  index.table_id = table.id;
  for (const int number : columns) index.key_columns.push_back({number, {}, Collation::kBinary, false});
  add_tail_columns(index, table);
  return index;
}

}  // namespace

TEST_CASE("LogEst follows its integer rules", "[log_est]") {
  const std::pair<std::uint64_t, int> expected[] = {
      {0, 0},    {1, 0},     {2, 10},      {3, 16},       {5, 23},        {7, 28},       {8, 30},  {9, 32},
      {10, 33},  {12, 36},   {15, 39},     {18, 42},      {20, 43},       {25, 46},      {28, 48}, {50, 56},
      {100, 66}, {1000, 99}, {10000, 132}, {100000, 166}, {1000000, 199}, {1048576, 200}};
  for (const auto& [x, estimate] : expected) CHECK(log_est(x) == estimate);
  CHECK(log_est_add(62, 62) == 72);
  CHECK(log_est_add(43, 40) == 52);
  CHECK(log_est_add(52, 59) == 66);
  CHECK(log_est_add(0, 60) == 60);
  CHECK(log_est_add(0, 48) == 49);
  CHECK(log_est_to_count(200) == 1048576);
  CHECK(log_est_to_count(33) == 10);
  CHECK(log_est_to_count(180) == 262144);
  CHECK(log_est_search_height(200) == 43);
  CHECK(log_est_search_height(99) == 33);
  CHECK(log_est_search_height(10) == 0);
  CHECK(log_est_from_real(1e12) == 400);
}

TEST_CASE("widths are those of SQLite", "[statistics]") {
  TableDef table;
  table.id = 1;
  table.columns = {column("a", "int"),
                   column("b", "text"),
                   column("c", "varchar(100)"),
                   column("d", "blob"),
                   column("e", "real"),
                   column("f", "blob(40)"),
                   column("g", "char"),
                   column("h", "decimal(10,2)"),
                   column("i", "nvarchar(2000)"),
                   column("j", "any"),
                   column("k", "")};
  CHECK(table_width(table) == 102);
  CHECK(index_width(index_on(table, "c", {2}), table) == 67);
  CHECK(index_width(index_on(table, "k", {10}), table) == 30);
}

TEST_CASE("without ANALYZE estimates are SQLite's guesses", "[statistics]") {
  TableDef table;
  table.id = 1;
  table.name.append("t");
  table.columns = {column("a", ""), column("b", "")};
  Statistics statistics;
  statistics.add_table(table);
  IndexDef index = index_on(table, "i", {0, 1});
  index.id = 2;
  statistics.add_index(index, table);
  CHECK(statistics.index(2).rows_per_prefix == std::vector<LogEst>{200, 33, 32});
  CHECK(statistics.index(2).rows(3) == 0);
  index.unique = true;
  index.where_sql = "a > 1";
  statistics.add_index(index, table);
  CHECK(statistics.index(2).rows_per_prefix == std::vector<LogEst>{190, 33, 0});
}

TEST_CASE("sqlite_stat1 is read as SQLite reads it", "[statistics]") {
  Catalog catalog;
  Statistics statistics;
  TableDef definition;
  definition.name.append("t");
  definition.columns = {column("a", ""), column("b", "")};
  const TablePtr table = catalog.add_table(definition).value();
  statistics.add_table(*table);
  const IndexPtr index = catalog.add_index(index_on(*table, "i", {0, 1})).value();
  statistics.add_index(*index, *table);
  const auto load = [&](std::vector<Stat1Row> rows) { statistics.load(catalog, SchemaName::kMain, rows); };

  load({{"T", "I", "1000 50 1 sz=100 noskipscan"}});
  CHECK(statistics.index(index->id).rows_per_prefix == std::vector<LogEst>{99, 56, 0});
  CHECK(statistics.index(index->id).no_skip_scan);
  CHECK(statistics.index(index->id).width == 66);
  CHECK(statistics.table(table->id).rows == 99);
  CHECK(statistics.table(table->id).has_stat1);

  // A word in the place of a number is 0; a string that ends early leaves the rest as it was.
  load({{"t", "i", "1000 50 unordered"}});
  CHECK(statistics.index(index->id).rows_per_prefix == std::vector<LogEst>{99, 56, 0});
  CHECK(statistics.index(index->id).unordered);
  CHECK_FALSE(statistics.index(index->id).no_skip_scan);

  // Without rows the guesses come back, but the table keeps its size.
  load({{"nobody", "i", "5 5 5"}});
  CHECK_FALSE(statistics.table(table->id).has_stat1);
  CHECK(statistics.index(index->id).rows_per_prefix == std::vector<LogEst>{99, 33, 32});
  load({{"t", std::nullopt, "4"}});
  CHECK(statistics.table(table->id).rows == 99);  // 4 rows, raised for the guesses of its index
}

TEST_CASE("ANALYZE writes what SQLite writes", "[statistics][sqlite]") {
  const std::uint64_t seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u);
  CAPTURE(seed);
  Random random(seed);
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
  sqlite3_exec(db, "CREATE TABLE t(a, b, c); CREATE INDEX i ON t(a COLLATE NOCASE, b DESC, c);", nullptr,
               nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?,?,?)", -1, &insert, nullptr);

  const std::vector<KeyColumn> columns{{Collation::kNoCase, false, Affinity::kBlob},
                                       {Collation::kBinary, true, Affinity::kBlob},
                                       {},
                                       {Collation::kBinary, false, Affinity::kInteger}};
  BTree tree({512, 1, false});
  const std::size_t rows = 1 + random.below(2000);
  const std::size_t variety = 1 + random.below(40);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string name(
        1, static_cast<char>((random.one_in(2) ? 'a' : 'A') + static_cast<char>(random.below(20))));
    const std::int64_t number = static_cast<std::int64_t>(random.below(variety));
    const std::int64_t last = static_cast<std::int64_t>(random.below(3));
    const Value values[] = {Value::text(name), random.one_in(9) ? Value::null() : Value::integer(number),
                            Value::real(static_cast<double>(last)),
                            Value::integer(static_cast<std::int64_t>(i) + 1)};
    tree.insert(encode_key(values, columns), std::vector<Value>{Value::null()});
    sqlite3_reset(insert);
    sqlite3_bind_text(insert, 1, name.data(), 1, SQLITE_TRANSIENT);
    if (values[1].is_null())
      sqlite3_bind_null(insert, 2);
    else
      sqlite3_bind_int64(insert, 2, number);
    sqlite3_bind_int64(insert, 3, last);
    REQUIRE(sqlite3_step(insert) == SQLITE_DONE);
  }
  sqlite3_finalize(insert);
  sqlite3_exec(db, "ANALYZE", nullptr, nullptr, nullptr);
  sqlite3_stmt* read = nullptr;
  sqlite3_prepare_v2(db, "SELECT stat FROM sqlite_stat1 WHERE idx = 'i'", -1, &read, nullptr);
  REQUIRE(sqlite3_step(read) == SQLITE_ROW);
  CHECK(analyze_index(tree, columns, 3) == reinterpret_cast<const char*>(sqlite3_column_text(read, 0)));
  sqlite3_finalize(read);
  sqlite3_close(db);
  CHECK_FALSE(analyze_index(BTree(TreeShape::for_index()), columns, 3).has_value());
}
