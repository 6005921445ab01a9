#include "planner/path_search.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace leftmost::planner {

using storage::log_est;
using storage::log_est_add;
using storage::log_est_search_height;
using storage::LogEst;

LogEst start_rows(const Context& context) {
  constexpr std::uint32_t kRunsMax = 48;
  return static_cast<LogEst>(std::min<std::uint32_t>(context.loop_factor, kRunsMax));
}

LogEst sort_cost(const WantedOrder& wanted, LogEst rows, int terms, int satisfied) {
  const LogEst share =
      static_cast<LogEst>(log_est(static_cast<std::uint64_t>((terms - satisfied) * 100 / terms)) - 66);
  LogEst output = rows;
  if (wanted.uses_limit && wanted.limit_rows < rows) {
    output = wanted.limit_rows;
  } else if (wanted.wants_distinct && output > 10) {
    output = static_cast<LogEst>(output - 10);  // DISTINCT is assumed to halve the rows
  }
  return static_cast<LogEst>(rows + share + 16 + log_est_search_height(output));
}

namespace {

struct Path {
  const Candidate** loops = nullptr;  ///< `length` of them, in the search's own array
  std::size_t length = 0;
  ItemSet items = 0;
  LogEst rows = 0;
  LogEst cost = 0;
  LogEst unsorted = 0;  ///< cost without the final sort
  int ordered = 0;      ///< satisfied terms, -1: not known yet
  ItemSet reverse = 0;
  ItemSet nulls_last = 0;

  std::span<const Candidate* const> chosen() const { return {loops, length}; }
};

/// What the innermost step of the search asks of a candidate, side by side.
struct Step {
  ItemSet prereq, self;
  LogEst setup, run, rows;
  bool is_automatic_index, is_view_scan;
  std::uint32_t behind_item;  ///< number of the first step behind those of the same item that come in a row
  const Candidate* candidate;
};

class Search {
 public:
  Search(const PathRequest& request, const LookasideVector<Candidate>& candidates)
      // One item needs one path, two need five, more ten: SQLite's mxChoice.
      : request_(request),
        paths_max_(request.item_count <= 1   ? 1
                   : request.item_count == 2 ? 5
                                             : 10),
        loops_(2 * paths_max_ * request.item_count),
        scratch_(request.item_count) {
    steps_.reserve(candidates.size());
    for (const Candidate& candidate : candidates) {
      steps_.push_back({candidate.prereq, candidate.self, candidate.setup, candidate.run, candidate.rows,
                        candidate.kind == CandidateKind::kAutomaticIndex, candidate.view_scan, 0,
                        &candidate});
    }
    for (std::size_t i = steps_.size(); i-- > 0;) {
      const bool goes_on = i + 1 < steps_.size() && steps_[i + 1].self == steps_[i].self;
      steps_[i].behind_item = goes_on ? steps_[i + 1].behind_item : static_cast<std::uint32_t>(i + 1);
    }
    from_.reserve(paths_max_);
    to_.reserve(paths_max_);
  }

  /// One pass. Empty: no path. `rows` is the pass-1 estimate plus one, or 0 in pass 1 (the order is ignored
  /// then).
  std::optional<Path> run(LogEst rows) {
    rows_ = rows;
    terms_ = rows == 0 ? 0 : static_cast<int>(request_.wanted.terms.size());
    sort_costs_.fill(0);
    Path start;
    start.rows = start_rows(request_.context);
    start.ordered = terms_ > 0 ? -1 : 0;
    from_.assign(1, start);
    for (std::size_t length = 0; length < request_.item_count; ++length) {
      to_.clear();
      for (const Path& path : from_) extend(path);
      std::swap(from_, to_);
    }
    if (from_.empty()) return std::nullopt;
    return *std::min_element(from_.begin(), from_.end(),
                             [](const Path& a, const Path& b) { return a.cost < b.cost; });
  }

