#include "planner/candidates.h"

#include <algorithm>

#include "planner/candidate_builder.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::planner {

using storage::log_est_add;
using storage::log_est_search_height;
using storage::LogEst;

Candidates generate_candidates(const CandidateRequest& request) { return CandidateBuilder(request).run(); }

Candidates CandidateBuilder::run() {
  terms_ = &request_.where;
  ItemSet before = 0;  // all items to the left
  ItemSet prereq = 0;  // those that must stay there
  bool after_right_join = false;
  bool has_right_join = false;
  std::size_t probes = 0;
  for (std::size_t i = 0; i < request_.items_planned; ++i) probes += request_.facts[i].probes.size();
  if (!request_.is_or_arm) result_.probes.reserve(probes);
  for (std::size_t i = 0; i < request_.items_planned; ++i) {
    ItemFacts& facts = request_.facts[i];
    current_.position = facts.position;
    current_.self = facts.self;
    budget_ += 1'000;
    const JoinType& join = facts.join();
    if (after_right_join || facts.is_outer() || join.cross || facts.is_left_of_right_join()) {
      has_right_join = has_right_join || facts.is_left_of_right_join();
      prereq |= before;
      after_right_join = join.right;
    } else if (!has_right_join) {
      prereq = 0;
    }
    add_item(facts, prereq);
    before |= facts.self;
    if (budget_spent_) break;
  }
  return std::move(result_);
}

void CandidateBuilder::add_item(ItemFacts& facts, ItemSet prereq) {
  add_single_access(facts, prereq);
  if (terms_->has_or) add_multi_index_or(facts, prereq);
}

void CandidateBuilder::add_single_access(ItemFacts& facts, ItemSet prereq) {
  if (facts.item->function != nullptr) {
    add_function(facts, prereq);
  } else {
    add_btree(facts, prereq);
  }
}

bool CandidateBuilder::helps_wanted_order(const ItemFacts& facts, const Probe& probe) const {
  if (probe.unordered() || !request_.order_may_help) return false;
  for (const OrderTerm& wanted : request_.wanted_order) {
    const Expr* expr = skip_markers(wanted.expr);
    if (expr->kind == ExprKind::kColumn && expr->item == facts.item->id) {
      if (expr->column == kRowidColumn) return true;
      for (int i = 0; i < probe.key_columns; ++i) {
        if (probe.columns[static_cast<std::size_t>(i)].column == expr->column) return true;
      }
      continue;
    }
    for (int i = 0; i < probe.key_columns; ++i) {
      const Expr* indexed = probe.columns[static_cast<std::size_t>(i)].expression;
      if (indexed != nullptr && same_expr_skipping(expr, indexed, facts.item->id)) return true;
    }
  }
  return false;
}

void CandidateBuilder::add_btree(ItemFacts& facts, ItemSet prereq) {
  const Item& item = *facts.item;
  const bool is_hinted = item.indexed_by != nullptr || item.not_indexed;
  if (arm_costs_ == nullptr && request_.may_build_index && request_.context.options.automatic_index &&
      !is_hinted && facts.has_rowid && !facts.is_correlated && !facts.is_recursive && !item.join.right) {
    add_automatic(facts, prereq);
  }
  int number = 0;
  for (const Probe& probe : facts.probes) {
    if (item.indexed_by != nullptr && probe.index != item.indexed_by) continue;
    if (item.not_indexed && facts.has_rowid && !probe.is_rowid) continue;
    if (budget_spent_) return;
    ++number;
    if (arm_costs_ == nullptr) {
      summary_ = &result_.probes.emplace_back(ProbeSummary{facts.position, probe.index, std::nullopt, false});
    }
    if (probe.is_partial() && !partial_index_usable(probe, facts, *terms_, request_.context)) {
      if (summary_ != nullptr) summary_->partial_unusable = true;
      continue;
    }
    const bool helps = helps_wanted_order(facts, probe);
    add_full_scan(facts, probe, number, prereq, helps);
    add_seeks(facts, probe, 0);
  }
  summary_ = nullptr;
}

