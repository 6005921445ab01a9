#include "shell/switches.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "oracle/twin.h"
#include "shell/dot_commands.h"
#include "shell/escape.h"
#include "shell/interrupt.h"
#include "shell/prompt.h"
#include "shell/shell.h"
#include "shell/subcommands.h"
#include "shell/terminal.h"

namespace leftmost::shell {

namespace {

struct Switch {
  std::string_view name;
  bool has_value = false;
  std::string_view summary;
};

constexpr std::array<Switch, 31> kSwitches = {{
    {"ascii", false, "set output mode to ascii"},
    {"bail", false, "stop after an error"},
    {"batch", false, "read standard input as a script, also from a terminal"},
    {"box", false, "set output mode to box"},
    {"cmd", true, "run this before anything else"},
    {"column", false, "set output mode to column"},
    {"csv", false, "set output mode to csv"},
    {"echo", false, "print what is run"},
    {"header", false, "show the names of columns"},
    {"help", false, "this text"},
    {"html", false, "set output mode to html"},
    {"init", true, "read this file first"},
    {"interactive", false, "prompt, also where input is no terminal"},
    {"json", false, "set output mode to json"},
    {"line", false, "set output mode to line"},
    {"list", false, "set output mode to list"},
    {"markdown", false, "set output mode to markdown"},
    {"newline", true, "what stands after each row"},
    {"no-twin", false, "our engine alone, without SQLite beside it"},
    {"noheader", false, "do not show the names of columns"},
    {"nullvalue", true, "what stands for NULL"},
    {"quote", false, "set output mode to quote"},
    {"readonly", false, "do not write to the database"},
    {"separator", true, "what stands between columns"},
    {"stats", false, ""},
    {"table", false, "set output mode to table"},
    {"tabs", false, "set output mode to tabs"},
    {"tcl", false, ""},
    {"twin", false, "put every statement to SQLite as well, also for :memory: on a pipe"},
    {"version", false, "print the version"},
    {"headers", false, ""},
}};

struct CommandLine {
  struct Given {
    std::string_view name;
    std::string value;
  };
  std::vector<Given> switches;
  std::optional<std::string> path;
  std::vector<std::string> sql;

  bool has(std::string_view name) const {
    return std::any_of(switches.begin(), switches.end(), [&](const Given& given) { return given.name == name; });
  }
};

/// None: the arguments are wrong, and stderr says why.
std::optional<CommandLine> read_command_line(std::span<const std::string> arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.empty() || argument[0] != '-') {
      if (line.path) {
        line.sql.push_back(argument);
      } else {
        line.path = argument;
      }
      continue;
    }
    const std::string_view name = std::string_view(argument).substr(argument.substr(0, 2) == "--" ? 2 : 1);
    const auto* found = std::find_if(kSwitches.begin(), kSwitches.end(), [&](const Switch& s) { return s.name == name; });
    if (found == kSwitches.end()) {
      complain(fmt::format("leftmost: Error: unknown option: {}\nUse -help for a list of options.", argument));
      return std::nullopt;
    }
    if (found->has_value && i + 1 == arguments.size()) {
      complain(fmt::format("leftmost: Error: missing argument to {}", argument));
      return std::nullopt;
    }
    line.switches.push_back({found->name, found->has_value ? arguments[++i] : std::string()});
  }
  return line;
}

void print_help() {
  std::string text =
      "Usage: leftmost [SWITCHES] [DB [SQL...]]\n"
      "       leftmost SUBCOMMAND ...\n\n"
      "The shell reads statements and dot-commands from standard input and behaves as sqlite3 does. DB is a SQLite\n"
      "database file, created when something is written; without it the database is in memory.\n\n"
      "Subcommands (leftmost SUBCOMMAND --help says more):\n";
  for (const Subcommand& subcommand : subcommands()) text += fmt::format("  {:<18} {}\n", subcommand.name, subcommand.summary);
  text += "\nSwitches, with one dash or two:\n";
  for (const Switch& s : kSwitches) {
    if (!s.summary.empty()) text += fmt::format("  {:<18} {}\n", fmt::format("-{}{}", s.name, s.has_value ? " X" : ""), s.summary);
  }
  std::fputs(text.c_str(), stdout);
}

