#include "engine/bind/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/collation.h"

namespace leftmost::engine::bind {

std::string nearest_name(std::string_view name, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLengthMax = 64;
  if (name.size() < 2 || name.size() > kLengthMax) return {};
  const std::size_t allowed = name.size() < 5 ? 1 : 2;
  std::size_t best = allowed + 1;
  std::string_view nearest;
  std::vector<std::size_t> row;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLengthMax) continue;
    // Levenshtein's distance, one row at a time.
    row.resize(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const bool same = storage::to_lower_ascii(name[i]) == storage::to_lower_ascii(candidate[j]);
        const std::size_t changed = diagonal + (same ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
      }
    }
    if (row.back() < best) {
      best = row.back();
      nearest = candidate;
    }
  }
  return nearest.empty() ? std::string() : fmt::format("did you mean {}?", nearest);
}

}  // namespace leftmost::engine::bind
