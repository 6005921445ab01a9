#include "planner/index_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/expr_tools.h"
#include "planner/term_obstacle.h"

namespace leftmost::planner {
namespace {

// Below this many rows for each value of the first column SQLite does not hop over it (seek_candidates.cpp).
constexpr storage::LogEst kSkipScanRowsMin = 42;

/// Looking for terms changes nothing, but the planner's own scan is written for lists that it may mark.
TermList& terms_of(const LoopPlan& loops) { return const_cast<TermList&>(loops.terms); }

/// The columns of the prefix and the terms that search them.
struct Prefix {
  std::vector<const Term*> equalities;  ///< null: skipped
  const Term* lower = nullptr;
  const Term* upper = nullptr;
  int range_columns = 0;
  bool has_range() const { return lower != nullptr || upper != nullptr; }
  int length() const { return static_cast<int>(equalities.size()) + range_columns; }
};

Prefix prefix_of(const Candidate& chosen) {
  Prefix prefix;
  for (int i = 0; i < chosen.equal_columns; ++i) prefix.equalities.push_back(chosen.terms[static_cast<std::size_t>(i)]);
  auto next = static_cast<std::size_t>(chosen.equal_columns);
  if (chosen.has_lower && next < chosen.terms.size()) prefix.lower = chosen.terms[next++];
  if (chosen.has_upper && next < chosen.terms.size()) prefix.upper = chosen.terms[next];
  if (prefix.has_range()) prefix.range_columns = std::max({1, chosen.lower_length, chosen.upper_length});
  return prefix;
}

bool may_search(const Term& term, const ItemFacts& facts, const ProbeColumn& column) {
  if (((term.ops & kOpIsNull) != 0 || term.is_not_null_bound) && column.not_null) return false;
  if ((term.prereq & facts.self) != 0 || term.is_not_null_bound) return false;
  return !facts.needs_on_terms() || constraint_fits_outer_join(term, facts);
}

/// The longest prefix that the terms allow.
Prefix longest_prefix(const LoopPlan& loops, const ItemFacts& facts, const Probe& probe) {
  Prefix prefix;
  for (int position = 0; position < probe.key_columns; ++position) {
    const ProbeColumn& column = probe.columns[static_cast<std::size_t>(position)];
    const Term* equality = nullptr;
    TermScan scan = scan_probe_column(terms_of(loops), facts, probe, position, kOpsConstraint);
    while (const Term* term = scan.next()) {
      if (!may_search(*term, facts, column)) continue;
      if ((term->ops & kOpsRangeLow) != 0) {
        if (prefix.lower == nullptr) prefix.lower = term;
      } else if ((term->ops & kOpsRangeHigh) != 0) {
        if (prefix.upper == nullptr) prefix.upper = term;
      } else if (equality == nullptr) {
        equality = term;
      }
    }
    if (equality == nullptr) {
      prefix.range_columns = prefix.has_range() ? 1 : 0;
      return prefix;
    }
    prefix.lower = prefix.upper = nullptr;
    prefix.equalities.push_back(equality);
  }
  return prefix;
}

const Expr* shown(const Term& term) { return term.written != nullptr ? term.written : term.expr; }

ColumnRole role_of(const Term* term) {
  if (term == nullptr) return ColumnRole::kSeekSkip;
  return (term->ops & kOpIn) != 0 ? ColumnRole::kSeekIn : ColumnRole::kSeekEq;
}

bool is_range(const Term& term) { return (term.ops & (kOpsRangeLow | kOpsRangeHigh)) != 0; }

/// Why columns from `prefix.length()` on are not searched: the code, and what to say of those that have terms.
struct Block {
  std::string_view code;
  std::string by;         ///< `blocked by last_name`
  std::string_view own_code;   ///< of the first column, where it differs from `code`
  std::string own_text;   ///< said of the first column
};

class IndexExplainer {
 public:
  explicit IndexExplainer(const IndexQuestion& question)
      : q_(question),
        prefix_(question.chosen != nullptr ? prefix_of(*question.chosen)
                                           : longest_prefix(question.loops, question.facts, question.probe)) {}

