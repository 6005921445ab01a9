// oracle/fuzz/isolated.h - a fuzz run in a process of its own, so that a crash or a hang is a finding and not
// the end.
//
// The worker is forked; it sends what each round has found through a pipe, and notes in shared memory which
// statement it is about to run. When it dies, or has not come to another statement for too long (its own
// watchdog should have stopped it long before), that statement becomes a difference `crash` or `hang`, is
// made small by trying in further processes, and the next worker goes on behind the round.
#pragma once

#include "oracle/fuzz/fuzz.h"

namespace leftmost::oracle::fuzz {

struct IsolationLimits {
  double hang_seconds = 30;  ///< without another statement
  std::uint64_t memory_bytes_max =
      0;  ///< address space of a worker; 0: no limit (AddressSanitizer needs all of it)
};

/// As run_fuzz() with the same options; the result is everything, and on_round is told as well. Requires:
/// this process has one thread. Errors: kIoError when no process can be made.
Expected<FuzzResult> run_fuzz_isolated(FuzzOptions options, const IsolationLimits& limits);

}  // namespace leftmost::oracle::fuzz
