// Where a plan changes: a search over row counts and selectivities with our planner, confirmed by SQLite's.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "advice/what_if.h"
#include "storage/catalog.h"
#include "storage/log_est.h"

namespace leftmost::advice {
namespace {

// 2^40 rows: beyond what a SQLite file holds with any row in it.
constexpr std::uint64_t kRowsMax = std::uint64_t{1} << 40;
// Costs are sums of logarithms with ten steps to a doubling, so that between two changes of them nothing can
// happen. Two steps to a doubling are looked at: what lies between two equal plans is taken to be the same.
constexpr double kGridFactor = 1.4142135623730951;

using PlanAt = std::function<Expected<std::vector<planner::PlanLine>>(std::uint64_t)>;
using ConfirmAt = std::function<bool(std::uint64_t, const std::vector<planner::PlanLine>&)>;

Expected<std::vector<PlanRange>> search(const PlanAt& plan_at, const ConfirmAt& confirm, std::uint64_t max) {
  std::vector<PlanRange> ranges;
  auto first = plan_at(1);
  if (!first) return Unexpected(first.error());
  ranges.push_back({1, *first, confirm(1, *first)});
  std::uint64_t known = 1;
  for (double at = 2; known < max; at *= kGridFactor) {
    const std::uint64_t next = std::min(max, static_cast<std::uint64_t>(at));
    if (next <= known) continue;
    auto plan = plan_at(next);
    if (!plan) return Unexpected(plan.error());
    if (!oracle::same_plan(*plan, ranges.back().lines)) {
      std::uint64_t low = known, high = next;  // the plan of `low` is the last one, that of `high` another
      while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        auto between = plan_at(middle);
        if (!between) return Unexpected(between.error());
        if (oracle::same_plan(*between, ranges.back().lines)) {
          low = middle;
        } else {
          high = middle;
          plan = std::move(between);
        }
      }
      const bool agrees = confirm(low, ranges.back().lines) && confirm(high, *plan);
      ranges.push_back({high, std::move(*plan), agrees});
      known = high;
      // A third plan may begin before the place that was looked at.
      at = static_cast<double>(high);
      continue;
    }
    known = next;
  }
  return ranges;
}

}  // namespace

Expected<std::vector<Flip>> find_flips(oracle::Session& session, const std::string& sql,
                                       const std::vector<storage::OwnedValue>& bindings) {
  auto statement = session.database().prepare(sql);
  if (!statement) return Unexpected(statement.error());
  if (statement->plan() == nullptr) return std::vector<Flip>{};

  struct Table {
    std::string name;
    std::uint64_t rows = 0;  ///< as the statistics say; 0 without
    std::vector<std::pair<std::string, std::string>>
        indexes;  ///< with a condition on the first column: name, column
    std::vector<std::size_t> widths;
  };
  std::vector<Table> tables;
  std::set<std::string> seen;
  for (const planner::TableReason& reason : statement->plan()->reasons.tables) {
    if (reason.item == nullptr || reason.item->relation == nullptr) continue;
    const planner::Relation& relation = *reason.item->relation;
    if (!seen.insert(relation.def->name).second) continue;
    Table table;
    table.name = relation.def->name;
    if (relation.statistics.has_stat1) table.rows = storage::log_est_to_count(relation.statistics.rows);
    for (const planner::IndexReason& index : reason.indexes) {
      const bool has_condition = index.index != nullptr && !index.columns.empty() &&
                                 index.columns[0].term != nullptr &&
                                 index.verdict != planner::IndexVerdict::kUnusable;
      if (!has_condition || index.index->def->is_table_itself || index.index->def->unique) continue;
      table.indexes.emplace_back(index.index->def->name, std::string(index.columns[0].column));
      table.widths.push_back(index.index->def->key_columns.size());
    }
    tables.push_back(std::move(table));
  }

  std::vector<Flip> flips;
  const auto run = [&](WhatIf& what_if, Flip flip, const std::function<Expected<void>(std::uint64_t)>& set,
                       std::uint64_t max) -> Expected<void> {
    const PlanAt plan_at = [&](std::uint64_t number) -> Expected<std::vector<planner::PlanLine>> {
      if (auto done = set(number); !done) return Unexpected(done.error());
      return what_if.plan_ours(sql, bindings);
    };
    const ConfirmAt confirm = [&](std::uint64_t number, const std::vector<planner::PlanLine>& lines) {
      if (!set(number)) return false;
      const auto theirs = what_if.session().twin()->plan(sql, bindings);
      return theirs && oracle::same_plan(lines, *theirs);
    };
    auto ranges = search(plan_at, confirm, max);
    if (!ranges) return Unexpected(ranges.error());
    flip.ranges = std::move(*ranges);
    flips.push_back(std::move(flip));
    return {};
  };
  for (const Table& table : tables) {
    auto what_if = WhatIf::start(session);
    if (!what_if) return Unexpected(what_if.error());
    Flip flip{fmt::format("rows of {}", table.name), table.rows, {}};
    auto done = run(
        *what_if, std::move(flip), [&](std::uint64_t rows) { return what_if->set_rows(table.name, rows); },
        kRowsMax);
    if (!done) return Unexpected(done.error());
  }
  for (const Table& table : tables) {
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
      auto what_if = WhatIf::start(session);
      if (!what_if) return Unexpected(what_if.error());
      const std::uint64_t rows = table.rows != 0 ? table.rows : std::uint64_t{1} << 20;
      Flip flip{fmt::format("rows per value of {} in {}, of {}", table.indexes[i].second,
                            table.indexes[i].first, rows),
                0,
                {}};
      const auto set = [&](std::uint64_t per_value) {
        std::string stat = fmt::format("{}", rows);
        for (std::size_t column = 0; column < table.widths[i]; ++column) {
          stat += fmt::format(" {}", per_value);
          per_value = std::max<std::uint64_t>(1, per_value / 10);
        }
        return what_if->set_statistics(table.indexes[i].first, stat);
      };
      if (auto done = run(*what_if, std::move(flip), set, rows); !done) return Unexpected(done.error());
    }
  }
  return flips;
}

}  // namespace leftmost::advice
