// Proposed indexes, looked at on definitions alone and then built, best first.
#include <algorithm>

#include "advice/index_proposals.h"
#include "advice/named_index.h"
#include "advice/proof.h"

namespace leftmost::advice {
namespace {

// A look costs two plans, a trial an index build on both sides and two runs.
constexpr std::size_t kLooksMax = 48;
constexpr std::size_t kTrialsMax = 8;
constexpr std::size_t kSuggestionsMax = 3;

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
    // For the sake of a sort; whether that is worth another index only a run can say.
    if (proposal.repeats_prefix && !proof.ran()) continue;
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

/// Whether `one` is worth saying beside a simpler index for the same table: half the work of it, where that
/// is a difference to notice.
bool is_worth_more(const Proven& one, const Proven& simpler) {
  constexpr std::int64_t kStepsToNotice = 100;
  return 2 * one.vm_steps < simpler.vm_steps && simpler.vm_steps - one.vm_steps >= kStepsToNotice;
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
      return other->table == one.table && !is_worth_more(one, *other);
    });
    if (!is_needless && said.size() < kSuggestionsMax) said.push_back(&one);
  }
  std::stable_sort(said.begin(), said.end(),
                   [](const Proven* a, const Proven* b) { return a->vm_steps < b->vm_steps; });
  for (const Proven* one : said) advice.suggestions.push_back(one->suggestion);
}

}  // namespace leftmost::advice
