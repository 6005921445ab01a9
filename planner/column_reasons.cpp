#include "planner/column_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/candidate_builder.h"
#include "planner/choice_reasons.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/range_reasons.h"
#include "planner/reason_words.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

namespace {

constexpr std::uint16_t kRangeOps = kOpsRangeLow | kOpsRangeHigh;

bool is_about_column(const Expr* expr, ItemId item, int column) {
  return expr != nullptr && expr->kind == ExprKind::kColumn && expr->item == item && expr->column == column;
}

}  // namespace

bool ColumnFacts::is_equality() const {
  return search != nullptr && (search->ops & (kOpEq | kOpIs | kOpIn | kOpIsNull)) != 0;
}

std::vector<ColumnFacts> column_facts(LoopPlan& plan, const ItemFacts& facts, const Probe& probe) {
  std::vector<ColumnFacts> all(static_cast<std::size_t>(probe.key_columns));
  for (int i = 0; i < probe.key_columns; ++i) {
    ColumnFacts& column = all[static_cast<std::size_t>(i)];
    const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(i)];
    TermScan scan = scan_probe_column(plan.terms, facts, probe, i, kOpsConstraint);
    while (Term* term = scan.next()) {
      if ((term->prereq & facts.self) != 0) continue;
      if (facts.needs_on_terms() && !constraint_fits_outer_join(*term, facts)) continue;
      if (term->is_not_null_bound) continue;
      if (probe.unordered() && (term->ops & kRangeOps) != 0) continue;
      const bool equality = (term->ops & kRangeOps) == 0;
      if (column.search == nullptr || (equality && !column.is_equality())) {
        column.search = term;
      } else if (!equality && !column.is_equality() && (term->ops & kOpsRangeHigh) != 0) {
        column.upper = term;
      }
    }
    if (column.search != nullptr) continue;
    for (const Term* term : plan.terms.terms) {
      if ((term->is_virtual && !term->is_slice) || term->ops == kOpRowValue) continue;
      const bool mentioned =
          indexed.expression != nullptr
              ? side_like_expression(term->expr, indexed.expression, facts.item->id) != nullptr
              : mentions_column(term->expr, facts.item->id, indexed.query_column) ||
                    spells_out_column(term->expr, facts, indexed.column);
      if (!mentioned) continue;
      column.other = term;
      break;
    }
  }
  return all;
}

namespace {

ColumnRole seek_role(const Term& term) {
  if ((term.ops & kOpIn) != 0) return ColumnRole::kSeekIn;
  return (term.ops & kRangeOps) != 0 ? ColumnRole::kSeekRange : ColumnRole::kSeekEq;
}

/// What became of the columns of one index, written from the left. `chosen` reads the table; where that is
/// another index, the roles are those that the columns would have.
class Columns {
 public:
  Columns(IndexReason& reason, LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
          const Candidate* chosen, const OrderUse& order, const Context& context)
      : reason_(reason),
        plan_(plan),
        facts_(facts),
        probe_(probe),
        chosen_(chosen),
        order_(order),
        context_(context),
        used_(chosen != nullptr && chosen->probe == &probe && chosen->kind != CandidateKind::kMultiIndexOr),
        columns_(column_facts(plan, facts, probe)),
        keysets_(find_keysets(plan, facts)) {}

  void run() {
    find_prefix();
    for (int i = 0; i < probe_.key_columns; ++i) {
      ColumnReason& made = reason_.columns.emplace_back();
      made.column = name_at(i);
      if (i < searched_ && (used_ || reason_.verdict != IndexVerdict::kUnusable)) {
        explain_search(i, made);
      } else {
        explain_rest(i, made);
      }
    }
    // Behind the key an entry has the rowid (or the primary key), which a search may go on with.
    for (int i = probe_.key_columns; used_ && i < searched_; ++i) {
      ColumnReason& made = reason_.columns.emplace_back();
      made.column = name_at(i);
      explain_search(i, made);
    }
  }

 private:
  std::string_view name_at(int i) const { return probe_.column_name(i, *facts_.item); }
  const ColumnFacts& column(int i) const { return columns_[static_cast<std::size_t>(i)]; }
  const ProbeColumn& indexed(int i) const { return probe_.columns[static_cast<std::size_t>(i)]; }
  std::string index_name() const { return words_of_index(probe_.index); }

