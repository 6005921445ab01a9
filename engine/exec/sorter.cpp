#include "engine/exec/sorter.h"

#include <algorithm>
#include <utility>

#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

constexpr std::uint64_t kTopRowsMax = 100'000;  // beyond that, keeping all rows and sorting once is cheaper

std::uint64_t head_of(std::string_view key) {
  std::uint64_t head = 0;
  const std::size_t bytes = std::min<std::size_t>(key.size(), 8);
  for (std::size_t i = 0; i < 8; ++i) {
    head = (head << 8) | (i < bytes ? static_cast<std::uint8_t>(key[i]) : 0u);
  }
  return head;
}

}  // namespace

SortColumn sort_column(const planner::OrderTerm& term) {
  SortColumn column;
  column.key.collation = planner::collation_of(term.expr).value_or(storage::Collation::kBinary);
  column.key.descending = term.descending;
  column.nulls = term.nulls;
  return column;
}

void append_sort_key(std::string& key, storage::Value value, const SortColumn& column) {
  // NULL sorts first in an ascending column and last in a descending one; a byte in front says otherwise.
  if (column.nulls != planner::NullsPlace::kDefault) {
    const bool nulls_first = column.nulls == planner::NullsPlace::kFirst;
    key.push_back(value.is_null() == nulls_first ? '\0' : '\1');
  }
  storage::append_key_column(key, value, column.key);
}

bool Sorter::before(const Entry& a, const Entry& b) {
  if (a.head != b.head) return a.head < b.head;
  const int order = a.key.compare(b.key);
  return order != 0 ? order < 0 : a.row < b.row;
}

void Sorter::reset(std::optional<std::uint64_t> limit, bool refuses_at_once) {
  rows_.clear();
  keys_.reset();
  entries_.clear();
  threshold_.reset();
  refuses_at_once_ = refuses_at_once && limit.has_value();
  limit_ = limit && (refuses_at_once_ || *limit <= kTopRowsMax) ? limit : std::nullopt;
  first_keys_.clear();
}

void Sorter::keep_first_key(std::string_view key) {
  if (first_keys_.size() == *limit_) {
    std::pop_heap(first_keys_.begin(), first_keys_.end());
    first_keys_.back() = key;
  } else {
    first_keys_.emplace_back(key);
  }
  std::push_heap(first_keys_.begin(), first_keys_.end());
  if (first_keys_.size() == *limit_) threshold_ = first_keys_.front();
}

void Sorter::add(std::string_view key, std::span<const storage::Value> row) {
  if (!wants(key)) return;
  if (refuses_at_once_ && *limit_ > 0) keep_first_key(key);
  const std::string_view kept = keys_.copy(key);
  entries_.push_back({head_of(kept), kept, static_cast<std::uint32_t>(rows_.size())});
  rows_.add(row);
  if (limit_ && entries_.size() >= 2 * *limit_ + 64) drop_beyond_limit();
}

void Sorter::drop_beyond_limit() {
  std::sort(entries_.begin(), entries_.end(), before);
  entries_.resize(static_cast<std::size_t>(*limit_));
  if (entries_.empty()) {
    threshold_.emplace();
    return;
  }
  threshold_.emplace(entries_.back().key);
  // What is left is copied together, in order of arrival, so that the dropped rows' memory is free again.
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.row < b.row; });
  RowBuffer rows(rows_.width());
  storage::Arena keys;
  for (Entry& entry : entries_) {
    rows.add(rows_.row(entry.row));
    entry.key = keys.copy(entry.key);
    entry.row = static_cast<std::uint32_t>(rows.size() - 1);
  }
  rows_ = std::move(rows);
  keys_ = std::move(keys);
}

void Sorter::sort() {
  std::sort(entries_.begin(), entries_.end(), before);
  if (limit_ && entries_.size() > *limit_) entries_.resize(static_cast<std::size_t>(*limit_));
}

}  // namespace leftmost::engine
