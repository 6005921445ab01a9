// users_bench - users at a million rows: our engine and its bare tree next to SQLite, absl and Boost.MultiIndex.
#include <fmt/format.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/measure.h"

namespace {

using namespace leftmost::bench;

std::string speed(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.2f}M", per_second / 1e6);
  if (per_second >= 1e4) return fmt::format("{:.0f}k", per_second / 1e3);
  if (per_second >= 1e3) return fmt::format("{:.2f}k", per_second / 1e3);
  return fmt::format("{:.1f}", per_second);
}

std::string to_table(const Results& results) {
  const std::string& base = results.peers.front();
  std::string text = fmt::format("{} rows, {} rounds; times the speed of {}\n\n| operation | {} |", results.options.rows,
                                 results.options.rounds, base, base);
  for (std::size_t i = 1; i < results.peers.size(); ++i) text += fmt::format(" {} |", results.peers[i]);
  text += "\n| --- |";
  for (std::size_t i = 0; i < results.peers.size(); ++i) text += " ---: |";
  text += "\n";
  for (const Measurement& measurement : results.measurements) {
    text += fmt::format("| {} |", measurement.operation);
    for (const std::string& peer : results.peers) {
      if (measurement.per_second.count(peer) == 0) {
        text += " |";
      } else if (peer == base) {
        text += fmt::format(" {} {} |", speed(measurement.median_of(peer)), measurement.unit);
      } else {
        text += fmt::format(" {:.2f} |", measurement.ratio_of(peer, base));
      }
    }
    text += "\n";
  }
  text += "| memory, bytes per row |";
  for (const std::string& peer : results.peers) text += fmt::format(" {:.1f} |", results.bytes_per_row.at(peer));
  return text + "\n";
}

std::string to_json(const Results& results) {
  nlohmann::ordered_json json = {{"version", 1},
                                 {"rows", results.options.rows},
                                 {"rounds", results.options.rounds},
                                 {"base", results.peers.front() + " " + sqlite3_libversion()}};
  json["operations"] = nlohmann::ordered_json::array();
  for (const Measurement& measurement : results.measurements) {
    nlohmann::ordered_json entry = {{"operation", measurement.operation}, {"unit", measurement.unit}};
    for (const auto& [peer, speeds] : measurement.per_second) {
      entry["peers"][peer] = {{"per_second", measurement.median_of(peer)},
                              {"ratio", measurement.ratio_of(peer, results.peers.front())},
                              {"rounds", speeds}};
    }
    json["operations"].push_back(std::move(entry));
  }
  json["bytes_per_row"] = results.bytes_per_row;
  json["contradictions"] = results.contradictions;
  return json.dump(2);
}

}  // namespace

int main(int argc, char** argv) {
  MeasureOptions options;
  bool json = false;
  std::vector<std::string> only;
  CLI::App app("Measures leftmost next to its peers, as ratios of one run");
  app.add_option("--rows", options.rows, "rows of users")->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
  app.add_option("--rounds", options.rounds, "all peers in turn, so often")->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds_per_question, "for each kind of question");
  app.add_option("--only", only, "of engine, btree, absl, multi_index; SQLite always takes part");
  app.add_flag("--json", json, "JSON instead of a table");
  CLI11_PARSE(app, argc, argv);

  std::vector<PeerMaker> makers = {make_sqlite_peer};
  const auto wanted = [&](const char* name) {
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
  };
  if (wanted("engine")) makers.emplace_back(make_engine_peer);
  if (wanted("btree")) makers.emplace_back(make_btree_peer);
  if (wanted("absl")) makers.emplace_back(make_absl_peer);
  if (wanted("multi_index")) makers.emplace_back(make_multi_index_peer);

  const Results results =
      measure(makers, options, [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); });
  std::printf("%s\n", json ? to_json(results).c_str() : to_table(results).c_str());
  for (const std::string& contradiction : results.contradictions) std::fprintf(stderr, "%s\n", contradiction.c_str());
  return results.contradictions.empty() ? 0 : 1;
}
