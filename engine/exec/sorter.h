// engine/exec/sorter.h - rows in the order of their coded keys. Equal keys stay in the order in which they came, as
// SQLite's sorter keeps them.
//
// With a limit only that many rows are kept: whenever twice as many have gathered, the larger half is dropped, and
// from then on a row that cannot make it is refused before it is copied. Where it counts for more which rows are refused
// (they end a loop), the limit is kept to the row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/row_buffer.h"
#include "planner/query.h"
#include "storage/key_codec.h"

namespace leftmost::engine {

/// How one term of ORDER BY or GROUP BY is coded.
struct SortColumn {
  storage::KeyColumn key;
  planner::NullsPlace nulls = planner::NullsPlace::kDefault;
};
/// Of a term: the collation of its expression, its direction, its place for NULLs.
SortColumn sort_column(const planner::OrderTerm& term);
/// Appends the code of one value of a sort key.
void append_sort_key(std::string& key, storage::Value value, const SortColumn& column);

class Sorter {
 public:
  explicit Sorter(std::size_t width = 0) : rows_(width) {}

  /// Forgets all rows. `limit`: how many will be read. `refuses_at_once`: as soon as there are so many, every row that
  /// is not before the last of them is refused.
  void reset(std::optional<std::uint64_t> limit, bool refuses_at_once = false);
  /// False if a row with this key would never be read.
  bool wants(std::string_view key) const { return !threshold_ || key < *threshold_; }
  /// Some rows were refused or dropped already.
  bool is_full() const { return threshold_.has_value(); }
  void add(std::string_view key, std::span<const storage::Value> row);
  /// Call once after the last add().
  void sort();

  std::size_t size() const { return entries_.size(); }
  /// The index-th row in order. Requires: sort() was called.
  std::span<const storage::Value> row(std::size_t index) const { return rows_.row(entries_[index].row); }
  std::string_view key(std::size_t index) const { return entries_[index].key; }
  /// Without a limit: which row this was, counted from 0 in order of arrival.
  std::size_t arrival(std::size_t index) const { return entries_[index].row; }
  std::size_t bytes_held() const {
    return rows_.bytes_held() + keys_.bytes_held() + entries_.capacity() * sizeof(Entry);
  }

 private:
  struct Entry {
    std::uint64_t head;  // first 8 bytes of the key, big-endian, padded with zeros
    std::string_view key;
    std::uint32_t row;   // number in rows_; rises with arrival
  };
  static bool before(const Entry& a, const Entry& b);
  void drop_beyond_limit();
  void keep_first_key(std::string_view key);

  RowBuffer rows_;
  storage::Arena keys_;
  std::vector<Entry> entries_;
  std::optional<std::uint64_t> limit_;
  std::optional<std::string> threshold_;
  bool refuses_at_once_ = false;
  std::vector<std::string> first_keys_;  // with refuses_at_once_: of the rows that make it so far, a heap
};

}  // namespace leftmost::engine
