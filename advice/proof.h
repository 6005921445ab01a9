// advice/proof.h - one question under trial: what it takes as things are, and whether it takes less with
// something changed. The readers of proposals (indexes, rewrites, upkeep) share it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "advice/suggest.h"
#include "advice/trial.h"

namespace leftmost::advice {

class Proof {
 public:
  /// Plans the statement, and runs it if `question.work` is set and its run is not known.
  /// `enforces_foreign_keys`: with PRAGMA foreign_keys on, whatever the session has; then no run is known.
  /// Errors: those of Trial.
  static Expected<Proof> start(oracle::Session& session, const StatementInQuestion& question,
                               const SuggestOptions& options, bool enforces_foreign_keys = false);

  Trial& trial() { return trial_; }
  const StatementInQuestion& question() const { return *question_; }
  const TrialRun& before() const { return before_; }
  bool ran() const { return before_.work.has_value(); }

  /// Whether there is time for another trial; counts it, and tells `progress`.
  bool may_try(const std::string& what, Advice& advice);
  /// The same statement, with what trial() has been changed to. None if it fails or takes far longer than
  /// before.
  std::optional<TrialRun> again() { return ask(question_->sql); }
  /// Another statement in its place.
  std::optional<TrialRun> ask(const std::string& sql);

  /// Whether this is the same answer for less: both engines plan alike; if it ran, the rows are the same and
  /// it saves enough to be worth saying (worth.h); otherwise the plan is better. `may_reorder`: under a LIMIT
  /// other rows of equal rank will do.
  bool is_better(const TrialRun& after, bool may_reorder) const;
  bool has_same_rows(const TrialRun& after, bool may_reorder) const;

  Suggestion suggestion(std::string kind, std::string sql, const TrialRun& after) const;

 private:
  Proof(Trial trial, const StatementInQuestion& question, const SuggestOptions& options)
      : trial_(std::move(trial)), question_(&question), options_(&options) {}

  Trial trial_;
  const StatementInQuestion* question_;
  const SuggestOptions* options_;
  TrialRun before_;
  double seconds_ = 0;  ///< that it took before
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// What a run comes to in one number: rows and entries stepped onto, and rows fetched.
std::uint64_t steps(const engine::Work& work);
/// Whether a plan has a LIMIT that leaves a choice among equals, anywhere in it.
bool has_limit(const planner::Plan& plan);

/// Each adds what it has proven to `advice`, best first.
void prove_indexes(Proof& proof, Advice& advice);
void prove_rewrites(Proof& proof, Advice& advice);
/// Rewrites that want an index that does not exist: both together, where that is far better than what
/// `advice` has.
void prove_rewrites_with_indexes(Proof& proof, Advice& advice);
void prove_upkeep(Proof& proof, Advice& advice);
/// Indexes for the child tables that a DELETE or UPDATE of a parent reads in full, with foreign keys enforced.
void prove_foreign_keys(oracle::Session& session, const StatementInQuestion& question,
                        const SuggestOptions& options, Advice& advice);

}  // namespace leftmost::advice
