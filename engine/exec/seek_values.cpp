#include "engine/exec/seek_values.h"

#include <algorithm>

#include "engine/exec/stream_builder.h"
#include "engine/functions/expr_rules.h"
#include "storage/affinity.h"
#include "storage/collation.h"

namespace leftmost::engine {

using planner::SeekColumn;
using planner::SeekKind;
using storage::Value;

SeekValues::SeekValues(std::span<const SeekColumn> equalities, std::span<const storage::KeyColumn> columns,
                       bool reverse, StreamBuilder& builder) {
  parts_.reserve(equalities.size());
  values_.resize(equalities.size());
  for (std::size_t i = 0; i < equalities.size(); ++i) {
    const SeekColumn& column = equalities[i];
    if (column.kind == SeekKind::kIn) {
      has_in_ = true;
      Part* group = nullptr;
      for (Part& part : parts_) {
        if (part.in == column.in && column.in->select != nullptr) group = &part;
      }
      if (group == nullptr) {
        group = &parts_.emplace_back();
        group->kind = SeekKind::kIn;
        group->in = column.in;
        group->downwards = reverse != (i < columns.size() && columns[i].descending);
        if (column.in->select != nullptr) {
          builder.prepare_subqueries(*column.in);
        } else {
          group->list_is_constant = true;
          for (const planner::Expr* element : column.in->list) {
            group->list.push_back(builder.compile(*element));
            group->list_is_constant = group->list_is_constant && (element->kind == planner::ExprKind::kLiteral ||
                                                                  element->kind == planner::ExprKind::kParameter);
          }
        }
      }
      group->places.push_back(i);
      group->fields.push_back(column.in_field);
      group->affinities.push_back(column.key_affinity);
    } else {
      Part& part = parts_.emplace_back();
      part.kind = column.kind;
      part.first = i;
      part.affinity = column.key_affinity;
      if (column.kind != SeekKind::kIsNull) part.value = builder.compile(*column.value);
    }
  }
}

// The distinct tuples of an IN, sorted.
bool SeekValues::load_in(Part& part, Runtime& runtime) {
  const bool is_constant = part.in->select == nullptr ? part.list_is_constant : !part.in->select->is_correlated;
  if (is_constant && part.run_number == runtime.run().number()) return part.count > 0;
  part.tuples.clear();
  part.bytes.reset();
  part.count = 0;
  const std::size_t width = part.fields.size();
  const std::vector<InSet::Field> fields = in_set_fields(*part.in);
  const auto add_row = [&](std::span<const Value> row) {
    for (std::size_t i = 0; i < width; ++i) {
      const auto field = static_cast<std::size_t>(part.fields[i]);
      Value value = storage::apply_comparison_affinity(row[field], fields[field].affinity, part.bytes);
      value = storage::apply_affinity(value, part.affinities[i], part.bytes);
      part.tuples.push_back(storage::copy_value(value, part.bytes));
    }
  };
  if (part.in->select != nullptr) {
    const InSet* set = runtime.in_set(*part.in);
    if (set == nullptr) return false;
    for (std::size_t i = 0; i < set->size(); ++i) add_row(set->row(i));
  } else {
    for (const Program* element : part.list) {
      const Value value = evaluate(*element, runtime.eval());
      if (runtime.failed()) return false;
      if (!value.is_null()) add_row(std::span(&value, 1));
    }
  }
  // Sorted as tuples of the search's columns, doubles dropped.
  const std::size_t count = part.tuples.size() / width;
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  const auto compare = [&](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < width; ++i) {
      const int result = storage::compare(part.tuples[a * width + i], part.tuples[b * width + i],
                                          fields[static_cast<std::size_t>(part.fields[i])].collation);
      if (result != 0) return result;
    }
    return 0;
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compare(a, b) < 0; });
  order.erase(std::unique(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compare(a, b) == 0; }),
              order.end());
  if (part.downwards) std::reverse(order.begin(), order.end());
  std::vector<Value> sorted;
  sorted.reserve(order.size() * width);
  for (const std::size_t row : order) {
    for (std::size_t i = 0; i < width; ++i) sorted.push_back(part.tuples[row * width + i]);
  }
  part.tuples = std::move(sorted);
  part.count = order.size();
  part.run_number = runtime.run().number();
  return part.count > 0;
}

void SeekValues::take(Part& part) {
  const std::size_t width = part.places.size();
  for (std::size_t i = 0; i < width; ++i) values_[part.places[i]] = part.tuples[part.at * width + i];
}

bool SeekValues::open(Runtime& runtime) {
  bytes_.reset();
  for (Part& part : parts_) {
    if (part.kind == SeekKind::kIn) {
      if (!load_in(part, runtime)) return false;
      part.at = 0;
      take(part);
      continue;
    }
    Value value;
    if (part.kind != SeekKind::kIsNull) {
      value = evaluate(*part.value, runtime.eval());
      if (runtime.failed()) return false;
      if (value.is_null() && part.kind == SeekKind::kEqual) return false;
      value = storage::copy_value(storage::apply_affinity(value, part.affinity, bytes_), bytes_);
    }
    values_[part.first] = value;
  }
  return true;
}

bool SeekValues::next() {
  for (std::size_t i = parts_.size(); i-- > 0;) {
    Part& part = parts_[i];
    if (part.kind != SeekKind::kIn) continue;
    if (++part.at < part.count) {
      take(part);
      return true;
    }
    part.at = 0;
    take(part);
  }
  return false;
}

}  // namespace leftmost::engine
