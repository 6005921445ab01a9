// oracle/fixed_time.h - one instant of 'now' for both engines.
//
// SQLite asks its VFS for the time. The twin opens its databases through a VFS of ours, `leftmost`, that hands every
// call on to the machine's default VFS except xCurrentTimeInt64 (https://www.sqlite.org/vfs.html): while a FixedTime
// lives on the calling thread, that answers the instant it was given. A connection does not know which statement asks,
// so the instant belongs to the thread that steps it.
#pragma once

#include <cstdint>
#include <optional>

namespace leftmost::oracle {

/// Registers the VFS on first use. Its name, for sqlite3_open_v2. Never fails: where SQLite has no default VFS the
/// name is still returned and opening says so.
const char* time_fixing_vfs();

/// While it lives, SQLite's clock on this thread stands still. Instants nest; the innermost counts.
class FixedTime {
 public:
  explicit FixedTime(std::int64_t julian_milliseconds);
  ~FixedTime();
  FixedTime(const FixedTime&) = delete;
  FixedTime& operator=(const FixedTime&) = delete;

 private:
  std::optional<std::int64_t> outer_;
};

}  // namespace leftmost::oracle
