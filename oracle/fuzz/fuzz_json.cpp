#include "oracle/fuzz/fuzz_json.h"

#include <nlohmann/json.hpp>

namespace leftmost::oracle::fuzz {

namespace {

nlohmann::json json_of(const Tally& tally) { return {{"compared", tally.compared}, {"agree", tally.agree}}; }

nlohmann::json json_of(const FuzzCounts& counts) {
  return {{"statements", counts.statements},       {"plans", json_of(counts.plans)},
          {"rows", json_of(counts.rows)},          {"errors", json_of(counts.errors)},
          {"messages", json_of(counts.messages)},  {"changes", json_of(counts.changes)},
          {"not_supported", counts.not_supported}, {"interrupted", counts.interrupted}};
}

nlohmann::json json_of(const FuzzResult& result) {
  nlohmann::json json = json_of(result.total());
  json["version"] = 1;
  json["seconds"] = result.seconds;
  json["kinds"] = nlohmann::json::object();
  for (const auto& [kind, counts] : result.by_kind) json["kinds"][kind] = json_of(counts);
  json["not_supported_by_cause"] = result.not_supported_by_cause;
  json["difference_count"] = result.difference_count;
  json["crash_count"] = result.crash_count;
  json["differences"] = nlohmann::json::array();
  for (const FuzzDifference& difference : result.differences) {
    json["differences"].push_back({{"seed", difference.seed},
                                   {"kind", difference.kind},
                                   {"what", difference.what},
                                   {"statements", difference.statements},
                                   {"text", difference.text},
                                   {"finding", difference.finding}});
  }
  return json;
}

Tally tally_of(const nlohmann::json& json) {
  Tally tally;
  tally.compared = json["compared"];
  tally.agree = json["agree"];
  return tally;
}

FuzzCounts counts_of(const nlohmann::json& json) {
  FuzzCounts counts;
  counts.statements = json["statements"];
  counts.plans = tally_of(json["plans"]);
  counts.rows = tally_of(json["rows"]);
  counts.errors = tally_of(json["errors"]);
  counts.messages = tally_of(json["messages"]);
  counts.changes = tally_of(json["changes"]);
  counts.not_supported = json["not_supported"];
  counts.interrupted = json["interrupted"];
  return counts;
}

}  // namespace

std::string to_json(const FuzzResult& result) {
  return json_of(result).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::uint8_t> to_bytes(const FuzzResult& result) {
  return nlohmann::json::to_cbor(json_of(result));
}

FuzzResult from_bytes(const std::vector<std::uint8_t>& bytes) {
  FuzzResult result;
  nlohmann::json json = nlohmann::json::from_cbor(bytes, true, false);
  if (!json.is_object()) return result;
  for (const auto& [kind, counts] : json["kinds"].items()) result.by_kind[kind] = counts_of(counts);
  for (const auto& [cause, count] : json["not_supported_by_cause"].items())
    result.not_supported_by_cause[cause] = count;
  result.difference_count = json["difference_count"];
  result.crash_count = json["crash_count"];
  for (const nlohmann::json& one : json["differences"]) {
    result.differences.push_back(
        {one["seed"], one["kind"], one["what"], one["statements"], one["text"], one["finding"]});
  }
  return result;
}

}  // namespace leftmost::oracle::fuzz
