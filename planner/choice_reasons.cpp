#include "planner/choice_reasons.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/join_reasons.h"
#include "planner/reason_words.h"

namespace leftmost::planner {

namespace {

const ProbeSummary* summary_of(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe) {
  for (const ProbeSummary& summary : plan.candidates.probes) {
    if (summary.position == facts.position && summary.index == probe.index) return &summary;
  }
  return nullptr;
}

std::string cost_words(storage::LogEst cost) { return words_of_count(storage::log_est_to_count(cost)); }

/// `estimated cost 45, against 30`; empty where one is not known.
std::string costs(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe, const Candidate& chosen) {
  const ProbeSummary* summary = summary_of(plan, facts, probe);
  if (summary == nullptr || !summary->best_run || *summary->best_run < chosen.run) return {};
  return fmt::format(" (estimated cost {}, against {})", cost_words(*summary->best_run),
                     cost_words(chosen.run));
}

/// What reads the table now: `the search through people_city`, `reading all of people`.
std::string way_of(const ItemFacts& facts, const Candidate& chosen) {
  const std::string name = words_of_item(*facts.item);
  switch (chosen.kind) {
    case CandidateKind::kMultiIndexOr:
      return "a search for each branch of the OR";
    case CandidateKind::kAutomaticIndex:
      return "an index made for this statement";
    case CandidateKind::kFunction:
      return fmt::format("the rows of {}", name);
    default:
      break;
  }
  if (searches(chosen)) return fmt::format("the search through {}", words_of_index(chosen.probe->index));
  return chosen.probe->index == nullptr
             ? fmt::format("reading all of {}", name)
             : fmt::format("reading all of {}", words_of_index(chosen.probe->index));
}

/// Every column of `shorter` is the same column of `longer`, sorted in the same way, and it promises nothing
/// that `longer` does not.
bool is_redundant_beside(const Probe& shorter, const Probe& longer) {
  if (shorter.index == nullptr || longer.index == nullptr || shorter.key_columns > longer.key_columns)
    return false;
  if (shorter.unique || shorter.is_partial() || longer.is_partial()) return false;
  for (int i = 0; i < shorter.key_columns; ++i) {
    const ProbeColumn& a = shorter.columns[static_cast<std::size_t>(i)];
    const ProbeColumn& b = longer.columns[static_cast<std::size_t>(i)];
    if (a.column != b.column || a.collation != b.collation || a.descending != b.descending) return false;
    if (a.expression != nullptr && (b.expression == nullptr || !same_expr(a.expression, b.expression)))
      return false;
  }
  return true;
}

/// Without the hint the item would be searched through this very probe.
bool would_be_searched(const std::unique_ptr<LoopPlan>& without, const ItemFacts& facts, const Probe& probe) {
  if (without == nullptr) return false;
  const Candidate* chosen = chosen_for(*without, facts.position);
  return chosen != nullptr && chosen->probe != nullptr && searches(*chosen) &&
         chosen->probe->index == probe.index;
}

/// What a likelihood() says; near 1 its LogEst tells no percents apart.
std::string words_of_truth(storage::LogEst truth) {
  if (truth >= -1) return "nearly every row";
  return fmt::format("about {:.0f} % of the rows", 100.0 * std::exp2(static_cast<double>(truth) / 10.0));
}

/// Literals of an IN list; 0 for everything else.
std::size_t list_length(const Term& term) {
  return (term.ops & kOpIn) != 0 && term.expr->select == nullptr ? term.expr->list.size() : 0;
}

/// The loops before the one of `chosen` have read everything that the term's other side mentions.
bool is_known_at(const LoopPlan& plan, const Candidate& chosen, const Term& term) {
  ItemSet known = 0;
  for (const Candidate& loop : plan.choice.loops) {
    if (loop.position == chosen.position) break;
    known |= loop.self;
  }
  return (term.prereq & ~known) == 0;
}

/// The search in use goes by every condition that this index could be searched by.
bool is_searched_already(const Candidate& chosen, const std::vector<ColumnFacts>& columns) {
  for (const ColumnFacts& column : columns) {
    if (column.search == nullptr) return true;
    for (const Term* term : {column.search, column.upper}) {
      if (term == nullptr) continue;
      if (std::find(chosen.terms.begin(), chosen.terms.end(), term) == chosen.terms.end()) return false;
    }
    if (!column.is_equality()) return true;
  }
  return true;
}

}  // namespace

WithoutHints plan_without_hints(Context& context, const LoopPlan& plan) {
  WithoutHints without;
  const bool chooses = std::any_of(plan.facts.begin(), plan.facts.end(), [](const ItemFacts& facts) {
    return facts.item->indexed_by != nullptr || facts.item->not_indexed;
  });
  if (chooses) without.index_choice = replan_without(Hint::kIndexChoice, context, plan);
  const bool likely = std::any_of(plan.terms.terms.begin(), plan.terms.terms.end(),
                                  [](const Term* term) { return term->truth <= 0; });
  if (likely) without.likelihood = replan_without(Hint::kLikelihood, context, plan);
  return without;
}

Explanation why_costlier(const LoopPlan& plan, const WithoutHints& without, const ItemFacts& facts,
                         const Probe& probe, const Candidate& chosen,
                         const std::vector<ColumnFacts>& columns) {
  const std::string name = words_of_index(probe.index);
  const Term& term = *columns.front().search;
  const std::string condition = to_text(term.written, plan.request.items);
  if (would_be_searched(without.index_choice, facts, probe)) {
    if (facts.item->not_indexed) {
      return {"hint-not-indexed",
              fmt::format("NOT INDEXED forbids {}, which would be searched for {}", name, condition)};
    }
    return {"hint-indexed-by", fmt::format("INDEXED BY {} keeps {} from being searched for {}",
                                           words_of_index(facts.item->indexed_by), name, condition)};
  }
  if (term.truth <= 0 && would_be_searched(without.likelihood, facts, probe)) {
    return {"hint-likelihood",
            fmt::format("{} is said to be true of {}; without that {} would be searched for it", condition,
                        words_of_truth(term.truth), name)};
  }
  if (!is_known_at(plan, chosen, term)) return {};  // what it would be searched for comes later
  if (chosen.kind == CandidateKind::kRowid && chosen.one_row) {
    return {"rowid-beats-index",
            fmt::format("{} finds the one row in the table itself, so {} is not needed for {}",
                        to_text(chosen.terms.front()->written, plan.request.items), name, condition)};
  }
  if (chosen.probe != nullptr && chosen.one_row) {
    return {"unique-index-ends-search",
            fmt::format(
                "{} is UNIQUE and all its columns are fixed: it finds at most one row, and {} could not do "
                "better for {}",
                words_of_index(chosen.probe->index), name, condition)};
  }
  if (chosen.probe != nullptr && searches(chosen)) {
    const bool is_shorter = is_redundant_beside(probe, *chosen.probe);
    if (is_shorter || is_redundant_beside(*chosen.probe, probe)) {
      const std::string longer = is_shorter ? words_of_index(chosen.probe->index) : name;
      const std::string shorter = is_shorter ? name : words_of_index(chosen.probe->index);
      return {
          "redundant-prefix-index",
          fmt::format("{} starts with all columns of {}: one of the two will sit unused", longer, shorter)};
    }
    // Nothing that it could do is left undone.
    if (is_searched_already(chosen, columns)) return {};
    return {"one-index-per-table",
            fmt::format("{} could be searched for {}, but {} is taken, and a table is read through "
                        "one index at a time{}",
                        name, condition, way_of(facts, chosen), costs(plan, facts, probe, chosen))};
  }
  if (const std::size_t values = list_length(term); values > 1 && probe.has_stat1()) {
    return {"in-list-too-long", fmt::format("{} searches with {} are estimated to cost more than {}{}",
                                            words_of_count(values), words_of_rows(probe.rows(1)) + " each",
                                            way_of(facts, chosen), costs(plan, facts, probe, chosen))};
  }
  if (probe.has_stat1()) {
    return {
        "stats-say-useless",
        fmt::format(
            "ANALYZE counted about {} of {} entries of {} for each {}: {} is estimated to be cheaper than "
            "searching it",
            words_of_count(storage::log_est_to_count(probe.rows(1))),
            words_of_count(storage::log_est_to_count(probe.entries)), name, probe.column_name(0, *facts.item),
            way_of(facts, chosen))};
  }
  return {"one-index-per-table",
          fmt::format("{} could be searched for {}, but {} is estimated to be cheaper{}", name, condition,
                      way_of(facts, chosen), costs(plan, facts, probe, chosen))};
}

Explanation why_in_left_out(const Candidate* chosen, int position, const Term& term) {
  if (chosen == nullptr || chosen->probe == nullptr || (term.ops & kOpIn) == 0) return {};
  if (position != chosen->equal_columns || chosen->has_range() || !chosen->has_in ||
      !chosen->probe->has_stat1())
    return {};
  std::size_t searches_now = 1;
  for (const Term* earlier : chosen->terms) {
    if (earlier != nullptr) searches_now *= std::max<std::size_t>(list_length(*earlier), 1);
  }
  const std::size_t values = list_length(term);
  return {"in-list-too-long",
          fmt::format(
              "{} searches for each of the {} before it are estimated to cost more than the {} entries there",
              values == 0 ? std::string("the") : words_of_count(values), words_of_count(searches_now),
              words_of_count(storage::log_est_to_count(chosen->probe->rows(position))))};
}

bool is_coin_toss(const LoopPlan& plan, const ItemFacts& facts, const Probe& probe, const Candidate& chosen,
                  const std::vector<ColumnFacts>& columns) {
  if (chosen.kind != CandidateKind::kIndex || chosen.probe == nullptr || !searches(chosen) || chosen.one_row)
    return false;
  if (probe.has_stat1() || chosen.probe->has_stat1() || probe.index == nullptr ||
      chosen.probe->index == nullptr)
    return false;
  if (facts.item->indexed_by != nullptr || facts.item->not_indexed) return false;
  int equal = 0;
  while (equal < probe.key_columns && columns[static_cast<std::size_t>(equal)].is_equality()) ++equal;
  const bool has_range =
      equal < probe.key_columns && columns[static_cast<std::size_t>(equal)].search != nullptr;
  if (equal != chosen.equal_columns || has_range != chosen.has_range()) return false;
  // The same conditions through another index are no other guess.
  for (int i = 0; i < equal; ++i) {
    const Term* term = columns[static_cast<std::size_t>(i)].search;
    if (std::find(chosen.terms.begin(), chosen.terms.end(), term) != chosen.terms.end()) return false;
  }
  const ProbeSummary* summary = summary_of(plan, facts, probe);
  return summary != nullptr && summary->best_run && *summary->best_run == chosen.run;
}

}  // namespace leftmost::planner
