#include "engine/hidden_work.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sql/syntax.h"
#include "planner/reason_words.h"
#include "storage/database_state.h"

namespace leftmost::engine {
namespace {

/// What a DELETE or UPDATE does to which table.
struct Change {
  const sql::Target* target = nullptr;
  std::vector<std::string_view> columns_set;
  bool deletes = false;
  bool replaces = false;  ///< rows that are in the way of new ones go
};

Change change_of(const sql::Statement* statement) {
  Change change;
  if (statement == nullptr) return change;
  if (statement->kind == sql::StatementKind::kDelete) {
    change.target = &static_cast<const sql::Delete*>(statement)->target;
    change.deletes = true;
  } else if (statement->kind == sql::StatementKind::kUpdate) {
    const auto* update = static_cast<const sql::Update*>(statement);
    change.target = &update->target;
    for (const sql::Assignment& assignment : update->assignments) {
      for (const sql::Name& name : assignment.columns) change.columns_set.push_back(name.text);
    }
  } else if (statement->kind == sql::StatementKind::kInsert) {
    const auto* insert = static_cast<const sql::Insert*>(statement);
    if (insert->action != sql::ConflictAction::kReplace) return change;
    change.target = &insert->target;
    change.deletes = change.replaces = true;
  }
  return change;
}

/// The columns of `parent` that the key points to.
std::vector<std::string> key_columns(const storage::Catalog& catalog, const storage::TableDef& parent,
                                     const storage::ForeignKeyDef& key) {
  if (!key.parent_columns.empty()) return key.parent_columns;
  if (parent.rowid_alias >= 0) return {parent.columns[static_cast<std::size_t>(parent.rowid_alias)].name};
  std::vector<std::string> names;
  for (const storage::IndexPtr& index : catalog.indexes_of(parent.id)) {
    if (index->origin != storage::IndexOrigin::kPrimaryKey) continue;
    for (const storage::IndexColumn& column : index->key_columns) {
      if (column.column >= 0) names.push_back(parent.columns[static_cast<std::size_t>(column.column)].name);
    }
  }
  return names;
}

bool changes_key(const Change& change, const std::vector<std::string>& key) {
  return change.deletes ||
         std::any_of(change.columns_set.begin(), change.columns_set.end(), [&](std::string_view set) {
           return std::any_of(key.begin(), key.end(), [&](const std::string& column) {
             return storage::equals_ignoring_case(column, set);
           });
         });
}

bool can_be_searched(const storage::Catalog& catalog, const storage::TableDef& child,
                     const storage::ForeignKeyDef& key) {
  const auto is_of_key = [&](int column) {
    return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
  };
  if (child.rowid_alias >= 0 && is_of_key(child.rowid_alias)) return true;
  for (const storage::IndexPtr& index : catalog.indexes_of(child.id)) {
    if (!index->where_sql && !index->key_columns.empty() && is_of_key(index->key_columns.front().column))
      return true;
  }
  return false;
}

std::string names_of(const storage::TableDef& table, const std::vector<int>& columns) {
  std::string names;
  for (const int column : columns) {
    names += (names.empty() ? "" : ", ") + table.columns[static_cast<std::size_t>(column)].name;
  }
  return names;
}

}  // namespace

std::vector<UnindexedChild> unindexed_children(const storage::Catalog& catalog,
                                               const sql::Statement* statement) {
  std::vector<UnindexedChild> children;
  const Change change = change_of(statement);
  if (change.target == nullptr) return children;
  const storage::TablePtr parent = catalog.find_table(change.target->name.text);
  if (parent == nullptr) return children;
  for (const storage::TablePtr& child : catalog.tables(parent->schema)) {
    for (const storage::ForeignKeyDef& key : child->foreign_keys) {
      if (!storage::equals_ignoring_case(key.parent_table, parent->name)) continue;
      if (changes_key(change, key_columns(catalog, *parent, key)) && !can_be_searched(catalog, *child, key))
        children.push_back({child, &key});
    }
  }
  return children;
}

std::vector<planner::GeneralReason> hidden_work(const storage::DatabaseState& data,
                                                const sql::Statement* statement) {
  std::vector<planner::GeneralReason> reasons;
  const Change change = change_of(statement);
  for (const UnindexedChild& unindexed : unindexed_children(data.catalog, statement)) {
    const storage::TableDef& child = *unindexed.child;
    const storage::BTree* tree = data.tree(child.id);
    const std::string columns = names_of(child, unindexed.key->columns);
    const std::uint64_t rows = tree == nullptr ? 0 : tree->size();
    reasons.push_back(
        {"foreign-key-child-unindexed",
         child.name,
         {change.target->name.span.begin, change.target->name.span.end},
         fmt::format(
             "with PRAGMA foreign_keys on, every row {} here has all rows of {} ({} now) read for its {}: "
             "no index of {} starts with {}",
             change.replaces  ? "replaced"
             : change.deletes ? "deleted"
                              : "given another key",
             child.name, planner::words_of_count(rows), columns, child.name, columns)});
  }
  return reasons;
}

}  // namespace leftmost::engine
