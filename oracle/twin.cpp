#include "oracle/twin.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <utility>

#include "oracle/fixed_time.h"

namespace leftmost::oracle {
namespace {

constexpr int kProgressSteps = 1000;  ///< VM steps between two looks at the interrupt flag: some 10 microseconds

void replay_random(sqlite3_context* context, int, sqlite3_value**) {
  auto& replay = *static_cast<Replay*>(sqlite3_user_data(context));
  std::uint8_t bytes[8];
  replay.replay_bytes(bytes);
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = (value << 8) | bytes[i];
  // As both engines make a number of the bytes: the least integer, whose abs() overflows, never comes.
  auto number = static_cast<sqlite3_int64>(value);
  if (number < 0) number = -(number & std::numeric_limits<sqlite3_int64>::max());
  sqlite3_result_int64(context, number);
}

void replay_randomblob(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto& replay = *static_cast<Replay*>(sqlite3_user_data(context));
  // Fewer than one byte gives one byte (https://www.sqlite.org/lang_corefunc.html#randomblob).
  const sqlite3_int64 asked = sqlite3_value_int64(arguments[0]);
  const sqlite3_int64 size = asked < 1 ? 1 : asked;
  if (size > sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1)) {
    sqlite3_result_error_toobig(context);
    return;
  }
  auto* bytes = static_cast<std::uint8_t*>(sqlite3_malloc64(static_cast<sqlite3_uint64>(size)));
  if (bytes == nullptr) {
    sqlite3_result_error_nomem(context);
    return;
  }
  replay.replay_bytes({bytes, static_cast<std::size_t>(size)});
  sqlite3_result_blob64(context, bytes, static_cast<sqlite3_uint64>(size), sqlite3_free);
}

std::string hint_for_lock(sqlite3* connection) {
  const char* file = sqlite3_db_filename(connection, "main");
  return std::string("another program is writing to ") + (file == nullptr || *file == '\0' ? "it" : file) +
         ": wait until it commits, or end it, then try again";
}

int is_interrupted(void* flag) { return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0; }

std::string hint_for_open(int system_error) {
  switch (system_error) {
    case ENOENT: return "there is no such file or folder";
    case EISDIR: return "that is a folder";
    case EACCES:
    case EPERM: return "the file's permissions do not allow it";
    default: return {};
  }
}

/// The error of opening, with the path and a hint where the file itself is in the way.
Error about_opening(const std::string& path, Error error, sqlite3* connection) {
  if (error.code == ErrorCode::kNotADatabase)
    error.hint = path + " does not begin as a SQLite database file does";
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(path, ignored);  // opens for reading, then cannot be read
  if (error.code != ErrorCode::kCantOpen && !is_folder) return error;
  error.code = ErrorCode::kCantOpen;
  error.message = "unable to open database \"" + path + "\": unable to open database file";
  error.hint = hint_for_open(is_folder ? EISDIR : sqlite3_system_errno(connection));
  return error;
}

}  // namespace

ErrorCode error_code_of(int sqlite_result) {
  switch (sqlite_result & 0xff) {
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT: return ErrorCode::kInterrupt;
    case SQLITE_TOOBIG: return ErrorCode::kTooBig;
    case SQLITE_CONSTRAINT: return ErrorCode::kConstraint;
    case SQLITE_MISMATCH: return ErrorCode::kMismatch;
    case SQLITE_RANGE: return ErrorCode::kRange;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return ErrorCode::kBusy;
    case SQLITE_NOMEM: return ErrorCode::kNoMemory;
    case SQLITE_READONLY: return ErrorCode::kReadOnly;
    case SQLITE_IOERR: return ErrorCode::kIoError;
    case SQLITE_CORRUPT: return ErrorCode::kCorrupt;
    case SQLITE_FULL: return ErrorCode::kFull;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return ErrorCode::kCantOpen;
    case SQLITE_AUTH: return ErrorCode::kAuth;
    case SQLITE_NOTADB: return ErrorCode::kNotADatabase;
    case SQLITE_SCHEMA: return ErrorCode::kSchema;
    case SQLITE_INTERNAL:
    case SQLITE_MISUSE: return ErrorCode::kInternal;
    default: return ErrorCode::kError;
  }
}

