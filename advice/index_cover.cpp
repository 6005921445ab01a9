#include "advice/index_cover.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace leftmost::advice {
namespace {

using Indexes = std::vector<std::size_t>;

// A set with faults may be mended by so many more indexes than the smallest one that should do.
constexpr std::size_t kMendingMax = 2;

class Search {
 public:
  explicit Search(const CoverProblem& problem)
      : problem_(problem), uses_(problem.index_costs.size(), 0), order_(problem.options.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return problem.options[a].size() < problem.options[b].size();
    });
  }

  /// A set that is known already: only better ones are looked for.
  void begin_with(const Indexes& known) { keep_if_better(known); }
  const Indexes& best() const { return best_; }

  Cover run() {
    const std::size_t size_min = apart(std::vector<bool>(problem_.options.size(), false));
    take_greedily();
    size_max_ = best_.size() + kMendingMax;
    visit();
    mend();
    const bool was_finished = steps_ <= problem_.steps_max && checks_.size() < problem_.checks_max;
    Cover cover;
    cover.indexes = best_;
    cover.faults = best_faults_;
    cover.is_exact = best_faults_.count() == 0 && (was_finished || best_.size() == size_min);
    // A set may do without what its statements' options ask for.
    cover.size_min =
        cover.is_exact && best_faults_.count() == 0 ? best_.size() : std::min(size_min, best_.size());
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

  Indexes chosen() const {
    Indexes chosen;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] > 0) chosen.push_back(i);
    }
    return chosen;
  }

  using Costs = std::tuple<std::size_t, double, double>;
  Costs costs_of(const Indexes& set) const {
    double work = 0, price = 0;
    for (const auto& options : problem_.options) {
      double least = 0;  // unless one of its options is there
      for (const CoverOption& option : options) {
        const bool is_in =
            std::includes(set.begin(), set.end(), option.indexes.begin(), option.indexes.end());
        if (is_in && (least == 0 || option.cost < least)) least = option.cost;
      }
      work += least;
    }
    for (const std::size_t i : set) price += problem_.index_costs[i];
    return {set.size(), price, work};
  }

  /// What is wrong with it; nothing where it could not be the best anyway, or the checks are used up.
  const CoverFaults& faults_of(const Indexes& set) {
    static const CoverFaults none;
    if (!problem_.check) return none;
    const auto known = checks_.find(set);
    if (known != checks_.end()) return known->second;
    if (checks_.size() >= problem_.checks_max) return unknown_;
    return checks_.emplace(set, problem_.check(set)).first->second;
  }

  /// True if it is the best so far.
  bool keep_if_better(const Indexes& set) {
    const Costs costs = costs_of(set);
    if (has_best_ && best_faults_.count() == 0 && costs >= best_costs_) return false;
    const CoverFaults& faults = faults_of(set);
    if (has_best_ && (&faults == &unknown_ || std::make_tuple(faults.count(), costs) >=
                                                  std::make_tuple(best_faults_.count(), best_costs_)))
      return false;
    has_best_ = true;
    best_ = set;
    best_faults_ = faults;
    best_costs_ = costs;
    reduce(set);
    return true;
  }

  /// What one index less does as well.
  void reduce(const Indexes& set) {
    if (!problem_.check) return;
    for (std::size_t i = 0; i < set.size(); ++i) {
      Indexes less = set;
      less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
      if (keep_if_better(less)) return;
    }
  }

  /// If everything has faults: one index more, of all that there are, may leave fewer.
  void mend() {
    for (bool is_better = true; is_better && best_faults_.count() > 0;) {
      is_better = false;
      for (std::size_t i = 0; i < problem_.index_costs.size() && !is_better; ++i) {
        if (std::binary_search(best_.begin(), best_.end(), i)) continue;
        Indexes more = best_;
        more.insert(std::upper_bound(more.begin(), more.end(), i), i);
        is_better = keep_if_better(more);
      }
    }
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
    keep_if_better(chosen());
    for (const CoverOption* option : taken) remove(*option);
  }

  /// More than the best has, or more than a set without faults should need.
  bool is_too_large(std::size_t size) const {
    return size > (best_faults_.count() == 0 ? best_.size() : size_max_);
  }

  void visit() {
    if (++steps_ > problem_.steps_max) return;
    std::vector<bool> is_done(problem_.options.size(), false);
    std::size_t next = problem_.options.size();
    for (const std::size_t statement : order_) {
      is_done[statement] = is_served(statement);
      if (!is_done[statement] && next == problem_.options.size()) next = statement;
    }
    if (next == problem_.options.size()) return visit_whole();
    if (is_too_large(size_ + apart(is_done))) return;
    branch(next);
  }

  void branch(std::size_t statement) {
    for (const CoverOption& option : problem_.options[statement]) {
      if (is_there(option)) continue;
      add(option);
      if (!is_too_large(size_)) visit();
      remove(option);
    }
  }

  /// Every statement has an option. If that does not do, another option of one that is not served might.
  void visit_whole() {
    const Indexes set = chosen();
    if (!wholes_.insert(set).second) return;
    keep_if_better(set);
    const auto faults = checks_.find(set);
    if (faults == checks_.end() || faults->second.count() == 0) return;
    const Indexes unserved = faults->second.unserved;
    for (const std::size_t statement : unserved) branch(statement);
  }

  const CoverProblem& problem_;
  std::vector<int> uses_;           // by how many of the options taken
  std::vector<std::size_t> order_;  // statements, those with the fewest options first
  std::size_t size_ = 0;
  std::size_t size_max_ = std::numeric_limits<std::size_t>::max();
  std::size_t steps_ = 0;
  std::map<Indexes, CoverFaults> checks_;
  std::set<Indexes> wholes_;
  CoverFaults unknown_{{}, std::numeric_limits<std::size_t>::max() / 2};
  bool has_best_ = false;
  Indexes best_;
  CoverFaults best_faults_;
  Costs best_costs_;
};

