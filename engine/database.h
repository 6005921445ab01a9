// engine/database.h - the public face of the library: open a database, prepare statements, step through rows.
//
//   auto db = engine::Database::in_memory();
//   db->execute("CREATE TABLE t(a, b); CREATE INDEX t_a ON t(a); INSERT INTO t VALUES (1, 'x')");
//   auto statement = db->prepare("SELECT b FROM t WHERE a = ?1");
//   statement->bind(1, storage::Value::integer(1));
//   while (*statement->step() == engine::StepResult::kRow) use(statement->value(0));
//
// A Database is used by one thread at a time. snapshot() hands a read-only copy, in O(number of tables), to
// another thread: readers never wait for the writer. Nothing here prints, throws on user input, or touches
// files.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/environment.h"
#include "engine/work.h"
#include "planner/eqp_text.h"
#include "planner/plan.h"
#include "planner/planner.h"
#include "storage/error.h"
#include "storage/value.h"

namespace leftmost::storage {
class Catalog;
class DatabaseState;
}  // namespace leftmost::storage

namespace leftmost::engine {

class Connection;
class Database;
class FunctionRegistry;

enum class StepResult : std::uint8_t { kRow, kDone };

enum class StatementKind : std::uint8_t {
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kDefinition,   ///< CREATE, DROP, ALTER, REINDEX, ANALYZE ...
  kTransaction,  ///< BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE
  kPragma,
  kExplainQueryPlan,
  kExplainWhy,
};

/// EXPLAIN QUERY PLAN of the program of a trigger.
struct TriggerPlan {
  std::string trigger;
  std::vector<planner::PlanLine> lines;
};

/// One prepared statement. Valid while its Database lives. When the schema has changed since prepare(), the
/// first step() after reset() prepares it again by itself; so it does when a bound value changes that the
/// plan depends on (the pattern of a LIKE, a value that a partial index's WHERE names).
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  StatementKind kind() const;
  /// Whether running it can change the database (PRAGMA and transaction statements: as
  /// sqlite3_stmt_readonly).
  bool is_readonly() const;
  /// The text of this one statement, without what follows it.
  std::string_view sql() const;

  int parameter_count() const;
  /// Name of parameter `number` (from 1) as written, with its prefix (`:a`, `?5`); empty for `?`.
  std::string_view parameter_name(int number) const;
  /// Number of the parameter with that name, 0 if there is none.
  int parameter_number(std::string_view name) const;
  /// Copies the value. Unbound parameters are NULL when run. Errors: kRange.
  Expected<void> bind(int number, storage::Value value);
  void clear_bindings();

  int column_count() const;  ///< 0: returns no rows
  std::string_view column_name(int column) const;
  /// Declared type of the table column that this result column shows; empty otherwise.
  std::string_view column_declared_type(int column) const;

  /// Runs to the next row. After kDone the next step() runs the statement again (as after reset()).
  /// Errors: those of the SQL. The statement's changes are then undone as its ON CONFLICT rules say.
  Expected<StepResult> step();
  /// Requires: the last step() gave kRow. Valid until the next step(), reset() or destruction.
  storage::Value value(int column) const;
  void reset();

  /// The plan of this statement with the values bound now: lines of EXPLAIN QUERY PLAN, empty where SQLite
  /// prints none.
  std::vector<planner::PlanLine> plan_lines() const;
  /// The same for the triggers that it may fire, those that these fire included, in SQLite's order.
  std::vector<TriggerPlan> trigger_plans() const;
  /// The whole record, null for statements that have no plan. Valid until another value is bound or step() is
  /// called.
  const planner::Plan* plan() const;
  /// Of the current or last run.
  const Work& work() const;

 private:
  friend class Database;
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What prepare() found at the start of a text that may hold several statements.
struct Prepared {
  std::optional<Statement> statement;  ///< none: only white space and comments up to `bytes_consumed`
  std::size_t bytes_consumed = 0;      ///< including the semicolon
};

struct Limits {
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;  ///< for one statement's sorts, groups and temporary tables
  std::atomic<bool>* interrupt = nullptr;               ///< set to true by another thread or a signal: kInterrupt
  /// Prepared statements that are kept, when their Statement goes, for the next prepare() of the same text.
  std::size_t statements_kept = 32;
};

class Database {
 public:
  /// An empty database. The environment supplies randomness and the clock; null: the machine's own.
  static std::unique_ptr<Database> in_memory(std::shared_ptr<Environment> environment = nullptr);
  ~Database();

  /// Errors: syntax, unknown names, not supported; offsets count from the start of `sql`.
  Expected<Prepared> prepare_next(std::string_view sql);
  /// The one statement of `sql`. Errors: as prepare_next, and kError when there is none or more than one.
  Expected<Statement> prepare(std::string_view sql);
  /// Runs every statement of `sql` and drops the rows. Stops at the first error.
  Expected<void> execute(std::string_view sql);

  /// Not inside BEGIN or SAVEPOINT.
  bool is_autocommit() const;
  std::int64_t changes() const;
  std::int64_t total_changes() const;
  std::int64_t last_insert_rowid() const;

  const storage::Catalog& catalog() const;
  /// The data as this connection sees it now (uncommitted changes included).
  const storage::DatabaseState& state() const;
  Limits& limits();
  /// Prepared statements that are kept at the moment (Limits::statements_kept).
  std::size_t statements_kept() const;

  /// How much the plans of statements prepared from now on say: kReasons unless told otherwise. EXPLAIN WHY
  /// always has its reasons. Preparing is a fifth faster with kDecisions.
  void set_plan_record(planner::PlanRecord record);
  planner::PlanRecord plan_record() const;

  /// A read-only Database on the data committed so far; another thread may use it while this one writes.
  std::unique_ptr<Database> snapshot() const;

  /// The whole state, to come back to. O(number of tables).
  class Mark;
  Mark mark() const;
  void restore(const Mark& mark);

  /// Called when a transaction (explicit or of a single statement) is about to become visible; an error makes
  /// the commit fail and undoes it. The oracle commits its twin here.
  void set_commit_hook(std::function<Expected<void>()> hook);

  /// The functions that statements of this connection may call; FunctionRegistry::add_scalar() adds one's
  /// own.
  FunctionRegistry& functions();

  /// For engine/ itself and its tests.
  Connection& connection();

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Database::Mark {
 public:
  Mark(Mark&&) noexcept;
  Mark& operator=(Mark&&) noexcept;
  ~Mark();

 private:
  friend class Database;
  Mark();
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace leftmost::engine
