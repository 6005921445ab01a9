// puzzles/data_generator.h - believable rows from a seed: the same everywhere, for ever.
//
// Only integers are computed (SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
// Generators", 2014), so that compilers and machines cannot disagree. Each column has a stream of its own,
// derived from the table's seed and the column's name: adding a column changes no other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/value.h"

namespace leftmost::puzzles {

/// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Below `bound`, each equally often (to within 2^-32). Requires: 0 < bound <= 2^32.
  std::uint64_t below(std::uint64_t bound) { return ((next() >> 32) * bound) >> 32; }

 private:
  std::uint64_t state_;
};

enum class ColumnKind : std::uint8_t {
  kSequence,  ///< 1, 2, 3, ...
  kInteger,   ///< min to max, each equally often
  kWords,     ///< common words by their weights, the rest put together from parts
};

struct ColumnData {
  std::string name;
  ColumnKind kind = ColumnKind::kInteger;
  std::int64_t min = 0, max = 0;                              ///< kInteger
  std::vector<std::pair<std::string, std::uint64_t>> common;  ///< kWords: word and weight
  std::uint64_t parts_weight = 0;                             ///< kWords: of all words made of parts together
  std::vector<std::vector<std::string>> parts;                ///< kWords: one of each list, joined
};

struct TableData {
  std::string table;
  std::uint64_t rows = 0;
  std::uint64_t seed = 0;
  std::vector<ColumnData> columns;
};

/// Makes the rows of one table, one after the other.
class DataGenerator {
 public:
  /// Requires: `data` outlives the generator; every column can be drawn (weights above 0, min <= max).
  explicit DataGenerator(const TableData& data);
  /// The values of the next row, in the order of the columns; valid until the next call.
  const std::vector<storage::OwnedValue>& next();

 private:
  const TableData& data_;
  std::uint64_t row_ = 0;
  std::vector<Random> streams_;
  std::vector<std::uint64_t> weights_;
  std::vector<storage::OwnedValue> values_;
};

}  // namespace leftmost::puzzles
