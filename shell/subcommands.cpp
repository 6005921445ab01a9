#include "shell/subcommands.h"

#include "shell/advise_command.h"
#include "shell/crosscheck_command.h"
#include "shell/fuzz_command.h"
#include "shell/lint_command.h"
#include "shell/tour_command.h"
#include "shell/trials_command.h"
#include "shell/why_command.h"

namespace leftmost::shell {

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> list = {
      {"why", "explain why a statement uses, or does not use, each index", run_why},
      {"lint", "verdicts on all statements of an application, for its build", run_lint},
      {"advise", "the smallest set of indexes that serves a workload, proven on SQLite", run_advise},
      {"crosscheck", "run files of SQL on both engines and count where they agree", run_crosscheck},
      {"fuzz", "put random statements to both engines and count where they agree", run_fuzz},
      {"trials", "do every suggestion for the queries of test files once more", run_trials},
      {"tour", "play the puzzle that leftmost was born from, on both engines", run_tour},
  };
  return list;
}

}  // namespace leftmost::shell
