// engine/exec/index_build.h - the tree of an index from the rows of its table: entries made, sorted, packed.
#pragma once

#include "engine/exec/connection.h"

namespace leftmost::engine {

/// Builds the tree of an index that is in the catalog and puts it in place.
/// Errors: kConstraint `UNIQUE constraint failed: t.a` for doubles in a unique index; those of its expressions.
Expected<void> build_index(Connection& connection, storage::ObjectId index);
/// The index's broken rules against its table, as PRAGMA integrity_check says them; at most `limit` of them.
Expected<std::vector<std::string>> check_index(Connection& connection, storage::ObjectId index, std::size_t limit);

}  // namespace leftmost::engine
