// shell/progress_line.h - what a command is at, on a line of stderr that is written over and erased at the
// end.
//
//   ProgressLine progress;
//   progress.show("running it");
//   ...                                   // from the first half second on:  running it (1 s)
//   progress.clear();
//
// Only where stderr is a terminal: nothing is ever written to a pipe. A thread of its own writes, so that the
// line also comes when the work does not call show() for long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace leftmost::shell {

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// What it is at from now on; line breaks become spaces, and what does not fit is cut.
  void show(const std::string& what);
  /// Erases the line and writes no other. To be called before anything else is printed.
  void clear();
  /// Whether it took long enough for the line to be seen.
  bool was_shown() const { return was_shown_; }

 private:
  void watch();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::string what_;
  bool is_ending_ = false;
  bool was_shown_ = false;
  std::thread thread_;
};

/// Does `work` under a line of its own.
template <typename Work>
auto while_showing(const std::string& what, Work&& work) {
  ProgressLine progress;
  progress.show(what);
  return work();
}

}  // namespace leftmost::shell
