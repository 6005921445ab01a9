#include <nlohmann/json.hpp>

#include "oracle/crosscheck.h"
#include "oracle/twin.h"

namespace leftmost::oracle {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Tally& tally) { return {{"compared", tally.compared}, {"agree", tally.agree}}; }

Json json_of(const CrosscheckCounts& counts) {
  return {{"statements", counts.statements},
          {"queries", counts.queries},
          {"left_out", counts.left_out},
          {"dot_commands", counts.dot_commands},
          {"plans", json_of(counts.plans)},
          {"rows", json_of(counts.rows)},
          {"errors", json_of(counts.errors)},
          {"messages", json_of(counts.messages)},
          {"changes", json_of(counts.changes)},
          {"counters", json_of(counts.counters)},
          {"expected", json_of(counts.expected)},
          {"not_supported", counts.not_supported},
          {"not_supported_by_cause", counts.not_supported_by_cause},
          {"interrupted", counts.interrupted},
          {"seconds_ours", static_cast<double>(counts.nanoseconds_ours) / 1e9},
          {"seconds_sqlite", static_cast<double>(counts.nanoseconds_sqlite) / 1e9}};
}

}  // namespace

std::string to_json(const CrosscheckResult& result) {
  Json json = {{"version", 1}, {"oracle", "SQLite " + Twin::version()}, {"all_agree", result.all_agree()}};
  json.update(json_of(result.total));
  json["seconds"] = result.seconds;
  json["folders"] = Json::object();
  for (const auto& [folder, counts] : result.by_folder()) json["folders"][folder] = json_of(counts);
  json["files"] = Json::array();
  for (const CrosscheckFile& file : result.files) {
    Json entry = {{"path", file.path}};
    if (file.error) entry["error"] = file.error->message;
    entry.update(json_of(file.counts));
    json["files"].push_back(std::move(entry));
  }
  json["difference_count"] = result.difference_count;
  json["differences"] = Json::array();
  for (const CrosscheckDifference& difference : result.differences) {
    json["differences"].push_back({{"path", difference.path},
                                   {"line", difference.line},
                                   {"sql", difference.sql},
                                   {"what", difference.what},
                                   {"text", difference.text}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leftmost::oracle
