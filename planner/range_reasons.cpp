#include "planner/range_reasons.h"

#include "planner/comparison.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

namespace {

constexpr std::uint16_t kRangeOps = kOpsRangeLow | kOpsRangeHigh;

bool is_one_sided(const Term& term) {
  return (term.ops & kRangeOps) != 0 && !term.is_pattern_bound && !term.is_not_null_bound &&
         term.expr->left->kind != ExprKind::kRow;
}

/// `low <= v` and `high >= v` with one v.
bool is_interval(const Term& one, const Term& other) {
  if (!is_one_sided(one) || !is_one_sided(other)) return false;
  const bool one_is_upper = (one.ops & kOpsRangeHigh) != 0;
  const bool other_is_upper = (other.ops & kOpsRangeHigh) != 0;
  if (one_is_upper == other_is_upper || one.about_column == other.about_column) return false;
  const Expr* a = skip_markers(one.expr->right);
  const Expr* b = skip_markers(other.expr->right);
  return same_expr(a, b);
}

/// Why a row value bounds the columns before this one but not this one (row_bound_length() counts them).
Explanation why_row_value_ends(const Term& used, const UsedRange& range, int position, const ItemFacts& facts,
                               const Probe& probe) {
  const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(position)];
  const std::string name(probe.column_name(position, *facts.item));
  const auto field = static_cast<std::size_t>(position - range.first);
  const auto& fields = used.expr->left->list;
  if (field >= fields.size()) return {};
  const Expr* from = fields[field];
  if (from->kind != ExprKind::kColumn || from->item != facts.item->id ||
      from->column != indexed.query_column) {
    return {"prefix-range-stops", to_text(used.written) + " goes on with " + to_text(from) +
                                      ", but the index goes on with " + name};
  }
  if (indexed.descending != probe.columns[static_cast<std::size_t>(range.first)].descending) {
    const std::string before(probe.column_name(range.first, *facts.item));
    return {"row-value-mixed-direction", "the index keeps " + before + " and " + name +
                                             " in opposite directions, and a row value runs in one"};
  }
  const Expr* right = used.expr->right;
  const Expr* to =
      right->kind == ExprKind::kSubquery ? right->select->columns[field].expr : right->list[field];
  const auto collation = comparison_collation(from, to);
  if (collation != indexed.collation) {
    return {"collation-mismatch-query",
            "the row value compares " + name + " as " +
                std::string(storage::collation_name(collation.value_or(storage::Collation::kBinary))) +
                ", but the index sorts it as " + std::string(storage::collation_name(indexed.collation))};
  }
  return {"affinity-mismatch-join",
          "the index does not sort " + name + " by the type that the row value compares it as"};
}

std::string end_of(const UsedRange& range, const std::string& before) {
  const Term* term = range.any();
  if (term == nullptr) return "the range on " + before;
  return to_text(term->written);
}

}  // namespace

Explanation why_behind_range(const UsedRange& range, int position, const Term& term, const ItemFacts& facts,
                             const Probe& probe) {
  const std::string before(probe.column_name(range.first, *facts.item));
  const std::string name(probe.column_name(position, *facts.item));
  const Term* used = range.any();
  const bool is_row_value = used != nullptr && used->expr->left->kind == ExprKind::kRow;
  const bool same_row_value = is_row_value && used->written == term.written;
  if (same_row_value) {
    if (Explanation why = why_row_value_ends(*used, range, position, facts, probe); !why.code.empty())
      return why;
  }
  const bool is_range = (term.ops & kRangeOps) != 0 && !term.is_pattern_bound && !same_row_value;
  if (is_range && (range.lower == nullptr || range.upper == nullptr) && used != nullptr &&
      is_interval(*used, term)) {
    return {"interval-two-columns", to_text(skip_markers(term.expr->right)) + " between " + before + " and " +
                                        name + " is a range on each of them, and the index bounds only " +
                                        before};
  }
  const std::string ends = end_of(range, before) + " is a range: behind it " + name;
  if (is_range) return {"prefix-second-range", ends + " cannot be a second one"};
  if (used != nullptr && used->is_pattern_bound) {
    return {"prefix-pattern-stops", to_text(used->written) + " is a range of texts: behind it " + name +
                                        " starts over for every " + before};
  }
  return {"prefix-range-stops", ends + " starts over for every " + before};
}

std::optional<Interval> find_interval(const LoopPlan& plan, const ItemFacts& facts) {
  for (const Term* one : plan.terms.terms) {
    if (one->about_item != facts.item->id || (one->ops & kOpsRangeHigh) == 0) continue;
    for (const Term* other : plan.terms.terms) {
      if (other->about_item == facts.item->id && is_interval(*one, *other)) return Interval{one, other};
    }
  }
  return std::nullopt;
}

std::vector<Keyset> find_keysets(const LoopPlan& plan, const ItemFacts& facts) {
  std::vector<Keyset> all;
  for (const Term* term : plan.terms.terms) {
    if (term->is_virtual || (term->all & facts.self) == 0) continue;
    if (auto keyset = as_keyset(*term, plan.terms, facts.item->id)) all.push_back(std::move(*keyset));
  }
  return all;
}

int keyset_columns_in(const Keyset& keyset, const Probe& probe, int from) {
  std::size_t length = 0;
  for (; length < keyset.columns.size(); ++length) {
    const std::size_t at = static_cast<std::size_t>(from) + length;
    if (at >= probe.columns.size()) break;
    const ProbeColumn& indexed = probe.columns[at];
    if (indexed.query_column != keyset.columns[length]->column ||
        indexed.descending != probe.columns[static_cast<std::size_t>(from)].descending) {
      break;
    }
    if (indexed.query_column == kRowidColumn) break;  // a row value never bounds the rowid behind an index
    const Expr* comparison = keyset.comparisons[length];
    if (comparison_affinity(comparison) != indexed.affinity) break;
    if (comparison_collation(comparison) != indexed.collation) break;
  }
  return static_cast<int>(length);
}

std::string keyset_text(const Keyset& keyset) {
  return to_row_value(keyset) + " says the same as this OR and is one range of the index";
}

}  // namespace leftmost::planner
