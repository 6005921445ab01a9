#include "oracle/crosscheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "oracle/session.h"
#include "oracle/sql_script.h"
#include "oracle/sqllogictest.h"
#include "oracle/statement_text.h"
#include "oracle/watchdog.h"

namespace leftmost::oracle {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kProgressStatements = 1000;

/// One statement of either kind of file.
struct Step {
  std::string_view sql;
  std::size_t line = 0;
  const TestRecord* record = nullptr;  ///< with an expected result; null in a .sql script
  bool is_query = false;               ///< may be left out of a sample
};

/// Whether leaving the statement out changes nothing for those that follow. WITH may start a DELETE: it is run.
bool only_reads(std::string_view sql) {
  const std::string word = word_of(sql, 0);
  return word == "SELECT" || word == "VALUES" || word == "EXPLAIN";
}

/// One position from each of `wanted` equal parts of 0 .. count-1.
std::vector<bool> draw_sample(std::size_t count, std::size_t wanted, std::uint64_t seed, const std::string& name) {
  std::vector<bool> chosen(count, count <= wanted);
  if (count <= wanted || wanted == 0) return chosen;
  std::uint64_t mixed = seed;  // each file has its own draws, the same on every machine
  for (const char c : name) mixed = (mixed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::mt19937_64 random(mixed);
  for (std::size_t part = 0; part < wanted; ++part) {
    const std::size_t begin = count * part / wanted;
    const std::size_t end = count * (part + 1) / wanted;
    chosen[begin + random() % (end - begin)] = true;
  }
  return chosen;
}

/// The runs of one file.
class FileRun {
 public:
  FileRun(CrosscheckFile& file, CrosscheckResult& result, const CrosscheckOptions& options)
      : file_(file), result_(result), options_(options) {}

  /// False: the caller wants no more.
  bool run(const std::vector<Step>& steps, CrosscheckProgress progress) {
    auto session = Session::open({});
    if (!session) {
      file_.error = session.error();
      return true;
    }
    session_ = std::move(*session);
    session_->set_plan_record(planner::PlanRecord::kDecisions);
    Watchdog watchdog(options_.statement_seconds_max, [this] { session_->interrupt(); });

    const auto query_count =
        static_cast<std::size_t>(std::count_if(steps.begin(), steps.end(), [](const Step& step) { return step.is_query; }));
    const std::vector<bool> chosen = draw_sample(query_count, options_.sample.value_or(query_count), options_.seed,
                                                 fs::path(file_.path).filename().string());
    progress.statements_total = steps.size();
    std::size_t query = 0;
    for (const Step& step : steps) {
      if (progress.statements_done++ % kProgressStatements == 0 && options_.on_progress && !options_.on_progress(progress)) {
        return false;
      }
      if (step.is_query && !chosen[query++]) {
        ++file_.counts.left_out;
        continue;
      }
      watchdog.restart();
      run_text(step);
    }
    return true;
  }

 private:
  // A record may hold several statements; the result written below it is the last one's.
  void run_text(const Step& step) {
    std::string_view rest = step.sql;
    while (!rest.empty()) {
      PreparedNext next = session_->prepare_next(rest);
      if (next.error) {
        ++file_.counts.statements;
        count_refusal(step, rest, *next.error, next.agreement);
        return;
      }
      if (next.statement) run_statement(step, *next.statement, skip_blanks(rest, next.bytes_consumed) == rest.size());
      if (next.bytes_consumed == 0) return;
      rest.remove_prefix(next.bytes_consumed);
    }
  }

  void run_statement(const Step& step, SessionStatement& statement, bool is_last) {
    CrosscheckCounts& counts = file_.counts;
    ++counts.statements;
    const bool is_query = statement.ours().column_count() > 0;
    if (is_query) ++counts.queries;
    const bool collects = step.record != nullptr && step.record->has_expected && is_last;
    const auto columns = static_cast<std::size_t>(statement.ours().column_count());
    std::vector<std::string> values;
    const auto collect = [&](std::span<const storage::Value> row) {
      for (std::size_t column = 0; column < row.size(); ++column) {
        const std::string& types = step.record->types;
        values.push_back(format_test_value(row[column], column < types.size() ? types[column] : 'T'));
      }
      return true;
    };
    const Outcome outcome = statement.run(collects ? RowCallback(collect) : RowCallback());
    const Agreement& agreement = outcome.agreement;
    counts.nanoseconds_ours += agreement.nanoseconds_ours;
    counts.nanoseconds_sqlite += agreement.nanoseconds_sqlite;
    const std::string_view sql = statement.sql();
    if (outcome.error && (outcome.error->code == ErrorCode::kNotSupported || agreement.error_agrees)) {
      count_refusal(step, sql, *outcome.error, agreement);
      reload_if_apart(statement, agreement);
      return;
    }
    count(step, sql, agreement);
    if (collects && !outcome.error && file_.counts.not_supported == 0) {
      values = sort_test_values(std::move(values), columns, step.record->sort);
      const bool matches = matches_expected(*step.record, values);
      counts.expected.add(matches);
      if (!matches && agreement.agrees()) report_unexpected(step, sql, values);
    }
    reload_if_apart(statement, agreement);
  }

  void count_refusal(const Step& step, std::string_view sql, const Error& error, const Agreement& agreement) {
    CrosscheckCounts& counts = file_.counts;
    if (error.code == ErrorCode::kInterrupt) {
      ++counts.interrupted;
      return;
    }
    const bool expects_error = step.record != nullptr && step.record->expects_error;
    const bool follows = counts.not_supported > 0 && agreement.error_compared && agreement.error_agrees && !expects_error;
    if (error.code == ErrorCode::kNotSupported || follows) {
      ++counts.not_supported;
      ++counts.not_supported_by_cause[follows ? "follows: " + error.message : error.message];
      return;
    }
    count(step, sql, agreement);
  }

  void count(const Step& step, std::string_view sql, const Agreement& agreement) {
    CrosscheckCounts& counts = file_.counts;
    const char* what = nullptr;
    if (agreement.error_compared) {
      counts.errors.add(agreement.failure_agrees);
      if (!agreement.failure_agrees) what = "error";
      if (agreement.error_ours && agreement.error_sqlite) {
        counts.messages.add(agreement.error_agrees);
        if (!agreement.error_agrees) what = "error";
      }
    }
    if (agreement.changes_compared) {
      counts.changes.add(agreement.changes_agree);
      if (!agreement.changes_agree) what = "changes";
    }
    if (agreement.rows_compared) {
      counts.rows.add(agreement.rows_agree);
      if (!agreement.rows_agree) what = "rows";
    }
    if (agreement.plan_compared) {
      counts.plans.add(agreement.plan_agrees);
      if (!agreement.plan_agrees) what = "plan";
    }
    if (agreement.counters_compared) {
      counts.counters.add(agreement.counters_agree);
      if (what == nullptr && options_.report_counters && !agreement.counters_agree) {
        report(step, sql, "counters", agreement.counters_to_text() + "\n");
      }
    }
    if (what != nullptr) report(step, sql, what, agreement.to_text());
  }

  void report(const Step& step, std::string_view sql, const char* what, std::string text) {
    ++result_.difference_count;
    if (result_.differences.size() >= options_.differences_max) return;
    result_.differences.push_back({file_.path, step.line, std::string(sql), what, std::move(text)});
  }

  void report_unexpected(const Step& step, std::string_view sql, const std::vector<std::string>& values) {
    const std::vector<std::string>& expected = step.record->expected;
    std::string text = fmt::format("the file expects {} lines, here are {} values\n", expected.size(), values.size());
    for (std::size_t i = 0; i < std::max(values.size(), expected.size()); ++i) {
      if (i < values.size() && i < expected.size() && values[i] == expected[i]) continue;
      text += fmt::format("line {} expected: {}\n", i + 1, i < expected.size() ? expected[i] : "(none)");
      text += fmt::format("line {} here:     {}\n", i + 1, i < values.size() ? values[i] : "(none)");
      break;
    }
    report(step, sql, "expected", std::move(text));
  }

  // Inside a transaction the older state is lost to our side: once more when it has ended.
  void reload_if_apart(SessionStatement& statement, const Agreement& agreement) {
    const bool may_have_written = !statement.ours().is_readonly();
    if (may_have_written && !agreement.agrees()) is_apart_ = true;
    const bool has_ended = session_->database().is_autocommit();
    if (!is_apart_ || (!has_ended && agreement.agrees())) return;
    if (auto loaded = session_->reload(); !loaded && !file_.error) file_.error = loaded.error();
    if (has_ended) is_apart_ = false;
  }

  CrosscheckFile& file_;
  CrosscheckResult& result_;
  const CrosscheckOptions& options_;
  std::unique_ptr<Session> session_;
  bool is_apart_ = false;
};

/// False: the caller wants no more.
bool check_text(std::string_view text, CrosscheckFile& file, CrosscheckResult& result, const CrosscheckOptions& options,
                const CrosscheckProgress& progress) {
  std::vector<Step> steps;
  std::vector<TestRecord> records;
  if (fs::path(file.path).extension() == ".test") {
    auto read = read_sqllogictest(text);
    if (!read) {
      file.error = read.error();
      return true;
    }
    records = std::move(*read);
    for (const TestRecord& record : records) {
      steps.push_back({record.sql, record.line, &record, record.kind == TestRecord::Kind::kQuery});
    }
  } else {
    const Script script = read_sql_script(text);
    file.counts.dot_commands = script.dot_commands;
    for (const ScriptStatement& statement : script.statements) {
      steps.push_back({statement.sql, statement.line, nullptr, only_reads(statement.sql)});
    }
  }
  return FileRun(file, result, options).run(steps, progress);
}

void finish(CrosscheckResult& result, std::chrono::steady_clock::time_point begin) {
  for (const CrosscheckFile& file : result.files) result.total.add(file.counts);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Expected<std::vector<std::string>> files_below(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) return fail(ErrorCode::kCantOpen, "no such file or folder: " + path);
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      const fs::path extension = at->path().extension();
      if ((extension == ".test" || extension == ".sql") && at->is_regular_file(error)) found.push_back(at->path().string());
    }
    if (found.empty()) return fail(ErrorCode::kError, "no .sql or .test file below " + path);
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace

void CrosscheckCounts::add(const CrosscheckCounts& other) {
  const auto sum = [](Tally& tally, const Tally& more) {
    tally.compared += more.compared;
    tally.agree += more.agree;
  };
  statements += other.statements;
  queries += other.queries;
  left_out += other.left_out;
  dot_commands += other.dot_commands;
  sum(plans, other.plans);
  sum(rows, other.rows);
  sum(errors, other.errors);
  sum(messages, other.messages);
  sum(changes, other.changes);
  sum(counters, other.counters);
  sum(expected, other.expected);
  not_supported += other.not_supported;
  for (const auto& [cause, count] : other.not_supported_by_cause) not_supported_by_cause[cause] += count;
  interrupted += other.interrupted;
  nanoseconds_ours += other.nanoseconds_ours;
  nanoseconds_sqlite += other.nanoseconds_sqlite;
}

bool CrosscheckCounts::all_agree() const {
  return plans.differ() == 0 && rows.differ() == 0 && errors.differ() == 0 && changes.differ() == 0 &&
         expected.differ() == 0;
}

bool CrosscheckResult::all_agree() const {
  return total.all_agree() && std::none_of(files.begin(), files.end(), [](const auto& file) { return file.error.has_value(); });
}

std::map<std::string, CrosscheckCounts> CrosscheckResult::by_folder() const {
  std::map<std::string, CrosscheckCounts> folders;
  for (const CrosscheckFile& file : files) folders[fs::path(file.path).parent_path().string()].add(file.counts);
  return folders;
}

CrosscheckResult crosscheck_text(const std::string& name, std::string_view text, const CrosscheckOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  CrosscheckResult result;
  result.files.push_back({name, std::nullopt, {}});
  check_text(text, result.files.front(), result, options, {name, 1, 1, 0, 0});
  finish(result, begin);
  return result;
}

Expected<CrosscheckResult> crosscheck(const std::vector<std::string>& paths, const CrosscheckOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  auto files = files_below(paths);
  if (!files) return Unexpected(files.error());
  CrosscheckResult result;
  for (std::size_t i = 0; i < files->size(); ++i) {
    CrosscheckFile file{(*files)[i], std::nullopt, {}};
    std::ifstream in(file.path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    bool goes_on = true;
    if (!in) {
      file.error = Error{ErrorCode::kCantOpen, "cannot read " + file.path, std::nullopt, {}};
    } else {
      goes_on = check_text(text, file, result, options, {file.path, i + 1, files->size(), 0, 0});
    }
    result.files.push_back(std::move(file));
    if (!goes_on) break;
  }
  finish(result, begin);
  return result;
}

}  // namespace leftmost::oracle
