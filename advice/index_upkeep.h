// advice/index_upkeep.h - which indexes somebody may drop without changing what the data can be.
#pragma once

#include "storage/definitions.h"

namespace leftmost::advice {

/// Made by CREATE INDEX and not UNIQUE: no constraint rests on it.
bool is_droppable(const storage::IndexDef& index);

/// A foreign key looks children up by the index's first column: it is used where no statement names it.
bool serves_foreign_key(const storage::TableDef& table, const storage::IndexDef& index);

}  // namespace leftmost::advice
