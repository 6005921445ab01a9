#include "shell/trials_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iterator>

#include "advice/suggestion_check.h"
#include "shell/interrupt.h"
#include "shell/terminal.h"

namespace leftmost::shell {
namespace {

void print_report(const advice::SuggestionCheck& check) {
  std::uint64_t suggestions = 0;
  for (const auto& [kind, count] : check.suggested) suggestions += count;
  const std::uint64_t improvable = check.helped + check.missed;
  std::string text =
      fmt::format("{} read, {} scan or sort, {} asked about\n", with_plural(check.queries, "statement"),
                  with_thousands(check.scanning), with_thousands(check.asked));
  for (const auto& [kind, count] : check.suggested)
    text += fmt::format("  {:<14} {:>10}\n", kind, with_thousands(count));
  text += fmt::format("{} of {} suggestions did on a fresh copy what they said\n",
                      with_thousands(check.working), with_thousands(suggestions));
  text += fmt::format("{} of {} that can be improved got one\n", with_thousands(check.helped),
                      with_thousands(improvable));
  for (const std::string& failure : check.failures) text += fmt::format("\nnot as said: {}\n", failure);
  for (const std::string& miss : check.misses) text += fmt::format("\nmissed: {}\n", miss);
  text += fmt::format("{:.1f} s\n", check.seconds);
  std::fputs(text.c_str(), stdout);
}

}  // namespace

int run_trials(std::span<const std::string> arguments) {
  CLI::App app(
      "Does every suggestion for the queries of sqllogictest files once more, and looks for those it missed.",
      "leftmost trials");
  std::vector<std::string> files;
  advice::SuggestionCheckOptions options;
  app.add_option("FILE", files, "sqllogictest files")->required();
  app.add_option("--sample", options.sample, "every n-th query that scans or sorts")
      ->check(CLI::PositiveNumber);
  app.footer(
      "Exit status: 0 every suggestion works, 1 one does not, 2 bad usage or a file that cannot be read.");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  catch_interrupts();
  auto shown = std::chrono::steady_clock::now();
  bool is_stopped = false;
  options.on_progress = [&](std::uint64_t asked) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown > std::chrono::seconds(10)) {
      shown = now;
      std::fputs(fmt::format("{} asked about\n", with_thousands(asked)).c_str(), stderr);
    }
    is_stopped = is_stopped || take_interrupt();
    return !is_stopped;
  };
  advice::SuggestionCheck check;
  for (const std::string& name : files) {
    if (is_stopped) break;
    std::ifstream file(name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto done = file.is_open() ? advice::check_suggestions(text, options, check)
                               : Expected<void>(fail(ErrorCode::kCantOpen, "cannot be read"));
    if (!done) {
      std::fputs(fmt::format("leftmost trials: {}: {}\n", name, done.error().message).c_str(), stderr);
      return 2;
    }
  }
  print_report(check);
  return check.failures.empty() ? 0 : 1;
}

}  // namespace leftmost::shell