  void explain(IndexReason& reason) {
    reason.seek_columns = prefix_.length();
    add_prefix(reason);
    if (prefix_.length() < q_.probe.key_columns) add_rest(reason);
  }

 private:
  std::string_view name(int position) const { return q_.probe.column_name(position, *q_.facts.item); }
  const ProbeColumn& column(int position) const { return q_.probe.columns[static_cast<std::size_t>(position)]; }

  void add_prefix(IndexReason& reason) {
    int position = 0;
    for (const Term* term : prefix_.equalities) {
      ColumnReason& said = reason.columns.emplace_back();
      said.column = name(position++);
      said.role = role_of(term);
      if (term == nullptr) {
        said.text = "free, but statistics say that it has few values: one search for each of them";
        continue;
      }
      said.term = shown(*term);
      said.text = term_text(*term);
    }
    for (int i = 0; i < prefix_.range_columns; ++i) {
      ColumnReason& said = reason.columns.emplace_back();
      said.column = name(position++);
      said.role = ColumnRole::kSeekRange;
      const Term* bound = prefix_.lower != nullptr ? prefix_.lower : prefix_.upper;
      said.term = shown(*bound);
      if (bound->is_pattern_bound) {
        said.text = "the beginning of the pattern, as a range";
      } else {
        said.text = term_text(*bound);
        if (prefix_.lower != nullptr && prefix_.upper != nullptr) said.text += " and " + term_text(*prefix_.upper);
      }
      if (position < q_.probe.key_columns && i + 1 == prefix_.range_columns) said.text += ", ends the prefix";
    }
  }

  void add_rest(IndexReason& reason) {
    const int first = prefix_.length();
    std::vector<const Term*> terms;
    bool any = false, any_later = false;
    for (int position = first; position < q_.probe.key_columns; ++position) {
      terms.push_back(find_term_about(q_.loops, q_.facts, column(position)));
      any = any || terms.back() != nullptr;
      any_later = any_later || (position > first && terms.back() != nullptr);
    }
    const Block block = find_block(first, terms.front(), any_later);
    for (int position = first; position < q_.probe.key_columns; ++position) {
      const Term* term = terms[static_cast<std::size_t>(position - first)];
      ColumnReason& said = reason.columns.emplace_back();
      said.column = name(position);
      if (position == first && !block.own_code.empty()) {
        said.code = block.own_code;
        said.text = block.own_text;
      }
      if (term == nullptr) {
        give_idle_role(position, said);
        continue;
      }
      said.term = shown(*term);
      const bool in_index = q_.chosen != nullptr && (q_.covering || q_.probe.can_evaluate(term->expr, *q_.facts.item));
      said.role = in_index ? ColumnRole::kFilterInIndex : ColumnRole::kFilterOnRow;
      const std::string_view checked = in_index ? "checked on each entry" : "checked row by row";
      if (said.code.empty()) {
        said.code = code_behind(block, *term);
        said.text = fmt::format("{}, {}", block.by, checked);
      } else {
        said.text += fmt::format(", {}", checked);
      }
    }
    if (q_.chosen == nullptr && first == 0) reason.code = any ? reason.columns.front().code : "no-constraint";
  }

