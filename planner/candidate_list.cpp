// Which candidates are worth keeping (section 4.11 of docs/planner.md; SQLite: whereLoopInsert, src/where.c).

#include <algorithm>

#include "planner/candidate.h"

namespace leftmost::planner {

namespace {

/// X uses a proper subset of Y's terms and is not plainly worse:
///   1. X uses fewer terms, skipped columns not counted;
///   2. X is not more expensive and larger at the same time;
///   3. Y does not skip more columns than X;
///   4. every term of X is among Y's;
///   5. not: X covers and Y does not.
bool is_cheaper_proper_subset(const Candidate& x, const Candidate& y) {
  if (x.terms.size() - static_cast<std::size_t>(x.skipped) >=
      y.terms.size() - static_cast<std::size_t>(y.skipped)) {
    return false;
  }
  if (x.run > y.run && x.rows > y.rows) return false;
  if (y.skipped > x.skipped) return false;
  for (const Term* term : x.terms) {
    if (term != nullptr && std::find(y.terms.begin(), y.terms.end(), term) == y.terms.end()) return false;
  }
  return !(x.covering && !y.covering);
}

bool is_subset(ItemSet part, ItemSet whole) { return (part & whole) == part; }

}  // namespace

void CandidateList::adjust_to_subsets(Candidate& candidate) const {
  if (candidate.kind != CandidateKind::kIndex) return;
  for (const Candidate& other : all_) {
    if (other.position != candidate.position || other.kind != CandidateKind::kIndex) continue;
    if (is_cheaper_proper_subset(other, candidate)) {
      candidate.run = std::min(other.run, candidate.run);
      candidate.rows = std::min(static_cast<storage::LogEst>(other.rows - 1), candidate.rows);
    } else if (is_cheaper_proper_subset(candidate, other)) {
      candidate.run = std::max(other.run, candidate.run);
      candidate.rows = std::max(static_cast<storage::LogEst>(other.rows + 1), candidate.rows);
    }
  }
}

std::optional<std::size_t> CandidateList::place(const Candidate& c, std::size_t from,
                                                std::size_t& dominator) const {
  for (std::size_t i = from; i < all_.size(); ++i) {
    const Candidate& p = all_[i];
    if (p.position != c.position || p.tag != c.tag) continue;
    // 1. A real index with an = column replaces an automatic one.
    if (p.kind == CandidateKind::kAutomaticIndex && c.skipped == 0 && c.kind == CandidateKind::kIndex &&
        c.has_equal && is_subset(c.prereq, p.prereq)) {
      return i;
    }
    // 2. p is at least as good in everything.
    if (is_subset(p.prereq, c.prereq) && p.setup <= c.setup && p.run <= c.run && p.rows <= c.rows) {
      dominator = i;
      return std::nullopt;
    }
    // 3. c is (the set-up does not count).
    if (is_subset(c.prereq, p.prereq) && p.run >= c.run && p.rows >= c.rows) return i;
  }
  return all_.size();
}

CandidateList::Outcome CandidateList::insert(const Candidate& candidate, Insertion* account) {
  std::size_t dominator = 0;
  const auto at = place(candidate, 0, dominator);
  if (!at) {
    if (account != nullptr) account->dominator = &all_[dominator];
    return Outcome::kDropped;
  }
  if (*at == all_.size()) {
    constexpr std::size_t kUsual = 4;  // enough for most statements
    if (all_.empty()) all_.reserve(kUsual);
    all_.push_back(candidate);
    return Outcome::kAppended;
  }
  if (account != nullptr) account->other = all_[*at];
  // Later ones that the new one beats as well go, until one is met that beats it.
  for (std::size_t next = *at + 1;;) {
    const auto later = place(candidate, next, dominator);
    if (!later || *later == all_.size()) break;
    if (account != nullptr) account->deleted.push_back(all_[*later]);
    all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(*later));
    next = *later;
  }
  all_[*at] = candidate;
  return Outcome::kReplaced;
}

void OrCosts::insert(const Entry& entry) {
  constexpr std::size_t kEntriesMax = 3;
  for (Entry& old : entries_) {
    if (entry.run <= old.run && is_subset(entry.prereq, old.prereq)) {
      old = {entry.prereq, entry.run, std::min(old.rows, entry.rows)};
      return;
    }
    if (old.run <= entry.run && is_subset(old.prereq, entry.prereq)) return;
  }
  if (entries_.size() < kEntriesMax) {
    entries_.push_back(entry);
    return;
  }
  // SQLite means to give up the dearest, and gives up the cheapest.
  auto cheapest = std::min_element(entries_.begin(), entries_.end(),
                                   [](const Entry& a, const Entry& b) { return a.run < b.run; });
  if (cheapest->run <= entry.run) return;
  *cheapest = {entry.prereq, entry.run, std::min(cheapest->rows, entry.rows)};
}

std::string describe(const Candidate& c) {
  if (c.kind == CandidateKind::kAutomaticIndex) return "automatic index";
  if (c.kind == CandidateKind::kMultiIndexOr) return "multi-index OR";
  if (c.kind == CandidateKind::kFunction) return "function " + std::to_string(c.function_access);
  std::string text;
  if (c.terms.empty()) {
    if (c.kind == CandidateKind::kRowid) return c.view_scan ? "subquery scan" : "table scan";
    text = "scan " + c.probe->index->def->name;
    return c.covering ? text + " covering" : text;
  }
  if (c.kind == CandidateKind::kRowid) {
    text = "rowid";
    if (c.equal_columns > 0) text += " =";
  } else {
    text = "seek " + c.probe->index->def->name;
    if (c.equal_columns > 0) text += " " + std::to_string(c.equal_columns) + " col";
  }
  if (c.has_in) text += ", IN";
  if (c.skipped > 0) text += ", skip";
  if (c.has_lower || c.has_upper) {
    text += c.has_lower && c.has_upper ? " lo+hi" : c.has_lower ? " lo" : " hi";
  }
  if (c.one_row) text += " one-row";
  return text;
}

}  // namespace leftmost::planner
