#include "bench/measure.h"

#include <malloc.h>

#include <algorithm>

#include "bench/processor_time.h"

namespace leftmost::bench {
namespace {

double seconds_since(double begin) { return processor_seconds() - begin; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Bytes handed out by malloc and not yet given back, large blocks included.
double allocated_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

struct Question {
  const char* operation;
  std::size_t checked;  ///< so many answers are compared among the peers
  std::function<std::int64_t(Peer&, const Questions&, std::size_t)> ask;
};

const std::vector<Question>& questions_to_ask() {
  static const std::vector<Question> list = {
      {"rowid point", 1000, [](Peer& peer, const Questions& q, std::size_t i) { return peer.age_of(q.ids[i]); }},
      {"point on both columns", 1000,
       [](Peer& peer, const Questions& q, std::size_t i) { return peer.sum_of_pair(q.pairs[i].first, q.pairs[i].second); }},
      {"prefix, count(*)", 500,
       [](Peer& peer, const Questions& q, std::size_t i) { return peer.count_of_last_name(q.last_names[i]); }},
      {"prefix, sum(age)", 100,
       [](Peer& peer, const Questions& q, std::size_t i) { return peer.sum_of_last_name(q.last_names[i]); }},
      {"full scan, count of first_name = ?", 2,
       [](Peer& peer, const Questions& q, std::size_t i) { return peer.count_of_first_name(q.first_names[i]); }},
      {"full scan, sum(age) of first_name = ?", 2,
       [](Peer& peer, const Questions& q, std::size_t i) { return peer.sum_of_first_name(q.first_names[i]); }},
  };
  return list;
}

class Measuring {
 public:
  Measuring(const MeasureOptions& options, const std::function<void(const std::string&)>& on_progress)
      : on_progress_(on_progress), users_(make_users(options.rows)), questions_(make_questions(users_, kQuestions)) {
    results_.options = options;
    for (const char* operation : {"insert, no index", "CREATE INDEX on loaded rows", "insert, with the index"}) {
      results_.measurements.push_back({operation, "rows/s", {}});
    }
    for (const Question& question : questions_to_ask()) results_.measurements.push_back({question.operation, "q/s", {}});
  }

  Results run(const std::vector<PeerMaker>& makers) {
    for (std::size_t round = 0; round < results_.options.rounds; ++round) {
      for (const PeerMaker& make : makers) run_peer(make, round);
    }
    return std::move(results_);
  }

 private:
  static constexpr std::size_t kQuestions = 20'000;

  void run_peer(const PeerMaker& make, std::size_t round) {
    const double rows = static_cast<double>(users_.rows.size());
    {
      auto peer = make();
      name_ = peer->name();
      if (round == 0) results_.peers.push_back(name_);
      progress(round, "insert, with the index");
      const auto begin = processor_seconds();
      if (peer->load(users_, true)) record(2, rows / seconds_since(begin));
    }
    malloc_trim(0);
    const double bytes_before = allocated_bytes();
    auto peer = make();
    progress(round, "insert, no index");
    auto begin = processor_seconds();
    if (peer->load(users_, false)) record(0, rows / seconds_since(begin));
    progress(round, "CREATE INDEX");
    begin = processor_seconds();
    if (peer->build_index()) {
      record(1, rows / seconds_since(begin));
    } else {
      peer = make();
      peer->load(users_, true);
    }
    results_.bytes_per_row[name_] = (allocated_bytes() - bytes_before) / rows;
    // malloc sorts the million blocks that a load has freed at the next larger request: not while a question is timed.
    malloc_trim(0);
    for (std::size_t i = 0; i < questions_to_ask().size(); ++i) {
      progress(round, questions_to_ask()[i].operation);
      ask(*peer, i, round);
    }
  }

  void ask(Peer& peer, std::size_t number, std::size_t round) {
    const Question& question = questions_to_ask()[number];
    std::vector<std::int64_t> answers;
    const std::size_t checked = std::min(question.checked, kQuestions);
    std::size_t asked = 0;
    std::int64_t kept = 0;  // so that nothing is optimised away
    const auto begin = processor_seconds();
    double seconds = 0;
    while (asked < checked || seconds < results_.options.seconds_per_question) {
      const std::int64_t answer = question.ask(peer, questions_, asked % kQuestions);
      kept ^= answer;
      if (asked < checked) answers.push_back(answer);
      ++asked;
      if (asked % 64 == 0 || question.checked < 64) seconds = seconds_since(begin);
    }
    seconds = seconds_since(begin);
    sink_ = kept;
    record(3 + number, static_cast<double>(asked) / seconds);
    if (round > 0) return;
    auto [first, is_first] = answers_.try_emplace(question.operation, answers);
    if (!is_first && first->second != answers) {
      results_.contradictions.push_back(std::string(question.operation) + ": " + name_ + " answers otherwise than " +
                                        results_.peers.front());
    }
  }

  void record(std::size_t measurement, double per_second) {
    results_.measurements[measurement].per_second[name_].push_back(per_second);
  }
  void progress(std::size_t round, const char* step) {
    on_progress_("round " + std::to_string(round + 1) + " of " + std::to_string(results_.options.rounds) + ", " + name_ +
                 ": " + step);
  }

  const std::function<void(const std::string&)>& on_progress_;
  Users users_;
  Questions questions_;
  Results results_;
  std::string name_;
  std::map<std::string, std::vector<std::int64_t>> answers_;
  volatile std::int64_t sink_ = 0;
};

}  // namespace

double Measurement::median_of(const std::string& peer) const { return median(per_second.at(peer)); }

double Measurement::ratio_of(const std::string& peer, const std::string& base) const {
  const std::vector<double>& speeds = per_second.at(peer);
  const std::vector<double>& bases = per_second.at(base);
  std::vector<double> ratios;
  for (std::size_t round = 0; round < std::min(speeds.size(), bases.size()); ++round) {
    ratios.push_back(speeds[round] / bases[round]);
  }
  return median(std::move(ratios));
}

Results measure(const std::vector<PeerMaker>& makers, const MeasureOptions& options,
                const std::function<void(const std::string&)>& on_progress) {
  return Measuring(options, on_progress).run(makers);
}

}  // namespace leftmost::bench
