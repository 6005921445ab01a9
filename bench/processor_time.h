// bench/processor_time.h - the clock of all measurements: what this thread has computed, not what time it is.
#pragma once

#include <ctime>

namespace leftmost::bench {

/// Seconds of processor time that the calling thread has used.
inline double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace leftmost::bench
