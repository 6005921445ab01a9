#include "shell/advise_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "advice/index_advice.h"
#include "shell/advise_text.h"
#include "shell/interrupt.h"
#include "shell/progress_line.h"
#include "shell/terminal.h"
#include "shell/text_file.h"
#include "shell/workload_files.h"

namespace leftmost::shell {
namespace {

struct AdviseArguments {
  std::vector<std::string> files;  ///< the database first, unless there is a schema file
  std::string schema_file;
  std::string output = "-";
  double seconds = 60;
  bool drop = false;
  bool is_json = false;
};

int complain(const std::string& text) {
  std::fputs(fmt::format("leftmost advise: {}\n", text).c_str(), stderr);
  return 2;
}

int complain(const Error& error) {
  complain(error.message);
  if (!error.hint.empty()) std::fputs(fmt::format("  {}\n", error.hint).c_str(), stderr);
  return 2;
}

/// The session that is asked, and whatever owns it.
struct Opened {
  std::unique_ptr<oracle::Session> database;
  std::optional<advice::PlanningCopy> script;
  oracle::Session& session() { return database ? *database : script->session(); }
};

Expected<Opened> open(const AdviseArguments& arguments) {
  Opened opened;
  if (!arguments.schema_file.empty()) {
    auto script = open_script(arguments.schema_file);
    if (!script) return Unexpected(script.error());
    opened.script.emplace(std::move(*script));
    return opened;
  }
  oracle::Session::Options options;
  options.path = arguments.files.front();
  options.mode = oracle::OpenMode::kReadOnly;
  options.busy_timeout_milliseconds = oracle::kLockWaitMilliseconds;
  auto session = oracle::Session::open(options);
  if (!session) return Unexpected(session.error());
  opened.database = std::move(*session);
  return opened;
}

/// Names the statements that were left out. True: the database does not understand one of them.
bool name_left_out(const advice::IndexAdvice& advice, const advice::Workload& workload) {
  bool has_error = false;
  for (const advice::LeftOut& left_out : advice.left_out) {
    const advice::WorkloadStatement& statement = workload.statements()[left_out.number];
    const advice::WorkloadFile& file = workload.files()[statement.file];
    const std::size_t at =
        std::min(statement.range.begin + left_out.error.sql_offset.value_or(0), statement.range.end);
    const advice::TextPlace place = file.place(at);
    const std::string& hint = left_out.error.hint;
    complain(fmt::format("{}:{}:{}: {}{}", file.name(), place.line, place.column, left_out.error.message,
                         hint.empty() ? hint : "; " + hint));
    has_error = has_error || left_out.error.code != ErrorCode::kNotSupported;
  }
  return has_error;
}

int run(const AdviseArguments& arguments) {
  const bool has_schema_file = !arguments.schema_file.empty();
  const auto workload =
      read_workload({arguments.files.begin() + (has_schema_file ? 0 : 1), arguments.files.end()});
  if (!workload) return complain(workload.error());
  auto opened = while_showing("reading the database", [&] { return open(arguments); });
  if (!opened) return complain(opened.error());
  for (const oracle::Unheld& unheld : opened->session().unheld()) {
    complain(fmt::format("{} {}: {}", unheld.kind, unheld.name, unheld.reason));
  }

  ProgressLine progress;
  advice::AdviseOptions options;
  options.drop = arguments.drop;
  options.seconds_max = arguments.seconds;
  options.on_progress = [&](const std::string& what) {
    progress.show(what);
    return !take_interrupt();
  };
  const auto begin = std::chrono::steady_clock::now();
  interrupt_goes_to(&opened->session());
  const auto advice = advice::advise(opened->session(), *workload, options);
  interrupt_goes_to(nullptr);
  progress.clear();
  if (!advice) return complain(advice.error());
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;

  const std::string text =
      arguments.is_json ? advise_json(*advice, *workload) : advise_text(*advice, *workload);
  if (auto written = write_text_file(arguments.output, text); !written) return complain(written.error());
  std::fflush(stdout);
  // Where it took long enough to wonder; never in the output, which is the same each time.
  if (progress.was_shown()) std::fputs(fmt::format("{:.1f} s\n", spent.count()).c_str(), stderr);
  return name_left_out(*advice, *workload) ? 2 : 0;
}

}  // namespace

int run_advise(std::span<const std::string> arguments) {
  CLI::App app(
      "Finds the smallest set of indexes that serves all statements of an application. Every index is built "
      "and every\n"
      "statement run on copies in memory, in SQLite too; the database itself is only read.",
      "leftmost advise");
  AdviseArguments given;
  app.add_option("DB QUERIES", given.files,
                 "a SQLite database file, and files of SQL statements; - is standard input");
  app.add_option(
      "--schema", given.schema_file,
      "a file of CREATE statements instead of DB; without rows the work is what the planner expects");
  app.add_flag("--drop", given.drop, "name existing indexes that no statement needs as well");
  app.add_option("--seconds", given.seconds, "how long to try indexes")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_flag("--json", given.is_json, "as data; docs/lint.md describes it");
  app.add_option("-o,--output", given.output, "file to write to")->capture_default_str();
  app.footer(
      "In the SQL: -- leftmost: weight 1000      how often a statement runs; repeated ones count as often as "
      "they stand there\n"
      "            -- leftmost: bind :a = 1      a value for a parameter; without it one out of the middle "
      "of the column\n"
      "The output is SQL: leftmost advise app.db queries.sql | sqlite3 app.db makes the indexes.\n"
      "Exit status: 0 advice was given, 2 bad usage, a file that cannot be read, or a statement that the "
      "database does\n"
      "not understand (the others are served all the same).");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
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
