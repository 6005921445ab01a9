#include "engine/exec/pragma.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/exec/definition_names.h"
#include "engine/exec/rows_action.h"
#include "storage/collation.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::equals_ignoring_case;
using storage::Value;

// Settings of SQLite's own storage, and of what this engine does not have: setting them changes nothing that
// can be asked here, and shows nothing.
constexpr std::array<std::string_view, 12> kIdleSettings = {
    "synchronous",          "cache_size",     "temp_store", "page_size",        "auto_vacuum",
    "cache_spill",          "mmap_size",      "fullfsync",  "read_uncommitted", "trusted_schema",
    "checkpoint_fullfsync", "cell_size_check"};

// What SQLite knows and this engine would have to make up an answer for.
constexpr std::array<std::string_view, 28> kNotHere = {"application_id",
                                                       "busy_timeout",
                                                       "compile_options",
                                                       "data_store_directory",
                                                       "data_version",
                                                       "default_cache_size",
                                                       "freelist_count",
                                                       "function_list",
                                                       "hard_heap_limit",
                                                       "journal_mode",
                                                       "journal_size_limit",
                                                       "locking_mode",
                                                       "lock_proxy_file",
                                                       "max_page_count",
                                                       "module_list",
                                                       "page_count",
                                                       "pragma_list",
                                                       "schema_version",
                                                       "secure_delete",
                                                       "soft_heap_limit",
                                                       "stats",
                                                       "temp_store_directory",
                                                       "threads",
                                                       "wal_autocheckpoint",
                                                       "wal_checkpoint",
                                                       "activate_extensions",
                                                       "hexkey",
                                                       "key"};

// Switches that would change what statements do; they can be read, and set to what they are.
struct FixedSwitch {
  std::string_view name;
  bool value;
};
constexpr std::array<FixedSwitch, 8> kFixedSwitches = {{{"count_changes", false},
                                                        {"empty_result_callbacks", false},
                                                        {"full_column_names", false},
                                                        {"ignore_check_constraints", false},
                                                        {"legacy_alter_table", false},
                                                        {"query_only", false},
                                                        {"short_column_names", true},
                                                        {"writable_schema", false}}};

void one_value(CompiledStatement& statement, std::string_view name, std::function<Value()> value) {
  statement.columns = {{statement.arena.copy(name), ""}};
  statement.action = make_rows_action(1, [value = std::move(value)](RowBuffer& rows) -> Expected<void> {
    const Value row = value();
    rows.add(std::span(&row, 1));
    return {};
  });
}

void do_only(CompiledStatement& statement, std::function<void()> run) {
  statement.action = make_plain_action([run = std::move(run)]() -> Expected<void> {
    run();
    return {};
  });
}

// A switch that is read without a value and set with one.
void boolean_setting(CompiledStatement& statement, const sql::Pragma& pragma, std::string_view name,
                     bool& setting) {
  if (pragma.has_value) {
    do_only(statement, [&setting, on = pragma_boolean(pragma.value)] { setting = on; });
  } else {
    one_value(statement, name, [&setting] { return Value::boolean(setting); });
  }
}

}  // namespace

std::int32_t pragma_integer(std::string_view value) {
  const bool is_negative = !value.empty() && value[0] == '-';
  if (!value.empty() && (value[0] == '-' || value[0] == '+')) value.remove_prefix(1);
  const bool is_hexadecimal = value.size() > 2 && value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
  if (is_hexadecimal) value.remove_prefix(2);
  std::int64_t number = 0;
  for (const char c : value) {
    const bool is_digit = c >= '0' && c <= '9';
    const char lower = storage::to_lower_ascii(c);
    if (!is_digit && !(is_hexadecimal && lower >= 'a' && lower <= 'f')) break;
    number = number * (is_hexadecimal ? 16 : 10) + (is_digit ? c - '0' : lower - 'a' + 10);
    if (number > std::numeric_limits<std::int32_t>::max()) return 0;
  }
  return static_cast<std::int32_t>(is_negative ? -number : number);
}

bool pragma_boolean(std::string_view value) {
  if (!value.empty() && value[0] >= '0' && value[0] <= '9')
    return static_cast<std::uint8_t>(pragma_integer(value)) != 0;
  for (const std::string_view word : {"on", "yes", "true"}) {
    if (equals_ignoring_case(value, word)) return true;
  }
  return false;
}

