// shell/dot_commands.h - the commands that start with a dot: one table, one function each.
//
// Names may be shortened as in the sqlite3 shell (`.ta` is .tables): the first command of the table that starts with what
// was typed is taken, if enough letters were. A command that sqlite3 has and we have not says so.
//
//   dot_settings.cpp    how results look, what is printed beside them
//   dot_schema.cpp      .tables .indexes .schema .databases
//   dot_files.cpp       .read .output .once .open .cd, .quit
//   dot_dump.cpp        .dump .fullschema
//   dot_import.cpp      .import
//   dot_parameters.cpp  .parameter
//   dot_trees.cpp       .tree .entries .path .candidates
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leftmost::shell {

class Shell;

/// The words of the line; the first is the command's name without its dot.
using Arguments = std::vector<std::string>;

struct DotCommand {
  std::string_view name;
  std::size_t letters_min;
  /// False: it failed, and said why on stderr.
  bool (*run)(Shell& shell, const Arguments& arguments);
  std::string_view usage;    ///< what follows the name
  std::string_view summary;  ///< one line of .help; empty: another name of the command above
  /// For commands that take SQL as it stands, quotes and all; `run` is called without any.
  bool (*run_sql)(Shell& shell, const std::string& sql) = nullptr;
};

/// Runs `line`, which starts with a dot. False if it failed; the message is on stderr.
bool run_dot_command(Shell& shell, std::string_view line);

/// In the order in which shortened names are looked up.
const std::vector<DotCommand>& dot_commands();

/// Words between white space; 'text' as it is, "text" and bare words with backslash escapes.
Arguments split_arguments(std::string_view line);

// Helpers of the commands.

/// One line on stderr; false, for returning it.
bool complain(std::string_view text);
/// `Usage: .name ...` on stderr; false.
bool complain_usage(const Arguments& arguments);
/// on, yes, 1 or off, no, 0. Anything else is complained about and counts as off.
bool boolean_of(std::string_view text);
/// The leading integer of a text (also 0x1f, and 4K 4M 4G); 0 without one.
std::int64_t integer_of(std::string_view text);
/// Whether `argument` is that option with one or two dashes.
bool is_option(std::string_view argument, std::string_view name);

bool dot_bail(Shell& shell, const Arguments& arguments);
bool dot_cd(Shell& shell, const Arguments& arguments);
bool dot_changes(Shell& shell, const Arguments& arguments);
bool dot_databases(Shell& shell, const Arguments& arguments);
bool dot_dump(Shell& shell, const Arguments& arguments);
bool dot_entries(Shell& shell, const Arguments& arguments);
bool dot_echo(Shell& shell, const Arguments& arguments);
bool dot_eqp(Shell& shell, const Arguments& arguments);
bool dot_exit(Shell& shell, const Arguments& arguments);
bool dot_explain(Shell& shell, const Arguments& arguments);
bool dot_fullschema(Shell& shell, const Arguments& arguments);
bool dot_headers(Shell& shell, const Arguments& arguments);
bool dot_help(Shell& shell, const Arguments& arguments);
bool dot_import(Shell& shell, const Arguments& arguments);
bool dot_indexes(Shell& shell, const Arguments& arguments);
bool dot_mode(Shell& shell, const Arguments& arguments);
bool dot_nullvalue(Shell& shell, const Arguments& arguments);
bool dot_once(Shell& shell, const Arguments& arguments);
bool dot_open(Shell& shell, const Arguments& arguments);
bool dot_output(Shell& shell, const Arguments& arguments);
bool dot_parameter(Shell& shell, const Arguments& arguments);
bool dot_print(Shell& shell, const Arguments& arguments);
bool dot_prompt(Shell& shell, const Arguments& arguments);
bool dot_quit(Shell& shell, const Arguments& arguments);
bool dot_read(Shell& shell, const Arguments& arguments);
bool dot_schema(Shell& shell, const Arguments& arguments);
bool dot_separator(Shell& shell, const Arguments& arguments);
bool dot_show(Shell& shell, const Arguments& arguments);
bool dot_tables(Shell& shell, const Arguments& arguments);
bool dot_timeout(Shell& shell, const Arguments& arguments);
bool dot_timer(Shell& shell, const Arguments& arguments);
bool dot_tree(Shell& shell, const Arguments& arguments);
bool dot_whatif(Shell& shell, const Arguments& arguments);  ///< without SQL: what is supposed
bool dot_width(Shell& shell, const Arguments& arguments);

/// .path: the pages that each search of a statement descends through.
bool show_paths(Shell& shell, const std::string& sql);
/// .candidates: every way of reading each table that the planner weighed.
bool show_candidates(Shell& shell, const std::string& sql);

}  // namespace leftmost::shell
