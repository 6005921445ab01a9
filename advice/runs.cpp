#include "advice/runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sql/parser.h"
#include "storage/collation.h"

namespace leftmost::advice {
namespace {

using engine::StepResult;

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

std::string key_order(const IndexPlace& place) {
  std::string order;
  for (const storage::IndexColumn& column : place.index->key_columns) {
    if (!order.empty()) order += ", ";
    order += column.column < 0 ? column.expression_sql
                               : quoted(place.table->columns[static_cast<std::size_t>(column.column)].name);
    order += fmt::format(" COLLATE {}", storage::collation_name(column.collation));
    if (column.descending) order += " DESC";
  }
  return order;
}

/// SELECT `what` of every entry, in the order of the index.
std::string walk_sql(const IndexPlace& place, std::string_view what) {
  std::string sql = fmt::format("SELECT {} FROM {}", what, quoted(place.table->name));
  if (!place.alias.empty()) sql += fmt::format(" AS {}", quoted(place.alias));
  sql += place.index->is_table_itself ? std::string(" NOT INDEXED")
                                      : fmt::format(" INDEXED BY {}", quoted(place.index->name));
  if (place.index->where_sql) sql += fmt::format(" WHERE {}", *place.index->where_sql);
  return sql + " ORDER BY " + key_order(place);
}

/// Whether the plan reads every entry of the index in its order and does nothing else.
bool walks_whole_index(const planner::Plan* plan, const storage::IndexDef& index) {
  if (plan == nullptr || plan->top == nullptr || plan->top->loops.size() != 1) return false;
  const planner::Loop& loop = plan->top->loops.front();
  if (plan->top->order == planner::OrderMode::kSort || plan->top->order == planner::OrderMode::kSortRightPart)
    return false;
  if (loop.reverse) return false;
  if (index.is_table_itself) {
    return loop.access == planner::AccessPath::kTableScan || loop.access == planner::AccessPath::kIndexScan;
  }
  return loop.access == planner::AccessPath::kIndexScan && loop.index != nullptr &&
         loop.index->def->id == index.id;
}

Expected<engine::Statement> prepare_walk(engine::Database& database, const IndexPlace& place,
                                         std::string_view what) {
  auto statement = database.prepare(walk_sql(place, what));
  if (!statement) return statement;
  if (!walks_whole_index(statement->plan(), *place.index)) {
    return not_supported(fmt::format("walking the index {}", place.index->name));
  }
  return statement;
}

Unexpected too_large(const IndexPlace& place, std::uint64_t entries_max) {
  return not_supported(fmt::format("showing the runs of the index {}, which has more than {} entries",
                                   place.index->name, entries_max));
}

std::string strip_of(const std::vector<bool>& matches) {
  const std::size_t width = std::min(kStripWidth, matches.size());
  std::string strip;
  for (std::size_t cell = 0; cell < width; ++cell) {
    const std::size_t begin = cell * matches.size() / width;
    const std::size_t end = (cell + 1) * matches.size() / width;
    const auto count =
        static_cast<std::size_t>(std::count(matches.begin() + static_cast<std::ptrdiff_t>(begin),
                                            matches.begin() + static_cast<std::ptrdiff_t>(end), true));
    strip += count == 0 ? '.' : 2 * count < end - begin ? ':' : '#';
  }
  return strip;
}

}  // namespace

Expected<Runs> find_runs(engine::Database& database, const IndexPlace& place, std::string_view condition,
                         std::uint64_t entries_max) {
  auto walk = prepare_walk(database, place, fmt::format("({}) IS TRUE", condition));
  if (!walk) return Unexpected(walk.error());
  Runs runs;
  runs.condition = condition;
  std::vector<bool> matches;
  for (;;) {
    const auto step = walk->step();
    if (!step) return Unexpected(step.error());
    if (*step == StepResult::kDone) break;
    if (matches.size() == entries_max) return too_large(place, entries_max);
    const storage::Value value = walk->value(0);
    const bool is_match = value.is_integer() && value.as_integer() != 0;
    if (is_match) {
      ++runs.matches;
      if (matches.empty() || !matches.back()) ++runs.runs;
    }
    matches.push_back(is_match);
  }
  runs.entries = matches.size();
  runs.strip = strip_of(matches);
  return runs;
}

Expected<std::string> leading_value_like(engine::Database& database, const IndexPlace& place,
                                         std::uint64_t matches, std::uint64_t entries_max) {
  const storage::IndexColumn& leading = place.index->key_columns.front();
  if (leading.column < 0) return std::string();
  const std::string& name = place.table->columns[static_cast<std::size_t>(leading.column)].name;
  auto walk = prepare_walk(database, place, quoted(name));
  if (!walk) return Unexpected(walk.error());

  storage::OwnedValue current, best;
  std::uint64_t entries = 0, length = 0, best_length = 0;
  const auto distance = [&](std::uint64_t count) {
    return count > matches ? count - matches : matches - count;
  };
  const auto end_group = [&] {
    if (length == 0 || current.view().is_null()) return;
    if (best_length == 0 || distance(length) < distance(best_length)) {
      best = current;
      best_length = length;
    }
  };
  for (;;) {
    const auto step = walk->step();
    if (!step) return Unexpected(step.error());
    if (*step == StepResult::kDone) break;
    if (++entries > entries_max) return too_large(place, entries_max);
    const storage::Value value = walk->value(0);
    if (length > 0 && storage::identical(value, current.view())) {
      ++length;
      continue;
    }
    end_group();
    current = storage::OwnedValue(value);
    length = 1;
  }
  end_group();
  if (best_length == 0) return std::string();
  return fmt::format("{} = {}", sql_name(name), storage::to_sql_literal(best.view()));
}

std::string sql_name(std::string_view name) {
  storage::Arena arena;
  const auto parsed = engine::sql::parse_expression(name, arena);
  const bool is_bare = parsed && (*parsed)->kind == engine::sql::ExprKind::kName &&
                       (*parsed)->qualifiers.empty() && (*parsed)->text == name &&
                       name.find_first_of(" \t\n\"`[") == std::string_view::npos;
  return is_bare ? std::string(name) : quoted(name);
}

}  // namespace leftmost::advice
