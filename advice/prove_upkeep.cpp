// ANALYZE where statistics are missing, and indexes that a longer one makes redundant.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "advice/proof.h"
#include "advice/runs.h"
#include "storage/catalog.h"

namespace leftmost::advice {
namespace {

/// The tables that the plan reads.
std::vector<const planner::Relation*> relations_of(const planner::Plan& plan) {
  std::vector<const planner::Relation*> relations;
  for (const planner::TableReason& table : plan.reasons.tables) {
    if (table.item == nullptr || table.item->relation == nullptr) continue;
    if (std::find(relations.begin(), relations.end(), table.item->relation) == relations.end())
      relations.push_back(table.item->relation);
  }
  return relations;
}

void prove_analyze(Proof& proof, Advice& advice) {
  if (!proof.ran()) return;
  const auto relations = relations_of(*proof.question().statement->plan());
  const bool is_missing =
      std::any_of(relations.begin(), relations.end(), [](const planner::Relation* relation) {
        return !relation->indexes.empty() &&
               std::any_of(relation->indexes.begin(), relation->indexes.end(),
                           [](const planner::RelationIndex& index) { return !index.statistics.has_stat1; });
      });
  if (!is_missing || !proof.may_try("ANALYZE", advice)) return;
  if (proof.trial().define("ANALYZE")) {
    const auto after = proof.again();
    if (after && proof.is_better(*after, has_limit(*proof.question().statement->plan())))
      advice.suggestions.push_back(proof.suggestion("analyze", "ANALYZE;", *after));
  }
  proof.trial().undo();
}

/// Every search in `shorter` can be done in `longer`. Never an index that a constraint made or that is
/// UNIQUE: those forbid rows.
bool is_prefix(const storage::IndexDef& shorter, const storage::IndexDef& longer) {
  if (&shorter == &longer || shorter.origin != storage::IndexOrigin::kCreateIndex || shorter.unique ||
      shorter.is_partial() || longer.is_partial() || shorter.key_columns.size() > longer.key_columns.size()) {
    return false;
  }
  // Of two that are the same the younger goes, unless the other is there for a constraint.
  if (shorter.key_columns.size() == longer.key_columns.size() && !longer.unique && shorter.id < longer.id)
    return false;
  for (std::size_t i = 0; i < shorter.key_columns.size(); ++i) {
    const storage::IndexColumn& a = shorter.key_columns[i];
    const storage::IndexColumn& b = longer.key_columns[i];
    if (a.column != b.column || a.collation != b.collation || a.descending != b.descending ||
        a.expression_sql != b.expression_sql) {
      return false;
    }
  }
  return true;
}

void prove_drop(Proof& proof, const storage::IndexDef& index, const storage::IndexDef& longer,
                Advice& advice) {
  const std::string sql = fmt::format("DROP INDEX {};", sql_name(index.name));
  if (!proof.may_try(sql, advice)) return;
  Trial& trial = proof.trial();
  const std::uint64_t bytes = trial.bytes();
  if (trial.define(sql)) {
    const auto after = proof.again();
    // A longer index is a little wider to read; the statement may not notice.
    const bool is_as_good =
        after && after->plan_agrees &&
        (!proof.ran() || (proof.has_same_rows(*after, has_limit(*proof.question().statement->plan())) &&
                          steps(*after->work) <= steps(*proof.before().work) &&
                          after->work->sorts <= proof.before().work->sorts));
    if (is_as_good) {
      Suggestion suggestion = proof.suggestion("drop-index", sql, *after);
      suggestion.what =
          fmt::format("{} begins with all columns of {}: what searches one can search the other", longer.name,
                      index.name);
      suggestion.price.emplace();
      suggestion.price->bytes = bytes - std::min(bytes, trial.bytes());
      advice.suggestions.push_back(std::move(suggestion));
    }
  }
  trial.undo();
}

}  // namespace

void prove_upkeep(Proof& proof, Advice& advice) {
  prove_analyze(proof, advice);
  const storage::Catalog& catalog = proof.trial().database().catalog();
  std::set<std::string> dropped;
  std::vector<storage::ObjectId> tables;  // trying something plans anew, and the plan's relations go
  for (const planner::Relation* relation : relations_of(*proof.question().statement->plan()))
    tables.push_back(relation->def->id);
  for (const storage::ObjectId table : tables) {
    for (const storage::IndexPtr& index : catalog.indexes_of(table)) {
      for (const storage::IndexPtr& longer : catalog.indexes_of(table)) {
        if (dropped.count(longer->name) > 0 || !is_prefix(*index, *longer)) continue;
        dropped.insert(index->name);
        prove_drop(proof, *index, *longer, advice);
        break;
      }
    }
  }
}

}  // namespace leftmost::advice
