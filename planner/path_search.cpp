#include "planner/path_search.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace leftmost::planner {

using storage::log_est;
using storage::log_est_add;
using storage::log_est_search_height;
using storage::LogEst;

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
  std::vector<const Candidate*> loops;
  ItemSet items = 0;
  LogEst rows = 0;
  LogEst cost = 0;
  LogEst unsorted = 0;  ///< cost without the final sort
  int ordered = 0;      ///< satisfied terms, -1: not known yet
  ItemSet reverse = 0;
  ItemSet nulls_last = 0;
};

class Search {
 public:
  Search(const PathRequest& request, const std::vector<Candidate>& candidates)
      : request_(request), candidates_(candidates) {}

  /// One pass. Empty: no path. `rows` is the pass-1 estimate plus one, or 0 in pass 1 (the order is ignored
  /// then).
  std::optional<Path> run(LogEst rows) {
    rows_ = rows;
    terms_ = rows == 0 ? 0 : static_cast<int>(request_.wanted.terms.size());
    sort_costs_.fill(0);
    // One item needs one path, two need five, more ten: SQLite's mxChoice.
    paths_max_ = request_.item_count <= 1 ? 1 : request_.item_count == 2 ? 5 : 10;
    Path start;
    start.rows = static_cast<LogEst>(std::min<std::uint32_t>(request_.context.loop_factor, 48));
    start.ordered = terms_ > 0 ? -1 : 0;
    from_ = {start};
    for (std::size_t length = 0; length < request_.item_count; ++length) {
      to_.clear();
      for (const Path& path : from_) extend(path);
      from_ = std::move(to_);
      to_.clear();
    }
    if (from_.empty()) return std::nullopt;
    const auto cheapest = std::min_element(from_.begin(), from_.end(),
                                           [](const Path& a, const Path& b) { return a.cost < b.cost; });
    return *cheapest;
  }

 private:
  void extend(const Path& path) {
    for (const Candidate& candidate : candidates_) {
      if ((candidate.prereq & ~path.items) != 0 || (candidate.self & path.items) != 0) continue;
      // An index that is built for less than 1.25 runs is not worth building.
      if (candidate.kind == CandidateKind::kAutomaticIndex && path.rows < 3) continue;
      Path next = path;
      next.loops.push_back(&candidate);
      next.items |= candidate.self;
      next.unsorted = log_est_add(candidate.setup, static_cast<LogEst>(candidate.run + path.rows));
      next.unsorted = log_est_add(next.unsorted, path.unsorted);
      next.rows = static_cast<LogEst>(path.rows + candidate.rows);
      if (next.ordered < 0) {
        const OrderMatch match =
            match_order(request_, request_.wanted.terms, request_.wanted.mode, next.loops);
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
      if (path.loops.empty() && candidate.view_scan) {
        next.cost = static_cast<LogEst>(next.cost - 10);
        next.rows = static_cast<LogEst>(next.rows - 30);
      }
      keep(std::move(next));
    }
  }

  void keep(Path next) {
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
    to_[slot] = std::move(next);
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
  const std::vector<Candidate>& candidates_;
  LogEst rows_ = 0;
  int terms_ = 0;
  std::size_t paths_max_ = 1;
  std::array<LogEst, 64> sort_costs_{};
  std::vector<Path> from_, to_;
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
    const OrderMatch match = match_order(request, wanted.distinct, OrderMatchMode::kDistinct, path.loops);
    if (match.satisfied == static_cast<int>(wanted.distinct.size()))
      choice.distinct = DistinctAnswer::kOrdered;
  }
  if (terms == 0) return;
  choice.order_satisfied = std::max(path.ordered, 0);
  if (wanted.mode == OrderMatchMode::kDistinct) {
    if (path.ordered == terms) choice.distinct = DistinctAnswer::kOrdered;
  } else {
    choice.reverse = path.reverse;
    choice.nulls_last = path.nulls_last;
    if (path.ordered <= 0 && !path.loops.empty()) {
      const Candidate& last = *path.loops.back();
      if (!last.one_row && !(last.kind == CandidateKind::kRowid && last.has_in)) {
        const OrderMatch match = match_order(request, wanted.terms, OrderMatchMode::kInnerLoop, path.loops);
        if (match.satisfied == terms) {
          choice.reverse = match.reverse;
          choice.nulls_last = match.nulls_last;
        }
      }
    }
  }
  if (wanted.group_may_order && choice.order_satisfied == terms && !path.loops.empty()) {
    const OrderMatch match = match_order(request, wanted.terms, OrderMatchMode::kOrder, path.loops);
    if (match.satisfied == terms) {
      choice.group_orders = true;
      choice.reverse = match.reverse;
      choice.nulls_last = match.nulls_last;
    }
  }
}

}  // namespace

PathChoice search_path(const PathRequest& request, const std::vector<Candidate>& candidates) {
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
  for (const Candidate* loop : path->loops) {
    if (!request.facts[static_cast<std::size_t>(loop->position)].item->join.right) continue;
    choice.order_satisfied = 0;
    choice.distinct = DistinctAnswer::kNo;
  }
  choice.rows = path->rows;
  for (const Candidate* loop : path->loops) choice.loops.push_back(*loop);
  return choice;
}

}  // namespace leftmost::planner
