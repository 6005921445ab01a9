// How much of a wanted order a path delivers (section 5.4 of docs/planner.md; SQLite:
// wherePathSatisfiesOrderBy, src/where.c). The rows of nested loops come in the order of the outermost loop
// first, so loops are looked at from the outside in, and an inner loop matters only while the outer ones
// produce no two rows that are equal in the order
// ("distinct").

#include <algorithm>

#include "planner/comparison.h"
#include "planner/expr_tools.h"
#include "planner/path_search.h"

namespace leftmost::planner {

using storage::Collation;

namespace {

class Matcher {
 public:
  Matcher(const PathRequest& request, std::span<const OrderTerm> wanted, OrderMatchMode mode)
      : request_(request), wanted_(wanted), mode_(mode), all_((ItemSet{1} << wanted.size()) - 1) {
    constant_ops_ = kOpEq | kOpIs | kOpIsNull;
    if (mode == OrderMatchMode::kMin || mode == OrderMatchMode::kMax || mode == OrderMatchMode::kInnerLoop) {
      constant_ops_ |= kOpIn;
    }
  }

  OrderMatch run(std::span<const Candidate* const> path) {
    for (std::size_t i = 0; i < path.size() && distinct_ && satisfied_ != all_; ++i) {
      const Candidate& loop = *path[i];
      index_columns_ = 0;
      if (i > 0) ready_ |= path[i - 1]->self;
      if (mode_ == OrderMatchMode::kInnerLoop && i + 1 < path.size()) continue;
      if (loop.kind == CandidateKind::kFunction) break;  // and SQLite asks no more about the order
      match_constants(loop);
      if (!loop.one_row && !match_index(loop, i)) return {};
      if (distinct_) match_determined(loop);
    }
    if (satisfied_ == all_) return answer(static_cast<int>(wanted_.size()));
    if (distinct_) return answer(-1);
    for (int i = static_cast<int>(wanted_.size()) - 1; i > 0; --i) {
      const ItemSet leading = (ItemSet{1} << i) - 1;
      if ((satisfied_ & leading) == leading) return answer(i);
    }
    return answer(0);
  }

 private:
  OrderMatch answer(int satisfied) const { return {satisfied, reverse_, nulls_last_, index_columns_}; }
  bool is_satisfied(std::size_t i) const { return (satisfied_ >> i & 1) != 0; }
  const Item& item_of(const Candidate& loop) const {
    return *request_.facts[static_cast<std::size_t>(loop.position)].item;
  }

  /// (a) Terms that a condition fixes to one value: x = ?, x IS NULL.
  void match_constants(const Candidate& loop) {
    const Item& item = item_of(loop);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (is_satisfied(i)) continue;
      const Expr* expr = skip_markers(wanted_[i].expr);
      if (expr->kind != ExprKind::kColumn || expr->item != item.id) continue;
      const Term* term = find_term(request_.where, item.id, expr->column, ready_, constant_ops_);
      if (term == nullptr) continue;
      if (term->ops == kOpIn && std::find(loop.terms.begin(), loop.terms.end(), term) == loop.terms.end())
        continue;
      if ((term->ops & (kOpEq | kOpIs)) != 0 && expr->column >= 0) {
        const auto compared = comparison_collation(term->expr);
        if (!compared || *compared != collation_of(wanted_[i].expr).value_or(Collation::kBinary)) continue;
      }
      satisfied_ |= ItemSet{1} << i;
    }
  }

