#include "engine/exec/statement_undo.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/exec/expr_walk.h"
#include "engine/functions/function.h"
#include "planner/generated_columns.h"

namespace leftmost::engine {

using storage::ConflictAction;

namespace {

// The columns that a write gives values to; kRowidColumn for the rowid and its alias.
struct Written {
  std::optional<planner::ChangedColumns> columns;  // none: INSERT gives all
  bool tests_rowid = true;                         // INSERT: the rowid is given, not made up

  bool has(int column) const { return !columns || columns->has(column); }
  bool read_by(const planner::Expr* expr) const { return !columns || columns->touch(expr); }
  bool rowid() const { return has(planner::kRowidColumn); }
};

// What is computed in place, like coalesce(), calls nothing.
bool calls_function(const planner::Expr* expr) {
  bool found = false;
  walk(expr, [&](const planner::Expr& part) {
    found = found || (part.kind == planner::ExprKind::kFunction &&
                      function_of(*part.function).inline_form == InlineForm::kNone);
  });
  return found;
}

// An index has to be kept up when a column of it may change; with the rowid every entry does.
bool is_kept_up(const planner::RelationIndex& index, const Written& written) {
  return written.rowid() || written.columns->touch(index);
}

bool asks_for_abort(ConflictAction action, ConflictAction declared) {
  const ConflictAction wanted = action != ConflictAction::kDefault ? action : declared;
  return wanted == ConflictAction::kDefault || wanted == ConflictAction::kAbort;
}

// NOT NULL ... REPLACE aborts where the default is NULL too: each such column is looked at twice.
bool not_null_may_abort(const ConstraintUse& use, const Written& written) {
  const storage::TableDef& table = *use.relation.def;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const storage::ColumnDef& column = table.columns[i];
    const int number = static_cast<int>(i);
    const bool is_checked = written.has(number) || column.generated != storage::GeneratedKind::kNone;
    if (!column.not_null || number == table.rowid_alias || !is_checked) continue;
    const ConflictAction wanted =
        use.action != ConflictAction::kDefault ? use.action : column.not_null_conflict;
    if (wanted == ConflictAction::kReplace || asks_for_abort(use.action, column.not_null_conflict))
      return true;
  }
  return false;
}

bool check_may_abort(const ConstraintUse& use, const Written& written) {
  const bool aborts =
      use.action == ConflictAction::kReplace || asks_for_abort(use.action, ConflictAction::kDefault);
  for (const planner::Expr* check : use.expressions.checks) {
    if (!written.read_by(check)) continue;
    if (aborts || calls_function(check)) return true;
  }
  return false;
}

bool has_upsert(std::span<const BoundUpsert> upserts, const storage::IndexDef* index) {
  return std::any_of(upserts.begin(), upserts.end(), [index](const BoundUpsert& upsert) {
    if (upsert.conflict_index == nullptr && !upsert.on_rowid) return true;
    return index == nullptr ? upsert.on_rowid : upsert.conflict_index == index;
  });
}

bool uniqueness_may_abort(const ConstraintUse& use, const Written& written,
                          std::span<const BoundUpsert> upserts) {
  const storage::TableDef& table = *use.relation.def;
  if (!table.without_rowid && written.rowid() && written.tests_rowid && !has_upsert(upserts, nullptr) &&
      asks_for_abort(use.action, table.primary_key_conflict)) {
    return true;
  }
  for (const planner::RelationIndex& index : use.relation.indexes) {
    if (!is_kept_up(index, written)) continue;
    if (calls_function(index.where)) return true;
    if (std::any_of(index.key_expressions.begin(), index.key_expressions.end(), calls_function)) return true;
    if (index.def->unique && !has_upsert(upserts, index.def.get()) &&
        asks_for_abort(use.action, index.def->conflict)) {
      return true;
    }
  }
  return false;
}

bool constraints_may_abort(const ConstraintUse& use, const Written& written,
                           std::span<const BoundUpsert> upserts) {
  const std::vector<const planner::Expr*>& generated = use.relation.generated;
  return std::any_of(generated.begin(), generated.end(), calls_function) ||
         not_null_may_abort(use, written) || check_may_abort(use, written) ||
         uniqueness_may_abort(use, written, upserts);
}

}  // namespace

bool update_may_abort(const ConstraintUse& use, std::span<const BoundAssignment> assignments) {
  Written written;
  written.columns.emplace(use.relation, assigned_columns(assignments));
  return constraints_may_abort(use, written, {});
}

TableWriter::TypeTests type_tests(const ConstraintUse& use, std::span<const BoundAssignment> assignments) {
  const planner::Relation& relation = use.relation;
  Written written;
  written.columns.emplace(relation, assigned_columns(assignments));
  const std::vector<const planner::Expr*>& checks = use.expressions.checks;
  TableWriter::TypeTests tests;
  tests.before_checks = std::any_of(checks.begin(), checks.end(),
                                    [&](const planner::Expr* check) { return written.read_by(check); });
  tests.before_indexes =
      relation.def->without_rowid ||
      std::any_of(relation.indexes.begin(), relation.indexes.end(),
                  [&](const planner::RelationIndex& index) { return is_kept_up(index, written); });
  return tests;
}

bool insert_may_abort(const ConstraintUse& use, const BoundInsert& insert) {
  Written written;
  written.tests_rowid =
      std::find(insert.columns.begin(), insert.columns.end(), planner::kRowidColumn) != insert.columns.end();
  if (constraints_may_abort(use, written, insert.upserts)) return true;
  for (std::size_t i = 0; i < use.expressions.defaults.size(); ++i) {
    const bool named =
        std::find(insert.columns.begin(), insert.columns.end(), static_cast<int>(i)) != insert.columns.end();
    if (!named && calls_function(use.expressions.defaults[i])) return true;
  }
  // DO UPDATE is an UPDATE OR ABORT; in a table WITHOUT ROWID it may find its row gone.
  for (const std::size_t number : insert.updates_in_code_order) {
    const BoundUpsert& upsert = insert.upserts[number];
    if (use.relation.def->without_rowid) return true;
    if (update_may_abort({use.relation, use.expressions, ConflictAction::kAbort}, upsert.assignments))
      return true;
  }
  return false;
}

}  // namespace leftmost::engine
