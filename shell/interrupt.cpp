#include "shell/interrupt.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

#include "oracle/session.h"

namespace leftmost::shell {

namespace {

constexpr int kPatience = 2;

std::atomic<oracle::Session*> interrupted_session{nullptr};
std::atomic<int> interrupts{0};
static_assert(std::atomic<oracle::Session*>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may touch nothing else");

void on_interrupt(int) {
  if (interrupts.fetch_add(1) >= kPatience) std::_Exit(1);
  if (oracle::Session* session = interrupted_session.load()) session->interrupt();
}

}  // namespace

void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);  // without SA_RESTART, so that waiting for a line ends as well
}

void interrupt_goes_to(oracle::Session* session) { interrupted_session.store(session); }

bool is_interrupted() { return interrupts.load() > 0; }

bool take_interrupt() { return interrupts.exchange(0) > 0; }

}  // namespace leftmost::shell