 private:
  void extend(const Path& path) {
    const Step* const end = steps_.data() + steps_.size();
    for (const Step* next_step = steps_.data(); next_step != end;) {
      const Step& step = *next_step;
      if ((step.self & path.items) != 0) {
        next_step = steps_.data() + step.behind_item;
        continue;
      }
      ++next_step;
      if ((step.prereq & ~path.items) != 0) continue;
      // An index that is built for less than 1.25 runs is not worth building.
      if (step.is_automatic_index && path.rows < 3) continue;
      const LogEst unsorted =
          log_est_add(log_est_add(step.setup, static_cast<LogEst>(step.run + path.rows)), path.unsorted);
      const bool is_view_first = path.length == 0 && step.is_view_scan;
      // What costs more than the worst path that is kept has no chance, whatever sorting adds. Most end here.
      if (to_.size() >= paths_max_ && unsorted > worst_cost_ && !is_view_first) continue;
      Path next = path;
      next.items |= step.self;
      next.unsorted = unsorted;
      next.rows = static_cast<LogEst>(path.rows + step.rows);
      if (next.ordered < 0) {
        std::copy_n(path.loops, path.length, scratch_.begin());
        scratch_[path.length] = step.candidate;
        const OrderMatch match = match_order(request_, request_.wanted.terms, request_.wanted.mode,
                                             {scratch_.data(), path.length + 1});
        next.ordered = match.satisfied;
        next.reverse = match.reverse;
        next.nulls_last = match.nulls_last;
      }
      if (next.ordered >= 0 && next.ordered < terms_) {
        LogEst& sorting = sort_costs_[static_cast<std::size_t>(next.ordered)];
        if (sorting == 0) sorting = sort_cost(request_.wanted, rows_, terms_, next.ordered);
        next.cost = static_cast<LogEst>(log_est_add(next.unsorted, sorting) + 5);  // a little against sorting
      } else {
        next.cost = next.unsorted;
        next.unsorted = static_cast<LogEst>(next.unsorted - 2);
      }
      if (is_view_first) {
        next.cost = static_cast<LogEst>(next.cost - 10);
        next.rows = static_cast<LogEst>(next.rows - 30);
      }
      keep(path, next, step.candidate);
    }
  }

  /// `next` is `path` and one more loop; its own loops are written when it finds a place.
  void keep(const Path& path, Path& next, const Candidate* last) {
    std::size_t slot = 0;
    for (; slot < to_.size(); ++slot) {
      if (to_[slot].items == next.items && (to_[slot].ordered < 0) == (next.ordered < 0)) break;
    }
    if (slot < to_.size()) {
      const Path& old = to_[slot];
      if (std::tie(old.cost, old.rows, old.unsorted) <= std::tie(next.cost, next.rows, next.unsorted)) return;
    } else if (to_.size() < paths_max_) {
      to_.emplace_back();
    } else {
      if (next.cost > worst_cost_ || (next.cost == worst_cost_ && next.unsorted >= worst_unsorted_)) return;
      slot = worst_slot_;
    }
    // Paths of one length lie in one half of the array, their successors in the other.
    const std::size_t half = path.length % 2;
    next.loops = loops_.data() + (half * paths_max_ + slot) * request_.item_count;
    std::copy_n(path.loops, path.length, next.loops);
    next.loops[path.length] = last;
    next.length = path.length + 1;
    to_[slot] = next;
    if (to_.size() >= paths_max_) find_worst();
  }

  void find_worst() {
    worst_slot_ = 0;
    worst_cost_ = to_[0].cost;
    worst_unsorted_ = to_[0].rows;  // not its unsorted cost: SQLite's quirk, and it decides plans
    for (std::size_t i = 1; i < to_.size(); ++i) {
      if (to_[i].cost > worst_cost_ || (to_[i].cost == worst_cost_ && to_[i].unsorted > worst_unsorted_)) {
        worst_slot_ = i;
        worst_cost_ = to_[i].cost;
        worst_unsorted_ = to_[i].unsorted;
      }
    }
  }

