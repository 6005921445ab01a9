#include "shell/why_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "advice/explanation.h"
#include "advice/parameters.h"
#include "oracle/session.h"
#include "shell/interrupt.h"
#include "shell/progress_line.h"
#include "shell/shell.h"
#include "shell/sqlite_words.h"
#include "shell/terminal.h"
#include "shell/what_if_command.h"
#include "shell/why_text.h"

namespace leftmost::shell {
namespace {

struct WhyArguments {
  std::string database;
  std::vector<std::string> sql;
  std::string schema_file;
  std::vector<std::string> commands;
  std::vector<std::string> parameters;
  std::vector<std::string> suppositions;
  bool flips = false;
  bool is_json = false;
  bool trace = false;
  bool no_twin = false;
  bool no_run = false;
};

int complain(const std::string& text) {
  std::fputs(fmt::format("leftmost why: {}\n", text).c_str(), stderr);
  return 2;
}

int complain(const Error& error, std::string_view sql) {
  complain(error_in_sqlite_words(error, sql));
  if (!error.hint.empty()) std::fputs(fmt::format("  {}\n", error.hint).c_str(), stderr);
  return 2;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::nullopt;
  return text;
}

std::string read_stdin() {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin)) text.append(buffer, count);
  return text;
}

/// `:a=1`: the value is SQL, so that 1, 'x', x'00' and NULL are what they are; anything else that is no SQL
/// is text.
Expected<std::pair<std::string, storage::OwnedValue>> parameter_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return fail(ErrorCode::kError, fmt::format("--param {}: write it as NAME=VALUE, :a=1 say", text));
  }
  std::string name = text.substr(0, equals);
  if (std::string_view(":@$?").find(name[0]) == std::string_view::npos) {
    name.insert(0, name.find_first_not_of("0123456789") == std::string::npos ? "?" : ":");
  }
  const std::string value = text.substr(equals + 1);
  if (auto meant = advice::value_of_sql(value)) return std::pair(name, std::move(*meant));
  return std::pair(name, storage::OwnedValue(storage::Value::text(value)));
}

Expected<std::unique_ptr<oracle::Session>> open_session(const WhyArguments& arguments) {
  oracle::Session::Options options;
  options.twin = !arguments.no_twin;
  const bool has_file = arguments.schema_file.empty() && arguments.database != ":memory:";
  if (has_file) {
    options.path = arguments.database;
    options.mode = oracle::OpenMode::kReadOnly;
    options.busy_timeout_milliseconds = oracle::kLockWaitMilliseconds;
  }
  return oracle::Session::open(options);
}

Expected<advice::ExplainedNext> explain_showing_progress(oracle::Session& session, std::string_view sql,
                                                         advice::ExplainOptions options) {
  ProgressLine progress;
  progress.show("running it");
  options.suggest.progress = [&](const std::string& what) {
    progress.show("trying " + what);
    return true;
  };
  return advice::explain_next(session, sql, options);
}

/// Explains every statement of `sql`. Returns the exit status.
int explain_all(oracle::Session& session, std::string_view sql, const advice::ExplainOptions& options,
                bool is_json) {
  WhyStyle style;
  style.paint = Paint::of(stdout);
  if (is_terminal(stdout)) style.columns = terminal_columns(stdout);
  int status = 0;
  bool has_explained = false;
  while (!sql.empty()) {
    auto next = explain_showing_progress(session, sql, options);
    if (!next) {
      std::fflush(stdout);
      return complain(next.error(), sql);
    }
    if (next->explanation) {
      has_explained = true;
      const std::string text =
          is_json ? advice::to_json(*next->explanation) : why_text(*next->explanation, style);
      std::fputs((text + "\n").c_str(), stdout);
      if (!next->explanation->agreement.agrees()) status = 1;
    }
    if (next->bytes_consumed == 0) break;
    sql.remove_prefix(next->bytes_consumed);
  }
  if (!has_explained) return complain("there is no statement to explain");
  return status;
}

/// `--what-if` and `--flip`. Returns the exit status.
int suppose(oracle::Session& session, const std::string& sql, const WhyArguments& arguments) {
  if (session.twin() == nullptr)
    return complain("what would be is asked of SQLite as well: without --no-twin");
  std::vector<advice::Supposition> suppositions;
  for (const std::string& text : arguments.suppositions) {
    auto supposition = advice::read_supposition(text);
    if (!supposition) return complain(supposition.error(), {});
    suppositions.push_back(std::move(*supposition));
  }
  bool agrees = true;
  const auto print = [&](const Expected<WhatIfOutput>& output) {
    if (!output) return false;
    std::fputs(output->text.c_str(), stdout);
    agrees = agrees && output->agrees;
    return true;
  };
  if (!suppositions.empty()) {
    const auto output = what_if_text(session, suppositions, sql, arguments.is_json, terminal_columns(stdout));
    if (!print(output)) return complain(output.error(), sql);
  }
  if (arguments.flips) {
    const auto output = flip_text(session, sql, arguments.is_json);
    if (!print(output)) return complain(output.error(), sql);
  }
  return agrees ? 0 : 1;
}

