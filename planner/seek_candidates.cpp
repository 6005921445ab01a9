// Searches: every way to use the first columns of a b-tree (section 4.4 of docs/planner.md; SQLite:
// whereLoopAddBtreeIndex, src/where.c).
//
// This is the left-prefix rule as a cost model: column e is looked at only when columns 0 .. e-1 have = (or
// IS, IN, IS NULL, or are skipped), and after a bound nothing but the opposite bound on the same column
// follows.

#include <algorithm>

#include "planner/candidate_builder.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

using storage::log_est;
using storage::log_est_add;
using storage::log_est_search_height;
using storage::LogEst;

void CandidateBuilder::add_seeks(ItemFacts& facts, const Probe& probe, LogEst in_multiplier) {
  std::uint16_t ops = current_.has_lower ? kOpsRangeHigh : kOpsConstraint;
  if (probe.unordered()) ops &= static_cast<std::uint16_t>(~(kOpsRangeLow | kOpsRangeHigh));
  TermScan scan = scan_probe_column(*terms_, facts, probe, current_.equal_columns, ops);
  Term* term = scan.next();
  if (term == nullptr && !may_skip_column(probe)) return;  // most often
  const Candidate saved = current_;
  for (; term != nullptr && !budget_spent_; term = scan.next()) {
    add_seek_by(facts, probe, in_multiplier, *term, scan.through_equivalence(), saved);
  }
  current_ = saved;
  if (!budget_spent_ && may_skip_column(probe)) add_skip_scan(facts, probe, in_multiplier, saved);
}

void CandidateBuilder::add_seek_by(ItemFacts& facts, const Probe& probe, LogEst in_multiplier, Term& term,
                                   bool through_equivalence, const Candidate& saved) {
  const int e = saved.equal_columns;
  const ProbeColumn& column = probe.columns[static_cast<std::size_t>(e)];
  if (((term.ops & kOpIsNull) != 0 || term.is_not_null_bound) && column.not_null) return;
  if ((term.prereq & facts.self) != 0) return;
  if (term.is_pattern_bound && (term.ops & kOpLt) != 0) return;  // comes with its lower half or not at all
  if (facts.needs_on_terms() && !constraint_fits_outer_join(term, facts)) return;

  Candidate& c = current_;
  c = saved;
  c.setup = 0;
  c.prereq = (saved.prereq | term.prereq) & ~facts.self;
  c.terms.push_back(&term);
  const LogEst height = log_est_search_height(probe.entries);
  LogEst in_rows = 0;
  const Term* lower = nullptr;
  const Term* upper = nullptr;
  const bool is_range = (term.ops & (kOpsRangeLow | kOpsRangeHigh)) != 0;

  if ((term.ops & kOpIn) != 0) {
    if (term.expr->select != nullptr) {
      in_rows = 46;  // 25 rows, once per row-value IN
      for (const Term* other : saved.terms) {
        if (other != nullptr && other->expr == term.expr) in_rows = 0;
      }
    } else {
      in_rows = log_est(term.expr->list.size());
    }
    if (probe.has_stat1() && height >= 10) {
      const int gain = probe.rows(e) + log_est_search_height(in_rows) + 10 - (in_rows + height);
      if (gain < 0 && in_multiplier >= 2) return;  // a scan would be cheaper than so many searches
    }
    c.has_in = true;
  } else if ((term.ops & (kOpEq | kOpIs)) != 0) {
    c.has_equal = true;
    const bool last_key_column = column.column >= 0 && in_multiplier == 0 && e == probe.key_columns - 1;
    if (column.column == kRowidColumn ||
        (last_key_column &&
         (probe.unique_not_null || (probe.key_columns == 1 && probe.unique && term.ops == kOpEq)))) {
      c.one_row = true;
    }
    if (through_equivalence) c.has_transitive = true;
  } else if ((term.ops & kOpIsNull) != 0) {
    c.has_null = true;
  } else {
    const int length = row_bound_length(facts, probe, e, term);
    if ((term.ops & kOpsRangeLow) != 0) {
      c.has_lower = true;
      c.lower_length = length;
      lower = &term;
      if (term.pattern_pair != nullptr) {
        upper = term.pattern_pair;
        c.terms.push_back(term.pattern_pair);
        c.has_upper = true;
        c.upper_length = 1;
      }
    } else {
      upper = &term;
      if (saved.has_lower) lower = saved.terms.back();
      c.has_upper = true;
      c.upper_length = length;
    }
  }

  LogEst rows = saved.rows;  // that come out of the tree, IN aside
  if (is_range) {
    rows = range_rows(rows, lower, upper);
  } else {
    ++c.equal_columns;
    if (term.truth <= 0 && column.column >= 0) {
      rows = static_cast<LogEst>(rows + term.truth - in_rows);
    } else {
      rows = static_cast<LogEst>(rows + probe.rows(e + 1) - probe.rows(e));
      if ((term.ops & kOpIsNull) != 0)
        rows = static_cast<LogEst>(rows + 10);  // twice as many as = would find
    }
  }
  const LogEst entries_cost =
      static_cast<LogEst>(rows + 1 + (facts.width == 0 ? 0 : 15 * probe.width / facts.width));
  c.run = log_est_add(height, entries_cost);
  if (!c.covering && !probe.is_rowid) c.run = log_est_add(c.run, static_cast<LogEst>(rows + 16));
  c.run = static_cast<LogEst>(c.run + in_multiplier + in_rows);
  c.rows = static_cast<LogEst>(rows + in_multiplier + in_rows);
  adjust_rows(c, probe.entries);
  insert();
  if (budget_spent_) return;

  c.rows = is_range ? saved.rows : rows;
  const bool columns_left = c.equal_columns < probe.column_count() &&
                            (c.equal_columns < probe.key_columns || !probe.is_primary_key);
  if (!c.has_upper && columns_left) {
    add_seeks(facts, probe, static_cast<LogEst>(in_multiplier + in_rows));
  }
}

