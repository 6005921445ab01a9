// oracle/twin.h - a connection of the SQLite library, as values and Expected: the twin of one of our databases.
//
// Everything of the project that speaks to SQLite goes through this class. It does not know our engine's data; Session
// (session.h) keeps the two in step.
//
//   auto twin = Twin::open({.path = "app.db", .mode = OpenMode::kReadOnly});
//   auto rows = twin->run("SELECT name FROM sqlite_schema");        // storage classes as SQLite gave them
//   auto plan = twin->plan("SELECT * FROM t WHERE a = 1");          // EXPLAIN QUERY PLAN, numbered from 1
//
// Errors are SQLite's: its primary result code (ErrorCode has the same numbers), its message, and the byte offset that
// sqlite3_error_offset() gives, counted from the start of the text that was handed in.
//
// The connection is hardened as https://www.sqlite.org/security.html advises for files of strangers: no extensions, no
// writes to shadow tables or to the schema table (SQLITE_DBCONFIG_DEFENSIVE), no memory-mapped reading.
// A Twin is used by one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/own_function.h"
#include "oracle/replay.h"
#include "planner/eqp_text.h"
#include "storage/error.h"
#include "storage/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace leftmost::oracle {

enum class OpenMode : std::uint8_t {
  kReadOnly,         ///< the file must exist
  kReadWrite,        ///< the file must exist
  kReadWriteCreate,  ///< a missing file is created empty, as the sqlite3 shell does
};

/// What sqlite3_stmt_status() counted while a statement ran.
struct TwinCounters {
  std::int64_t fullscan_steps = 0;
  std::int64_t sorts = 0;
  std::int64_t automatic_index_rows = 0;
  std::int64_t vm_steps = 0;
};

struct TwinRows {
  std::vector<std::string> columns;
  std::vector<storage::Row> rows;
  TwinCounters counters;
};

/// One prepared statement of SQLite's. Must not outlive its Twin.
class TwinStatement {
 public:
  TwinStatement() = default;
  TwinStatement(TwinStatement&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  TwinStatement& operator=(TwinStatement&& other) noexcept;
  ~TwinStatement();

  bool is_readonly() const;
  /// As sqlite3_column_count(): 0 where the statement returns no rows.
  int column_count() const;
  std::string column_name(int column) const;
  int parameter_count() const;
  /// Copies the value. Numbers that the statement does not have are ignored, as EXPLAIN has the same parameters.
  void bind(int number, storage::Value value);

  /// True: a row; false: done, and the next step() starts again. Errors: SQLite's; the statement is reset then.
  Expected<bool> step();
  /// Requires: the last step() gave true. Text and blobs are valid until the next step() or reset().
  storage::Value value(int column) const;
  void reset();
  /// Counted since the last call.
  TwinCounters take_counters();

 private:
  friend class Twin;
  explicit TwinStatement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_ = nullptr;
};

/// What is copied of a database for questions that nobody's file should feel.
enum class CopyContent : std::uint8_t {
  kEverything,
  kSchemaAndStatistics,  ///< all definitions, and the rows of sqlite_stat1 alone: enough where only plans matter
};

/// How long a person is let wait for another program's lock.
inline constexpr int kLockWaitMilliseconds = 3000;

class Twin {
 public:
  struct Options {
    std::string path = ":memory:";  ///< `file:` URIs as in the sqlite3 shell
    OpenMode mode = OpenMode::kReadWriteCreate;
    int busy_timeout_milliseconds = 0;
    std::shared_ptr<Replay> replay;  ///< random() and randomblob() are replayed from here; null: SQLite's own
  };

  /// Opens and reads the schema once, so that a file that is none is refused here.
  /// Errors: kCantOpen (`unable to open database "x.db": ...`, with a hint why), kNotADatabase, kCorrupt, kBusy
  /// (another program holds the file), kIoError.
  static Expected<Twin> open(const Options& options);

  Twin(Twin&& other) noexcept;
  Twin& operator=(Twin&& other) noexcept;
  ~Twin();

  /// The first statement of `sql`; empty (column_count() 0, never stepped) when there is only white space, with
  /// `*has_statement` false. Errors: SQLite's.
  Expected<TwinStatement> prepare(std::string_view sql, std::size_t* bytes_consumed = nullptr,
                                  bool* has_statement = nullptr);
  /// All rows of the one statement of `sql`.
  Expected<TwinRows> run(std::string_view sql);
  /// Runs every statement of `sql`, drops rows. Stops at the first error.
  Expected<void> execute(std::string_view sql);
  /// EXPLAIN QUERY PLAN of the one statement of `sql`, with these values bound to parameters 1, 2, ... (a LIKE pattern
  /// decides the plan). Lines are numbered from 1 in the order in which SQLite gives them.
  Expected<std::vector<planner::PlanLine>> plan(std::string_view sql,
                                                const std::vector<storage::OwnedValue>& bindings = {});

  std::int64_t changes() const;
  std::int64_t total_changes() const;
  std::int64_t last_insert_rowid() const;
  bool is_autocommit() const;
  /// Rows break a deferred foreign key, so that the open transaction could not commit now.
  bool has_deferred_violations() const;
  bool is_readonly() const;
  /// Changes whenever another connection has committed to the file. Errors: kBusy, kIoError.
  Expected<std::int64_t> data_version();

  /// A private copy in memory, on the same Replay. Settings made by remember_setting() hold on it too.
  /// Errors: kBusy, kNoMemory, kCorrupt. Virtual tables whose module is missing are left out.
  Expected<Twin> copy(CopyContent content);
  /// A PRAGMA that belongs to the connection (`PRAGMA case_sensitive_like = 1`) and shapes its plans; run on copies.
  void remember_setting(std::string_view pragma) { settings_.emplace_back(pragma); }

  /// A function of one's own (own_function.h), here and on copies made from now on. Errors: SQLite's.
  Expected<void> add_function(std::shared_ptr<const OwnFunction> function);

  /// Statements stop with kInterrupt soon after `*flag` becomes true. Null: never. The flag outlives the Twin.
  void set_interrupt(const std::atomic<bool>* flag);

  /// `3.40.1`
  static std::string version();

  sqlite3* handle() { return connection_; }  ///< for oracle/ and its tests

 private:
  Twin() = default;
  Error last_error(int result, std::size_t offset_skipped = 0) const;
  Expected<void> copy_definitions(Twin& to);
  Expected<void> copy_statistics(Twin& to);

  sqlite3* connection_ = nullptr;
  std::shared_ptr<Replay> replay_;
  std::vector<std::string> settings_;
  std::vector<std::shared_ptr<const OwnFunction>> functions_;
  std::unique_ptr<TwinStatement> data_version_statement_;
};

/// SQLite's result code as one of ours: those that both have keep their number.
ErrorCode error_code_of(int sqlite_result);

}  // namespace leftmost::oracle
