#include "advice/trial.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/runs.h"
#include "oracle/watchdog.h"
#include "storage/database_state.h"

namespace leftmost::advice {
namespace {

constexpr std::string_view kBegin = "SAVEPOINT leftmost_trial";
constexpr std::string_view kUndo = "ROLLBACK TO leftmost_trial; RELEASE leftmost_trial";

constexpr std::string_view kEnforce = "PRAGMA foreign_keys = on";

void bind_all(oracle::TwinStatement& statement, const std::vector<storage::OwnedValue>& bindings) {
  for (std::size_t i = 0; i < bindings.size(); ++i)
    statement.bind(static_cast<int>(i) + 1, bindings[i].view());
}

Expected<void> sum_up(oracle::TwinStatement& statement, oracle::RowDigest& digest) {
  std::vector<storage::Value> row;
  for (;;) {
    const auto more = statement.step();
    if (!more) return Unexpected(more.error());
    if (!*more) return {};
    row.clear();
    for (int i = 0; i < statement.column_count(); ++i) row.push_back(statement.value(i));
    digest.add(row);
  }
}

Expected<void> sum_up(engine::Statement& statement, oracle::RowDigest& digest) {
  std::vector<storage::Value> row;
  for (;;) {
    const auto step = statement.step();
    if (!step) return Unexpected(step.error());
    if (*step == engine::StepResult::kDone) return {};
    row.clear();
    for (int i = 0; i < statement.column_count(); ++i) row.push_back(statement.value(i));
    digest.add(row);
  }
}

/// The table that a statement writes to, as SQL names it; empty if its plan does not tell.
std::string written_table(const engine::Statement& statement) {
  const planner::Plan* plan = statement.plan();
  if (plan == nullptr || plan->change_loops.empty()) return {};
  const planner::Item* item = plan->change_loops.front().item;
  return item == nullptr || item->relation == nullptr ? std::string() : sql_name(item->relation->def->name);
}

}  // namespace

bool TrialRun::same_rows_as(const TrialRun& other) const {
  return work && other.work && rows_ours == other.rows_ours && rows_sqlite == other.rows_sqlite &&
         rows_ours == rows_sqlite;
}

bool TrialRun::as_many_rows_as(const TrialRun& other) const {
  return work && other.work && rows_ours == rows_sqlite && rows_ours.rows == other.rows_ours.rows;
}

Trial::Trial(oracle::Session& session, oracle::Twin copy)
    : session_(&session),
      database_(&session.database()),
      copy_(std::move(copy)),
      mark_(session.database().mark()),
      interrupt_(session.database().limits().interrupt) {
  copy_.set_interrupt(interrupt_);
}

Trial::Trial(Trial&& other) noexcept
    : session_(other.session_),
      database_(other.database_),
      copy_(std::move(other.copy_)),
      definitions_(std::move(other.definitions_)),
      mark_(std::move(other.mark_)),
      interrupt_(other.interrupt_),
      enforces_foreign_keys_(other.enforces_foreign_keys_),
      is_changed_(other.is_changed_) {
  other.mark_.reset();
}

Trial::~Trial() {
  if (mark_) database_->restore(*mark_);
}

Expected<Trial> Trial::start(oracle::Session& session) {
  auto copy = session.twin()->copy(oracle::CopyContent::kEverything);
  if (!copy) return Unexpected(copy.error());
  return Trial(session, std::move(*copy));
}

Expected<void> Trial::enforce_foreign_keys() {
  enforces_foreign_keys_ = true;
  if (auto set = copy_.execute(kEnforce); !set) return set;
  return database_->execute(kEnforce);
}

Expected<void> Trial::define(const std::string& sql) {
  if (!is_changed_) {
    if (auto begun = copy_.execute(kBegin); !begun) return begun;
    is_changed_ = true;
  }
  if (auto done = copy_.execute(sql); !done) return done;
  return database_->execute(sql);
}

void Trial::undo() {
  if (!is_changed_) return;
  is_changed_ = false;
  database_->restore(*mark_);
  if (enforces_foreign_keys_) static_cast<void>(database_->execute(kEnforce));
  static_cast<void>(copy_.execute(kUndo));
  // SQLite keeps what ANALYZE told it until the table is read again; without the table there is nothing to
  // read.
  static_cast<void>(copy_.execute("ANALYZE sqlite_schema"));
}

Expected<TrialRun> Trial::plan(const std::string& sql, const std::vector<storage::OwnedValue>& bindings) {
  auto statement = database_->prepare(sql);
  if (!statement) return Unexpected(statement.error());
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (auto bound = statement->bind(static_cast<int>(i) + 1, bindings[i].view()); !bound)
      return Unexpected(bound.error());
  }
  const auto theirs = copy_.plan(sql, bindings);
  if (!theirs) return Unexpected(theirs.error());
  TrialRun run;
  run.plan = statement->plan_lines();
  run.plan_agrees = oracle::same_plan(run.plan, *theirs);
  return run;
}

