// Indexes for child tables: with PRAGMA foreign_keys on, a row of the parent that goes or gets another key
// has them searched. What the file's application has switched on is not in the file, so it is switched on for
// the trial.
#include <algorithm>

#include "advice/named_index.h"
#include "advice/proof.h"
#include "advice/runs.h"
#include "engine/hidden_work.h"
#include "engine/sql/parser.h"
#include "storage/database_state.h"

namespace leftmost::advice {
namespace {

constexpr std::size_t kTrialsMax = 8;

/// The child's columns of the key.
IndexProposal index_of_key(const engine::UnindexedChild& unindexed) {
  IndexProposal proposal;
  ProposedIndex& index = proposal.indexes.emplace_back();
  index.table = unindexed.child->name;
  for (const int column : unindexed.key->columns)
    index.columns.push_back(sql_name(unindexed.child->columns[static_cast<std::size_t>(column)].name));
  return proposal;
}

/// A row that still has children cannot be deleted: then the plans alone speak.
Expected<Proof> start_proof(oracle::Session& session, const StatementInQuestion& question,
                            StatementInQuestion& planned, const SuggestOptions& options) {
  auto proof = Proof::start(session, question, options, true);
  if (proof || proof.error().code != ErrorCode::kConstraint) return proof;
  planned.sql = question.sql;
  planned.statement = question.statement;
  for (const storage::OwnedValue& value : question.bindings) planned.bindings.emplace_back(value.view());
  return Proof::start(session, planned, options, true);
}

}  // namespace

void prove_foreign_keys(oracle::Session& session, const StatementInQuestion& question,
                        const SuggestOptions& options, Advice& advice) {
  storage::Arena arena;
  const auto parsed = engine::sql::parse(question.sql, arena);
  if (!parsed) return;
  std::vector<engine::UnindexedChild> children =
      engine::unindexed_children(session.database().catalog(), parsed->statement);
  if (children.empty()) return;
  // The largest first: that is where it is felt.
  const storage::DatabaseState& data = session.database().state();
  const auto rows = [&](const engine::UnindexedChild& child) {
    const storage::BTree* tree = data.tree(child.child->id);
    return tree == nullptr ? 0 : tree->size();
  };
  std::stable_sort(children.begin(), children.end(),
                   [&](const auto& a, const auto& b) { return rows(a) > rows(b); });
  if (children.size() > kTrialsMax) children.resize(kTrialsMax);
  StatementInQuestion planned;
  auto proof = start_proof(session, question, planned, options);
  if (!proof) return;
  Trial& trial = proof->trial();
  advice.proposed += children.size();
  for (const engine::UnindexedChild& child : children) {
    const std::vector<NamedIndex> indexes = name_indexes(index_of_key(child), trial.database().catalog());
    if (!proof->may_try(indexes.front().sql, advice)) return;
    const std::uint64_t bytes_before = trial.bytes();
    std::optional<TrialRun> after;
    if (trial.define(indexes.front().sql)) after = proof->again();
    if (after && mentions(after->plan, indexes.front().name) && proof->is_better(*after, false)) {
      Suggestion suggestion = proof->suggestion("create-index", indexes.front().sql + ";", *after);
      suggestion.presumes = "PRAGMA foreign_keys is on";
      suggestion.price = price_of(trial, bytes_before, indexes);
      advice.suggestions.push_back(std::move(suggestion));
    }
    trial.undo();
  }
}

}  // namespace leftmost::advice
