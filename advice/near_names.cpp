#include "advice/near_names.h"

#include <fmt/format.h>

#include "engine/bind/nearest_name.h"

namespace leftmost::advice {
namespace {

using engine::bind::nearest_name;

std::vector<storage::TablePtr> tables_of(const storage::Catalog& catalog) {
  return catalog.tables(storage::SchemaName::kMain);
}

void add_tables(const std::vector<storage::TablePtr>& tables, std::vector<std::string_view>& names) {
  for (const storage::TablePtr& table : tables) names.push_back(table->name);
}

std::vector<storage::IndexPtr> indexes_of(const storage::Catalog& catalog) {
  std::vector<storage::IndexPtr> all;
  for (const storage::TablePtr& table : tables_of(catalog)) {
    for (storage::IndexPtr& index : catalog.indexes_of(table->id)) all.push_back(std::move(index));
  }
  return all;
}

}  // namespace

Error no_such_table(const storage::Catalog& catalog, std::string_view name) {
  const auto tables = tables_of(catalog);
  std::vector<std::string_view> names;
  add_tables(tables, names);
  return {ErrorCode::kError, fmt::format("no such table: {}", name), std::nullopt, nearest_name(name, names)};
}

Error no_such_index(const storage::Catalog& catalog, std::string_view name) {
  const auto indexes = indexes_of(catalog);
  std::vector<std::string_view> names;
  for (const storage::IndexPtr& index : indexes) names.push_back(index->name);
  return {ErrorCode::kError, fmt::format("no such index: {}", name), std::nullopt, nearest_name(name, names)};
}

Error no_such_tree(const storage::Catalog& catalog, std::string_view name) {
  const auto tables = tables_of(catalog);
  const auto indexes = indexes_of(catalog);
  std::vector<std::string_view> names;
  add_tables(tables, names);
  for (const storage::IndexPtr& index : indexes) names.push_back(index->name);
  return {ErrorCode::kError, fmt::format("no such table or index: {}", name), std::nullopt,
          nearest_name(name, names)};
}

void add_hint(const storage::Catalog& catalog, std::string_view table, Error& error) {
  if (!error.hint.empty()) return;
  constexpr std::string_view kNoTable = "no such table: ", kNoColumn = "no such column: ";
  const std::string_view said = error.message;
  if (said.substr(0, kNoTable.size()) == kNoTable) {
    const std::string_view name = said.substr(said.find_last_of(".: ") + 1);
    error.hint = no_such_table(catalog, name).hint;
  } else if (said.substr(0, kNoColumn.size()) == kNoColumn) {
    const storage::TablePtr definition = catalog.find_table(table);
    if (!definition) return;
    std::vector<std::string_view> names;
    for (const storage::ColumnDef& column : definition->columns) names.push_back(column.name);
    error.hint = nearest_name(said.substr(kNoColumn.size()), names);
  }
}

}  // namespace leftmost::advice
