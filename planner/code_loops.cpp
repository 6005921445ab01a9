// Loops, from the outermost to the innermost: the line of each, then the subqueries in its search terms, then
// its filters (section 7.5 of docs/planner.md; SQLite: sqlite3WhereCodeOneLoopStart, src/wherecode.c).

#include <algorithm>

#include "planner/coder.h"
#include "planner/comparison.h"

namespace leftmost::planner {

namespace {

storage::Affinity key_affinity(const Expr* comparison) {
  const storage::Affinity affinity = comparison_affinity(comparison);
  return is_numeric_affinity(affinity) ? storage::Affinity::kNumeric : affinity;
}

bool is_left_join(const LoopPlan& plan, const Candidate& candidate) {
  return candidate.position > 0 && plan.facts[static_cast<std::size_t>(candidate.position)].item->join.left;
}

/// A term that restricts this item alone, by constants: what makes an automatic index partial.
bool restricts_item_alone(const Expr* expr, const ItemFacts& facts) {
  if (facts.is_left_of_right_join()) return false;
  if (facts.item->join.left) {
    if (expr->join_mark != JoinMark::kOuterOn || expr->join_item != facts.item->id) return false;
  } else if (expr->join_mark == JoinMark::kOuterOn) {
    return false;
  }
  return is_constant_or_of_item(expr, facts.item->id);
}

}  // namespace

void Coder::begin_loops(LoopPlan& plan, LookasideVector<Loop>& loops,
                        LookasideVector<const Expr*>* constant_filters, const SelectPlan* select_plan,
                        MinMaxMode min_max, bool one_pass_change) {
  for (const Term* term : plan.constant_terms) {
    code_condition(term->expr);
    if (constant_filters != nullptr) constant_filters->push_back(term->expr);
  }
  raise_loop_factor(plan.choice.rows);
  ItemSet not_ready = ~ItemSet{0} & ~plan.dropped;
  loops.reserve(plan.choice.loops.size());
  for (std::size_t i = 0; i < plan.choice.loops.size() && !context_.failed(); ++i) {
    Loop& loop = loops.emplace_back();
    loop.min_max = min_max;
    const Candidate& candidate = plan.choice.loops[i];
    set_loop_facts(plan, loop, candidate, i);
    if (one_pass_change && plan.facts[static_cast<std::size_t>(candidate.position)].has_rowid) {
      loop.prints_covering = false;
    }
    code_loop(plan, loop, i, not_ready, select_plan, false);
    not_ready &= ~candidate.self;
  }
  set_jump(plan, loops);
}

// With statistics that promise it is worth a search (12 entries or more that agree), the innermost loop jumps
// from one distinct value to the next (SQLite: sqlite3WhereEnd, src/where.c).
void Coder::set_jump(const LoopPlan& plan, LookasideVector<Loop>& loops) {
  constexpr storage::LogEst kEntriesMin = 36;
  const int columns = plan.choice.distinct_columns;
  if (plan.choice.distinct != DistinctAnswer::kOrdered || columns == 0 || loops.empty()) return;
  const Candidate& last = plan.choice.loops.back();
  if (last.kind != CandidateKind::kIndex || !last.probe->has_stat1()) return;
  if (last.probe->rows(columns) >= kEntriesMin) loops.back().jump_columns = columns;
}

void Coder::raise_loop_factor(storage::LogEst rows) {
  outer_loop_factors_.push_back(context_.loop_factor);
  context_.loop_factor += static_cast<std::uint32_t>(static_cast<std::int32_t>(rows));
}

void Coder::restore_loop_factor() {
  context_.loop_factor = outer_loop_factors_.back();
  outer_loop_factors_.pop_back();
}

void Coder::end_loops(LoopPlan& plan, const LookasideVector<Loop>& loops, const SelectPlan* select_plan) {
  for (std::size_t i = 0; i < loops.size() && !context_.failed(); ++i) {
    if (loops[i].item->join.right) code_right_join(plan, loops[i], i, select_plan);
  }
  for (const Loop& loop : loops) right_join_depth_ -= loop.item->join.right ? 1 : 0;
  restore_loop_factor();
}

void Coder::set_loop_facts(const LoopPlan& plan, Loop& loop, const Candidate& candidate, std::size_t number) {
  const ItemFacts& facts = plan.facts[static_cast<std::size_t>(candidate.position)];
  loop.item = facts.item;
  loop.covering = candidate.covering;
  loop.prints_covering =
      candidate.covering && candidate.kind == CandidateKind::kIndex && !facts.item->join.right;
  loop.one_row = candidate.one_row;
  loop.reverse = (plan.choice.reverse >> number & 1) != 0;
  loop.nulls_last_pass = (plan.choice.nulls_last >> number & 1) != 0;
  if (plan.wanted.terms.empty() && context_.options.reverse_unordered_selects) loop.reverse = true;
  loop.rows_estimated = candidate.rows;
  loop.run_cost = candidate.run;
  loop.setup_cost = candidate.setup;
  loop.skipped_columns = candidate.skipped;
  switch (candidate.kind) {
    case CandidateKind::kRowid:
      loop.access = candidate.terms.empty() ? AccessPath::kTableScan : AccessPath::kRowidSearch;
      break;
    case CandidateKind::kIndex: {
      const bool searches = candidate.equal_columns > 0 || candidate.has_range();
      loop.index = candidate.probe->index;
      loop.access = searches ? AccessPath::kIndexSearch : AccessPath::kIndexScan;
      if (!searches && candidate.probe->is_table_itself()) loop.access = AccessPath::kTableScan;
      break;
    }
    case CandidateKind::kAutomaticIndex:
      loop.access = AccessPath::kAutomaticIndex;
      break;
    case CandidateKind::kMultiIndexOr:
      loop.access = AccessPath::kMultiIndexOr;
      break;
    case CandidateKind::kFunction:
      loop.access = AccessPath::kTableFunction;
      loop.function_access = candidate.function_access;
      break;
  }
}

void Coder::code_loop(LoopPlan& plan, Loop& loop, std::size_t number, ItemSet not_ready_before,
                      const SelectPlan* select_plan, bool is_or_arm) {
  const Candidate& candidate = plan.choice.loops[number];
  if (candidate.kind == CandidateKind::kAutomaticIndex)
    fill_automatic_index(plan, loop, candidate, not_ready_before);

  // A Bloom filter is built before its loop; those of later loops that could be built by now are built here
  // as well.
  if (number < plan.bloom_filter.size() && plan.bloom_filter[number]) {
    for (std::size_t i = number; i < plan.choice.loops.size(); ++i) {
      const Candidate& later = plan.choice.loops[i];
      if (!plan.bloom_filter[i]) continue;
      if (i > number) {
        const ItemFacts& facts = plan.facts[static_cast<std::size_t>(later.position)];
        if (facts.item->join.left || facts.is_left_of_right_join() ||
            (later.prereq & not_ready_before) != 0 || later.has_in) {
          continue;
        }
      }
      plan.bloom_filter[i] = false;
      // Its own loop is written down later; the line needs the search columns only.
      auto line = std::make_unique<Loop>();
      set_loop_facts(plan, *line, later, i);
      for (int column = 0; column < later.equal_columns; ++column) {
        SeekColumn seek;
        seek.kind = column < later.skipped ? SeekKind::kSkip : SeekKind::kEqual;
        line->equalities.push_back(seek);
      }
      line->bloom_filter = true;
      add_step({.kind = StepKind::kBloomFilter, .select = select_plan, .loop = line.get()});
      context_.plan.detached_loops.push_back(std::move(line));
    }
    loop.bloom_filter = true;
  }

  const bool is_or = candidate.kind == CandidateKind::kMultiIndexOr;
  const ItemSet not_ready = not_ready_before & ~candidate.self;
  if (is_or) {
    code_or_arms(plan, loop, *candidate.terms.front(), number, not_ready, select_plan);
  } else {
    if (!is_or_arm) add_step({.kind = StepKind::kLoop, .select = select_plan, .loop = &loop});
    code_search(plan, loop, candidate, not_ready);
  }
  code_filters(plan, loop, candidate, not_ready, is_or_arm);
}

void Coder::fill_automatic_index(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready) {
  const ItemFacts& facts = plan.facts[static_cast<std::size_t>(candidate.position)];
  for (Term* term : plan.terms.terms) {
    if (!term->is_virtual && restricts_item_alone(term->expr, facts)) {
      loop.automatic_partial = true;
      loop.automatic_filter.push_back(term->expr);
    }
    if (!term_fits_automatic_index(*term, facts, not_ready)) continue;
    const bool known =
        std::any_of(loop.automatic_columns.begin(), loop.automatic_columns.end(),
                    [&](const AutomaticColumn& column) { return column.column == term->about_column; });
    if (known) continue;
    AutomaticColumn& column = loop.automatic_columns.emplace_back();
    column.column = term->about_column;
    column.name = facts.is_subquery
                      ? skip_collate(term->expr->left)->name
                      : facts.item->relation->def->columns[static_cast<std::size_t>(column.column)].name;
    column.collation = comparison_collation(term->expr).value_or(storage::Collation::kBinary);
    column.seek.kind = (term->ops & kOpIs) != 0 ? SeekKind::kIs : SeekKind::kEqual;
    column.seek.term = term->written;
    column.seek.value = term->expr->right;
    column.seek.key_affinity = key_affinity(term->expr);
  }
  loop.covering = true;
}

void Coder::code_search(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready) {
  const bool left_join = is_left_join(plan, candidate);
  if (candidate.kind == CandidateKind::kAutomaticIndex) {
    for (Term* term : plan.terms.terms) {
      const bool used =
          std::any_of(loop.automatic_columns.begin(), loop.automatic_columns.end(),
                      [&](const AutomaticColumn& c) { return c.seek.value == term->expr->right; });
      if (!used || term->expr->right == nullptr) continue;
      code_expr(term->expr->right);
      mark_coded(*term, left_join, not_ready);
    }
    return;
  }
  if (candidate.kind == CandidateKind::kFunction) {
    code_call(plan, loop, candidate, not_ready);
    return;
  }
  loop.equalities.reserve(static_cast<std::size_t>(candidate.equal_columns));
  for (int column = 0; column < candidate.equal_columns; ++column) {
    code_seek_value(plan, loop, candidate, column, not_ready);
  }
  auto next = static_cast<std::size_t>(candidate.equal_columns);
  Term* lower = candidate.has_lower ? candidate.terms[next++] : nullptr;
  Term* upper = candidate.has_upper ? candidate.terms[next++] : nullptr;
  // The bound where the loop starts is computed first.
  bool upper_first = loop.reverse;
  if (candidate.kind == CandidateKind::kIndex && candidate.equal_columns < candidate.probe->column_count() &&
      candidate.probe->columns[static_cast<std::size_t>(candidate.equal_columns)].descending) {
    upper_first = !upper_first;
  }
  const auto code_lower = [&] {
    if (lower != nullptr) {
      code_bound(*lower, candidate.lower_length, loop.lower, not_ready, left_join);
    }
  };
  if (!upper_first) code_lower();
  if (upper != nullptr) code_bound(*upper, candidate.upper_length, loop.upper, not_ready, left_join);
  if (upper_first) code_lower();

  // What the WHERE of a partial index says is true of all its entries.
  if (candidate.probe->is_partial() && !left_join) {
    std::vector<const Expr*> conjuncts{candidate.probe->index->where};
    while (!conjuncts.empty()) {
      const Expr* truth = conjuncts.back();
      conjuncts.pop_back();
      if (truth->kind == ExprKind::kAnd) {
        conjuncts.push_back(truth->left);
        conjuncts.push_back(truth->right);
        continue;
      }
      for (Term* term : plan.terms.terms) {
        if (same_expr(term->expr, truth, loop.item->id)) term->coded = true;
      }
    }
  }
}

void Coder::code_call(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready) {
  for (Term* term : candidate.terms) {
    SeekColumn& argument = loop.equalities.emplace_back();
    argument.term = term->written;
    if ((term->ops & kOpIn) != 0) {
      argument.kind = SeekKind::kIn;
      argument.in = term->expr;
      code_search_list(candidate, term->expr);
    } else {
      argument.kind = SeekKind::kIs;  // NULL is passed as well
      argument.value = term->expr->right;
      code_expr(term->expr->right);
    }
    mark_coded(*term, is_left_join(plan, candidate), not_ready);
  }
}

void Coder::code_seek_value(LoopPlan& plan, Loop& loop, const Candidate& candidate, int column,
                            ItemSet not_ready) {
  SeekColumn& seek = loop.equalities.emplace_back();
  Term* term = candidate.terms[static_cast<std::size_t>(column)];
  if (term == nullptr) {
    seek.kind = SeekKind::kSkip;
    return;
  }
  seek.term = term->written;
  if ((term->ops & kOpIsNull) != 0) {
    seek.kind = SeekKind::kIsNull;
  } else if ((term->ops & kOpIn) != 0) {
    seek.kind = SeekKind::kIn;
    seek.in = term->expr;
    seek.in_field = std::max(term->in_field - 1, 0);
    seek.key_affinity = key_affinity(term->expr);
    if (term->in_field > 0) {
      const auto field = static_cast<std::size_t>(seek.in_field);
      const auto affinity = comparison_affinity(affinity_of(term->expr->left->list[field]),
                                                affinity_of(term->expr->select->columns[field].expr));
      seek.key_affinity = is_numeric_affinity(affinity) ? storage::Affinity::kNumeric : affinity;
    }
    // One list serves all columns of a row-value IN.
    const bool coded = std::any_of(loop.equalities.begin(), loop.equalities.end() - 1,
                                   [&](const SeekColumn& other) { return other.in == term->expr; });
    if (!coded) code_search_list(candidate, term->expr);
  } else {
    seek.kind = (term->ops & kOpIs) != 0 ? SeekKind::kIs : SeekKind::kEqual;
    seek.value = term->expr->right;
    seek.key_affinity = key_affinity(term->expr);
    code_expr(seek.value);
  }
  // A search by an equivalent column says nothing about the term's own column.
  if (!candidate.has_transitive || (term->ops & kOpEquivalent) == 0) {
    mark_coded(*term, is_left_join(plan, candidate), not_ready);
  }
}

void Coder::code_bound(Term& term, int length, SeekBound& bound, ItemSet not_ready, bool left_join) {
  bound.term = term.written;
  if (term.is_not_null_bound) {
    bound.is_not_null = true;
    mark_coded(term, left_join, not_ready);
    return;
  }
  Expr* left = term.expr->left;
  Expr* right = term.expr->right;
  const bool row = left->kind == ExprKind::kRow;
  if (right->kind == ExprKind::kRow) {
    for (int field = 0; field < length; ++field) code_expr(right->list[static_cast<std::size_t>(field)]);
  } else {
    code_expr(right);
  }
  for (int field = 0; field < length; ++field) {
    if (!row) {
      bound.values.push_back(right);
      bound.key_affinities.push_back(key_affinity(term.expr));
      continue;
    }
    const Expr* value = row_field(context_.arena, right, field);
    bound.values.push_back(value);
    const auto affinity =
        comparison_affinity(affinity_of(left->list[static_cast<std::size_t>(field)]), affinity_of(value));
    bound.key_affinities.push_back(is_numeric_affinity(affinity) ? storage::Affinity::kNumeric : affinity);
  }
  if (row) {
    bound.inclusive = true;  // only the first columns decide here; the row comparison stays as a filter
    return;
  }
  bound.inclusive = (term.ops & (kOpGe | kOpLe)) != 0;
  mark_coded(term, left_join, not_ready);
}

void Coder::code_filters(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready,
                         bool is_or_arm) {
  const ItemFacts& facts = plan.facts[static_cast<std::size_t>(candidate.position)];
  const bool by_entry =
      candidate.kind == CandidateKind::kIndex && !loop.covering && !candidate.probe->is_table_itself();
  const auto each_open_term = [&](auto&& visit) {
    for (std::size_t i = 0; i < plan.terms.base_count; ++i) {
      Term& term = *plan.terms.terms[i];
      if (!term.is_virtual && !term.coded && (term.all & not_ready) == 0) visit(term);
    }
  };
  const auto add_filter = [&](Term& term, FilterStage stage, bool is_outer_on) {
    loop.filters.push_back({term.expr, stage, is_outer_on});
    code_condition(term.expr);
    term.coded = true;
  };
  // Terms that need the index entry only, then all others, then those with a correlated subquery.
  for (int sweep = by_entry ? 1 : 2; sweep <= 3; ++sweep) {
    each_open_term([&](Term& term) {
      if (facts.needs_on_terms()) {
        if (term.expr->join_mark == JoinMark::kNone) return;
        if (facts.item->join.left && term.expr->join_mark != JoinMark::kOuterOn) return;
        if ((plan.numbers.bit(term.expr->join_item) & not_ready) != 0) return;
      }
      if (sweep == 1 && !candidate.probe->can_evaluate(term.expr, *facts.item)) return;
      if (sweep < 3 && term.is_correlated) return;
      const FilterStage stage = sweep == 1   ? FilterStage::kIndexEntry
                                : sweep == 2 ? FilterStage::kRow
                                             : FilterStage::kCorrelated;
      add_filter(term, stage, facts.is_outer() && !is_or_arm);
    });
  }
  code_transitive_filters(plan, loop, not_ready | candidate.self);
  // All that comes further in is a subroutine from here on: the second pass calls it too.
  if (loop.item->join.right) ++right_join_depth_;
  // After the outer join has been decided: what WHERE says about its result.
  if (facts.is_outer() && !facts.is_left_of_right_join() && !is_or_arm) {
    each_open_term([&](Term& term) {
      add_filter(term, term.is_correlated ? FilterStage::kCorrelated : FilterStage::kRow, false);
    });
  }
}

void Coder::code_transitive_filters(LoopPlan& plan, Loop& loop, ItemSet not_ready) {
  const ItemId id = loop.item->id;
  const ItemFacts& facts = plan.facts[static_cast<std::size_t>(plan.numbers.position(id))];
  if (facts.needs_on_terms()) return;
  for (std::size_t i = 0; i < plan.terms.base_count; ++i) {
    const Term& term = *plan.terms.terms[i];
    if (term.is_virtual || term.coded || (term.ops & (kOpEq | kOpIs)) == 0 ||
        (term.ops & kOpEquivalent) == 0 || term.about_item != id) {
      continue;
    }
    Term* implied = find_term(plan.terms, id, term.about_column, ~not_ready, kOpEq | kOpIn | kOpIs);
    if (implied == nullptr || implied->coded) continue;
    if ((implied->ops & kOpIn) != 0 && implied->expr->select != nullptr &&
        implied->expr->select->columns.size() > 1) {
      continue;
    }
    Expr* filter = context_.arena.make<Expr>(*implied->expr);
    filter->left = term.expr->left;
    loop.filters.push_back({filter, FilterStage::kRow, false});
    // SQLite tests a copy of the term: of a list that is made for the copy the term itself knows nothing.
    Select* const list = filter->select;
    const bool is_list_known = list == nullptr || list->subroutine != nullptr;
    code_condition(filter);
    if (!is_list_known) list->subroutine = nullptr;
    implied->coded = true;
  }
}

void Coder::code_right_join(LoopPlan& plan, const Loop& loop, std::size_t number,
                            const SelectPlan* select_plan) {
  const Item& item = *loop.item;
  open_step({.kind = StepKind::kRightJoin, .select = select_plan, .loop = &loop, .item = &item});
  // The rows that nothing matched are found by a loop of their own, without the ON terms.
  Expr* where = nullptr;
  if (!plan.facts[static_cast<std::size_t>(plan.numbers.position(item.id))].is_left_of_right_join()) {
    ItemSet done = 0;
    for (std::size_t i = 0; i <= number; ++i) done |= plan.choice.loops[i].self;
    for (const Term* term : plan.terms.terms) {
      if ((term->is_virtual || term->is_slice) && term->ops != kOpRowValue) break;
      if ((term->all & ~done) != 0 || term->expr->join_mark != JoinMark::kNone) continue;
      where = make_and(context_.arena, where, copy_as_written(term->expr));
    }
  }
  Item* alone = context_.arena.make<Item>(item);
  alone->join = {};
  Item* const items[] = {alone};
  LoopRequest request;
  request.items = items;
  request.items_planned = 1;
  request.where = where;
  request.is_right_join_pass = true;
  ++right_join_depth_;
  auto right = plan_loops(context_, request);
  if (!context_.failed()) {
    auto line = std::make_unique<Loop>();
    for (const Term* term : right->constant_terms) code_condition(term->expr);
    raise_loop_factor(right->choice.rows);
    set_loop_facts(*right, *line, right->choice.loops.front(), 0);
    code_loop(*right, *line, 0, ~ItemSet{0}, select_plan, false);
    restore_loop_factor();
    context_.plan.detached_loops.push_back(std::move(line));
  }
  --right_join_depth_;
  close_step();
}

}  // namespace leftmost::planner
