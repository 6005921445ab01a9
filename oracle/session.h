// oracle/session.h - our engine on some data, and its twin on the same data: what a shell, `why`, crosscheck and puzzles
// use instead of an engine::Database alone.
//
//   auto session = Session::open({.path = "app.db"});
//   auto next = (*session)->prepare_next("SELECT name FROM t; SELECT 2");
//   next.statement->bind(1, value);
//   auto outcome = next.statement->run([](std::span<const storage::Value> row) { print(row); return true; });
//   if (!outcome.agreement.agrees()) complain(outcome.agreement.to_text());
//
// Rows, plans and errors are always our engine's. The twin runs the same statement for comparison, and it is what is
// written to disk: a file is loaded into our engine when it is opened, and every write goes to both.
//
// How the two stay in step
// 1. A statement that reads: ours and the twin are stepped alternately.
// 2. A statement that writes: ours runs first, then the twin. If the file refuses (locked, full, read-only, damaged),
//    ours goes back to where it was and the statement's error is SQLite's. If ours was refused, the twin tries inside a
//    savepoint: it should be refused as well, and what it changed otherwise is undone.
// 3. COMMIT (and RELEASE of the outermost savepoint) goes to the twin first: what we show as committed is on disk. If it is
//    refused the transaction stays open on both sides, unless SQLite has rolled it back; then ours rolls back too.
// 4. Another program may write the file. PRAGMA data_version is compared before each statement; after a change the data
//    is read again (which is the cost of opening), and statements prepared before are prepared again by themselves.
// 5. `not supported: ...` is never put to the twin: nothing is written on either side.
// 6. random(), randomblob() and 'now' have the same values on both sides (replay.h).
//
// A Session is used by one thread at a time; interrupt() may be called from any thread and from a signal handler.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/database.h"
#include "oracle/agreement.h"
#include "oracle/loading.h"
#include "oracle/replay.h"
#include "oracle/twin.h"

namespace leftmost::oracle {

class Session;
class TwinTransaction;

/// Gets each row of ours; false stops the statement. The values are valid during the call.
using RowCallback = std::function<bool(std::span<const storage::Value> row)>;

struct Outcome {
  std::optional<Error> error;  ///< why the statement had no effect (or the partial one of its ON CONFLICT)
  bool stopped = false;        ///< the callback said so; nothing was compared from there on
  std::uint64_t rows = 0;      ///< given to the callback
  engine::Work work;           ///< of our run
  Agreement agreement;
};

/// One prepared statement on both engines. Valid while its Session lives, also across reloads of the file.
class SessionStatement {
 public:
  SessionStatement(SessionStatement&&) noexcept = default;
  SessionStatement& operator=(SessionStatement&& other) noexcept;

  /// Our statement: columns, parameters, plan. Valid until the next call of the Session that prepares or runs.
  engine::Statement& ours() { return *ours_; }
  const engine::Statement& ours() const { return *ours_; }
  const std::string& sql() const { return sql_; }

  /// On both sides. Errors: kRange.
  Expected<void> bind(int number, storage::Value value);

  /// Runs to the end on both sides, or until the callback says stop. Rows of a statement that writes (RETURNING) are
  /// given after both sides have written.
  Outcome run(const RowCallback& on_row = nullptr);
  /// Compares the plans alone; runs nothing.
  Agreement compare_plans();

 private:
  friend class Session;
  SessionStatement(Session* session, std::shared_ptr<engine::Database> database, engine::Statement ours);

  Session* session_ = nullptr;
  std::string sql_;
  std::shared_ptr<engine::Database> database_;  // the one that ours_ belongs to; the Session may have another by now
  std::optional<engine::Statement> ours_;
  std::optional<TwinStatement> theirs_;  // kept for the next run
  std::vector<storage::OwnedValue> bindings_;
  // What SQLite plans for this statement holds until something is defined, set or bound.
  std::optional<std::vector<planner::PlanLine>> plan_sqlite_;
  std::uint64_t plan_epoch_ = 0;
};

/// The start of a text, prepared.
struct PreparedNext {
  std::optional<SessionStatement> statement;  ///< none: an error, or only white space and comments
  std::size_t bytes_consumed = 0;             ///< including the semicolon; 0 with an error
  std::optional<Error> error;
  Agreement agreement;                        ///< of the error, when there is one
};

class Session {
 public:
  struct Options {
    std::string path = ":memory:";
    OpenMode mode = OpenMode::kReadWriteCreate;
    /// False: our engine alone. A file is then read through SQLite once, when it is opened, and not written.
    bool twin = true;
    int busy_timeout_milliseconds = 0;                 ///< how long to wait for another program's lock
    std::shared_ptr<engine::Environment> environment;  ///< null: the machine's own
    /// The file's definitions and statistics alone, in memory on both sides: enough where only plans matter, and quick
    /// however large the file is. The file itself is closed again. Requires: `twin`.
    bool plans_only = false;
  };

