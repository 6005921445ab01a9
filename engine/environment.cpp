#include "engine/environment.h"

#include <chrono>
#include <ctime>
#include <random>

namespace leftmost::engine {
namespace {

// Julian day 2440587.5 is the Unix epoch.
constexpr std::int64_t kUnixEpochJulianMilliseconds = 210866760000000;

class SystemEnvironment final : public Environment {
 public:
  void random_bytes(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator_() >> 24);
  }

  std::int64_t julian_milliseconds() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return kUnixEpochJulianMilliseconds + std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  std::int64_t local_offset_milliseconds(std::int64_t julian_milliseconds) override {
    const auto seconds = static_cast<std::time_t>((julian_milliseconds - kUnixEpochJulianMilliseconds) / 1000);
    std::tm local{};
    if (localtime_r(&seconds, &local) == nullptr) return 0;
    return static_cast<std::int64_t>(local.tm_gmtoff) * 1000;
  }

 private:
  std::mt19937_64 generator_{(std::uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()};
};

}  // namespace

std::shared_ptr<Environment> system_environment() { return std::make_shared<SystemEnvironment>(); }

}  // namespace leftmost::engine
