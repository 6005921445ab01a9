#include "oracle/session.h"

#include <sqlite3.h>

#include <utility>

#include "oracle/statement_text.h"
#include "oracle/twin_transaction.h"

namespace leftmost::oracle {

SessionStatement::SessionStatement(Session* session, std::shared_ptr<engine::Database> database, engine::Statement ours)
    : session_(session),
      sql_(ours.sql()),
      database_(std::move(database)),
      ours_(std::move(ours)),
      bindings_(static_cast<std::size_t>(ours_->parameter_count())) {}

SessionStatement& SessionStatement::operator=(SessionStatement&& other) noexcept {
  std::swap(session_, other.session_);
  std::swap(sql_, other.sql_);
  std::swap(ours_, other.ours_);
  std::swap(database_, other.database_);  // after ours_: a statement goes before its database
  std::swap(theirs_, other.theirs_);
  std::swap(bindings_, other.bindings_);
  std::swap(plan_sqlite_, other.plan_sqlite_);
  std::swap(plan_epoch_, other.plan_epoch_);
  return *this;
}

Expected<void> SessionStatement::bind(int number, storage::Value value) {
  if (auto bound = ours_->bind(number, value); !bound) return bound;
  bindings_[static_cast<std::size_t>(number) - 1] = storage::OwnedValue(value);
  if (theirs_) theirs_->bind(number, value);
  plan_sqlite_.reset();
  return {};
}

Outcome SessionStatement::run(const RowCallback& on_row) { return session_->run(*this, on_row); }

Agreement SessionStatement::compare_plans() {
  Agreement agreement;
  if (!session_->twin_) {
    agreement.not_compared = "there is no twin";
  } else {
    session_->compare_plan(*this, sql_, agreement);
  }
  return agreement;
}

Session::~Session() = default;

Expected<std::unique_ptr<Session>> Session::open(const Options& options) {
  std::unique_ptr<Session> session(new Session());
  session->path_ = options.path;
  session->is_in_memory_ = options.path.empty() || options.path == ":memory:";
  session->replay_ = std::make_shared<Replay>(options.environment);
  session->replay_->set_recording(options.twin);

  if (options.twin || !session->is_in_memory_) {
    Twin::Options twin_options;
    twin_options.path = session->is_in_memory_ ? ":memory:" : options.path;
    // Without a twin nothing is ever written: a missing file stays missing.
    twin_options.mode = options.twin ? options.mode : OpenMode::kReadOnly;
    twin_options.busy_timeout_milliseconds = options.busy_timeout_milliseconds;
    twin_options.replay = session->replay_;
    if (session->is_in_memory_) twin_options.mode = OpenMode::kReadWriteCreate;
    auto twin = Twin::open(twin_options);
    if (!twin) return Unexpected(twin.error());
    if (options.plans_only && !session->is_in_memory_) {
      twin = twin->copy(CopyContent::kSchemaAndStatistics);
      if (!twin) return Unexpected(twin.error());
      session->is_in_memory_ = true;
    }
    session->twin_ = std::move(*twin);
    session->twin_->set_interrupt(&session->interrupt_);
  }
  if (options.path.empty() || options.path == ":memory:") {
    session->database_ = engine::Database::in_memory(session->replay_);
    session->database_->set_plan_record(session->plan_record_);
    session->database_->limits().interrupt = &session->interrupt_;
  } else if (session->is_in_memory_) {
    if (auto loaded = session->load(); !loaded) return Unexpected(loaded.error());
  } else {
    session->is_readonly_ = options.mode == OpenMode::kReadOnly || session->twin_->is_readonly() || !options.twin;
    if (auto loaded = session->load(); !loaded) return Unexpected(loaded.error());
    if (!options.twin) session->twin_.reset();
  }
  return session;
}

void Session::set_plan_record(planner::PlanRecord record) {
  plan_record_ = record;
  database_->set_plan_record(record);
}

// The new database takes the old one's place only when it is complete.
Expected<void> Session::load() {
  TwinTransaction transaction;
  if (auto begun = transaction.begin(*twin_, false); !begun) return begun;
  auto version = twin_->data_version();
  if (!version) return Unexpected(version.error());

  std::shared_ptr<engine::Database> fresh = engine::Database::in_memory(replay_);
  for (const std::shared_ptr<const OwnFunction>& own : functions_) {
    fresh->functions().add_scalar(own->name, own->argument_count, own->determinism, own->call);
  }
  auto unheld = load_database(*twin_, *fresh);
  if (!unheld) return Unexpected(unheld.error());
  if (auto ended = transaction.commit(); !ended) return ended;

  for (const auto& [name, pragma] : settings_) {
    if (auto set = fresh->execute(pragma); !set) return set;
  }
  for (const std::string& statement : open_transaction_) {
    if (auto begun = fresh->execute(statement); !begun) return begun;
  }
  fresh->set_plan_record(plan_record_);
  fresh->limits().interrupt = &interrupt_;
  if (database_) fresh->limits().memory_bytes = database_->limits().memory_bytes;
  database_ = std::move(fresh);
  unheld_ = std::move(*unheld);
  data_version_ = *version;
  ++plan_epoch_;
  return {};
}

Expected<void> Session::add_function(std::string_view name, int argument_count, engine::Determinism determinism,
                                     engine::UserFunction function) {
  auto own = std::make_shared<const OwnFunction>(
      OwnFunction{std::string(name), argument_count, determinism, std::move(function)});
  if (twin_) {
    if (auto added = twin_->add_function(own); !added) return added;
  }
  database_->functions().add_scalar(own->name, own->argument_count, own->determinism, own->call);
  functions_.push_back(std::move(own));
  return {};
}

Expected<void> Session::reload() {
  if (auto loaded = load(); !loaded) return loaded;
  ++reload_count_;
  return {};
}

Expected<void> Session::refresh() {
  if (!twin_ || is_in_memory_) return {};
  auto version = twin_->data_version();
  if (!version) return Unexpected(version.error());
  return *version == data_version_ ? Expected<void>() : reload();
}

// What another program did may have made the statement impossible.
Expected<void> Session::reprepare(SessionStatement& statement) {
  auto prepared = database_->prepare(statement.sql_);
  if (!prepared) return Unexpected(prepared.error());
  statement.ours_ = std::move(*prepared);
  statement.database_ = database_;
  for (std::size_t i = 0; i < statement.bindings_.size(); ++i) {
    if (auto bound = statement.ours_->bind(static_cast<int>(i) + 1, statement.bindings_[i].view()); !bound) return bound;
  }
  return {};
}

PreparedNext Session::prepare_next(std::string_view sql) {
  PreparedNext next;
  if (auto fresh = refresh(); !fresh) {
    next.error = fresh.error();
    return next;
  }
  replay_->begin_statement();
  auto prepared = database_->prepare_next(sql);
  if (!prepared) {
    next.error = prepared.error();
    compare_refusal(sql, next);
    return next;
  }
  next.bytes_consumed = prepared->bytes_consumed;
  if (prepared->statement) {
    next.statement = SessionStatement(this, database_, std::move(*prepared->statement));
    // Up to the semicolon, blanks included: that is what sqlite_schema keeps of a CREATE statement.
    std::string_view text = sql.substr(0, next.bytes_consumed);
    text.remove_prefix(text.find(next.statement->sql_));
    if (text.ends_with(';')) text.remove_suffix(1);
    next.statement->sql_ = text;
  }
  return next;
}

// SQLite may find out at the first step what we find out when preparing (or the other way round): it gets to run what
// it accepts, inside a savepoint that is undone.
void Session::compare_refusal(std::string_view sql, PreparedNext& next) {
  static constexpr int kRowsMax = 1000;  // whoever answers that many rows is not going to refuse
  Agreement& agreement = next.agreement;
  agreement.error_ours = next.error;
  if (!twin_ || !is_comparing_) return;
  if (next.error->code == ErrorCode::kNotSupported) {
    agreement.not_compared = next.error->message;
    return;
  }
  if (word_of(sql, 0) == "EXPLAIN" && word_of(sql, 1) == "WHY") {
    agreement.not_compared = "EXPLAIN WHY is not SQLite's";
    return;
  }
  bool has_statement = false;
  auto theirs = twin_->prepare(sql, nullptr, &has_statement);
  std::optional<Error> refusal;
  if (!theirs) {
    refusal = theirs.error();
  } else if (has_statement) {
    const bool is_undone = !theirs->is_readonly();
    if (is_undone) (void)twin_->execute("SAVEPOINT leftmost_refused");
    for (int rows = 0; rows < kRowsMax; ++rows) {
      auto stepped = theirs->step();
      if (!stepped) refusal = stepped.error();
      if (!stepped || !*stepped) break;
    }
    theirs->reset();
    if (is_undone && !twin_->is_autocommit()) {
      (void)twin_->execute("ROLLBACK TO leftmost_refused; RELEASE leftmost_refused");
    }
  }
  agreement.compare_errors(next.error, refusal);
  rejoin();
}

Expected<void> Session::execute(std::string_view sql) {
  std::size_t offset = 0;
  while (offset < sql.size()) {
    PreparedNext next = prepare_next(sql.substr(offset));
    if (next.error) {
      if (next.error->sql_offset) *next.error->sql_offset += offset;
      return Unexpected(*next.error);
    }
    if (next.statement) {
      Outcome outcome = next.statement->run();
      if (outcome.error) {
        if (outcome.error->sql_offset) *outcome.error->sql_offset += offset;
        return Unexpected(*outcome.error);
      }
      if (!outcome.agreement.agrees()) {
        return fail(ErrorCode::kInternal,
                    "SQLite disagrees about `" + next.statement->sql() + "`:\n" + outcome.agreement.to_text());
      }
    }
    if (next.bytes_consumed == 0) break;
    offset += next.bytes_consumed;
  }
  return {};
}

}  // namespace leftmost::oracle
