#include "engine/functions/table_function.h"

#include "engine/functions/json_each.h"
#include "planner/probe.h"
#include "storage/collation.h"

namespace leftmost::engine {

TableFunction::TableFunction(std::string_view name, std::span<const std::string_view> columns,
                             std::span<const std::string_view> arguments) {
  auto table = std::make_shared<storage::TableDef>();
  table->name = name;
  const auto add = [&table](std::string_view column, bool hidden) {
    storage::ColumnDef& added = table->columns.emplace_back();
    added.name = column;
    added.hidden = hidden;
  };
  for (const std::string_view column : columns) add(column, false);
  for (const std::string_view argument : arguments) add(argument, true);
  first_argument_ = static_cast<int>(columns.size());
  relation_.def = std::move(table);
  relation_.probes = planner::make_probes(relation_);
}

const TableFunction* find_table_function(std::string_view name) {
  static const JsonEach kJsonEach("json_each", false);
  static const JsonEach kJsonTree("json_tree", true);
  for (const TableFunction* function : {&kJsonEach, &kJsonTree}) {
    if (storage::equals_ignoring_case(function->relation().def->name, name)) return function;
  }
  return nullptr;
}

}  // namespace leftmost::engine
