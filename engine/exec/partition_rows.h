// engine/exec/partition_rows.h - the rows of one partition that a window pass still needs: appended at the
// end, let go of at the front. Each knows its group: rows that agree on the window's ORDER BY.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "engine/exec/row_buffer.h"

namespace leftmost::engine {

class PartitionRows {
 public:
  explicit PartitionRows(std::size_t width) : width_(width) {}

  /// Rows are numbered from 0, those that were let go of included.
  std::size_t size() const { return size_; }
  void add(std::span<const storage::Value> row, std::uint64_t group) {
    if (size_ % kChunkRows == 0) chunks_.push_back(std::make_unique<Chunk>(width_));
    chunks_.back()->rows.add(row);
    chunks_.back()->groups.push_back(group);
    ++size_;
  }
  /// Requires: number < size() and the row is still there.
  std::span<const storage::Value> row(std::size_t number) const {
    return chunk_of(number).rows.row(number % kChunkRows);
  }
  std::uint64_t group(std::size_t number) const { return chunk_of(number).groups[number % kChunkRows]; }
  /// Nobody will ask for rows before this one.
  void drop_before(std::size_t number) {
    for (; (dropped_ + 1) * kChunkRows <= number && chunks_.size() > 1; ++dropped_) chunks_.pop_front();
  }
  void clear() {
    chunks_.clear();
    size_ = dropped_ = 0;
  }
  std::size_t bytes_held() const {
    std::size_t bytes = 0;
    for (const auto& chunk : chunks_) bytes += chunk->rows.bytes_held() + kChunkRows * sizeof(std::uint64_t);
    return bytes;
  }

 private:
  static constexpr std::size_t kChunkRows = 256;
  struct Chunk {
    explicit Chunk(std::size_t width) : rows(width) {}
    RowBuffer rows;
    std::vector<std::uint64_t> groups;
  };
  const Chunk& chunk_of(std::size_t number) const { return *chunks_[number / kChunkRows - dropped_]; }

  std::size_t width_;
  std::size_t size_ = 0;
  std::size_t dropped_ = 0;  // chunks
  std::deque<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace leftmost::engine