  /// How far the prefix goes: for the index in use what the search really uses, else what it could use.
  void find_prefix() {
    if (used_) {
      equalities_ = chosen_->equal_columns;
      bounded_ = chosen_->has_range() ? std::max({1, chosen_->lower_length, chosen_->upper_length}) : 0;
      for (std::size_t at = static_cast<std::size_t>(equalities_); bounded_ > 0 && at < chosen_->terms.size();
           ++at) {
        const Term* bound = chosen_->terms[at];
        (bound != nullptr && (bound->ops & kOpsRangeLow) != 0 ? range_.lower : range_.upper) = bound;
      }
    } else {
      while (equalities_ < probe_.key_columns && column(equalities_).is_equality()) ++equalities_;
      if (equalities_ < probe_.key_columns && column(equalities_).search != nullptr) {
        const ColumnFacts& at = column(equalities_);
        bounded_ = row_bound_length(facts_, probe_, equalities_, *at.search);
        ((at.search->ops & kOpsRangeLow) != 0 ? range_.lower : range_.upper) = at.search;
        if (at.upper != nullptr) range_.upper = at.upper;
      }
    }
    range_.first = equalities_;
    range_.length = bounded_;
    searched_ = std::min(equalities_ + bounded_, used_ ? probe_.column_count() : probe_.key_columns);
    reason_.seek_columns = used_ || reason_.verdict == IndexVerdict::kCostlier ? searched_ : 0;
  }

  void explain_search(int i, ColumnReason& made) const {
    // A row value is one bound of all its columns, the rowid behind the key among them.
    const int at = std::min(i, equalities_);
    const Term* term = used_ && static_cast<std::size_t>(at) < chosen_->terms.size()
                           ? chosen_->terms[static_cast<std::size_t>(at)]
                       : i < probe_.key_columns ? column(i).search
                                                : nullptr;
    if (used_ && i < chosen_->skipped) {
      made.role = ColumnRole::kSeekSkip;
      made.text = "free, but it has few values: the search hops from one to the next";
      return;
    }
    if (term != nullptr) made.term = as_about(i, *term).written;
    if (i >= equalities_) {
      made.role = ColumnRole::kSeekRange;
      made.text = i + 1 < searched_ ? "a range over several columns" : "a range";
    } else {
      made.role = term != nullptr ? seek_role(*term) : ColumnRole::kSeekEq;
      made.text =
          made.role == ColumnRole::kSeekIn ? "several values, one after the other" : "fixed to one value";
    }
    made.text += used_ ? ": searched" : ": could be searched" + instead_of_search(term);
    if (used_ && made.role == ColumnRole::kSeekRange && i + 1 >= searched_ && i + 1 < probe_.key_columns)
      made.text += ", the last column that can be";
  }

  /// A search may go by an equality of another column that equals this one; where the query compares this
  /// column with the same value, that is the condition to show.
  const Term& as_about(int i, const Term& used) const {
    const auto is_about = [&](const Term& term) {
      return term.about_item == facts_.item->id && term.about_column == indexed(i).query_column;
    };
    if (is_about(used) || indexed(i).expression != nullptr || (used.ops & (kOpEq | kOpIs)) == 0 ||
        used.expr->right == nullptr)
      return used;
    for (const Term* term : plan_.terms.terms) {
      if (is_about(*term) && (term->ops & (kOpEq | kOpIs)) != 0 && term->expr->right != nullptr &&
          same_expr(term->expr->right, used.expr->right))
        return *term;
    }
    return used;
  }

  /// Why a column that could be searched is not, where the statement itself says it.
  std::string instead_of_search(const Term* term) const {
    if (term == nullptr || chosen_ == nullptr) return {};
    if (const std::string later = items_read_later(*term); !later.empty())
      return fmt::format(" if {} were read after {}", words_of_item(*facts_.item), later);
    if (is_searched(*term)) return fmt::format(", as {} is", way_of_search());
    return {};
  }

