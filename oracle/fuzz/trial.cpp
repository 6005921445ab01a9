#include "oracle/fuzz/trial.h"

namespace leftmost::oracle::fuzz {

namespace {

std::string first_difference(const Verdict& verdict) {
  const Agreement& agreement = verdict.agreement;
  if (verdict.error && (verdict.error->code == ErrorCode::kNotSupported || is_environmental(verdict.error->code))) return {};
  if (agreement.plan_compared && !agreement.plan_agrees) return "plan";
  if (agreement.error_compared && !agreement.error_agrees) return "error";
  if (agreement.rows_compared && !agreement.rows_agree) return "rows";
  if (agreement.changes_compared && !agreement.changes_agree) return "changes";
  return {};
}

}  // namespace

Trial::Trial(std::unique_ptr<Session> session, double seconds)
    : session_(std::move(session)), watchdog_(seconds, [this] { session_->interrupt(); }) {}

Expected<std::unique_ptr<Trial>> Trial::begin(double statement_seconds_max) {
  auto session = Session::open({});
  if (!session) return Unexpected(session.error());
  return std::unique_ptr<Trial>(new Trial(std::move(*session), statement_seconds_max));
}

Verdict Trial::put(const std::string& sql, bool plans_only) {
  watchdog_.restart();
  Verdict verdict;
  PreparedNext next = session_->prepare_next(sql);
  if (next.error || !next.statement) {
    verdict.error = next.error;
    verdict.agreement = std::move(next.agreement);
    verdict.what = first_difference(verdict);
    return verdict;
  }
  SessionStatement& statement = *next.statement;
  if (plans_only) {
    verdict.agreement = statement.compare_plans();
  } else {
    Outcome outcome = statement.run();
    verdict.error = outcome.error;
    verdict.agreement = std::move(outcome.agreement);
  }
  verdict.what = first_difference(verdict);
  if (!plans_only) reload_if_apart(!statement.ours().is_readonly(), verdict.agreement.agrees());
  return verdict;
}

// Inside a transaction the older state is lost to our side: once more when it has ended.
void Trial::reload_if_apart(bool may_have_written, bool agrees) {
  if (may_have_written && !agrees) is_apart_ = true;
  const bool has_ended = session_->database().is_autocommit();
  if (!is_apart_ || (!has_ended && agrees)) return;
  if (session_->reload() && has_ended) is_apart_ = false;
}

}  // namespace leftmost::oracle::fuzz
