// engine/functions/in_set.h - the right side of IN as a set: built once, asked for every row.
//
// Rows are sorted by SQL's order and searched by halving, so that IN's affinity, collation and NULL rules cost
// nothing extra: a converted value equals what compare() says it equals.
#pragma once

#include <span>
#include <vector>

#include "storage/affinity.h"
#include "storage/arena.h"
#include "storage/collation.h"
#include "storage/value.h"

namespace leftmost::engine {

class InSet {
 public:
  struct Field {
    storage::Affinity affinity = storage::Affinity::kBlob;          ///< in_affinity(): applied to both sides
    storage::Collation collation = storage::Collation::kBinary;  ///< in_collation()
    friend bool operator==(const Field&, const Field&) = default;
  };

  /// One field per column of the left side.
  explicit InSet(std::vector<Field> fields) : fields_(std::move(fields)) {}

  /// Adds one row (a copy). Requires: values.size() == number of fields, and seal() was not called yet.
  void add(std::span<const storage::Value> values);
  /// Sorts and drops doubles. Call once after the last add().
  void seal();

  /// The value of `left IN (this)`: 1, 0 or NULL. Requires: seal(). `scratch` holds converted values for the call.
  storage::Value contains(std::span<const storage::Value> left, storage::Arena& scratch) const;

  /// Distinct rows without NULL in them, ascending: the order in which SQLite visits them in an index search.
  std::size_t size() const { return keys_.size() / fields_.size(); }
  std::span<const storage::Value> row(std::size_t index) const {
    return {keys_.data() + index * fields_.size(), fields_.size()};
  }
  bool has_null_row() const { return !null_rows_.empty(); }
  bool empty() const { return keys_.empty() && null_rows_.empty(); }
  std::size_t bytes_held() const;

 private:
  int compare_rows(const storage::Value* a, const storage::Value* b) const;

  std::vector<Field> fields_;
  storage::Arena bytes_;
  std::vector<storage::Value> keys_;       // rows without NULL, one after the other
  std::vector<storage::Value> null_rows_;  // rows with a NULL somewhere
};

}  // namespace leftmost::engine