LogEst CandidateBuilder::range_rows(LogEst rows, const Term* lower, const Term* upper) const {
  int estimate = rows;
  int bounds = 0;
  for (const Term* bound : {lower, upper}) {
    if (bound == nullptr) continue;
    ++bounds;
    if (bound->truth <= 0) {
      estimate += bound->truth;
    } else if (!bound->is_not_null_bound) {
      estimate -= 20;  // a quarter per bound ...
    }
  }
  // ... and another quarter if there are two and the query says nothing about their likelihood.
  if (lower != nullptr && upper != nullptr && lower->truth > 0 && upper->truth > 0) estimate -= 20;
  estimate = std::max(estimate, 10);
  return static_cast<LogEst>(std::min(estimate, rows - bounds));
}

int row_bound_length(const ItemFacts& facts, const Probe& probe, int column, const Term& term) {
  const Expr* left = term.expr->left;
  const Expr* right = term.expr->right;
  if (left->kind != ExprKind::kRow) return 1;
  const int length_max = std::min(row_size(left), probe.column_count() - column);
  int length = 1;
  for (; length < length_max; ++length) {
    const auto field = static_cast<std::size_t>(length);
    const Expr* from = left->list[field];
    const Expr* to =
        right->kind == ExprKind::kSubquery ? right->select->columns[field].expr : right->list[field];
    const ProbeColumn& indexed = probe.columns[static_cast<std::size_t>(column + length)];
    if (from->kind != ExprKind::kColumn || from->item != facts.item->id || from->column != indexed.column ||
        indexed.descending != probe.columns[static_cast<std::size_t>(column)].descending) {
      break;
    }
    if (comparison_affinity(affinity_of(to), affinity_of(from)) != indexed.affinity) break;
    const auto collation = comparison_collation(from, to);
    if (!collation || *collation != indexed.collation) break;
  }
  return length;
}

bool CandidateBuilder::may_skip_column(const Probe& probe) const {
  constexpr LogEst kRowsPerValueMin = 42;  // 18 rows share a value, or hopping is not worth it
  const int e = current_.equal_columns;
  return e == current_.skipped && static_cast<std::size_t>(e) == current_.terms.size() &&
         e + 1 < probe.key_columns && probe.has_stat1() && !probe.index->statistics.no_skip_scan &&
         probe.rows(e + 1) >= kRowsPerValueMin;
}

void CandidateBuilder::add_skip_scan(ItemFacts& facts, const Probe& probe, LogEst in_multiplier,
                                     const Candidate& saved) {
  constexpr LogEst kPenalty = 5;  // 1.4: the estimate is uncertain
  const int e = saved.equal_columns;
  const auto values = static_cast<LogEst>(probe.rows(e) - probe.rows(e + 1));
  ++current_.equal_columns;
  ++current_.skipped;
  current_.terms.push_back(nullptr);
  current_.rows = static_cast<LogEst>(current_.rows - values);
  add_seeks(facts, probe, static_cast<LogEst>(values + kPenalty + in_multiplier));
  current_ = saved;
}

}  // namespace leftmost::planner
