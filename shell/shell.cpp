#include "shell/shell.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "engine/sql/parser.h"
#include "shell/dot_commands.h"
#include "shell/footer.h"
#include "shell/interrupt.h"
#include "shell/sqlite_words.h"

namespace leftmost::shell {

namespace {

constexpr int kNestingMax = 25;  // of .read in .read, as in the sqlite3 shell

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view without_leading_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

/// The real, user and system time since it was made, as .timer prints them.
class Stopwatch {
 public:
  Stopwatch() : start_(std::chrono::steady_clock::now()) { getrusage(RUSAGE_SELF, &usage_); }
  std::string to_text() const {
    rusage now{};
    getrusage(RUSAGE_SELF, &now);
    const std::chrono::duration<double> real = std::chrono::steady_clock::now() - start_;
    const auto seconds = [](const timeval& from, const timeval& to) {
      return static_cast<double>(to.tv_sec - from.tv_sec) +
             static_cast<double>(to.tv_usec - from.tv_usec) * 1e-6;
    };
    return fmt::format("Run Time: real {:.3f} user {:f} sys {:f}\n", real.count(),
                       seconds(usage_.ru_utime, now.ru_utime), seconds(usage_.ru_stime, now.ru_stime));
  }

 private:
  std::chrono::steady_clock::time_point start_;
  rusage usage_{};
};

}  // namespace

Shell::Shell(ShellOptions options) : options_(std::move(options)) {
  // On a pipe as sqlite3 does: at once `database is locked`, unless .timeout says otherwise.
  if (options_.is_interactive) settings_.busy_milliseconds = oracle::kLockWaitMilliseconds;
}

Shell::~Shell() { interrupt_goes_to(nullptr); }

bool Shell::run_script(LineSource& lines) {
  if (nesting_ == kNestingMax) {
    print_error(fmt::format("Input nesting limit ({}) reached at line {}. Check recursion.", kNestingMax,
                            line_number_));
    return false;
  }
  ++nesting_;
  line_number_ = 0;
  std::size_t errors = 0;
  std::size_t first_line = 0;
  std::string sql;
  StatementScan scan;
  const auto echo = [this](std::string_view text) {
    if (settings_.echo) output_.write(fmt::format("{}\n", text));
  };
  const auto run = [&] {
    echo(sql);
    if (!run_statements(sql, first_line, lines.is_interactive())) ++errors;
    if (lines.is_interactive()) take_interrupt();  // it has stopped the statement; the next line is a new one
    sql.clear();
    scan.reset();
  };

  while (!is_leaving_ && (errors == 0 || !settings_.bail || lines.is_interactive())) {
    output_.flush();
    std::optional<std::string> line = lines.next(!sql.empty());
    if (take_interrupt()) {
      if (!lines.is_interactive()) break;
      sql.clear();
      scan.reset();
      continue;
    }
    if (!line) break;
    ++line_number_;
    if (scan.is_outside_quotes() && is_terminator_line(*line) && engine::sql::is_complete(sql + ";"))
      line->assign(1, ';');
    scan.add_line(*line);
    if (sql.empty() && scan.is_blank()) {
      echo(*line);
      scan.reset();
      continue;
    }
    if (sql.empty() && (line->front() == '.' || line->front() == '#')) {
      echo(*line);
      if (line->front() == '.' && !run_dot_command(*line)) ++errors;
      scan.reset();
      continue;
    }
    if (sql.empty()) {
      first_line = line_number_;
      sql = without_leading_space(*line);
    } else {
      sql += '\n';
      sql += *line;
    }
    if (scan.ends_with_semicolon() && engine::sql::is_complete(sql)) {
      run();
      if (redirected_commands_left_ > 0) {
        redirected_commands_left_ = 0;
        output_.reset();
      }
    } else if (scan.is_blank()) {
      echo(sql);
      sql.clear();
      scan.reset();
    }
  }
  if (!sql.empty() && !is_leaving_) run();  // not complete: the parser says why
  --nesting_;
  return errors == 0;
}

bool Shell::run_nested_script(LineSource& lines) {
  const std::size_t line_number = line_number_;
  const bool ok = run_script(lines);
  line_number_ = line_number;
  return ok;
}

bool Shell::run_dot_command(std::string_view line) {
  const bool ok = shell::run_dot_command(*this, line);
  if (redirected_commands_left_ > 0 && --redirected_commands_left_ == 0) output_.reset();
  return ok;
}

bool Shell::run_statements(std::string_view sql, std::size_t first_line, bool is_interactive) {
  std::optional<Stopwatch> stopwatch;
  if (settings_.timer) stopwatch.emplace();
  const std::optional<Failure> failure = run_sql(sql);
  if (stopwatch) output_.write(stopwatch->to_text());
  if (failure) {
    output_.flush();
    const bool is_parse = failure->phase == Failure::Phase::kPrepare;
    const std::string place = is_interactive ? "" : fmt::format(" near line {}", first_line);
    print_error(fmt::format("{} error{}: {}", is_parse ? "Parse" : "Runtime", place,
                            error_in_sqlite_words(failure->error, is_parse ? failure->sql : "")));
    if (is_interactive && !failure->error.hint.empty()) print_error(fmt::format("  {}", failure->error.hint));
    return false;
  }
  if (is_leaving_) return false;
  if (settings_.changes) {
    if (const oracle::Session* open_session = session()) {
      output_.write(fmt::format("changes: {}   total_changes: {}\n", open_session->database().changes(),
                                open_session->database().total_changes()));
    }
  }
  return true;
}

std::optional<Shell::Failure> Shell::run_sql(std::string_view sql) {
  for (sql = without_leading_space(sql); !sql.empty(); sql = without_leading_space(sql)) {
    oracle::Session* open_session = session();
    if (is_leaving_) return std::nullopt;
    if (open_session == nullptr) return Failure{Failure::Phase::kPrepare, open_error_, sql};
    oracle::PreparedNext next = [&] {
      const oracle::PlanRecordScope record(*open_session,
                                           planner::PlanRecord::kDecisions);  // nobody asked why
      return open_session->prepare_next(sql);
    }();
    name_unheld();
    if (next.error) {
      report_disagreement(next.agreement, sql);
      return Failure{Failure::Phase::kPrepare, std::move(*next.error), sql};
    }
    if (next.statement) {
      if (auto failure = run_statement(*next.statement, sql)) return failure;
    }
    if (next.bytes_consumed == 0) break;
    sql.remove_prefix(std::min(next.bytes_consumed, sql.size()));
  }
  return std::nullopt;
}

std::optional<Shell::Failure> Shell::run_statement(oracle::SessionStatement& statement,
                                                   std::string_view sql) {
  bind_parameters(statement);
  const bool is_plan = statement.ours().kind() == engine::StatementKind::kExplainQueryPlan;
  const bool is_explain = is_plan || statement.ours().kind() == engine::StatementKind::kExplainWhy;
  if (settings_.plans && !is_explain) print_plan(statement.ours());

  const OutputMode mode = is_plan && settings_.plan_as_tree ? OutputMode::kPlan : settings_.output.mode;
  // Made with the first row: what the columns are called is certain only then, as the file may have changed.
  std::unique_ptr<ResultPrinter> printer;
  const oracle::Outcome outcome = statement.run([&](std::span<const storage::Value> row) {
    if (!printer) {
      std::vector<std::string> columns;
      for (int i = 0; i < static_cast<int>(row.size()); ++i) {
        const std::string_view name = statement.ours().column_name(i);
        columns.emplace_back(name.substr(0, name.find('\0')));
      }
      if (is_columnar(mode) && settings_.output.widths.size() < row.size()) {
        settings_.output.widths.resize(row.size());  // .show lists a width for every column there has been
      }
      printer = make_result_printer(settings_.output, mode, std::move(columns));
    }
    printer->row(row, output_);
    return true;
  });
  if (printer) printer->end(output_);
  report_disagreement(outcome.agreement, sql);
  if (outcome.error) return Failure{Failure::Phase::kStep, *outcome.error, sql};
  if (options_.is_interactive && nesting_ == 1 && !is_explain) {
    output_.write(footer_line(statement.ours().kind(), outcome, *session_));
  }
  return std::nullopt;
}

int Shell::run_sql_argument(const std::string& sql) {
  const std::optional<Failure> failure = run_sql(sql);
  if (!failure) return 0;
  output_.flush();
  const bool is_parse = failure->phase == Failure::Phase::kPrepare;
  print_error(fmt::format("Error: {}, {}", is_parse ? "in prepare" : "stepping",
                          error_in_sqlite_words(failure->error, is_parse ? failure->sql : "")));
  return sqlite_result_code(failure->error.code);
}

void Shell::bind_parameters(oracle::SessionStatement& statement) {
  const engine::Statement& ours = statement.ours();
  for (int number = 1; number <= ours.parameter_count(); ++number) {
    const std::string_view name = ours.parameter_name(number);
    const auto found =
        settings_.parameters.find(name.empty() ? fmt::format("?{}", number) : std::string(name));
    if (found != settings_.parameters.end()) (void)statement.bind(number, found->second.view());
  }
}

void Shell::print_plan(const engine::Statement& statement) {
  const auto print = [this](const std::vector<planner::PlanLine>& lines, std::string heading) {
    const auto printer = make_plan_printer(std::move(heading));
    for (const planner::PlanLine& line : lines) {
      const storage::Value row[] = {storage::Value::integer(line.id), storage::Value::integer(line.parent),
                                    storage::Value::integer(0), storage::Value::text(line.detail)};
      printer->row(row, output_);
    }
    printer->end(output_);
  };
  print(statement.plan_lines(), "QUERY PLAN");
  if (!settings_.trigger_plans) return;
  for (const engine::TriggerPlan& plan : statement.trigger_plans())
    print(plan.lines, "TRIGGER " + plan.trigger);
}

void Shell::report_disagreement(const oracle::Agreement& agreement, std::string_view sql) {
  if (agreement.agrees()) return;
  has_disagreed_ = true;
  output_.flush();
  const std::string_view first_line = sql.substr(0, sql.find('\n'));
  print_error(fmt::format("SQLite {} disagrees about: {}\n{}", oracle::Twin::version(), first_line,
                          agreement.to_text()));
}

bool Shell::has_twin() const {
  if (options_.twin != TwinChoice::kWhereItMatters) return options_.twin == TwinChoice::kAlways;
  return options_.is_interactive || (options_.path != ":memory:" && !options_.path.empty());
}

oracle::Session* Shell::session() {
  if (session_) return session_.get();
  oracle::Session::Options options;
  options.path = options_.path.empty() ? ":memory:" : options_.path;
  options.mode = options_.is_readonly ? oracle::OpenMode::kReadOnly : oracle::OpenMode::kReadWriteCreate;
  options.twin = has_twin();
  options.busy_timeout_milliseconds = settings_.busy_milliseconds;
  auto opened = oracle::Session::open(options);
  if (!opened) {
    open_error_ = std::move(opened.error());
    if (open_error_.code == ErrorCode::kCantOpen) {
      output_.flush();
      print_error(fmt::format("Error: {}", open_error_.message));
      if (options_.is_interactive && !open_error_.hint.empty())
        print_error(fmt::format("  {}", open_error_.hint));
      leave(1);
    }
    return nullptr;
  }
  session_ = std::move(*opened);
  interrupt_goes_to(session_.get());
  unheld_named_ = 0;
  name_unheld();
  return session_.get();
}

bool Shell::open(std::string path, bool is_readonly) {
  interrupt_goes_to(nullptr);
  session_.reset();
  options_.path = std::move(path);
  options_.is_readonly = is_readonly;
  const bool was_leaving = is_leaving_;
  const std::optional<int> status_before = exit_status_;
  if (session() != nullptr || open_error_.code != ErrorCode::kCantOpen) return true;
  is_leaving_ = was_leaving;  // .open goes on with an empty database
  exit_status_ = status_before;
  options_.path = ":memory:";
  options_.is_readonly = false;
  return false;
}

void Shell::open_existing() {
  if (access(options_.path.c_str(), F_OK) == 0) session();
}

void Shell::name_unheld() {
  if (!session_) return;
  const auto& unheld = session_->unheld();
  for (; unheld_named_ < unheld.size(); ++unheld_named_) {
    const oracle::Unheld& object = unheld[unheld_named_];
    std::string text =
        fmt::format("{}: {} {}: {}", session_->path(), object.kind, object.name, object.reason);
    if (object.table != object.name)
      text += fmt::format("; table {} can be read but not written here", object.table);
    print_error(text);
  }
}

void Shell::leave(std::optional<int> exit_status) {
  is_leaving_ = true;
  if (exit_status) exit_status_ = exit_status;
}

int Shell::exit_status(bool all_went_well) const {
  if (exit_status_) return *exit_status_;
  return all_went_well && !has_disagreed_ ? 0 : 1;
}

}  // namespace leftmost::shell