Expected<void> compile_pragma(const sql::Pragma& pragma, CompileContext context) {
  CompiledStatement& statement = context.statement;
  Connection& connection = context.connection;
  statement.kind = StatementKind::kPragma;
  auto schema = named_schema(pragma.schema);
  if (!schema) return Unexpected(schema.error());
  const auto is = [&](std::string_view name) { return equals_ignoring_case(pragma.name.text, name); };

  if (const SchemaPragma* found = find_schema_pragma(pragma.name.text)) {
    for (const std::string_view column : found->columns)
      statement.columns.push_back({statement.arena.copy(column), ""});
    if (found->needs_value && !pragma.has_value) {
      statement.action =
          make_rows_action(found->columns.size(), [](RowBuffer&) -> Expected<void> { return {}; });
      return {};
    }
    statement.action = make_rows_action(
        found->columns.size(),
        [&connection, found, where = *schema, value = pragma.value](RowBuffer& rows) -> Expected<void> {
          return found->fill(connection, where, value, rows);
        });
    return {};
  }
  Settings& settings = connection.settings();
  if (is("automatic_index")) {
    if (pragma.has_value) {
      do_only(statement, [&connection, on = pragma_boolean(pragma.value)] {
        connection.settings().automatic_index = on;
        connection.schema_changed();  // plans made before may differ now
      });
    } else {
      boolean_setting(statement, pragma, "automatic_index", settings.automatic_index);
    }
  } else if (is("reverse_unordered_selects")) {
    if (pragma.has_value) {
      do_only(statement, [&connection, on = pragma_boolean(pragma.value)] {
        connection.settings().reverse_unordered_selects = on;
        connection.schema_changed();
      });
    } else {
      boolean_setting(statement, pragma, "reverse_unordered_selects", settings.reverse_unordered_selects);
    }
  } else if (is("recursive_triggers")) {
    if (pragma.has_value) {
      do_only(statement, [&connection, on = pragma_boolean(pragma.value)] {
        connection.settings().recursive_triggers = on;
        connection.schema_changed();
      });
    } else {
      boolean_setting(statement, pragma, "recursive_triggers", settings.recursive_triggers);
    }
  } else if (is("case_sensitive_like")) {
    do_only(statement, [&connection, has_value = pragma.has_value, on = pragma_boolean(pragma.value)] {
      if (!has_value) return;
      connection.settings().case_sensitive_like = on;
      connection.schema_changed();
    });
  } else if (is("user_version")) {
    if (pragma.has_value) {
      statement.is_readonly = false;
      const std::int32_t version = pragma_integer(pragma.value);
      statement.action = make_definition_action(connection, [&connection, version]() -> Expected<void> {
        connection.set_user_version(version);
        return {};
      });
    } else {
      one_value(statement, "user_version",
                [&connection] { return Value::integer(connection.user_version()); });
    }
  } else if (is("analysis_limit")) {
    const Value limit = storage::number_of_whole_text(pragma.value);
    const std::int64_t wanted = limit.is_integer() ? limit.as_integer() : pragma_integer(pragma.value);
    const bool is_number =
        limit.is_integer() || pragma.value.starts_with("0x") || pragma.value.starts_with("0X");
    one_value(statement, "analysis_limit",
              [&settings, wanted, sets = pragma.has_value && is_number && wanted >= 0] {
                if (sets) settings.analysis_limit = wanted & std::numeric_limits<std::int32_t>::max();
                return Value::integer(settings.analysis_limit);
              });
  } else if (is("encoding") && !pragma.has_value) {
    one_value(statement, "encoding", [] { return Value::text("UTF-8"); });
  } else if (is("foreign_keys")) {
    if (pragma.has_value) {
      do_only(statement, [&connection, on = pragma_boolean(pragma.value)] {
        if (!connection.is_autocommit()) return;  // SQLite: no change inside a transaction
        connection.settings().foreign_keys = on;
        connection.schema_changed();
      });
    } else {
      boolean_setting(statement, pragma, "foreign_keys", settings.foreign_keys);
    }
  } else if (is("defer_foreign_keys")) {
    if (pragma.has_value) {
      do_only(statement, [&connection, on = pragma_boolean(pragma.value)] {
        connection.settings().defer_foreign_keys = on;
        if (!on) connection.violations().put_off = 0;
        connection.schema_changed();
      });
    } else {
      boolean_setting(statement, pragma, "defer_foreign_keys", settings.defer_foreign_keys);
    }
  } else if (std::find_if(kIdleSettings.begin(), kIdleSettings.end(), is) != kIdleSettings.end()) {
    if (!pragma.has_value) return not_supported("PRAGMA " + std::string(pragma.name.text), pragma.span.begin);
    do_only(statement, [] {});
  } else if (const auto* fixed = std::find_if(kFixedSwitches.begin(), kFixedSwitches.end(),
                                              [&](const FixedSwitch& known) { return is(known.name); });
             fixed != kFixedSwitches.end()) {
    if (!pragma.has_value) {
      one_value(statement, fixed->name, [value = fixed->value] { return Value::boolean(value); });
    } else if (pragma_boolean(pragma.value) == fixed->value) {
      do_only(statement, [] {});
    } else {
      return not_supported("PRAGMA " + std::string(pragma.name.text), pragma.span.begin);
    }
  } else if (std::find_if(kNotHere.begin(), kNotHere.end(), is) != kNotHere.end()) {
    return not_supported("PRAGMA " + std::string(pragma.name.text), pragma.span.begin);
  } else {
    do_only(statement, [] {});  // optimize: no ANALYZE unasked; unknown ones mean nothing, as in SQLite
  }
  return {};
}

}  // namespace leftmost::engine
