#include "engine/exec/integrity_check.h"

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/index_build.h"
#include "engine/exec/pragma.h"
#include "engine/exec/stream_builder.h"
#include "engine/exec/table_order.h"
#include "engine/exec/table_writer.h"
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

/// What is wrong with the type of a value, as an error begins; empty if all is well.
std::string wrong_type(const storage::TableDef& table, const storage::ColumnDef& column, Value value) {
  if (!table.strict) return std::string(misplaced_kind(column.affinity, value));
  return is_of_strict_type(column.declared_type, value) ? std::string() : "non-" + column.declared_type;
}

/// The rows of one table, by its columns and CHECKs.
Expected<void> check_rows(Connection& connection, const storage::TablePtr& table, std::size_t limit,
                          std::vector<std::string>& broken) {
  const std::shared_ptr<RelationCache> relations = connection.relations();
  auto expressions = relations->expressions(table);
  if (!expressions) return Unexpected(expressions.error());
  auto relation = relations->relation(table);
  if (!relation) return Unexpected(relation.error());
  storage::Arena arena;
  Runtime runtime(connection.environment(), connection.counters());
  StreamBuilder builder(runtime, arena);
  std::vector<const Program*> checks;
  for (const planner::Expr* check : (*expressions)->checks) checks.push_back(builder.compile(*check));
  runtime.set_relation(planner::kSelfItem, **relation, arena);
  ItemRow& self = runtime.row(planner::kSelfItem);
  runtime.start(connection.data(), connection.limits(), {});
  std::vector<Value> row(table->columns.size());
  for (storage::Cursor cursor(*connection.data().tree(table->id)); cursor.valid(); cursor.next()) {
    if (broken.size() >= limit || !runtime.step()) break;
    const storage::TableRow source(*table, cursor.leaf(), cursor.slot());
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = source.column(static_cast<int>(i));
    self.set_stored_values(row, table->without_rowid ? Value::null() : Value::integer(source.rowid()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      const storage::ColumnDef& column = table->columns[i];
      if (static_cast<int>(i) == table->rowid_alias) continue;
      const bool has_type =
          table->strict ? column.declared_type != "ANY" : column.affinity != storage::Affinity::kBlob;
      if (!column.not_null && !has_type) continue;
      const Value value = self.column(static_cast<int>(i));
      const std::string where = " value in " + table->name + '.' + column.name;
      if (column.not_null && value.is_null()) broken.push_back("NULL" + where);
      const std::string kind = wrong_type(*table, column, value);
      if (!kind.empty()) broken.push_back(kind + where);
    }
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

Expected<void> integrity_check(Connection& connection, std::optional<SchemaName> schema,
                               std::string_view value, RowBuffer& rows) {
  std::size_t limit = kMessagesMax;
  std::vector<storage::TablePtr> tables;
  const bool is_number =
      !value.empty() && ((value[0] >= '0' && value[0] <= '9') || value[0] == '-' || value[0] == '+');
  if (is_number || value.empty()) {
    if (const std::int32_t wanted = pragma_integer(value); wanted > 0)
      limit = static_cast<std::size_t>(wanted);
    for (const SchemaName name : {SchemaName::kMain, SchemaName::kTemp}) {
      if (schema && *schema != name) continue;
      for (const std::optional<storage::ObjectPtr>& object :
           tables_and_views_in_hash_order(connection.data().catalog, name)) {
        const auto* table = object ? std::get_if<storage::TablePtr>(&*object) : nullptr;
        if (table != nullptr) tables.push_back(*table);
      }
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
