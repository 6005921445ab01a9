// Other ways to write the statement, each planned, and run where the plan is another one.
#include <algorithm>

#include "advice/index_proposals.h"
#include "advice/named_index.h"
#include "advice/proof.h"
#include "advice/rewrite.h"
#include "advice/worth.h"
#include "engine/sql/lexer.h"

namespace leftmost::advice {
namespace {

constexpr std::size_t kTrialsMax = 16;
// With an index each rewrite costs a look for every proposal.
constexpr std::size_t kLooksMax = 8;
constexpr std::size_t kRewritesWithIndexMax = 8;
constexpr std::size_t kTrialsWithIndexMax = 4;
// An index and another text are much to ask for: only where what is known leaves this many steps, for a
// quarter of them.
constexpr std::int64_t kStepsToNotice = 500;
constexpr std::int64_t kFactorToNotice = 4;

/// `?` counts where it stands: a rewrite must have as many, in the order of the statement.
std::size_t count_anonymous_parameters(std::string_view sql) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < sql.size();) {
    const auto token = engine::sql::next_token(sql, at);
    if (!token) break;
    if (token->token_class == engine::sql::TokenClass::kParameter && token->span.end == at + 1) ++count;
    at = token->span.end;
  }
  return count;
}

struct Proven {
  Suggestion suggestion;
  std::int64_t vm_steps = 0;
};

}  // namespace

void prove_rewrites(Proof& proof, Advice& advice) {
  if (!proof.ran()) return;
  const std::string& sql = proof.question().sql;
  const std::size_t parameters = count_anonymous_parameters(sql);
  std::vector<Proven> proven;
  std::size_t trials = 0;
  for (const Rewrite& rewrite : propose_rewrites(sql, proof.trial().database())) {
    if (count_anonymous_parameters(rewrite.sql) != parameters) continue;
    ++advice.proposed;
    const auto plan = proof.trial().plan(rewrite.sql, proof.question().bindings);
    const bool has_same_plan = plan && oracle::same_plan(plan->plan, proof.before().plan);
    if (!plan || (has_same_plan && !rewrite.helps_within_plan)) continue;
    if (trials == kTrialsMax || !proof.may_try(rewrite.sql, advice)) break;
    ++trials;
    const auto after = proof.ask(rewrite.sql);
    if (!after || !proof.is_better(*after, false)) continue;
    Proven one{proof.suggestion("rewrite", rewrite.sql, *after), after->sqlite->vm_steps};
    one.suggestion.what = rewrite.what;
    one.suggestion.presumes = rewrite.presumes;
    proven.push_back(std::move(one));
  }
  if (proven.empty()) return;
  // The least work, or about the same work and presuming nothing. That implies all others, but where it
  // presumes something, the best that presumes nothing.
  std::stable_sort(proven.begin(), proven.end(),
                   [](const Proven& a, const Proven& b) { return a.vm_steps < b.vm_steps; });
  const auto safe = std::find_if(proven.begin(), proven.end(),
                                 [](const Proven& one) { return one.suggestion.presumes.empty(); });
  const bool is_safe_best = safe != proven.end() && is_implied(proven.front().vm_steps, safe->vm_steps);
  if (!is_safe_best) advice.suggestions.push_back(proven.front().suggestion);
  if (safe != proven.end()) advice.suggestions.push_back(safe->suggestion);
}

void prove_rewrites_with_indexes(Proof& proof, Advice& advice) {
  if (!proof.ran()) return;
  Trial& trial = proof.trial();
  std::int64_t best = proof.before().sqlite->vm_steps;
  for (const Suggestion& known : advice.suggestions) {
    if (known.sqlite_after) best = std::min(best, known.sqlite_after->vm_steps);
  }
  const std::size_t parameters = count_anonymous_parameters(proof.question().sql);
  const auto& bindings = proof.question().bindings;
  std::optional<Suggestion> found;
  std::size_t rewrites = 0, trials = 0;
  for (const Rewrite& rewrite : propose_rewrites(proof.question().sql, trial.database())) {
    if (best < kStepsToNotice || rewrites == kRewritesWithIndexMax) break;
    const auto statement = trial.database().prepare(rewrite.sql);
    if (!statement || statement->plan() == nullptr || count_anonymous_parameters(rewrite.sql) != parameters)
      continue;
    ++rewrites;
    std::vector<IndexProposal> proposals = propose_indexes(*statement->plan(), rewrite.sql);
    if (proposals.size() > kLooksMax) proposals.resize(kLooksMax);
    for (const IndexProposal& proposal : proposals) {
      const auto indexes = name_indexes(proposal, trial.database().catalog());
      if (indexes.size() != 1) continue;
      const auto plan = trial.glance({indexes[0].sql}, rewrite.sql, bindings);
      if (!plan || !mentions(*plan, indexes[0].name)) continue;
      if (trials == kTrialsWithIndexMax || !proof.may_try(rewrite.sql, advice)) break;
      ++trials;
      const std::uint64_t bytes_before = trial.bytes();
      std::optional<TrialRun> after;
      if (trial.define(indexes[0].sql)) after = proof.ask(rewrite.sql);
      if (after && mentions(after->plan, indexes[0].name) && proof.is_better(*after, false) &&
          kFactorToNotice * after->sqlite->vm_steps < best) {
        best = after->sqlite->vm_steps;
        found = proof.suggestion("rewrite", rewrite.sql, *after);
        found->needs = indexes[0].sql + ";";
        found->what = rewrite.what;
        found->presumes = rewrite.presumes;
        found->price = price_of(trial, bytes_before, indexes);
      }
      trial.undo();
    }
  }
  if (found) advice.suggestions.push_back(std::move(*found));
}

}  // namespace leftmost::advice
