#include "storage/statistics.h"

#include <algorithm>

#include "storage/cursor.h"
#include "storage/page_writer.h"

namespace leftmost::storage {
namespace {

// SQLite's guesses at the rows that share 1, 2, ... 5 columns of an index, and further ones
// (sqlite3DefaultRowEst in build.c).
constexpr LogEst kRowsPerPrefix[] = {33, 32, 30, 28, 26};
constexpr LogEst kRowsPerLongPrefix = 23;
// A table is not believed to have fewer rows than this (1000) when its indexes get guesses.
constexpr LogEst kTableRowsMin = 99;
constexpr LogEst kPartialIndexDiscount = 10;

unsigned column_width(const IndexColumn& column, const TableDef& table) {
  return column.column < 0 ? 1u : table.columns[static_cast<std::size_t>(column.column)].width;
}

// Reads sqlite_stat1.stat from the left.
class StatReader {
 public:
  explicit StatReader(std::string_view stat) : rest_(stat) {}
  bool at_end() const { return rest_.empty(); }
  /// Digits (none mean 0) and one blank behind them.
  LogEst next_number() {
    std::uint64_t number = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      number = number * 10 + static_cast<std::uint64_t>(rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return log_est(number);
  }
  /// The next blank-separated word, empty at the end.
  std::string_view next_word() {
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return word;
  }

 private:
  std::string_view rest_;
};

bool starts_with(std::string_view word, std::string_view beginning) {
  return word.substr(0, beginning.size()) == beginning;
}

// `sz=N` as a width, if the word is that.
std::optional<LogEst> width_of_word(std::string_view word) {
  if (!starts_with(word, "sz=") || word.size() < 4 || word[3] < '0' || word[3] > '9') return std::nullopt;
  std::uint64_t bytes = 0;
  for (std::size_t i = 3; i < word.size() && word[i] >= '0' && word[i] <= '9'; ++i) {
    bytes = bytes * 10 + static_cast<std::uint64_t>(word[i] - '0');
    if (bytes > 0x7fffffff) return log_est(2);  // beyond 31 bits SQLite reads 0
  }
  return log_est(std::max<std::uint64_t>(2, bytes));
}

void read_index_stat(std::string_view stat, IndexStatistics& index) {
  StatReader reader(stat);
  for (std::size_t i = 0; i < index.rows_per_prefix.size() && !reader.at_end(); ++i) {
    index.rows_per_prefix[i] = reader.next_number();
  }
  index.has_stat1 = true;
  index.unordered = index.no_skip_scan = false;
  while (!reader.at_end()) {
    const std::string_view word = reader.next_word();
    if (starts_with(word, "unordered")) index.unordered = true;
    if (starts_with(word, "noskipscan")) index.no_skip_scan = true;
    if (const auto width = width_of_word(word)) index.width = *width;
  }
}

void read_table_stat(std::string_view stat, TableStatistics& table) {
  StatReader reader(stat);
  if (!reader.at_end()) table.rows = reader.next_number();
  table.has_stat1 = true;
  while (!reader.at_end()) {
    if (const auto width = width_of_word(reader.next_word())) table.width = *width;
  }
}

}  // namespace

LogEst table_width(const TableDef& table) {
  unsigned width = table.rowid_alias < 0 ? 1 : 0;
  for (const ColumnDef& column : table.columns) width += column.width;
  return log_est(std::uint64_t{width} * 4);
}

LogEst index_width(const IndexDef& index, const TableDef& table) {
  unsigned width = 0;
  for (std::size_t i = 0; i < index.column_count(); ++i) width += column_width(index.column(i), table);
  return log_est(std::uint64_t{width} * 4);
}

void Statistics::add_table(const TableDef& table) {
  tables_.insert_or_assign(table.id, TableStatistics{kDefaultTableRows, table_width(table), false});
}

void Statistics::add_index(const IndexDef& index, const TableDef& table) {
  IndexStatistics numbers;
  numbers.width = index_width(index, table);
  indexes_.insert_or_assign(index.id, std::move(numbers));
  set_index_defaults(index, table);
}

void Statistics::set_index_defaults(const IndexDef& index, const TableDef& table) {
  TableStatistics& table_numbers = tables_.find_or_insert(table.id);
  table_numbers.rows = std::max(table_numbers.rows, kTableRowsMin);
  std::vector<LogEst>& rows = indexes_.find_or_insert(index.id).rows_per_prefix;
  rows.assign(index.key_columns.size() + 1, kRowsPerLongPrefix);
  rows[0] = static_cast<LogEst>(table_numbers.rows - (index.is_partial() ? kPartialIndexDiscount : 0));
  for (std::size_t i = 1; i < rows.size() && i <= std::size(kRowsPerPrefix); ++i)
    rows[i] = kRowsPerPrefix[i - 1];
  if (index.unique) rows.back() = 0;
}

void Statistics::remove(ObjectId id) {
  tables_.erase(id);
  indexes_.erase(id);
}

void Statistics::load(const Catalog& catalog, SchemaName schema, std::span<const Stat1Row> rows) {
  for (const TablePtr& table : catalog.tables(schema)) {
    tables_.find_or_insert(table->id).has_stat1 = false;
    for (const IndexPtr& index : catalog.indexes_of(table->id))
      indexes_.find_or_insert(index->id).has_stat1 = false;
  }
  for (const Stat1Row& row : rows) {
    const TablePtr table = catalog.find_table(row.table, schema);
    if (table == nullptr) continue;
    IndexPtr index;
    if (row.index && equals_ignoring_case(*row.index, row.table)) {
      for (const IndexPtr& candidate : catalog.indexes_of(table->id)) {
        if (candidate->is_table_itself) index = candidate;
      }
    } else if (row.index) {
      index = catalog.find_index(*row.index, schema);
    }
    if (index == nullptr) {
      read_table_stat(row.stat, tables_.find_or_insert(table->id));
      continue;
    }
    IndexStatistics& numbers = indexes_.find_or_insert(index->id);
    numbers.rows_per_prefix.resize(index->key_columns.size() + 1, 0);
    read_index_stat(row.stat, numbers);
    if (index->is_partial()) continue;
    tables_.find_or_insert(table->id).rows = numbers.rows_per_prefix[0];
    tables_.find_or_insert(table->id).has_stat1 = true;
  }
  for (const TablePtr& table : catalog.tables(schema)) {
    for (const IndexPtr& index : catalog.indexes_of(table->id)) {
      if (!indexes_.find_or_insert(index->id).has_stat1) set_index_defaults(*index, *table);
    }
  }
}

void Statistics::forget(const Catalog& catalog, SchemaName schema) {
  for (const TablePtr& table : catalog.tables(schema)) {
    add_table(*table);
    for (const IndexPtr& index : catalog.indexes_of(table->id)) add_index(*index, *table);
  }
}

void Statistics::raise_indexed_tables(const Catalog& catalog, SchemaName schema) {
  for (const TablePtr& table : catalog.tables(schema)) {
    for (const IndexPtr& index : catalog.indexes_of(table->id)) {
      if (!index->sql) continue;
      TableStatistics& numbers = tables_.find_or_insert(table->id);
      numbers.rows = std::max(numbers.rows, kTableRowsMin);
    }
  }
}

const TableStatistics& Statistics::table(ObjectId id) const {
  static const TableStatistics kUnknown{};
  const TableStatistics* found = tables_.find(id);
  return found == nullptr ? kUnknown : *found;
}

const IndexStatistics& Statistics::index(ObjectId id) const {
  static const IndexStatistics kUnknown{};
  const IndexStatistics* found = indexes_.find(id);
  return found == nullptr ? kUnknown : *found;
}

std::string stat_text(std::uint64_t entries, std::span<const std::uint64_t> distinct) {
  std::string text = std::to_string(entries);
  for (const std::uint64_t prefixes : distinct) {
    std::uint64_t average = (entries + prefixes - 1) / prefixes;
    // A key that is unique but for a tenth of its entries counts as unique (analyze.c, statGet).
    if (average == 2 && entries * 10 <= prefixes * 11) average = 1;
    text += ' ' + std::to_string(average);
  }
  return text;
}

// Equal columns are equal bytes, so an entry repeats the first k columns of the entry before it exactly if
// their common prefix reaches the end of the k-th code.
std::optional<std::string> analyze_index(const BTree& tree, std::span<const KeyColumn> columns,
                                         std::size_t key_columns) {
  if (tree.empty()) return std::nullopt;
  std::vector<std::uint64_t> distinct(key_columns, 1);
  std::string before;
  Cursor cursor(tree);
  before.assign(cursor.key());
  for (cursor.next(); cursor.valid(); cursor.next()) {
    const std::string_view key = cursor.key();
    const std::size_t same = common_prefix(before, key);
    std::size_t at = 0;
    std::size_t repeated = 0;
    while (repeated < key_columns) {
      const auto bytes = key_prefix_bytes(key.substr(at), columns.subspan(repeated, 1));
      if (!bytes || at + *bytes > same) break;
      at += *bytes;
      ++repeated;
    }
    for (std::size_t k = repeated; k < key_columns; ++k) ++distinct[k];
    before.assign(key);
  }
  return stat_text(tree.size(), distinct);
}

}  // namespace leftmost::storage
