#include "advice/index_cover.h"

#include <algorithm>
#include <limits>

namespace leftmost::advice {
namespace {

class Search {
 public:
  explicit Search(const CoverProblem& problem)
      : problem_(problem), uses_(problem.index_costs.size(), 0), order_(problem.options.size()) {
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return problem.options[a].size() < problem.options[b].size();
    });
  }

  Cover run() {
    const std::size_t size_min = apart(std::vector<bool>(problem_.options.size(), false));
    take_greedily();
    visit();
    Cover cover;
    cover.indexes = best_;
    cover.is_exact = steps_ <= problem_.steps_max || best_.size() == size_min;
    cover.size_min = cover.is_exact ? best_.size() : size_min;
    return cover;
  }

 private:
  bool is_there(const CoverOption& option) const {
    return std::all_of(option.indexes.begin(), option.indexes.end(),
                       [&](std::size_t i) { return uses_[i] > 0; });
  }

  bool is_served(std::size_t statement) const {
    const auto& options = problem_.options[statement];
    return std::any_of(options.begin(), options.end(),
                       [&](const CoverOption& option) { return is_there(option); });
  }

  /// How many statements there are, at least, no two of which an index could serve together.
  std::size_t apart(const std::vector<bool>& is_done) const {
    std::vector<bool> taken(uses_.size(), false);
    std::size_t count = 0;
    for (const std::size_t statement : order_) {
      if (is_done[statement]) continue;
      bool is_free = true;
      for (const CoverOption& option : problem_.options[statement]) {
        for (const std::size_t i : option.indexes) is_free = is_free && !taken[i] && uses_[i] == 0;
      }
      if (!is_free) continue;
      ++count;
      for (const CoverOption& option : problem_.options[statement]) {
        for (const std::size_t i : option.indexes) taken[i] = true;
      }
    }
    return count;
  }

  std::pair<double, double> costs() const {
    double work = 0;
    for (const auto& options : problem_.options) {
      double least = std::numeric_limits<double>::max();
      for (const CoverOption& option : options) {
        if (is_there(option)) least = std::min(least, option.cost);
      }
      work += least;
    }
    double price = 0;
    for (std::size_t i = 0; i < uses_.size(); ++i) price += uses_[i] > 0 ? problem_.index_costs[i] : 0;
    return {price, work};
  }

  void keep_if_better() {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] > 0) chosen.push_back(i);
    }
    const auto found = costs();
    if (has_best_ &&
        (chosen.size() > best_.size() || (chosen.size() == best_.size() && found >= best_costs_)))
      return;
    has_best_ = true;
    best_ = std::move(chosen);
    best_costs_ = found;
  }

  void add(const CoverOption& option) {
    for (const std::size_t i : option.indexes) size_ += uses_[i]++ == 0;
  }
  void remove(const CoverOption& option) {
    for (const std::size_t i : option.indexes) size_ -= --uses_[i] == 0;
  }

  /// A first answer, so that there is one: the option that serves most with one more index.
  void take_greedily() {
    std::vector<const CoverOption*> taken;
    for (;;) {
      const CoverOption* next = nullptr;
      double value_best = -1;
      for (std::size_t statement = 0; statement < problem_.options.size(); ++statement) {
        if (is_served(statement)) continue;
        for (const CoverOption& option : problem_.options[statement]) {
          const std::size_t before = size_;
          add(option);
          double served = 0;
          for (std::size_t other = 0; other < problem_.options.size(); ++other) served += is_served(other);
          const double value = served / static_cast<double>(size_ - before);
          remove(option);
          if (value > value_best) {
            value_best = value;
            next = &option;
          }
        }
      }
      if (next == nullptr) break;
      add(*next);
      taken.push_back(next);
    }
    keep_if_better();
    for (const CoverOption* option : taken) remove(*option);
  }

  void visit() {
    if (++steps_ > problem_.steps_max) return;
    std::vector<bool> is_done(problem_.options.size(), false);
    std::size_t next = problem_.options.size();
    for (const std::size_t statement : order_) {
      is_done[statement] = is_served(statement);
      if (!is_done[statement] && next == problem_.options.size()) next = statement;
    }
    if (next == problem_.options.size()) return keep_if_better();
    if (size_ + apart(is_done) > best_.size()) return;
    for (const CoverOption& option : problem_.options[next]) {
      add(option);
      if (size_ <= best_.size()) visit();
      remove(option);
    }
  }

  const CoverProblem& problem_;
  std::vector<int> uses_;           // by how many of the options taken
  std::vector<std::size_t> order_;  // statements, those with the fewest options first
  std::size_t size_ = 0;
  std::size_t steps_ = 0;
  bool has_best_ = false;
  std::vector<std::size_t> best_;
  std::pair<double, double> best_costs_;
};

}  // namespace

Cover smallest_cover(const CoverProblem& problem) { return Search(problem).run(); }

}  // namespace leftmost::advice
