// engine/environment.h - the two things a statement takes from the outside world: random bytes and the time.
//
// Injected, so that the oracle can replay to SQLite exactly what our engine drew, and tests can fix both.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace leftmost::engine {

class Environment {
 public:
  virtual ~Environment() = default;
  /// Fills `bytes`. Called once per call of random() (8 bytes, a little-endian 64-bit integer) or randomblob(n).
  virtual void random_bytes(std::span<std::uint8_t> bytes) = 0;
  /// Milliseconds since -4713-11-24 12:00 (julian day 0) in UTC; asked once per statement.
  virtual std::int64_t julian_milliseconds() = 0;
  /// Minutes to add to UTC for local time at that instant (modifiers 'localtime' and 'utc').
  virtual std::int64_t local_offset_milliseconds(std::int64_t julian_milliseconds) = 0;
};

/// The machine's own entropy and clock.
std::shared_ptr<Environment> system_environment();

}  // namespace leftmost::engine
