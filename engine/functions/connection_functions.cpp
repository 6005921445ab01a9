// What a connection, its library and its random source answer.
#include <array>
#include <cstring>
#include <string>

#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"
#include "storage/collation.h"

namespace leftmost::engine {
namespace {

using storage::Value;
using Arguments = std::span<const Value>;

// The library whose behaviour this engine reproduces: Debian 12's SQLite.
constexpr std::string_view kVersion = "3.40.1";
constexpr std::string_view kSourceId = "2022-12-28 14:03:47 df5c253c0b3dd24916e4ec7cf77d3db5294cc9fd45ae7b9c5e82ad8197f3alt1";
constexpr std::string_view kCompileOptions[] = {
    "ATOMIC_INTRINSICS=1",
    "COMPILER=gcc-12.2.0",
    "DEFAULT_AUTOVACUUM",
    "DEFAULT_CACHE_SIZE=-2000",
    "DEFAULT_FILE_FORMAT=4",
    "DEFAULT_JOURNAL_SIZE_LIMIT=-1",
    "DEFAULT_MMAP_SIZE=0",
    "DEFAULT_PAGE_SIZE=4096",
    "DEFAULT_PCACHE_INITSZ=20",
    "DEFAULT_RECURSIVE_TRIGGERS",
    "DEFAULT_SECTOR_SIZE=4096",
    "DEFAULT_SYNCHRONOUS=2",
    "DEFAULT_WAL_AUTOCHECKPOINT=1000",
    "DEFAULT_WAL_SYNCHRONOUS=2",
    "DEFAULT_WORKER_THREADS=0",
    "ENABLE_COLUMN_METADATA",
    "ENABLE_DBSTAT_VTAB",
    "ENABLE_FTS3",
    "ENABLE_FTS3_PARENTHESIS",
    "ENABLE_FTS3_TOKENIZER",
    "ENABLE_FTS4",
    "ENABLE_FTS5",
    "ENABLE_LOAD_EXTENSION",
    "ENABLE_MATH_FUNCTIONS",
    "ENABLE_PREUPDATE_HOOK",
    "ENABLE_RTREE",
    "ENABLE_SESSION",
    "ENABLE_STMTVTAB",
    "ENABLE_UNLOCK_NOTIFY",
    "ENABLE_UPDATE_DELETE_LIMIT",
    "HAVE_ISNAN",
    "LIKE_DOESNT_MATCH_BLOBS",
    "MALLOC_SOFT_LIMIT=1024",
    "MAX_ATTACHED=10",
    "MAX_COLUMN=2000",
    "MAX_COMPOUND_SELECT=500",
    "MAX_DEFAULT_PAGE_SIZE=32768",
    "MAX_EXPR_DEPTH=1000",
    "MAX_FUNCTION_ARG=127",
    "MAX_LENGTH=1000000000",
    "MAX_LIKE_PATTERN_LENGTH=50000",
    "MAX_MMAP_SIZE=0x7fff0000",
    "MAX_PAGE_COUNT=1073741823",
    "MAX_PAGE_SIZE=65536",
    "MAX_SCHEMA_RETRY=25",
    "MAX_SQL_LENGTH=1000000000",
    "MAX_TRIGGER_DEPTH=1000",
    "MAX_VARIABLE_NUMBER=250000",
    "MAX_VDBE_OP=250000000",
    "MAX_WORKER_THREADS=8",
    "MUTEX_PTHREADS",
    "OMIT_LOOKASIDE",
    "SECURE_DELETE",
    "SOUNDEX",
    "SYSTEM_MALLOC",
    "TEMP_STORE=1",
    "THREADSAFE=1",
    "USE_URI",
};

Value changes_function(CallContext& call, Arguments) { return Value::integer(call.run.counters().changes); }
Value total_changes_function(CallContext& call, Arguments) {
  return Value::integer(call.run.counters().total_changes);
}
Value last_insert_rowid_function(CallContext& call, Arguments) {
  return Value::integer(call.run.counters().last_insert_rowid);
}

Value version_function(CallContext&, Arguments) { return Value::text(kVersion); }
Value source_id_function(CallContext&, Arguments) { return Value::text(kSourceId); }

Value compile_option_get_function(CallContext&, Arguments a) {
  const auto index = static_cast<std::int32_t>(static_cast<std::uint64_t>(integer_value(a[0])));
  if (index < 0 || index >= static_cast<std::int32_t>(std::size(kCompileOptions))) return Value::null();
  return Value::text(kCompileOptions[static_cast<std::size_t>(index)]);
}

// Whether an option of that name is set, with or without its SQLITE_ prefix and its value.
Value compile_option_used_function(CallContext& call, Arguments a) {
  if (a[0].is_null()) return a[0];
  std::string_view wanted = until_nul(text_value(a[0], call.run.results()));
  constexpr std::string_view kPrefix = "SQLITE_";
  if (storage::equals_ignoring_case(wanted.substr(0, kPrefix.size()), kPrefix)) wanted.remove_prefix(kPrefix.size());
  for (const std::string_view option : kCompileOptions) {
    if (!storage::equals_ignoring_case(option.substr(0, wanted.size()), wanted)) continue;
    if (option.size() == wanted.size()) return Value::boolean(true);
    const char next = option[wanted.size()];
    const bool continues_name = next == '_' || next == '$' || (next >= '0' && next <= '9') ||
                                (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
    if (!continues_name) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value random_function(CallContext& call, Arguments) {
  std::array<std::uint8_t, 8> bytes{};
  call.run.environment().random_bytes(bytes);
  std::uint64_t bits = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) bits = bits << 8 | bytes[i];
  auto value = static_cast<std::int64_t>(bits);
  // SQLite avoids the one integer that has no absolute value, so that abs(random()) always works.
  if (value < 0) value = -static_cast<std::int64_t>(bits & 0x7fffffffffffffff);
  return Value::integer(value);
}

Value randomblob_function(CallContext& call, Arguments a) {
  const std::int64_t wanted = integer_value(a[0]);
  if (wanted > static_cast<std::int64_t>(storage::kValueBytesMax)) {
    return call.run.fail(ErrorCode::kTooBig, "string or blob too big");
  }
  const std::size_t size = wanted < 1 ? 1 : static_cast<std::size_t>(wanted);
  char* bytes = call.run.allocate_bytes(size);
  if (bytes == nullptr) return Value::null();
  call.run.environment().random_bytes({reinterpret_cast<std::uint8_t*>(bytes), size});
  return Value::blob({bytes, size});
}

void make_volatile(Function& function) {
  function.deterministic = false;
  function.prohibited_in_schema = true;
}

}  // namespace

void add_connection_functions(FunctionTable& table) {
  make_volatile(table.scalar("changes", 0, 0, changes_function));
  make_volatile(table.scalar("total_changes", 0, 0, total_changes_function));
  make_volatile(table.scalar("last_insert_rowid", 0, 0, last_insert_rowid_function));
  make_volatile(table.scalar("random", 0, 0, random_function));
  make_volatile(table.scalar("randomblob", 1, 1, randomblob_function));
  table.scalar("sqlite_version", 0, 0, version_function).prohibited_in_schema = true;
  table.scalar("sqlite_source_id", 0, 0, source_id_function).prohibited_in_schema = true;
  table.scalar("sqlite_compileoption_get", 1, 1, compile_option_get_function).prohibited_in_schema = true;
  table.scalar("sqlite_compileoption_used", 1, 1, compile_option_used_function).prohibited_in_schema = true;
}

}  // namespace leftmost::engine
