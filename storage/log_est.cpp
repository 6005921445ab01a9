#include "storage/log_est.h"

#include <cstring>
#include <limits>

namespace leftmost::storage {

LogEst log_est(std::uint64_t x) {
  // 10 * log2 of 8..15 minus 30, rounded as SQLite rounds it.
  constexpr LogEst kEighths[] = {0, 2, 3, 5, 6, 7, 8, 9};
  if (x < 2) return 0;
  int y = 40;
  for (; x < 8; x *= 2) y -= 10;
  for (; x > 15; x >>= 1) y += 10;
  return static_cast<LogEst>(kEighths[x & 7] + y - 10);
}

LogEst log_est_from_real(double x) {
  if (!(x > 1)) return 0;
  if (x <= 2e9) return log_est(static_cast<std::uint64_t>(x));
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return static_cast<LogEst>((static_cast<int>(bits >> 52) - 1022) * 10);
}

std::uint64_t log_est_to_count(LogEst x) {
  if (x < 0) return 0;
  std::uint64_t fraction = static_cast<std::uint64_t>(x % 10);
  const int exponent = x / 10;
  if (fraction >= 5) {
    fraction -= 2;
  } else if (fraction >= 1) {
    fraction -= 1;
  }
  if (exponent > 60) return static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return exponent >= 3 ? (fraction + 8) << (exponent - 3) : (fraction + 8) >> (3 - exponent);
}

LogEst log_est_search_height(LogEst rows) {
  return rows <= 10 ? LogEst{0} : static_cast<LogEst>(log_est(static_cast<std::uint64_t>(rows)) - 33);
}

}  // namespace leftmost::storage