  /// The tables whose rows the condition needs and that are read inside the loop of this one; empty if there
  /// are none.
  std::string items_read_later(const Term& term) const {
    std::string names;
    for (const Candidate& loop : plan_.choice.loops) {
      if ((term.all & loop.self) != 0 && is_behind(loop))
        names += (names.empty() ? "" : ", ") + words_of_item(item_of(loop));
    }
    return names;
  }
  const Item& item_of(const Candidate& loop) const {
    return *plan_.facts[static_cast<std::size_t>(loop.position)].item;
  }
  bool is_behind(const Candidate& loop) const {
    bool passed = false;
    for (const Candidate& each : plan_.choice.loops) {
      if (&each == &loop) return passed;
      passed = passed || each.position == facts_.position;
    }
    return false;
  }

  /// The search that reads the table goes by this condition.
  bool is_searched(const Term& term) const {
    return chosen_ != nullptr && chosen_->kind != CandidateKind::kAutomaticIndex &&
           std::any_of(chosen_->terms.begin(), chosen_->terms.end(),
                       [&](const Term* used) { return used != nullptr && used->written == term.written; });
  }
  std::string way_of_search() const {
    if (chosen_->kind == CandidateKind::kMultiIndexOr) return "one index for each branch";
    return words_of_index(chosen_->probe == nullptr ? nullptr : chosen_->probe->index);
  }

  ColumnRole filter_role(const Term& term) const {
    if (!used_) return ColumnRole::kFilterOnRow;
    if (chosen_->covering) return ColumnRole::kFilterInIndex;
    return probe_.can_evaluate(term.expr, *facts_.item) ? ColumnRole::kFilterInIndex
                                                        : ColumnRole::kFilterOnRow;
  }
  std::string how_checked(const Term& term, ColumnRole role) const {
    if (const std::string later = items_read_later(term); !later.empty())
      return fmt::format("decided where {} is read, inside the loop over {}", later,
                         words_of_item(*facts_.item));
    if (!used_ && is_searched(term)) return fmt::format("searched in {} instead", way_of_search());
    return role == ColumnRole::kFilterInIndex ? "checked on each index entry" : "checked row by row";
  }

  /// The column is one of those that the wanted order is about, and this index has it.
  bool is_ordered(const ProbeColumn& at) const {
    std::size_t delivered = plan_.wanted.terms.size();
    if (used_ && plan_.wanted.mode == OrderMatchMode::kOrder)
      delivered = static_cast<std::size_t>(plan_.choice.order_satisfied);
    for (std::size_t i = 0; i < delivered; ++i) {
      const Expr* expr = skip_markers(plan_.wanted.terms[i].expr);
      if (is_about_column(expr, facts_.item->id, at.query_column)) return true;
      if (at.expression != nullptr && same_expr_skipping(expr, at.expression, facts_.item->id)) return true;
    }
    return false;
  }
  /// Of an ORDER BY a part helps; groups need all of theirs.
  bool gives_order() const {
    if (!used_) return order_.delivers;
    const bool is_group =
        plan_.wanted.mode == OrderMatchMode::kGroup || plan_.wanted.mode == OrderMatchMode::kDistinct;
    const auto satisfied = static_cast<std::size_t>(std::max(plan_.choice.order_satisfied, 0));
    return is_group ? satisfied == plan_.wanted.terms.size() : satisfied > 0;
  }
  bool is_read_from_index(const ProbeColumn& at) const {
    return used_ && chosen_->covering && at.column >= 0 &&
           static_cast<std::size_t>(at.column) < facts_.item->used.size() &&
           facts_.item->used[static_cast<std::size_t>(at.column)];
  }
  void take_other_role(int i, ColumnReason& made) const {
    if (gives_order() && is_ordered(indexed(i))) {
      const OrderMatchMode mode = plan_.wanted.mode;
      const bool is_order =
          mode == OrderMatchMode::kOrder || mode == OrderMatchMode::kMin || mode == OrderMatchMode::kMax;
      made.role = is_order ? ColumnRole::kOrder : ColumnRole::kGroup;
      made.text = is_order ? "its entries come in the wanted order" : "equal values are neighbours in it";
    } else if (is_read_from_index(indexed(i))) {
      made.role = ColumnRole::kCover;
      made.text = "read from the index instead of the table";
    }
  }

