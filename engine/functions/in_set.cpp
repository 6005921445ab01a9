#include "engine/functions/in_set.h"

#include <algorithm>
#include <numeric>

namespace leftmost::engine {

using storage::Value;

void InSet::add(std::span<const Value> values) {
  bool has_null = false;
  for (const Value value : values) has_null = has_null || value.is_null();
  std::vector<Value>& rows = has_null ? null_rows_ : keys_;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Value converted = storage::apply_affinity(values[i], fields_[i].affinity, bytes_);
    rows.push_back(storage::copy_value(converted, bytes_));
  }
}

int InSet::compare_rows(const Value* a, const Value* b) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const int order = storage::compare(a[i], b[i], fields_[i].collation);
    if (order != 0) return order;
  }
  return 0;
}

void InSet::seal() {
  const std::size_t width = fields_.size();
  std::vector<std::size_t> order(keys_.size() / width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto row_at = [&](std::size_t row) { return keys_.data() + row * width; };
  // Stable, so that of equal rows (1 and 1.0, 'a' and 'A' under NOCASE) the first one stays.
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return compare_rows(row_at(a), row_at(b)) < 0; });
  std::vector<Value> sorted;
  sorted.reserve(keys_.size());
  for (const std::size_t row : order) {
    const Value* values = row_at(row);
    if (!sorted.empty() && compare_rows(sorted.data() + (sorted.size() - width), values) == 0) continue;
    sorted.insert(sorted.end(), values, values + width);
  }
  keys_ = std::move(sorted);
}

Value InSet::contains(std::span<const Value> left, storage::Arena& scratch) const {
  if (empty()) return Value::boolean(false);
  const std::size_t width = fields_.size();
  constexpr std::size_t kUsualWidth = 4;
  Value usual[kUsualWidth];
  Value* converted = usual;
  if (width > kUsualWidth) {
    converted = static_cast<Value*>(scratch.allocate(width * sizeof(Value), alignof(Value)));
  }
  bool left_has_null = false;
  for (std::size_t i = 0; i < width; ++i) {
    converted[i] = storage::apply_affinity(left[i], fields_[i].affinity, scratch);
    left_has_null = left_has_null || left[i].is_null();
  }
  // NULL where some row could be equal if the NULLs on either side were known.
  const auto could_equal = [&](const Value* row) {
    for (std::size_t i = 0; i < width; ++i) {
      if (row[i].is_null() || converted[i].is_null()) continue;
      if (storage::compare(row[i], converted[i], fields_[i].collation) != 0) return false;
    }
    return true;
  };
  const auto any_could_equal = [&](const std::vector<Value>& rows) {
    for (std::size_t at = 0; at < rows.size(); at += width) {
      if (could_equal(rows.data() + at)) return true;
    }
    return false;
  };
  if (!left_has_null) {
    std::size_t low = 0;
    std::size_t high = size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const int order = compare_rows(keys_.data() + middle * width, converted);
      if (order == 0) return Value::boolean(true);
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return any_could_equal(null_rows_) ? Value::null() : Value::boolean(false);
  }
  return any_could_equal(null_rows_) || any_could_equal(keys_) ? Value::null() : Value::boolean(false);
}

std::size_t InSet::bytes_held() const {
  return bytes_.bytes_held() + (keys_.capacity() + null_rows_.capacity()) * sizeof(Value);
}

}  // namespace leftmost::engine
