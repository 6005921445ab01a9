// engine/exec/rowid_source.h - rowids for new rows (https://www.sqlite.org/autoinc.html).
//
// Without AUTOINCREMENT: one more than the largest; not supported when that is 2^63-1, where SQLite draws random ones.
// With it: one more than the largest that ever was, which sqlite_sequence remembers.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/exec/connection.h"
#include "engine/exec/runtime.h"

namespace leftmost::engine {

class RowidSource {
 public:
  RowidSource(Connection& connection, const storage::TableDef& table) : connection_(connection), table_(table) {}

  /// Reads sqlite_sequence; once per statement.
  void open();
  /// A rowid that no row has. Nothing after an error (kFull `database or disk is full`, kNotSupported).
  std::optional<std::int64_t> next(Runtime& runtime);
  /// A row got this rowid.
  void note(std::int64_t rowid);
  /// Writes sqlite_sequence if it has changed.
  void close();

 private:
  const storage::TablePtr sequence_table() const;

  Connection& connection_;
  const storage::TableDef& table_;
  std::int64_t sequence_ = 0;
  std::optional<std::int64_t> sequence_row_;
  bool changed_ = false;
};

}  // namespace leftmost::engine
