#include "engine/exec/definition_names.h"

#include <algorithm>

#include "engine/sql/lexer.h"
#include "storage/collation.h"

namespace leftmost::engine {

using storage::SchemaName;

Expected<std::optional<SchemaName>> named_schema(const sql::Name& schema) {
  if (schema.empty()) return std::nullopt;
  if (storage::equals_ignoring_case(schema.text, "main")) return SchemaName::kMain;
  if (storage::equals_ignoring_case(schema.text, "temp")) return SchemaName::kTemp;
  return fail(ErrorCode::kError, "unknown database " + std::string(schema.text), schema.span.begin);
}

Expected<SchemaName> schema_for_new(const sql::Name& schema, bool temporary) {
  auto named = named_schema(schema);
  if (!named) return Unexpected(named.error());
  if (temporary && *named && **named != SchemaName::kTemp) {
    return fail(ErrorCode::kError, "temporary table name must be unqualified");
  }
  if (temporary) return SchemaName::kTemp;
  return named->value_or(SchemaName::kMain);
}

bool is_reserved_name(std::string_view name) {
  constexpr std::string_view kReserved = "sqlite_";
  return name.size() >= kReserved.size() &&
         storage::equals_ignoring_case(name.substr(0, kReserved.size()), kReserved);
}

Expected<void> check_new_name(const sql::Name& name) {
  if (is_reserved_name(name.text)) {
    return fail(ErrorCode::kError, "object name reserved for internal use: " + std::string(name.text));
  }
  return {};
}

std::string written_name(const sql::Name& schema, const sql::Name& name) {
  if (schema.empty()) return std::string(name.text);
  return std::string(schema.text) + '.' + std::string(name.text);
}

std::string quoted_identifier(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  bool needs_quotes =
      name.empty() || (name[0] >= '0' && name[0] <= '9') || !std::all_of(name.begin(), name.end(), is_plain);
  if (!needs_quotes) {
    const auto token = sql::next_token(name, 0);
    needs_quotes = token && token->token_class == sql::TokenClass::kKeyword;
  }
  if (!needs_quotes) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

std::string rowid_name(const storage::TableDef& table) {
  if (table.rowid_alias >= 0)
    return quoted_identifier(table.columns[static_cast<std::size_t>(table.rowid_alias)].name);
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    if (table.find_column(name) < 0) return name;
  }
  return "rowid";
}

}  // namespace leftmost::engine