  /// A column that no search uses.
  void explain_rest(int i, ColumnReason& made) {
    if (in_branch_ && continues_branch(i, made)) return;
    const Term* term = column(i).search != nullptr ? column(i).search : column(i).other;
    const bool is_later = term != nullptr && !items_read_later(*term).empty();
    if (term != nullptr) made.term = term->written;
    if (term == nullptr || is_later) {
      take_other_role(i, made);
    } else {
      made.role = filter_role(*term);
    }
    if (!blocked_by_code_.empty()) return explain_blocked(term, made);
    if (term == nullptr) return explain_free(i, made);
    if (bounded_ > 0 && i >= searched_) return explain_behind_range(i, *term, made);
    if (column(i).search != nullptr) return explain_left_out(i, *term, made);
    explain_unsearchable(i, *term, made);
  }

  void explain_blocked(const Term* term, ColumnReason& made) const {
    if (term == nullptr) return;
    made.code = made.term == blocking_ ? blocking_code_ : blocked_by_code_;
    made.text = fmt::format("blocked by {}, {}", blocked_by_, how_checked(*term, made.role));
  }

  void explain_free(int i, ColumnReason& made) {
    if (has_later_term(i + 1)) {
      if (bounded_ > 0 && i >= searched_) {
        int later = i + 1;
        while (!column(later).has_term()) ++later;
        const Term* term = column(later).search != nullptr ? column(later).search : column(later).other;
        made.code = why_behind_range(range_, later, *term, facts_, probe_).code;
        made.text = fmt::format("free, and behind the range on {}: the search has stopped there",
                                name_at(range_.first));
        return;
      }
      blocked_by_ = name_at(i);
      if (i == 0) {
        const bool is_constraint =
            probe_.index != nullptr && probe_.index->def->origin != storage::IndexOrigin::kCreateIndex;
        made.code = is_constraint ? "composite-pk-second-column" : "prefix-leading-column-free";
        made.text =
            fmt::format("free: nothing in the query fixes it, and {} is sorted by it first", index_name());
      } else {
        made.code = "prefix-gap";
        made.text = fmt::format("free: nothing in the query fixes it, so {} before it",
                                used_ ? "the search stops" : "a search would stop");
      }
      blocked_by_code_ = made.code;
      return;
    }
    if (is_order_said_ || made.role == ColumnRole::kOrder || made.role == ColumnRole::kGroup) return;
    const bool is_narrowed = used_ && probe_.is_partial();  // by its own WHERE
    if (order_.is_mentioned && !order_.code.empty()) {
      is_order_said_ = true;
      made.code = order_.code;
      made.text = order_.text;
    } else if (i == 0 && !order_.is_mentioned && made.role == ColumnRole::kIdle && !is_narrowed) {
      made.code = "no-constraint";
      made.text = "no condition mentions a column of " + index_name();
    }
  }

  /// Behind a range the values of later columns start over for every value of the range.
  void explain_behind_range(int i, const Term& term, ColumnReason& made) {
    if (const Keyset* keyset = keyset_at(i)) {
      made.code = "keyset-or-form";
      made.text = keyset_text(*keyset);
      made.term = keyset->term->written;
    } else {
      const Explanation why = why_behind_range(range_, i, term, facts_, probe_);
      made.code = why.code;
      made.text = why.text;
    }
    blocked_by_code_ = made.code;
    blocked_by_ = fmt::format("the range on {}", name_at(range_.first));
  }

  /// Searchable, and yet no search uses it.
  void explain_left_out(int i, const Term& term, ColumnReason& made) {
    made.text = how_checked(term, made.role);
    if (!items_read_later(term).empty() && has_later_term(i + 1)) {
      made.code = blocked_by_code_ = i == 0 ? "prefix-leading-column-free" : "prefix-gap";
      made.text = "free as yet: " + made.text;
      blocked_by_ = name_at(i);
      return;
    }
    if (Explanation why = why_in_left_out(used_ ? chosen_ : nullptr, i, term); !why.code.empty()) {
      made.code = blocked_by_code_ = why.code;
      made.text = why.text + ": " + made.text;
      blocked_by_ = name_at(i);
    }
    // In the search for a branch of an OR: what it is compared with belongs to a table that is read later.
    if (made.code.empty() && used_ && term.prereq != 0 && items_read_later(term).empty()) {
      made.code = blocked_by_code_ = i == 0 ? "prefix-leading-column-free" : "prefix-gap";
      made.text = "free as yet: " + made.text;
      blocked_by_ = name_at(i);
    }
  }

