// oracle/fuzz/trial.h - one database in memory on both engines, and what they say to one statement after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oracle/session.h"
#include "oracle/watchdog.h"

namespace leftmost::oracle::fuzz {

struct Verdict {
  Agreement agreement;
  std::optional<Error> error;  ///< ours
  /// What differs first: `plan`, `error`, `rows`, `changes`; empty when nothing does, or when ours is not supported.
  std::string what;
};

class Trial {
 public:
  /// Errors: those of Session::open.
  static Expected<std::unique_ptr<Trial>> begin(double statement_seconds_max);

  /// One statement. With `plans_only` nothing is run.
  Verdict put(const std::string& sql, bool plans_only);

 private:
  Trial(std::unique_ptr<Session> session, double seconds);

  void reload_if_apart(bool may_have_written, bool agrees);

  std::unique_ptr<Session> session_;
  Watchdog watchdog_;
  bool is_apart_ = false;
};

}  // namespace leftmost::oracle::fuzz