  /// Errors: those of Twin::open and of load_database. With `twin` off and a file: the same.
  static Expected<std::unique_ptr<Session>> open(const Options& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Prepares the first statement of `sql`, after looking whether the file has changed. An error of ours is compared
  /// with what SQLite says to the same text.
  PreparedNext prepare_next(std::string_view sql);
  /// Runs every statement of `sql`; rows are dropped. Stops at the first error.
  /// Errors: those of the statements; kInternal with the difference in its text when the engines disagree.
  Expected<void> execute(std::string_view sql);

  /// The seam for functions of one's own: the same callable on our engine and on the twin, in the place of a function of
  /// that name and count (-1: any), for statements prepared from now on and after every reload. What it computes may
  /// depend on its arguments and on call.run.environment() alone. Errors: SQLite's, e.g. more than 127 arguments; then
  /// neither engine has it.
  Expected<void> add_function(std::string_view name, int argument_count, engine::Determinism determinism,
                              engine::UserFunction function);

  /// Ours. Replaced by another object when the file is read again: do not keep it across prepare_next() and run().
  engine::Database& database() { return *database_; }
  /// How much the plans of statements prepared from now on say: kReasons unless told otherwise. Kept when the
  /// database is loaded again.
  void set_plan_record(planner::PlanRecord record);
  planner::PlanRecord plan_record() const { return plan_record_; }
  const engine::Database& database() const { return *database_; }
  /// Null without a twin.
  Twin* twin() { return twin_ ? &*twin_ : nullptr; }
  Replay& replay() { return *replay_; }

  /// What the file has that our engine cannot hold, for naming once. Grows only by a reload.
  const std::vector<Unheld>& unheld() const { return unheld_; }
  const std::string& path() const { return path_; }
  bool is_in_memory() const { return is_in_memory_; }
  bool is_readonly() const { return is_readonly_; }
  /// How often the file was read again because another program had written to it.
  std::uint64_t reload_count() const { return reload_count_; }
  /// Reads all data of the twin into our engine again: after a disagreement about a write both sides have the same data
  /// once more. Requires: a twin. Errors: those of load_database.
  Expected<void> reload();

  /// Comparing may be paused (`compare_plans` and rows), never the writing in step.
  void set_comparing(bool comparing) { is_comparing_ = comparing; }

  /// The running statement stops with kInterrupt on both sides. Cleared when the next one starts.
  void interrupt() { interrupt_.store(true); }
  /// What was interrupted is over. run() begins with it.
  void clear_interrupt() { interrupt_.store(false); }

 private:
  friend class SessionStatement;
  Session() = default;

  Expected<void> load();
  Expected<void> refresh();
  Expected<void> reprepare(SessionStatement& statement);
  void compare_refusal(std::string_view sql, PreparedNext& next);

  Outcome run(SessionStatement& statement, const RowCallback& on_row);
  void run_alone(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome);
  void run_reading(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome);
  void run_writing(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome,
                   TwinTransaction& transaction);
  void run_transaction(SessionStatement& statement, Outcome& outcome);
  void run_setting(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome);
  void run_explain(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome);
  void try_refused(SessionStatement& statement, Outcome& outcome);

  Expected<TwinStatement*> twin_statement(SessionStatement& statement);
  std::optional<Error> run_twin(SessionStatement& statement, RowComparison& rows, Agreement& agreement);
  void compare_plan(SessionStatement& statement, std::string_view sql, Agreement& agreement);
  void compare_changes(bool same_rowid_before, Agreement& agreement);
  void rejoin();

  std::string path_;
  bool is_in_memory_ = true;
  bool is_readonly_ = false;
  bool is_comparing_ = true;
  std::shared_ptr<Replay> replay_;
  std::optional<Twin> twin_;
  std::shared_ptr<engine::Database> database_;
  planner::PlanRecord plan_record_ = planner::PlanRecord::kReasons;
  std::vector<Unheld> unheld_;
  std::vector<std::shared_ptr<const OwnFunction>> functions_;  // for our engine after a reload
  std::int64_t data_version_ = 0;
  std::uint64_t reload_count_ = 0;
  std::uint64_t plan_epoch_ = 1;               // counts definitions and settings
  std::map<std::string, std::string> settings_;  // PRAGMA name -> statement, for our engine after a reload
  std::vector<std::string> open_transaction_;  // BEGIN, SAVEPOINT ... since autocommit, to be repeated after a reload
  std::atomic<bool> interrupt_{false};
};

/// Has the plans of a session say as much as is asked for while it lives.
class PlanRecordScope {
 public:
  PlanRecordScope(Session& session, planner::PlanRecord wanted) : session_(session), before_(session.plan_record()) {
    session_.set_plan_record(wanted);
  }
  ~PlanRecordScope() { session_.set_plan_record(before_); }
  PlanRecordScope(const PlanRecordScope&) = delete;
  PlanRecordScope& operator=(const PlanRecordScope&) = delete;

 private:
  Session& session_;
  planner::PlanRecord before_;
};

}  // namespace leftmost::oracle
