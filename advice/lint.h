// advice/lint.h - the verdicts on all statements of an application, for a build that has to stay honest.
//
// Every statement is planned by both engines on the database's definitions and statistics (PlanningCopy).
// What becomes a finding:
//   - a condition that no index can be searched with, where its table is read in full for it: the code of the
//   index
//     that comes closest (one finding per condition, not one per index);
//   - a scan that an index would avoid though no existing one comes close: `index-missing`. The index is
//   tried in both
//     engines first, so that the advice holds;
//   - on the index that is searched, a condition that its search leaves out (`prefix-gap` ...);
//   - order, joins, covering, hidden work: the reasons that belong to the statement as a whole;
//   - of all statements together: indexes that none of them uses, indexes that another one makes redundant,
//   missing
//     statistics; and comments that allow what is not there.
// An index that has nothing to do with a statement is never a finding, nor is any index of a table whose rows
// are found by a search: that is what the planner's catalogue of reasons has beyond lint.
//
// How serious: by the group of the code (planner/reason_codes.h). P X L B I J H are errors, O and C warnings,
// S notes; codes that say there is nothing to fix are notes. LintOptions::levels changes that code by code or
// group by group.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "advice/plan_snapshot.h"
#include "advice/planning_copy.h"
#include "advice/workload.h"
#include "storage/error.h"

namespace leftmost::advice {

enum class Severity : std::uint8_t { kNote, kWarning, kError };
/// `note`, `warning`, `error`
std::string_view severity_name(Severity severity);

struct Finding {
  Severity severity = Severity::kError;
  std::string code;
  std::string file;       ///< the file of statements, of plans or of definitions, or the database
  TextPlace begin;        ///< line 0: the file as a whole
  TextPlace end;          ///< behind the last character
  std::string text;       ///< one sentence
  std::string help;       ///< a statement that helps, tried in both engines; empty if none was found
  std::string statement;  ///< normal_sql() of it; empty for what is no statement's
  std::string table;      ///< empty: none in particular
  std::string index;
};

/// A code of lint's own, or of the catalogue of reasons.
struct LintCode {
  std::string_view code;
  Severity severity = Severity::kError;
  char group = '\0';  ///< letter of the catalogue, or `W` for what is lint's own
  std::string_view meaning;
  std::string_view help;
};
/// All that lint can report: lint's own first. Sorted within these.
const std::vector<LintCode>& lint_codes();
const LintCode* find_lint_code(std::string_view code);
/// A code, or the letter of a group.
bool is_code_or_group(std::string_view word);

struct LintOptions {
  /// What lint calls a code (or a group, by its letter) instead of its own severity; no value: not reported.
  /// A code counts before its group.
  std::map<std::string, std::optional<Severity>, std::less<>> levels;
  std::uint64_t table_rows_min = 0;  ///< tables with fewer rows are not worth a finding
  std::uint64_t scan_rows_min = 0;   ///< nor is reading fewer rows than that
  bool about_workload = true;        ///< unused and redundant indexes, missing statistics
  bool try_indexes = true;
  const PlanSnapshot* snapshot = nullptr;  ///< plans are compared with these
  std::string snapshot_name;
  std::string schema_name;  ///< the database or the file of definitions, for findings about it
  std::function<bool(std::size_t done)> on_progress;  ///< false: stop
};

struct LintReport {
  std::vector<Finding> findings;  ///< by file, line, column
  std::size_t statements = 0;
  std::size_t files = 0;
  std::size_t suppressed = 0;  ///< by comments
  bool has_sql_error = false;  ///< a statement that the database does not understand
  bool was_stopped = false;
  std::vector<std::string> disagreements;  ///< where SQLite plans otherwise than we do: `file:line: ...`
  PlanSnapshot plans;                      ///< of all statements that have one
  std::size_t plans_new = 0;               ///< not in LintOptions::snapshot
  std::size_t plans_changed = 0;           ///< otherwise, but not worse
  std::size_t plans_gone = 0;              ///< in the snapshot, but no longer a statement
  std::size_t count(Severity severity) const;
};

/// Definitions among the statements are made on the copy, in their order; so are settings. `workload`
/// remembers which allowances were used. Errors: kInternal if the copy breaks.
Expected<LintReport> lint(PlanningCopy& copy, Workload& workload, const LintOptions& options);

}  // namespace leftmost::advice
