#include "oracle/fuzz/isolated.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>

#include "oracle/fuzz/fuzz_json.h"
#include "oracle/fuzz/shrink.h"

namespace leftmost::oracle::fuzz {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kScriptBytesMax = 200'000;
constexpr std::size_t kCrashTrialsMax = 300;
constexpr std::size_t kHangTrialsMax = 25;

/// Written by the worker before each statement, read when it has died.
struct SharedPlace {
  std::atomic<std::uint64_t> beats{0};
  std::uint64_t seed = 0;
  std::uint64_t statement = 0;
  bool is_shrinking = false;
  std::size_t script_size = 0;
  char script[kScriptBytesMax];
};

/// How a worker ended: empty when it was fine, else `crash` or `hang`, and what the system says.
struct Ending {
  std::string what;
  std::string text;
};

Ending ending_of(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFSIGNALED(status))
    return {"crash", fmt::format("the process died: {}\n", strsignal(WTERMSIG(status)))};
  return {"crash", fmt::format("the process ended with status {}\n", WEXITSTATUS(status))};
}

void limit_memory(std::uint64_t bytes) {
  if (bytes == 0) return;
  const rlimit limit{bytes, bytes};
  (void)setrlimit(RLIMIT_AS, &limit);
}

bool write_all(int file, const std::vector<std::uint8_t>& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written <= 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

class Isolated {
 public:
  Isolated(FuzzOptions options, const IsolationLimits& limits)
      : options_(std::move(options)), limits_(limits) {}

  Expected<FuzzResult> run() {
    const auto begin = Clock::now();
    void* memory =
        mmap(nullptr, sizeof(SharedPlace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail(ErrorCode::kIoError, "no memory to share with the worker");
    place_ = new (memory) SharedPlace;
    while (done_ < options_.statement_count && !is_stopped_) {
      const auto ended = run_worker();
      if (!ended) break;
      if (ended->what.empty()) {
        if (is_failed_) break;
        continue;
      }
      keep(*ended);
    }
    munmap(memory, sizeof(SharedPlace));
    if (is_failed_) return fail(ErrorCode::kIoError, "cannot start a worker process");
    result_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  /// One worker, from next_seed_ on. None: it could not be started.
  std::optional<Ending> run_worker() {
    int ends[2];
    if (pipe(ends) != 0) return give_up();
    const pid_t worker = fork();
    if (worker < 0) return give_up();
    if (worker == 0) {
      close(ends[0]);
      work(ends[1]);
    }
    close(ends[1]);
    Ending ending;
    std::uint64_t beats = place_->beats;
    auto moved = Clock::now();
    for (;;) {
      pollfd waiting{ends[0], POLLIN, 0};
      const int ready = poll(&waiting, 1, 500);
      if (ready > 0) {
        if (!read_message(ends[0])) break;
        if (is_stopped_) {
          kill(worker, SIGKILL);
          break;
        }
        continue;
      }
      if (place_->beats != beats) {
        beats = place_->beats;
        moved = Clock::now();
      } else if (std::chrono::duration<double>(Clock::now() - moved).count() > limits_.hang_seconds) {
        ending = {"hang", fmt::format("no answer for {} s\n", limits_.hang_seconds)};
        kill(worker, SIGKILL);
        break;
      }
    }
    close(ends[0]);
    int status = 0;
    while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
    }
    if (is_stopped_ || !ending.what.empty()) return ending;
    if (ending_of(status).what.empty()) done_ = options_.statement_count;
    return ending_of(status);
  }

  std::optional<Ending> give_up() {
    is_failed_ = true;
    return std::nullopt;
  }

  [[noreturn]] void work(int file) {
    limit_memory(limits_.memory_bytes_max);
    FuzzOptions options = options_;
    options.seed = options_.seed + rounds_done_;
    options.statement_count = options_.statement_count - done_;
    options.on_statement = [this](const FuzzPlace& place) {
      place_->seed = place.seed;
      place_->statement = place.statement;
      place_->is_shrinking = place.is_shrinking;
      place_->script_size = std::min(place.script.size(), kScriptBytesMax);
      std::memcpy(place_->script, place.script.data(), place_->script_size);
      ++place_->beats;
    };
    options.on_round = [file](FuzzResult&& round, std::uint64_t) {
      const std::vector<std::uint8_t> bytes = to_bytes(round);
      const std::uint64_t size = bytes.size();
      std::vector<std::uint8_t> message(sizeof size);
      std::memcpy(message.data(), &size, sizeof size);
      message.insert(message.end(), bytes.begin(), bytes.end());
      return write_all(file, message);
    };
    const auto ran = run_fuzz(options);
    _exit(ran ? 0 : 3);
  }

  static bool read_all(int file, void* to, std::size_t size) {
    auto* bytes = static_cast<char*>(to);
    while (size > 0) {
      const ssize_t count = read(file, bytes, size);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      bytes += count;
      size -= static_cast<std::size_t>(count);
    }
    return true;
  }

  bool read_message(int file) {
    std::uint64_t size = 0;
    if (!read_all(file, &size, sizeof size)) return false;
    std::vector<std::uint8_t> bytes(size);
    if (!read_all(file, bytes.data(), size)) return false;
    FuzzResult round = from_bytes(bytes);
    ++rounds_done_;
    done_ += round.total().statements;
    for (const FuzzDifference& difference : round.differences)
      options_.known_findings.insert(difference.finding);
    options_.differences_max -= std::min(options_.differences_max, round.differences.size());
    FuzzResult copy = round;
    result_.add(std::move(round));
    if (options_.on_round && !options_.on_round(std::move(copy), options_.seed + rounds_done_ - 1))
      is_stopped_ = true;
    return true;
  }

  /// Runs `steps` in a process of its own.
  Ending try_alone(const std::vector<Step>& steps) const {
    const pid_t worker = fork();
    if (worker < 0) return {};
    if (worker == 0) {
      const int nowhere = open("/dev/null", O_WRONLY);
      if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
      limit_memory(limits_.memory_bytes_max);
      auto trial = Trial::begin(options_.statement_seconds_max, !options_.is_hostile);
      if (!trial) _exit(0);
      for (const Step& step : steps) (*trial)->put(step, Comparison::kEverything);
      _exit(0);
    }
    const auto begin = Clock::now();
    int status = 0;
    while (waitpid(worker, &status, WNOHANG) == 0) {
      if (std::chrono::duration<double>(Clock::now() - begin).count() > limits_.hang_seconds) {
        kill(worker, SIGKILL);
        waitpid(worker, &status, 0);
        return {"hang", fmt::format("no answer for {} s\n", limits_.hang_seconds)};
      }
      usleep(2000);
    }
    return ending_of(status);
  }

  void keep(const Ending& ending) {
    std::vector<Step> steps;
    if (place_->is_shrinking) {
      const std::string script(place_->script, place_->script_size);
      for (std::size_t at = 0; at < script.size();) {
        const std::size_t end = std::min(script.find(";\n", at), script.size());
        steps.push_back({"shrinking", script.substr(at, end - at), {}});
        at = end + 2;
      }
    } else {
      std::size_t schema_steps = 0;
      steps = random_round(options_, place_->seed, schema_steps);
      steps.resize(std::min<std::size_t>(steps.size(), place_->statement + 1));
    }
    rounds_done_ = place_->seed - options_.seed + 1;
    done_ += place_->statement + 1;
    if (steps.empty()) return;
    const auto still_ends = [&](const std::vector<Step>& candidate) {
      return try_alone(candidate).what == ending.what;
    };
    if (still_ends(steps))
      steps = shrink(std::move(steps), still_ends, ending.what == "hang" ? kHangTrialsMax : kCrashTrialsMax);
    FuzzDifference difference{place_->seed, steps.back().kind, ending.what, {}, ending.text, {}};
    for (const Step& step : steps) difference.statements.push_back(to_sql(step.sql));
    FuzzResult found;
    found.difference_count = found.crash_count = 1;
    found.differences.push_back(std::move(difference));
    FuzzResult copy = found;
    result_.add(std::move(found));
    if (options_.on_round && !options_.on_round(std::move(copy), place_->seed)) is_stopped_ = true;
  }

  FuzzOptions options_;
  const IsolationLimits& limits_;
  FuzzResult result_;
  SharedPlace* place_ = nullptr;
  std::uint64_t rounds_done_ = 0;
  std::uint64_t done_ = 0;
  bool is_stopped_ = false;
  bool is_failed_ = false;
};

}  // namespace

Expected<FuzzResult> run_fuzz_isolated(FuzzOptions options, const IsolationLimits& limits) {
  return Isolated(std::move(options), limits).run();
}

}  // namespace leftmost::oracle::fuzz
