#include "engine/exec/trigger_work.h"

#include <fmt/format.h>

#include "engine/exec/trigger_program.h"
#include "planner/reason_words.h"

namespace leftmost::engine {
namespace {

planner::Span target_of(const sql::Statement& statement) {
  const auto span_of = [](const sql::Target& target) {
    return planner::Span{target.name.span.begin, target.name.span.end};
  };
  switch (statement.kind) {
    case sql::StatementKind::kInsert:
      return span_of(sql::as<sql::Insert>(statement).target);
    case sql::StatementKind::kUpdate:
      return span_of(sql::as<sql::Update>(statement).target);
    case sql::StatementKind::kDelete:
      return span_of(sql::as<sql::Delete>(statement).target);
    default:
      return {};
  }
}

bool reads_all(const planner::Loop& loop) {
  return (loop.access == planner::AccessPath::kTableScan || loop.access == planner::AccessPath::kIndexScan) &&
         loop.min_max == planner::MinMaxMode::kNone && loop.item->kind == planner::ItemKind::kTable;
}

}  // namespace

void add_trigger_work(CompiledStatement& statement, const storage::DatabaseState& data) {
  if (statement.triggers == nullptr) return;
  if (statement.plan == nullptr) statement.plan = std::make_unique<planner::Plan>();
  const planner::Span span = target_of(*statement.syntax);
  for (const TriggerProgram* program : programs_in_order(statement)) {
    for (const planner::Plan* plan : program->plans()) {
      for (const planner::Step& step : plan->steps) {
        if (step.kind != planner::StepKind::kLoop || step.loop == nullptr || !reads_all(*step.loop)) continue;
        const storage::TableDef& table = *step.loop->item->relation->def;
        const storage::BTree* const tree = data.tree(table.id);
        if (tree == nullptr) continue;
        const bool wants_all = step.loop->filters.empty();
        statement.plan->reasons.general.push_back(
            {wants_all ? "no-constraint" : "join-column-unindexed", table.name, span,
             fmt::format("the trigger {} runs for every row here and reads all {} rows of {} each time{}",
                         program->trigger().name, planner::words_of_count(tree->size()), table.name,
                         wants_all ? "" : ": no index of it serves what the trigger looks for")});
      }
    }
  }
}

}  // namespace leftmost::engine
