#include "advice/set_work.h"

#include <algorithm>
#include <cmath>

#include "advice/explanation.h"
#include "oracle/agreement.h"

namespace leftmost::advice {
namespace {

// With an index a statement may take so many times as long as without before it is stopped, and a little.
constexpr double kSecondsFactor = 4;
constexpr double kSecondsMin = 0.5;

double count_of(storage::LogEst log) { return std::pow(2.0, static_cast<double>(log) / 10.0); }

/// What the planner expects a plan to cost: each loop as often as the loops around it have rows.
double expected_work(const planner::Plan& plan) {
  double work = 0;
  const auto add = [&](const planner::LookasideVector<planner::Loop>& loops) {
    double rows = 1;
    for (const planner::Loop& loop : loops) {
      work += count_of(loop.setup_cost) + rows * count_of(loop.run_cost);
      rows *= count_of(loop.rows_estimated);
    }
    return rows;
  };
  for (const planner::SelectPlan& select : plan.selects) {
    const double rows = add(select.loops);
    const bool sorts =
        select.order == planner::OrderMode::kSort || select.group == planner::GroupMode::kSorted;
    if (sorts && rows > 2) work += rows * std::log2(rows);
  }
  add(plan.change_loops);
  return work;
}

}  // namespace

std::optional<TrialRun> SetWork::ask(const AskedStatement& statement, double seconds_max) {
  auto run = statement.advised.is_measured ? trial_.run(statement.sql, statement.bindings, seconds_max)
                                           : trial_.plan(statement.sql, statement.bindings);
  if (!run || !run->plan_agrees) return std::nullopt;
  return std::move(*run);
}

double SetWork::work_of(const AskedStatement& statement, const TrialRun& run) {
  if (run.sqlite) return static_cast<double>(run.sqlite->vm_steps);
  const auto prepared = trial_.database().prepare(statement.sql);
  return prepared && prepared->plan() != nullptr ? expected_work(*prepared->plan()) : 0;
}

bool SetWork::has_same_rows(const AskedStatement& statement, const TrialRun& run) const {
  if (!statement.advised.is_measured || run.same_rows_as(statement.before)) return true;
  return statement.has_limit && run.as_many_rows_as(statement.before);
}

void SetWork::look(const IndexSet& set, const std::vector<std::size_t>& statements) {
  std::vector<Trial::Asked> asked;
  std::vector<Key> keys;
  for (const std::size_t number : statements) {
    const AskedStatement& statement = statements_[number];
    Key key{number, pool_.on_tables(set, statement.tables)};
    if (plans_.count(key) != 0) continue;
    asked.push_back({&statement.sql, &statement.bindings});
    keys.push_back(std::move(key));
  }
  if (asked.empty()) return;
  auto plans = trial_.plans_with(pool_.definitions(set), asked);
  for (std::size_t i = 0; i < keys.size(); ++i) plans_.emplace(std::move(keys[i]), std::move(plans[i]));
}

const Trial::Plan* SetWork::plan_of(std::size_t number, const IndexSet& set) {
  const IndexSet mine = pool_.on_tables(set, statements_[number].tables);
  look(mine, {number});
  const auto& plan = plans_.at({number, mine});
  return plan ? &*plan : nullptr;
}

IndexSet SetWork::read_by(std::size_t number, const IndexSet& set) {
  const Trial::Plan* plan = plan_of(number, set);
  return plan == nullptr ? IndexSet() : pool_.used(set, *plan);
}

const SetWork::Taken& SetWork::with(std::size_t number, const IndexSet& set) {
  const Trial::Plan* plan = plan_of(number, set);
  if (plan == nullptr) return refused_;
  const std::pair<std::size_t, std::string> key{number, plan_in_one_line(*plan)};
  const auto known = taken_by_plan_.find(key);
  if (known != taken_by_plan_.end()) return known->second;
  const IndexSet mine = pool_.on_tables(set, statements_[number].tables);
  return taken_by_plan_.emplace(key, measure(number, mine, *plan)).first->second;
}

bool SetWork::measure_together(const IndexSet& set, const std::vector<std::size_t>& statements) {
  look(set, statements);
  bool is_built = false;
  for (const std::size_t number : statements) {
    const Trial::Plan* plan = plan_of(number, set);
    if (plan == nullptr || pool_.used(set, *plan).empty()) continue;
    std::pair<std::size_t, std::string> key{number, plan_in_one_line(*plan)};
    if (taken_by_plan_.count(key) != 0) continue;
    if (!is_built && !pool_.build(set)) return false;
    is_built = true;
    if (auto taken = run(number, set, *plan)) taken_by_plan_.emplace(std::move(key), std::move(*taken));
  }
  if (is_built) trial_.undo();
  return is_built;
}

std::optional<SetWork::Taken> SetWork::run(std::size_t number, const IndexSet& set, const Trial::Plan& plan) {
  const AskedStatement& statement = statements_[number];
  Taken taken;
  taken.used = pool_.used(set, plan);
  const auto run = ask(statement, std::max(kSecondsMin, kSecondsFactor * statement.seconds_before));
  if (run && !oracle::same_plan(run->plan, plan)) return std::nullopt;
  if (run && has_same_rows(statement, *run)) taken.work = work_of(statement, *run);
  return taken;
}

SetWork::Taken SetWork::measure(std::size_t number, const IndexSet& set, const Trial::Plan& plan) {
  if (oracle::same_plan(plan, statements_[number].before.plan))
    return {statements_[number].advised.work_before, {}};
  // What it reads is enough; should it plan otherwise without the others, they are built as well.
  for (const IndexSet& built : {pool_.used(set, plan), set}) {
    if (!pool_.build(built)) continue;
    auto taken = run(number, set, plan);
    trial_.undo();
    if (taken) return std::move(*taken);
  }
  return {};
}

}  // namespace leftmost::advice
