#include "engine/exec/integrity_check.h"

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/index_build.h"
#include "engine/exec/pragma.h"
#include "engine/exec/stream_builder.h"
#include "storage/affinity.h"
#include "storage/cursor.h"
#include "storage/number_text.h"
#include "storage/table_view.h"

namespace leftmost::engine {
namespace {

using storage::SchemaName;
using storage::Value;

constexpr std::size_t kMessagesMax = 100;

/// What a column of this affinity cannot hold, as storing it would have converted it; empty if all is well.
std::string_view misplaced_kind(storage::Affinity affinity, Value value) {
  if (affinity == storage::Affinity::kText) return value.is_number() ? "NUMERIC" : "";
  if (!storage::is_numeric_affinity(affinity) || !value.is_text()) return "";
  return storage::number_of_whole_text(value.as_bytes()).is_null() ? "" : "TEXT";
}

/// The rows of one table, by its columns and CHECKs.
Expected<void> check_rows(Connection& connection, const storage::TablePtr& table, std::size_t limit,
                          std::vector<std::string>& broken) {
  const std::shared_ptr<RelationCache> relations = connection.relations();
  auto expressions = relations->expressions(table);
  if (!expressions) return Unexpected(expressions.error());
  storage::Arena arena;
  Runtime runtime(connection.environment(), connection.counters());
  StreamBuilder builder(runtime, arena);
  std::vector<const Program*> checks;
  for (const planner::Expr* check : (*expressions)->checks) checks.push_back(builder.compile(*check));
  runtime.start(connection.data(), connection.limits(), {});
  std::vector<Value> row(table->columns.size());
  for (storage::Cursor cursor(*connection.data().tree(table->id)); cursor.valid(); cursor.next()) {
    if (broken.size() >= limit || !runtime.step()) break;
    const storage::TableRow source(*table, cursor.leaf(), cursor.slot());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = source.column(static_cast<int>(i));
      const storage::ColumnDef& column = table->columns[i];
      if (static_cast<int>(i) == table->rowid_alias) continue;
      const std::string where = " value in " + table->name + '.' + column.name;
      if (column.not_null && row[i].is_null()) broken.push_back("NULL" + where);
      const std::string_view kind = misplaced_kind(column.affinity, row[i]);
      if (!kind.empty()) broken.push_back(std::string(kind) + where);
    }
    if (checks.empty()) continue;
    runtime.row(planner::kSelfItem).set_values(row, table->without_rowid ? Value::null() : Value::integer(source.rowid()));
    for (const Program* check : checks) {
      if (test(*check, runtime.eval(), true) || runtime.failed()) continue;
      broken.push_back("CHECK constraint failed in " + table->name);
      break;
    }
    runtime.run().results().reset();
  }
  if (runtime.failed()) return Unexpected(runtime.run().take_error());
  return {};
}

Expected<void> check_table(Connection& connection, const storage::TablePtr& table, std::size_t limit,
                           std::vector<std::string>& broken) {
  for (std::string& rule : connection.data().tree(table->id)->check()) {
    broken.push_back("table " + table->name + ": " + std::move(rule));
  }
  if (auto checked = check_rows(connection, table, limit, broken); !checked) return checked;
  for (const storage::IndexPtr& index : connection.data().catalog.indexes_of(table->id)) {
    if (index->is_table_itself) continue;
    for (std::string& rule : connection.data().tree(index->id)->check()) {
      broken.push_back("index " + index->name + ": " + std::move(rule));
    }
    auto against_table = check_index(connection, index->id, kMessagesMax);
    if (!against_table) return Unexpected(against_table.error());
    broken.insert(broken.end(), against_table->begin(), against_table->end());
  }
  return {};
}

}  // namespace

Expected<void> integrity_check(Connection& connection, std::optional<SchemaName> schema, std::string_view value,
                               RowBuffer& rows) {
  std::size_t limit = kMessagesMax;
  std::vector<storage::TablePtr> tables;
  const bool is_number = !value.empty() && ((value[0] >= '0' && value[0] <= '9') || value[0] == '-' || value[0] == '+');
  if (is_number || value.empty()) {
    if (const std::int32_t wanted = pragma_integer(value); wanted > 0) limit = static_cast<std::size_t>(wanted);
    for (const SchemaName name : {SchemaName::kMain, SchemaName::kTemp}) {
      if (schema && *schema != name) continue;
      for (const storage::TablePtr& table : connection.data().catalog.tables(name)) tables.push_back(table);
    }
  } else {
    const std::string_view written = !schema ? "" : *schema == SchemaName::kMain ? "main" : "temp";
    const auto named = connection.relations()->find(written, value);
    if (!named) {
      const std::string prefix = written.empty() ? "" : std::string(written) + '.';
      return fail(ErrorCode::kError, "no such table: " + prefix + std::string(value));
    }
    if (named->table && connection.data().tree(named->table->id) != nullptr) tables.push_back(named->table);
  }
  std::vector<std::string> broken;
  for (const storage::TablePtr& table : tables) {
    if (auto checked = check_table(connection, table, limit, broken); !checked) return checked;
  }
  if (broken.empty()) broken.emplace_back("ok");
  if (broken.size() > limit) broken.resize(limit);
  for (const std::string& message : broken) {
    const Value row = Value::text(message);
    rows.add(std::span(&row, 1));
  }
  return {};
}

}  // namespace leftmost::engine