/// Statements that are linked by indexes of their options.
std::vector<std::vector<std::size_t>> components(const CoverProblem& problem) {
  std::vector<std::size_t> parent(problem.index_costs.size() + problem.options.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  const auto node_of = [&](std::size_t statement) { return problem.index_costs.size() + statement; };
  for (std::size_t s = 0; s < problem.options.size(); ++s) {
    for (const CoverOption& option : problem.options[s]) {
      for (const std::size_t i : option.indexes) parent[root(i)] = root(node_of(s));
    }
  }
  std::map<std::size_t, std::vector<std::size_t>> found;
  for (std::size_t s = 0; s < problem.options.size(); ++s) found[root(node_of(s))].push_back(s);
  std::vector<std::vector<std::size_t>> lists;
  for (auto& [first, statements] : found) lists.push_back(std::move(statements));
  return lists;
}

/// The part of a problem that is about some statements.
CoverProblem part_of(const CoverProblem& whole, const std::vector<std::size_t>& statements) {
  CoverProblem part;
  part.index_costs = whole.index_costs;
  for (const std::size_t statement : statements) part.options.push_back(whole.options[statement]);
  part.steps_max = whole.steps_max;
  part.checks_max = whole.checks_max;
  if (!whole.check) return part;
  part.check = [&whole, statements](const Indexes& set) {
    CoverFaults faults = whole.check(set);
    Indexes mine;
    for (const std::size_t statement : faults.unserved) {
      const auto at = std::lower_bound(statements.begin(), statements.end(), statement);
      if (at != statements.end() && *at == statement)
        mine.push_back(static_cast<std::size_t>(at - statements.begin()));
    }
    faults.unserved = std::move(mine);
    return faults;
  };
  return part;
}

}  // namespace

Cover smallest_cover(const CoverProblem& problem) {
  const auto parts = components(problem);
  if (parts.size() <= 1) return Search(problem).run();
  Cover all;
  for (const std::vector<std::size_t>& statements : parts) {
    const CoverProblem part = part_of(problem, statements);
    const Cover cover = Search(part).run();
    all.indexes.insert(all.indexes.end(), cover.indexes.begin(), cover.indexes.end());
    all.is_exact = all.is_exact && cover.is_exact;
    all.size_min += cover.size_min;
  }
  std::sort(all.indexes.begin(), all.indexes.end());
  if (problem.check) all.faults = problem.check(all.indexes);
  Search search(problem);
  search.begin_with(all.indexes);
  if (all.faults.count() == 0) {
    // An index of one part may do for another, whose options did not have it.
    all.indexes = search.best();
    all.size_min = std::min(all.size_min, all.indexes.size());
    all.is_exact = all.is_exact || all.indexes.size() == all.size_min;
    return all;
  }
  // The parts are in each other's way.
  Cover together = search.run();
  together.size_min = std::min(std::max(together.size_min, all.size_min), together.indexes.size());
  together.is_exact =
      together.is_exact || (together.faults.count() == 0 && together.indexes.size() == together.size_min);
  return together;
}

}  // namespace leftmost::advice
