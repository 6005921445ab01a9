#include "engine/exec/connection.h"

#include "engine/exec/pragma_function.h"
#include "engine/exec/statistics_table.h"
#include "storage/collation.h"

namespace leftmost::engine {
namespace {

/// What SQLite knows of its tables' sizes is kept in memory, where no rollback reaches: the numbers of an
/// ANALYZE that was undone stay. Only when definitions were undone as well is everything read again.
/// `undone`: the state before.
void settle_statistics(Connection& connection, const ConnectionState& undone) {
  storage::DatabaseState& data = connection.data();
  if (data.catalog.version() != undone.data.catalog.version()) {
    for (const storage::SchemaName schema : {storage::SchemaName::kMain, storage::SchemaName::kTemp}) {
      data.statistics.forget(data.catalog, schema);
      load_statistics(connection, schema);
    }
  } else if (connection.schema_generation() != undone.schema_generation) {
    data.statistics = undone.data.statistics;
    connection.schema_changed();
  }
}

}  // namespace

Connection::Connection(std::shared_ptr<Environment> environment)
    : environment_(environment ? std::move(environment) : system_environment()),
      pragma_functions_(std::make_unique<PragmaFunctions>(*this)) {
  state_.schema_generation = next_generation_++;
  functions_.set_table_functions([this](std::string_view name) { return pragma_functions_->find(name); });
}

Connection::~Connection() = default;

void Connection::schema_changed() { state_.schema_generation = next_generation_++; }

std::shared_ptr<RelationCache> Connection::relations() {
  if (!relations_ || relations_generation_ != state_.schema_generation) {
    relations_ = std::make_shared<RelationCache>(state_.data.catalog, state_.data.statistics, &functions_,
                                                 settings_.case_sensitive_like);
    relations_generation_ = state_.schema_generation;
  }
  return relations_;
}

void Connection::restore(ConnectionState state) { state_ = std::move(state); }

Expected<void> Connection::begin() {
  if (transaction_) return fail(ErrorCode::kError, "cannot start a transaction within a transaction");
  transaction_ = state_;
  savepoint_began_transaction_ = false;
  return {};
}

Expected<void> Connection::check_violations() const {
  if (state_.violations.deferred + state_.violations.put_off <= 0) return {};
  return fail(ErrorCode::kConstraint, "FOREIGN KEY constraint failed");
}

Expected<void> Connection::finish_commit() {
  if (auto kept = check_violations(); !kept) return kept;
  state_.violations = {};
  settings_.defer_foreign_keys = false;
  if (commit_hook_) {
    if (auto committed = commit_hook_(); !committed) {
      restore(std::move(*transaction_));
      transaction_.reset();
      savepoints_.clear();
      return committed;
    }
  }
  transaction_.reset();
  savepoints_.clear();
  return {};
}

Expected<void> Connection::commit() {
  if (!transaction_) return fail(ErrorCode::kError, "cannot commit - no transaction is active");
  return finish_commit();
}

Expected<void> Connection::rollback() {
  if (!transaction_) return fail(ErrorCode::kError, "cannot rollback - no transaction is active");
  const ConnectionState undone = std::move(state_);
  restore(std::move(*transaction_));
  transaction_.reset();
  savepoints_.clear();
  settings_.defer_foreign_keys = false;
  settle_statistics(*this, undone);
  return {};
}

void Connection::savepoint(std::string_view name) {
  if (!transaction_) {
    transaction_ = state_;
    savepoint_began_transaction_ = true;
  }
  savepoints_.push_back({std::string(name), state_});
}

Expected<void> Connection::release(std::string_view name) {
  for (std::size_t i = savepoints_.size(); i-- > 0;) {
    if (!storage::equals_ignoring_case(savepoints_[i].name, name)) continue;
    if (i == 0 && savepoint_began_transaction_) return finish_commit();
    savepoints_.resize(i);
    return {};
  }
  return fail(ErrorCode::kError, "no such savepoint: " + std::string(name));
}

Expected<void> Connection::rollback_to(std::string_view name) {
  for (std::size_t i = savepoints_.size(); i-- > 0;) {
    if (!storage::equals_ignoring_case(savepoints_[i].name, name)) continue;
    const ConnectionState undone = std::move(state_);
    restore(savepoints_[i].state);
    savepoints_.resize(i + 1);
    settle_statistics(*this, undone);
    return {};
  }
  return fail(ErrorCode::kError, "no such savepoint: " + std::string(name));
}

Expected<void> Connection::statement_succeeded() {
  if (transaction_) return {};
  settings_.defer_foreign_keys = false;  // a transaction ends here, well or not
  if (auto kept = check_violations(); !kept) return kept;
  state_.violations = {};
  return commit_hook_ ? commit_hook_() : Expected<void>();
}

Connection::Whole Connection::whole() const {
  return {state_, transaction_, savepoints_, savepoint_began_transaction_, counters_, settings_};
}

void Connection::restore(Whole whole) {
  state_ = std::move(whole.state);
  transaction_ = std::move(whole.transaction);
  savepoints_ = std::move(whole.savepoints);
  savepoint_began_transaction_ = whole.savepoint_began_transaction;
  counters_ = whole.counters;
  settings_ = whole.settings;
}

}  // namespace leftmost::engine
