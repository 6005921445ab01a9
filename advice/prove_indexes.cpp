// Proposed indexes, looked at on definitions alone and then built, best first.
#include <algorithm>
#include <map>

#include "advice/index_proposals.h"
#include "advice/named_index.h"
#include "advice/proof.h"
#include "advice/runs.h"
#include "advice/worth.h"

namespace leftmost::advice {
namespace {

// A look costs two plans, a trial an index build on both sides and two runs.
constexpr std::size_t kLooksMax = 48;
constexpr std::size_t kTrialsMax = 8;
constexpr std::size_t kSuggestionsMax = 3;
// Pairs of indexes on two tables: of the first few for each table, so many are looked at and tried.
constexpr std::size_t kPairedPerTable = 4;
constexpr std::size_t kPairLooksMax = 32;
constexpr std::size_t kPairTrialsMax = 4;
// Two indexes are much to ask for: only where what is known leaves this many steps, for a quarter of them.
constexpr std::int64_t kStepsForPair = 500;
constexpr std::int64_t kFactorForPair = 4;

bool mentions_all(const std::vector<planner::PlanLine>& plan, const std::vector<NamedIndex>& indexes) {
  return std::all_of(indexes.begin(), indexes.end(),
                     [&](const NamedIndex& index) { return mentions(plan, index.name); });
}

struct Candidate {
  const IndexProposal* proposal = nullptr;
  std::vector<NamedIndex> indexes;
  std::size_t sorts = 0;         ///< temporary b-trees in the plan that SQLite would take
  std::size_t search_terms = 0;  ///< columns that it would search by
  std::size_t covering = 0;      ///< indexes that spare the look-ups
  bool is_second_best =
      false;  ///< another one for the table sorts no more, searches by no fewer columns and covers as much
};

std::size_t count_in_plan(const std::vector<planner::PlanLine>& plan, std::string_view what) {
  std::size_t count = 0;
  for (const planner::PlanLine& line : plan) {
    for (std::size_t at = line.detail.find(what); at != std::string::npos;
         at = line.detail.find(what, at + 1))
      ++count;
  }
  return count;
}

/// What SQLite would use if it were there: the narrow ones first, then by how much of them is searched.
std::vector<Candidate> look(Proof& proof, const std::vector<IndexProposal>& proposals) {
  std::vector<Candidate> candidates;
  const storage::Catalog& catalog = proof.trial().database().catalog();
  for (const IndexProposal& proposal : proposals) {
    // For the sake of a sort, or of the rows that meet a condition, which may be all: whether that is worth
    // another index only a run can say.
    if ((proposal.repeats_prefix || proposal.is_partial) && !proof.ran()) continue;
    Candidate candidate{&proposal, name_indexes(proposal, catalog)};
    std::vector<std::string> definitions;
    for (const NamedIndex& index : candidate.indexes) definitions.push_back(index.sql);
    const auto plan = proof.trial().glance(definitions, proof.question().sql, proof.question().bindings);
    if (!plan || !mentions_all(*plan, candidate.indexes)) continue;
    candidate.sorts = count_in_plan(*plan, "TEMP B-TREE");
    candidate.search_terms = count_in_plan(*plan, "?");
    candidate.covering = count_in_plan(*plan, " COVERING INDEX ");
    candidates.push_back(std::move(candidate));
  }
  const auto rank = [](const Candidate& c) {
    return (c.proposal->is_partial ? 2 : 0) + (c.proposal->is_covering ? 1 : 0);
  };
  std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.search_terms > b.search_terms;
  });
  // The best of each way to help (searching more, sorting less) comes before the second best.
  for (auto candidate = candidates.begin(); candidate != candidates.end(); ++candidate) {
    candidate->is_second_best = std::any_of(candidates.begin(), candidate, [&](const Candidate& other) {
      return other.indexes.front().table == candidate->indexes.front().table &&
             other.sorts <= candidate->sorts && other.search_terms >= candidate->search_terms &&
             (!candidate->proposal->is_covering || other.covering >= candidate->covering) &&
             rank(other) == rank(*candidate);
    });
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.is_second_best < b.is_second_best;
  });
  return candidates;
}

struct Proven {
  Suggestion suggestion;
  std::string table;
  bool is_covering = false;
  bool is_partial = false;
  std::uint64_t steps = 0;
  std::int64_t vm_steps = 0;
};

std::optional<Proven> build_and_try(Proof& proof, const Candidate& candidate) {
  Trial& trial = proof.trial();
  const std::uint64_t bytes_before = trial.bytes();
  bool is_defined = true;
  std::string sql;
  for (const NamedIndex& index : candidate.indexes) {
    is_defined = is_defined && trial.define(index.sql).has_value();
    sql += (sql.empty() ? "" : " ") + index.sql + ";";
  }
  std::optional<TrialRun> after;
  if (is_defined) after = proof.again();
  std::optional<Proven> proven;
  const bool may_reorder = has_limit(*proof.question().statement->plan());
  if (after && mentions_all(after->plan, candidate.indexes) && proof.is_better(*after, may_reorder)) {
    proven.emplace();
    proven->suggestion = proof.suggestion("create-index", sql, *after);
    proven->suggestion.price = price_of(trial, bytes_before, candidate.indexes);
    proven->table = candidate.indexes.front().table;
    proven->is_covering = candidate.proposal->is_covering;
    proven->is_partial = candidate.proposal->is_partial;
    if (after->work) proven->steps = steps(*after->work);
    if (after->sqlite) proven->vm_steps = after->sqlite->vm_steps;
  }
  trial.undo();
  return proven;
}

