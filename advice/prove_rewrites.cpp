// Other ways to write the statement, each planned, and run where the plan is another one.
#include <algorithm>

#include "advice/proof.h"
#include "advice/rewrite.h"
#include "engine/sql/lexer.h"

namespace leftmost::advice {
namespace {

constexpr std::size_t kTrialsMax = 16;
constexpr std::size_t kSuggestionsMax = 2;

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
    const auto plan = proof.trial().plan(rewrite.sql, proof.question().bindings);
    if (!plan || oracle::same_plan(plan->plan, proof.before().plan)) continue;
    if (trials == kTrialsMax || !proof.may_try(rewrite.sql, advice)) break;
    ++trials;
    const auto after = proof.ask(rewrite.sql);
    if (!after || !proof.is_better(*after, false)) continue;
    Proven one{proof.suggestion("rewrite", rewrite.sql, *after), after->sqlite->vm_steps};
    one.suggestion.what = rewrite.what;
    one.suggestion.presumes = rewrite.presumes;
    proven.push_back(std::move(one));
  }
  // Less work first; of those that come to about the same, the one that presumes nothing.
  std::stable_sort(proven.begin(), proven.end(), [](const Proven& a, const Proven& b) {
    const bool is_alike = 2 * a.vm_steps > b.vm_steps && 2 * b.vm_steps > a.vm_steps;
    if (is_alike && a.suggestion.presumes.empty() != b.suggestion.presumes.empty())
      return a.suggestion.presumes.empty();
    return a.vm_steps < b.vm_steps;
  });
  std::vector<std::string> plans;
  for (Proven& one : proven) {
    if (plans.size() == kSuggestionsMax) break;
    if (std::find(plans.begin(), plans.end(), one.suggestion.after) != plans.end()) continue;
    plans.push_back(one.suggestion.after);
    advice.suggestions.push_back(std::move(one.suggestion));
  }
}

}  // namespace leftmost::advice