/// The mode that a switch names. Unlike .mode it takes over neither line ends nor how values are broken.
void apply_mode_switch(OutputSettings& output, std::string_view name) {
  struct Choice {
    std::string_view name;
    OutputMode mode;
    std::string_view column_separator;  // empty: stays as it is
    std::string_view row_separator;
  };
  static constexpr Choice kChoices[] = {
      {"ascii", OutputMode::kAscii, "\x1f", "\x1e"}, {"box", OutputMode::kBox, "", ""},
      {"column", OutputMode::kColumn, "", ""},       {"csv", OutputMode::kCsv, ",", ""},
      {"html", OutputMode::kHtml, "", ""},           {"json", OutputMode::kJson, "", ""},
      {"line", OutputMode::kLine, "", ""},           {"list", OutputMode::kList, "", ""},
      {"markdown", OutputMode::kMarkdown, "", ""},   {"quote", OutputMode::kQuote, "", ""},
      {"table", OutputMode::kTable, "", ""},         {"tabs", OutputMode::kList, "\t", "\n"},
      {"tcl", OutputMode::kTcl, " ", "\n"},
  };
  for (const Choice& choice : kChoices) {
    if (choice.name != name) continue;
    output.mode = choice.mode;
    if (!choice.column_separator.empty()) output.column_separator = choice.column_separator;
    if (!choice.row_separator.empty()) output.row_separator = choice.row_separator;
  }
}

/// What -csv, -header and the like do, and -cmd, in the order in which they were given.
/// Returns the status with which to leave, if it is time to.
std::optional<int> apply_switches(const CommandLine& line, Shell& shell) {
  OutputSettings& output = shell.settings().output;
  for (const CommandLine::Given& given : line.switches) {
    if (given.name == "header" || given.name == "headers" || given.name == "noheader") {
      output.headers = given.name != "noheader";
      output.headers_were_set = true;
    } else if (given.name == "separator") {
      output.column_separator = given.value;
    } else if (given.name == "newline") {
      output.row_separator = given.value;
    } else if (given.name == "nullvalue") {
      output.null_text = given.value;
    } else if (given.name == "echo") {
      shell.settings().echo = true;
    } else if (given.name == "bail") {
      shell.settings().bail = true;
    } else if (given.name == "cmd") {
      const bool is_dot_command = given.value.substr(0, 1) == ".";
      int status = 0;
      if (is_dot_command) {
        status = shell.run_dot_command(given.value) ? 0 : 1;
      } else {
        status = shell.run_sql_argument(given.value);
      }
      if (shell.is_leaving()) return shell.exit_status(true);
      if (status != 0 && shell.settings().bail) return status;
    } else {
      apply_mode_switch(output, given.name);
    }
  }
  return std::nullopt;
}

int run_arguments(const CommandLine& line, Shell& shell) {
  for (const std::string& sql : line.sql) {
    const bool is_dot_command = sql.substr(0, 1) == ".";
    const int status = is_dot_command ? (shell.run_dot_command(sql) ? 0 : 1) : shell.run_sql_argument(sql);
    if (shell.is_leaving()) return shell.exit_status(true);
    if (status != 0) return status;
  }
  return shell.exit_status(true);
}

int run_input(Shell& shell, bool is_interactive) {
  if (!is_interactive) {
    LineReader lines(stdin);
    return shell.exit_status(shell.run_script(lines));
  }
  const std::unique_ptr<LineSource> prompt = make_prompt(shell);
  print_banner(shell);
  shell.run_script(*prompt);
  return shell.exit_status(true);
}

}  // namespace

int run_shell(std::span<const std::string> arguments) {
  const std::optional<CommandLine> line = read_command_line(arguments);
  if (!line) return 1;
  if (line->has("help")) {
    print_help();
    return 0;
  }
  if (line->has("version")) {
    std::fputs(fmt::format("leftmost {} (SQLite {})\n", LEFTMOST_VERSION, oracle::Twin::version()).c_str(), stdout);
    return 0;
  }
  ShellOptions options;
  options.path = line->path.value_or(":memory:");
  options.is_readonly = line->has("readonly");
  options.is_interactive = line->sql.empty() && !line->has("batch") && (line->has("interactive") || is_terminal(stdin));
  if (line->has("twin")) options.twin = TwinChoice::kAlways;
  if (line->has("no-twin")) options.twin = TwinChoice::kNever;

  catch_interrupts();
  Shell shell(options);
  shell.open_existing();
  if (shell.is_leaving()) return shell.exit_status(false);
  for (const CommandLine::Given& given : line->switches) {
    if (given.name != "init") continue;
    std::FILE* file = std::fopen(given.value.c_str(), "rb");
    if (file == nullptr) {
      complain(fmt::format("cannot open: \"{}\"", given.value));
      continue;
    }
    LineReader lines(file);
    const bool ok = shell.run_script(lines);
    std::fclose(file);
    if (!ok && shell.settings().bail) return 1;
  }
  if (const auto status = apply_switches(*line, shell)) return *status;
  return line->sql.empty() ? run_input(shell, options.is_interactive) : run_arguments(*line, shell);
}

}  // namespace leftmost::shell
