#include "advice/index_upkeep.h"

#include <algorithm>

namespace leftmost::advice {

bool is_droppable(const storage::IndexDef& index) {
  return index.origin == storage::IndexOrigin::kCreateIndex && !index.unique && !index.is_table_itself;
}

bool serves_foreign_key(const storage::TableDef& table, const storage::IndexDef& index) {
  return std::any_of(
      table.foreign_keys.begin(), table.foreign_keys.end(), [&](const storage::ForeignKeyDef& key) {
        return !index.key_columns.empty() && std::find(key.columns.begin(), key.columns.end(),
                                                       index.key_columns.front().column) != key.columns.end();
      });
}

}  // namespace leftmost::advice
