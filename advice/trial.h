// advice/trial.h - a session's data, to try things on: what is changed here is changed nowhere else.
//
// SQLite's side is a private copy of the whole database in memory; ours is the session's own engine, whose
// data are a snapshot that is put back when the Trial ends (the roots of its trees; nothing is copied). The
// file is not written.
//
//   auto trial = Trial::start(session);
//   auto before = trial->run(sql, bindings);          // as the data are
//   trial->define("CREATE INDEX t_a ON t(a)");        // on both sides
//   auto after = trial->run(sql, bindings);
//   if (after->same_rows_as(*before)) ...
//   trial->undo();                                    // as after start()
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "oracle/session.h"

namespace leftmost::advice {

/// What a statement gave and took, on both engines.
struct TrialRun {
  std::vector<planner::PlanLine> plan;
  bool plan_agrees = false;                    ///< SQLite's copy plans the same
  std::optional<engine::Work> work;            ///< ours; none if only planned
  std::optional<oracle::TwinCounters> sqlite;  ///< SQLite's
  /// Of the rows that came; for a statement that writes, of the rows that its table then has.
  oracle::RowDigest rows_ours, rows_sqlite;

  /// Both ran, and both engines gave the same rows as in the other run.
  bool same_rows_as(const TrialRun& other) const;
  /// The same, where it may be other rows as long as they are as many and both engines gave the same ones.
  bool as_many_rows_as(const TrialRun& other) const;
};

class Trial {
 public:
  /// Errors: those of Twin::copy. Requires: a session with a twin, outside a transaction of ours.
  static Expected<Trial> start(oracle::Session& session);
  Trial(Trial&&) noexcept;
  Trial& operator=(Trial&&) = delete;
  ~Trial();

  /// PRAGMA foreign_keys = on for all that follows. Requires: nothing was defined yet. Errors: those of either
  /// side.
  Expected<void> enforce_foreign_keys();
  /// Runs definitions on both sides, until undo(). Errors: those of either side; what was done stays done.
  Expected<void> define(const std::string& sql);
  /// Back to the data as they were at the start.
  void undo();

  /// Plans with these parameters on both sides. Errors: those of either side.
  Expected<TrialRun> plan(const std::string& sql, const std::vector<storage::OwnedValue>& bindings);
  /// Plans and runs on both sides. What a statement writes is undone at once. Errors: those of either side;
  /// kInterrupt after `seconds` (0: no limit), or when the user interrupts.
  Expected<TrialRun> run(const std::string& sql, const std::vector<storage::OwnedValue>& bindings,
                         double seconds = 0);

  /// Whether SQLite, knowing only definitions and statistics, would plan `sql` otherwise with these
  /// definitions: the plan then, or nothing if it stays as it is or a definition is refused. Costs no more on
  /// a large table than on an empty one, since nothing is built.
  std::optional<std::vector<planner::PlanLine>> glance(const std::vector<std::string>& definitions,
                                                       const std::string& sql,
                                                       const std::vector<storage::OwnedValue>& bindings);

  struct Asked {
    const std::string* sql = nullptr;
    const std::vector<storage::OwnedValue>* bindings = nullptr;
  };
  using Plan = std::vector<planner::PlanLine>;
  /// The same for several statements, changed or not. None for one that SQLite refuses; for all of them if it
  /// refuses a definition.
  std::vector<std::optional<Plan>> plans_with(const std::vector<std::string>& definitions,
                                              const std::vector<Asked>& statements);

  /// Whether the user has interrupted.
  bool is_interrupted() const { return interrupt_ != nullptr && interrupt_->load(); }

  /// Bytes that SQLite's copy takes now.
  std::uint64_t bytes();
  engine::Database& database() { return *database_; }

 private:
  Trial(oracle::Session& session, oracle::Twin copy);
  /// definitions_; null if there is no memory for it.
  oracle::Twin* definitions();
  Expected<TrialRun> run_both(const std::string& sql, const std::vector<storage::OwnedValue>& bindings);
  Expected<void> run_ours(engine::Statement& statement, TrialRun& run);
  Expected<void> run_sqlite(const std::string& sql, const std::vector<storage::OwnedValue>& bindings,
                            TrialRun& run);

  oracle::Session* session_;
  engine::Database* database_;
  oracle::Twin copy_;
  std::optional<oracle::Twin> definitions_;  ///< for glance()
  std::optional<engine::Database::Mark> mark_;
  std::atomic<bool>* interrupt_;  ///< the session's; SQLite's copy obeys it too
  bool enforces_foreign_keys_ = false;
  bool is_changed_ = false;       ///< inside the savepoint of define()
};

}  // namespace leftmost::advice
