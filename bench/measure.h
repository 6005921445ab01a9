// bench/measure.h - what is measured, and how: all peers in turn, several rounds, medians of ratios within a round.
//
// Time is processor time of the one thread. A machine that is busy with something else still slows all peers of a round
// alike (caches, memory), so the ratio to SQLite of the same round says more than any speed; the median over the rounds
// drops the rounds that were disturbed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/peer.h"

namespace leftmost::bench {

struct MeasureOptions {
  std::size_t rows = 1'000'000;
  std::size_t rounds = 3;
  double seconds_per_question = 0.2;  ///< how long each kind of question is asked, at least once
};

/// One line of the table: an operation, and for each peer its speed per round in operations (or rows) per second.
struct Measurement {
  std::string operation;
  std::string unit;
  std::map<std::string, std::vector<double>> per_second;  ///< by peer name; empty where a peer cannot

  /// Median of a peer's speeds. Requires: it has some.
  double median_of(const std::string& peer) const;
  /// Median over the rounds of the peer's speed divided by `base`'s of the same round.
  double ratio_of(const std::string& peer, const std::string& base) const;
};

struct Results {
  MeasureOptions options;
  std::vector<std::string> peers;  ///< the first is what ratios refer to
  std::vector<Measurement> measurements;
  std::map<std::string, double> bytes_per_row;  ///< table and index, as the allocator counts
  /// Questions to which two peers gave different answers: the measurement is worth nothing then.
  std::vector<std::string> contradictions;
};

using PeerMaker = std::function<std::unique_ptr<Peer>()>;

/// `on_progress` gets a line before each step.
Results measure(const std::vector<PeerMaker>& makers, const MeasureOptions& options,
                const std::function<void(const std::string&)>& on_progress);

}  // namespace leftmost::bench
