// engine/exec/pragma.h - PRAGMA: which there are, and what each of them returns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/compiled_statement.h"
#include "engine/exec/row_buffer.h"

namespace leftmost::engine {

/// A PRAGMA that returns rows about the schema.
struct SchemaPragma {
  std::string_view name;
  std::vector<std::string_view> columns;
  /// `schema`: as written, if it was; `value`: the argument.
  Expected<void> (*fill)(Connection& connection, std::optional<storage::SchemaName> schema,
                         std::string_view value, RowBuffer& rows);
  bool needs_value = true;
  // As a function in FROM it has hidden columns for these.
  bool takes_value = true;
  bool takes_schema = true;
};
/// Null: there is none of that name.
const SchemaPragma* find_schema_pragma(std::string_view name);

/// The number that a value begins with, decimal or 0x; 0 without one, or if it does not fit 32 bits.
std::int32_t pragma_integer(std::string_view value);
/// SQLite's reading of on, yes, true and numbers.
bool pragma_boolean(std::string_view value);

}  // namespace leftmost::engine
