// oracle/watchdog.h - calls a function when a time limit passes, from a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace leftmost::oracle {

/// The limit counts from the last restart(). `on_limit` runs on the watchdog's thread, at most once per restart().
class Watchdog {
 public:
  Watchdog(double seconds, std::function<void()> on_limit) : limit_(seconds), on_limit_(std::move(on_limit)) {
    if (seconds > 0) thread_ = std::thread([this] { watch(); });
  }
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void restart() {
    const std::lock_guard lock(mutex_);
    begin_ = std::chrono::steady_clock::now();
    has_fired_ = false;
  }
  /// Since the last restart().
  bool has_fired() {
    const std::lock_guard lock(mutex_);
    return has_fired_;
  }

 private:
  // Wakes ten times per limit, so that restart() need not wake it.
  void watch() {
    std::unique_lock lock(mutex_);
    while (!is_ending_) {
      changed_.wait_for(lock, limit_ / 10);
      if (has_fired_ || is_ending_ || std::chrono::steady_clock::now() - begin_ < limit_) continue;
      has_fired_ = true;
      on_limit_();
    }
  }

  std::chrono::duration<double> limit_;
  std::function<void()> on_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  bool has_fired_ = false;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace leftmost::oracle
