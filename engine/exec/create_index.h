// engine/exec/create_index.h - from a CREATE INDEX's syntax tree to the definition it stands for.
#pragma once

#include "engine/exec/compiled_statement.h"

namespace leftmost::engine {

/// Errors: SQLite's (`no such column: x`, what may not stand in an index ...). Changes nothing.
Expected<storage::IndexDef> define_index(const sql::CreateIndex& create, const storage::TableDef& table,
                                         CompileContext context);

}  // namespace leftmost::engine