  const PathRequest& request_;
  const std::size_t paths_max_;
  // With room for what a join of two tables needs.
  boost::container::small_vector<Step, 8> steps_;
  boost::container::small_vector<const Candidate*, 20> loops_;   ///< of the paths of two lengths
  boost::container::small_vector<const Candidate*, 2> scratch_;  ///< of the path that is being judged
  LogEst rows_ = 0;
  int terms_ = 0;
  std::array<LogEst, 64> sort_costs_{};
  boost::container::small_vector<Path, 5> from_, to_;
  std::size_t worst_slot_ = 0;
  LogEst worst_cost_ = 0;
  LogEst worst_unsorted_ = 0;
};

/// What the chosen path does for the wanted order (section 5.5).
void finish(const PathRequest& request, const Path& path, bool order_was_considered, PathChoice& choice) {
  const WantedOrder& wanted = request.wanted;
  const int terms = static_cast<int>(wanted.terms.size());
  if (wanted.wants_distinct && wanted.mode != OrderMatchMode::kDistinct &&
      choice.distinct == DistinctAnswer::kNo && order_was_considered && !wanted.distinct.empty()) {
    const OrderMatch match = match_order(request, wanted.distinct, OrderMatchMode::kDistinct, path.chosen());
    if (match.satisfied == static_cast<int>(wanted.distinct.size())) {
      choice.distinct = DistinctAnswer::kOrdered;
      choice.distinct_columns = match.index_columns;
    }
  }
  if (terms == 0) return;
  choice.order_satisfied = std::max(path.ordered, 0);
  if (wanted.mode == OrderMatchMode::kDistinct) {
    if (path.ordered == terms) {
      choice.distinct = DistinctAnswer::kOrdered;
      choice.distinct_columns =
          match_order(request, wanted.terms, OrderMatchMode::kDistinct, path.chosen()).index_columns;
    }
  } else {
    choice.reverse = path.reverse;
    choice.nulls_last = path.nulls_last;
    if (path.ordered <= 0 && path.length != 0) {
      const Candidate& last = *path.loops[path.length - 1];
      if (!last.one_row && !(last.kind == CandidateKind::kRowid && last.has_in)) {
        const OrderMatch match =
            match_order(request, wanted.terms, OrderMatchMode::kInnerLoop, path.chosen());
        if (match.satisfied == terms) {
          choice.reverse = match.reverse;
          choice.nulls_last = match.nulls_last;
          choice.inner_loop_orders = true;
        }
      }
    }
  }
  if (wanted.group_may_order && choice.order_satisfied == terms && path.length != 0) {
    const OrderMatch match = match_order(request, wanted.terms, OrderMatchMode::kOrder, path.chosen());
    if (match.satisfied == terms) {
      choice.group_orders = true;
      choice.reverse = match.reverse;
      choice.nulls_last = match.nulls_last;
    }
  }
}

}  // namespace

PathChoice search_path(const PathRequest& request, const LookasideVector<Candidate>& candidates) {
  PathChoice choice;
  Search search(request, candidates);
  std::optional<Path> path = search.run(0);
  bool with_order = false;
  if (path && !request.wanted.terms.empty()) {
    // The sorting estimate needs the number of rows, which the first pass found.
    const auto rows = static_cast<LogEst>(path->rows + 1);
    with_order = rows != 0;
    path = search.run(rows);
  }
  if (!path) {
    request.context.fail({ErrorCode::kError, "no query solution", std::nullopt, {}});
    return choice;
  }
  finish(request, *path, with_order, choice);
  // The second pass of RIGHT JOIN brings its rows behind all others, so nothing is in order any more. SQLite
  // notices when the costs have been compared.
  for (const Candidate* loop : path->chosen()) {
    if (!request.facts[static_cast<std::size_t>(loop->position)].item->join.right) continue;
    choice.order_satisfied = 0;
    choice.distinct = DistinctAnswer::kNo;
  }
  choice.rows = path->rows;
  choice.loops.reserve(path->length);
  for (const Candidate* loop : path->chosen()) choice.loops.push_back(*loop);
  return choice;
}

}  // namespace leftmost::planner
