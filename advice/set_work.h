// advice/set_work.h - what each statement of a workload takes with a set of indexes, most of it without
// building any.
//
// SQLite's plan with a set is asked of a copy that has definitions and statistics alone, where indexes cost
// nothing; and a plan that reads the same indexes in the same way takes the same work whatever else there is.
// So only plans that were not seen before are run, with those of the indexes built that they read. That makes
// it possible to look at thousands of sets; the one that is chosen is built and measured as a whole all the
// same.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "advice/index_advice.h"
#include "advice/index_pool.h"
#include "advice/trial.h"

namespace leftmost::advice {

/// One statement of the workload, and how it is as things are.
struct AskedStatement {
  AdvisedStatement advised;
  std::string sql;
  std::vector<storage::OwnedValue> bindings;
  std::set<std::string> tables;  ///< in lower case
  bool has_limit = false;
  bool has_loops = false;
  bool is_readonly = true;
  TrialRun before;
  double seconds_before = 0;
};

class SetWork {
 public:
  SetWork(Trial& trial, IndexPool& pool, std::vector<AskedStatement>& statements)
      : trial_(trial), pool_(pool), statements_(statements) {}

  struct Taken {
    /// Infinite if the rows are others, the engines disagree, or it takes far too long.
    double work = std::numeric_limits<double>::infinity();
    IndexSet used;
  };
  /// Of a statement that has_loops. The trial has nothing built on it before and after.
  const Taken& with(std::size_t statement, const IndexSet& set);
  /// Which indexes of the set the statement would read. Runs nothing.
  IndexSet read_by(std::size_t statement, const IndexSet& set);
  /// Builds the set once for all of the statements whose plan with it was not seen before. False: there are
  /// none.
  bool measure_together(const IndexSet& set, const std::vector<std::size_t>& statements);
  /// Asks for the plans of several statements at once, which is quicker than one by one.
  void look(const IndexSet& set, const std::vector<std::size_t>& statements);

  /// Runs it on what the trial has built; or plans it, if it cannot be run. None if it fails or the engines
  /// plan otherwise.
  std::optional<TrialRun> ask(const AskedStatement& statement, double seconds_max);
  /// SQLite's steps; what the planner expects, if it did not run.
  double work_of(const AskedStatement& statement, const TrialRun& run);
  bool has_same_rows(const AskedStatement& statement, const TrialRun& run) const;

 private:
  using Key = std::pair<std::size_t, IndexSet>;
  /// Null if SQLite refuses the set.
  const Trial::Plan* plan_of(std::size_t statement, const IndexSet& set);
  /// Runs it on what is built, which `plan` was expected of. None if it plans otherwise there.
  std::optional<Taken> run(std::size_t statement, const IndexSet& set, const Trial::Plan& plan);
  Taken measure(std::size_t statement, const IndexSet& set, const Trial::Plan& plan);

  Trial& trial_;
  IndexPool& pool_;
  std::vector<AskedStatement>& statements_;
  std::map<Key, std::optional<Trial::Plan>> plans_;
  std::map<std::pair<std::size_t, std::string>, Taken> taken_by_plan_;
  Taken refused_;
};

}  // namespace leftmost::advice
