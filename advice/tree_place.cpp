#include "advice/tree_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/near_names.h"
#include "storage/affinity.h"
#include "storage/arena.h"
#include "storage/btree_text.h"
#include "storage/cursor.h"
#include "storage/table_view.h"

namespace leftmost::advice {
namespace {

using storage::Affinity;
using storage::Value;

bool is_stored(const storage::ColumnDef& column) {
  return column.generated != storage::GeneratedKind::kVirtual;
}

void add_column(TreePlace& place, const storage::IndexColumn& column) {
  if (column.column == storage::kExpressionColumn) {
    place.column_names.push_back("<expr>");
    place.affinities.push_back(Affinity::kBlob);
  } else if (column.column == storage::kRowidColumn) {
    place.column_names.push_back("rowid");
    place.affinities.push_back(Affinity::kInteger);
  } else {
    const storage::ColumnDef& declared = place.table->columns[static_cast<std::size_t>(column.column)];
    place.column_names.push_back(declared.name);
    place.affinities.push_back(declared.affinity);
  }
}

Expected<TreePlace> open(const engine::Database& database, storage::TablePtr table, storage::IndexPtr index) {
  TreePlace place;
  place.table = std::move(table);
  place.index = std::move(index);
  place.name = place.index == nullptr ? place.table->name : place.index->name;
  place.tree = database.state().tree(place.index == nullptr ? place.table->id : place.index->id);
  if (place.tree == nullptr) return not_supported(fmt::format("looking into {}", place.name));
  if (place.index != nullptr) {
    place.columns = storage::index_key_columns(*place.index, *place.table);
    for (std::size_t i = 0; i < place.index->column_count(); ++i) add_column(place, place.index->column(i));
  } else if (place.table->without_rowid) {
    place.columns = storage::primary_key_columns(*place.table);
    for (const storage::IndexPtr& own : database.catalog().indexes_of(place.table->id)) {
      if (!own->is_table_itself) continue;
      for (std::size_t i = 0; i < place.columns.size(); ++i) add_column(place, own->column(i));
    }
  } else {
    place.column_names = {"rowid"};
    place.affinities = {Affinity::kInteger};
  }
  return place;
}

}  // namespace

std::string TreePlace::key_text(std::string_view key) const {
  return storage::key_for_people(key, tree->shape(), columns);
}

Expected<TreePlace> tree_of_table(const engine::Database& database, const storage::TableDef& table) {
  return open(database, database.catalog().find_table(table.name, table.schema), nullptr);
}

Expected<TreePlace> tree_of_index(const engine::Database& database, const storage::IndexDef& index) {
  storage::TablePtr table = database.catalog().table(index.table_id);
  if (index.is_table_itself) return open(database, std::move(table), nullptr);
  return open(database, std::move(table), database.catalog().find_index(index.name, index.schema));
}

Expected<TreePlace> find_tree(const engine::Database& database, std::string_view name) {
  if (const storage::IndexPtr index = database.catalog().find_index(name))
    return tree_of_index(database, *index);
  if (const storage::TablePtr table = database.catalog().find_table(name))
    return tree_of_table(database, *table);
  if (database.catalog().find(name))
    return not_supported(fmt::format("looking into {}, which has no tree here", name));
  return Unexpected(no_such_tree(database.catalog(), name));
}

Expected<storage::ByteRange> range_of(const TreePlace& place, std::span<const Value> values) {
  if (values.size() > place.column_names.size()) {
    return fail(ErrorCode::kError, fmt::format("{} has {} columns, but {} values were given", place.name,
                                               place.column_names.size(), values.size()));
  }
  if (values.empty()) return storage::ByteRange::all();
  storage::Arena arena;
  std::vector<Value> converted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    converted.push_back(storage::apply_affinity(values[i], place.affinities[i], arena));
  }
  if (!place.is_rowid_table()) return storage::prefix_range(storage::encode_key(converted, place.columns));
  if (!converted[0].is_integer()) return fail(ErrorCode::kError, "a rowid is an integer");
  return storage::prefix_range(storage::RowidKey(converted[0].as_integer()).view());
}

Expected<Entries> list_entries(const TreePlace& place, std::span<const Value> values, std::size_t shown_max) {
  const auto range = range_of(place, values);
  if (!range) return Unexpected(range.error());
  Entries entries;
  entries.total = place.tree->size();
  entries.first = place.tree->rank(range->lower);
  entries.matches = place.tree->count(*range);
  const bool is_index = place.index != nullptr;
  if (is_index) {
    entries.columns = place.column_names;
  } else {
    if (place.is_rowid_table() && place.table->rowid_alias < 0) entries.columns.push_back("rowid");
    for (const storage::ColumnDef& column : place.table->columns) {
      if (is_stored(column)) entries.columns.push_back(column.name);
    }
  }
  storage::Arena arena;
  std::vector<Value> decoded(place.columns.size());
  for (storage::Cursor cursor(*place.tree, *range); cursor.valid() && entries.shown.size() < shown_max;
       cursor.next()) {
    storage::Row& row = entries.shown.emplace_back();
    if (is_index) {
      if (!storage::decode_index_entry(cursor, place.columns, arena, decoded)) {
        return fail(ErrorCode::kCorrupt, fmt::format("an entry of {} cannot be read", place.name));
      }
      for (const Value& value : decoded) row.emplace_back(value);
      arena.reset();
      continue;
    }
    const storage::TableRow source(*place.table, cursor.leaf(), cursor.slot());
    if (place.is_rowid_table() && place.table->rowid_alias < 0)
      row.emplace_back(Value::integer(source.rowid()));
    for (std::size_t i = 0; i < place.table->columns.size(); ++i) {
      if (is_stored(place.table->columns[i])) row.emplace_back(source.column(static_cast<int>(i)));
    }
  }
  return entries;
}

storage::BTree with_page_size(const storage::BTree& tree, std::uint32_t page_bytes) {
  storage::TreeShape shape = tree.shape();
  shape.page_bytes = page_bytes;
  storage::BulkLoader loader(shape);
  std::vector<Value> values(shape.columns);
  for (storage::Cursor cursor(tree); cursor.valid(); cursor.next()) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = cursor.value(i);
    loader.append(cursor.key(), values);
  }
  return loader.finish();
}

}  // namespace leftmost::advice
