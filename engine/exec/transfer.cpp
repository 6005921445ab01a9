#include "engine/exec/transfer.h"

#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/schema_rows.h"
#include "planner/expr_tools.h"
#include "planner/relation.h"

namespace leftmost::engine {
namespace {

using storage::ConflictAction;
using storage::TableDef;

// (1) The SELECT is `*` of one real table and nothing else; no column list, WITH, ON CONFLICT clause or
// RETURNING.
bool is_plain(const sql::Insert& insert, const BoundInsert& bound) {
  const sql::Select* select = insert.source;
  if (select == nullptr || select->is_values || select->prior != nullptr || select->with != nullptr)
    return false;
  if (insert.with != nullptr || !insert.columns.empty() || !insert.upserts.empty() ||
      !insert.returning.empty())
    return false;
  if (select->distinct || select->where != nullptr || !select->group_by.empty() ||
      select->having != nullptr || !select->order_by.empty() || select->limit != nullptr) {
    return false;
  }
  if (select->columns.size() != 1 || select->columns[0].kind != sql::ResultColumnKind::kStar) return false;
  return select->from.size() == 1 && bound.source->items.size() == 1 &&
         bound.source->items[0]->kind == planner::ItemKind::kTable;
}

// (2) The columns of both tables match one by one, and so do the CHECKs.
bool columns_match(const planner::Relation& to_relation, const planner::Relation& from_relation) {
  const TableDef &to = *to_relation.def, &from = *from_relation.def;
  if (to.without_rowid != from.without_rowid || to.columns.size() != from.columns.size() ||
      to.rowid_alias != from.rowid_alias || (to.strict && !from.strict)) {
    return false;
  }
  for (std::size_t i = 0; i < to.columns.size(); ++i) {
    const storage::ColumnDef& a = to.columns[i];
    const storage::ColumnDef& b = from.columns[i];
    if (a.affinity != b.affinity || a.collation != b.collation || (a.not_null && !b.not_null)) return false;
    if (a.generated != b.generated) return false;
    if (a.generated != storage::GeneratedKind::kNone &&
        !planner::same_expr(to_relation.generated[i], from_relation.generated[i], planner::kSelfItem)) {
      return false;
    }
    if (i > 0 && a.default_sql != b.default_sql) return false;
  }
  if (to.checks.empty()) return true;
  if (to.checks.size() != from.checks.size()) return false;
  for (std::size_t i = 0; i < to.checks.size(); ++i) {
    if (to.checks[i].sql != from.checks[i].sql) return false;
  }
  return true;
}

// (3) Nothing could collide: otherwise SQLite also prepares for a table that is not empty, as any INSERT.
bool cannot_collide(const planner::Relation& to, ConflictAction action) {
  const TableDef& table = *to.def;
  for (const planner::RelationIndex& index : to.indexes) {
    if (index.def->unique) return false;
  }
  if (table.rowid_alias < 0 && !to.indexes.empty()) return false;
  if (action == ConflictAction::kDefault && table.rowid_alias >= 0) action = table.primary_key_conflict;
  return action == ConflictAction::kDefault || action == ConflictAction::kAbort ||
         action == ConflictAction::kRollback;
}

bool same_shape(const storage::IndexDef& a, const storage::IndexDef& b) {
  if (a.unique != b.unique || a.conflict != b.conflict || a.where_sql != b.where_sql ||
      a.key_columns.size() != b.key_columns.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.key_columns.size(); ++i) {
    const storage::IndexColumn& left = a.key_columns[i];
    const storage::IndexColumn& right = b.key_columns[i];
    if (left.column != right.column || left.expression_sql != right.expression_sql ||
        left.collation != right.collation || left.descending != right.descending) {
      return false;
    }
  }
  return true;
}

// (4) Every index of the target has one of the same shape on the source, whose entries are copied.
bool indexes_match(const planner::Relation& to, const planner::Relation& from) {
  return std::all_of(to.indexes.begin(), to.indexes.end(), [&](const planner::RelationIndex& index) {
    return std::any_of(
        from.indexes.begin(), from.indexes.end(),
        [&](const planner::RelationIndex& candidate) { return same_shape(*index.def, *candidate.def); });
  });
}

}  // namespace

Transfer transfer_of(const sql::Insert& insert, const BoundInsert& bound) {
  if (!is_plain(insert, bound)) return Transfer::kNever;
  const planner::Relation& to = *bound.target->relation;
  const TableDef& from = *bound.source->items[0]->relation->def;
  if (is_schema_table(from) || from.id == to.def->id) return Transfer::kNever;
  if (!columns_match(to, *bound.source->items[0]->relation)) return Transfer::kNever;
  if (!indexes_match(to, *bound.source->items[0]->relation)) return Transfer::kNever;
  return cannot_collide(to, conflict_action(insert.action)) ? Transfer::kAlways : Transfer::kIntoEmpty;
}

}  // namespace leftmost::engine