int run(const WhyArguments& arguments) {
  auto session = while_showing("reading the database", [&] { return open_session(arguments); });
  if (!session) return complain(session.error(), {});
  interrupt_goes_to(session->get());
  advice::ExplainOptions options;
  options.trace = arguments.trace;
  options.run = !arguments.no_run;
  if (!arguments.schema_file.empty()) {
    const auto schema = read_file(arguments.schema_file);
    if (!schema) return complain(fmt::format("cannot read {}", arguments.schema_file));
    if (auto done = (*session)->execute(*schema); !done) return complain(done.error(), *schema);
    options.empty_tables = true;
  }
  for (const std::string& command : arguments.commands) {
    if (auto done = (*session)->execute(command); !done) return complain(done.error(), command);
  }
  for (const oracle::Unheld& unheld : (*session)->unheld()) {
    std::fputs(fmt::format("leftmost why: {} {}: {}\n", unheld.kind, unheld.name, unheld.reason).c_str(),
               stderr);
  }
  for (const std::string& parameter : arguments.parameters) {
    auto value = parameter_of(parameter);
    if (!value) return complain(value.error(), {});
    options.parameters.push_back(std::move(*value));
  }
  std::string sql;
  for (const std::string& argument : arguments.sql)
    sql += argument + (argument.ends_with(';') ? "\n" : ";\n");
  if (!arguments.sql.empty()) sql.pop_back();
  if (arguments.sql.empty()) sql = read_stdin();
  const bool is_supposed = !arguments.suppositions.empty() || arguments.flips;
  const int status = is_supposed ? suppose(**session, sql, arguments)
                                 : explain_all(**session, sql, options, arguments.is_json);
  interrupt_goes_to(nullptr);
  return status;
}

}  // namespace

int run_why(std::span<const std::string> arguments) {
  CLI::App app(
      "Explains why a statement uses, or does not use, each index of its tables, and what would help.",
      "leftmost why");
  WhyArguments given;
  app.add_option("DB", given.database, "a SQLite database file, which is only read; or :memory:");
  app.add_option("SQL", given.sql, "statements to explain; from standard input if there are none");
  app.add_option("--schema", given.schema_file, "a file of CREATE statements instead of DB");
  app.add_option("--cmd", given.commands, "SQL to run first")->expected(-1)->allow_extra_args(false);
  app.add_option("--param", given.parameters, "value of a parameter, :a=1 say; unbound: planned, not run")
      ->expected(-1)
      ->allow_extra_args(false);
  app.add_option("--what-if", given.suppositions,
                 "plan as if: 'CREATE INDEX ...', 'hide INDEX', 'rows TABLE N', 'stat INDEX N N'; "
                 "repeatable; nothing is written")
      ->expected(-1)
      ->allow_extra_args(false);
  app.add_flag("--flip", given.flips, "at which row counts and selectivities the plan changes");
  app.add_flag("--json", given.is_json, "as data; docs/why-json.md describes it");
  app.add_flag("--trace", given.trace, "every way of reading a table that was weighed, with its costs");
  app.add_flag("--no-twin", given.no_twin, "without SQLite: no comparison, no suggestions");
  app.add_flag("--no-run", given.no_run, "plan only: nothing is run or measured");
  app.footer(
      "Exit status: 0 explained, 1 SQLite disagrees, 2 bad usage, a database that cannot be read, or an "
      "error.");
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  for (std::string& argument : reversed) {
    if (argument == "-cmd") argument = "--cmd";
  }
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  // With --schema there is no database: what stands in its place is SQL.
  if (!given.schema_file.empty() && !given.database.empty())
    given.sql.insert(given.sql.begin(), given.database);
  if (given.schema_file.empty() && given.database.empty()) {
    return complain("name a database, or a file of CREATE statements with --schema FILE.sql");
  }
  catch_interrupts();
  return run(given);
}

namespace {

/// What .parameter has set of the parameters of the first statement.
std::vector<std::pair<std::string, storage::OwnedValue>> parameters_of(Shell& shell, oracle::Session& session,
                                                                       std::string_view sql) {
  std::vector<std::pair<std::string, storage::OwnedValue>> values;
  const oracle::PreparedNext next = session.prepare_next(sql);
  if (!next.statement) return values;
  for (const auto& [name, value] : shell.settings().parameters) {
    if (next.statement->ours().parameter_number(name) != 0) values.emplace_back(name, value);
  }
  return values;
}

}  // namespace

bool explain_in_shell(Shell& shell, const std::string& sql) {
  oracle::Session* session = shell.session();
  if (session == nullptr) return false;
  WhyStyle style;
  style.paint = Paint::of(stdout);
  if (is_terminal(stdout)) style.columns = terminal_columns(stdout);
  std::string_view rest = sql;
  while (!rest.empty()) {
    advice::ExplainOptions options;
    options.parameters = parameters_of(shell, *session, rest);
    auto next = explain_showing_progress(*session, rest, options);
    if (!next) {
      std::fputs((error_in_sqlite_words(next.error(), rest) + "\n").c_str(), stderr);
      return false;
    }
    if (next->explanation) shell.output().write(why_text(*next->explanation, style) + "\n");
    if (next->bytes_consumed == 0) break;
    rest.remove_prefix(next->bytes_consumed);
  }
  return true;
}

}  // namespace leftmost::shell
