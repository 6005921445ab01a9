#include "planner/reason_words.h"

#include <fmt/format.h>

namespace leftmost::planner {

std::string words_of_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string words_of_rows(storage::LogEst rows) {
  const std::uint64_t count = storage::log_est_to_count(rows);
  return count <= 1 ? std::string("an estimated 1 row")
                    : fmt::format("an estimated {} rows", words_of_count(count));
}

std::string words_of_item(const Item& item) {
  if (!item.alias.empty()) return std::string(item.alias);
  if (!item.name.empty()) return std::string(item.name);
  return "the subquery";
}

std::string words_of_index(const RelationIndex* index) {
  return index == nullptr ? std::string("the rowid") : index->def->name;
}

}  // namespace leftmost::planner
