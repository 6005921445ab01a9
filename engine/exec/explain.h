// engine/exec/explain.h - EXPLAIN QUERY PLAN and EXPLAIN WHY: the rows that read a plan's record instead of
// running it.
#pragma once

#include "engine/exec/compiled_statement.h"

namespace leftmost::engine {

/// Turn a statement that is ready to run into one that returns its plan: (id, parent, notused, detail), ids
/// counting the lines from 1.
void make_explain_query_plan(CompiledStatement& statement, Connection& connection);
/// Or its reasons: (table, index, column, position, role, term, reason, text), those of the plan and then the
/// work that the statement causes in other tables of `data`.
void make_explain_why(CompiledStatement& statement, const storage::DatabaseState& data);

}  // namespace leftmost::engine
