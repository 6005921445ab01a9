// storage/log_est.h - LogEst: 10 * log2(x) in a 16-bit integer, the unit of SQLite's estimates.
//
// 10 is twice, 33 ten times, 66 a hundred times. The integer rules below, not the formula, define it:
// planners agree only if they round alike. Values may be negative (half a row is -10).
#pragma once

#include <cstdint>

namespace leftmost::storage {

using LogEst = std::int16_t;

/// From a count. 0 and 1 give 0.
LogEst log_est(std::uint64_t x);
/// From a real; at most 1 gives 0.
LogEst log_est_from_real(double x);
/// The log of the sum of two numbers. Commutative, not associative: add in the order a formula gives.
inline LogEst log_est_add(LogEst a, LogEst b) {
  // What the smaller number adds, by its distance from the larger one.
  static constexpr std::int8_t kAdded[32] = {10, 10, 9, 9, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 5, 4,
                                             4,  4,  4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2};
  const int high = a < b ? b : a;
  const int distance = high - (a < b ? a : b);
  if (distance > 49) return static_cast<LogEst>(high);
  if (distance > 31) return static_cast<LogEst>(high + 1);
  return static_cast<LogEst>(high + kAdded[distance]);
}
/// Back to a count, for showing to people; no decision uses it. Beyond 2^60: the largest int64. Negative
/// values give 0.
std::uint64_t log_est_to_count(LogEst x);
/// est(N): cost of a descent in a tree of N rows (N itself a LogEst).
LogEst log_est_search_height(LogEst rows);

}  // namespace leftmost::storage
