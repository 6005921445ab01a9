#include "shell/fuzz_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "oracle/fuzz/fuzz.h"
#include "shell/interrupt.h"
#include "shell/terminal.h"

namespace leftmost::shell {

namespace {

namespace fuzz = oracle::fuzz;

std::string of(const oracle::Tally& tally) {
  if (tally.compared == 0) return "-";
  return fmt::format("{} of {}", with_thousands(tally.agree), with_thousands(tally.compared));
}

std::string row_of(std::string_view kind, const fuzz::FuzzCounts& counts) {
  return fmt::format("  {:<26} {:>10}  {:>20}  {:>20}  {:>20}  {:>17}  {:>13}\n", kind, with_thousands(counts.statements),
                     of(counts.plans), of(counts.rows), of(counts.errors), of(counts.changes),
                     with_thousands(counts.not_supported));
}

void print_report(const fuzz::FuzzResult& result) {
  std::string text = fmt::format("  {:<26} {:>10}  {:>20}  {:>20}  {:>20}  {:>17}  {:>13}\n", "", "statements", "plans that agree",
                                 "rows that agree", "success and failure", "changes", "not supported");
  for (const auto& [kind, counts] : result.by_kind) text += row_of(kind, counts);
  const fuzz::FuzzCounts total = result.total();
  text += row_of("total", total);
  text += fmt::format("\n  words of errors: {}\n", of(total.messages));
  if (total.interrupted > 0) text += fmt::format("  {} took too long\n", with_plural(total.interrupted, "statement"));
  if (!result.not_supported_by_cause.empty()) text += "\n  not supported, by cause\n";
  for (const auto& [cause, count] : result.not_supported_by_cause) {
    text += fmt::format("  {:>10}  {}\n", with_thousands(count), cause);
  }
  for (const fuzz::FuzzDifference& difference : result.differences) {
    text += fmt::format("\n{}: {}, seed {}\n", difference.kind, difference.what, difference.seed);
    for (const std::string& statement : difference.statements) text += fmt::format("  {};\n", statement);
    text += difference.text;
    if (!text.empty() && text.back() != '\n') text += '\n';
  }
  text += fmt::format("\n{} in {:.1f} s\n", with_plural(result.difference_count, "difference"), result.seconds);
  std::fputs(text.c_str(), stdout);
}

/// False: a file could not be written.
bool save_goldens(const fuzz::FuzzResult& result, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (std::size_t i = 0; i < result.differences.size(); ++i) {
    const fuzz::FuzzDifference& difference = result.differences[i];
    std::ofstream file(folder / fmt::format("seed_{}_{}_{}.txt", difference.seed, difference.what, i + 1));
    file << difference.to_golden();
    if (!file.flush()) return false;
  }
  return true;
}

}  // namespace

int run_fuzz(std::span<const std::string> arguments) {
  CLI::App app("Puts random statements to leftmost and to SQLite, counts where they agree, and makes differences small.",
               "leftmost fuzz");
  fuzz::FuzzOptions options;
  bool is_json = false;
  std::string folder;
  app.add_option("--seed", options.seed, "of the first database; the next one has the next seed")->capture_default_str();
  app.add_option("--count", options.statement_count, "how many statements")->capture_default_str();
  app.add_flag("--plans-only", options.plans_only, "compare plans; run only what makes the schemas");
  app.add_option("--limit", options.differences_max, "how many differences are made small and shown")->capture_default_str();
  app.add_flag("--json", is_json, "the result as JSON");
  app.add_option("--save-goldens", folder, "write each difference shown as a golden file into this folder");
  app.footer("Exit status: 0 everything agrees, 1 something differs, 2 bad usage or a folder that cannot be written.");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  catch_interrupts();
  auto shown = std::chrono::steady_clock::now();
  options.on_progress = [&](std::uint64_t done) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown > std::chrono::seconds(10)) {
      shown = now;
      std::fputs(fmt::format("{} of {} statements\n", with_thousands(done), with_thousands(options.statement_count)).c_str(), stderr);
    }
    return !take_interrupt();
  };
  const auto result = fuzz::run_fuzz(options);
  if (!result) {
    std::fputs(fmt::format("leftmost fuzz: {}\n", result.error().message).c_str(), stderr);
    return 2;
  }
  if (is_json) {
    std::fputs((fuzz::to_json(*result) + "\n").c_str(), stdout);
  } else {
    print_report(*result);
  }
  if (!folder.empty() && !save_goldens(*result, folder)) {
    std::fputs(fmt::format("leftmost fuzz: cannot write into {}\n", folder).c_str(), stderr);
    return 2;
  }
  return result->difference_count == 0 ? 0 : 1;
}

}  // namespace leftmost::shell
