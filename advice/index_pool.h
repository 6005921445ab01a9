// advice/index_pool.h - the indexes that are candidates for a workload, each once and with a name of its own,
// and what building some of them takes.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "advice/named_index.h"
#include "advice/trial.h"

namespace leftmost::advice {

/// Numbers of indexes of a pool, rising, each once.
using IndexSet = std::vector<std::size_t>;

struct PooledIndex {
  ProposedIndex index;
  NamedIndex named;
  IndexPrice price;   ///< once it was built
  std::string table;  ///< in lower case
};

class IndexPool {
 public:
  explicit IndexPool(Trial& trial) : trial_(trial) {}

  std::size_t size() const { return indexes_.size(); }
  const PooledIndex& operator[](std::size_t i) const { return indexes_[i]; }
  /// Its number; the same index is there once.
  std::size_t add(const ProposedIndex& index);

  std::vector<std::string> definitions(const IndexSet& set) const;
  /// Builds them on the trial and learns their prices. False, with the trial undone, if one cannot be built.
  bool build(const IndexSet& set);
  /// Those of the set that the plan reads.
  IndexSet used(const IndexSet& set, const std::vector<planner::PlanLine>& plan) const;
  /// Those of the set that are on one of the tables.
  IndexSet on_tables(const IndexSet& set, const std::set<std::string>& tables) const;

 private:
  Trial& trial_;
  std::vector<PooledIndex> indexes_;
  std::map<std::string, std::size_t> numbers_;
  std::set<std::string> names_;
};

/// Sorted, each once.
IndexSet joined(IndexSet a, const IndexSet& b);
std::string lower_case(std::string text);

}  // namespace leftmost::advice
