#include <nlohmann/json.hpp>

#include "advice/explanation.h"
#include "advice/worth.h"
#include "planner/explain.h"

namespace leftmost::advice {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json plan_json(const std::vector<planner::PlanLine>& plan) {
  Json lines = Json::array();
  for (const planner::PlanLine& line : plan) {
    lines.push_back({{"id", line.id}, {"parent", line.parent}, {"detail", line.detail}});
  }
  return lines;
}

void add_span(Json& object, planner::Span span) {
  if (!span.empty()) object["span"] = {span.begin, span.end};
}

Json runs_json(const Runs& runs) {
  return {{"condition", runs.condition},
          {"entries", runs.entries},
          {"matches", runs.matches},
          {"runs", runs.runs},
          {"strip", runs.strip}};
}

Json column_json(const ColumnUse& column) {
  Json object = {{"name", column.column},
                 {"role", planner::role_name(column.role)},
                 {"term", text_or_null(column.term)}};
  add_span(object, column.span);
  object["reason"] = text_or_null(column.code);
  object["text"] = column.text;
  return object;
}

Json columns_json(const IndexUse& index) {
  Json columns = Json::array();
  for (const ColumnUse& column : index.columns) columns.push_back(column_json(column));
  return columns;
}

Json arm_json(const IndexUse& arm) {
  return {{"number", arm.arm},
          {"seek_columns", arm.seek_columns},
          {"reason", text_or_null(arm.code)},
          {"cost_estimated", arm.cost_estimated ? Json(*arm.cost_estimated) : Json(nullptr)},
          {"columns", columns_json(arm)}};
}

Json index_json(const IndexUse& index) {
  Json object = {{"name", text_or_null(index.name)},
                 {"verdict", planner::verdict_name(index.verdict)},
                 {"seek_columns", index.seek_columns},
                 {"reason", text_or_null(index.code)},
                 {"cost_estimated", index.cost_estimated ? Json(*index.cost_estimated) : Json(nullptr)}};
  object["columns"] = columns_json(index);
  object["runs"] = Json::array();
  for (const Runs& runs : index.runs) object["runs"].push_back(runs_json(runs));
  if (index.contrast) object["contrast"] = runs_json(*index.contrast);
  return object;
}

Json item_work_json(const engine::ItemWork& work) {
  Json object = {{"runs", work.runs},
                 {"rows_visited", work.rows_visited},
                 {"index_entries", work.index_entries},
                 {"table_lookups", work.table_lookups},
                 {"rows_passed", work.rows_passed}};
  if (work.runs > 0)
    object["rows_per_run"] = static_cast<double>(work.rows_passed) / static_cast<double>(work.runs);
  object["seeks"] = work.seeks;
  object["pages_read"] = work.pages_read;
  object["fullscan_steps"] = work.fullscan_steps;
  object["automatic_index_rows"] = work.automatic_index_rows;
  return object;
}

Json table_json(const TableUse& table) {
  Json object = {{"name", table.name},
                 {"alias", text_or_null(table.alias)},
                 {"access", table.access},
                 {"index", text_or_null(table.index)},
                 {"rows_estimated", table.rows_estimated}};
  if (table.rows_per_run_estimated) object["rows_per_run_estimated"] = *table.rows_per_run_estimated;
  if (table.work) object["work"] = item_work_json(*table.work);
  object["indexes"] = Json::array();
  // An index is one entry, with what each arm of a multi-index OR does in it.
  for (std::size_t i = 0; i < table.indexes.size();) {
    Json index = index_json(table.indexes[i]);
    const IndexUse& first = table.indexes[i++];
    if (first.arm > 0) {
      index["arms"] = Json::array({arm_json(first)});
      for (; i < table.indexes.size() && table.indexes[i].arm > 0 && table.indexes[i].name == first.name; ++i)
        index["arms"].push_back(arm_json(table.indexes[i]));
    }
    object["indexes"].push_back(std::move(index));
  }
  object["unindexed"] = Json::array();
  for (const UnindexedCondition& condition : table.unindexed) {
    Json entry = {
        {"column", condition.column}, {"term", text_or_null(condition.term)}, {"text", condition.text}};
    add_span(entry, condition.span);
    object["unindexed"].push_back(std::move(entry));
  }
  object["tested"] = Json::array();
  for (const TestedCondition& condition : table.tested) {
    Json entry = {{"role", planner::role_name(condition.role)},
                  {"term", text_or_null(condition.term)},
                  {"reason", text_or_null(condition.code)},
                  {"text", condition.text}};
    add_span(entry, condition.span);
    object["tested"].push_back(std::move(entry));
  }
  return object;
}

Json counters_json(const oracle::TwinCounters& counters) {
  return {{"vm_steps", counters.vm_steps},
          {"fullscan_steps", counters.fullscan_steps},
          {"sorts", counters.sorts}};
}

Json suggestion_json(const Suggestion& suggestion) {
  Json object = {{"kind", suggestion.kind},
                 {"sql", suggestion.sql},
                 {"before", suggestion.before},
                 {"after", suggestion.after}};
  if (suggestion.work_before) object["work_before"] = *suggestion.work_before;
  if (suggestion.work_after) object["work_after"] = *suggestion.work_after;
  object["proved_on"] = suggestion.proved_on;
  for (const Saved& saved : suggestion.saves) {
    object["saves"].push_back(
        {{"what", saving_name(saved.saving)}, {"before", saved.before}, {"after", saved.after}});
  }
  if (!suggestion.what.empty()) object["what"] = suggestion.what;
  if (!suggestion.needs.empty()) object["needs"] = suggestion.needs;
  if (!suggestion.presumes.empty()) object["presumes"] = suggestion.presumes;
  if (suggestion.sqlite_before && suggestion.sqlite_after) {
    object["sqlite_before"] = counters_json(*suggestion.sqlite_before);
    object["sqlite_after"] = counters_json(*suggestion.sqlite_after);
  }
  if (suggestion.price) {
    object["price"] = {{"bytes", suggestion.price->bytes},
                       {"entries", suggestion.price->entries},
                       {"bytes_per_insert", suggestion.price->bytes_per_insert},
                       {"pages_per_insert", suggestion.price->pages_per_insert}};
  }
  return object;
}

Json work_json(const engine::Work& work) {
  return {{"rows_visited", work.rows_visited},
          {"index_entries", work.index_entries},
          {"table_lookups", work.table_lookups},
          {"rows_returned", work.rows_returned},
          {"seeks", work.seeks},
          {"pages_read", work.pages_read},
          {"sorts", work.sorts},
          {"fullscan_steps", work.fullscan_steps},
          {"automatic_index_rows", work.automatic_index_rows},
          {"temporary_rows", work.temporary_rows},
          {"sorted_rows", work.sorted_rows},
          {"repeated_rows", work.repeated_rows}};
}

Json oracle_json(const oracle::Agreement& agreement) {
  Json object = {{"engine", "SQLite " + oracle::Twin::version()},
                 {"agrees", agreement.agrees()},
                 {"plan", plan_json(agreement.plan_sqlite)}};
  if (!agreement.not_compared.empty()) object["not_compared"] = agreement.not_compared;
  if (agreement.rows_compared) object["rows"] = agreement.rows_sqlite;
  if (agreement.counters_compared) {
    const oracle::TwinCounters& counters = agreement.sqlite_counters;
    object["work"] = {{"sorts", counters.sorts},
                      {"fullscan_steps", counters.fullscan_steps},
                      {"automatic_index_rows", counters.automatic_index_rows}};
  }
  if (!agreement.agrees()) object["difference"] = agreement.to_text();
  return object;
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  Json json = {{"version", 1}, {"sql", explanation.sql}, {"plan", plan_json(explanation.plan)}};
  if (!explanation.no_plan_because.empty()) json["no_plan"] = explanation.no_plan_because;
  if (explanation.has_oracle) json["oracle"] = oracle_json(explanation.agreement);
  json["tables"] = Json::array();
  for (const TableUse& table : explanation.tables) json["tables"].push_back(table_json(table));
  json["reasons"] = Json::array();
  for (const StatementReason& reason : explanation.reasons) {
    Json object = {{"code", reason.code}, {"subject", reason.subject}};
    add_span(object, reason.span);
    object["text"] = reason.text;
    json["reasons"].push_back(std::move(object));
  }
  if (!explanation.upkeep.empty()) {
    json["upkeep"] = Json::array();
    for (const Upkeep& each : explanation.upkeep)
      json["upkeep"].push_back({{"kind", each.kind}, {"subject", each.subject}, {"text", each.text}});
  }
  json["suggestions"] = Json::array();
  for (const Suggestion& suggestion : explanation.suggestions)
    json["suggestions"].push_back(suggestion_json(suggestion));
  if (!explanation.nothing_because.empty()) json["nothing_to_suggest"] = explanation.nothing_because;
  if (!explanation.best_because.empty()) json["best_because"] = explanation.best_because;
  if (explanation.ran) {
    json["work"] = work_json(explanation.work);
    if (explanation.rows_changed) json["work"]["rows_changed"] = *explanation.rows_changed;
  } else {
    json["not_run"] = explanation.why_not_run;
  }
  if (explanation.run_error) json["error"] = explanation.run_error->message;
  if (!explanation.candidates.empty()) {
    json["candidates"] = Json::array();
    for (const Candidate& candidate : explanation.candidates) {
      json["candidates"].push_back({{"table", text_or_null(candidate.table)},
                                    {"what", candidate.what},
                                    {"setup_cost", candidate.setup_cost},
                                    {"run_cost", candidate.run_cost},
                                    {"rows", candidate.rows},
                                    {"outcome", candidate.outcome}});
    }
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leftmost::advice
