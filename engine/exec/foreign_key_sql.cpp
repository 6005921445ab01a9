#include "engine/exec/foreign_key_sql.h"

#include <algorithm>

#include "engine/exec/definition_names.h"
#include "storage/collation.h"

namespace leftmost::engine {
namespace {

std::string column_name(const storage::TableDef& table, int column) {
  return quoted_identifier(table.columns[static_cast<std::size_t>(column)].name);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

/// old.k = child.c AND ...
std::string names_row(const KeyPair& pair, std::string_view row) {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < pair.key.size(); ++i) {
    terms.push_back(std::string(row) + '.' + column_name(pair.parent, pair.key.parent_columns()[i]) + " = " +
                    quoted_identifier(pair.child.name) + '.' +
                    column_name(pair.child, pair.key.child_columns()[i]));
  }
  return joined(terms, " AND ");
}

bool is_same_table(const KeyPair& pair) { return pair.parent.id == pair.child.id; }

/// Another row than OLD.
std::string is_other_row(const KeyPair& pair) {
  const std::string child = quoted_identifier(pair.child.name);
  if (!pair.parent.without_rowid) {
    return "old." + rowid_name(pair.parent) + " <> " + child + '.' + rowid_name(pair.child);
  }
  std::vector<std::string> terms;
  for (const int column : pair.key.parent_columns()) {
    const std::string name = column_name(pair.parent, column);
    terms.push_back("old." + name + " = " + child + '.' + name);
  }
  return "NOT (" + joined(terms, " AND ") + ')';
}

/// The value that the action puts into a child column.
std::string new_value(const KeyPair& pair, std::size_t place, std::string_view action) {
  if (action == "CASCADE") return "new." + column_name(pair.parent, pair.key.parent_columns()[place]);
  if (action == "SET DEFAULT") {
    const storage::ColumnDef& column =
        pair.child.columns[static_cast<std::size_t>(pair.key.child_columns()[place])];
    if (column.default_sql && column.generated == storage::GeneratedKind::kNone)
      return '(' + *column.default_sql + ')';
  }
  return "NULL";
}

}  // namespace

std::string children_of_row(const KeyPair& pair, bool is_new) {
  std::string text = "SELECT 1 FROM " + quoted_identifier(pair.child.name) + " WHERE " +
                     names_row(pair, is_new ? "new" : "old");
  if (is_same_table(pair) && !is_new) text += " AND " + is_other_row(pair);
  return text;
}

std::optional<std::string> action_trigger(const KeyPair& pair, const storage::ForeignKeyDef& key,
                                          sql::TriggerEvent event) {
  const bool is_update = event == sql::TriggerEvent::kUpdate;
  const std::string& action = is_update ? key.on_update : key.on_delete;
  if (action.empty()) return std::nullopt;
  std::string text = std::string("CREATE TRIGGER action AFTER ") + (is_update ? "UPDATE" : "DELETE") +
                     " ON " + quoted_identifier(pair.parent.name);
  if (is_update) {
    std::vector<std::string> same;
    for (const int column : pair.key.parent_columns()) {
      const std::string name = column_name(pair.parent, column);
      same.push_back("old." + name + " IS new." + name);
    }
    text += " WHEN NOT (" + joined(same, " AND ") + ')';
  }
  const std::string child = quoted_identifier(pair.child.name);
  const std::string where = " WHERE " + names_row(pair, "old");
  text += " BEGIN ";
  if (action == "RESTRICT") {
    text += "SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed') FROM " + child + where;
  } else if (action == "CASCADE" && !is_update) {
    text += "DELETE FROM " + child + where;
  } else {
    std::vector<std::string> assignments;
    for (std::size_t i = 0; i < pair.key.size(); ++i) {
      assignments.push_back(column_name(pair.child, pair.key.child_columns()[i]) + " = " +
                            new_value(pair, i, action));
    }
    text += "UPDATE " + child + " SET " + joined(assignments, ", ") + where;
  }
  return text + "; END";
}

}  // namespace leftmost::engine
