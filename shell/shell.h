// shell/shell.h - the shell: statements and dot-commands in, rows and messages out.
//
// Its behaviour on a pipe is that of the sqlite3 shell 3.40.1, byte for byte on stdout and in its exit
// status; errors go to stderr in the same words. What only our engine has to say (a disagreement with SQLite,
// things of a file that it does not hold) goes to stderr as well. In a terminal it says more (prompt.h).
//
//   Shell shell(options);
//   LineReader lines(stdin);
//   shell.run_script(lines);
//   return shell.exit_status();
//
// The database is opened by the first thing that needs it, so that a script can choose another with .open.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advice/what_if.h"
#include "oracle/session.h"
#include "shell/output.h"
#include "shell/result_printer.h"
#include "shell/script_reader.h"

namespace leftmost::shell {

enum class TwinChoice : std::uint8_t {
  kWhereItMatters,  ///< for files and in a terminal; not for :memory: on a pipe
  kAlways,
  kNever,
};

struct ShellOptions {
  std::string path = ":memory:";
  bool is_readonly = false;
  bool is_interactive = false;  ///< someone types
  TwinChoice twin = TwinChoice::kWhereItMatters;
};

class Shell {
 public:
  /// What dot-commands change.
  struct Settings {
    OutputSettings output;
    bool bail = false;     ///< a script ends with its first error
    bool echo = false;     ///< statements are printed before they run
    bool changes = false;  ///< changes() after each statement
    bool timer = false;
    bool plans = false;          ///< .eqp: the plan before each result
    bool trigger_plans = false;  ///< those of the triggers as well
    std::string eqp = "off";     ///< as .show has it
    bool plan_as_tree = true;    ///< EXPLAIN QUERY PLAN is drawn; .explain off shows its rows
    int busy_milliseconds = 0;
    std::string prompt = "leftmost> ";
    std::string prompt_continued = "     ...> ";
    std::map<std::string, storage::OwnedValue> parameters;  ///< of .parameter, by name with prefix
    std::vector<advice::Supposition> suppositions;          ///< of .whatif
  };

  /// Why a text was not run to its end.
  struct Failure {
    enum class Phase : std::uint8_t { kPrepare, kStep } phase = Phase::kPrepare;
    Error error;
    std::string_view sql;  ///< from the statement that failed on
  };

  explicit Shell(ShellOptions options);
  ~Shell();

  /// Runs all lines. False if anything in them failed. Stops early after .quit, and at an error under .bail
  /// on.
  bool run_script(LineSource& lines);
  /// The same inside a script, for .read: line numbers count from 1 there and go on where they were
  /// afterwards.
  bool run_nested_script(LineSource& lines);
  /// One dot-command, `.tables` say. False if it failed; the message is on stderr.
  bool run_dot_command(std::string_view line);
  /// Every statement of `sql`, with the rows on the output. Stops at the first failure and does not report
  /// it.
  std::optional<Failure> run_sql(std::string_view sql);
  /// The same for SQL that is an argument of the program: reports a failure as sqlite3 does.
  /// Returns SQLite's result code, 0 if all went well.
  int run_sql_argument(const std::string& sql);

  /// Whether statements are put to SQLite as well.
  bool has_twin() const;
  /// The database, opened now if it is not open yet. Null: it cannot be opened; the message is on stderr, and
  /// where sqlite3 would end, is_leaving() says so.
  oracle::Session* session();
  /// Why the last attempt to open failed. Requires: session() gave null.
  const Error& open_error() const { return open_error_; }
  /// Opens another database instead. A missing one is created later, when something is written.
  /// False: it cannot be opened; an empty one in memory is used then.
  bool open(std::string path, bool is_readonly);
  /// If the file is there, opens it at once: its errors come before anything else.
  void open_existing();

  Settings& settings() { return settings_; }
  Output& output() { return output_; }
  const ShellOptions& options() const { return options_; }
  std::size_t line_number() const { return line_number_; }

  /// .quit: no more lines are read. .exit 3: the program ends with that status.
  void leave(std::optional<int> exit_status = std::nullopt);
  bool is_leaving() const { return is_leaving_; }
  /// The next statement's output, or the next dot-command's, is the last that goes to the file.
  void redirect_once() { redirected_commands_left_ = 2; }

  /// 0, or why not: a status of .exit, or 1 where SQLite disagreed.
  int exit_status(bool all_went_well) const;

 private:
  bool run_statements(std::string_view sql, std::size_t first_line, bool is_interactive);
  std::optional<Failure> run_statement(oracle::SessionStatement& statement, std::string_view sql);
  void bind_parameters(oracle::SessionStatement& statement);
  void report_disagreement(const oracle::Agreement& agreement, std::string_view sql);
  void print_plan(const engine::Statement& statement);
  void name_unheld();

  ShellOptions options_;
  Settings settings_;
  Output output_;
  std::unique_ptr<oracle::Session> session_;
  Error open_error_;  // of the last attempt, for the statements that needed it
  std::size_t unheld_named_ = 0;
  std::size_t line_number_ = 0;
  int nesting_ = 0;
  int redirected_commands_left_ = 0;
  bool is_leaving_ = false;
  bool has_disagreed_ = false;
  std::optional<int> exit_status_;
};

}  // namespace leftmost::shell
