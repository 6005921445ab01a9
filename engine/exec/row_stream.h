// engine/exec/row_stream.h - rows one after the other: what every running SELECT is to whoever reads it.
//
//   stream->open();                         // from the start, as often as wanted
//   while (stream->next()) use(stream->row());
//   stream->close();                        // lets go of pages; open() starts again
//
// Streams are built once per prepared statement (stream_builder.h) and opened once per run, or once per outer row
// when they belong to a correlated subquery. Errors are sticky in the Runtime: next() then answers false, and whoever
// drives the statement asks runtime.failed().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "storage/lookaside.h"
#include "storage/value.h"

namespace leftmost::engine {

class RowStream : public storage::FromLookaside {
 public:
  virtual ~RowStream() = default;
  virtual void open() = 0;
  /// True: row() is the next row. False: there are no more, or an error stopped it.
  virtual bool next() = 0;
  /// Before open(): no more than this many rows will be read. A sort then need not keep the others.
  virtual void limit_rows(std::optional<std::uint64_t> /*rows_max*/) {}
  /// Releases what open() took (cursors keep pages alive, and writers then copy them).
  virtual void close() = 0;
  /// Requires: the last next() gave true. Bytes stay valid until the next call of next(), open() or close().
  std::span<const storage::Value> row() const { return row_; }
  /// Number of columns.
  std::size_t width() const { return width_; }

 protected:
  std::span<const storage::Value> row_;
  std::size_t width_ = 0;
};

}  // namespace leftmost::engine
