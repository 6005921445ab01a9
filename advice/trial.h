// advice/trial.h - a session's data, to try things on: what is changed here is changed nowhere else.
//
// SQLite's side is a private copy of the whole database in memory; ours is the session's own engine, whose
// data are a snapshot that is put back when the Trial ends (the roots of its trees; nothing is copied). The
// file is not written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "oracle/session.h"

namespace leftmost::advice {

class Trial {
 public:
  /// Errors: those of Twin::copy. Requires: a session with a twin, outside a transaction of ours.
  static Expected<Trial> start(oracle::Session& session);
  Trial(Trial&&) noexcept;
  Trial& operator=(Trial&&) = delete;
  ~Trial();

  /// Runs a definition on both sides. Errors: those of either side.
  Expected<void> define(std::string_view sql);

  struct Result {
    std::vector<planner::PlanLine> plan;
    bool plan_agrees = false;          ///< SQLite's copy plans the same
    bool same_rows = false;            ///< as SQLite gives on the data as they are; false if nothing ran
    std::optional<engine::Work> work;  ///< of ours, if it ran
  };
  /// Plans a statement with these parameters on both sides; with `run`, a statement that reads is run as
  /// well. Errors: those of either side.
  Expected<Result> ask(const std::string& sql, const std::vector<storage::OwnedValue>& bindings, bool run);

 private:
  Trial(oracle::Session& session, oracle::Twin copy);

  oracle::Session* session_;
  engine::Database* database_;
  oracle::Twin copy_;
  std::optional<engine::Database::Mark> mark_;
};

}  // namespace leftmost::advice
