#include "storage/definitions.h"

#include <algorithm>

namespace leftmost::storage {

int TableDef::find_column(std::string_view column_name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (equals_ignoring_case(columns[i].name, column_name)) return static_cast<int>(i);
  }
  return -1;
}

bool TableDef::has_generated(GeneratedKind kind) const {
  return std::any_of(columns.begin(), columns.end(),
                     [kind](const ColumnDef& column) { return column.generated == kind; });
}

void add_tail_columns(IndexDef& index, const TableDef& table) {
  index.tail_columns.clear();
  const auto in_key = [&index](int column, std::optional<Collation> collation) {
    return std::any_of(index.key_columns.begin(), index.key_columns.end(), [&](const IndexColumn& key) {
      return key.column == column && (!collation || key.collation == *collation);
    });
  };
  if (index.is_table_itself) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const int column = static_cast<int>(i);
      if (!in_key(column, std::nullopt) && table.columns[i].generated != GeneratedKind::kVirtual) {
        index.tail_columns.push_back({column, {}, Collation::kBinary, false});
      }
    }
  } else if (!table.without_rowid) {
    index.tail_columns.push_back({kRowidColumn, {}, Collation::kBinary, false});
  } else {
    for (const PrimaryKeyColumn& key : table.primary_key) {
      const bool repeated =
          std::any_of(index.tail_columns.begin(), index.tail_columns.end(), [&](const IndexColumn& tail) {
            return tail.column == key.column && tail.collation == key.collation;
          });
      if (in_key(key.column, key.collation) || repeated) continue;
      // CREATE INDEX takes over the directions of the primary key; indexes of UNIQUE constraints do not.
      const bool descending = key.descending && index.origin == IndexOrigin::kCreateIndex;
      index.tail_columns.push_back({key.column, {}, key.collation, descending});
    }
  }

  index.covers_table = index.is_table_itself;
  if (index.origin != IndexOrigin::kCreateIndex || index.is_table_itself) return;
  index.covers_table = true;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (column == table.rowid_alias) continue;
    bool found = false;
    for (std::size_t k = 0; k < index.column_count(); ++k) found |= index.column(k).column == column;
    index.covers_table &= found;
  }
}

bool is_unique_not_null(const IndexDef& index, const TableDef& table) {
  if (!index.unique) return false;
  if (index.is_table_itself) return true;
  return std::all_of(index.key_columns.begin(), index.key_columns.end(), [&table](const IndexColumn& key) {
    if (key.column < 0) return false;
    const ColumnDef& column = table.columns[static_cast<std::size_t>(key.column)];
    return column.not_null;
  });
}

}  // namespace leftmost::storage
