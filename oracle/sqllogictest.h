// oracle/sqllogictest.h - reads sqllogictest files (https://www.sqlite.org/sqllogictest/doc/trunk/about.wiki) and
// formats results as they are written there.
//
//   statement ok                       statement error
//   CREATE TABLE t(a)                  CREATE TABLE t(a)
//
//   query IT rowsort label-1           # columns I integer, R real, T text; nosort, rowsort or valuesort
//   SELECT a, b FROM t
//   ----
//   1                                  # one value per line, row by row
//   x
//
// Records are separated by empty lines; a line that starts with # is a comment. `skipif DB` and `onlyif DB` guard the
// record below them, `hash-threshold N` says from how many values on results are written as
// `N values hashing to MD5`, `halt` ends the file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/error.h"
#include "storage/value.h"

namespace leftmost::oracle {

enum class SortMode : std::uint8_t { kNoSort, kRowSort, kValueSort };

struct TestRecord {
  enum class Kind : std::uint8_t { kStatement, kQuery };
  Kind kind = Kind::kStatement;
  std::size_t line = 0;  ///< of `statement` or `query`, from 1
  std::string sql;
  bool expects_error = false;  ///< statements only

  // Queries only.
  std::string types;
  SortMode sort = SortMode::kNoSort;
  std::string label;
  bool has_expected = false;          ///< there was a `----`
  std::vector<std::string> expected;  ///< its lines: values, or the one line with the hash
};

/// The records that SQLite runs, in order, up to `halt`.
/// Errors: kError naming the line, for a word that starts no record, a query without types, a sort mode that is none.
Expected<std::vector<TestRecord>> read_sqllogictest(std::string_view text);

/// One value as the file writes it: `NULL`; I: `%d`; R: `%.3f`; T: the text, `(empty)` if it is, with `@` for what does
/// not print. Any other type letter counts as T.
std::string format_test_value(storage::Value value, char type);

/// The values of a result in file order: sorted as `sort` says; `values` is row by row, `columns` wide.
/// Requires: columns > 0 and values.size() is a multiple of it.
std::vector<std::string> sort_test_values(std::vector<std::string> values, std::size_t columns, SortMode sort);

/// `30 values hashing to 3c13dee48d9356ae19af2515e05e6b54`
std::string hash_test_values(const std::vector<std::string>& values);

/// Whether sorted `values` are what the record expects, value by value or as a hash. Reals agree when their first 15
/// digits do: what SQLite prints behind them has changed since the files were written.
bool matches_expected(const TestRecord& record, const std::vector<std::string>& values);

}  // namespace leftmost::oracle
