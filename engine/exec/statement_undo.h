// engine/exec/statement_undo.h - whether SQLite could take a single statement back inside a transaction.
//
// SQLite keeps a way back to the start of a statement (its statement journal) only where code of the
// statement may ask for ABORT: a constraint whose conflict action that is, or any function call. Inside a
// transaction an error from elsewhere, which is `datatype mismatch`, then leaves the rows before it,
// uncounted (https://www.sqlite.org/lang_conflict.html says what ABORT means; which constraints count was
// asked of 3.40.1).
#pragma once

#include <span>

#include "engine/bind/binder.h"
#include "engine/bind/relation_cache.h"
#include "engine/exec/table_writer.h"
#include "planner/relation.h"
#include "storage/definitions.h"

namespace leftmost::engine {

/// A write as its constraints see it. `action`: OR x of the statement.
struct ConstraintUse {
  const planner::Relation& relation;
  const TableExpressions& expressions;
  storage::ConflictAction action = storage::ConflictAction::kDefault;
};

/// INSERT gives every column a value; those that `insert` does not name get their DEFAULT.
bool insert_may_abort(const ConstraintUse& use, const BoundInsert& insert);

/// UPDATE looks at the constraints that the assigned columns take part in.
bool update_may_abort(const ConstraintUse& use, std::span<const BoundAssignment> assignments);

/// The constraints that such an UPDATE looks at: whether any CHECK, and whether any index.
TableWriter::TypeTests type_tests(const ConstraintUse& use, std::span<const BoundAssignment> assignments);

}  // namespace leftmost::engine
