// engine/exec/rows_action.h - statements whose rows are made all at once: PRAGMA, EXPLAIN QUERY PLAN, EXPLAIN WHY; and
// statements that only do something.
#pragma once

#include <functional>

#include "engine/exec/compiled_statement.h"
#include "engine/exec/row_buffer.h"

namespace leftmost::engine {

/// Runs `fill` at every start; the rows it adds are the result.
std::unique_ptr<Action> make_rows_action(std::size_t columns, std::function<Expected<void>(RowBuffer&)> fill);
/// Runs `run` at every start. What it changes is undone if it fails, and committed if not (see Connection).
std::unique_ptr<Action> make_definition_action(Connection& connection, std::function<Expected<void>()> run);
/// Runs `run` and nothing around it.
std::unique_ptr<Action> make_plain_action(std::function<Expected<void>()> run);

}  // namespace leftmost::engine