/// Two by two, of different tables, the most promising first.
std::vector<IndexProposal> pair_up(const std::vector<IndexProposal>& proposals) {
  std::map<std::string, std::size_t> ranks;  // how many of the table came before
  std::vector<std::pair<std::size_t, const IndexProposal*>> singles;
  for (const IndexProposal& proposal : proposals) {
    if (proposal.indexes.size() != 1 || proposal.is_partial || proposal.repeats_prefix) continue;
    const std::size_t rank = ranks[proposal.indexes[0].table]++;
    if (rank < kPairedPerTable) singles.emplace_back(rank, &proposal);
  }
  std::vector<std::pair<std::size_t, IndexProposal>> ranked;
  for (std::size_t a = 0; a < singles.size(); ++a) {
    for (std::size_t b = a + 1; b < singles.size(); ++b) {
      const IndexProposal &first = *singles[a].second, &second = *singles[b].second;
      if (first.indexes[0].table == second.indexes[0].table) continue;
      IndexProposal both;
      both.indexes = {first.indexes[0], second.indexes[0]};
      both.is_covering = first.is_covering || second.is_covering;
      ranked.emplace_back(singles[a].first + singles[b].first, std::move(both));
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > kPairLooksMax) ranked.resize(kPairLooksMax);
  std::vector<IndexProposal> pairs;
  for (auto& [rank, pair] : ranked) pairs.push_back(std::move(pair));
  return pairs;
}

/// Where no single index helps, or the best leaves much to do: two of them, on different tables.
void prove_pairs(Proof& proof, const std::vector<IndexProposal>& proposals, Advice& advice) {
  const bool has_single = std::any_of(advice.suggestions.begin(), advice.suggestions.end(),
                                      [](const Suggestion& one) { return one.kind == "create-index"; });
  std::int64_t best = proof.ran() ? proof.before().sqlite->vm_steps : 0;
  for (const Suggestion& known : advice.suggestions) {
    if (known.sqlite_after) best = std::min(best, known.sqlite_after->vm_steps);
  }
  if (proof.ran() ? best < kStepsForPair : has_single) return;
  const std::vector<IndexProposal> pairs = pair_up(proposals);
  advice.proposed += pairs.size();
  const bool has_help = proof.ran() && best < proof.before().sqlite->vm_steps;
  std::optional<Proven> found;
  std::vector<NamedIndex> indexes;
  std::size_t trials = 0;
  for (const Candidate& candidate : look(proof, pairs)) {
    if (trials == kPairTrialsMax || !proof.may_try(candidate.indexes.front().sql, advice)) break;
    ++trials;
    auto proven = build_and_try(proof, candidate);
    if (!proven) continue;
    const bool is_far_better = !has_help || kFactorForPair * proven->vm_steps < best;
    if (!is_far_better || (found && is_implied(proven->vm_steps, found->vm_steps))) continue;
    found = std::move(proven);
    indexes = candidate.indexes;
    if (!proof.ran()) break;
  }
  if (!found) return;
  // Both together imply what one index on either table would do.
  auto& known = advice.suggestions;
  known.erase(std::remove_if(
                  known.begin(), known.end(),
                  [&](const Suggestion& one) {
                    return one.kind == "create-index" &&
                           std::any_of(indexes.begin(), indexes.end(), [&](const NamedIndex& index) {
                             return one.sql.find(" ON " + sql_name(index.table) + "(") != std::string::npos;
                           });
                  }),
              known.end());
  known.push_back(std::move(found->suggestion));
}

}  // namespace

void prove_indexes(Proof& proof, Advice& advice) {
  std::vector<IndexProposal> proposals =
      propose_indexes(*proof.question().statement->plan(), proof.question().sql);
  if (proposals.size() > kLooksMax) proposals.resize(kLooksMax);
  advice.proposed += proposals.size();
  const std::vector<Candidate> candidates = look(proof, proposals);

  std::vector<Proven> proven;
  std::size_t trials = 0;
  for (const Candidate& candidate : candidates) {
    const std::string& table = candidate.indexes.front().table;
    // A partial index serves this one condition: only where nothing more general does.
    const bool has_general = std::any_of(proven.begin(), proven.end(), [&](const Proven& other) {
      return other.table == table && !other.is_partial;
    });
    if (candidate.proposal->is_partial && has_general) continue;
    if (trials == kTrialsMax) break;
    if (!proof.may_try(candidate.indexes.front().sql, advice)) break;
    ++trials;
    if (auto result = build_and_try(proof, candidate)) proven.push_back(std::move(*result));
  }

  // Narrow before covering, then by work.
  std::stable_sort(proven.begin(), proven.end(), [](const Proven& a, const Proven& b) {
    if (a.is_covering != b.is_covering) return !a.is_covering;
    return a.vm_steps != b.vm_steps ? a.vm_steps < b.vm_steps : a.steps < b.steps;
  });
  std::vector<const Proven*> said;
  for (const Proven& one : proven) {
    const bool is_needless = std::any_of(said.begin(), said.end(), [&](const Proven* other) {
      return other->table == one.table && is_implied(one.vm_steps, other->vm_steps);
    });
    if (!is_needless && said.size() < kSuggestionsMax) said.push_back(&one);
  }
  std::stable_sort(said.begin(), said.end(),
                   [](const Proven* a, const Proven* b) { return a->vm_steps < b->vm_steps; });
  for (const Proven* one : said) advice.suggestions.push_back(one->suggestion);
  prove_pairs(proof, proposals, advice);
}

}  // namespace leftmost::advice
