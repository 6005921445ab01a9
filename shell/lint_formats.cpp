#include "shell/lint_formats.h"

#include <fmt/format.h>

#include "planner/reason_codes.h"

namespace leftmost::shell {
namespace {

using advice::Finding;
using advice::LintCode;
using advice::LintReport;
using advice::Severity;

Colour colour_of(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return Colour::kBlue;
    case Severity::kWarning:
      return Colour::kYellow;
    case Severity::kError:
      break;
  }
  return Colour::kRed;
}

std::string text_and_help(const Finding& finding) {
  if (finding.help.empty()) return on_one_line(finding.text);
  return on_one_line(finding.text + "; try " + finding.help);
}

/// % and line ends would end a workflow command; : and , one of its properties.
std::string github_escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view group_name(char group) {
  return group == 'W' ? "lint's own" : planner::group_title(static_cast<planner::ReasonGroup>(group));
}

}  // namespace

std::string lint_text(const LintReport& report, const LintStyle& style) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (finding.severity < style.shown) continue;
    std::string place = on_one_line(finding.file);
    if (finding.begin.line > 0) place += fmt::format(":{}:{}", finding.begin.line, finding.begin.column);
    text += fmt::format("{}: {}: {}: {}\n", style.paint(Colour::kBold, place),
                        style.paint(colour_of(finding.severity), advice::severity_name(finding.severity)),
                        style.paint(Colour::kBold, finding.code), text_and_help(finding));
  }
  return text;
}

std::string lint_github(const LintReport& report, const LintStyle& style) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (finding.severity < style.shown) continue;
    const std::string_view level =
        finding.severity == Severity::kNote ? "notice" : advice::severity_name(finding.severity);
    text += fmt::format("::{} file={}", level, github_escaped(finding.file, true));
    if (finding.begin.line > 0) {
      text += fmt::format(",line={},endLine={}", finding.begin.line, finding.end.line);
      // Columns mean something to it only within one line.
      if (finding.begin.line == finding.end.line) {
        text += fmt::format(",col={},endColumn={}", finding.begin.column, finding.end.column);
      }
    }
    text += fmt::format(",title={}::{}\n", github_escaped(finding.code, true),
                        github_escaped(text_and_help(finding), false));
  }
  return text;
}

std::string lint_summary(const LintReport& report) {
  std::string text = fmt::format("{} in {}: ", with_plural(report.statements, "statement"),
                                 with_plural(report.files, "file"));
  std::string counts;
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    const std::size_t count = report.count(severity);
    if (count == 0) continue;
    counts += (counts.empty() ? "" : ", ") + with_plural(count, advice::severity_name(severity));
  }
  text += counts.empty() ? "no findings" : counts;
  if (report.suppressed > 0)
    text += fmt::format("; {} allowed by comments", with_plural(report.suppressed, "finding"));
  const auto add_plans = [&](std::size_t count, std::string_view what) {
    if (count > 0) text += fmt::format("; {} {}", with_plural(count, "plan"), what);
  };
  add_plans(report.plans_new, "new");
  add_plans(report.plans_changed, "changed, not worse");
  add_plans(report.plans_gone, "no longer needed");
  return text;
}

std::string lint_code_list() {
  std::size_t width = 0;
  for (const LintCode& code : advice::lint_codes()) width = std::max(width, code.code.size());
  std::string text;
  for (const LintCode& code : advice::lint_codes()) {
    text += fmt::format("{}  {}  {}  {}\n", padded(code.code, width), code.group,
                        padded(advice::severity_name(code.severity), 7), code.meaning);
  }
  return text;
}

std::string lint_code_help(std::string_view code) {
  const LintCode* known = advice::find_lint_code(code);
  if (known == nullptr) return {};
  return fmt::format("{} ({}, {}: {})\n\n{}\n\nWhat helps: {}\n", known->code,
                     advice::severity_name(known->severity), known->group, group_name(known->group),
                     known->meaning, known->help);
}

}  // namespace leftmost::shell
