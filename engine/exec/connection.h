// engine/exec/connection.h - what a Database is inside: its data, its transaction, its settings.
//
//   state          the data as the connection sees it; statements change it in place
//   transaction    the state before BEGIN (or the first SAVEPOINT), and one more per savepoint: copies of the
//   state,
//                  which share all pages with it until something is written
//
// A statement that fails puts back the state from before it, unless it can tell beforehand that nothing will
// be touched.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/bind/relation_cache.h"
#include "engine/database.h"
#include "engine/functions/function.h"
#include "engine/functions/statement_run.h"
#include "storage/database_state.h"

namespace leftmost::engine {

class PragmaFunctions;  // engine/exec/pragma_function.h

/// Open violations of foreign keys (foreign_keys.h), which a transaction may not commit with.
struct ViolationCounts {
  std::int64_t deferred = 0;  ///< of DEFERRABLE INITIALLY DEFERRED keys
  std::int64_t put_off = 0;   ///< of any, while PRAGMA defer_foreign_keys is on
};

/// Everything that ROLLBACK brings back.
struct ConnectionState {
  storage::DatabaseState data;
  ViolationCounts violations;
  std::int64_t user_version = 0;
  std::uint64_t schema_generation = 0;
};

struct Settings {
  bool case_sensitive_like = false;
  bool automatic_index = true;
  bool reverse_unordered_selects = false;
  bool recursive_triggers = false;
  bool foreign_keys = false;
  bool defer_foreign_keys = false;  ///< until the transaction ends
  std::int64_t analysis_limit = 0;
  planner::PlanRecord plan_record = planner::PlanRecord::kReasons;

  friend bool operator==(const Settings&, const Settings&) = default;
};

class Connection {
 public:
  explicit Connection(std::shared_ptr<Environment> environment);
  ~Connection();

  Environment& environment() { return *environment_; }
  const FunctionRegistry& functions() const { return functions_; }
  FunctionRegistry& functions() { return functions_; }
  ConnectionCounters& counters() { return counters_; }
  Settings& settings() { return settings_; }
  const Settings& settings() const { return settings_; }
  Limits& limits() { return limits_; }
  const Limits& limits() const { return limits_; }
  bool is_read_only() const { return is_read_only_; }
  void set_read_only() { is_read_only_ = true; }

  storage::DatabaseState& data() { return state_.data; }
  const storage::DatabaseState& data() const { return state_.data; }
  ViolationCounts& violations() { return state_.violations; }
  std::int64_t user_version() const { return state_.user_version; }
  void set_user_version(std::int64_t version) { state_.user_version = version; }

  /// The schema or its statistics changed: statements prepare themselves again.
  void schema_changed();
  /// Different for different schemas (or statistics) of this connection.
  std::uint64_t schema_generation() const { return state_.schema_generation; }
  std::shared_ptr<RelationCache> relations();

  // Transactions.
  bool is_autocommit() const { return !transaction_; }
  /// Errors: kError `cannot start a transaction within a transaction`.
  Expected<void> begin();
  /// Errors: kError `cannot commit - no transaction is active`; kConstraint `FOREIGN KEY constraint failed`,
  /// and the transaction goes on; those of the commit hook, everything is then undone.
  Expected<void> commit();
  /// Errors: kError `cannot rollback - no transaction is active`.
  Expected<void> rollback();
  void savepoint(std::string_view name);
  /// Errors: kError `no such savepoint: x`; those of commit() when it was the outermost one of all.
  Expected<void> release(std::string_view name);
  Expected<void> rollback_to(std::string_view name);
  /// After a statement that wrote and succeeded: outside a transaction its changes become final here.
  /// Errors: of foreign keys and those of the commit hook; the statement's changes have to be undone.
  Expected<void> statement_succeeded();
  /// statement_succeeded() may fail now.
  bool commits_may_fail() const {
    return !transaction_ && (commit_hook_ != nullptr || settings_.foreign_keys);
  }
  void set_commit_hook(std::function<Expected<void>()> hook) { commit_hook_ = std::move(hook); }

  /// A copy of the current state, and back to it.
  ConnectionState mark() const { return state_; }
  void restore(ConnectionState state);
  /// What other readers may see: the state before the open transaction, or the current one.
  const ConnectionState& committed() const { return transaction_ ? *transaction_ : state_; }

  /// Transaction and savepoints as they are, for Database::mark().
  struct Savepoint {
    std::string name;
    ConnectionState state;
  };
  struct Whole {
    ConnectionState state;
    std::optional<ConnectionState> transaction;
    std::vector<Savepoint> savepoints;
    bool savepoint_began_transaction = false;
    ConnectionCounters counters;
    Settings settings;
  };
  Whole whole() const;
  void restore(Whole whole);

 private:
  Expected<void> check_violations() const;
  Expected<void> finish_commit();

  std::shared_ptr<Environment> environment_;
  FunctionRegistry functions_;
  ConnectionCounters counters_;
  Settings settings_;
  Limits limits_;
  bool is_read_only_ = false;
  ConnectionState state_;
  std::uint64_t next_generation_ = 1;
  std::unique_ptr<PragmaFunctions> pragma_functions_;
  std::shared_ptr<RelationCache> relations_;
  std::uint64_t relations_generation_ = 0;
  std::optional<ConnectionState> transaction_;
  bool savepoint_began_transaction_ = false;
  std::vector<Savepoint> savepoints_;
  std::function<Expected<void>()> commit_hook_;
};

}  // namespace leftmost::engine
