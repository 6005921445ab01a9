#include "oracle/sqllogictest.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "oracle/md5.h"
#include "storage/number_text.h"

namespace leftmost::oracle {
namespace {

/// Hands out a text line by line, without line ends.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++number_;
    return true;
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos || line[begin] == '#') break;
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    at = end;
  }
  return words;
}

/// The lines up to the next empty one, or up to `----`, which is then taken too and answered as true.
bool read_sql(LineReader& lines, std::string& sql) {
  std::string_view line;
  while (lines.next(line) && !is_blank(line)) {
    if (line == "----") return true;
    if (!sql.empty()) sql += '\n';
    sql += line;
  }
  return false;
}

Unexpected broken(std::size_t line, std::string_view what) {
  return fail(ErrorCode::kError, fmt::format("line {}: {}", line, what));
}

/// The same text; or two reals that agree in 15 digits, for SQLite's versions differ in those behind.
bool same_value(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const storage::ParsedNumber x = storage::parse_number(a);
  const storage::ParsedNumber y = storage::parse_number(b);
  if (!x.is_whole_text || !y.is_whole_text || !x.has_point_or_exponent || !y.has_point_or_exponent) return false;
  return std::fabs(x.real - y.real) <= 1e-15 * std::fabs(x.real);
}

}  // namespace

Expected<std::vector<TestRecord>> read_sqllogictest(std::string_view text) {
  std::vector<TestRecord> records;
  LineReader lines(text);
  std::string_view line;
  bool is_skipped = false;
  while (lines.next(line)) {
    if (is_blank(line) || line.front() == '#') continue;
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) continue;
    const std::string_view first = words[0];
    const std::string_view second = words.size() > 1 ? words[1] : std::string_view();

    if (first == "skipif" || first == "onlyif") {
      if (second.empty()) return broken(lines.number(), fmt::format("{} names no database", first));
      if ((first == "skipif") == (second == "sqlite")) is_skipped = true;
      continue;
    }
    if (first == "hash-threshold") continue;  // the form of an expected result says itself whether it is a hash
    if (first == "halt") {
      if (!is_skipped) return records;
      is_skipped = false;
      continue;
    }

    TestRecord record;
    record.line = lines.number();
    if (first == "statement") {
      if (second != "ok" && second != "error") return broken(record.line, "`statement` wants `ok` or `error`");
      record.expects_error = second == "error";
      read_sql(lines, record.sql);
    } else if (first == "query") {
      if (second.empty()) return broken(record.line, "`query` wants a type for each column, such as `IIT`");
      record.kind = TestRecord::Kind::kQuery;
      record.types = second;
      const std::string_view sort = words.size() > 2 ? words[2] : std::string_view("nosort");
      if (sort == "rowsort") {
        record.sort = SortMode::kRowSort;
      } else if (sort == "valuesort") {
        record.sort = SortMode::kValueSort;
      } else if (sort != "nosort") {
        return broken(record.line, fmt::format("unknown sort mode `{}`", sort));
      }
      if (words.size() > 3) record.label = words[3];
      record.has_expected = read_sql(lines, record.sql);
      if (record.has_expected) {
        while (lines.next(line) && !is_blank(line)) record.expected.emplace_back(line);
      }
    } else {
      return broken(record.line, fmt::format("`{}` starts no record", first));
    }
    if (!is_skipped) records.push_back(std::move(record));
    is_skipped = false;
  }
  return records;
}

std::string format_test_value(storage::Value value, char type) {
  if (value.is_null()) return "NULL";
  if (type == 'I') {
    std::int64_t integer = 0;
    if (value.is_integer()) {
      integer = value.as_integer();
    } else if (value.is_real()) {
      integer = storage::cast_real_to_integer(value.as_real());
    } else {
      integer = storage::cast_text_to_integer(value.as_bytes());
    }
    // %d of sqlite3_column_int(): the low 32 bits.
    return std::to_string(static_cast<std::int32_t>(static_cast<std::uint32_t>(integer)));
  }
  if (type == 'R') {
    double real = 0;
    if (value.is_integer()) {
      real = static_cast<double>(value.as_integer());
    } else if (value.is_real()) {
      real = value.as_real();
    } else {
      real = storage::cast_text_to_real(value.as_bytes());
    }
    // SQLite's own printf, as the files were written with it: it gives up digits that a double does not have.
    std::unique_ptr<char, decltype(&sqlite3_free)> text(sqlite3_mprintf("%.3f", real), sqlite3_free);
    return text ? std::string(text.get()) : std::string();
  }
  std::string text;
  if (value.is_integer()) {
    text = storage::integer_to_text(value.as_integer());
  } else if (value.is_real()) {
    text = storage::real_to_text(value.as_real());
  } else {
    text = value.as_bytes();
  }
  if (text.empty()) return "(empty)";
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '@';
  }
  return text;
}

std::vector<std::string> sort_test_values(std::vector<std::string> values, std::size_t columns, SortMode sort) {
  if (sort == SortMode::kNoSort) return values;
  if (sort == SortMode::kValueSort || columns <= 1) {
    std::sort(values.begin(), values.end());
    return values;
  }
  std::vector<std::size_t> rows(values.size() / columns);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    for (std::size_t column = 0; column < columns; ++column) {
      const int order = values[a * columns + column].compare(values[b * columns + column]);
      if (order != 0) return order < 0;
    }
    return false;
  });
  std::vector<std::string> sorted;
  sorted.reserve(values.size());
  for (const std::size_t row : rows) {
    for (std::size_t column = 0; column < columns; ++column) sorted.push_back(std::move(values[row * columns + column]));
  }
  return sorted;
}

std::string hash_test_values(const std::vector<std::string>& values) {
  Md5 md5;
  for (const std::string& value : values) {
    md5.add(value);
    md5.add("\n");
  }
  return fmt::format("{} values hashing to {}", values.size(), md5.hex_digest());
}

bool matches_expected(const TestRecord& record, const std::vector<std::string>& values) {
  const bool is_hash =
      record.expected.size() == 1 && record.expected.front().find(" values hashing to ") != std::string::npos;
  if (is_hash) return hash_test_values(values) == record.expected.front();
  return std::equal(values.begin(), values.end(), record.expected.begin(), record.expected.end(), same_value);
}

}  // namespace leftmost::oracle
