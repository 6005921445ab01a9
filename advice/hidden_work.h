// advice/hidden_work.h - work that a statement causes and does not mention: a change of a parent row has the
// child tables of its foreign keys searched (group H of docs/reasons.md).
//
// SQLite does this only where PRAGMA foreign_keys is on, which is a matter of the application's connection,
// not of the database: it is said for every schema that declares foreign keys.
#pragma once

#include <string_view>
#include <vector>

#include "advice/explanation.h"
#include "engine/database.h"

namespace leftmost::advice {

/// `foreign-key-child-unindexed` for each foreign key that a DELETE, or an UPDATE of the key it points to,
/// has to look up in a child table without an index that starts with one of its columns. Empty for other
/// statements.
std::vector<StatementReason> hidden_work(const engine::Database& database, std::string_view sql);

}  // namespace leftmost::advice
