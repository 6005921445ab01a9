#include "shell/dot_commands.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "shell/escape.h"
#include "shell/shell.h"
#include "shell/what_if_command.h"
#include "shell/why_command.h"

namespace leftmost::shell {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::array<std::string_view, 33> kOnlyInSqlite = {
    "archive",  "auth",    "backup", "binary",   "check",    "clone",    "connection", "dbconfig", "dbinfo",
    "excel",    "expert",  "filectrl", "imposter", "limit", "lint",      "load",     "log",
    "nonce",    "progress", "recover", "restore", "save",    "scanstats", "selftest",  "session",  "sha3sum",
    "shell",    "stats",   "system", "testcase", "trace",    "vfsinfo"};

constexpr std::size_t kArgumentsMax = 51;

bool without_sql(Shell&, const Arguments& arguments) { return complain_usage(arguments); }

}  // namespace

const std::vector<DotCommand>& dot_commands() {
  static const std::vector<DotCommand> commands = {
      {"bail", 3, dot_bail, "on|off", "Stop after an error; off at first"},
      {"candidates", 3, without_sql, "SQL", "Every way of reading each table that was weighed, with its costs", show_candidates},
      {"cd", 2, dot_cd, "DIRECTORY", "Change the working directory"},
      {"changes", 3, dot_changes, "on|off", "Show how many rows each statement changed"},
      {"databases", 2, dot_databases, "", "Name and file of the database"},
      {"dump", 2, dot_dump, "?PATTERN?", "The database as SQL"},
      {"echo", 1, dot_echo, "on|off", "Print what is run"},
      {"entries", 3, dot_entries, "INDEX|TABLE ?VALUE...?", "Entries in key order, from a prefix of the columns on"},
      {"eqp", 2, dot_eqp, "off|on|trace|trigger|full", "Show the plan before each result"},
      {"exit", 3, dot_exit, "?CODE?", "Leave with this exit status"},
      {"explain", 3, dot_explain, "?on|off|auto?", "Draw EXPLAIN QUERY PLAN as a tree, or show its rows"},
      {"flip", 4, without_sql, "SQL", "At which row counts and selectivities the plan changes", flip_in_shell},
      {"fullschema", 1, dot_fullschema, "?--indent?", "CREATE statements and the statistics of ANALYZE, as SQL"},
      {"headers", 1, dot_headers, "on|off", "Show the names of columns"},
      {"help", 3, dot_help, "?PATTERN?", "This list"},
      {"import", 1, dot_import, "FILE TABLE", "Read a file of separated values into a table"},
      {"indexes", 2, dot_indexes, "?LIKE-PATTERN?", "Names of the indexes of the tables that match"},
      {"indices", 3, dot_indexes, "?LIKE-PATTERN?", ""},
      {"mode", 1, dot_mode, "MODE ?OPTIONS?", "How results look: list, csv, column, box, table, json, line, ..."},
      {"nullvalue", 1, dot_nullvalue, "STRING", "What stands for NULL"},
      {"open", 2, dot_open, "?--readonly? ?FILE?", "Close this database and open another"},
      {"output", 1, dot_output, "?FILE?", "Results go to a file, or to stdout again"},
      {"once", 2, dot_once, "?FILE?", "The next result goes to a file"},
      {"parameter", 3, dot_parameter, "init|list|set NAME VALUE|unset NAME|clear", "Values for ?1, :name, @name, $name"},
      {"path", 4, without_sql, "SQL", "The pages that each search descends through, and the band it reads", show_paths},
      {"print", 3, dot_print, "STRING...", "Print the words"},
      {"prompt", 3, dot_prompt, "MAIN CONTINUE", "Replace the prompts"},
      {"quit", 1, dot_quit, "", "Leave"},
      {"read", 3, dot_read, "FILE", "Run the lines of a file"},
      {"schema", 1, dot_schema, "?--indent? ?--nosys? ?LIKE-PATTERN?", "CREATE statements of the tables that match"},
      {"separator", 2, dot_separator, "COL ?ROW?", "What stands between columns, and after rows"},
      {"show", 2, dot_show, "", "The settings as they are now"},
      {"tables", 1, dot_tables, "?LIKE-PATTERN?", "Names of tables and views"},
      {"timeout", 5, dot_timeout, "MS", "How long to wait for a locked file"},
      {"timer", 4, dot_timer, "on|off", "Show the time of each statement"},
      {"tree", 3, dot_tree, "INDEX|TABLE ?--page-bytes N?", "Draw a B+tree: levels, pages, fill, keys"},
      {"whatif", 6, dot_whatif, "create INDEX... | hide INDEX | drop INDEX | rows TABLE N | stat INDEX N... | clear | SQL",
       "Suppose something, and plan SQL as it is and as supposed", what_if_in_shell},
      {"why", 3, without_sql, "SQL", "Explain why a statement uses, or does not use, each index", explain_in_shell},
      {"width", 1, dot_width, "NUM1 NUM2 ...", "Widths of columns in column, table and box; negative: to the right"},
  };
  return commands;
}

