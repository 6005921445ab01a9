// planner/candidate.h - one way to read one item, with what it would cost; and the list of those worth
// remembering.
#pragma once

#include <string>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "planner/probe.h"
#include "planner/terms.h"

namespace leftmost::planner {

enum class CandidateKind : std::uint8_t { kRowid, kIndex, kAutomaticIndex, kMultiIndexOr, kFunction };

struct Candidate {
  CandidateKind kind = CandidateKind::kRowid;
  int position = 0;  ///< of the item
  ItemSet self = 0;
  ItemSet prereq = 0;  ///< items that must stand before it
  int tag = 0;         ///< 0, or the number of the probe that may help the wanted order (section 4.2)
  storage::LogEst setup = 0, run = 0, rows = 0;
  const Probe* probe = nullptr;  ///< kRowid, kIndex
  bool covering = false;
  bool view_scan = false;  ///< whole FROM subquery
  bool one_row = false;
  bool self_culling = false;
  // Which kinds of constraint it uses.
  bool has_equal = false;  ///< = or IS
  bool has_in = false;
  bool has_null = false;
  bool has_lower = false, has_upper = false;
  bool has_transitive = false;  ///< some = was found through an equivalent column
  int function_access = 0;      ///< kFunction: FunctionAccess::number
  int equal_columns = 0;        ///< index columns with =, IS, IN, IS NULL or skipped
  int skipped = 0;
  int lower_length = 0, upper_length = 0;  ///< columns bounded; more than one for row values
  /// In index-column order, a null for each skipped column; then lower and upper bound. kFunction: what is passed. One term for
  /// kAutomaticIndex (the one it was made for) and kMultiIndexOr.
  boost::container::small_vector<Term*, 4> terms;

  bool has_range() const { return has_lower || has_upper; }
  bool is_full_scan() const {
    return (kind == CandidateKind::kRowid || kind == CandidateKind::kIndex) && terms.empty();
  }
};

/// Prerequisite sets and costs of the ways to serve one OR arm: at most three, the best ones (section 4.8).
class OrCosts {
 public:
  struct Entry {
    ItemSet prereq = 0;
    storage::LogEst run = 0, rows = 0;
  };
  void insert(const Entry& entry);
  const std::vector<Entry>& entries() const { return entries_; }
  void clear() { entries_.clear(); }

 private:
  std::vector<Entry> entries_;
};

/// The candidates of a FROM clause that are not dominated by others, in insertion order (section 4.11). Order
/// and in-place replacement decide ties.
class CandidateList {
 public:
  enum class Outcome : std::uint8_t { kAppended, kReplaced, kDropped };
  /// Adjusts the numbers of `candidate` to those of candidates with a subset or superset of its terms; to be
  /// called before insert().
  void adjust_to_subsets(Candidate& candidate) const;
  /// `other`: the candidate that was replaced; when dropped, `dominator` is the one that is at least as good.
  struct Insertion {
    std::optional<Candidate> other;
    const Candidate* dominator = nullptr;
    LookasideVector<Candidate> deleted;
  };
  /// `account`, if wanted, says what became of which.
  Outcome insert(const Candidate& candidate, Insertion* account = nullptr);
  const LookasideVector<Candidate>& all() const { return all_; }

 private:
  /// First place from `from` on where `candidate` fits in; all_.size() to append; nothing if it is dominated.
  std::optional<std::size_t> place(const Candidate& candidate, std::size_t from,
                                   std::size_t& dominator) const;
  LookasideVector<Candidate> all_;
};

/// `seek t1ab 1 col lo`, `table scan` ...: for traces.
std::string describe(const Candidate& candidate);

}  // namespace leftmost::planner