  void explain_unsearchable(int i, const Term& term, ColumnReason& made) {
    Explanation why = why_not_searchable(term, plan_, facts_, probe_, i, context_);
    if (const Keyset* keyset = keyset_at(i)) {
      why = {"keyset-or-form", keyset_text(*keyset)};
      made.term = keyset->term->written;
    } else if (why.code.empty() && term.expr->kind == ExprKind::kOr) {
      if (i == 0 && explain_branch(term, why.text, made)) return;
      why = {"or-unindexed-branch", fmt::format("{} is no condition on {} alone, so it is no search of {}",
                                                to_text(term.expr, plan_.facts), name_at(i), index_name())};
    }
    made.code = why.code;
    made.text = why.text;
    blocked_by_ = name_at(i);
    blocked_by_code_ = "column-blocked-mid-index";
    blocking_ = made.term;
    blocking_code_ = why.code;
  }

  /// One branch of the OR could be searched here, as the others elsewhere.
  bool explain_branch(const Term& term, std::string text, ColumnReason& made) {
    const Term* branch = branch_for(term, plan_, facts_, probe_, context_);
    if (branch == nullptr || used_) return false;
    made.role = seek_role(*branch);
    made.text = std::move(text);
    if (const std::string later = items_read_later(term); !later.empty()) {
      made.text = fmt::format("the branches of the OR could be searched if {} were read after {}",
                              words_of_item(*facts_.item), later);
    } else if (chosen_ != nullptr && chosen_->kind == CandidateKind::kMultiIndexOr) {
      made.text = "could be searched for a branch of the OR, as another index is";
    }
    reason_.verdict = IndexVerdict::kCostlier;
    reason_.seek_columns = 1;
    in_branch_ = true;
    return true;
  }
  /// The search for the branch could go on with what is asked for beside the OR.
  bool continues_branch(int i, ColumnReason& made) {
    const Term* term = column(i).search;
    in_branch_ = term != nullptr && items_read_later(*term).empty();
    if (!in_branch_) return false;
    made.role = seek_role(*term);
    made.term = term->written;
    made.text = "could be searched beside the branch of the OR";
    ++reason_.seek_columns;
    if (made.role != ColumnRole::kSeekRange) return true;
    in_branch_ = false;
    blocked_by_code_ = "prefix-range-stops";
    blocked_by_ = fmt::format("the range on {}", name_at(i));
    return true;
  }

  bool has_later_term(int from) const {
    for (int i = from; i < probe_.key_columns; ++i) {
      if (column(i).has_term()) return true;
    }
    return false;
  }
  /// A page condition that starts where the equalities end would be one range as a row value.
  const Keyset* keyset_at(int position) const {
    for (const Keyset& keyset : keysets_) {
      const int length = keyset_columns_in(keyset, probe_, equalities_);
      if (length >= 2 && position < equalities_ + length) return &keyset;
    }
    return nullptr;
  }

  IndexReason& reason_;
  LoopPlan& plan_;
  const ItemFacts& facts_;
  const Probe& probe_;
  const Candidate* chosen_;
  const OrderUse& order_;
  const Context& context_;
  const bool used_;
  std::vector<ColumnFacts> columns_;
  std::vector<Keyset> keysets_;
  int equalities_ = 0, bounded_ = 0, searched_ = 0;
  UsedRange range_;
  std::string_view blocked_by_code_;
  std::string blocked_by_;
  const Expr* blocking_ = nullptr;  ///< the condition that could not be searched
  std::string_view blocking_code_;
  bool is_order_said_ = false;
  bool in_branch_ =
      false;  ///< of an index that could be searched for a branch of an OR: so far without a gap
};

}  // namespace

void explain_columns(IndexReason& reason, LoopPlan& plan, const ItemFacts& facts, const Probe& probe,
                     const Candidate* chosen, const OrderUse& order, const Context& context) {
  Columns(reason, plan, facts, probe, chosen, order, context).run();
}

}  // namespace leftmost::planner