TwinStatement& TwinStatement::operator=(TwinStatement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

TwinStatement::~TwinStatement() { sqlite3_finalize(statement_); }

bool TwinStatement::is_readonly() const { return sqlite3_stmt_readonly(statement_) != 0; }

int TwinStatement::column_count() const { return sqlite3_column_count(statement_); }

std::string TwinStatement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name == nullptr ? std::string() : std::string(name);
}

int TwinStatement::parameter_count() const { return sqlite3_bind_parameter_count(statement_); }

void TwinStatement::bind(int number, storage::Value value) {
  switch (value.storage_class()) {
    case storage::StorageClass::kNull: sqlite3_bind_null(statement_, number); break;
    case storage::StorageClass::kInteger: sqlite3_bind_int64(statement_, number, value.as_integer()); break;
    case storage::StorageClass::kReal: sqlite3_bind_double(statement_, number, value.as_real()); break;
    case storage::StorageClass::kText: {
      const std::string_view text = value.as_bytes();
      const char* bytes = text.data() == nullptr ? "" : text.data();
      sqlite3_bind_text64(statement_, number, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      break;
    }
    case storage::StorageClass::kBlob: {
      const std::string_view blob = value.as_bytes();
      if (blob.empty()) {
        sqlite3_bind_zeroblob(statement_, number, 0);  // a null pointer would bind NULL
      } else {
        sqlite3_bind_blob64(statement_, number, blob.data(), blob.size(), SQLITE_TRANSIENT);
      }
      break;
    }
  }
}

Expected<bool> TwinStatement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  const int reset_result = sqlite3_reset(statement_);
  sqlite3* connection = sqlite3_db_handle(statement_);
  const int offset = sqlite3_error_offset(connection);
  return Unexpected(Error{error_code_of(reset_result != SQLITE_OK ? reset_result : result),
                          sqlite3_errmsg(connection),
                          offset >= 0 ? std::optional<std::size_t>(static_cast<std::size_t>(offset)) : std::nullopt,
                          {}});
}

storage::Value TwinStatement::value(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: return storage::Value::integer(sqlite3_column_int64(statement_, column));
    case SQLITE_FLOAT: return storage::Value::real(sqlite3_column_double(statement_, column));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
      return storage::Value::text(text == nullptr ? std::string_view() : std::string_view(text, size));
    }
    case SQLITE_BLOB: {
      const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement_, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
      return storage::Value::blob(blob == nullptr ? std::string_view() : std::string_view(blob, size));
    }
    default: return storage::Value::null();
  }
}

void TwinStatement::reset() { sqlite3_reset(statement_); }

TwinCounters TwinStatement::take_counters() {
  const auto take = [this](int counter) -> std::int64_t { return sqlite3_stmt_status(statement_, counter, 1); };
  TwinCounters counters;
  counters.fullscan_steps = take(SQLITE_STMTSTATUS_FULLSCAN_STEP);
  counters.sorts = take(SQLITE_STMTSTATUS_SORT);
  counters.automatic_index_rows = take(SQLITE_STMTSTATUS_AUTOINDEX);
  counters.vm_steps = take(SQLITE_STMTSTATUS_VM_STEP);
  return counters;
}

