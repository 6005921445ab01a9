#include "shell/crosscheck_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>

#include "oracle/crosscheck.h"
#include "oracle/twin.h"
#include "shell/interrupt.h"
#include "shell/terminal.h"

namespace leftmost::shell {

namespace {

/// `99.98 %  of 12,345`, or a dash when nothing was compared.
std::string share(const oracle::Tally& tally) {
  if (tally.compared == 0) return "-";
  // Never rounded up to 100: one difference in a million is a difference.
  const double exact = 100.0 * static_cast<double>(tally.agree) / static_cast<double>(tally.compared);
  const double shown = tally.agree == tally.compared ? 100.0 : std::min(exact, 99.99);
  return fmt::format("{:.2f} % of {}", shown, with_thousands(tally.compared));
}

std::string row_of(std::string_view name, const oracle::CrosscheckCounts& counts, std::size_t name_width) {
  return fmt::format("  {}  {:>11}  {:>22}  {:>22}  {:>17}  {:>13}\n", padded(name, name_width),
                     with_thousands(counts.statements), share(counts.plans), share(counts.rows),
                     with_thousands(counts.errors.differ() + counts.changes.differ()),
                     with_thousands(counts.not_supported));
}

std::string table_of(const oracle::CrosscheckResult& result, bool by_file) {
  std::vector<std::pair<std::string, const oracle::CrosscheckCounts*>> rows;
  const std::map<std::string, oracle::CrosscheckCounts> folders = result.by_folder();
  if (by_file) {
    for (const oracle::CrosscheckFile& file : result.files) rows.emplace_back(file.path, &file.counts);
  } else {
    for (const auto& [folder, counts] : folders) rows.emplace_back(folder.empty() ? "." : folder, &counts);
  }
  std::size_t width = 5;
  for (const auto& [name, counts] : rows) width = std::max(width, text_width(name));
  std::string text = fmt::format("  {}  {:>11}  {:>22}  {:>22}  {:>17}  {:>13}\n", padded("", width), "statements",
                                 "plans that agree", "rows that agree", "other differences", "not supported");
  for (const auto& [name, counts] : rows) text += row_of(name, *counts, width);
  if (rows.size() > 1) text += row_of("total", result.total, width);
  return text;
}

std::string causes_of(const oracle::CrosscheckCounts& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> causes;
  for (const auto& [cause, count] : counts.not_supported_by_cause) causes.emplace_back(count, cause);
  std::sort(causes.rbegin(), causes.rend());
  std::string text;
  for (const auto& [count, cause] : causes) text += fmt::format("  {:>11}  {}\n", with_thousands(count), cause);
  return text;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.append(indent).append(text.substr(0, end)).append("\n");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

void print_report(const oracle::CrosscheckResult& result, bool by_file) {
  const Paint paint = Paint::of(stdout);
  std::string text = table_of(result, by_file);
  const oracle::CrosscheckCounts& total = result.total;
  if (total.expected.compared > 0) text += fmt::format("\n  results written in the files: {}\n", share(total.expected));
  if (total.counters.compared > 0) text += fmt::format("\n  full-scan steps and sorts: {}\n", share(total.counters));
  if (total.interrupted > 0) text += fmt::format("\n  {} took too long\n", with_plural(total.interrupted, "statement"));
  if (total.left_out > 0) text += fmt::format("\n  {} not in the sample\n", with_plural(total.left_out, "statement"));
  if (!total.not_supported_by_cause.empty()) text += "\n  not supported, by cause\n" + causes_of(total);
  for (const oracle::CrosscheckDifference& difference : result.differences) {
    text += fmt::format("\n{}\n", paint(Colour::kRed, fmt::format("{}:{}: {}", difference.path, difference.line,
                                                                difference.what)));
    text += indented(difference.sql, "  ");
    text += indented(difference.text, "    ");
  }
  if (result.difference_count > result.differences.size()) {
    text += fmt::format("\n{} of {} differences are shown; --limit shows more\n", result.differences.size(),
                        with_thousands(result.difference_count));
  }
  const double seconds_ours = static_cast<double>(total.nanoseconds_ours) * 1e-9;
  const double seconds_sqlite = static_cast<double>(total.nanoseconds_sqlite) * 1e-9;
  text += fmt::format("\n{} in {:.1f} s; running took {:.2f} s here and {:.2f} s in SQLite {}\n",
                      with_plural(result.files.size(), "file"), result.seconds, seconds_ours, seconds_sqlite,
                      oracle::Twin::version());
  std::fputs(text.c_str(), stdout);
}

/// One line on stderr that is written over in a terminal; in a log, a line every ten seconds at most.
class ProgressLine {
 public:
  void show(const oracle::CrosscheckProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    const auto pause = std::chrono::milliseconds(is_terminal_ ? 100 : 10'000);
    if (now - shown_ < pause) return;
    shown_ = now;
    const std::string text = fmt::format("{}/{} {}  {} of {}", progress.file_number, progress.file_count, progress.path,
                                         with_thousands(progress.statements_done),
                                         with_thousands(progress.statements_total));
    std::fputs(is_terminal_ ? fmt::format("\r\033[K{}", text).c_str() : (text + "\n").c_str(), stderr);
    is_shown_ = true;
  }
  void clear() {
    if (is_terminal_ && is_shown_) std::fputs("\r\033[K", stderr);
  }

 private:
  bool is_terminal_ = is_terminal(stderr);
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

}  // namespace

int run_crosscheck(std::span<const std::string> arguments) {
  CLI::App app("Runs .sql scripts and sqllogictest .test files on leftmost and on SQLite, and counts where they agree.",
               "leftmost crosscheck");
  std::vector<std::string> paths;
  std::size_t sample = 0;
  std::uint64_t seed = 1;
  std::size_t limit = 10;
  bool is_json = false;
  bool by_file = false;
  bool counters = false;
  app.add_option("FILE", paths, "files, or folders with all such files below them")->required();
  app.add_option("--sample", sample, "this many queries of each file; statements that write are all run");
  app.add_option("--seed", seed, "of the sample")->capture_default_str();
  app.add_option("--limit", limit, "how many differences are shown in full")->capture_default_str();
  app.add_flag("--by-file", by_file, "count by file, not by folder");
  app.add_flag("--counters", counters, "show where full-scan steps and sorts differ from those that SQLite counts");
  app.add_flag("--json", is_json, "the result as JSON");
  app.footer("Exit status: 0 everything agrees, 1 something differs, 2 bad usage or a file that cannot be read.");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  catch_interrupts();
  ProgressLine progress_line;
  bool was_interrupted = false;
  oracle::CrosscheckOptions options;
  if (sample > 0) options.sample = sample;
  options.seed = seed;
  options.differences_max = limit;
  options.report_counters = counters;
  options.on_progress = [&](const oracle::CrosscheckProgress& progress) {
    progress_line.show(progress);
    was_interrupted = was_interrupted || take_interrupt();
    return !was_interrupted;
  };
  const auto result = oracle::crosscheck(paths, options);
  progress_line.clear();
  if (!result) {
    std::fputs(fmt::format("leftmost crosscheck: {}\n", result.error().message).c_str(), stderr);
    if (!result.error().hint.empty()) std::fputs(fmt::format("  {}\n", result.error().hint).c_str(), stderr);
    return 2;
  }
  if (is_json) {
    std::fputs((oracle::to_json(*result) + "\n").c_str(), stdout);
  } else {
    print_report(*result, by_file);
  }
  bool is_unreadable = was_interrupted;
  if (was_interrupted) std::fputs("leftmost crosscheck: interrupted; the counts are of what was run\n", stderr);
  for (const oracle::CrosscheckFile& file : result->files) {
    if (!file.error) continue;
    is_unreadable = true;
    std::fputs(fmt::format("leftmost crosscheck: {}: {}\n", file.path, file.error->message).c_str(), stderr);
  }
  if (is_unreadable) return 2;
  return result->all_agree() ? 0 : 1;
}

}  // namespace leftmost::shell
