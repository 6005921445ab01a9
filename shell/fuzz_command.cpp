#include "shell/fuzz_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "oracle/fuzz/isolated.h"
#include "shell/interrupt.h"
#include "shell/terminal.h"

namespace leftmost::shell {

namespace {

namespace fuzz = oracle::fuzz;

// AddressSanitizer needs terabytes of address space.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kMemoryMegabytes = 0;
#else
constexpr std::uint64_t kMemoryMegabytes = 4096;
#endif

std::string of(const oracle::Tally& tally) {
  if (tally.compared == 0) return "-";
  return fmt::format("{} of {}", with_thousands(tally.agree), with_thousands(tally.compared));
}

std::string row_of(std::string_view kind, const fuzz::FuzzCounts& counts) {
  return fmt::format("  {:<26} {:>10}  {:>20}  {:>20}  {:>20}  {:>17}  {:>13}\n", kind,
                     with_thousands(counts.statements), of(counts.plans), of(counts.rows), of(counts.errors),
                     of(counts.changes), with_thousands(counts.not_supported));
}

void print_report(const fuzz::FuzzResult& result) {
  std::string text =
      fmt::format("  {:<26} {:>10}  {:>20}  {:>20}  {:>20}  {:>17}  {:>13}\n", "", "statements",
                  "plans that agree", "rows that agree", "success and failure", "changes", "not supported");
  for (const auto& [kind, counts] : result.by_kind) text += row_of(kind, counts);
  const fuzz::FuzzCounts total = result.total();
  text += row_of("total", total);
  text += fmt::format("\n  words of errors: {}\n", of(total.messages));
  if (total.interrupted > 0)
    text += fmt::format("  {} took too long\n", with_plural(total.interrupted, "statement"));
  if (!result.not_supported_by_cause.empty()) text += "\n  not supported, by cause\n";
  for (const auto& [cause, count] : result.not_supported_by_cause) {
    text += fmt::format("  {:>10}  {}\n", with_thousands(count), cause);
  }
  text +=
      fmt::format("\n{} in {:.1f} s\n", with_plural(result.difference_count, "difference"), result.seconds);
  if (result.crash_count > 0) text += fmt::format("{} of these: a crash or a hang\n", result.crash_count);
  std::fputs(text.c_str(), stdout);
}

/// False: the file could not be written.
bool save_golden(const fuzz::FuzzDifference& difference, std::size_t number,
                 const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::ofstream file(folder / fmt::format("seed_{}_{}_{}.txt", difference.seed, difference.what, number));
  file << difference.to_golden();
  return static_cast<bool>(file.flush());
}

std::string text_of(const fuzz::FuzzDifference& difference) {
  constexpr std::size_t kShownMax = 2'000;
  std::string text = fmt::format("\n{}: {}, seed {}\n", difference.kind, difference.what, difference.seed);
  for (const std::string& statement : difference.statements) {
    text += statement.size() <= kShownMax
                ? fmt::format("  {};\n", statement)
                : fmt::format("  {} ... ({} bytes);\n", statement.substr(0, kShownMax), statement.size());
  }
  text += difference.text;
  if (text.back() != '\n') text += '\n';
  return text;
}

}  // namespace

int run_fuzz(std::span<const std::string> arguments) {
  CLI::App app(
      "Puts random statements to leftmost and to SQLite, counts where they agree, and makes differences "
      "small.",
      "leftmost fuzz");
  fuzz::FuzzOptions options;
  fuzz::IsolationLimits limits;
  std::uint64_t memory_megabytes = kMemoryMegabytes;
  bool is_json = false;
  std::string folder;
  app.add_option("--seed", options.seed, "of the first database; the next one has the next seed")
      ->capture_default_str();
  app.add_option("--count", options.statement_count, "how many statements")->capture_default_str();
  bool plans_only = false;
  bool rows_only = false;
  auto* plans_flag =
      app.add_flag("--plans-only", plans_only, "compare plans; run only what makes the schemas");
  app.add_flag("--rows-only", rows_only, "compare all but plans")->excludes(plans_flag);
  auto* hostile =
      app.add_flag("--hostile", options.is_hostile,
                   "broken, deep and huge statements on our engine alone: only crashes and hangs count");
  hostile->excludes(plans_flag);
  auto* seconds =
      app.add_option("--seconds", options.statement_seconds_max, "after which a statement is stopped (5; with --hostile 1)");
  app.add_option("--hang-seconds", limits.hang_seconds,
                 "after which it counts as a hang if it has not stopped")
      ->capture_default_str();
  app.add_option("--memory", memory_megabytes,
                 "megabytes of address space for the process that runs the statements; 0: no limit")
      ->capture_default_str();
  app.add_option("--limit", options.differences_max, "how many differences are made small and shown")
      ->capture_default_str();
  app.add_flag("--json", is_json, "the result as JSON");
  app.add_option("--save-goldens", folder, "write each difference shown as a golden file into this folder");
  app.footer(
      "Exit status: 0 everything agrees, 1 something differs, 2 bad usage or a folder that cannot be "
      "written.");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (options.is_hostile && seconds->count() == 0) options.statement_seconds_max = 1;
  catch_interrupts();
  if (plans_only) options.comparison = fuzz::Comparison::kPlans;
  if (rows_only) options.comparison = fuzz::Comparison::kRows;
  limits.memory_bytes_max = memory_megabytes << 20;
  auto shown = std::chrono::steady_clock::now();
  std::uint64_t done = 0;
  std::size_t saved = 0;
  bool is_written = true;
  options.on_round = [&](fuzz::FuzzResult&& round, std::uint64_t seed) {
    done += round.total().statements;
    for (const fuzz::FuzzDifference& difference : round.differences) {
      if (!folder.empty()) is_written = save_golden(difference, ++saved, folder) && is_written;
      if (!is_json) std::fputs(text_of(difference).c_str(), stdout);
    }
    std::fflush(stdout);
    const auto now = std::chrono::steady_clock::now();
    if (now - shown > std::chrono::seconds(10)) {
      shown = now;
      std::fputs(fmt::format("{} of {} statements, seed {}\n", with_thousands(done),
                             with_thousands(options.statement_count), seed)
                     .c_str(),
                 stderr);
    }
    return !take_interrupt();
  };
  const auto result = fuzz::run_fuzz_isolated(options, limits);
  if (!result) {
    std::fputs(fmt::format("leftmost fuzz: {}\n", result.error().message).c_str(), stderr);
    return 2;
  }
  if (is_json) {
    std::fputs((fuzz::to_json(*result) + "\n").c_str(), stdout);
  } else {
    print_report(*result);
  }
  if (!is_written) {
    std::fputs(fmt::format("leftmost fuzz: cannot write into {}\n", folder).c_str(), stderr);
    return 2;
  }
  return result->difference_count == 0 ? 0 : 1;
}

}  // namespace leftmost::shell
