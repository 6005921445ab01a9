// engine/exec/row_buffer.h - rows kept in memory, all of one width: materialised subqueries, sorted rows, new rows of
// an INSERT that reads its own table.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "storage/arena.h"
#include "storage/value.h"

namespace leftmost::engine {

class RowBuffer {
 public:
  explicit RowBuffer(std::size_t width = 0) : width_(width) {}

  /// Appends a copy, without subtypes. Requires: row.size() == width.
  void add(std::span<const storage::Value> row) {
    for (const storage::Value& value : row) values_.push_back(storage::copy_value(value, bytes_).with_subtype(0));
    ++size_;
  }
  std::size_t size() const { return size_; }
  std::size_t width() const { return width_; }
  std::span<const storage::Value> row(std::size_t index) const { return {values_.data() + index * width_, width_}; }
  void clear() {
    values_.clear();
    bytes_.reset();
    size_ = 0;
  }
  std::size_t bytes_held() const { return bytes_.bytes_held() + values_.capacity() * sizeof(storage::Value); }

 private:
  std::size_t width_;
  std::size_t size_ = 0;
  std::vector<storage::Value> values_;
  storage::Arena bytes_;
};

}  // namespace leftmost::engine
