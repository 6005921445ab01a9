#include "engine/exec/pragma.h"

#include <algorithm>
#include <array>

#include "engine/exec/definition_names.h"
#include "engine/exec/rows_action.h"
#include "storage/collation.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::equals_ignoring_case;
using storage::Value;

// Settings of SQLite's own storage: setting them changes nothing that can be asked here.
constexpr std::array<std::string_view, 14> kStorageSettings = {
    "synchronous",       "cache_size", "temp_store",       "page_size",  "auto_vacuum",   "cache_spill", "mmap_size",
    "recursive_triggers", "threads",   "locking_mode",     "busy_timeout", "secure_delete", "wal_autocheckpoint",
    "checkpoint_fullfsync"};

void one_value(CompiledStatement& statement, std::string_view name, std::function<Value()> value) {
  statement.columns = {{std::string(name), ""}};
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
void boolean_setting(CompiledStatement& statement, const sql::Pragma& pragma, std::string_view name, bool& setting) {
  if (pragma.has_value) {
    do_only(statement, [&setting, on = pragma_boolean(pragma.value)] { setting = on; });
  } else {
    one_value(statement, name, [&setting] { return Value::boolean(setting); });
  }
}

}  // namespace

bool pragma_boolean(std::string_view value) {
  if (!value.empty() && value[0] >= '0' && value[0] <= '9') return storage::cast_text_to_integer(value) != 0;
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
    for (const std::string_view column : found->columns) statement.columns.push_back({std::string(column), ""});
    if (found->needs_value && !pragma.has_value) {
      statement.action = make_rows_action(found->columns.size(), [](RowBuffer&) -> Expected<void> { return {}; });
      return {};
    }
    statement.action = make_rows_action(
        found->columns.size(), [&connection, found, where = *schema, value = pragma.value](RowBuffer& rows) -> Expected<void> {
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
  } else if (is("case_sensitive_like")) {
    do_only(statement, [&connection, has_value = pragma.has_value, on = pragma_boolean(pragma.value)] {
      if (!has_value) return;
      connection.settings().case_sensitive_like = on;
      connection.schema_changed();
    });
  } else if (is("user_version")) {
    if (pragma.has_value) {
      statement.is_readonly = false;
      const auto version = static_cast<std::int32_t>(storage::cast_text_to_integer(pragma.value));
      statement.action = make_definition_action(connection, [&connection, version]() -> Expected<void> {
        connection.set_user_version(version);
        return {};
      });
    } else {
      one_value(statement, "user_version", [&connection] { return Value::integer(connection.user_version()); });
    }
  } else if (is("analysis_limit")) {
    one_value(statement, "analysis_limit",
              [&settings, has_value = pragma.has_value, limit = storage::cast_text_to_integer(pragma.value)] {
                if (has_value && limit >= 0) settings.analysis_limit = limit;
                return Value::integer(settings.analysis_limit);
              });
  } else if (is("encoding") && !pragma.has_value) {
    one_value(statement, "encoding", [] { return Value::text("UTF-8"); });
  } else if (is("foreign_keys")) {
    if (pragma.has_value && pragma_boolean(pragma.value)) {
      return not_supported("foreign-key enforcement", pragma.span.begin);
    }
    if (pragma.has_value) {
      do_only(statement, [] {});
    } else {
      one_value(statement, "foreign_keys", [] { return Value::integer(0); });
    }
  } else if (std::find_if(kStorageSettings.begin(), kStorageSettings.end(), is) != kStorageSettings.end()) {
    if (!pragma.has_value) return not_supported("PRAGMA " + std::string(pragma.name.text), pragma.span.begin);
    do_only(statement, [] {});
  } else if (is("journal_mode") || is("schema_version") || is("data_version") || is("page_count") ||
             is("freelist_count") || is("compile_options") || is("function_list") || is("module_list") ||
             is("pragma_list") || is("collation_list") || is("application_id") || is("foreign_key_check") ||
             is("writable_schema") || is("max_page_count")) {
    return not_supported("PRAGMA " + std::string(pragma.name.text), pragma.span.begin);
  } else {
    do_only(statement, [] {});  // optimize; and unknown ones mean nothing, as in SQLite
  }
  return {};
}

}  // namespace leftmost::engine
