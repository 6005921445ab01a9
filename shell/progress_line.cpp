#include "shell/progress_line.h"

#include <fmt/format.h>

#include <cstdio>

#include "shell/terminal.h"
#include "shell/text_layout.h"

namespace leftmost::shell {
namespace {

constexpr std::chrono::milliseconds kFirstAfter{500};
constexpr std::chrono::milliseconds kNextAfter{100};

}  // namespace

ProgressLine::ProgressLine() {
  if (is_terminal(stderr)) thread_ = std::thread([this] { watch(); });
}

void ProgressLine::show(const std::string& what) {
  if (!thread_.joinable()) return;
  const std::lock_guard lock(mutex_);
  what_ = what;
}

void ProgressLine::clear() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
  if (was_shown_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::watch() {
  std::unique_lock lock(mutex_);
  const auto is_ending = [this] { return is_ending_; };
  changed_.wait_for(lock, kFirstAfter, is_ending);
  while (!is_ending_) {
    const auto spent = std::chrono::steady_clock::now() - begin_;
    const std::string seconds =
        fmt::format(" ({} s)", std::chrono::duration_cast<std::chrono::seconds>(spent).count());
    // The last column is left free: some terminals begin a new line behind it.
    const std::size_t columns = terminal_columns(stderr);
    const std::size_t room = columns > seconds.size() + 1 ? columns - seconds.size() - 1 : 0;
    std::fputs(fmt::format("\r\033[K{}{}", cut_to_width(on_one_line(what_), room), seconds).c_str(), stderr);
    std::fflush(stderr);
    was_shown_ = true;
    changed_.wait_for(lock, kNextAfter, is_ending);
  }
}

}  // namespace leftmost::shell
