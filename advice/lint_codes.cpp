// What lint can say: its own codes, and those of the catalogue with the severity of their group.
#include <algorithm>

#include "advice/lint.h"
#include "planner/reason_codes.h"

namespace leftmost::advice {
namespace {

constexpr char kOwnGroup = 'W';

Severity severity_of(const planner::ReasonCode& code) {
  if (code.is_fine) return Severity::kNote;
  switch (code.group) {
    case planner::ReasonGroup::kOrder:
    case planner::ReasonGroup::kCovering:
      return Severity::kWarning;
    case planner::ReasonGroup::kStatistics:
      return Severity::kNote;
    default:
      return Severity::kError;
  }
}

std::vector<LintCode> all_codes() {
  std::vector<LintCode> codes = {
      {"bad-comment", Severity::kWarning, kOwnGroup, "A comment for leftmost cannot be understood.",
       "Write -- leftmost: allow CODE, -- leftmost: weight NUMBER or -- leftmost: bind :NAME = VALUE."},
      {"index-missing", Severity::kError, kOwnGroup,
       "A table is read in full, and an index that does not exist would spare that. It was tried in both "
       "engines.",
       "Create the index that the finding names."},
      {"not-supported", Severity::kWarning, kOwnGroup,
       "SQLite understands the statement, leftmost does not: it was not checked.",
       "Look at its plan in SQLite with EXPLAIN QUERY PLAN."},
      {"plan-changed", Severity::kNote, kOwnGroup,
       "The plan of the statement is not the one in the file of plans, and not worse in any way that can be "
       "told "
       "from it.",
       "Look at it, and accept it with --save-plans."},
      {"plan-worse", Severity::kError, kOwnGroup,
       "The plan of the statement is worse than the one in the file of plans.",
       "Bring the index back, or accept the plan with --save-plans."},
      {"sql-error", Severity::kError, kOwnGroup, "The database does not understand the statement.",
       "Correct the statement, or bring the definitions up to date."},
      {"statistics-missing", Severity::kNote, kOwnGroup,
       "Without sqlite_stat1 the planner guesses the size of every table and the use of every index.",
       "Run ANALYZE (or PRAGMA optimize) where the data are, and again when they have changed much."},
      {"unknown-code", Severity::kWarning, kOwnGroup, "A comment allows a code that does not exist.",
       "Correct the code; leftmost lint --codes lists them."},
      {"unused-allow", Severity::kNote, kOwnGroup, "A comment allows a finding that is not there.",
       "Remove the comment, so that it does not hide the next finding."},
      {"unused-index", Severity::kNote, kOwnGroup,
       "No statement of the workload uses the index, but every INSERT pays for it.",
       "Drop it if these are all statements of the application."},
  };
  const std::size_t own = codes.size();
  for (const planner::ReasonCode& code : planner::reason_codes()) {
    codes.push_back({code.code, severity_of(code), static_cast<char>(code.group), code.meaning, code.help});
  }
  std::sort(codes.begin() + static_cast<std::ptrdiff_t>(own), codes.end(),
            [](const LintCode& a, const LintCode& b) { return a.code < b.code; });
  return codes;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

const std::vector<LintCode>& lint_codes() {
  static const std::vector<LintCode> codes = all_codes();
  return codes;
}

const LintCode* find_lint_code(std::string_view code) {
  const auto& codes = lint_codes();
  const auto found =
      std::find_if(codes.begin(), codes.end(), [&](const LintCode& known) { return known.code == code; });
  return found == codes.end() ? nullptr : &*found;
}

bool is_code_or_group(std::string_view word) {
  if (word.size() != 1) return find_lint_code(word) != nullptr;
  const auto& codes = lint_codes();
  return std::any_of(codes.begin(), codes.end(),
                     [&](const LintCode& known) { return known.group == word.front(); });
}

}  // namespace leftmost::advice
