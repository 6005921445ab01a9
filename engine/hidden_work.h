// engine/hidden_work.h - work that a statement causes and does not mention: a change of a parent row has the
// child tables of its foreign keys searched (group H of docs/reasons.md).
//
// SQLite does this only where PRAGMA foreign_keys is on, which is a matter of the application's connection,
// not of the database: it is said for every schema that declares foreign keys. It follows from the schema,
// not from the plan.
#pragma once

#include <string>
#include <vector>

#include "planner/reason.h"
#include "storage/catalog.h"

namespace leftmost::storage {
class DatabaseState;
}

namespace leftmost::engine {

namespace sql {
struct Statement;
}

/// A child table that is read in full for every row of a parent that goes or gets another key.
struct UnindexedChild {
  storage::TablePtr child;
  const storage::ForeignKeyDef* key = nullptr;  ///< of `child`
};
/// One for each foreign key that a DELETE, or an UPDATE of the key it points to, has to look up in a child
/// table without an index that starts with one of its columns. Empty for other statements, and for null.
std::vector<UnindexedChild> unindexed_children(const storage::Catalog& catalog,
                                               const sql::Statement* statement);

/// The same as reasons: `foreign-key-child-unindexed`, the subject is the child table.
std::vector<planner::GeneralReason> hidden_work(const storage::DatabaseState& data,
                                                const sql::Statement* statement);

}  // namespace leftmost::engine
