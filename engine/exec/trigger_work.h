// engine/exec/trigger_work.h - what the triggers of a statement read for each of its rows, which its plan
// does not show.
#pragma once

#include "engine/exec/compiled_statement.h"
#include "storage/database_state.h"

namespace leftmost::engine {

/// A reason for every whole table or index that a trigger reads each time it fires: `join-column-unindexed`
/// when it looks for some of the rows only, `no-constraint` when it wants all. Into the statement's plan.
void add_trigger_work(CompiledStatement& statement, const storage::DatabaseState& data);

}  // namespace leftmost::engine
