#include "planner/generated_columns.h"

#include <algorithm>

#include "planner/expr_tools.h"

namespace leftmost::planner {
namespace {

using storage::GeneratedKind;

/// The columns that an expression mentions, in the order in which they stand there.
void collect_columns(const Expr* expr, std::vector<int>& columns) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kColumn) columns.push_back(expr->column);
  for_each_child(expr, [&](const Expr* child) { collect_columns(child, columns); });
}

const Expr* generator(const Relation& relation, int column) {
  return relation.generated.empty() || column < 0 ? nullptr
                                                  : relation.generated[static_cast<std::size_t>(column)];
}

GeneratedKind kind_of(const Relation& relation, int column) {
  return column < 0 ? GeneratedKind::kNone
                    : relation.def->columns[static_cast<std::size_t>(column)].generated;
}

/// Depth first; an expression is as deep as a statement allows, a chain of columns as long as a table is
/// wide.
class Reading {
 public:
  explicit Reading(const Relation& relation)
      : relation_(relation), states_(relation.def->columns.size(), State::kNew) {}

  void visit(int column) {
    State& state = states_[static_cast<std::size_t>(column)];
    if (state == State::kOpen) order_.loop = column;
    if (state != State::kNew) return;
    state = State::kOpen;
    std::vector<int> needed;
    collect_columns(generator(relation_, column), needed);
    for (const int other : needed) {
      if (kind_of(relation_, other) == GeneratedKind::kVirtual) visit(other);
    }
    states_[static_cast<std::size_t>(column)] = State::kDone;
    order_.columns.push_back(column);
  }

  ComputingOrder take() { return std::move(order_); }

 private:
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  const Relation& relation_;
  std::vector<State> states_;
  ComputingOrder order_;
};

}  // namespace

ComputingOrder order_for_reading(const Relation& relation, int column) {
  Reading reading(relation);
  reading.visit(column);
  return reading.take();
}

// SQLite passes over the columns until nothing more can be computed; the last one left over names the loop.
ComputingOrder order_for_writing(const Relation& relation) {
  ComputingOrder order;
  if (relation.generated.empty()) return order;
  std::vector<std::vector<int>> needed(relation.generated.size());
  std::vector<bool> is_missing(relation.generated.size(), false);
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (relation.generated[i] == nullptr) continue;
    is_missing[i] = true;
    collect_columns(relation.generated[i], needed[i]);
    const auto is_plain = [&](int column) { return generator(relation, column) == nullptr; };
    needed[i].erase(std::remove_if(needed[i].begin(), needed[i].end(), is_plain), needed[i].end());
  }
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    order.loop = -1;
    for (std::size_t i = 0; i < needed.size(); ++i) {
      if (!is_missing[i]) continue;
      const bool waits = std::any_of(needed[i].begin(), needed[i].end(), [&](int column) {
        return is_missing[static_cast<std::size_t>(column)];
      });
      if (waits) {
        order.loop = static_cast<int>(i);
        continue;
      }
      is_missing[i] = false;
      goes_on = true;
      order.columns.push_back(static_cast<int>(i));
    }
  }
  return order;
}

ChangedColumns::ChangedColumns(const Relation& relation, std::span<const int> assigned)
    : changed_(relation.def->columns.size(), false) {
  for (const int column : assigned) {
    if (column < 0 || column == relation.def->rowid_alias) {
      rowid_ = true;
    } else {
      changed_[static_cast<std::size_t>(column)] = true;
    }
  }
  for (bool goes_on = !relation.generated.empty(); goes_on;) {
    goes_on = false;
    for (std::size_t i = 0; i < relation.generated.size(); ++i) {
      if (changed_[i] || relation.generated[i] == nullptr || !touch(relation.generated[i])) continue;
      changed_[i] = true;
      goes_on = true;
    }
  }
}

bool ChangedColumns::touch(const Expr* expr) const {
  std::vector<int> columns;
  collect_columns(expr, columns);
  return std::any_of(columns.begin(), columns.end(), [this](int column) { return has(column); });
}

bool ChangedColumns::touch(const RelationIndex& index) const {
  const std::vector<storage::IndexColumn>& keys = index.def->key_columns;
  const auto is_changed = [this](const storage::IndexColumn& key) {
    return key.column >= 0 && has(key.column);
  };
  const auto depends = [this](const Expr* expression) { return touch(expression); };
  return touch(index.where) || std::any_of(keys.begin(), keys.end(), is_changed) ||
         std::any_of(index.key_expressions.begin(), index.key_expressions.end(), depends);
}

}  // namespace leftmost::planner
