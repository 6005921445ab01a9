#include "shell/lint_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "advice/lint.h"
#include "shell/interrupt.h"
#include "shell/lint_formats.h"
#include "shell/progress_line.h"
#include "shell/sqlite_words.h"
#include "shell/terminal.h"
#include "shell/text_file.h"
#include "shell/workload_files.h"

namespace leftmost::shell {
namespace {

using advice::Severity;

struct LintArguments {
  std::vector<std::string> files;  ///< the database first, unless there is a schema file
  std::string schema_file;
  std::string format = "text";
  std::string output = "-";
  std::string fail_on = "error";
  std::string shown = "note";
  std::vector<std::string> error, warn, note, allow;
  std::uint64_t table_rows_min = 0;
  std::uint64_t scan_rows_min = 0;
  std::string save_plans;
  std::string check_plans;
  bool queries_only = false;
  bool no_suggestions = false;
  bool is_quiet = false;
};

int complain(const std::string& text) {
  std::fputs(fmt::format("leftmost lint: {}\n", text).c_str(), stderr);
  return 2;
}

int complain(const Error& error) {
  complain(error.message);
  if (!error.hint.empty()) std::fputs(fmt::format("  {}\n", error.hint).c_str(), stderr);
  return 2;
}

std::optional<Severity> severity_of(std::string_view name) {
  for (const Severity severity : {Severity::kNote, Severity::kWarning, Severity::kError}) {
    if (name == advice::severity_name(severity)) return severity;
  }
  return std::nullopt;
}

/// `--fail-on` takes a severity, `never`, or codes and groups that are errors from here on.
bool is_severity_or_never(const std::string& word) {
  return word == "never" || severity_of(word).has_value();
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words(1);
  for (const char c : list) {
    if (c == ',') {
      words.emplace_back();
    } else if (c != ' ') {
      words.back() += c;
    }
  }
  words.erase(std::remove(words.begin(), words.end(), std::string()), words.end());
  return words;
}

/// Gives the codes of `lists` a severity. False: one of them is none; it has been named.
bool set_levels(const std::vector<std::string>& lists, std::optional<Severity> severity,
                std::string_view option, advice::LintOptions& options) {
  for (const std::string& list : lists) {
    for (const std::string& word : split(list)) {
      if (!advice::is_code_or_group(word)) {
        complain(fmt::format("{} {}: no such code or group; leftmost lint --codes lists them", option, word));
        return false;
      }
      options.levels[word] = severity;
    }
  }
  return true;
}

Expected<advice::PlanningCopy> open_copy(const LintArguments& arguments) {
  if (!arguments.schema_file.empty()) return open_script(arguments.schema_file);
  return advice::PlanningCopy::of_file(arguments.files.front());
}

Expected<advice::PlanSnapshot> read_plans(const std::string& path) {
  auto text = read_text_file(path);
  if (!text) return Unexpected(text.error());
  auto snapshot = advice::read_snapshot(*text);
  if (!snapshot) snapshot.error().message = fmt::format("{}:{}", path, snapshot.error().message);
  return snapshot;
}

std::string spell(const advice::LintReport& report, const LintStyle& style, const LintArguments& arguments) {
  if (arguments.format == "json") return lint_json(report, style);
  if (arguments.format == "sarif") return lint_sarif(report, style);
  if (arguments.format == "github") return lint_github(report, style);
  if (arguments.format == "junit") return lint_junit(report, style);
  return lint_text(report, style);
}

int exit_status(const advice::LintReport& report, const LintStyle& style) {
  if (report.has_sql_error || report.was_stopped) return 2;
  if (!report.disagreements.empty()) return 1;
  const bool fails = std::any_of(
      report.findings.begin(), report.findings.end(),
      [&](const advice::Finding& finding) { return style.fails && finding.severity >= *style.fails; });
  return fails ? 1 : 0;
}

int run(const LintArguments& arguments) {
  advice::LintOptions options;
  LintStyle style;
  // --allow last: what is said there counts whatever else is said of a code.
  if (!set_levels(arguments.note, Severity::kNote, "--note", options) ||
      !set_levels(arguments.warn, Severity::kWarning, "--warn", options) ||
      !set_levels(arguments.error, Severity::kError, "--error", options)) {
    return 2;
  }
  if (is_severity_or_never(arguments.fail_on)) {
    style.fails = severity_of(arguments.fail_on);
  } else if (!set_levels({arguments.fail_on}, Severity::kError, "--fail-on", options)) {
    return 2;
  }
  if (!set_levels(arguments.allow, std::nullopt, "--allow", options)) return 2;
  style.shown = severity_of(arguments.shown).value_or(Severity::kNote);
  style.paint = arguments.output == "-" && arguments.format == "text" ? Paint::of(stdout) : Paint(false);

  const bool has_schema_file = !arguments.schema_file.empty();
  auto workload = read_workload({arguments.files.begin() + (has_schema_file ? 0 : 1), arguments.files.end()});
  if (!workload) return complain(workload.error());
  std::optional<advice::PlanSnapshot> snapshot;
  if (!arguments.check_plans.empty()) {
    auto read = read_plans(arguments.check_plans);
    if (!read) return complain(read.error());
    snapshot = std::move(*read);
  }
  auto copy = while_showing("opening the database", [&] { return open_copy(arguments); });
  if (!copy) return complain(copy.error());
  for (const oracle::Unheld& unheld : copy->session().unheld()) {
    complain(fmt::format("{} {}: {}", unheld.kind, unheld.name, unheld.reason));
  }

  ProgressLine progress;
  options.table_rows_min = arguments.table_rows_min;
  options.scan_rows_min = arguments.scan_rows_min;
  options.about_workload = !arguments.queries_only;
  options.try_indexes = !arguments.no_suggestions;
  options.snapshot = snapshot ? &*snapshot : nullptr;
  options.schema_name = has_schema_file ? arguments.schema_file : arguments.files.front();
  options.on_progress = [&](std::size_t done) {
    progress.show(fmt::format("{} of {}", done, with_plural(workload->statements().size(), "statement")));
    return !take_interrupt();
  };
  interrupt_goes_to(&copy->session());
  const auto report = advice::lint(*copy, *workload, options);
  interrupt_goes_to(nullptr);
  progress.clear();
  if (!report) return complain(report.error());

  if (auto written = write_text_file(arguments.output, spell(*report, style, arguments)); !written) {
    return complain(written.error());
  }
  std::fflush(stdout);
  for (const std::string& text : report->disagreements) complain("SQLite says otherwise: " + text);
  const bool is_text = arguments.format == "text" && arguments.output == "-";
  if (!arguments.is_quiet) std::fputs((lint_summary(*report) + "\n").c_str(), is_text ? stdout : stderr);
  if (report->was_stopped) return complain("interrupted: the findings are of what was read");
  if (!arguments.save_plans.empty()) {
    if (auto written = write_text_file(arguments.save_plans, advice::to_text(report->plans)); !written) {
      return complain(written.error());
    }
  }
  return exit_status(*report, style);
}

}  // namespace

int run_lint(std::span<const std::string> arguments) {
  CLI::App app(
      "Checks every statement of an application: which conditions no index can be searched with, what is "
      "sorted,\n"
      "which indexes nobody uses. Plans are SQLite's; the database is only read, and no statement is run.",
      "leftmost lint");
  LintArguments given;
  std::string explained;
  bool lists_codes = false;
  app.add_option("DB QUERIES", given.files,
                 "a SQLite database file, and files of SQL statements; - is standard input");
  app.add_option("--schema", given.schema_file,
                 "a file of CREATE statements (what .schema or .dump print) instead of DB");
  app.add_option("--format", given.format, "text, json, sarif (2.1.0), github or junit")
      ->check(CLI::IsMember({"text", "json", "sarif", "github", "junit"}))
      ->capture_default_str();
  app.add_option("-o,--output", given.output, "file to write the findings to")->capture_default_str();
  app.add_option("--fail-on", given.fail_on,
                 "exit with 1 from this severity on: note, warning, error, never; or codes and groups that "
                 "are errors")
      ->capture_default_str();
  const auto add_codes = [&](const char* option, std::vector<std::string>& codes, const char* what) {
    app.add_option(option, codes, what)->expected(1)->allow_extra_args(false);
  };
  add_codes("--allow", given.allow, "codes or groups not to report, separated by commas: not-covering,O");
  add_codes("--error", given.error, "codes or groups that are errors");
  add_codes("--warn", given.warn, "codes or groups that are warnings");
  add_codes("--note", given.note, "codes or groups that are notes");
  app.add_option("--severity", given.shown, "show findings from this severity on: note, warning, error")
      ->check(CLI::IsMember({"note", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--min-rows", given.table_rows_min, "ignore tables with fewer rows than this");
  app.add_option("--min-scan", given.scan_rows_min, "ignore what reads fewer rows than this");
  app.add_option("--save-plans", given.save_plans, "write the plans of all statements to this file");
  app.add_option("--check-plans", given.check_plans, "report plans that are worse than in this file");
  app.add_flag("--queries-only", given.queries_only,
               "nothing about unused or redundant indexes and statistics");
  app.add_flag("--no-suggestions", given.no_suggestions, "do not try which index would help");
  app.add_flag("-q,--quiet", given.is_quiet, "without the line that counts");
  app.add_flag("--codes", lists_codes, "list all codes with their group and severity");
  app.add_option("--explain", explained, "say what a code means and what helps");
  app.footer(
      "In the SQL: -- leftmost: allow CODE, ...   for the statement that the comment stands in, before or "
      "behind\n"
      "            -- leftmost: allow-file CODE   for the whole file\n"
      "            -- leftmost: bind :a = 1       a value for a parameter\n"
      "Groups: P X L B I J H are errors, O C warnings, S notes.\n"
      "Exit status: 0 nothing that fails, 1 findings that do, 2 bad usage, a file that cannot be read, or a "
      "statement\n"
      "that the database does not understand.");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (lists_codes) {
    std::fputs(lint_code_list().c_str(), stdout);
    return 0;
  }
  if (!explained.empty()) {
    const std::string help = lint_code_help(explained);
    if (help.empty())
      return complain(fmt::format("--explain {}: no such code; --codes lists them", explained));
    std::fputs(help.c_str(), stdout);
    return 0;
  }
  const std::size_t files_min = given.schema_file.empty() ? 2 : 1;
  if (given.files.size() < files_min) {
    return complain(given.files.empty()
                        ? "name a database (or --schema FILE) and files of statements"
                        : "name files of statements behind the database; - is standard input");
  }
  catch_interrupts();
  return run(given);
}

}  // namespace leftmost::shell
