#include "advice/suggest.h"

#include <fmt/format.h>

#include "advice/proof.h"
#include "advice/worth.h"

namespace leftmost::advice {
namespace {

/// Why nothing can help, as far as the plan tells.
std::string nothing_to_gain(const Proof& proof, const Advice& advice) {
  const TrialRun& before = proof.before();
  const StatementInQuestion& question = proof.question();
  if (!before.work && !question.missing_value.empty())
    return fmt::format("{} has no value, so nothing could be run and compared", question.missing_value);
  if (advice.was_cut_short) return "the time for trials was over before one of them helped";
  if (before.work) {
    const engine::Work& work = *before.work;
    if (work.rows_visited == 0) return "it visits no rows";
    if (work.rows_visited <= work.rows_returned && work.sorts == 0 && work.table_lookups == 0)
      return "every row that it visits is one that it returns";
    if (work.rows_visited <= 2) return "it visits no more than two rows";
    if (work.rows_visited <= work.rows_returned && work.sorts == 0)
      return "every entry that it visits is a row that it returns";
  }
  if (advice.proposed == 0) return "it has no condition or order that an index could serve";
  const std::string ways = advice.proposed == 1
                               ? "the one index or other way to write it that comes into question"
                               : fmt::format("{} indexes and other ways to write it", advice.proposed);
  if (advice.tried == 0) {
    return advice.proposed == 1 ? fmt::format("SQLite does not take {}", ways)
                                : fmt::format("SQLite takes none of {} that come into question", ways);
  }
  if (advice.proposed == 1) return fmt::format("{} saves too little to be felt", ways);
  const std::string tried = advice.tried >= advice.proposed ? "all were tried"
                            : advice.tried == 1             ? "one was tried"
                                                            : fmt::format("{} were tried", advice.tried);
  return fmt::format("of {} that come into question {}, and none saves enough to be felt", ways, tried);
}

}  // namespace

Advice suggest(oracle::Session& session, const StatementInQuestion& question, const SuggestOptions& options) {
  Advice advice;
  if (session.twin() == nullptr) {
    advice.nothing_because = "nothing is suggested without SQLite to try it on";
  } else if (question.statement->plan() == nullptr) {
    advice.nothing_because = "the statement has no plan";
  } else if (!session.database().is_autocommit()) {
    advice.nothing_because = "nothing is tried inside a transaction";
  }
  if (!advice.nothing_because.empty()) return advice;

  auto proof = Proof::start(session, question, options);
  if (!proof) {
    advice.nothing_because = proof.error().message;
    return advice;
  }
  if (options.rewrites) prove_rewrites(*proof, advice);
  if (options.indexes) prove_indexes(*proof, advice);
  if (options.rewrites && options.indexes) prove_rewrites_with_indexes(*proof, advice);
  if (options.indexes) prove_foreign_keys(session, question, options, advice);
  if (options.upkeep) prove_upkeep(*proof, advice);
  sort_by_worth(advice.suggestions);
  if (advice.suggestions.empty()) advice.nothing_because = nothing_to_gain(*proof, advice);
  return advice;
}

std::vector<Suggestion> suggest_indexes(oracle::Session& session, const StatementInQuestion& question) {
  SuggestOptions options;
  options.rewrites = false;
  options.upkeep = false;
  return suggest(session, question, options).suggestions;
}

}  // namespace leftmost::advice
