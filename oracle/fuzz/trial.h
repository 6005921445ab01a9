// oracle/fuzz/trial.h - one database in memory on both engines, and what they say to one statement after the
// other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/fuzz/schema.h"
#include "oracle/session.h"
#include "oracle/watchdog.h"

namespace leftmost::oracle::fuzz {

enum class Comparison : std::uint8_t {
  kEverything,
  kRows,   ///< all but plans; where these differ, rows only if no order can show in them
  kPlans,  ///< nothing is run
};

struct Verdict {
  Agreement agreement;
  std::optional<Error> error;  ///< ours
  /// What differs first: `plan`, `error`, `rows`, `changes`, `state` (what a write has left behind;
  /// `agreement` is then that of Step::checks' query); empty when nothing does, or when ours is not
  /// supported.
  std::string what;
};

/// Whether the answer may depend on the order in which rows are visited: a LIMIT, an aggregate, a write that
/// may conflict.
bool shows_visiting_order(std::string_view sql);

class Trial {
 public:
  /// Without a twin nothing is compared. Errors: those of Session::open.
  static Expected<std::unique_ptr<Trial>> begin(double statement_seconds_max, bool with_twin);

  /// One statement, and then its checks.
  Verdict put(const Step& step, Comparison comparison);
  /// Ours has read the twin's data again and has lost its temporary tables by that: what follows says
  /// nothing.
  bool is_spoiled() const { return is_spoiled_; }

 private:
  Trial(std::unique_ptr<Session> session, double seconds);

  Verdict put_sql(const std::string& sql, Comparison comparison);
  void reload_if_apart(bool may_have_written, bool agrees);

  std::unique_ptr<Session> session_;
  Watchdog watchdog_;
  bool is_apart_ = false;
  bool is_spoiled_ = false;
};

}  // namespace leftmost::oracle::fuzz