Expected<Twin> Twin::open(const Options& options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  switch (options.mode) {
    case OpenMode::kReadOnly: flags |= SQLITE_OPEN_READONLY; break;
    case OpenMode::kReadWrite: flags |= SQLITE_OPEN_READWRITE; break;
    case OpenMode::kReadWriteCreate: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
  }
  Twin twin;
  const int result = sqlite3_open_v2(options.path.c_str(), &twin.connection_, flags, time_fixing_vfs());
  if (twin.connection_ == nullptr) return fail(ErrorCode::kNoMemory, "out of memory");
  if (result != SQLITE_OK) return Unexpected(about_opening(options.path, twin.last_error(result), twin.connection_));

  sqlite3* connection = twin.connection_;
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_busy_timeout(connection, options.busy_timeout_milliseconds);
  if (options.replay) {
    // Neither deterministic nor unsafe in a schema (DEFAULT (random())), as the functions they replace.
    twin.replay_ = options.replay;
    sqlite3_create_function_v2(connection, "random", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, twin.replay_.get(),
                               replay_random, nullptr, nullptr, nullptr);
    sqlite3_create_function_v2(connection, "randomblob", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, twin.replay_.get(),
                               replay_randomblob, nullptr, nullptr, nullptr);
  }
  // Opening is lazy: only the first read finds out that a file is locked, damaged or something else altogether.
  auto read = twin.run("SELECT count(*) FROM sqlite_schema");
  if (!read) return Unexpected(about_opening(options.path, read.error(), connection));
  return twin;
}

Twin::Twin(Twin&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      replay_(std::move(other.replay_)),
      settings_(std::move(other.settings_)),
      functions_(std::move(other.functions_)),
      data_version_statement_(std::move(other.data_version_statement_)) {}

Twin& Twin::operator=(Twin&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(replay_, other.replay_);
  std::swap(settings_, other.settings_);
  std::swap(functions_, other.functions_);
  std::swap(data_version_statement_, other.data_version_statement_);
  return *this;
}

Expected<void> Twin::add_function(std::shared_ptr<const OwnFunction> function) {
  if (auto registered = register_function(connection_, function, replay_); !registered) return registered;
  functions_.push_back(std::move(function));
  return {};
}

Twin::~Twin() {
  data_version_statement_.reset();
  sqlite3_close_v2(connection_);
}

Error Twin::last_error(int result, std::size_t offset_skipped) const {
  Error error{error_code_of(result), sqlite3_errmsg(connection_), std::nullopt, {}};
  if (error.code == ErrorCode::kBusy) error.hint = hint_for_lock(connection_);
  const int offset = sqlite3_error_offset(connection_);
  if (offset >= 0 && static_cast<std::size_t>(offset) >= offset_skipped) {
    error.sql_offset = static_cast<std::size_t>(offset) - offset_skipped;
  }
  return error;
}

Expected<TwinStatement> Twin::prepare(std::string_view sql, std::size_t* bytes_consumed, bool* has_statement) {
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::kTooBig, "string or blob too big");
  }
  // SQLite copies a text that does not end in NUL when told its length. With NUL inside it stops there.
  sqlite3_stmt* statement = nullptr;
  const char* tail = sql.data();
  const char* begin = sql.data() == nullptr ? "" : sql.data();
  const int result = sqlite3_prepare_v2(connection_, begin, static_cast<int>(sql.size()), &statement, &tail);
  if (result != SQLITE_OK) return Unexpected(last_error(result));
  if (bytes_consumed != nullptr) *bytes_consumed = static_cast<std::size_t>(tail - begin);
  if (has_statement != nullptr) *has_statement = statement != nullptr;
  return TwinStatement(statement);
}

Expected<TwinRows> Twin::run(std::string_view sql) {
  bool has_statement = false;
  auto statement = prepare(sql, nullptr, &has_statement);
  if (!statement) return Unexpected(statement.error());
  TwinRows result;
  if (!has_statement) return result;
  const int column_count = statement->column_count();
  for (int column = 0; column < column_count; ++column) result.columns.push_back(statement->column_name(column));
  for (;;) {
    auto stepped = statement->step();
    if (!stepped) return Unexpected(stepped.error());
    if (!*stepped) break;
    storage::Row row;
    row.reserve(static_cast<std::size_t>(column_count));
    for (int column = 0; column < column_count; ++column) row.emplace_back(statement->value(column));
    result.rows.push_back(std::move(row));
  }
  result.counters = statement->take_counters();
  return result;
}

