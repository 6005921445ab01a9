// engine/exec/foreign_key_sql.h - the statements that a foreign key stands for, as SQL about OLD and NEW of
// the parent.
#pragma once

#include <optional>
#include <string>

#include "engine/exec/parent_key.h"
#include "engine/sql/syntax.h"

namespace leftmost::engine {

/// A reference with its parent key.
struct KeyPair {
  const storage::TableDef& parent;
  const storage::TableDef& child;
  const ParentKey& key;
};

/// `SELECT 1 FROM child WHERE old.k = child.c AND ...`. A row that refers to itself is not among the children
/// of OLD.
std::string children_of_row(const KeyPair& pair, bool is_new);

/// CREATE TRIGGER for what ON DELETE or ON UPDATE asks for; nothing for NO ACTION.
std::optional<std::string> action_trigger(const KeyPair& pair, const storage::ForeignKeyDef& key,
                                          sql::TriggerEvent event);

}  // namespace leftmost::engine
