// Running one statement on both engines: the rules 1 to 6 of session.h.
#include <chrono>

#include "oracle/fixed_time.h"
#include "oracle/session.h"
#include "oracle/statement_text.h"
#include "oracle/twin_transaction.h"

namespace leftmost::oracle {
namespace {

using engine::StatementKind;
using engine::StepResult;

/// Adds the time between start() and stop() to a sum.
class Stopwatch {
 public:
  explicit Stopwatch(std::int64_t& nanoseconds) : nanoseconds_(nanoseconds) {}
  void start() { begin_ = std::chrono::steady_clock::now(); }
  void stop() {
    const auto elapsed = std::chrono::steady_clock::now() - begin_;
    nanoseconds_ += std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
  }

 private:
  std::int64_t& nanoseconds_;
  std::chrono::steady_clock::time_point begin_;
};

bool changes_rows(StatementKind kind) {
  return kind == StatementKind::kInsert || kind == StatementKind::kUpdate || kind == StatementKind::kDelete;
}

/// VACUUM, ATTACH and DETACH refuse to run inside a transaction.
bool runs_in_transaction(const SessionStatement& statement) {
  const std::string word = word_of(statement.sql(), 0);
  return word != "VACUUM" && word != "ATTACH" && word != "DETACH";
}

/// Pages are numbers of SQLite's file: `rootpage` of sqlite_schema says nothing about ours.
std::vector<bool> columns_of_the_file(const engine::Statement& statement) {
  std::vector<bool> ignored;
  for (int column = 0; column < statement.column_count(); ++column) {
    ignored.push_back(statement.column_name(column) == "rootpage");
  }
  return ignored;
}

void read_row(const engine::Statement& statement, std::vector<storage::Value>& row) {
  row.clear();
  const int column_count = statement.column_count();
  for (int column = 0; column < column_count; ++column) row.push_back(statement.value(column));
}

void read_row(const TwinStatement& statement, std::vector<storage::Value>& row) {
  row.clear();
  const int column_count = statement.column_count();
  for (int column = 0; column < column_count; ++column) row.push_back(statement.value(column));
}

void judge_rows(const RowComparison& rows, Agreement& agreement) {
  agreement.rows_compared = true;
  agreement.order_compared = !agreement.plan_compared || agreement.plan_agrees;
  agreement.rows_ours = rows.rows_ours();
  agreement.rows_sqlite = rows.rows_theirs();
  agreement.rows_agree = agreement.order_compared ? rows.same_in_order() : rows.same_in_any_order();
  if (!agreement.rows_agree) agreement.first_row_difference = rows.first_difference();
}

}  // namespace

Outcome Session::run(SessionStatement& statement, const RowCallback& on_row) {
  Outcome outcome;
  clear_interrupt();
  replay_->begin_statement();
  const FixedTime now(replay_->julian_milliseconds());
  const StatementKind kind = statement.ours().kind();
  const bool is_transaction = kind == StatementKind::kTransaction;

  TwinTransaction transaction;
  if (twin_ && !is_in_memory_ && !is_transaction && kind != StatementKind::kPragma &&
      runs_in_transaction(statement)) {
    auto ready = transaction.begin(*twin_, !statement.ours().is_readonly());
    if (ready) ready = refresh();
    if (!ready) {
      outcome.error = ready.error();
      outcome.agreement.not_compared = ready.error().message;
      return outcome;
    }
  }
  if (statement.database_ != database_) {
    if (auto prepared = reprepare(statement); !prepared) {
      outcome.error = prepared.error();
      outcome.agreement.not_compared = "the statement is no longer possible";
      return outcome;
    }
  }

  if (!twin_) {
    run_alone(statement, on_row, outcome);
  } else if (is_transaction) {
    run_transaction(statement, outcome);
  } else if (kind == StatementKind::kExplainQueryPlan || kind == StatementKind::kExplainWhy) {
    run_explain(statement, on_row, outcome);
  } else if (kind == StatementKind::kPragma && read_pragma(statement.sql()).role != PragmaRole::kCompared) {
    run_setting(statement, on_row, outcome);
  } else if (statement.ours().is_readonly()) {
    run_reading(statement, on_row, outcome);
  } else {
    run_writing(statement, on_row, outcome, transaction);
  }
  outcome.work = statement.ours().work();
  Agreement& agreement = outcome.agreement;
  const bool ran_on_both = agreement.rows_compared || agreement.changes_compared;
  if (ran_on_both && !outcome.error && agreement.plan_compared && agreement.plan_agrees) {
    agreement.compare_counters(outcome.work);
  }
  if (twin_) {
    if (kind == StatementKind::kDefinition || kind == StatementKind::kPragma || is_transaction) ++plan_epoch_;
    if (kind == StatementKind::kPragma && !outcome.error) {
      const PragmaText pragma = read_pragma(statement.sql());
      const bool is_data = pragma.name == "user_version" || pragma.name == "application_id";
      if (pragma.has_argument && !is_data) settings_[pragma.name] = statement.sql();
    }
  }
  return outcome;
}

// Ours only. Without a twin nothing is written to a file.
void Session::run_alone(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome) {
  outcome.agreement.not_compared = twin_ ? "comparing is off" : "there is no twin";
  if (!twin_ && is_readonly_ && !statement.ours().is_readonly()) {
    outcome.error = Error{ErrorCode::kReadOnly, "attempt to write a readonly database", std::nullopt,
                          "a file is written through its SQLite twin only: leave out --no-twin"};
    return;
  }
  Stopwatch watch(outcome.agreement.nanoseconds_ours);
  std::vector<storage::Value> row;
  for (;;) {
    watch.start();
    auto stepped = statement.ours().step();
    watch.stop();
    if (!stepped) outcome.error = stepped.error();
    if (!stepped || *stepped == StepResult::kDone) return;
    ++outcome.rows;
    if (on_row) {
      read_row(statement.ours(), row);
      if (!on_row(row)) {
        outcome.stopped = true;
        statement.ours().reset();
        return;
      }
    }
  }
}

Expected<TwinStatement*> Session::twin_statement(SessionStatement& statement) {
  if (!statement.theirs_) {
    auto prepared = twin_->prepare(statement.sql_);
    if (!prepared) return Unexpected(prepared.error());
    statement.theirs_ = std::move(*prepared);
    for (std::size_t i = 0; i < statement.bindings_.size(); ++i) {
      statement.theirs_->bind(static_cast<int>(i) + 1, statement.bindings_[i].view());
    }
  }
  return &*statement.theirs_;
}

void Session::compare_plan(SessionStatement& statement, std::string_view sql, Agreement& agreement) {
  const bool is_known = statement.plan_sqlite_ && statement.plan_epoch_ == plan_epoch_;
  if (!is_known) {
    auto plan = twin_->plan(sql, statement.bindings_);
    if (!plan) return;  // running the statement says the same error
    statement.plan_sqlite_ = std::move(*plan);
    statement.plan_epoch_ = plan_epoch_;
  }
  agreement.plan_compared = true;
  agreement.plan_ours = statement.ours().plan_lines();
  agreement.plan_sqlite = *statement.plan_sqlite_;
  agreement.plan_agrees = same_plan(agreement.plan_ours, agreement.plan_sqlite);
}

// Rule 1. Alternately, so that nothing has to be kept and the first row comes at once.
void Session::run_reading(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome) {
  if (!is_comparing_) return run_alone(statement, on_row, outcome);
  Agreement& agreement = outcome.agreement;
  const bool has_plan = statement.ours().kind() != StatementKind::kPragma;
  if (has_plan) compare_plan(statement, statement.sql_, agreement);

  RowComparison rows;
  rows.ignore_columns(columns_of_the_file(statement.ours()));
  std::vector<storage::Value> row;
  std::optional<Error> refusal;
  auto theirs = twin_statement(statement);
  if (!theirs) refusal = theirs.error();
  bool theirs_done = !theirs;
  if (theirs) (*theirs)->take_counters();  // of a run that was stopped
  const auto step_theirs = [&] {
    auto stepped = (*theirs)->step();
    if (!stepped) refusal = stepped.error();
    theirs_done = !stepped || !*stepped;
    if (theirs_done) return rows.end_theirs();
    read_row(**theirs, row);
    rows.add_theirs(row);
  };

  Stopwatch ours_watch(agreement.nanoseconds_ours);
  Stopwatch theirs_watch(agreement.nanoseconds_sqlite);
  for (;;) {
    ours_watch.start();
    auto stepped = statement.ours().step();
    ours_watch.stop();
    if (!stepped) outcome.error = stepped.error();
    if (!stepped || *stepped == StepResult::kDone) break;
    read_row(statement.ours(), row);
    rows.add_ours(row);
    ++outcome.rows;
    if (on_row && !on_row(row)) {
      outcome.stopped = true;
      break;
    }
    if (theirs_done) continue;
    theirs_watch.start();
    step_theirs();
    theirs_watch.stop();
  }
  if (outcome.stopped) statement.ours().reset();
  if (outcome.stopped || (outcome.error && (outcome.error->code == ErrorCode::kNotSupported ||
                                            is_environmental(outcome.error->code)))) {
    if (theirs) (*theirs)->reset();
    agreement.not_compared = outcome.stopped ? "stopped before the end" : outcome.error->message;
    return;
  }
  rows.end_ours();
  theirs_watch.start();
  while (!theirs_done) step_theirs();
  theirs_watch.stop();
  if (theirs) agreement.sqlite_counters = (*theirs)->take_counters();
  agreement.compare_errors(outcome.error, refusal);
  if (!outcome.error && !refusal) judge_rows(rows, agreement);
}

/// All rows of the twin's run into `rows`.
std::optional<Error> Session::run_twin(SessionStatement& statement, RowComparison& rows,
                                       Agreement& agreement) {
  auto theirs = twin_statement(statement);
  if (!theirs) return theirs.error();
  (*theirs)->take_counters();
  std::vector<storage::Value> row;
  Stopwatch watch(agreement.nanoseconds_sqlite);
  watch.start();
  for (;;) {
    auto stepped = (*theirs)->step();
    if (!stepped) return stepped.error();
    if (!*stepped) break;
    read_row(**theirs, row);
    rows.add_theirs(row);
  }
  watch.stop();
  agreement.sqlite_counters = (*theirs)->take_counters();
  return std::nullopt;
}

// Rule 2. Rows of RETURNING are few and wait until both sides have written.
void Session::run_writing(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome,
                          TwinTransaction& transaction) {
  Agreement& agreement = outcome.agreement;
  const StatementKind kind = statement.ours().kind();
  if (is_comparing_ && changes_rows(kind)) compare_plan(statement, statement.sql_, agreement);

  const bool same_rowid_before = database_->last_insert_rowid() == twin_->last_insert_rowid();
  const engine::Database::Mark before = database_->mark();
  RowComparison rows;
  rows.ignore_columns(columns_of_the_file(statement.ours()));
  std::vector<storage::Row> returned;
  std::vector<storage::Value> row;
  Stopwatch watch(agreement.nanoseconds_ours);
  watch.start();
  for (;;) {
    auto stepped = statement.ours().step();
    if (!stepped) outcome.error = stepped.error();
    if (!stepped || *stepped == StepResult::kDone) break;
    read_row(statement.ours(), row);
    rows.add_ours(row);
    storage::Row copy;
    for (const storage::Value value : row) copy.emplace_back(value);
    returned.push_back(std::move(copy));
  }
  watch.stop();
  rows.end_ours();

  if (outcome.error) {
    if (outcome.error->code == ErrorCode::kNotSupported || is_environmental(outcome.error->code)) {
      agreement.not_compared = outcome.error->message;
      return;
    }
    try_refused(statement, outcome);
    (void)transaction
        .commit();  // what OR FAIL has kept; if that is refused, the next refresh() reads the file again
    rejoin();
    return;
  }

  std::optional<Error> refusal = run_twin(statement, rows, agreement);
  if (!refusal) {
    if (auto committed = transaction.commit(); !committed) refusal = committed.error();
  }
  if (refusal) {
    database_->restore(before);
    agreement.compare_errors(std::nullopt, refusal);
    outcome.error = refusal;
    rejoin();
    return;
  }
  rows.end_theirs();
  agreement.compare_errors(std::nullopt, std::nullopt);
  judge_rows(rows, agreement);
  if (changes_rows(kind)) compare_changes(same_rowid_before, agreement);
  for (const storage::Row& kept : returned) {
    row.clear();
    for (const storage::OwnedValue& value : kept) row.push_back(value.view());
    ++outcome.rows;
    if (on_row && !on_row(row)) {
      outcome.stopped = true;
      break;
    }
  }
  rejoin();
}

// Ours was refused. What OR FAIL keeps is kept on both sides; what only SQLite accepts is undone. Outside a
// transaction nothing but a constraint lets OR FAIL keep rows; behind the savepoint SQLite keeps them for any
// error.
void Session::try_refused(SessionStatement& statement, Outcome& outcome) {
  Agreement& agreement = outcome.agreement;
  const bool was_autocommit = database_->is_autocommit();
  auto theirs = twin_statement(statement);
  if (!theirs) return agreement.compare_errors(outcome.error, theirs.error());
  if (auto saved = twin_->execute("SAVEPOINT leftmost_refused"); !saved) {
    return agreement.compare_errors(outcome.error, saved.error());
  }
  RowComparison rows;
  rows.end_ours();
  std::optional<Error> refusal = run_twin(statement, rows, agreement);
  // Without the savepoint the statement would have been a transaction, which these cannot end.
  const bool may_keep_rows = !refusal || refusal->code == ErrorCode::kConstraint;
  const bool breaks_deferred_keys = may_keep_rows && was_autocommit && twin_->has_deferred_violations();
  if (breaks_deferred_keys)
    refusal = Error{ErrorCode::kConstraint, "FOREIGN KEY constraint failed", std::nullopt, {}};
  agreement.compare_errors(outcome.error, refusal);
  if (twin_->is_autocommit()) return;  // OR ROLLBACK took the savepoint along
  // A value that a STRICT table refuses is a constraint error, but none that OR FAIL is about.
  const bool is_about_type = outcome.error->message.starts_with("cannot store ");
  const bool is_constraint = refusal && refusal->code == ErrorCode::kConstraint && !is_about_type;
  const bool keeps_rows = refusal && !breaks_deferred_keys && (is_constraint || !was_autocommit);
  if (!keeps_rows) (void)twin_->execute("ROLLBACK TO leftmost_refused");
  (void)twin_->execute("RELEASE leftmost_refused");
}

// Rule 3.
void Session::run_transaction(SessionStatement& statement, Outcome& outcome) {
  Agreement& agreement = outcome.agreement;
  const std::string word = word_of(statement.sql_, 0);
  const bool twin_goes_first = word == "COMMIT" || word == "END" || word == "RELEASE";
  RowComparison rows;
  std::optional<Error> refusal;
  const auto run_ours = [&] {
    auto stepped = statement.ours().step();
    if (!stepped) outcome.error = stepped.error();
  };

  if (twin_goes_first) {
    refusal = run_twin(statement, rows, agreement);
    if (refusal && is_environmental(refusal->code)) {
      outcome.error = refusal;
      agreement.not_compared = refusal->message;
      return rejoin();
    }
    run_ours();
    agreement.compare_errors(outcome.error, refusal);
    if (outcome.error.has_value() != refusal.has_value()) {
      // The sides part here, and the file is SQLite's: what it has is what there is.
      if (auto loaded = reload(); !loaded) outcome.error = loaded.error();
    }
  } else {
    run_ours();
    if (outcome.error && outcome.error->code == ErrorCode::kNotSupported) {
      agreement.not_compared = outcome.error->message;
      return;
    }
    refusal = run_twin(statement, rows, agreement);
    agreement.compare_errors(outcome.error, refusal);
    if (!outcome.error && refusal) outcome.error = refusal;
  }
  rejoin();
  if (!database_->is_autocommit() && !outcome.error) open_transaction_.push_back(statement.sql_);
}

// A PRAGMA about the connection or the file: both hear it, each answers for itself.
void Session::run_setting(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome) {
  run_alone(statement, on_row, outcome);
  outcome.agreement.not_compared = "a PRAGMA about the connection or the file";
  if (outcome.error) return;
  if (auto heard = twin_->run(statement.sql_); !heard) {
    outcome.error = heard.error();
    return;
  }
  if (read_pragma(statement.sql_).role == PragmaRole::kPlanning) twin_->remember_setting(statement.sql_);
  rejoin();
}

// The plan is the answer, so the plan is what is compared. EXPLAIN WHY is ours alone, its statement is not.
void Session::run_explain(SessionStatement& statement, const RowCallback& on_row, Outcome& outcome) {
  const bool is_query_plan = statement.ours().kind() == StatementKind::kExplainQueryPlan;
  Agreement& agreement = outcome.agreement;
  std::vector<planner::PlanLine> lines;
  run_alone(
      statement,
      [&](std::span<const storage::Value> row) {
        if (is_query_plan && row.size() == 4 && row[0].is_integer() && row[1].is_integer() &&
            row[3].is_text()) {
          planner::PlanLine line;
          line.id = static_cast<decltype(line.id)>(row[0].as_integer());
          line.parent = static_cast<decltype(line.parent)>(row[1].as_integer());
          line.detail = std::string(row[3].as_bytes());
          lines.push_back(std::move(line));
        }
        return !on_row || on_row(row);
      },
      outcome);
  agreement.not_compared.clear();
  if (outcome.stopped || (outcome.error && outcome.error->code == ErrorCode::kNotSupported)) {
    agreement.not_compared = outcome.stopped ? "stopped before the end" : outcome.error->message;
    return;
  }
  auto plan = twin_->plan(without_words(statement.sql_, is_query_plan ? 3 : 2), statement.bindings_);
  agreement.compare_errors(outcome.error, plan ? std::nullopt : std::optional<Error>(plan.error()));
  if (!plan || outcome.error) return;
  agreement.plan_compared = true;
  agreement.plan_ours = is_query_plan ? std::move(lines) : statement.ours().plan_lines();
  agreement.plan_sqlite = std::move(*plan);
  agreement.plan_agrees = same_plan(agreement.plan_ours, agreement.plan_sqlite);
}

// A reload forgets the last rowid on our side, and not every INSERT sets it.
void Session::compare_changes(bool same_rowid_before, Agreement& agreement) {
  agreement.changes_compared = true;
  agreement.changes_ours = database_->changes();
  agreement.changes_sqlite = twin_->changes();
  agreement.last_rowid_ours = database_->last_insert_rowid();
  agreement.last_rowid_sqlite = twin_->last_insert_rowid();
  agreement.changes_agree = agreement.changes_ours == agreement.changes_sqlite &&
                            (!same_rowid_before || agreement.last_rowid_ours == agreement.last_rowid_sqlite);
}

// SQLite may have rolled back a whole transaction (OR ROLLBACK, a full disk): ours follows, and the other way
// round.
void Session::rejoin() {
  if (!twin_) return;
  if (twin_->is_autocommit() && !database_->is_autocommit()) (void)database_->execute("ROLLBACK");
  if (!twin_->is_autocommit() && database_->is_autocommit()) (void)twin_->execute("ROLLBACK");
  if (database_->is_autocommit()) open_transaction_.clear();
}

}  // namespace leftmost::oracle
