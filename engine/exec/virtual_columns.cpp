#include "engine/exec/virtual_columns.h"

#include "engine/exec/item_row.h"
#include "planner/generated_columns.h"
#include "storage/affinity.h"

namespace leftmost::engine {

using storage::Value;

VirtualColumns::VirtualColumns(const planner::Relation& relation, ItemRow& row, StatementRun& run,
                               storage::Arena& arena)
    : relation_(relation), row_(row), run_(run), arena_(arena), columns_(relation.def->columns.size()) {
  for (const storage::ColumnDef& column : relation.def->columns) {
    is_virtual_.push_back(column.generated == storage::GeneratedKind::kVirtual);
  }
}

void VirtualColumns::forget() {
  if (!has_known_) return;
  for (Known& known : columns_) known.is_known = false;
  bytes_.reset();
  has_known_ = false;
}

// What a column needs is computed before it, so that no chain of columns is computed inside one another.
Value VirtualColumns::value(int column) {
  Known& wanted = columns_[static_cast<std::size_t>(column)];
  if (wanted.is_known) return wanted.value;
  if (wanted.needs.empty()) wanted.needs = planner::order_for_reading(relation_, column).columns;
  for (const int needed : wanted.needs) {
    if (!columns_[static_cast<std::size_t>(needed)].is_known) compute(needed);
  }
  return wanted.value;
}

void VirtualColumns::compute(int column) {
  const auto place = static_cast<std::size_t>(column);
  Known& known = columns_[place];
  if (known.program == nullptr) known.program = compile(*relation_.generated[place], arena_);
  const ClockForbidden forbidden(run_, "a generated column");
  EvalContext context{run_, *this, {}};
  const Value value = evaluate(*known.program, context);
  known.value = storage::copy_value(
      storage::apply_affinity(value, relation_.def->columns[place].affinity, run_.results()), bytes_);
  known.is_known = true;
  has_known_ = true;
}

Value VirtualColumns::column(const planner::Expr& column) {
  const int number = column.column;
  if (!has(number)) return row_.column(number);
  const Known& known = columns_[static_cast<std::size_t>(number)];
  return known.is_known ? known.value : Value::null();
}

void compute_virtual_columns(ItemRow& row, const storage::TableDef& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].generated == storage::GeneratedKind::kVirtual) row.column(static_cast<int>(i));
  }
}

}  // namespace leftmost::engine
