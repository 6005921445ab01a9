// Runs the cases of one test program and, as the last line, says how many there were in the words that
// scripts/tally.awk adds up: `cases: 12 passed, 0 failed`. Of a program that dies no such line is seen, and it counts
// as one failure.
#if __has_include(<catch2/catch_all.hpp>)
#include "tests/catch.h"
using Listener = Catch::EventListenerBase;
#else
#define CATCH_CONFIG_RUNNER
#define CATCH_CONFIG_CONSOLE_WIDTH 160  // a violation stays on one line
#include "tests/catch.h"
using Listener = Catch::TestEventListenerBase;
#endif

#include <cstddef>
#include <cstdio>

namespace {

struct CaseCount {
  std::size_t passed = 0;
  std::size_t failed = 0;
};
CaseCount case_count;

class CaseCounter : public Listener {
 public:
  using Listener::Listener;
  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    Listener::testCaseEnded(stats);
    ++(stats.totals.testCases.failed > 0 ? case_count.failed : case_count.passed);
  }
};
CATCH_REGISTER_LISTENER(CaseCounter)

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  const int usage_error = session.applyCommandLine(argc, argv);
  if (usage_error != 0) return usage_error;
  const auto& options = session.configData();
  const bool lists_only = options.showHelp || options.listTests || options.listTags;
  const int exit_code = session.run();
  if (!lists_only) std::printf("cases: %zu passed, %zu failed\n", case_count.passed, case_count.failed);
  // Catch answers 0 when a filter matches nothing; a test program without cases has not passed.
  return exit_code != 0 || lists_only || case_count.passed > 0 ? exit_code : 1;
}