void CandidateBuilder::add_full_scan(ItemFacts& facts, const Probe& probe, int number, ItemSet prereq,
                                     bool helps_order) {
  Candidate& c = current_;
  c = Candidate{};
  c.position = facts.position;
  c.self = facts.self;
  c.prereq = prereq;
  c.rows = probe.entries;
  c.probe = &probe;
  if (probe.is_rowid) {
    c.kind = CandidateKind::kRowid;
    c.tag = helps_order ? number : 0;
    c.covering = false;
    c.view_scan = facts.is_subquery;
    c.run = static_cast<LogEst>(probe.entries + 16);
    adjust_rows(c, probe.entries);
    insert();
    c.rows = probe.entries;
    return;
  }
  c.kind = CandidateKind::kIndex;
  c.covering = covers(probe, *facts.item);
  const bool narrower =
      c.covering && !probe.unordered() && probe.width < facts.width && !request_.wants_one_pass;
  if (helps_order || !facts.has_rowid || probe.is_partial() || facts.item->indexed_by != nullptr ||
      narrower) {
    c.tag = helps_order ? number : 0;
    c.run = static_cast<LogEst>(probe.entries + 1 + 15 * probe.width / facts.width);
    if (!c.covering) c.run = log_est_add(c.run, lookups_of_scan(facts, probe));
    adjust_rows(c, probe.entries);
    const bool on_expression =
        std::any_of(probe.columns.begin(), probe.columns.end(),
                    [](const ProbeColumn& column) { return column.column == storage::kExpressionColumn; });
    if (!(facts.item->join.right && on_expression)) insert();
    c.rows = probe.entries;
  }
}

LogEst CandidateBuilder::lookups_of_scan(const ItemFacts& facts, const Probe& probe) const {
  int lookups = probe.entries + 16;
  // Terms that the index can decide save look-ups; counted up to the first that needs the row.
  for (const Term* term : request_.where.terms) {
    if (!probe.can_evaluate(term->expr, *facts.item)) break;
    if (term->truth <= 0) {
      lookups += term->truth;
    } else {
      --lookups;
      if ((term->ops & (kOpEq | kOpIs)) != 0) lookups -= 19;
    }
  }
  return static_cast<LogEst>(lookups);
}

void CandidateBuilder::adjust_rows(Candidate& c, LogEst rows_before) const {
  const ItemSet allowed = c.prereq | c.self;
  const ItemFacts& facts = request_.facts[static_cast<std::size_t>(c.position)];
  LogEst reduction = 0;
  for (std::size_t i = 0; i < terms_->base_count; ++i) {
    const Term& term = *terms_->terms[i];
    if ((term.all & ~allowed) != 0 || (term.all & c.self) == 0 || term.is_virtual) continue;
    // Parents are told by their number: within an OR arm, a term from outside whose parent has the same
    // number as one of the arm's own terms makes that one count as used. A quirk of SQLite that decides
    // plans.
    const bool used = std::any_of(c.terms.begin(), c.terms.end(), [&](const Term* t) {
      return t != nullptr && (t == &term || (t->parent != nullptr && t->parent->index == i));
    });
    if (used) continue;
    constexpr std::uint16_t kSelective = kOpIn | kOpEq | kOpLt | kOpLe | kOpGt | kOpGe;
    if (term.all == c.self &&
        ((term.ops & kSelective) != 0 || !(facts.item->join.left || facts.is_left_of_right_join()))) {
      c.self_culling = true;
    }
    if (term.truth <= 0) {
      c.rows = static_cast<LogEst>(c.rows + term.truth);
      continue;
    }
    --c.rows;
    if ((term.ops & (kOpEq | kOpIs)) == 0) continue;
    // = keeps a quarter of the rows; half of them when the value is -1, 0 or 1 (flags are not selective).
    const std::optional<int> value = integer_literal(term.expr->right);
    reduction = std::max<LogEst>(reduction, value && *value >= -1 && *value <= 1 ? 10 : 20);
  }
  c.rows = std::min(c.rows, static_cast<LogEst>(rows_before - reduction));
}

