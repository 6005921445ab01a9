// storage/statistics.h - what the planner is told about sizes: defaults, or what ANALYZE found.
//
// SQLite plans with LogEst numbers (log_est.h): per table the number of rows and a width, per index an array
// A[0..n] (A[0] entries, A[k] entries that share their first k columns) and a width. Without ANALYZE they are
// fixed guesses; with it they come from the rows of sqlite_stat1. This file holds the numbers, reads them
// from stat text, and computes that text from an index tree.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/catalog.h"
#include "storage/definitions.h"
#include "storage/log_est.h"
#include "storage/persistent_map.h"

namespace leftmost::storage {

class BTree;
struct KeyColumn;

/// The guess for a table nobody has counted: 1 048 576 rows.
inline constexpr LogEst kDefaultTableRows = 200;

struct TableStatistics {
  LogEst rows = kDefaultTableRows;
  LogEst width = 0;  ///< sz: L(4 * sum of column widths).
  bool has_stat1 = false;
};

struct IndexStatistics {
  /// A[0..n], n = number of key columns. The tail counts as 0: rows(k) below.
  std::vector<LogEst> rows_per_prefix;
  LogEst width = 0;
  bool has_stat1 = false;
  bool unordered = false;     ///< sqlite_stat1 says `unordered`: equality only, no order.
  bool no_skip_scan = false;  ///< sqlite_stat1 says `noskipscan`.

  /// A[k]; 0 beyond the key (one row per entry).
  LogEst rows(std::size_t columns) const {
    return columns < rows_per_prefix.size() ? rows_per_prefix[columns] : 0;
  }
};

/// One row of sqlite_stat1.
struct Stat1Row {
  std::string table;
  std::optional<std::string> index;
  std::string stat;
};

/// The widths of a table and of an index (sz).
LogEst table_width(const TableDef& table);
LogEst index_width(const IndexDef& index, const TableDef& table);

/// The numbers of all tables and indexes of a catalog. A copy is O(1) and independent.
class Statistics {
 public:
  /// Guesses for a new object. A table's go first, then those of its indexes. A table estimated below 99 (a
  /// small sqlite_stat1) is raised to 99 when an index gets its defaults.
  void add_table(const TableDef& table);
  void add_index(const IndexDef& index, const TableDef& table);
  void remove(ObjectId id);

  /// As ANALYZE sqlite_schema: takes the rows of one schema's sqlite_stat1, in rowid order. Indexes without a
  /// row get the defaults again; the rows and widths of tables without a row stay as they are (SQLite forgets
  /// those only on reopening). Rows that name nothing known are ignored; any text is acceptable as stat.
  void load(const Catalog& catalog, SchemaName schema, std::span<const Stat1Row> rows);

  /// Guesses again for everything in a schema, as when it is read for the first time.
  void forget(const Catalog& catalog, SchemaName schema);
  /// Tables with a CREATE INDEX have the least number of rows that an index's defaults would give them.
  void raise_indexed_tables(const Catalog& catalog, SchemaName schema);

  /// The numbers of an object; defaults of an empty definition for an unknown id. Valid until a change.
  const TableStatistics& table(ObjectId id) const;
  const IndexStatistics& index(ObjectId id) const;

 private:
  void set_index_defaults(const IndexDef& index, const TableDef& table);
  PersistentMap<ObjectId, TableStatistics> tables_;
  PersistentMap<ObjectId, IndexStatistics> indexes_;
};

/// The stat text of an index tree, `1000 50 1`: the number of entries, then for each prefix of its
/// `key_columns` columns how many entries share it on average (rounded as SQLite does). Nothing for an empty
/// tree. Reads the whole tree. Requires: the entries' keys start with codes of `columns`; `key_columns` <=
/// columns.size().
std::optional<std::string> analyze_index(const BTree& tree, std::span<const KeyColumn> columns,
                                         std::size_t key_columns);
/// The same from counted distinct prefixes: distinct[k-1] prefixes of length k among `entries` (> 0) entries.
std::string stat_text(std::uint64_t entries, std::span<const std::uint64_t> distinct);

}  // namespace leftmost::storage