Expected<void> Trial::run_ours(engine::Statement& statement, TrialRun& run) {
  if (statement.is_readonly()) {
    auto done = sum_up(statement, run.rows_ours);
    run.work = statement.work();
    return done;
  }
  const std::string table = written_table(statement);
  const engine::Database::Mark mark = database_->mark();
  oracle::RowDigest returned;
  auto done = sum_up(statement, returned);
  run.work = statement.work();
  if (done && !table.empty()) {
    auto rows = database_->prepare("SELECT * FROM " + table);
    done = rows ? sum_up(*rows, run.rows_ours) : Expected<void>(Unexpected(rows.error()));
  }
  statement.reset();
  database_->restore(mark);
  return done;
}

Expected<void> Trial::run_sqlite(const std::string& sql, const std::vector<storage::OwnedValue>& bindings,
                                 TrialRun& run) {
  auto statement = copy_.prepare(sql);
  if (!statement) return Unexpected(statement.error());
  bind_all(*statement, bindings);
  if (statement->is_readonly()) {
    auto done = sum_up(*statement, run.rows_sqlite);
    run.sqlite = statement->take_counters();
    return done;
  }
  const auto ours = database_->prepare(sql);
  const std::string table = ours ? written_table(*ours) : std::string();
  // A savepoint of its own, inside the one of define().
  if (auto begun = copy_.execute("SAVEPOINT leftmost_run"); !begun) return begun;
  oracle::RowDigest returned;
  auto done = sum_up(*statement, returned);
  run.sqlite = statement->take_counters();
  *statement = oracle::TwinStatement();
  if (done && !table.empty()) {
    auto rows = copy_.prepare("SELECT * FROM " + table);
    done = rows ? sum_up(*rows, run.rows_sqlite) : Expected<void>(Unexpected(rows.error()));
  }
  if (auto undone = copy_.execute("ROLLBACK TO leftmost_run; RELEASE leftmost_run"); !undone) return undone;
  return done;
}

Expected<TrialRun> Trial::run(const std::string& sql, const std::vector<storage::OwnedValue>& bindings,
                              double seconds) {
  std::atomic<bool> is_late{false};
  std::optional<oracle::Watchdog> watchdog;
  if (seconds > 0 && interrupt_ != nullptr) {
    watchdog.emplace(seconds, [&] {
      is_late.store(true);
      interrupt_->store(true);
    });
  }
  auto run = run_both(sql, bindings);
  watchdog.reset();
  if (is_late.load()) interrupt_->store(false);
  return run;
}

Expected<TrialRun> Trial::run_both(const std::string& sql, const std::vector<storage::OwnedValue>& bindings) {
  auto run = plan(sql, bindings);
  if (!run) return run;
  auto statement = database_->prepare(sql);
  if (!statement) return Unexpected(statement.error());
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    static_cast<void>(statement->bind(static_cast<int>(i) + 1, bindings[i].view()));
  }
  if (auto done = run_ours(*statement, *run); !done) return Unexpected(done.error());
  if (auto done = run_sqlite(sql, bindings, *run); !done) return Unexpected(done.error());
  return run;
}

oracle::Twin* Trial::definitions() {
  if (!definitions_) {
    auto twin = copy_.copy(oracle::CopyContent::kSchemaAndStatistics);
    if (!twin) return nullptr;
    definitions_ = std::move(*twin);
  }
  return &*definitions_;
}

std::vector<std::optional<Trial::Plan>> Trial::plans_with(const std::vector<std::string>& definitions,
                                                          const std::vector<Asked>& statements) {
  std::vector<std::optional<Plan>> plans(statements.size());
  oracle::Twin* twin = this->definitions();
  if (twin == nullptr || !twin->execute(kBegin)) return plans;
  const bool is_defined =
      std::all_of(definitions.begin(), definitions.end(),
                  [&](const std::string& definition) { return twin->execute(definition).has_value(); });
  for (std::size_t i = 0; is_defined && i < statements.size(); ++i) {
    auto plan = twin->plan(*statements[i].sql, *statements[i].bindings);
    if (plan) plans[i] = std::move(*plan);
  }
  static_cast<void>(twin->execute(kUndo));
  return plans;
}

std::optional<Trial::Plan> Trial::glance(const std::vector<std::string>& definitions, const std::string& sql,
                                         const std::vector<storage::OwnedValue>& bindings) {
  oracle::Twin* twin = this->definitions();
  if (twin == nullptr) return std::nullopt;
  const auto before = twin->plan(sql, bindings);
  if (!before) return std::nullopt;
  auto after = std::move(plans_with(definitions, {{&sql, &bindings}}).front());
  if (!after || oracle::same_plan(*before, *after)) return std::nullopt;
  return after;
}

std::uint64_t Trial::bytes() {
  const auto pages = copy_.run(
      "SELECT (page_count - freelist_count) * page_size "
      "FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
  if (!pages || pages->rows.empty()) return 0;
  return static_cast<std::uint64_t>(pages->rows.front().front().view().as_integer());
}

}  // namespace leftmost::advice