  Block find_block(int first, const Term* own, bool any_later) const {
    Block block;
    if (prefix_.has_range()) {  // (1)
      const int range = first - 1;
      const Term* bound = prefix_.lower != nullptr ? prefix_.lower : prefix_.upper;
      block.code = bound->is_pattern_bound ? "prefix-pattern-stops" : "prefix-range-stops";
      block.by = fmt::format("blocked by the {} on {}", bound->is_pattern_bound ? "pattern" : "range", name(range));
      return block;
    }
    if (own != nullptr) {  // (2)
      const Obstacle obstacle = find_obstacle(shown(*own), q_.facts, column(first), name(first));
      block.code = "column-blocked-mid-index";
      block.by = fmt::format("blocked by {}", name(first));
      block.own_code = obstacle.code.empty() ? std::string_view("column-blocked-mid-index") : obstacle.code;
      block.own_text = obstacle.text.empty() ? fmt::format("the condition on {} is no search", name(first)) : obstacle.text;
      return block;
    }
    block.by = fmt::format("blocked by {}", name(first));  // (3)
    if (!any_later) {
      if (first == 0) block.own_code = "no-constraint", block.own_text = "nothing in the query is about its columns";
      return block;
    }
    if (first > 0) {
      block.code = "prefix-gap";
      block.own_text = fmt::format("a gap: nothing in the query fixes {}", name(first));
    } else if (q_.probe.has_stat1() && !q_.probe.index->statistics.no_skip_scan && q_.probe.key_columns > 1 &&
               q_.probe.rows(1) < kSkipScanRowsMin) {
      block.code = "skip-scan-too-many-groups";
      block.own_text = fmt::format("free, and it has too many values to search once for each ({} rows share one)",
                                   storage::log_est_to_count(q_.probe.rows(1)));
    } else if (q_.probe.index->def->origin == storage::IndexOrigin::kPrimaryKey) {
      block.code = "composite-pk-second-column";
      block.own_text = "free: the primary key is sorted by it first, and nothing in the query fixes it";
    } else {
      block.code = "prefix-leading-column-free";
      block.own_text = "free: nothing in the query fixes it";
    }
    block.own_code = block.code;
    return block;
  }

  /// A later range behind a range is a reason of its own.
  std::string_view code_behind(const Block& block, const Term& term) const {
    if (block.code != "prefix-range-stops" || !is_range(term)) return block.code;
    const Term* bound = prefix_.lower != nullptr ? prefix_.lower : prefix_.upper;
    const bool one_each = (prefix_.lower == nullptr) != (prefix_.upper == nullptr);
    const bool opposite = ((bound->ops & kOpsRangeLow) != 0) != ((term.ops & kOpsRangeLow) != 0);
    if (one_each && opposite && bound->expr->right != nullptr && term.expr->right != nullptr &&
        same_expr(bound->expr->right, term.expr->right)) {
      return "interval-two-columns";
    }
    return "prefix-second-range";
  }

  void give_idle_role(int position, ColumnReason& said) const {
    if (q_.chosen == nullptr) return;
    const ProbeColumn& indexed = column(position);
    const WantedOrder& wanted = q_.loops.wanted;
    const auto satisfied = static_cast<std::size_t>(std::max(q_.loops.choice.order_satisfied, 0));
    for (std::size_t i = 0; i < std::min(satisfied, wanted.terms.size()); ++i) {
      const Expr* term = skip_collate(wanted.terms[i].expr);
      if (term->kind != ExprKind::kColumn || term->item != q_.facts.item->id || term->column != indexed.query_column) continue;
      const bool groups = wanted.mode == OrderMatchMode::kGroup;
      said.role = groups ? ColumnRole::kGroup : ColumnRole::kOrder;
      if (said.text.empty()) said.text = groups ? "delivers the groups one after the other" : "delivers the order";
      return;
    }
    const auto number = static_cast<std::size_t>(std::max(indexed.column, 0));
    if (q_.covering && indexed.column >= 0 && number < q_.facts.item->used.size() && q_.facts.item->used[number]) {
      said.role = ColumnRole::kCover;
      if (said.text.empty()) said.text = "read from the entry, so the table is not needed for it";
    }
  }

  const IndexQuestion& q_;
  Prefix prefix_;
};

}  // namespace

const Term* find_term_about(const LoopPlan& loops, const ItemFacts& facts, const ProbeColumn& column) {
  const Term* mentioning = nullptr;
  for (const Term* term : loops.terms.terms) {
    const Expr* expr = shown(*term);
    if (expr->span.empty()) continue;
    const bool is_about = column.expression != nullptr
                              ? term->expr->left != nullptr && same_expr_skipping(term->expr->left, column.expression, facts.item->id)
                              : mentions_column(expr, facts.item->id, column.query_column);
    if (!is_about) continue;
    // A term that says "column op value" tells more than the condition that it came from.
    if (term->about_item == facts.item->id && term->about_column == column.query_column && (term->ops & kOpsSingle) != 0) {
      return term;
    }
    if (mentioning == nullptr) mentioning = term;
  }
  return mentioning;
}

void explain_index(const IndexQuestion& question, IndexReason& reason) { IndexExplainer(question).explain(reason); }

}  // namespace leftmost::planner