  /// (b) Terms that are columns of the b-tree, from the left. False: nothing is known about the loop's order.
  bool match_index(const Candidate& loop, std::size_t loop_number) {
    const bool is_rowid = loop.kind == CandidateKind::kRowid;
    if (!is_rowid && (loop.kind != CandidateKind::kIndex || loop.probe->unordered())) return false;
    const Probe& probe = *loop.probe;
    const int key_columns = is_rowid ? 0 : probe.key_columns;
    if (!is_rowid) distinct_ = probe.unique && loop.skipped == 0;

    bool reversed = false, direction_known = false, found_rowid = false;
    for (int j = 0; j < probe.column_count(); ++j) {
      bool may_match = true;
      if (j < loop.equal_columns && j >= loop.skipped) {
        const Term& term = *loop.terms[static_cast<std::size_t>(j)];
        if ((term.ops & constant_ops_) != 0) {
          if ((term.ops & (kOpIsNull | kOpIs)) != 0) distinct_ = false;
          continue;
        }
        // An IN: its values come in order, unless several columns share one row-value IN.
        for (int k = j + 1; k < loop.equal_columns; ++k) {
          if (loop.terms[static_cast<std::size_t>(k)]->expr == term.expr) may_match = false;
        }
      }
      const ProbeColumn& column = probe.columns[static_cast<std::size_t>(j)];
      if (distinct_) {
        if (column.query_column >= 0 && j >= loop.equal_columns && !column.not_null) distinct_ = false;
        if (column.expression != nullptr) distinct_ = false;
      }
      const std::optional<std::size_t> i = may_match ? find_wanted(loop, column) : std::nullopt;
      bool matches = i.has_value();
      if (matches) index_columns_ = j + 1;
      if (matches && mode_ != OrderMatchMode::kGroup) {
        const bool runs_back = column.descending != wanted_[*i].descending;
        if (!direction_known) {
          direction_known = true;
          reversed = runs_back;
          if (reversed) reverse_ |= ItemSet{1} << loop_number;
        } else if (reversed != runs_back) {
          matches = false;
        }
      }
      if (matches && nulls_are_misplaced(wanted_[*i])) {
        if (j == loop.equal_columns) {
          nulls_last_ |= ItemSet{1} << loop_number;
        } else {
          matches = false;
        }
      }
      if (!matches) {
        if (j == 0 || j < key_columns) distinct_ = false;
        break;
      }
      if (column.query_column == kRowidColumn) found_rowid = true;
      satisfied_ |= ItemSet{1} << *i;
    }
    if (found_rowid) distinct_ = true;
    return true;
  }

  /// The wanted term that is this index column: the next one when order counts, any of them otherwise.
  std::optional<std::size_t> find_wanted(const Candidate& loop, const ProbeColumn& column) const {
    const Item& item = item_of(loop);
    const bool any_place = mode_ == OrderMatchMode::kGroup || mode_ == OrderMatchMode::kDistinct;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (is_satisfied(i)) continue;
      const Expr* expr = skip_markers(wanted_[i].expr);
      bool same = false;
      if (column.expression != nullptr) {
        same = same_expr_skipping(expr, column.expression, item.id);
      } else if (column.query_column >= kRowidColumn) {
        same =
            expr->kind == ExprKind::kColumn && expr->item == item.id && expr->column == column.query_column;
      }
      if (same && column.query_column != kRowidColumn) {
        same = collation_of(wanted_[i].expr).value_or(Collation::kBinary) == column.collation;
      }
      if (same) return i;
      if (!any_place) return std::nullopt;
    }
    return std::nullopt;
  }

  /// (c) Rows are distinct up to here: whatever depends only on these loops is constant within each of them.
  void match_determined(const Candidate& loop) {
    distinct_items_ |= loop.self;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (is_satisfied(i)) continue;
      // The same argument stands for itself where min() or max() asks for its order.
      const bool is_argument =
          mode_ == OrderMatchMode::kDistinct && wanted_[i].expr == request_.wanted.aggregate_argument;
      const ItemSet mentioned = is_argument ? 0 : request_.numbers.mentioned(wanted_[i].expr);
      if (mentioned == 0 && !is_constant(wanted_[i].expr)) continue;
      if ((mentioned & ~distinct_items_) == 0) satisfied_ |= ItemSet{1} << i;
    }
  }

  const PathRequest& request_;
  std::span<const OrderTerm> wanted_;
  OrderMatchMode mode_;
  ItemSet all_;
  std::uint16_t constant_ops_ = 0;
  ItemSet satisfied_ = 0;
  ItemSet ready_ = 0;  ///< items of the loops before
  ItemSet distinct_items_ = 0;
  ItemSet reverse_ = 0;
  ItemSet nulls_last_ = 0;
  int index_columns_ = 0;
  bool distinct_ = true;
};

}  // namespace

OrderMatch match_order(const PathRequest& request, std::span<const OrderTerm> wanted, OrderMatchMode mode,
                       std::span<const Candidate* const> path) {
  constexpr std::size_t kTermsMax = 63;  // SQLite keeps them in a 64-bit set
  if (wanted.empty() || wanted.size() > kTermsMax) return {};
  return Matcher(request, wanted, mode).run(path);
}

}  // namespace leftmost::planner
