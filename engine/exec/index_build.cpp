#include "engine/exec/index_build.h"

#include <algorithm>

#include "engine/exec/table_writer.h"
#include "storage/cursor.h"

namespace leftmost::engine {
namespace {

using storage::Value;

struct Entry {
  std::uint64_t head;
  std::string_view key;
  std::string_view payload;
};

// All entries that an index must have, in order of the table.
class EntryMaker {
 public:
  EntryMaker(Connection& connection, const storage::IndexDef& index)
      : connection_(connection), index_(index), runtime_(connection.environment(), connection.counters()) {}

  Expected<void> make() {
    const storage::TablePtr table = connection_.data().catalog.table(index_.table_id);
    if (!table) return fail(ErrorCode::kInternal, "index " + index_.name + " has no table");
    relations_ = connection_.relations();
    auto relation = relations_->relation(table);
    if (!relation) return Unexpected(relation.error());
    StreamBuilder builder(runtime_, arena_);
    const TableExpressions none;
    TableWriter writer(**relation, none, builder);
    std::size_t number = 0;
    while (number < writer.index_count() && writer.index(number).id != index_.id) ++number;
    if (number == writer.index_count()) return fail(ErrorCode::kInternal, "index " + index_.name + " has no relation");
    runtime_.start(connection_.data(), connection_.limits(), {});
    columns = storage::index_key_columns(index_, *table);
    const storage::BTree& tree = *connection_.data().tree(table->id);
    entries.reserve(tree.size());
    RowImage row;
    row.values.resize(table->columns.size());
    storage::IndexEntry entry;
    for (storage::Cursor cursor(tree); cursor.valid(); cursor.next()) {
      if (!runtime_.step()) break;
      const storage::TableRow source(*table, cursor.leaf(), cursor.slot());
      for (std::size_t i = 0; i < row.values.size(); ++i) row.values[i] = source.column(static_cast<int>(i));
      if (!table->without_rowid) row.rowid = source.rowid();
      if (!writer.make_entry(number, row, entry)) {
        if (runtime_.failed()) break;
        continue;
      }
      runtime_.run().results().reset();
      const std::string_view key = bytes.copy(entry.key);
      entries.push_back({head_of(key), key, entry.payload.empty() ? std::string_view() : bytes.copy(entry.payload)});
    }
    if (runtime_.failed()) return Unexpected(runtime_.run().take_error());
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.head != b.head ? a.head < b.head : a.key < b.key;
    });
    return {};
  }

  std::vector<Entry> entries;
  std::vector<storage::KeyColumn> columns;
  storage::Arena bytes;

 private:
  static std::uint64_t head_of(std::string_view key) {
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i) head = (head << 8) | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0u);
    return head;
  }

  Connection& connection_;
  const storage::IndexDef& index_;
  Runtime runtime_;
  storage::Arena arena_;
  std::shared_ptr<RelationCache> relations_;
};

// Whether two neighbours agree on the index's own columns, none of them NULL.
bool are_doubles(const Entry& a, const Entry& b, std::span<const storage::KeyColumn> key) {
  const auto prefix = storage::key_prefix_bytes(a.key, key);
  if (!prefix || b.key.size() < *prefix || a.key.substr(0, *prefix) != b.key.substr(0, *prefix)) return false;
  std::string_view rest = a.key;
  storage::Arena bytes;
  for (const storage::KeyColumn& column : key) {
    const auto value = storage::decode_key_column(rest, column, bytes);
    if (!value || value->is_null()) return false;
  }
  return true;
}

std::string unique_message(const storage::IndexDef& index, const storage::TableDef& table) {
  std::string names;
  for (const storage::IndexColumn& column : index.key_columns) {
    if (column.column < 0) return "UNIQUE constraint failed: index '" + index.name + "'";
    if (!names.empty()) names += ", ";
    names += table.name + '.' + table.columns[static_cast<std::size_t>(column.column)].name;
  }
  return "UNIQUE constraint failed: " + names;
}

}  // namespace

Expected<void> build_index(Connection& connection, storage::ObjectId id) {
  const storage::IndexPtr index = connection.data().catalog.index(id);
  if (!index || index->is_table_itself) return {};
  EntryMaker maker(connection, *index);
  if (auto made = maker.make(); !made) return made;
  const storage::TablePtr table = connection.data().catalog.table(index->table_id);
  storage::BulkLoader loader(storage::TreeShape::for_index());
  const auto key = std::span<const storage::KeyColumn>(maker.columns).first(index->key_columns.size());
  for (std::size_t i = 0; i < maker.entries.size(); ++i) {
    const Entry& entry = maker.entries[i];
    if (index->unique && i > 0 && are_doubles(maker.entries[i - 1], entry, key)) {
      return fail(ErrorCode::kConstraint, unique_message(*index, *table));
    }
    const Value payload = entry.payload.empty() ? Value::null() : Value::blob(entry.payload);
    if (!loader.append(entry.key, std::span(&payload, 1))) {
      return fail(ErrorCode::kInternal, "index " + index->name + " has two equal entries");
    }
  }
  connection.data().set_tree(id, loader.finish());
  return {};
}

Expected<std::vector<std::string>> check_index(Connection& connection, storage::ObjectId id, std::size_t limit) {
  std::vector<std::string> broken;
  const storage::IndexPtr index = connection.data().catalog.index(id);
  if (!index || index->is_table_itself) return broken;
  EntryMaker maker(connection, *index);
  if (auto made = maker.make(); !made) return Unexpected(made.error());
  const storage::BTree& tree = *connection.data().tree(id);
  if (tree.size() != maker.entries.size()) broken.push_back("wrong # of entries in index " + index->name);
  std::size_t row = 0;
  for (const Entry& entry : maker.entries) {
    ++row;
    if (broken.size() >= limit) break;
    if (!tree.contains(entry.key)) {
      broken.push_back("row " + std::to_string(row) + " missing from index " + index->name);
    }
  }
  const auto key = std::span<const storage::KeyColumn>(maker.columns).first(index->key_columns.size());
  for (std::size_t i = 1; index->unique && i < maker.entries.size() && broken.size() < limit; ++i) {
    if (are_doubles(maker.entries[i - 1], maker.entries[i], key)) {
      broken.push_back("non-unique entry in index " + index->name);
    }
  }
  return broken;
}

}  // namespace leftmost::engine
