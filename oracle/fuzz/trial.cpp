#include "oracle/fuzz/trial.h"

namespace leftmost::oracle::fuzz {

namespace {

std::string first_difference(const Verdict& verdict, Comparison comparison, std::string_view sql) {
  const Agreement& agreement = verdict.agreement;
  if (verdict.error &&
      (verdict.error->code == ErrorCode::kNotSupported || is_environmental(verdict.error->code)))
    return {};
  const bool same_plan = !agreement.plan_compared || agreement.plan_agrees;
  if (!same_plan && comparison != Comparison::kRows) return "plan";
  if (!same_plan && shows_visiting_order(sql)) return {};
  if (agreement.error_compared && !agreement.error_agrees) return "error";
  if (agreement.rows_compared && !agreement.rows_agree) return "rows";
  if (agreement.changes_compared && !agreement.changes_agree) return "changes";
  return {};
}

}  // namespace

bool shows_visiting_order(std::string_view sql) {
  for (const std::string_view word : {"LIMIT", "OFFSET", "group_concat(", "sum(", "avg(", "total(", "count(",
                                      "min(", "max(", "GROUP BY", "INSERT", "REPLACE", "UPDATE", "DELETE"}) {
    if (sql.find(word) != std::string_view::npos) return true;
  }
  return false;
}

Trial::Trial(std::unique_ptr<Session> session, double seconds)
    : session_(std::move(session)), watchdog_(seconds, [this] { session_->interrupt(); }) {}

Expected<std::unique_ptr<Trial>> Trial::begin(double statement_seconds_max, bool with_twin) {
  Session::Options options;
  options.twin = with_twin;
  auto session = Session::open(options);
  if (!session) return Unexpected(session.error());
  (*session)->set_plan_record(planner::PlanRecord::kDecisions);
  return std::unique_ptr<Trial>(new Trial(std::move(*session), statement_seconds_max));
}

Verdict Trial::put_sql(const std::string& sql, Comparison comparison) {
  watchdog_.restart();
  Verdict verdict;
  PreparedNext next = session_->prepare_next(sql);
  if (next.error || !next.statement) {
    verdict.error = next.error;
    verdict.agreement = std::move(next.agreement);
    verdict.what = first_difference(verdict, comparison, sql);
    return verdict;
  }
  SessionStatement& statement = *next.statement;
  if (comparison == Comparison::kPlans) {
    verdict.agreement = statement.compare_plans();
  } else {
    Outcome outcome = statement.run();
    verdict.error = outcome.error;
    verdict.agreement = std::move(outcome.agreement);
  }
  verdict.what = first_difference(verdict, comparison, sql);
  if (comparison != Comparison::kPlans && session_->twin() != nullptr) {
    const Agreement& agreement = verdict.agreement;
    reload_if_apart(!statement.ours().is_readonly(),
                    agreement.rows_agree && agreement.failure_agrees && agreement.changes_agree);
  }
  return verdict;
}

// Where the plans differ a write may rightly leave something else behind (OR FAIL, which row keeps a unique
// value).
Verdict Trial::put(const Step& step, Comparison comparison) {
  Verdict verdict = put_sql(to_sql(step.sql), comparison);
  if (comparison == Comparison::kPlans || is_apart_ || (!verdict.what.empty() && verdict.what != "plan"))
    return verdict;
  const bool same_plan = !verdict.agreement.plan_compared || verdict.agreement.plan_agrees;
  for (const std::string& check : step.checks) {
    Verdict left_behind = put_sql(check, Comparison::kRows);
    if (left_behind.what.empty()) continue;
    reload_if_apart(true, false);
    if (!same_plan) break;
    left_behind.what = "state";
    return left_behind;
  }
  return verdict;
}

// Inside a transaction the older state is lost to our side: once more when it has ended.
void Trial::reload_if_apart(bool may_have_written, bool agrees) {
  if (may_have_written && !agrees) is_apart_ = true;
  const bool has_ended = session_->database().is_autocommit();
  if (!is_apart_ || (!has_ended && agrees)) return;
  if (session_->reload() && has_ended) is_apart_ = false;
  auto temporary = session_->twin()->run("SELECT count(*) FROM sqlite_temp_schema");
  is_spoiled_ = is_spoiled_ || (temporary && temporary->rows.front().front().view().as_integer() > 0);
}

}  // namespace leftmost::oracle::fuzz
