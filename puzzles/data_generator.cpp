#include "puzzles/data_generator.h"

namespace leftmost::puzzles {
namespace {

/// FNV-1a, to give each column its own stream.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

std::string draw_word(const ColumnData& column, std::uint64_t total, Random& random) {
  std::uint64_t place = random.below(total);
  for (const auto& [word, weight] : column.common) {
    if (place < weight) return word;
    place -= weight;
  }
  std::string word;
  for (const std::vector<std::string>& part : column.parts) word += part[random.below(part.size())];
  return word;
}

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

DataGenerator::DataGenerator(const TableData& data) : data_(data), values_(data.columns.size()) {
  for (const ColumnData& column : data.columns) {
    streams_.emplace_back(data.seed ^ hash_of(column.name));
    std::uint64_t total = column.parts_weight;
    for (const auto& common : column.common) total += common.second;
    weights_.push_back(total);
  }
}

const std::vector<storage::OwnedValue>& DataGenerator::next() {
  ++row_;
  for (std::size_t i = 0; i < data_.columns.size(); ++i) {
    const ColumnData& column = data_.columns[i];
    switch (column.kind) {
      case ColumnKind::kSequence:
        values_[i] = storage::OwnedValue(storage::Value::integer(static_cast<std::int64_t>(row_)));
        break;
      case ColumnKind::kInteger: {
        const auto range = static_cast<std::uint64_t>(column.max - column.min) + 1;
        values_[i] = storage::OwnedValue(
            storage::Value::integer(column.min + static_cast<std::int64_t>(streams_[i].below(range))));
        break;
      }
      case ColumnKind::kWords:
        values_[i] = storage::OwnedValue(storage::Value::text(draw_word(column, weights_[i], streams_[i])));
        break;
    }
  }
  return values_;
}

}  // namespace leftmost::puzzles