bool dot_whatif(Shell& shell, const Arguments&) { return what_if_in_shell(shell, {}); }

bool run_dot_command(Shell& shell, std::string_view line) {
  const Arguments arguments = split_arguments(line.substr(1));
  if (arguments.empty()) return true;
  const std::string& name = arguments[0];
  for (const DotCommand& command : dot_commands()) {
    if (name.size() >= command.letters_min && command.name.substr(0, name.size()) == name) {
      if (command.run_sql != nullptr && arguments.size() > 1) {
        return command.run_sql(shell, std::string(line.substr(line.find(name) + name.size())));
      }
      return command.run(shell, arguments);
    }
  }
  for (const std::string_view command : kOnlyInSqlite) {
    if (command == name) return complain(fmt::format("Error: not supported: .{}", name));
  }
  return complain(fmt::format("Error: unknown command or invalid arguments:  \"{}\". Enter \".help\" for help", name));
}

Arguments split_arguments(std::string_view line) {
  Arguments arguments;
  std::size_t i = 0;
  while (arguments.size() < kArgumentsMax) {
    while (i < line.size() && is_space(line[i])) ++i;
    if (i == line.size()) break;
    std::size_t start = i;
    if (line[i] == '\'' || line[i] == '"') {
      const char quote = line[i];
      start = ++i;
      while (i < line.size() && line[i] != quote) {
        if (line[i] == '\\' && quote == '"' && i + 1 < line.size()) ++i;
        ++i;
      }
      const std::string_view word = line.substr(start, i - start);
      arguments.push_back(quote == '"' ? without_backslashes(word) : std::string(word));
      if (i < line.size()) ++i;
    } else {
      while (i < line.size() && !is_space(line[i])) ++i;
      arguments.push_back(without_backslashes(line.substr(start, i - start)));
    }
  }
  return arguments;
}

bool complain(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
  return false;
}

bool complain_usage(const Arguments& arguments) {
  for (const DotCommand& command : dot_commands()) {
    if (arguments[0].size() >= command.letters_min && command.name.substr(0, arguments[0].size()) == arguments[0]) {
      return complain(fmt::format("Usage: .{}{}{}", command.name, command.usage.empty() ? "" : " ", command.usage));
    }
  }
  return false;
}

bool boolean_of(std::string_view text) {
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_number || text.substr(0, 2) == "0x") return integer_of(text) != 0;
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower == "on" || lower == "yes") return true;
  if (lower == "off" || lower == "no") return false;
  complain(fmt::format("ERROR: Not a boolean value: \"{}\". Assuming \"no\".", text));
  return false;
}

std::int64_t integer_of(std::string_view text) {
  const bool is_negative = !text.empty() && text[0] == '-';
  if (is_negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const bool is_hexadecimal = text.substr(0, 2) == "0x";
  if (is_hexadecimal) text.remove_prefix(2);
  const std::int64_t base = is_hexadecimal ? 16 : 10;
  std::int64_t value = 0;
  const auto multiply = [&](std::int64_t factor, std::int64_t addend) {
    if (value > (std::numeric_limits<std::int64_t>::max() - addend) / factor) {
      value = std::numeric_limits<std::int64_t>::max();
    } else {
      value = value * factor + addend;
    }
  };
  while (!text.empty()) {
    const char c = text[0];
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (c >= '0' && c <= '9') {
      multiply(base, c - '0');
    } else if (is_hexadecimal && lower >= 'a' && lower <= 'f') {
      multiply(base, lower - 'a' + 10);
    } else {
      break;
    }
    text.remove_prefix(1);
  }
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits = {
      {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}, {"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}}};
  for (const auto& [unit, factor] : kUnits) {
    if (text == unit) multiply(factor, 0);
  }
  return is_negative ? -value : value;
}

bool is_option(std::string_view argument, std::string_view name) {
  if (argument.substr(0, 2) == "--") return argument.substr(2) == name;
  return argument.substr(0, 1) == "-" && argument.substr(1) == name;
}

bool dot_help(Shell& shell, const Arguments& arguments) {
  bool is_found = false;
  for (const DotCommand& command : dot_commands()) {
    if (command.summary.empty()) continue;
    if (arguments.size() > 1 && command.name.find(arguments[1]) == std::string_view::npos) continue;
    is_found = true;
    const std::string usage = fmt::format(".{} {}", command.name, command.usage);
    shell.output().write(fmt::format("{:<32} {}\n", usage, command.summary));
  }
  if (!is_found) shell.output().write(fmt::format("Nothing matches '{}'\n", arguments[1]));
  return true;
}

}  // namespace leftmost::shell