bool term_fits_automatic_index(const Term& term, const ItemFacts& facts, ItemSet not_ready) {
  if (term.about_item != facts.item->id || (term.ops & (kOpEq | kOpIs)) == 0 || term.about_column < 0)
    return false;
  if (facts.needs_on_terms() && !constraint_fits_outer_join(term, facts)) return false;
  if ((term.prereq & not_ready) != 0) return false;
  std::optional<storage::Affinity> affinity;
  const auto column = static_cast<std::size_t>(term.about_column);
  if (facts.item->relation != nullptr) {
    affinity = facts.item->relation->def->columns[column].affinity;
  } else {
    affinity = affinity_of(term.expr->left);
  }
  return index_affinity_fits(term.expr, affinity);
}

void CandidateBuilder::add_automatic(ItemFacts& facts, ItemSet prereq) {
  const LogEst height = log_est_search_height(facts.rows);
  for (Term* term : terms_->terms) {
    if ((term->prereq & facts.self) != 0 || !term_fits_automatic_index(*term, facts, 0)) continue;
    const int tag = current_.tag;  // left over from the probe before: a quirk that dominance sees
    Candidate& c = current_;
    c = Candidate{};
    c.position = facts.position;
    c.self = facts.self;
    c.tag = tag;
    c.kind = CandidateKind::kAutomaticIndex;
    c.equal_columns = 1;
    c.terms = {term};
    c.setup = static_cast<LogEst>(height + facts.rows + (facts.is_subquery ? -10 : 28));
    c.setup = std::max<LogEst>(c.setup, 0);
    c.rows = 43;  // 20 rows per look-up
    c.run = log_est_add(height, c.rows);
    c.prereq = prereq | term->prereq;
    insert();
  }
}

void CandidateBuilder::insert() {
  if (budget_ <= 0) {
    budget_spent_ = true;
    if (arm_costs_ != nullptr) arm_costs_->clear();
    return;
  }
  --budget_;
  const LogEst run_before = current_.run, rows_before = current_.rows;
  // SQLite adjusts its template in place, so what is built on top of it starts from the adjusted numbers.
  Candidate& candidate = current_;
  result_.list.adjust_to_subsets(candidate);
  if (summary_ != nullptr && (!summary_->best_run || candidate.run < *summary_->best_run)) {
    summary_->best_run = candidate.run;
  }
  if (arm_costs_ != nullptr) {
    if (!candidate.terms.empty()) {
      arm_costs_->insert({candidate.prereq, candidate.run, candidate.rows});
      record(candidate, "recorded for the arm");
    }
    return;
  }
  if (keeps_record() && (run_before != candidate.run || rows_before != candidate.rows)) {
    Candidate before = candidate;
    before.run = run_before;
    before.rows = rows_before;
    record(before, "adjusted to a subset of its terms");
  }
  if (!keeps_record()) {
    result_.list.insert(candidate);
    return;
  }
  CandidateList::Insertion insertion;
  switch (result_.list.insert(candidate, &insertion)) {
    case CandidateList::Outcome::kAppended:
      record(candidate, "kept");
      break;
    case CandidateList::Outcome::kDropped:
      record(candidate, "dropped: " + describe(*insertion.dominator) + " is at least as good");
      break;
    case CandidateList::Outcome::kReplaced:
      record(candidate, "replaces " + describe(*insertion.other));
      break;
  }
  for (const Candidate& deleted : insertion.deleted)
    record(deleted, "deleted: " + describe(candidate) + " is better");
}

void CandidateBuilder::record(const Candidate& candidate, std::string outcome) {
  if (!keeps_record()) return;
  const Item* item = request_.facts[static_cast<std::size_t>(candidate.position)].item;
  request_.context.plan.reasons.candidates.push_back(
      {item, describe(candidate), candidate.setup, candidate.run, candidate.rows, std::move(outcome)});
}

}  // namespace leftmost::planner
