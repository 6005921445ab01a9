#include "engine/exec/rowid_source.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/functions/operators.h"
#include "storage/cursor.h"
#include "storage/table_view.h"

namespace leftmost::engine {

using storage::Value;

namespace {
constexpr std::int64_t kRowidMax = std::numeric_limits<std::int64_t>::max();

// A free rowid when the largest one is taken: as SQLite does, a random one from the lower half, a hundred times.
std::optional<std::int64_t> random_rowid(const storage::BTree& tree, Runtime& runtime) {
  constexpr int kTriesMax = 100;
  for (int i = 0; i < kTriesMax; ++i) {
    std::array<std::uint8_t, 8> bytes{};
    runtime.run().environment().random_bytes(bytes);
    std::uint64_t random = 0;
    for (const std::uint8_t byte : bytes) random = random << 8 | byte;
    const std::int64_t rowid = static_cast<std::int64_t>(random & (static_cast<std::uint64_t>(kRowidMax) >> 1)) + 1;
    if (!tree.contains(storage::RowidKey(rowid).view())) return rowid;
  }
  runtime.run().fail(ErrorCode::kFull, "database or disk is full");
  return std::nullopt;
}

}  // namespace

const storage::TablePtr RowidSource::sequence_table() const {
  return connection_.data().catalog.find_table("sqlite_sequence", table_.schema);
}

void RowidSource::open() {
  sequence_ = 0;
  sequence_row_.reset();
  changed_ = false;
  if (!table_.autoincrement) return;
  const storage::TablePtr sequences = sequence_table();
  if (!sequences) return;
  for (storage::Cursor cursor(*connection_.data().tree(sequences->id)); cursor.valid(); cursor.next()) {
    const Value name = cursor.value(0);
    if (!name.is_text() || name.as_bytes() != table_.name) continue;
    sequence_row_ = cursor.rowid();
    sequence_ = integer_value(cursor.value(1));
    break;
  }
}

std::optional<std::int64_t> RowidSource::next(Runtime& runtime) {
  const storage::BTree& tree = *connection_.data().tree(table_.id);
  const storage::BTree::Found last = tree.find_last();
  const std::int64_t largest = last ? storage::head_to_rowid(last.leaf->heads()[last.slot]) : 0;
  if (table_.autoincrement) {
    const std::int64_t base = std::max(largest, sequence_);
    if (base == kRowidMax) {
      runtime.run().fail(ErrorCode::kFull, "database or disk is full");
      return std::nullopt;
    }
    return std::max<std::int64_t>(base + 1, 1);
  }
  if (!last) return 1;
  if (largest < kRowidMax) return largest + 1;
  return random_rowid(tree, runtime);
}

void RowidSource::note(std::int64_t rowid) {
  if (!table_.autoincrement || rowid <= sequence_) {
    changed_ = changed_ || (table_.autoincrement && !sequence_row_);
    return;
  }
  sequence_ = rowid;
  changed_ = true;
}

void RowidSource::close() {
  if (!changed_) return;
  const storage::TablePtr sequences = sequence_table();
  if (!sequences) return;
  storage::BTree& tree = *connection_.data().tree(sequences->id);
  if (!sequence_row_) {
    const storage::BTree::Found last = tree.find_last();
    sequence_row_ = last ? storage::head_to_rowid(last.leaf->heads()[last.slot]) + 1 : 1;
  }
  const Value row[] = {Value::text(table_.name), Value::integer(sequence_)};
  tree.insert_or_replace(storage::RowidKey(*sequence_row_).view(), row);
  changed_ = false;
}

}  // namespace leftmost::engine
