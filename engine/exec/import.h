// engine/exec/import.h - a whole database at once: definitions from the SQL texts of sqlite_schema, rows in key order,
// indexes built afterwards. For opening a file that another engine wrote and checked.
//
//   Importer importer(database);
//   for (each row of sqlite_schema, in rowid order) importer.add_definition({type, name, tbl_name, sql});
//   for (each table of importer.tables())           importer.begin_rows(name); importer.add_row(rowid, values) ...; importer.end_rows();
//   importer.finish();                              builds indexes, loads sqlite_stat1
//
// What cannot be held is kept by name in the catalog (storage::UnsupportedDef), so that it is listed and the tables it
// hangs on are not written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/database.h"
#include "storage/definitions.h"

namespace leftmost::engine {

/// One row of sqlite_schema.
struct SchemaRow {
  std::string type;  ///< table, index, view, trigger
  std::string name;
  std::string table_name;
  std::optional<std::string> sql;
};

class Importer {
 public:
  /// Requires: `database` is empty, outside a transaction, and outlives the importer.
  explicit Importer(Database& database);
  ~Importer();
  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;

  /// Adds a definition. What this engine cannot hold becomes an unsupported object and is no error; see unsupported().
  /// Errors: kCorrupt - the text is no statement of its type.
  Expected<void> add_definition(const SchemaRow& row);

  /// Tables whose rows are wanted, in schema order.
  const std::vector<storage::TablePtr>& tables() const;
  /// What could not be held, with the reason.
  const std::vector<storage::UnsupportedDef>& unsupported() const;

  /// Rows of one table follow. Requires: it is one of tables(), and no other table is open.
  void begin_rows(const storage::TableDef& table);
  /// `values`: one per column in table order (the rowid alias may be NULL: the rowid counts). The values are stored as they
  /// are. Rows have to come in rising order of the rowid, or of the primary key (WITHOUT ROWID; `rowid` is then ignored).
  /// Errors: kCorrupt - out of order.
  Expected<void> add_row(std::int64_t rowid, std::span<const storage::Value> values);
  void end_rows();

  /// Builds all indexes and loads sqlite_stat1. The last call.
  /// Errors: kCorrupt - a unique index has doubles; those of index expressions.
  Expected<void> finish(std::int64_t user_version = 0);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftmost::engine
