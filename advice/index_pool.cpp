#include "advice/index_pool.h"

#include <algorithm>

namespace leftmost::advice {

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

IndexSet joined(IndexSet a, const IndexSet& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  return a;
}

std::size_t IndexPool::add(const ProposedIndex& index) {
  std::string key = lower_case(index.table);
  for (const std::string& column : index.columns) key += '\x1f' + lower_case(column);
  key += '\x1e' + index.where;
  const auto [known, is_new] = numbers_.emplace(key, indexes_.size());
  if (!is_new) return known->second;
  IndexProposal alone;
  alone.indexes = {index};
  PooledIndex one{
      index, name_indexes(alone, trial_.database().catalog(), names_).front(), {}, lower_case(index.table)};
  names_.insert(one.named.name);
  indexes_.push_back(std::move(one));
  return known->second;
}

std::vector<std::string> IndexPool::definitions(const IndexSet& set) const {
  std::vector<std::string> definitions;
  for (const std::size_t i : set) definitions.push_back(indexes_[i].named.sql);
  return definitions;
}

bool IndexPool::build(const IndexSet& set) {
  for (const std::size_t i : set) {
    const std::uint64_t bytes_before = trial_.bytes();
    if (!trial_.define(indexes_[i].named.sql)) {
      trial_.undo();
      return false;
    }
    if (indexes_[i].price.entries == 0)
      indexes_[i].price = price_of(trial_, bytes_before, {indexes_[i].named});
  }
  return true;
}

IndexSet IndexPool::used(const IndexSet& set, const std::vector<planner::PlanLine>& plan) const {
  IndexSet used;
  for (const std::size_t i : set) {
    if (mentions(plan, indexes_[i].named.name)) used.push_back(i);
  }
  return used;
}

IndexSet IndexPool::on_tables(const IndexSet& set, const std::set<std::string>& tables) const {
  IndexSet found;
  for (const std::size_t i : set) {
    if (tables.count(indexes_[i].table) != 0) found.push_back(i);
  }
  return found;
}

}  // namespace leftmost::advice
