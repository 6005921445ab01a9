#include "engine/exec/typed_rows.h"

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::engine {

namespace {

using storage::Affinity;
using storage::Value;

// Whether the values of this column have its affinity already.
bool is_typed(const planner::Select& arm, const planner::Expr* expr) {
  expr = planner::skip_collate(expr);
  if (expr->kind == planner::ExprKind::kCast) return true;
  return expr->kind == planner::ExprKind::kColumn &&
         std::all_of(arm.items.begin(), arm.items.end(),
                     [](const planner::Item* item) { return item->kind == planner::ItemKind::kTable; });
}

class TypedStream final : public RowStream {
 public:
  TypedStream(std::unique_ptr<RowStream> rows, ColumnTypes types)
      : rows_(std::move(rows)), types_(std::move(types)) {
    width_ = rows_->width();
  }

  void open() override { rows_->open(); }
  bool next() override {
    if (!rows_->next()) return false;
    row_ = types_.apply(rows_->row());
    return true;
  }
  void close() override { rows_->close(); }

 private:
  std::unique_ptr<RowStream> rows_;
  ColumnTypes types_;
};

}  // namespace

ColumnTypes::ColumnTypes(const planner::Select& last, bool is_materialized, bool typed_by_last_arm) {
  const planner::Select* typed = &last;
  while (!typed_by_last_arm && typed->prior != nullptr) typed = typed->prior;
  const bool is_compound = last.prior != nullptr;
  const bool is_merged = is_compound && !last.order_by.empty() && !last.is_recursive;
  bool changes_something = false;
  for (const planner::ResultColumn& column : typed->columns) {
    Affinity affinity = planner::affinity_of(column.expr).value_or(Affinity::kBlob);
    if (affinity != Affinity::kReal && (!is_materialized || is_merged)) affinity = Affinity::kBlob;
    if (!is_compound && is_typed(*typed, column.expr)) affinity = Affinity::kBlob;
    changes_something = changes_something || affinity != Affinity::kBlob;
    affinities_.push_back(affinity);
  }
  if (!changes_something) affinities_.clear();
  is_materialized_ = is_materialized && !is_merged;
}

std::span<const Value> ColumnTypes::apply(std::span<const Value> row) {
  if (affinities_.empty()) return row;
  bytes_.reset();
  values_.assign(row.begin(), row.end());
  for (std::size_t i = 0; i < values_.size() && i < affinities_.size(); ++i) {
    if (is_materialized_) {
      values_[i] = storage::apply_affinity(values_[i], affinities_[i], bytes_);
    } else if (affinities_[i] == Affinity::kReal && values_[i].is_integer()) {
      values_[i] = Value::real(static_cast<double>(values_[i].as_integer()));
    }
  }
  return values_;
}

std::unique_ptr<RowStream> with_column_types(std::unique_ptr<RowStream> rows, const planner::Item& item,
                                             bool is_materialized) {
  if (!rows) return rows;
  ColumnTypes types(*item.subquery, is_materialized,
                    item.shared != nullptr && item.shared->typed_by_last_arm);
  if (types.changes_nothing()) return rows;
  return std::make_unique<TypedStream>(std::move(rows), std::move(types));
}

}  // namespace leftmost::engine