Expected<void> Twin::execute(std::string_view sql) {
  std::size_t offset = 0;
  while (offset < sql.size()) {
    std::size_t consumed = 0;
    bool has_statement = false;
    auto statement = prepare(sql.substr(offset), &consumed, &has_statement);
    if (!statement) {
      Error error = statement.error();
      if (error.sql_offset) *error.sql_offset += offset;
      return Unexpected(std::move(error));
    }
    if (!has_statement && consumed == 0) break;
    offset += consumed;
    for (bool more = has_statement; more;) {
      auto stepped = statement->step();
      if (!stepped) return Unexpected(stepped.error());
      more = *stepped;
    }
  }
  return {};
}

Expected<std::vector<planner::PlanLine>> Twin::plan(std::string_view sql,
                                                    const std::vector<storage::OwnedValue>& bindings) {
  static constexpr std::string_view kPrefix = "EXPLAIN QUERY PLAN ";
  std::string text;
  text.reserve(kPrefix.size() + sql.size());
  text.append(kPrefix).append(sql);
  bool has_statement = false;
  auto statement = prepare(text, nullptr, &has_statement);
  if (!statement) {
    Error error = statement.error();
    if (error.sql_offset) *error.sql_offset -= std::min(*error.sql_offset, kPrefix.size());
    return Unexpected(std::move(error));
  }
  std::vector<planner::PlanLine> lines;
  if (!has_statement) return lines;
  for (std::size_t i = 0; i < bindings.size(); ++i) statement->bind(static_cast<int>(i) + 1, bindings[i].view());

  std::vector<std::int64_t> sqlite_ids;  // bytecode addresses; position + 1 is our number
  for (;;) {
    auto stepped = statement->step();
    if (!stepped) return Unexpected(stepped.error());
    if (!*stepped) return lines;
    const std::int64_t parent = statement->value(1).as_integer();
    planner::PlanLine line;
    line.id = static_cast<decltype(line.id)>(lines.size() + 1);
    line.parent = 0;
    // The nearest line above wins: an address may come twice when a subroutine's code is generated twice.
    for (std::size_t i = sqlite_ids.size(); parent != 0 && i > 0; --i) {
      if (sqlite_ids[i - 1] != parent) continue;
      line.parent = static_cast<decltype(line.parent)>(i);
      break;
    }
    line.detail = std::string(statement->value(3).as_bytes());
    sqlite_ids.push_back(statement->value(0).as_integer());
    lines.push_back(std::move(line));
  }
}

std::int64_t Twin::changes() const { return sqlite3_changes64(connection_); }
std::int64_t Twin::total_changes() const { return sqlite3_total_changes64(connection_); }
std::int64_t Twin::last_insert_rowid() const { return sqlite3_last_insert_rowid(connection_); }
bool Twin::is_autocommit() const { return sqlite3_get_autocommit(connection_) != 0; }
bool Twin::has_deferred_violations() const {
  int open = 0, unused = 0;
  return sqlite3_db_status(connection_, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &unused, 0) == SQLITE_OK && open != 0;
}
bool Twin::is_readonly() const { return sqlite3_db_readonly(connection_, "main") == 1; }

Expected<std::int64_t> Twin::data_version() {
  if (!data_version_statement_) {
    auto statement = prepare("PRAGMA data_version");
    if (!statement) return Unexpected(statement.error());
    data_version_statement_ = std::make_unique<TwinStatement>(std::move(*statement));
  }
  auto stepped = data_version_statement_->step();
  if (!stepped) return Unexpected(stepped.error());
  const std::int64_t version = *stepped ? data_version_statement_->value(0).as_integer() : 0;
  data_version_statement_->reset();
  return version;
}

void Twin::set_interrupt(const std::atomic<bool>* flag) {
  sqlite3_progress_handler(connection_, flag == nullptr ? 0 : kProgressSteps, flag == nullptr ? nullptr : is_interrupted,
                           const_cast<std::atomic<bool>*>(flag));
}

std::string Twin::version() { return sqlite3_libversion(); }

}  // namespace leftmost::oracle
