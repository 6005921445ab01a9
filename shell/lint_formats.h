// shell/lint_formats.h - the findings of a lint run in the formats that people and build servers read.
//
//   text     queries.sql:3:27: error: prefix-gap: SEARCH ...; born of people_name: ...; try CREATE INDEX ...
//   json     one object: `findings`, `summary`; docs/lint.md has the fields
//   sarif    SARIF 2.1.0 (OASIS), with the rules that were broken, relative paths and fingerprints
//   github   workflow commands: ::error file=queries.sql,line=3,col=27,title=prefix-gap::...
//   junit    a <testsuite> for each file, a <testcase> for each finding
//
// Nothing is decided here but the spelling.
#pragma once

#include <string>
#include <string_view>

#include "advice/lint.h"
#include "shell/terminal.h"

namespace leftmost::shell {

struct LintStyle {
  Paint paint{false};
  advice::Severity shown = advice::Severity::kNote;  ///< less serious findings are left out
  /// From here on a finding is a failure; none: no finding is.
  std::optional<advice::Severity> fails = advice::Severity::kError;
};

std::string lint_text(const advice::LintReport& report, const LintStyle& style);
std::string lint_json(const advice::LintReport& report, const LintStyle& style);
std::string lint_sarif(const advice::LintReport& report, const LintStyle& style);
std::string lint_github(const advice::LintReport& report, const LintStyle& style);
std::string lint_junit(const advice::LintReport& report, const LintStyle& style);

/// `50 statements in 2 files: 3 errors, 1 warning; 2 findings allowed by comments`
std::string lint_summary(const advice::LintReport& report);

/// All codes, one on a line, with severity and meaning.
std::string lint_code_list();
/// What a code means and what helps. Requires: there is such a code.
std::string lint_code_help(std::string_view code);

}  // namespace leftmost::shell
