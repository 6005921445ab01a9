#include "advice/proof.h"

#include <algorithm>

#include "advice/explanation.h"
#include "advice/worth.h"

namespace leftmost::advice {
namespace {

// A trial that takes so much longer than the statement itself is no help; the least is for building what it
// reads.
constexpr double kSecondsFactor = 2;
constexpr double kSecondsMin = 1;
// Trials may take as many times as long as the statement itself, if that is more than the time limit.
constexpr double kTrialsFactor = 10;

std::size_t count_lines(const std::vector<planner::PlanLine>& plan, std::string_view beginning) {
  return static_cast<std::size_t>(std::count_if(plan.begin(), plan.end(), [&](const planner::PlanLine& line) {
    return line.detail.compare(0, beginning.size(), beginning) == 0;
  }));
}

/// Equality columns and bounds in the plan: `(a=? AND b>?)` has two.
std::size_t count_search_terms(const std::vector<planner::PlanLine>& plan) {
  std::size_t count = 0;
  for (const planner::PlanLine& line : plan)
    count += static_cast<std::size_t>(std::count(line.detail.begin(), line.detail.end(), '?'));
  return count;
}

std::size_t count_covering(const std::vector<planner::PlanLine>& plan) {
  return static_cast<std::size_t>(std::count_if(plan.begin(), plan.end(), [](const planner::PlanLine& line) {
    return line.detail.find(" COVERING INDEX ") != std::string::npos;
  }));
}

bool is_better_plan(const std::vector<planner::PlanLine>& before,
                    const std::vector<planner::PlanLine>& after) {
  return count_lines(after, "SCAN ") < count_lines(before, "SCAN ") ||
         count_lines(after, "USE TEMP B-TREE") < count_lines(before, "USE TEMP B-TREE") ||
         count_search_terms(after) > count_search_terms(before) ||
         (count_search_terms(after) == count_search_terms(before) &&
          count_covering(after) > count_covering(before));
}

bool has_limit(const planner::Select* select) {
  for (; select != nullptr; select = select->prior) {
    if (select->limit != nullptr) return true;
  }
  return false;
}

}  // namespace

std::uint64_t steps(const engine::Work& work) { return work.rows_visited + work.table_lookups; }

bool has_limit(const planner::Plan& plan) {
  return std::any_of(plan.selects.begin(), plan.selects.end(),
                     [](const planner::SelectPlan& select) { return has_limit(select.select); });
}

Expected<Proof> Proof::start(oracle::Session& session, const StatementInQuestion& question,
                             const SuggestOptions& options, bool enforces_foreign_keys) {
  auto trial = Trial::start(session);
  if (!trial) return Unexpected(trial.error());
  if (enforces_foreign_keys) {
    if (auto set = trial->enforce_foreign_keys(); !set) return Unexpected(set.error());
  }
  Proof proof(std::move(*trial), question, options);
  const auto begin = std::chrono::steady_clock::now();
  if (question.work && question.run && !enforces_foreign_keys) {
    TrialRun known;
    known.plan = question.statement->plan_lines();
    known.plan_agrees = true;
    known.work = question.work;
    known.sqlite = question.run->sqlite;
    known.rows_ours = known.rows_sqlite = question.run->rows;
    proof.seconds_ = question.run->seconds;
    proof.before_ = std::move(known);
    return proof;
  }
  auto before = question.work ? proof.trial_.run(question.sql, question.bindings)
                              : proof.trial_.plan(question.sql, question.bindings);
  if (!before) return Unexpected(before.error());
  proof.seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  proof.before_ = std::move(*before);
  return proof;
}

bool Proof::may_try(const std::string& what, Advice& advice) {
  const std::chrono::duration<double> limit(
      std::max(std::chrono::duration<double>(options_->time_limit).count(), kTrialsFactor * seconds_));
  const bool is_late = advice.tried > 0 && std::chrono::steady_clock::now() - begin_ > limit;
  if (is_late || trial_.is_interrupted() || (options_->progress && !options_->progress(what))) {
    advice.was_cut_short = true;
    return false;
  }
  ++advice.tried;
  return true;
}

std::optional<TrialRun> Proof::ask(const std::string& sql) {
  auto run = ran() ? trial_.run(sql, question_->bindings, std::max(kSecondsMin, kSecondsFactor * seconds_))
                   : trial_.plan(sql, question_->bindings);
  if (!run) return std::nullopt;
  return std::move(*run);
}

bool Proof::has_same_rows(const TrialRun& after, bool may_reorder) const {
  return after.same_rows_as(before_) || (may_reorder && after.as_many_rows_as(before_));
}

bool Proof::is_better(const TrialRun& after, bool may_reorder) const {
  if (!after.plan_agrees) return false;
  if (!ran()) return is_better_plan(before_.plan, after.plan);
  return has_same_rows(after, may_reorder) && !worth_of(before_, after).empty();
}

Suggestion Proof::suggestion(std::string kind, std::string sql, const TrialRun& after) const {
  Suggestion suggestion;
  suggestion.kind = std::move(kind);
  suggestion.sql = std::move(sql);
  suggestion.before = plan_in_one_line(before_.plan);
  suggestion.after = plan_in_one_line(after.plan);
  suggestion.proved_on = "SQLite " + oracle::Twin::version();
  if (ran() && after.work) {
    suggestion.work_before = before_.work->rows_visited;
    suggestion.work_after = after.work->rows_visited;
    suggestion.saves = worth_of(before_, after);
    suggestion.sqlite_before = before_.sqlite;
    suggestion.sqlite_after = after.sqlite;
  }
  return suggestion;
}

}  // namespace leftmost::advice
